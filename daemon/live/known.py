"""What is known of the scratch records: those that hang on one, by the references between them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from sync.codec import fields
from sync.codec.blob import Undecodable
from sync.codec.reading import name_of

__all__ = ["Known", "refers_to"]

Record = Mapping[str, Any]


class Known:
    """Some records as last seen, as ``Records`` and ``Surroundings`` of the codecs."""

    def __init__(self, records: Iterable[Record]) -> None:
        self._records = {name_of(record): record for record in records}

    def get(self, record_name: str, /) -> Record | None:
        return self._records.get(record_name)

    def alarms_of(self, reminder_id: str, /) -> Sequence[Record]:
        return self._below("Alarm", "Reminder", reminder_id)

    def trigger_of(self, alarm: Record, /) -> Record | None:
        return next(
            iter(self._below("AlarmTrigger", "Alarm", fields.bare_id(name_of(alarm)))), None
        )

    def hashtags_of(self, reminder_id: str, /) -> Sequence[Record]:
        return self._below("Hashtag", "Reminder", reminder_id)

    def attachments_of(self, reminder_id: str, /) -> Sequence[Record]:
        return self._below("Attachment", "Reminder", reminder_id)

    def rules_of(self, reminder_id: str, /) -> Sequence[Record]:
        return self._below("RecurrenceRule", "Reminder", reminder_id)

    def with_early(self) -> Iterable[Record]:
        return ()

    def accounts(self) -> Iterable[Record]:
        return [one for one in self._records.values() if fields.type_of(one) == "Account"]

    # ---- for deletions

    def hanging(self, record_name: str, /) -> Sequence[Record]:
        return [
            one
            for name, one in self._records.items()
            if name != record_name
            and refers_to(one, {record_name})
            and not self._is_subtask(one, record_name)
        ]

    def subtasks(self, reminder_id: str, /) -> Sequence[Record]:
        return self._below("Reminder", "ParentReminder", reminder_id)

    def blockers(self, record_name: str, /) -> Sequence[Record | str]:
        return ()

    def was_meant(self, reminder_id: str, list_id: str, /) -> bool:
        return True

    def spoken_for(self, reminder_id: str, /) -> bool:
        return False

    def untagged(self) -> Known:
        """The same without change tags, as if none had ever been seen."""
        return Known(
            {key: value for key, value in one.items() if key != "recordChangeTag"}
            for one in self._records.values()
        )

    def around(self) -> dict[str, list[Record]]:
        """What hangs on each record, by that one's name."""
        return {name: list(self.hanging(name)) for name in self._records}

    def _below(self, kind: str, link: str, id: str) -> list[Record]:
        return [
            one
            for one in self._records.values()
            if fields.type_of(one) == kind and _points(one, link, id)
        ]

    def _is_subtask(self, record: Record, above: str) -> bool:
        return _points(record, "ParentReminder", fields.bare_id(above))


def refers_to(record: Record, names: set[str]) -> bool:
    """Whether one of its references, or its place in the hierarchy, names one of these records."""
    if fields.parent_name(record) in names:
        return True
    for field in fields.fields_of(record).values():
        value = field.get("value") if isinstance(field, Mapping) else None
        if isinstance(value, Mapping) and value.get("recordName") in names:
            return True
    return False


def _points(record: Record, link: str, id: str) -> bool:
    try:
        target = fields.reference(record, link)
    except Undecodable:
        return False
    return target is not None and fields.bare_id(target) == id
