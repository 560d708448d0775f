"""The row of a decoded reminder."""

from __future__ import annotations

from dataclasses import dataclass, field

from store.model import Completion, Due, Early, Field, Priority, Reminder

__all__ = ["ReminderRow"]


@dataclass(frozen=True, slots=True)
class ReminderRow:
    """A decoded reminder; ``deleted`` is the record's own soft mark, a tombstone has no row.

    ``alarm_ids``, ``tag_ids``, ``attachment_ids`` and ``rule_ids`` are those that the reminder
    names, in its order: what hangs on it without being named there is not shown. ``start_ms`` is a
    wall clock read as UTC; ``imported``: it comes from before the upgrade of the account.
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
    alarm_ids: tuple[str, ...] = ()
    early: frozenset[Early] = frozenset()
    tag_ids: tuple[str, ...] = ()
    attachment_ids: tuple[str, ...] = ()
    rule_ids: tuple[str, ...] = ()
    created_ms: int | None = None
    modified_ms: int | None = None
    start_ms: int | None = None
    imported: bool = False
    opaque: frozenset[Field] = field(default=frozenset())
    problems: str = ""

    def reminder(self) -> Reminder:
        """The fields that are merged, but for alarms, tags, links and repetition.

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
