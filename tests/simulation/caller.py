"""Somebody at a phone, who does what the app offers, as dice say; and sees what is on screen."""

from __future__ import annotations

import re
from collections.abc import Callable
from random import Random

from sandbox.device.phone import Phone
from sandbox.device.view import ShownReminder
from tests.simulation.chance import Clock
from tests.simulation.tale import MARK, Tale, words_in


class Caller:
    """One person with a phone; each act is one choice of the dice."""

    def __init__(self, name: str, phone: Phone, tale: Tale, clock: Clock) -> None:
        self.name = name
        self.phone = phone
        self.tale = tale
        self.clock = clock
        self.dice = Random(0)
        self.others: list[Phone] = []
        self.mirrored: Callable[[str], bool] = lambda _: False
        """Whether each machine has seen the reminder of this id as it is now."""

    def act(self, dice: Random) -> None:
        """One edit, if there is what it needs; the phone shows all that iCloud has."""
        self.dice = dice
        self.clock.wait(dice.random())
        self.phone.sync()
        [act] = dice.choices(ACTS, self.tale.chances(_CHANCES))
        what = act(self)
        if what is not None:
            self.tale.tell(f"{self.name}: {act.__name__}: {what}")
            self.tale.acts[f"phone: {act.__name__}"] += 1

    def _one(self, *, top: bool = False) -> ShownReminder | None:
        found = sorted(self.phone.reminders(), key=lambda one: (one.title, one.id))
        if top:
            found = [one for one in found if one.parent is None]
        hot = [one for one in found if self.tale.hot in MARK.findall(one.title)]
        found = hot if hot and self.tale.draws(self.dice) else found
        one = self.dice.choice(found) if found else None
        self.tale.touched |= words_in(one.title) if one else set()
        return one

    def _lists(self) -> list[str]:
        return [one.id for one in self.phone.lists() if not one.is_group]

    def _a_list(self) -> str | None:
        lists = self._lists()
        return self.dice.choice(lists) if lists else None

    def _edit(self, one: ShownReminder, said: str, seen: str, **values: object) -> str:
        self.phone.edit(one.id, **values)  # type: ignore[arg-type]
        self.tale.say(words_in(said))
        self.tale.retract(words_in(seen) - words_in(said))
        return f"{one.title}: {values}"

    def create(self) -> str | None:
        where = self._a_list()
        return None if where is None else self.make(where)

    def make(self, where: str, parent: str | None = None) -> str:
        """A new reminder in a list."""
        title = f"{self.tale.fresh('w')} {self.tale.fresh('t')}"
        due = self.tale.day() if self.dice.random() < 0.3 else None
        notes = self.tale.fresh("n") if self.dice.random() < 0.3 else ""
        made = self.phone.create(
            where, title, due=due, notes=notes, parent=parent, created=self.clock.true()
        )
        self.tale.say(words_in(f"{title} {due} {notes}"))
        return f"{title}, {due}, {notes!r}: {made}"

    def subtask(self) -> str | None:
        parent = self._one(top=True)
        if parent is None:
            return None
        holders = [one.id for one in self.phone.lists() if one.name == parent.list]
        try:
            return f"below {parent.title}: {self.make(holders[0], parent.id)}"
        except ValueError:
            return None  # there is one level, also where the one above is not shown

    def retitle(self) -> str | None:
        one = self._one()
        if one is None or re.search(r"\bt\d+\b", one.title) is None:
            return None
        self.tale.renamed |= set(MARK.findall(one.title))
        title = re.sub(r"\bt\d+\b", self.tale.fresh("t"), one.title, count=1)
        return self._edit(one, title, one.title, title=title)

    def jot(self) -> str | None:
        one = self._one()
        if one is None:
            return None
        word = self.tale.fresh("n")
        return self._edit(one, word, one.notes, notes=word)

    def due(self) -> str | None:
        one = self._one()
        if one is None:
            return None
        day = None if self.dice.random() < 0.2 else self.tale.day()
        return self._edit(one, day or "", one.due or "", due=day)

    def flag(self) -> str | None:
        one = self._one()
        return None if one is None else self._edit(one, "", "", flagged=not one.flagged)

    def priority(self) -> str | None:
        one = self._one()
        level = self.dice.choice((0, 1, 5, 9))
        return None if one is None else self._edit(one, "", "", priority=level)

    def tick(self) -> str | None:
        one = self._one()
        if one is None:
            return None
        if one.done:
            self.phone.reopen(one.id)
            self.tale.copied |= {self.tale.series} & set(MARK.findall(one.title))
        else:
            self.complete(one)
        return f"{one.title}, was {one.done}"

    def complete(self, one: ShownReminder) -> None:
        """Tick it off; of what repeats, the occurrence that is due."""
        repeats = one.repeat is not None and one.due is not None
        (self.phone.complete_occurrence if repeats else self.phone.complete)(
            one.id, self.clock.true()
        )
        self.tale.ticks += self.tale.series in MARK.findall(one.title)

    def tag(self) -> str | None:
        one = self._one()
        if one is None:
            return None
        word = self.tale.fresh("g")
        self.phone.attach(one.id, "Hashtag", {"Name": word, "Type": 1})
        self.tale.say([word])
        return f"{one.title}: {word}"

    def move(self) -> str | None:
        one, where = self._one(), self._a_list()
        if one is None or where is None:
            return None
        below = [other for other in self.phone.reminders() if other.parent == one.id]
        self.phone.move(one.id, where)
        marks = {mark for other in (one, *below) for mark in MARK.findall(other.title)}
        self.tale.touched |= marks  # subtasks go along, which is an edit of each
        self.tale.sent_on |= dict.fromkeys(marks, self.clock.steady())
        self.tale.sent_to |= dict.fromkeys(marks, where)
        return f"{one.title} to {where}"

    def indent(self) -> str | None:
        one, parent = self._one(), self._one(top=True)
        if one is None or parent is None or one.list != parent.list or one.id == parent.id:
            return None
        target = None if one.parent else parent.id
        try:
            self.phone.make_subtask(one.id, target)
        except ValueError:
            return None  # there is one level
        return f"{one.title} below {parent.title if target else 'nothing'}"

    def delete(self) -> str | None:
        one = self._one()
        if one is None:
            return None
        below = [other for other in self.phone.reminders() if other.parent == one.id]
        for gone in (one, *below):
            self.tale.retract(_words_of(gone) - self._still_said(gone))
        hard = self.dice.random() < 0.2
        is_safe = self.mirrored(one.id)
        self.phone.delete(one.id, hard=hard)
        self.tale.acts["phone: delete for good" if hard else "phone: delete softly"] += 1
        for device in self.others if hard and not is_safe else ():
            device.sync()  # else it would merge two texts, if it is made anew (docs/wire.md)
        return f"{one.title} and {[other.title for other in below]}"

    def _still_said(self, gone: ShownReminder) -> set[str]:
        """What other occurrences of a series say as well."""
        mark = self.tale.series
        if mark not in MARK.findall(gone.title):
            return set()
        self.tale.taken |= {mark}
        others = [one for one in self.phone.reminders() if one.id != gone.id]
        found = [_words_of(one) for one in others if mark in MARK.findall(one.title)]
        return set().union(*found)

    def new_list(self) -> str:
        name = self.tale.fresh("L")
        self.phone.create_list(name)
        self.tale.say([name])
        return name

    def rename_list(self) -> str | None:
        which = self._a_list()
        if which is None:
            return None
        before = next(one.name for one in self.phone.lists() if one.id == which)
        name = self.tale.fresh("L")
        self.phone.rename_list(which, name)
        self.tale.say([name])
        self.tale.retract(words_in(before))
        return f"{before} -> {name}"

    def delete_list(self) -> str | None:
        which = self._a_list()
        if which is None or len(self._lists()) < 3:
            return None
        name = next(one.name for one in self.phone.lists() if one.id == which)
        for gone in self.phone.reminders(which):
            self.tale.touched |= words_in(gone.title)
            self.tale.retract(_words_of(gone))
        self.tale.retract(words_in(name))
        self.phone.delete_list(which)
        return name


def _words_of(one: ShownReminder) -> set[str]:
    return words_in(" ".join((one.title, one.notes, one.due or "", *one.tags)))


_CHANCES: dict[Callable[[Caller], str | None], float] = {
    Caller.create: 4,
    Caller.subtask: 1,
    Caller.retitle: 4,
    Caller.jot: 2,
    Caller.due: 2,
    Caller.flag: 1,
    Caller.priority: 1,
    Caller.tick: 2,
    Caller.tag: 1,
    Caller.move: 2,
    Caller.indent: 1,
    Caller.delete: 2.5,
    Caller.new_list: 0.5,
    Caller.rename_list: 0.7,
    Caller.delete_list: 1.1,
}
ACTS = list(_CHANCES)
