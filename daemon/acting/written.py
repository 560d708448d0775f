"""Says what a verb wrote: as a document, with what was understood in words."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from daemon.wording.words import said
from store.model import AllDay, Due, Field, Floating, Priority, Reminder, Zoned
from sync.cycle.asked.writing import Written
from sync.cycle.planning.sentences import member

__all__ = ["when_in_words", "written_document"]

Document = dict[str, Any]
_DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_MONTHS = (
    *("Jan", "Feb", "Mar", "Apr", "May", "Jun"),
    *("Jul", "Aug", "Sep", "Oct", "Nov", "Dec"),
)
_MARKS = {Priority.LOW: "!", Priority.MEDIUM: "!!", Priority.HIGH: "!!!"}


def written_document(written: Written, *, dry_run: bool = False) -> Document:
    """The document of `add --json` and its like, and of the socket's answers.

    ``state`` is ``waiting`` where something was written, which the next cycle sends, and
    ``unchanged`` where all was so already.
    """
    out = written.outcome
    ids = list(dict.fromkeys(out.ids))
    today = written.now.date()
    return {
        "schema": 1,
        "state": "waiting" if written.changed and not dry_run else "unchanged",
        "dry_run": dry_run,
        "id": ids[0] if len(ids) == 1 else None,
        "reminders": [_entry(written, id, today) for id in ids],
        "problems": list(written.problems),
    }


def _entry(written: Written, id: str, today: date) -> Document:
    out = written.outcome
    was, now = out.before.get(id), out.after.get(id)
    if was is None:
        did = "added"
    elif now is None:
        did = "deleted"
    else:
        did = "unchanged" if was == now else "changed"
    one = now or was
    assert one is not None
    path, line = written.at.get(id, (None, None))
    return {
        "id": id,
        "key": written.blocks.get(id, id),
        "did": did,
        "list": written.names.get(one.list),
        "title": one.title,
        "notes": one.notes,
        "done": one.done is not None,
        "due": said(Field.DUE, one.due, {}),
        "priority": one.priority.value,
        "flagged": one.flagged,
        "tags": sorted(one.tags),
        "urls": sorted(one.urls),
        "alarms": sorted(map(member, one.alarms)),
        "repeat": said(Field.REPEAT, one.repeat, {}),
        "section": one.section,
        "parent": one.parent,
        "subtasks": out.also.get(id, 0),
        "file": path,
        "line": line,
        "understood": _understood(one, written, today),
    }


def _understood(one: Reminder, written: Written, today: date) -> str:
    """What it is now, in a line: `call mum, tomorrow Mon 23 Nov 09:00, list Inbox, #family`."""
    parts = [one.title]
    if one.due is not None:
        parts.append(when_in_words(one.due, today, written.zone))
    if one.repeat is not None:
        parts.append(str(said(Field.REPEAT, one.repeat, {})))
    parts += sorted(map(member, one.alarms))
    parts.append(f"list {written.names.get(one.list, '?')}")
    if one.section:
        parts.append(f"section {one.section}")
    parts += [f"#{tag}" for tag in sorted(one.tags)]
    parts += [_MARKS[one.priority]] if one.priority in _MARKS else []
    parts += ["flagged"] if one.flagged else []
    return ", ".join(parts)


def when_in_words(due: Due, today: date, zone: str) -> str:
    """A due date as a person says it, near ones by name: `tomorrow Mon 23 Nov 09:00`."""
    day = due.day if isinstance(due, AllDay) else due.wall.date()
    near = {0: "today ", 1: "tomorrow ", -1: "yesterday "}.get((day - today).days, "")
    year = f" {day.year}" if day.year != today.year else ""
    text = f"{near}{_DAYS[day.weekday()]} {day.day} {_MONTHS[day.month - 1]}{year}"
    match due:
        case AllDay():
            return text
        case Floating(wall=wall):
            return f"{text} {_clock(wall)} wherever you are"
        case Zoned(wall=wall, zone=own):
            return f"{text} {_clock(wall)}" + (f" {own}" if own != zone else "")


def _clock(wall: datetime) -> str:
    return wall.strftime("%H:%M")
