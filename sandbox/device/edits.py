"""Makes the edits that a person can make in the app, on the phone's own copy.

Each writes what the app writes: character-level text edits, raised tokens, alarms with nonces.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from enum import Enum

from sandbox.device import alarms, crdt, document, moment
from sandbox.device.document import DocumentError
from sandbox.device.exchange import dependants
from sandbox.device.moment import Moment
from sandbox.device.own import Copy, Json, Own
from sandbox.device.tokens import key_of


class Keep(Enum):
    """Stands for "leave this as it is" where None means "clear it"."""

    KEEP = "keep"


KEEP = Keep.KEEP

_ONE_LEVEL = "subtasks have one level: neither a subtask nor a parent can go under"


def list_named(own: Own, name: str) -> Copy:
    """Return the live list or group of that name or bare UUID. Raises LookupError."""
    there = [copy for copy in own.of_type("List") if own.live(copy.name)]
    found = [copy for copy in there if name in (copy.get("Name"), copy.id)]
    if len(found) != 1:
        names = ", ".join(sorted(str(copy.get("Name")) for copy in there)) or "none"
        raise LookupError(f"{len(found)} lists are named {name!r}; there are: {names}")
    return found[0]


def reminder_with(own: Own, identity: str) -> Copy:
    """Return the live reminder with that bare UUID. Raises LookupError."""
    copy = own.by_id("Reminder", identity)
    if copy is None or not own.live(copy.name):
        raise LookupError(f"no reminder has the id {identity}")
    return copy


def create(
    own: Own,
    list_name: str,
    title: str,
    *,
    notes: str = "",
    due: str | None = None,
    priority: int = 0,
    flagged: bool = False,
    parent: str | None = None,
    tags: Iterable[str] = (),
    created: float | None = None,
) -> str:
    """Create a reminder; `created` in seconds since 1970. Returns its bare UUID."""
    holder = list_named(own, list_name)
    if holder.get("IsGroup"):
        raise ValueError(f"{list_name!r} is a group and holds no reminders")
    _check_priority(priority)
    if parent is not None:
        _top_level(own, parent)  # refused before anything is made
    when = moment.parse(due) if due else None
    born = own.now_ms if created is None else int(created * 1000)
    fields: Json = {
        "TitleDocument": document.encode(crdt.fresh(title, own.replica)),
        "NotesDocument": document.encode(crdt.fresh(notes, own.replica)) if notes else None,
        "List": holder.name,
        "Completed": 0,
        "CompletionDate": None,
        "Deleted": 0,
        "CreationDate": born,
        "LastModifiedDate": born,
        "Flagged": int(flagged),
        "Priority": priority,
        "ParentReminder": None,
        "Imported": 0,
    }
    copy = own.add("Reminder", {**fields, **_due_fields(when)}, holder.name)
    own.raise_tokens(copy, fields)
    alarms.settle(own, copy)
    for tag in tags:
        attach(own, copy.id, "Hashtag", {"Name": tag, "Type": 1, "CreationDate": born})
    if parent is not None:
        make_subtask(own, copy.id, parent)
    return copy.id


def _check_priority(priority: int) -> None:
    if not 0 <= priority <= 9:
        raise ValueError(f"priority {priority} is not 0 (none), 1 (high), 5 (medium) or 9 (low)")


def attach(own: Own, identity: str, kind: str, fields: Json) -> str:
    """Hang a Hashtag, RecurrenceRule, Attachment or Assignment on one; returns its bare UUID."""
    reminder = reminder_with(own, identity)
    links: Json = {"Reminder": reminder.name, "Imported": 0, "Deleted": 0}
    child = own.add(kind, {**fields, **links}, reminder.name)
    ids = f"{kind}IDs"
    if key_of("Reminder", ids) is None:
        raise ValueError(f"a reminder carries no {kind}")
    own.change(reminder, {ids: [*reminder.ids(ids), child.id]})
    return child.id


def edit(
    own: Own,
    identity: str,
    *,
    title: str | Keep = KEEP,
    notes: str | Keep = KEEP,
    due: str | Keep | None = KEEP,
    priority: int | Keep = KEEP,
    flagged: bool | Keep = KEEP,
) -> None:
    """Change what is given. Raises LookupError, and ValueError for what the app cannot edit."""
    copy = reminder_with(own, identity)
    values: Json = {}
    if not isinstance(title, Keep):
        values["TitleDocument"] = _retyped(own, copy, "TitleDocument", title)
    if not isinstance(notes, Keep):
        values["NotesDocument"] = _retyped(own, copy, "NotesDocument", notes)
    if not isinstance(priority, Keep):
        _check_priority(priority)
        values["Priority"] = priority
    if not isinstance(flagged, Keep):
        values["Flagged"] = int(flagged)
    moved = {} if isinstance(due, Keep) else _due_fields(moment.parse(due) if due else None)
    # Saving a screen on which nothing changed writes nothing.
    values = {name: value for name, value in values.items() if copy.get(name) != value}
    if all(copy.get(name) == value for name, value in moved.items()):
        moved = {}
    if values or moved:
        own.change(copy, values)
    if moved:
        before = _readable_due(copy)
        for name, value in moved.items():
            own.write(copy, name, value)
        alarms.settle(own, copy, before)


def _readable_due(copy: Copy) -> Moment | None:
    try:
        return alarms.due_of(copy)
    except ValueError:
        return None


def _due_fields(when: Moment | None) -> Json:
    return {
        "DueDate": when.millis if when else None,
        "TimeZone": when.zone if when else None,
        "AllDay": int(when is not None and when.all_day),
    }


def _retyped(own: Own, copy: Copy, field: str, text: str) -> str | None:
    value = copy.get(field)
    if value is None:
        return document.encode(crdt.fresh(text, own.replica)) if text else None
    try:
        known = document.decode(str(value))
    except DocumentError as error:
        raise ValueError(
            f"{copy.name}: {field} is corrupt and cannot be edited: {error}"
        ) from error
    edited = crdt.edit(known, text, own.replica)
    return str(value) if edited is known else document.encode(edited)


def complete(own: Own, identity: str, when: float | datetime | None) -> None:
    """Tick a reminder off at `when` (seconds since 1970, or aware datetime; default now)."""
    if isinstance(when, datetime):
        when = when.timestamp()
    millis = own.now_ms if when is None else int(when * 1000)
    own.change(reminder_with(own, identity), {"Completed": 1, "CompletionDate": millis})


def reopen(own: Own, identity: str) -> None:
    """Take the tick off again."""
    own.change(reminder_with(own, identity), {"Completed": 0, "CompletionDate": None})


def move(own: Own, identity: str, list_name: str) -> None:
    """Move a reminder with its subtasks to another list; a subtask leaves its parent."""
    holder = list_named(own, list_name)
    if holder.get("IsGroup"):
        raise ValueError(f"{list_name!r} is a group and holds no reminders")
    copy = reminder_with(own, identity)
    if copy.get("List") == holder.name:
        return
    _put(own, copy, holder.name)
    if copy.get("ParentReminder"):
        own.change(copy, {"ParentReminder": None})
    for child in _subtasks(own, copy):
        _put(own, child, holder.name)


def _put(own: Own, copy: Copy, holder: str) -> None:
    copy.parent = holder
    own.change(copy, {"List": holder})


def make_subtask(own: Own, identity: str, parent: str | None) -> None:
    """Put a reminder under another one of the same list, or at top level with None.

    There is one level only: raises ValueError when either side is already the other kind.
    """
    copy = reminder_with(own, identity)
    if parent is None:
        own.change(copy, {"ParentReminder": None})
        return
    holder = _top_level(own, parent)
    if holder is copy or _subtasks(own, copy):
        raise ValueError(_ONE_LEVEL)
    if copy.get("List") != holder.get("List"):
        _put(own, copy, str(holder.get("List")))
    own.change(copy, {"ParentReminder": holder.name})


def _top_level(own: Own, identity: str) -> Copy:
    """Return the live reminder with that bare UUID, under which others can go."""
    copy = reminder_with(own, identity)
    if copy.get("ParentReminder"):
        raise ValueError(_ONE_LEVEL)
    return copy


def _subtasks(own: Own, copy: Copy) -> list[Copy]:
    return [
        other
        for other in own.of_type("Reminder")
        if other.get("ParentReminder") == copy.name and own.live(other.name)
    ]


def delete(own: Own, identity: str, hard: bool) -> None:
    """Delete a reminder with its subtasks: softly as the app does, or for good, children first."""
    copy = reminder_with(own, identity)
    if hard:
        for other in [*dependants(own, {copy.name}), copy]:
            own.doom(other)
        return
    for other in [*_subtasks(own, copy), copy]:
        own.change(other, {"Deleted": 1})


def empty_deleted(own: Own) -> int:
    """Let what was softly deleted be gone for good, as weeks later; how many reminders.

    One that has a living subtask stays until that is gone, too.
    """
    gone = 0
    for copy in own.of_type("Reminder"):
        hanging = dependants(own, {copy.name})
        if copy.get("Deleted") and not any(
            other.type == "Reminder" and own.live(other.name) for other in hanging
        ):
            gone += 1
            for other in [*hanging, copy]:
                own.doom(other)
    return gone
