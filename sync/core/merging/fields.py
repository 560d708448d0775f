"""Merging all fields of one reminder that both sides have: what goes where, and what is held."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from store.model import (
    Field,
    Reminder,
    Value,
)
from sync.core.actions import (
    Conflict,
    Hold,
    HoldKind,
    MoveLine,
    RenderOp,
    SetLine,
)
from sync.core.case import Case
from sync.core.merging.lift import PLACE, as_reminder, lift, overlay
from sync.core.merging.merge import (
    MISSING,
    Agreed,
    Base,
    Conflicted,
    Joined,
    Push,
    Render,
    Side,
    merge,
)
from sync.core.merging.notes import merge_notes
from sync.core.snapshot import (
    LocalItem,
    Policy,
    RemoteItem,
)

__all__ = [
    "BLANK",
    "Fields",
    "hold_back",
    "hold_crossing",
    "images_after",
    "keep_unsayable",
    "line_change",
    "merge_fields",
    "move_whole",
    "wordless",
]

BLANK = Reminder("")


@dataclass(slots=True)
class Fields:
    """What the merge of all fields of one reminder comes to; ``seen`` is what the file says.

    ``joined`` is what iCloud has of the fields whose render says more than that.
    """

    seen: Reminder
    pushes: dict[Field, Value] = field(default_factory=dict)
    renders: dict[Field, Value] = field(default_factory=dict)
    joined: dict[Field, Value] = field(default_factory=dict)
    learned: dict[Field, Value] = field(default_factory=dict)
    conflicts: list[Conflict] = field(default_factory=list)
    holds: list[Hold] = field(default_factory=list)


def merge_fields(case: Case, local: LocalItem, remote: RemoteItem, wins: Side) -> Fields:
    """Merge all fields that both sides can be read in; ``wins`` decides where both changed one."""
    base = as_reminder(case.id, case.base) if case.base else None
    seen = lift(local.reminder, case.policy.shown, remote.reminder, base)
    fields = Fields(seen)
    unsaid = wordless(case.policy)
    for name in Field:
        if name in remote.reminder.opaque:
            if name not in unsaid:
                _hold_unread(case, name, fields)
            continue
        known = before = case.base.get(name, MISSING)
        if known is MISSING and case.origin:
            before = _origin(name, seen, remote.reminder)
        if before is MISSING and case.base:
            before = BLANK.value(name)  # it could not be read until now; saying nothing is no edit
        if name in unsaid:
            if remote.reminder.value(name) != known:
                fields.learned[name] = remote.reminder.value(name)
            continue
        if name in seen.opaque:
            continue
        if name is Field.IMAGES:
            _take_images(before, seen.images, remote.reminder.images, fields)
            continue
        if name is Field.REPEAT and before is MISSING and remote.reminder.repeat is not None:
            before = None  # a line that has never said anything of it has not said that it ends
        if name is Field.SECTION and known is MISSING:
            before = ""  # standing in none is saying nothing
        merging = merge_notes if name is Field.NOTES else merge
        match merging(before, seen.value(name), remote.reminder.value(name), wins):
            case Agreed(value):
                if value != known:
                    fields.learned[name] = value
            case Render(value):
                fields.renders[name] = value
                if name is Field.DONE and known is MISSING and case.origin:
                    # Or the line was typed after the other one was done: then this is told.
                    fields.conflicts.append(Conflict(case.id, name, value, None, Side.CLOUD))
            case Push(value):
                fields.pushes[name] = value
            case Joined(value) if value == seen.value(name):
                fields.pushes[name] = value
            case Joined(value):
                # The file first: what is sent before it stands there could look taken back.
                fields.renders[name] = value
                fields.joined[name] = remote.reminder.value(name)
            case Conflicted(winner, loser, winning):
                fields.conflicts.append(Conflict(case.id, name, winner, loser, winning))
                side = fields.renders if winning is Side.CLOUD else fields.pushes
                side[name] = winner
    return fields


def _origin(name: Field, here: Reminder, there: Reminder) -> Base:
    """What a reminder said when another machine made it from the very line that stands here.

    Of its words and its place these are known. And either side may have ticked it since: nobody
    un-ticks what they have just typed.
    """
    if name is Field.TITLE or (name in PLACE and here.list != there.list):
        return here.value(name)
    return None if name is Field.DONE else MISSING


def _hold_unread(case: Case, name: Field, fields: Fields) -> None:
    """What is said here of what cannot be read there is not sent, and a person is told."""
    if name in fields.seen.opaque or name in PLACE or name is Field.IMAGES:
        return
    if fields.seen.value(name) != case.base.get(name, BLANK.value(name)):
        reason = f"its {name} in iCloud cannot be read here, so what the line says is not sent"
        fields.holds.append(Hold(case.id, HoldKind.UNREADABLE, reason))
    elif name is Field.TITLE:
        reason = "its title in iCloud cannot be read here, so the line keeps the one that it has"
        fields.holds.append(Hold(case.id, HoldKind.UNREADABLE, reason))


def _take_images(before: Base, here: Value, there: Value, fields: Fields) -> None:
    """Images come from iCloud alone: what is new there comes, what is gone there goes.

    A line that a person took away stays away, and one that they wrote stays: neither is sent. So
    both sides may differ and be at rest, and the base is what iCloud has once the file followed.
    """
    assert isinstance(here, frozenset)
    assert isinstance(there, frozenset)
    known = before if isinstance(before, frozenset) else frozenset()
    wanted = (here | (there - known)) - (known - there)
    if wanted != here:
        fields.renders[Field.IMAGES] = wanted
    elif there != before:
        fields.learned[Field.IMAGES] = there


def images_after(before: Base, here: Value, wanted: Value) -> Value:
    """The base once a line shows ``wanted``: less their own images, with what they removed."""
    assert isinstance(here, frozenset)
    assert isinstance(wanted, frozenset)
    known = before if isinstance(before, frozenset) else frozenset()
    return (wanted - (here - known)) | (known - here)


def wordless(policy: Policy) -> frozenset[Field]:
    """What the format has no words for: agreed on once it is known, blank where no one said it.

    Else it would look edited in iCloud for ever, and no deletion of a line would count.
    """
    return policy.shown(BLANK).opaque


def move_whole(id: str, fields: Fields, remote: Reminder, wins: Side) -> None:
    """List, parent and section are one place: where both sides moved it, one side's wins whole.

    A section of one list is none of another's, whatever it is called.
    """
    if Field.LIST in fields.pushes and fields.seen.section:
        fields.pushes[Field.SECTION] = fields.seen.section
    if not (fields.pushes.keys() & PLACE and fields.renders.keys() & PLACE):
        return
    to_files = wins is Side.CLOUD
    loses, gets = (fields.pushes, fields.renders)[:: 1 if to_files else -1]
    for name in PLACE:
        if name in loses:
            here, there = fields.seen.value(name), remote.value(name)
            winner, loser = (there, here) if to_files else (here, there)
            fields.conflicts = [one for one in fields.conflicts if one.field is not name]
            fields.conflicts.append(Conflict(id, name, winner, loser, wins))
            del loses[name]
            gets[name] = winner


def keep_unsayable(case: Case, fields: Fields, remote: Reminder) -> None:
    """What no line can say is not written: the line keeps its words, and a person is told."""
    if not fields.renders:
        return
    for name in sorted(case.policy.shown(remote).opaque & fields.renders.keys()):
        del fields.renders[name]
        if name is Field.REPEAT and remote.done is not None:
            continue  # the rule of a completed line says nothing until it is open again
        fields.conflicts = [one for one in fields.conflicts if one.field is not name]
        reason = f"no line can say its {name} in iCloud; the line keeps what it says"
        fields.holds.append(Hold(case.id, HoldKind.UNSAYABLE, reason))


def hold_back(case: Case, fields: Fields, closed: str) -> None:
    """Take out of the pushes what must not be sent, and say so."""
    if closed and fields.pushes:
        names = ", ".join(sorted(fields.pushes))
        reason = f"{closed}; edited in the file and not sent: {names}"
        fields.holds.append(Hold(case.id, HoldKind.READ_ONLY, reason))
        fields.pushes.clear()


def hold_crossing(case: Case, fields: Fields, remote: Reminder) -> None:
    """Nothing moves between lists of different owners and stays the same reminder."""
    wanted = fields.pushes.get(Field.LIST)
    goal = case.lists.get(str(wanted)) if wanted is not None else None
    if goal is None or goal.zone == case.view(remote).zone:
        return
    for name in PLACE:
        fields.pushes.pop(name, None)
    reason = (
        f"it cannot move to “{goal.name}”, a list of another owner, and stay the same reminder:"
        " move it on a device, or type it there anew and delete this line"
    )
    fields.holds.append(Hold(case.id, HoldKind.CROSSING, reason))


def line_change(case: Case, fields: Fields) -> tuple[RenderOp, ...]:
    """What its line shall say otherwise: in its place, or, where that changes, as a whole."""
    changes = fields.renders
    if not changes:
        return ()
    agreed = {name: value for name, value in fields.joined.items() if name in changes}
    if changes.keys() & PLACE:
        # It takes along all that it says, also what is held back or cannot be compared.
        # The rule of a completed line cannot be compared, but is known.
        unread = {name: value for name, value in case.base.items() if name in fields.seen.opaque}
        whole = overlay(overlay(fields.seen, unread), changes)
        if fields.seen.done is not None and whole.done is None:
            whole = replace(whole, opaque=whole.opaque - unread.keys())  # open, it says it again
        return (MoveLine(case.id, whole, changes, agreed),)
    return (SetLine(case.id, changes, agreed),)
