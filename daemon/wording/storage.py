"""Says what the store reports as an error of ours, with an exit code and a way out."""

from __future__ import annotations

from store.errors import Damaged, Full, Locked, StoreError, Unwritable
from sync.errors import MirrorDamaged, RemindersdError
from sync.machine import told

__all__ = ["as_ours"]

_WAYS_OUT: dict[type[StoreError], str] = {
    Full: "make room on the disk that it is on; nothing was lost, and the next sync goes on",
    Unwritable: "see that there is room on the disk and that you may read and write the file",
    Locked: "let the other process finish",
}


def as_ours(error: StoreError) -> RemindersdError:
    """What the store reports, as an error with an exit code and a way out."""
    if isinstance(error, Damaged):
        return MirrorDamaged(
            str(error),
            "run `remindersd rebuild`: it makes a new one from files and iCloud, and keeps the old",
        )
    if isinstance(error.__cause__, OSError):
        ours = told(error.__cause__)
        if ours is not None:
            return ours
    return RemindersdError(str(error), _WAYS_OUT.get(type(error), ""))
