"""The rows of what hangs on a reminder in records of its own."""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["AlarmRow", "AssignmentRow", "AttachmentRow", "RuleRow", "TagRow"]


@dataclass(frozen=True, slots=True)
class AlarmRow:
    """A decoded alarm; what sets it off is a ``TriggerRow``.

    ``nonce`` is as the wire has it; ``acknowledged_ms`` is when it was dismissed.
    """

    id: str
    reminder_id: str
    record_name: str
    trigger_id: str | None = None
    nonce: float | None = None
    acknowledged_ms: int | None = None
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

    ``file_size`` is in bytes, ``width`` and ``height`` in pixels; ``file_mark`` tells its file
    from the next one; ``None`` is not known.
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
    file_mark: str | None = None
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


@dataclass(frozen=True, slots=True)
class AssignmentRow:
    """A decoded assignment of a reminder in a shared list to one of those who share it.

    ``assignee`` and ``originator`` (who assigned it) are the wire's identifiers of participants,
    ``status`` its number; what either stands for is said nowhere.
    """

    id: str
    reminder_id: str
    record_name: str
    assignee: str | None = None
    originator: str | None = None
    status: int | None = None
    assigned_ms: int | None = None
    deleted: bool = False
