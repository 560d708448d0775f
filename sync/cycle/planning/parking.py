"""What was refused for good, against what is wanted now: what is sent all the same, and what waits.

Rules it keeps
1. What was refused is not sent again while it is wanted as it was; another value is a fresh try.
2. What else is wanted of the same thing is sent without the refused part.
3. What cannot be without something that was refused waits with its reason.
4. A refused write that nobody wants any more is forgotten, but not for want of a look at it.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace

from store.activity.outbox import STANDING, Intent
from store.model import Completion, Field, Value
from sync.core.actions import Hold, HoldKind

__all__ = ["WHOLE", "Sorted", "sort_out"]

WHOLE = ""
"""Stands for all of an operation, where others name the field or text."""

_IN_PARTS = ("update", "update-list", "sections")  # of which a part can be sent alone
_MAKING = ("create", "undelete", "create-list", "create-group", "create-section")
_PLACE = (Field.LIST, Field.PARENT)
_HOLDERS = ("group", "list")  # texts that name what a list or section is in

Part = tuple[str, str]


@dataclass(slots=True)
class Sorted:
    """What goes into the outbox, the refused writes (by number) to forget, and what waits.

    ``withheld`` is what is wanted and not sent: by id, the names of fields and texts, or ``WHOLE``.
    """

    intents: list[Intent] = field(default_factory=list)
    overtaken: list[int] = field(default_factory=list)
    holds: list[Hold] = field(default_factory=list)
    withheld: Mapping[str, Collection[str]] = field(default_factory=dict)


def sort_out(wanted: Sequence[Intent], parked: Sequence[Intent], unsure: Collection[str]) -> Sorted:
    """Hold what is wanted against what was refused; nothing is decided on ids that are ``unsure``.

    What a person asked for by a verb is nobody's plan, and stays.
    """
    found = Sorted()
    refused: dict[str, list[Intent]] = {}
    goals = {(intent.id, intent.kind): _parts(intent) for intent in wanted}
    for one in parked:
        if one.kind in STANDING:
            continue
        if one.id in unsure or _is_wanted(one, goals.get((one.id, one.kind))):
            refused.setdefault(one.id, []).append(one)
        else:
            found.overtaken.append(one.seq)
    missing = {id: _why(one) for id, ones in refused.items() for one in ones if _makes(one)}
    left = [rest for intent in wanted if (rest := _without(intent, refused)) is not None]
    _hold_back(left, missing, found)
    found.withheld = _withheld(wanted, found.intents)
    return found


def _withheld(wanted: Sequence[Intent], sent: Sequence[Intent]) -> dict[str, set[str]]:
    going = {(intent.id, intent.kind): _names(intent) for intent in sent}
    found: dict[str, set[str]] = {}
    for intent in wanted:
        left = _names(intent) - going.get((intent.id, intent.kind), set())
        if intent.kind == "sections":  # its texts are reminders, each in its section
            found.update({id: found.get(id, set()) | {Field.SECTION.value} for id in left})
        elif left:
            found.setdefault(intent.id, set()).update(left)
    return found


def _names(intent: Intent) -> set[str]:
    whole = {WHOLE} if intent.kind not in _IN_PARTS else set()
    return whole | {name.value for name in intent.changes} | intent.texts.keys()


def _parts(intent: Intent) -> dict[Part, object]:
    """What an intent wants, part by part; the instant of a tick is ours and means nothing."""
    changes: dict[Part, object] = {
        ("field", name.value): isinstance(value, Completion) or value
        for name, value in intent.changes.items()
    }
    return changes | {("text", word): text for word, text in intent.texts.items()}


def _is_wanted(refused: Intent, goal: Mapping[Part, object] | None) -> bool:
    if goal is None:
        return False
    parts = _parts(refused)
    if refused.kind in _IN_PARTS:
        return all(part in goal and goal[part] == value for part, value in parts.items())
    return parts == goal


def _without(intent: Intent, refused: Mapping[str, Sequence[Intent]]) -> Intent | None:
    """The intent less what was refused of it; ``None`` where nothing is left."""
    for one in refused.get(intent.id, ()):
        if one.kind != intent.kind:
            continue
        if intent.kind not in _IN_PARTS:
            return None
        changes = {name: value for name, value in intent.changes.items() if name not in one.changes}
        texts = {word: text for word, text in intent.texts.items() if word not in one.texts}
        intent = replace(intent, changes=changes, texts=texts)
        if not changes and not texts.keys() - {"section"}:
            return None
    return intent


def _makes(intent: Intent) -> bool:
    return intent.kind in _MAKING


def _why(intent: Intent) -> str:
    name = intent.changes.get(Field.TITLE) or intent.texts.get("name") or intent.id
    return f"“{name}”, which iCloud did not accept ({intent.reason})"


def _hold_back(wanted: Sequence[Intent], missing: dict[str, str], found: Sorted) -> None:
    """Take out what cannot be without something that iCloud refused, however far down."""
    left = list(wanted)
    blocked = True
    while blocked:
        blocked = False
        for intent in list(left):
            needed = next((id for id in _needs(intent) if id in missing), None)
            if needed is None:
                continue
            blocked = True
            left.remove(intent)
            found.holds.append(Hold(intent.id, HoldKind.BLOCKED, f"it waits for {missing[needed]}"))
            if _makes(intent):
                missing[intent.id] = missing[needed]
            elif rest := _in_its_place(intent):
                left.append(rest)
    found.intents = left


def _needs(intent: Intent) -> list[str]:
    """The ids of what has to be there before it."""
    values: list[Value] = [intent.changes.get(name) for name in _PLACE]
    if intent.kind.endswith(("-list", "-group", "-section")):
        values += [intent.texts.get(word) for word in _HOLDERS]
    if intent.kind == "sections":
        values.append(intent.id)
    return [str(value) for value in values if value]


def _in_its_place(intent: Intent) -> Intent | None:
    """What else an update says, without the place that is not there."""
    changes: dict[Field, Value] = {
        name: value
        for name, value in intent.changes.items()
        if name not in (*_PLACE, Field.SECTION)
    }
    return replace(intent, changes=changes, texts={}) if changes else None
