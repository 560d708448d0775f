"""Compares what the phone shows with what the files say, and names every difference."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import PurePosixPath

from daemon.demo.phone import Shown
from store.model import AllDay, Due, Floating, Priority, Reminder, Zoned
from sync.local.markdown import parse
from sync.local.names import list_name
from sync.local.text import clean_notes, clean_title

__all__ = ["differences"]

_NUMBERS = {Priority.NONE: 0, Priority.HIGH: 1, Priority.MEDIUM: 5, Priority.LOW: 9}


def differences(shown: Iterable[Shown], files: Mapping[str, bytes], home_zone: str) -> list[str]:
    """One sentence for each reminder that phone and ``files`` (by path) do not agree about.

    A reminder that is done may be missing from the files: they show those of late only.
    ``home_zone`` is the zone of times that name none.
    """
    on_phone = {_key(reminder): _of_phone(reminder) for reminder in shown}
    in_files = {
        (list_name(PurePosixPath(path).stem), task.reminder.title): _of_file(task.reminder)
        for path, data in files.items()
        for task in parse(data, home_zone).tasks
    }
    told = []
    for list_, title in sorted(on_phone.keys() | in_files.keys()):
        there, here = on_phone.get((list_, title)), in_files.get((list_, title))
        if there == here or (here is None and there is not None and there["done"]):
            continue
        told.append(f"“{title}” in {list_}: {_unlike(there, here)}")
    return told


def _unlike(there: Mapping[str, object] | None, here: Mapping[str, object] | None) -> str:
    if here is None:
        return "not in the files"
    if there is None:
        return "not on the phone"
    names = [name for name in there if there[name] != here[name]]
    return "; ".join(f"{name} {there[name]!r} on the phone, {here[name]!r} here" for name in names)


def _key(shown: Shown) -> tuple[str, str]:
    return shown.list, clean_title(shown.title)


def _of_phone(shown: Shown) -> dict[str, object]:
    return {
        "done": shown.done,
        "due": shown.due,
        "flagged": shown.flagged,
        "priority": shown.priority,
        "notes": clean_notes(shown.notes),
    }


def _of_file(reminder: Reminder) -> dict[str, object]:
    return {
        "done": reminder.done is not None,
        "due": _due(reminder.due),
        "flagged": reminder.flagged,
        "priority": _NUMBERS[reminder.priority],
        "notes": reminder.notes,
    }


def _due(due: Due | None) -> str:
    match due:
        case AllDay(day):
            return day.isoformat()
        case Floating(wall):
            return wall.isoformat(timespec="minutes")
        case Zoned(wall, zone):
            return f"{wall.isoformat(timespec='minutes')}[{zone}]"
        case None:
            return ""
