"""Which edits take a run back: what still is as the run left it goes back, all else is named. Pure.

Rules it keeps
1. A value goes back only if it now is the one that the run wrote, and no file says otherwise.
2. What is as it was before is left alone: to undo a second time does nothing.
3. What the run made goes only if nobody has changed it since, and nothing stands in it that stays.
4. A conflict is not resolved by it: the value that lost is kept where conflicts are.

It knows neither records nor files: taking back is editing iCloud, and files follow as ever.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from typing import Literal, TypeVar

from store.model import Field, ListInfo, Reminder, Value
from sync.core.merging.merge import MISSING
from sync.core.trails import Trail, Trails

__all__ = ["Kind", "Left", "Now", "SectionNow", "TakeBack", "take_back"]

Kind = Literal["reminder", "list", "section"]

_WORDS = ("name", "group", "color", "emblem")  # what is taken back of a list
_UNTOLD = frozenset({Field.IMAGES})  # come from iCloud alone


@dataclass(frozen=True, slots=True)
class SectionNow:
    """A living section: the id of its list, and its name as files say it."""

    list: str
    name: str


@dataclass(frozen=True, slots=True)
class Now:
    """What there is now, of each kind what lives, by id.

    ``kinds`` says what every id is or was; ``asleep`` names the lists that were deleted softly;
    ``closed`` says why nothing may be written to a list, ``unsent`` which fields a file says
    otherwise, or all of them; ``lost`` are the conflicts: id, field, the value that won and the
    one that lost.
    """

    kinds: Mapping[str, Kind]
    reminders: Mapping[str, Reminder]
    lists: Mapping[str, ListInfo]
    sections: Mapping[str, SectionNow] = field(default_factory=dict)
    asleep: Mapping[str, str] = field(default_factory=dict)
    closed: Mapping[str, str] = field(default_factory=dict)
    unsent: Mapping[str, Collection[Field]] = field(default_factory=dict)
    lost: Collection[tuple[str, str, Value, Value]] = ()


@dataclass(frozen=True, slots=True)
class Left:
    """Something that stays as it is, and why, as a sentence."""

    id: str
    reason: str


@dataclass(slots=True)
class TakeBack:
    """What has to be done in iCloud, by id, and what is left.

    ``sections`` are names of sections that reminders go back into; ``restores`` say what each
    was when it was deleted, as far as that is known. ``back`` counts what already is as before,
    ``shown`` lines that only came or went, which changed nothing.
    """

    updates: dict[str, dict[Field, Value]] = field(default_factory=dict)
    sections: dict[str, str] = field(default_factory=dict)
    deletions: list[str] = field(default_factory=list)
    restores: dict[str, dict[Field, Value]] = field(default_factory=dict)
    lists: dict[str, dict[str, str | None]] = field(default_factory=dict)
    list_deletions: list[str] = field(default_factory=list)
    list_restores: list[str] = field(default_factory=list)
    retitles: dict[str, str] = field(default_factory=dict)
    section_deletions: list[str] = field(default_factory=list)
    left: list[Left] = field(default_factory=list)
    back: int = 0
    shown: int = 0

    @property
    def writes(self) -> bool:
        """Whether anything would change."""
        there = (self.updates, self.sections, self.deletions, self.restores, self.lists)
        lists = (self.list_deletions, self.list_restores, self.retitles, self.section_deletions)
        return any((*there, *lists))

    def leave(self, id: str, reason: str) -> None:
        """It stays as it is."""
        self.left.append(Left(id, reason))


def take_back(trails: Trails, now: Now) -> TakeBack:
    """The edits that take back what ``trails`` tell of a run, in the order of its changes."""
    plan = TakeBack()
    for id, words in trails.items():
        match now.kinds.get(id):
            case "reminder":
                plan.shown += _reminder(id, words, now, plan)
            case "list":
                _list(id, words, now, plan)
            case "section":
                _section(id, words, now, plan)
    _wake_lists(now, plan)
    _keep_what_holds_something(now, plan)
    return plan


# ---- reminders ----------------------------------------------------------------------------------


def _reminder(id: str, words: Mapping[str, Trail], now: Now, plan: TakeBack) -> bool:
    """Take one reminder back; whether only a line of it came or went."""
    fields = {Field(name): words[name] for name in words if name in _FIELDS}
    life = words.get("deleted")
    was = life is None or life.before is False
    is_there = life is None or life.after is False
    living = now.reminders.get(id)
    if is_there and not was:
        _unmake(id, fields, living, now, plan)
    elif was and not is_there:
        if living is not None:
            plan.back += 1
        else:
            plan.restores[id] = _before(fields)
    elif not was:
        plan.back += 1  # made and taken away again
    elif not fields:
        return "line" in words
    elif living is None:
        plan.leave(id, "it was deleted since")
    else:
        _put_back(id, fields, living, now, plan)
    return False


_FIELDS = frozenset(name.value for name in Field if name not in _UNTOLD)


def _before(fields: Mapping[Field, Trail]) -> dict[Field, Value]:
    return {name: one.before for name, one in fields.items() if one.before is not MISSING}


def _unmake(
    id: str, fields: Mapping[Field, Trail], living: Reminder | None, now: Now, plan: TakeBack
) -> None:
    if living is None:
        plan.back += 1
        return
    closed = now.closed.get(living.list)
    changed = [
        name.value
        for name, one in fields.items()
        if name not in living.opaque and one.after is not MISSING
        if living.value(name) != one.after or name in now.unsent.get(id, ())
    ]
    if closed:
        plan.leave(id, f"it stays: {closed}")
    elif changed:
        plan.leave(id, f"it stays, for it was changed since: {', '.join(changed)}")
    else:
        plan.deletions.append(id)


def _put_back(
    id: str, fields: Mapping[Field, Trail], living: Reminder, now: Now, plan: TakeBack
) -> None:
    closed = now.closed.get(living.list)
    if closed:
        plan.leave(id, f"it stays: {closed}")
        return
    changes: dict[Field, Value] = {}
    moved = False
    for name, one in fields.items():
        value = living.value(name)
        if name is Field.SECTION:
            continue
        reason = _hindered(id, name, one, living, now, plan)
        if one.before is not MISSING and value == one.before and name not in living.opaque:
            plan.back += 1
            moved = moved or name is Field.LIST
        elif reason:
            plan.leave(id, f"its {name.value} stays: {reason}")
        elif one.before is not MISSING:
            changes[name] = one.before
            moved = moved or name is Field.LIST
    if changes:
        plan.updates[id] = changes
    if Field.SECTION in fields:
        _put_in_section(id, fields[Field.SECTION], living, moved, now, plan)


def _hindered(id: str, name: Field, one: Trail, living: Reminder, now: Now, plan: TakeBack) -> str:
    """Why a field cannot go back, "" if it can."""
    if name in living.opaque:
        return "it cannot be read in iCloud"
    if one.split or (id, name.value, one.after, one.before) in now.lost:
        return "both sides had changed it; see `remindersd conflicts`"
    if one.before is MISSING or one.after is MISSING:
        return "what it was before is not known"
    if living.value(name) != one.after:
        return "it was changed since"
    if name in now.unsent.get(id, ()):
        return "its line says something else by now"
    if name is Field.LIST:
        return _no_way(living.list, str(one.before), now)
    if name is Field.PARENT and one.before is not None:
        there = str(one.before) in now.reminders or str(one.before) in plan.restores
        return "" if there else "what it stood beneath is deleted"
    return ""


def _no_way(here: str, there: str, now: Now) -> str:
    """Why nothing moves from a list into another, "" if it can."""
    goal, home = now.lists.get(there), now.lists.get(here)
    if goal is None:
        return "the list that it came from is deleted"
    if there in now.closed:
        return now.closed[there]
    if home is not None and home.zone != goal.zone:
        return "the list that it came from is another owner's"
    return ""


def _put_in_section(
    id: str, one: Trail, living: Reminder, moved: bool, now: Now, plan: TakeBack
) -> None:
    """A reminder that goes back to its list has left its section on the way."""
    if one.split or not isinstance(one.before, str):
        plan.leave(id, "its section stays: what it was before is not known")
    elif living.section == one.before and not (moved and id in plan.updates):
        plan.back += 1
    elif moved and living.section in ("", one.after):
        if one.before:
            plan.sections[id] = one.before
    elif living.section != one.after or Field.SECTION in now.unsent.get(id, ()):
        plan.leave(id, "its section stays: it was changed since")
    else:
        plan.sections[id] = one.before


# ---- lists and sections -------------------------------------------------------------------------


def _list(id: str, words: Mapping[str, Trail], now: Now, plan: TakeBack) -> None:
    life, living = words.get("deleted"), now.lists.get(id)
    if life is not None and life.after is True and life.before is False:
        if living is not None:
            plan.back += 1
        elif id in now.asleep:
            plan.list_restores.append(id)
        else:
            plan.leave(id, "it was deleted for good; `remindersd restore --list` can make it anew")
        return
    if living is None:
        plan.back += life is not None
        if life is None and words.keys() & set(_WORDS):
            plan.leave(id, "it was deleted since")
        return
    values = {word: getattr(living, word) for word in _WORDS}
    closed = now.closed.get(id) or (living.zone and "it is another owner's list")
    said = {word: words[word] for word in _WORDS if word in words}
    if life is not None and life.after is False:
        changed = [word for word, one in said.items() if values[word] != one.after]
        if changed:
            plan.leave(id, f"it stays, for it was changed since: {', '.join(changed)}")
        else:
            plan.list_deletions.append(id)
        return
    for word, one in said.items():
        before = one.before if one.before is not MISSING else ""
        if values[word] == before:
            plan.back += 1
        elif closed or one.split or values[word] != one.after:
            plan.leave(id, f"its {word} stays: {closed or 'it was changed since'}")
        elif (id, word, one.after, one.before) in now.lost:
            plan.leave(id, f"its {word} stays: both sides had changed it")
        else:
            plan.lists.setdefault(id, {})[word] = None if before is None else str(before)


def _section(id: str, words: Mapping[str, Trail], now: Now, plan: TakeBack) -> None:
    """A section that went comes again with what goes back into it."""
    life, living, name = words.get("deleted"), now.sections.get(id), words.get("name")
    if life is not None and life.after is True:
        return
    if living is None or now.closed.get(living.list):
        plan.back += living is None
    elif life is not None:
        if name is not None and living.name == name.after:
            plan.section_deletions.append(id)
    elif name is not None and living.name == name.before:
        plan.back += 1
    elif name is None or living.name != name.after or not isinstance(name.before, str):
        plan.leave(id, "its name stays: it was changed since")
    else:
        plan.retitles[id] = name.before


# ---- what holds something that stays ------------------------------------------------------------


def _wake_lists(now: Now, plan: TakeBack) -> None:
    """What went with its list comes back with it."""
    homes = {str(values.get(Field.LIST)) for values in plan.restores.values()}
    plan.list_restores += sorted(homes.intersection(now.asleep) - set(plan.list_restores))


def _keep_what_holds_something(now: Now, plan: TakeBack) -> None:
    """Parents, lists, groups and sections go only with all that stands in them."""
    beneath = _by(now.reminders, lambda one: one.parent)
    going = set(plan.deletions)
    while staying := [id for id in plan.deletions if beneath[id] - going]:
        going -= set(staying)
        plan.deletions = [id for id in plan.deletions if id in going]
        for id in staying:
            plan.leave(id, "it stays, for subtasks stand beneath it that stay")
    moved = {id: one[Field.LIST] for id, one in plan.updates.items() if Field.LIST in one}
    within = _by(now.reminders, lambda one: str(moved.get(one.id, one.list)))
    groups = _by(now.lists, lambda one: one.group)
    out = {id for id, words in plan.lists.items() if "group" in words}
    for id in [id for id in plan.list_deletions if not now.lists[id].is_group]:
        if within[id] - going:
            plan.list_deletions.remove(id)
            plan.leave(id, "it stays, for reminders stand in it that stay")
    for id in [id for id in plan.list_deletions if now.lists[id].is_group]:
        if groups[id] - out - set(plan.list_deletions):
            plan.list_deletions.remove(id)
            plan.leave(id, "it stays, for lists are in it that stay")
    for id in list(plan.section_deletions):
        one = now.sections[id]
        members = {
            other.id
            for other in now.reminders.values()
            if (other.list, other.section) == (one.list, one.name)
        }
        if members - going - moved.keys() - plan.sections.keys():
            plan.section_deletions.remove(id)
            plan.leave(id, "it stays, for reminders stand in it that stay")


T = TypeVar("T")


def _by(things: Mapping[str, T], holder: Callable[[T], str | None]) -> defaultdict[str, set[str]]:
    """The ids of things by the id of what holds them."""
    found: defaultdict[str, set[str]] = defaultdict(set)
    for id, one in things.items():
        found[holder(one) or ""].add(id)
    return found
