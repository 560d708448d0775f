"""Rows as a page of changes would give them, short to write."""

from __future__ import annotations

from typing import Any

from store.rows import (
    AlarmRow,
    AttachmentRow,
    DecodedRow,
    ListRow,
    RecordRow,
    ReminderRow,
    RuleRow,
    SectionRow,
    TagRow,
    TriggerRow,
)

Pair = tuple[RecordRow, DecodedRow | None]


def reminder(id: str, version: int = 1, **fields: Any) -> Pair:
    name = f"Reminder/{id}"
    record = RecordRow(name, "Reminder", {"recordName": name, "version": version})
    return record, ReminderRow(id, name, **{"list_id": "HOME", "title": id.lower(), **fields})


def a_list(id: str = "HOME", **fields: Any) -> Pair:
    name = f"List/{id}"
    record = RecordRow(name, "List", {"recordName": name})
    return record, ListRow(id, name, **{"name": id.title(), **fields})


def section(id: str, of: str = "HOME", **fields: Any) -> Pair:
    name = f"ListSection/{id}"
    record = RecordRow(name, "ListSection", {"recordName": name}, owner=f"List/{of}")
    return record, SectionRow(id, of, name, **fields)


def alarm(id: str, of: str) -> Pair:
    name = f"Alarm/{id}"
    record = RecordRow(name, "Alarm", {"recordName": name}, owner=f"Reminder/{of}")
    return record, AlarmRow(id, of, name, trigger_id="Y", nonce=0.5, acknowledged_ms=7)


def trigger(id: str, alarm_id: str, about: str | None = None, **fields: Any) -> Pair:
    name = f"AlarmTrigger/{id}"
    raw = {"recordName": name}
    record = RecordRow(name, "AlarmTrigger", raw, owner=f"Alarm/{alarm_id}", about=about)
    return record, TriggerRow(id, alarm_id, name, **fields)


def tag(id: str, of: str, name: str) -> Pair:
    record_name = f"Hashtag/{id}"
    raw = {"recordName": record_name}
    record = RecordRow(record_name, "Hashtag", raw, owner=f"Reminder/{of}")
    return record, TagRow(id, of, name, record_name)


def attachment(id: str, of: str, **fields: Any) -> Pair:
    name = f"Attachment/{id}"
    record = RecordRow(name, "Attachment", {"recordName": name}, owner=f"Reminder/{of}")
    return record, AttachmentRow(id, of, name, **fields)


def rule(id: str, of: str, **fields: Any) -> Pair:
    name = f"RecurrenceRule/{id}"
    record = RecordRow(name, "RecurrenceRule", {"recordName": name}, owner=f"Reminder/{of}")
    return record, RuleRow(id, of, name, **fields)
