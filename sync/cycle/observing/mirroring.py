"""From wire records to the mirror's rows: the record as it is, and what it decodes to."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from store.model import Floating, Zoned
from store.remote.zones import PRIVATE
from store.rows import (
    AccountRow,
    AlarmRow,
    AssignmentRow,
    AttachmentRow,
    DecodedRow,
    ListRow,
    RecordRow,
    RuleRow,
    SectionRow,
    ShareRow,
    SmartListRow,
    TagRow,
    TriggerRow,
)
from sync.codec import fields
from sync.codec.assets import MEMBERSHIPS, ORDER
from sync.codec.children import decode_assignment, decode_attachment
from sync.codec.reading import Reading, change_tag_of, id_of, is_deleted
from sync.codec.records import (
    decode_alarm,
    decode_hashtag,
    decode_list,
    decode_reminder,
    decode_trigger,
)
from sync.codec.repeats import decode_rule
from sync.codec.sections import decode_section, memberships_of
from sync.codec.shares import decode_share, share_of

__all__ = ["Files", "decoded_row", "record_row"]

Record = Mapping[str, Any]
Files = Callable[[str, str], bytes | None]
"""The bytes of the file in a field of a record, if they are known."""


def record_row(record: Record, zone: str = PRIVATE, packed: bytes | None = None) -> RecordRow:
    """The record itself, with its type and the record that it hangs on; ``zone`` is a key.

    ``packed`` is the record as it is kept, if it has been packed already.
    """
    kind = fields.type_of(record)
    return RecordRow(
        name=str(record["recordName"]),
        type=kind,
        raw=record,
        change_tag=change_tag_of(record),
        owner=fields.parent_name(record) or _owner_by_field(record, kind),
        zone=zone,
        packed=packed,
    )


def _owner_by_field(record: Record, kind: str) -> str | None:
    """The record that this one hangs on, where the envelope does not say."""
    owners = {"AlarmTrigger": "Alarm", "Reminder": "List", "ListSection": "List"}
    name = owners.get(kind, "Reminder")
    try:
        return fields.reference(record, name)
    except ValueError:
        return None


def decoded_row(
    record: Record, files: Files = lambda _name, _field: None, me: str = ""
) -> DecodedRow | None:
    """What it decodes to, with its files, if it is of a type that is shown.

    ``me`` is as ``decode_share`` has it.
    """
    match fields.type_of(record):
        case "Reminder":
            return decode_reminder(record)
        case "List":
            return _list_row(record, files)
        case "Alarm":
            return _alarm_row(record)
        case "AlarmTrigger":
            return _trigger_row(record)
        case "Hashtag":
            tag = decode_hashtag(record)
            return None if tag.deleted else TagRow(tag.id, tag.reminder_id, tag.name)
        case "Attachment":
            return _attachment_row(record)
        case "RecurrenceRule":
            return _rule_row(record)
        case "cloudkit.share":
            share = decode_share(record, me)
            return ShareRow(str(record["recordName"]), share.owner, share.permission)
        case "ListSection":
            return _section_row(record)
        case "Assignment":
            return _assignment_row(record)
        case "SmartList":
            name = str(record["recordName"])
            return SmartListRow(id_of(record), name, is_deleted(record, Reading(record)))
        case "Account":
            return _account_row(record)
        case _:
            return None


def _list_row(record: Record, files: Files) -> ListRow:
    remote = decode_list(record, files(str(record["recordName"]), ORDER))
    info = remote.info
    return ListRow(
        id=info.id,
        record_name=remote.record_name,
        change_tag=remote.change_tag,
        deleted=remote.deleted,
        name=info.name,
        is_group=info.is_group,
        group_id=info.group,
        order=remote.order,
        color=remote.color,
        color_name=_word(info.color, is_form=False),
        color_hex=_word(info.color, is_form=True),
        emblem=info.emblem or None,
        sorting=remote.sorting,
        linked=remote.linked,
        read_only=info.read_only,
        problems="; ".join(remote.problems),
        share=share_of(record),
        memberships=memberships_of(record, files(str(record["recordName"]), MEMBERSHIPS)),
    )


def _section_row(record: Record) -> SectionRow:
    remote = decode_section(record)
    return SectionRow(
        id=remote.id,
        list_id=remote.list_id,
        record_name=str(record["recordName"]),
        change_tag=remote.change_tag,
        name=remote.name,
        created_ms=remote.created_ms,
        deleted=remote.deleted,
    )


def _word(color: str, *, is_form: bool) -> str | None:
    """The colour's name, or its form."""
    return next((word for word in color.split() if word.startswith("#") is is_form), None)


def _attachment_row(record: Record) -> AttachmentRow:
    remote = decode_attachment(record)
    return AttachmentRow(
        id=remote.id,
        reminder_id=remote.reminder_id,
        record_name=str(record["recordName"]),
        kind=remote.kind,
        url=remote.url,
        uti=remote.uti,
        file_name=remote.file_name,
        file_size=remote.file_size,
        width=remote.width,
        height=remote.height,
        file_mark=remote.file_mark,
        deleted=remote.deleted,
    )


def _rule_row(record: Record) -> RuleRow:
    remote = decode_rule(record)
    return RuleRow(
        id=remote.id,
        reminder_id=remote.reminder_id,
        record_name=str(record["recordName"]),
        frequency=remote.frequency,
        interval=remote.interval,
        count=remote.count,
        until_ms=remote.until_ms,
        other=remote.other,
        deleted=remote.deleted,
    )


def _alarm_row(record: Record) -> AlarmRow:
    alarm = decode_alarm(record)
    return AlarmRow(
        id=alarm.id,
        reminder_id=alarm.reminder_id,
        record_name=str(record["recordName"]),
        trigger_id=alarm.trigger_id or None,
        nonce=alarm.nonce,
        acknowledged_ms=alarm.acknowledged_ms,
        deleted=alarm.deleted,
    )


def _trigger_row(record: Record) -> TriggerRow:
    remote = decode_trigger(record)
    at = remote.components.due() if remote.components else None
    return TriggerRow(
        id=remote.id,
        alarm_id=remote.alarm_id,
        record_name=str(record["recordName"]),
        kind=remote.kind,
        at=at if isinstance(at, Floating | Zoned) else None,
        clock=remote.components.clock() if remote.components else None,
        zone=remote.components.zone if remote.components and at is None else None,
        place=remote.place,
        deleted=remote.deleted,
    )


def _assignment_row(record: Record) -> AssignmentRow:
    remote = decode_assignment(record)
    return AssignmentRow(
        id=remote.id,
        reminder_id=remote.reminder_id,
        record_name=str(record["recordName"]),
        assignee=remote.assignee,
        originator=remote.originator,
        status=remote.status,
        assigned_ms=remote.assigned_ms,
        deleted=remote.deleted,
    )


def _account_row(record: Record) -> AccountRow:
    name = Reading(record).field(fields.plain_text, "Name", None)
    return AccountRow(id_of(record), str(record["recordName"]), name)
