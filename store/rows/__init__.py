"""The rows that go into the store and come out of it: frozen values, no SQL, no wire.

Identities are bare UUIDs in upper case (``id``, ``list_id`` ...); ``record_name`` and ``name``
of a record are as the wire has them. Times that end in ``_ms`` are Unix milliseconds.
"""

from __future__ import annotations

from typing import Literal

from store.rows.account import AccountRow, SmartListRow
from store.rows.hanging import AlarmRow, AssignmentRow, AttachmentRow, RuleRow, TagRow
from store.rows.lists import ListRow
from store.rows.reminder import ReminderRow
from store.rows.sections import SectionRow
from store.rows.share import ShareRow
from store.rows.trigger import TriggerRow
from store.rows.wire import Changes, RecordRow, ZoneRow

__all__ = [
    "AccountRow",
    "AlarmRow",
    "AssignmentRow",
    "AttachmentRow",
    "Changes",
    "DecodedRow",
    "Kind",
    "ListRow",
    "RecordRow",
    "ReminderRow",
    "RuleRow",
    "SectionRow",
    "ShareRow",
    "SmartListRow",
    "TagRow",
    "TriggerRow",
    "ZoneRow",
]

Kind = Literal[
    "reminder",
    "list",
    "alarm",
    "alarm_trigger",
    "tag",
    "attachment",
    "rule",
    "share",
    "section",
    "assignment",
    "smart_list",
    "account",
    "other",
]
"""What a record is to the mirror; each but ``other`` has a table of that name."""

DecodedRow = (
    ReminderRow
    | ListRow
    | AlarmRow
    | TriggerRow
    | TagRow
    | AttachmentRow
    | RuleRow
    | ShareRow
    | SectionRow
    | AssignmentRow
    | SmartListRow
    | AccountRow
)
