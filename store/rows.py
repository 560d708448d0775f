"""The rows that go into the store and come out of it: frozen values, no SQL, no wire.

Identities are bare UUIDs in upper case (``id``, ``list_id`` ...); ``record_name`` and ``name``
of a record are as the wire has them. Times that end in ``_ms`` are Unix milliseconds.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from store.model import Completion, Due, Field, ListInfo, Priority, Reminder

__all__ = [
    "AlarmRow",
    "AttachmentRow",
    "Changes",
    "DecodedRow",
    "Kind",
    "ListRow",
    "RecordRow",
    "ReminderRow",
    "RuleRow",
    "TagRow",
    "ZoneRow",
]

Kind = Literal["reminder", "list", "alarm", "tag", "attachment", "rule", "other"]


@dataclass(frozen=True, slots=True)
class ZoneRow:
    """A record zone and how far it has been read.

    ``sync_token`` is opaque, of the feed named in ``feed``. ``complete``: a full walk has
    finished once; ``walking``: one has begun and not finished. Both are the walk's to set.
    """

    name: str = "Reminders"
    owner: str = ""
    database: str = "private"
    sync_token: str | None = None
    feed: str = ""
    complete: bool = False
    walking: bool = False


@dataclass(frozen=True, slots=True)
class RecordRow:
    """A live record as the wire gave it in ``raw``.

    ``owner`` is the name of the record that it hangs on (an alarm's reminder, a trigger's alarm);
    ``about`` the id of the reminder or list that changes when it changes, taken from the decoded
    row where there is one.
    """

    name: str
    type: str
    raw: Mapping[str, Any]
    change_tag: str = ""
    owner: str | None = None
    about: str | None = None
    zone: str = "Reminders"


@dataclass(frozen=True, slots=True)
class ReminderRow:
    """A decoded reminder; ``deleted`` is the record's own soft mark, a tombstone has no row.

    ``tag_ids``, ``attachment_ids`` and ``rule_ids`` are those that the reminder names, in its
    order: what hangs on it without being named there is not shown.
    """

    id: str
    record_name: str
    change_tag: str = ""
    deleted: bool = False
    title: str = ""
    notes: str = ""
    done: bool = False
    completed_at_ms: int | None = None
    due: Due | None = None
    priority: Priority = Priority.NONE
    flagged: bool = False
    list_id: str = ""
    parent_id: str | None = None
    recurring: bool = False
    tag_ids: tuple[str, ...] = ()
    attachment_ids: tuple[str, ...] = ()
    rule_ids: tuple[str, ...] = ()
    created_ms: int | None = None
    modified_ms: int | None = None
    opaque: frozenset[Field] = field(default=frozenset())
    problems: str = ""

    def reminder(self) -> Reminder:
        """The fields that are merged, but for tags, links and repetition.

        Those stand in records of their own, and the caller joins them.
        """
        return Reminder(
            id=self.id,
            title=self.title,
            notes=self.notes,
            done=Completion(at_ms=self.completed_at_ms) if self.done else None,
            due=self.due,
            priority=self.priority,
            flagged=self.flagged,
            list=self.list_id,
            parent=self.parent_id,
            opaque=self.opaque,
        )


@dataclass(frozen=True, slots=True)
class ListRow:
    """A decoded list or group; ``order`` holds its reminders' ids as the device orders them."""

    id: str
    record_name: str
    change_tag: str = ""
    deleted: bool = False
    name: str = ""
    is_group: bool = False
    group_id: str | None = None
    order: tuple[str, ...] = ()
    color: str | None = None
    read_only: bool = False
    problems: str = ""

    def info(self) -> ListInfo:
        """What the rest of the programme knows of a list."""
        return ListInfo(self.id, self.name, self.is_group, self.group_id, self.read_only)


@dataclass(frozen=True, slots=True)
class AlarmRow:
    """A decoded alarm; ``at`` is its moment as text, ``nonce`` as the wire has it."""

    id: str
    reminder_id: str
    record_name: str
    trigger_id: str | None = None
    trigger_kind: str = ""
    at: str = ""
    nonce: float | None = None
    deleted: bool = False


@dataclass(frozen=True, slots=True)
class TagRow:
    """A decoded hashtag, ``name`` without its ``#``.

    Read from the mirror, it has its ``record_name``; to put it there, the record's own will do.
    """

    id: str
    reminder_id: str
    name: str
    record_name: str = ""


@dataclass(frozen=True, slots=True)
class AttachmentRow:
    """A decoded attachment: a link (``kind`` ``URL``), an image, or what else the wire names.

    ``file_size`` is in bytes, ``width`` and ``height`` in pixels; ``None`` is not known.
    """

    id: str
    reminder_id: str
    record_name: str
    kind: str = ""
    url: str | None = None
    uti: str | None = None
    file_name: str | None = None
    file_size: int | None = None
    width: int | None = None
    height: int | None = None
    deleted: bool = False


@dataclass(frozen=True, slots=True)
class RuleRow:
    """A decoded recurrence rule; ``frequency`` is the wire's number, ``None`` where it has none.

    ``count`` times or up to ``until_ms``, where ``None`` is no such end. ``other``: it has parts
    that we do not understand.
    """

    id: str
    reminder_id: str
    record_name: str
    frequency: int | None = None
    interval: int = 1
    count: int | None = None
    until_ms: int | None = None
    other: bool = False
    deleted: bool = False


DecodedRow = ReminderRow | ListRow | AlarmRow | TagRow | AttachmentRow | RuleRow


@dataclass(frozen=True, slots=True)
class Changes:
    """The reminders and lists touched since a cursor, and the cursor to ask with next time."""

    cursor: int
    ids: frozenset[str]
