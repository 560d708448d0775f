"""What a person does by a verb, as changes of lines: nothing that an editor could not do. Pure.

Deeds name reminders by their ids. They are applied to what the lines say now, one after the
other, and what is then different is what has to be written.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from store.model import Completion, Field, Reminder, Value
from sync.core.actions import AddLine, MoveLine, RemoveLine, RenderOp, SetLine, Why
from sync.core.matching.identity import derived
from sync.core.merging.lift import PLACE, overlay
from sync.core.snapshot import ListView, Mode

__all__ = ["NO_LINE", "REOPEN", "Change", "Deed", "Drop", "Impossible", "Make", "Outcome", "Scene"]
__all__ += ["carried_out"]


class Impossible(ValueError):
    """It cannot be written into the files: why, and the way out, each in a sentence."""

    def __init__(self, reason: str, hint: str = "") -> None:
        super().__init__(reason)
        self.reason = reason
        self.hint = hint


@dataclass(frozen=True, slots=True)
class Make:
    """A new reminder. With an ``id`` in it, it is that one, and only made if it is not there."""

    reminder: Reminder


@dataclass(frozen=True, slots=True)
class Change:
    """These fields shall have these values; what is moved takes its subtasks along."""

    id: str
    changes: Mapping[Field, Value]


@dataclass(frozen=True, slots=True)
class Drop:
    """It shall go, and its subtasks with it."""

    id: str


Deed = Make | Change | Drop


@dataclass(frozen=True, slots=True)
class Scene:
    """What there is when a person acts: ``here`` are the reminders that have a line, by id.

    ``hidden`` are completed too long ago to have one, and are changed in iCloud alone; ``beneath``
    names the hidden one that a line belongs to; ``away`` says of all others why nothing can be
    changed. ``blocks`` are the short ids of all; ``taken`` ids that something new may not get.
    ``now`` is in the home zone.
    """

    now: datetime
    zone: str
    here: Mapping[str, Reminder]
    lists: Mapping[str, ListView]
    hidden: Mapping[str, Reminder] = field(default_factory=dict)
    beneath: Mapping[str, str] = field(default_factory=dict)
    away: Mapping[str, tuple[str, str]] = field(default_factory=dict)  # title, why
    blocks: Mapping[str, str] = field(default_factory=dict)
    taken: frozenset[str] = frozenset()


@dataclass(slots=True)
class Outcome:
    """What deeds come to: ``renders`` to be written, and of each deed in order its reminder.

    ``wishes`` are changes, by id, of what has no line, and ``removed`` what of it goes: for iCloud
    to have.

    ``before`` and ``after`` have what was touched, by id; ``also`` counts, by the id of what goes
    or moves, the subtasks that come along.
    """

    ids: list[str] = field(default_factory=list)
    before: dict[str, Reminder] = field(default_factory=dict)
    after: dict[str, Reminder] = field(default_factory=dict)
    also: dict[str, int] = field(default_factory=dict)
    renders: list[RenderOp] = field(default_factory=list)
    wishes: dict[str, Mapping[Field, Value]] = field(default_factory=dict)
    removed: list[str] = field(default_factory=list)


def carried_out(scene: Scene, deeds: Sequence[Deed]) -> Outcome:
    """What ``deeds`` come to; raises Impossible, and then for all of them."""
    work = _Work(scene)
    for deed in deeds:
        match deed:
            case Make(reminder=reminder):
                work.make(reminder)
            case Change(id=id, changes=changes):
                work.change(id, changes)
            case Drop(id=id):
                work.drop(id)
    work.out.renders = list(work.renders())
    work.out.after = {id: work.now[id] for id in work.touched if id in work.now}
    work.out.before = {id: scene.here[id] for id in work.touched if id in scene.here}
    for id, now in work.wished.items():
        work.out.before[id], work.out.after[id] = scene.hidden[id], now
        if changes := _apart(scene.hidden[id], now):
            work.out.wishes[id] = changes
    work.out.before.update((id, scene.hidden[id]) for id in work.out.removed)
    return work.out


class _Work:
    """Deeds under way; ``now`` is what lines would say, ``wished`` what those without one would."""

    def __init__(self, scene: Scene) -> None:
        self._scene = scene
        self.now = dict(scene.here)
        self.touched: dict[str, None] = {}
        self.wished: dict[str, Reminder] = {}
        self.out = Outcome()

    def make(self, reminder: Reminder) -> None:
        if not reminder.title:
            raise Impossible("a reminder needs a title")
        self._open_list(reminder.list)
        if reminder.parent is not None:
            self._may_be_beneath(reminder.parent, reminder.list)
        id = reminder.id or self._new_id(reminder)
        self.out.ids.append(id)
        self.touched[id] = None
        if id not in self.now:
            self.now[id] = replace(reminder, id=id)

    def change(self, id: str, changes: Mapping[Field, Value]) -> None:
        if id in self._scene.hidden:
            self._wish(id, changes)
            return
        was = self._there(id)
        self.out.ids.append(id)
        self.touched[id] = None
        wanted = self._wanted(was, changes)
        if Field.LIST in wanted:
            self._open_list(str(wanted[Field.LIST]))
            wanted = {Field.PARENT: None, Field.SECTION: "", **wanted}
        now = overlay(was, wanted)
        if Field.PARENT in wanted and now.parent is not None:
            self._may_be_beneath(now.parent, now.list)
            if any(self._below(id)):
                raise Impossible(
                    f"“{was.title}” has subtasks, and there is one level of them",
                    "move those first",
                )
            now = replace(now, section="")
        self.now[id] = now
        if Field.LIST in changes:
            self.out.also[id] = self._take_along(self._below(id), now.list)

    def _take_along(self, lines: Iterable[str], list_id: str) -> int:
        """Move these lines to another list; how many were not there yet."""
        below = [child for child in lines if self.now[child].list != list_id]
        for child in below:
            self.now[child] = replace(self.now[child], list=list_id)
            self.touched[child] = None
        return len(below)

    def _wish(self, id: str, changes: Mapping[Field, Value]) -> None:
        """Change what has no line; what it takes along to another list may have lines."""
        was = self._unseen(id)
        wanted = self._wanted(was, changes)
        if Field.LIST in wanted:
            self._may_move(was, str(wanted[Field.LIST]))
            wanted = {Field.PARENT: None, Field.SECTION: "", **wanted}
        if wanted.get(Field.PARENT) is not None or wanted.get(Field.SECTION):
            raise Impossible(f"“{was.title}” cannot be put there: {NO_LINE}", REOPEN)
        if Field.DONE in wanted and was.repeat is not None:
            raise Impossible(
                f"“{was.title}” cannot be reopened here: it repeats, and its end was reached",
                "reopen it on a device",
            )
        unread = next((name for name in wanted if name in was.opaque), None)
        if unread is not None:
            raise Impossible(f"{unread.value} of “{was.title}” in iCloud cannot be read here")
        self.out.ids.append(id)
        now = self.wished[id] = overlay(was, wanted)
        if Field.LIST in wanted:
            unseen = list(self._below_unseen(id))
            for child in unseen:
                self.wished[child] = replace(self._unseen(child), list=now.list, section="")
            self.out.also[id] = len(unseen) + self._take_along(self._lines_below(id), now.list)

    def _may_move(self, was: Reminder, list_id: str) -> None:
        self._open_list(list_id)
        lists = self._scene.lists
        if lists[list_id].zone != lists[was.list].zone:
            raise Impossible(
                f"“{was.title}” cannot move to “{lists[list_id].name}”, a list of another owner",
                "move it on a device",
            )

    def _wanted(self, was: Reminder, changes: Mapping[Field, Value]) -> dict[Field, Value]:
        """What of ``changes`` is news."""
        wanted = {
            name: value
            for name, value in changes.items()
            if was.value(name) != value and not _is_done_already(was, name, value)
        }
        if wanted.get(Field.TITLE) == "":
            raise Impossible("a reminder needs a title")
        self._open_list(was.list)
        return wanted

    def drop(self, id: str) -> None:
        if id in self._scene.hidden:
            self._remove(id)
            return
        was = self._there(id)
        self._open_list(was.list)
        below = list(self._below(id))
        self.out.ids.append(id)
        self.out.also[id] = len(below)
        for gone in (id, *below):
            self.touched[gone] = None
            del self.now[gone]

    def _remove(self, id: str) -> None:
        """Delete what has no line; the lines of its subtasks go as any."""
        self._open_list(self._unseen(id).list)
        unseen, lines = list(self._below_unseen(id)), list(self._lines_below(id))
        self.out.ids.append(id)
        self.out.also[id] = len(unseen) + len(lines)
        self.out.removed += [id, *unseen]
        for gone in lines:
            self.touched[gone] = None
            del self.now[gone]

    def renders(self) -> Iterator[RenderOp]:
        here = self._scene.here
        for id in self.touched:
            was, now = here.get(id), self.now.get(id)
            if now is None:
                if was is not None:
                    yield RemoveLine(id, Why.DELETED)
            elif was is None:
                yield AddLine(id, now)
            else:
                changes = _apart(was, now)
                if any(name in PLACE for name in changes):
                    yield MoveLine(id, now, changes)
                elif changes:
                    yield SetLine(id, changes)

    # ---- what may be

    def _there(self, id: str) -> Reminder:
        found = self.now.get(id)
        if found is not None:
            return found
        hidden = self._scene.hidden.get(id)
        if hidden is not None:
            raise Impossible(f"“{hidden.title}” cannot be reached here: {NO_LINE}", REOPEN)
        title, why = self._scene.away.get(id, (id, "it is not there"))
        raise Impossible(f"“{title}” cannot be changed here: {why}")

    def _open_list(self, id: str) -> None:
        view = self._scene.lists.get(id)
        if view is None:
            raise Impossible("its list is not known")
        if view.mode is Mode.READ_ONLY:
            raise Impossible(f"nothing can be changed in “{view.name}”: {view.closed}")
        if view.mode is Mode.IGNORE:
            raise Impossible(
                f"“{view.name}” is not kept in this folder",
                "the config says `ignore` for it under `reminders: lists:`",
            )
        if view.blocked or view.path is None:
            why = view.blocked or "it has no file yet"
            raise Impossible(f"nothing can be changed in “{view.name}” now: {why}", _SYNC)

    def _may_be_beneath(self, parent: str, list_id: str) -> None:
        above = self._there(parent)
        if above.list != list_id:
            raise Impossible(f"“{above.title}” is in another list")
        if above.parent is not None:
            raise Impossible(
                f"“{above.title}” is a subtask itself, and there is one level of them",
                f"name “{self.now[above.parent].title}” instead"
                if above.parent in self.now
                else "",
            )

    def _below(self, id: str) -> Iterator[str]:
        return (other for other, one in list(self.now.items()) if one.parent == id)

    def _unseen(self, id: str) -> Reminder:
        """What has no line, as it is by now."""
        found = self.wished.get(id, self._scene.hidden[id])
        if id in self.out.removed:
            raise Impossible(f"“{found.title}” cannot be changed here: it is deleted")
        return found

    def _below_unseen(self, id: str) -> Iterator[str]:
        hidden = self._scene.hidden
        below = (other for other in hidden if self.wished.get(other, hidden[other]).parent == id)
        return (other for other in below if other not in self.out.removed)

    def _lines_below(self, id: str) -> Iterator[str]:
        beneath = self._scene.beneath
        return (line for line, above in beneath.items() if above == id and line in self.now)

    def _new_id(self, reminder: Reminder) -> str:
        """As a line that was typed gets it: so it is known again should the database be lost."""
        names: Iterable[str] = derived(reminder.list, " ".join(reminder.title.split()))
        free = (one for one in names if one not in self._scene.taken and one not in self.now)
        return next(free)


NO_LINE = "it was completed long ago, and has no line"
REOPEN = "`remindersd reopen` gives it one: then it can be done"
_SYNC = "`remindersd status` says what is amiss; `remindersd sync` may be all it takes"


def _apart(was: Reminder, now: Reminder) -> dict[Field, Value]:
    return {name: now.value(name) for name in Field if was.value(name) != now.value(name)}


def _is_done_already(was: Reminder, name: Field, value: Value) -> bool:
    """Whether it is done, so that another tick says nothing new."""
    return name is Field.DONE and isinstance(was.done, Completion) and isinstance(value, Completion)
