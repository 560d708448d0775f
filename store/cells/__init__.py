"""Turns decoded rows into the cells of their tables: one room per kind, and this table of them.

What SQL cannot hold must not stop a page: a lone surrogate in a title, note or name becomes
U+FFFD, a number beyond 64 bits is unknown.
"""

from __future__ import annotations

from store.cells import (
    account,
    alarm,
    assignment,
    attachment,
    lists,
    reminder,
    rule,
    section,
    share,
    tag,
    trigger,
)
from store.cells.cell import Cells
from store.rows import (
    AccountRow,
    AlarmRow,
    AssignmentRow,
    AttachmentRow,
    DecodedRow,
    Kind,
    ListRow,
    ReminderRow,
    RuleRow,
    SectionRow,
    ShareRow,
    SmartListRow,
    TagRow,
    TriggerRow,
)

__all__ = ["COLUMNS", "Cells", "cells_of", "kind_and_subject"]

COLUMNS: dict[Kind, tuple[str, ...]] = {
    "reminder": reminder.COLUMNS,
    "list": lists.COLUMNS,
    "alarm": alarm.COLUMNS,
    "alarm_trigger": trigger.COLUMNS,
    "tag": tag.COLUMNS,
    "attachment": attachment.COLUMNS,
    "rule": rule.COLUMNS,
    "share": share.COLUMNS,
    "section": section.COLUMNS,
    "assignment": assignment.COLUMNS,
    "smart_list": account.SMART_LIST,
    "account": account.ACCOUNT,
}
"""The columns of each kind's table, which has the kind's name; the record's name is the first."""


def kind_and_subject(row: DecodedRow | None) -> tuple[Kind, str | None]:
    """What a decoded row is, and the id of the reminder or list that it tells about."""
    match row:
        case ReminderRow():
            return "reminder", row.id
        case ListRow():
            return "list", row.id
        case AlarmRow():
            return "alarm", row.reminder_id
        case TriggerRow():
            return "alarm_trigger", None  # which reminder's it is, its alarm alone says
        case TagRow():
            return "tag", row.reminder_id
        case AttachmentRow():
            return "attachment", row.reminder_id
        case RuleRow():
            return "rule", row.reminder_id
        case ShareRow():
            return "share", None
        case SectionRow():
            return "section", row.list_id
        case AssignmentRow():
            return "assignment", row.reminder_id
        case SmartListRow():
            return "smart_list", None
        case AccountRow():
            return "account", None
        case None:
            return "other", None


def cells_of(name: str, row: DecodedRow) -> Cells:
    """The cells of ``row``, decoded from the record ``name``, as ``COLUMNS`` orders them."""
    match row:
        case ReminderRow():
            return reminder.cells(name, row)
        case ListRow():
            return lists.cells(name, row)
        case AlarmRow():
            return alarm.cells(name, row)
        case TriggerRow():
            return trigger.cells(name, row)
        case TagRow():
            return tag.cells(name, row)
        case AttachmentRow():
            return attachment.cells(name, row)
        case RuleRow():
            return rule.cells(name, row)
        case ShareRow():
            return share.cells(name, row)
        case SectionRow():
            return section.cells(name, row)
        case AssignmentRow():
            return assignment.cells(name, row)
        case SmartListRow():
            return account.smart_list(name, row)
        case AccountRow():
            return account.account(name, row)
