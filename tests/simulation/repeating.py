"""A reminder that repeats: who gives it a rule and ticks it off, and what has to come of that.

The app leaves a completed copy of each occurrence, with the same title; so its mark is borne by
several, of which one is open. Each tick completes one occurrence, once, and none is lost.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date, timedelta
from random import Random
from typing import TYPE_CHECKING

from sandbox.device.view import ShownReminder
from tests.simulation.editor import ID, TASK, Editor, lines_of, put, read
from tests.simulation.reading import DUE, doubled, in_files
from tests.simulation.tale import MARK

if TYPE_CHECKING:
    from pathlib import Path

    from tests.simulation.caller import Caller
    from tests.simulation.history import History

_RULES = {"day": (0, "daily/1/", 1), "week": (1, "weekly/1/", 7)}
"""By the words of a file: the number of a rule, what a phone shows, and how many days it is."""
_OPEN = re.compile(r"^ *- \[ \] ")
BESIDE = 0.4
"""How often the editor types the next occurrence beside the one that is ticked."""
TYPED = 0.5
"""How often it is a file in which the rule is given, where the line stands already."""


class Series:
    """What people do with the one reminder that repeats, and the judgement of it."""

    def __init__(self, history: History) -> None:
        self._h = history
        self._every = ""
        self._beside = False
        """Whether anybody ever typed the next occurrence."""

    @property
    def _mark(self) -> str:
        return self._h.tale.series

    def act(self, what: str, dice: Random, *, files: bool) -> None:
        """One of the catalogue's acts, if there is what it needs; ``files``: they are there."""
        self._h.clock.wait(dice.random())
        if what == "rule":
            self._give(dice, files=files)
        elif what == "phone occurrence":
            self._call(dice)
        elif files:
            self._type(dice)

    # ---- what people do

    def _give(self, dice: Random, *, files: bool) -> None:
        tale = self._h.tale
        self._every = dice.choice(sorted(_RULES))
        found = self._line() if files and dice.random() < TYPED else None
        if found is not None:
            path, lines, at = found
            bare = DUE.sub("", lines[at])
            lines[at] = put(bare, f" 🔁 every {self._every} 📅 {tale.day()}")
            self._save("rule", dice, path, lines)
            return
        caller = self._h.callers[0]
        one = self._shown(caller)
        if one is None:
            return
        day, number = tale.day(), _RULES[self._every][0]
        caller.phone.edit(one.id, due=day)
        tale.say([day])
        tale.retract([one.due] if one.due is not None else [])
        caller.phone.attach(one.id, "RecurrenceRule", {"Frequency": number, "Interval": 1})
        self._tell(caller.name, "rule", f"{one.title}: every {self._every}, {day}")

    def _call(self, dice: Random) -> None:
        caller = dice.choice(self._h.callers)
        one = self._shown(caller)
        if one is not None and one.repeat is not None and one.due is not None:
            self._h.tale.touched |= {self._mark}
            caller.complete(one)
            self._tell(caller.name, "occurrence", f"{one.title}, {one.due}")

    def _type(self, dice: Random) -> None:
        found = self._line()
        if found is None:
            return
        path, lines, at = found
        line, due = lines[at], DUE.search(lines[at])
        if due is None or "🔁" not in line:
            return
        self._h.tale.tick(line)
        lines[at] = line.replace("- [ ]", "- [x]", 1)
        if dice.random() < BESIDE:
            self._beside = True
            if not self._is_known():  # then what is typed is a reminder of its own, which repeats
                self._h.tale.copied |= {self._mark}
            days = timedelta(days=_RULES[self._every][2])
            following = ID.sub("", line).replace(due[1], str(date.fromisoformat(due[1]) + days))
            lines[at] = put(lines[at], f" ✅ {due[1]}")
            lines.insert(at, following if following.endswith("\n") else f"{following}\n")
        self._save("occurrence", dice, path, lines)

    def _save(self, what: str, dice: Random, path: Path, lines: list[str]) -> None:
        typist = self._h.typist
        before, twice = typist.standing(), typist.twice()
        typist.dice = dice
        typist.save(path, lines)
        said = [line for line in lines if self._mark in MARK.findall(line)]
        self._tell(typist.name, what, f"{path.name}: {said}")
        typist.note(before, twice)

    def _tell(self, who: str, what: str, told: str) -> None:
        self._h.tale.tell(f"{who}: {what}: {told}")
        self._h.tale.acts[f"{'file' if who == 'files' else 'phone'}: {what}"] += 1

    def _line(self) -> tuple[Path, list[str], int] | None:
        """The open line, where it stands."""
        typist: Editor = self._h.typist
        for path in typist.files():
            lines = lines_of(read(path))
            for at, line in enumerate(lines):
                if TASK.match(line) and _OPEN.match(line) and self._mark in MARK.findall(line):
                    return path, lines, at
        return None

    def _is_known(self) -> bool:
        """Whether iCloud has the rule."""
        one = self._shown(self._h.callers[0])
        return one is not None and one.repeat is not None

    def _shown(self, caller: Caller) -> ShownReminder | None:
        caller.phone.sync()
        found = [one for one in self._all(caller) if not one.done]
        return min(found, key=lambda one: one.id, default=None)

    def _all(self, caller: Caller) -> list[ShownReminder]:
        return [one for one in caller.phone.reminders() if self._mark in MARK.findall(one.title)]

    # ---- the end

    def verdict(self, held: set[str]) -> Iterator[str]:
        """What is wrong with it; marks that are ``held`` wait for a person."""
        h, mark = self._h, self._mark
        tale = h.tale
        unclear = held | tale.may_be_two() | tale.doubled | tale.bare | tale.unnamed
        # What was typed beside is known by its place or its date, and by what is remembered.
        unclear |= {mark} if self._beside and (tale.forgotten or mark in tale.parted) else set()
        if not self._every or mark in unclear:
            return
        there = self._all(h.callers[0])
        dones = [one for one in there if one.done]
        still = [one for one in there if not one.done]
        open_here = [self._open_in(machine.folder) for machine in h.machines]
        if len(still) > 1 or max(open_here) > 1:
            yield f"the series goes on twice: {[(one.id, one.due) for one in still]}"
        if twice := doubled(one.due or "" for one in dones):
            yield f"an occurrence was completed twice: {sorted(twice)}"
        again = {one.due for one in still if one.due} & {one.due for one in dones}
        # With all that was known lost, either day may win: that of the file may be the older one.
        if again and not h.clerk.has_asked and not tale.forgotten:
            yield f"an occurrence is open that was completed: {again}"
        if len(dones) > tale.ticks:
            yield f"{len(dones)} occurrences are done, by {tale.ticks} ticks"
        rules = {one.repeat for one in still} - {_RULES[self._every][1]}
        # This may be taken back, and lose a conflict where the machines never met.
        rules -= {None} if h.clerk.has_asked or len(h.machines) > 1 else set()
        # Its line may have gone before the rule was sent.
        if rules and mark not in tale.taken and not tale.forgotten:
            yield f"it repeats otherwise than every {self._every}: {rules}"
        if not h.clerk.has_asked:
            yield from self._lost({one.due for one in still}, {one.due for one in dones})

    def _open_in(self, folder: Path) -> int:
        """How many lines of it are open there."""
        here = [said for _, said in in_files(folder) if self._mark in MARK.findall(said.title)]
        return sum(not said.done for said in here)

    def _lost(self, still: set[str | None], done: set[str | None]) -> Iterator[str]:
        """Ticks of which nothing is left, where nobody took back a run, or the line, with them."""
        rows = [
            row
            for machine in self._h.machines
            for row in machine.store._connection.all(
                "SELECT loser FROM conflict WHERE field = 'done'"
            )
        ]
        ticked = self._h.tale.ticked - self._h.tale.retracted
        lost = {day for day in ticked if day in still and day not in done}
        if lost and not rows:
            yield f"a tick is lost: {sorted(lost)}"
