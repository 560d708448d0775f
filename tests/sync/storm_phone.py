"""Somebody at the phone, who does anything that the app can do, as a seeded dice says."""

from __future__ import annotations

import random
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from sandbox.device.phone import Phone
from sandbox.device.view import ShownReminder
from tests.rig import Rig

DUES = ("", "T14:30[Europe/Paris]", "T08:15", "T23:00[Asia/Tokyo]")
EARLY = ("15 minutes before", "2 hours before", "1 day before", "1 month before")
MARK = re.compile(r"\bw\d+\b")


@dataclass
class Tale:
    """What both people did so far: which words have to be somewhere, and which may not.

    Each title has a word of its own, ``w17``, that no edit takes out.
    """

    rng: random.Random
    made: set[str] = field(default_factory=set)
    gone: set[str] = field(default_factory=set)
    """Deleted by somebody; an edit elsewhere may have kept it."""
    gone_now: set[str] = field(default_factory=set)
    """Deleted on a phone since the last run."""
    many: set[str] = field(default_factory=set)
    """Copied, or repeating with completed copies."""
    told: list[str] = field(default_factory=list)
    _number: int = 0

    def fresh(self, kind: str = "w") -> str:
        self._number += 1
        word = f"{kind}{self._number}"
        if kind == "w":
            self.made.add(word)
        return word

    def lose(self, text: str) -> None:
        marks = set(MARK.findall(text))
        self.gone |= marks
        self.gone_now |= marks

    def day(self) -> date:
        return date(2027, 1, 1) + timedelta(days=self.rng.randrange(300))

    def due(self) -> str:
        return f"{self.day()}{self.rng.choice(DUES)}"


@dataclass
class PhonePerson:
    """One person with a phone; ``lists`` are those that the phone may move things between."""

    name: str
    rig: Rig
    phone: Phone
    tale: Tale
    shares: str | None = None
    """The one list that this person shares; nothing is done but in it."""

    @property
    def rng(self) -> random.Random:
        return self.tale.rng

    def act(self) -> None:
        """One edit, if the dice falls on one that can be made."""
        self.phone.sync()
        names = [name for name in dir(self) if name.startswith(("do_", "re_"))]
        if self.shares is not None:
            names = [name for name in names if name.startswith("re_")]
        do: Callable[[], object] = getattr(self, self.rng.choice(names))
        what = do()
        if what is not None:
            self.tale.told.append(f"{self.name} {do.__name__[3:]}: {what}")

    def one(self, *, top: bool = False, repeating: bool | None = None) -> ShownReminder | None:
        found = sorted(self.phone.reminders(self.shares), key=lambda one: (one.title, one.done))
        if top:
            found = [one for one in found if one.parent is None]
        if repeating is not None:
            found = [one for one in found if (one.repeat is not None) is repeating]
        return self.rng.choice(found) if found else None

    def lists(self) -> list[str]:
        if self.shares is not None:
            return [self.shares]
        return [one.id for one in self.phone.lists() if not one.is_group]

    def groups(self) -> list[str]:
        return [one.id for one in self.phone.lists() if one.is_group]

    def a_list(self) -> str | None:
        names = self.lists()
        return self.rng.choice(names) if names else None

    def edit(self, **values: object) -> str | None:
        one = self.one()
        if one is None:
            return None
        self.phone.edit(one.id, **values)  # type: ignore[arg-type]
        return f"{one.title}: {values}"

    # ---- reminders

    def re_create(self) -> str | None:
        where, mark = self.a_list(), self.tale.fresh()
        if where is None:
            self.tale.made.discard(mark)
            return None
        due = self.tale.due() if self.rng.random() < 0.4 else None
        notes = "n\n\nm" if self.rng.random() < 0.3 else ""
        title = f"{mark} from {self.name}"
        self.phone.create(where, title, notes=notes, due=due, created=self.rig.clock())
        return f"{title} {due}"

    re_create_another = re_create

    def re_subtask(self) -> str | None:
        parent = self.one(top=True)
        if parent is None:
            return None
        title = f"{self.tale.fresh()} below"
        holder = next(one.id for one in self.phone.lists() if one.name == parent.list)
        self.phone.create(holder, title, parent=parent.id, created=self.rig.clock())
        return f"{title} below {parent.title}"

    def re_title(self) -> str | None:
        one = self.one()
        if one is None or not (mark := MARK.search(one.title)):
            return None
        title = f"{mark[0]} {self.tale.fresh('t')}"
        self.phone.edit(one.id, title=title)
        return f"{one.title} -> {title}"

    def re_notes(self) -> str | None:
        return self.edit(notes=self.rng.choice(("", "one\ntwo", f"note {self.tale.fresh('n')}")))

    def re_due(self) -> str | None:
        one = self.one()
        due = None if self.rng.random() < 0.2 else self.tale.due()
        if one is None or (due is None and one.repeat is not None):
            return None
        self.phone.edit(one.id, due=due)
        return f"{one.title}: {due}"

    def re_priority(self) -> str | None:
        return self.edit(priority=self.rng.choice((0, 1, 5, 9)))

    def re_flag(self) -> str | None:
        return self.edit(flagged=self.rng.random() < 0.6)

    def re_tick(self) -> str | None:
        one = self.one()
        if one is None:
            return None
        if one.done:
            self.phone.reopen(one.id)
        elif one.repeat is not None and one.due is not None:
            self.tale.many |= set(MARK.findall(one.title))
            self.phone.complete_occurrence(one.id, self.rig.clock())
        else:
            self.phone.complete(one.id, self.rig.clock())
        return f"{one.title}, was {one.done}, {one.repeat}"

    re_tick_again = re_tick

    def re_tag(self) -> str | None:
        return self.hang("Hashtag", {"Name": self.tale.fresh("tag"), "Type": 1})

    def re_link(self) -> str | None:
        url = f"https://x.example/{self.tale.fresh('u')}"
        return self.hang("Attachment", {"Type": "URL", "URL": url})

    def hang(self, kind: str, fields: dict[str, object]) -> str | None:
        one = self.one()
        if one is None:
            return None
        self.phone.attach(one.id, kind, fields)
        return f"{kind} {fields} on {one.title}"

    def re_repeat(self) -> str | None:
        one = self.one(repeating=False)
        if one is None or one.due is None or one.done:
            return None
        rule = {"Frequency": self.rng.randrange(4), "Interval": self.rng.randint(1, 3)}
        self.tale.many |= set(MARK.findall(one.title))
        self.phone.attach(one.id, "RecurrenceRule", rule)
        return f"{one.title}: {rule}"

    def re_alarm(self) -> str | None:
        one = self.one()
        if one is None:
            return None
        others = [alarm for alarm in one.alarms if not alarm.own]
        if others and self.rng.random() < 0.4:
            self.phone.remove_alarm(one.id, self.rng.choice(others).id)
            return f"{one.title}: {others}, one less"
        match self.rng.randrange(3):
            case 0:
                self.phone.add_alarm(one.id, f"{self.tale.day()}T18:00[Europe/Paris]")
            case 1 if one.due is not None:
                self.phone.add_early(one.id, self.rng.choice(EARLY))
            case _:
                self.phone.add_place(one.id, 52.5, 13.4, title="Home", leaving=True)
        return f"{one.title}: one more beside {others}"

    def re_delete(self) -> str | None:
        one = self.one()
        if one is None:
            return None
        self.lose_with_subtasks(one)
        self.phone.delete(one.id, hard=self.rng.random() < 0.2)
        return one.title

    def lose_with_subtasks(self, one: ShownReminder) -> None:
        self.tale.lose(one.title)
        for other in self.phone.reminders():
            if other.parent == one.id:
                self.tale.lose(other.title)

    # ---- more than one reminder

    def re_indent(self) -> str | None:
        one, parent = self.one(), self.one(top=True)
        if one is None or parent is None or one.list != parent.list:
            return None
        target = None if one.parent else parent.id
        try:
            self.phone.make_subtask(one.id, target)
        except ValueError:
            return None  # there is one level
        return f"{one.title} below {parent.title if target else 'nothing'}"

    def re_section(self) -> str | None:
        which = self.a_list()
        if which is None:
            return None
        there = self.phone.sections(which)
        if len(there) < 2:
            return f"new {self.phone.create_section(which, self.tale.fresh('Part'))}"
        section = self.rng.choice(there)
        if self.rng.random() < 0.3:
            self.phone.delete_section(section.id)
            return f"{section.name} deleted"
        self.phone.rename_section(section.id, name := self.tale.fresh("Part"))
        return f"{section.name} -> {name}"

    def re_put(self) -> str | None:
        one = self.one(top=True)
        if one is None:
            return None
        holder = next(each.id for each in self.phone.lists() if each.name == one.list)
        there = [None, *self.phone.sections(holder)]
        section = self.rng.choice(there)
        self.phone.put_in_section(one.id, section.id if section else None)
        return f"{one.title} into {section}"

    def re_order(self) -> str | None:
        which = self.a_list()
        if which is None:
            return None
        ids = [one.id for one in self.phone.reminders(which)]
        self.rng.shuffle(ids)
        self.phone.order_list(which, ids)
        return which

    def do_move(self) -> str | None:
        one, where = self.one(), self.a_list()
        if one is None or where is None:
            return None
        self.phone.move(one.id, where)
        return f"{one.title} to {where}"

    def do_restore(self) -> str | None:
        lost = sorted(self.tale.gone - self.tale.many)
        found = {
            mark[0]: row.id
            for row in self.rig.store.mirror.reminders()
            if row.deleted and (mark := MARK.search(row.reminder().title))
        }
        lost = [mark for mark in lost if mark in found]
        if not lost:
            return None
        mark = self.rng.choice(lost)
        self.rig.engine.restore(found[mark])
        return mark

    # ---- lists

    def do_new_list(self) -> str:
        kind = self.rng.random() < 0.4
        name = self.tale.fresh("Group" if kind else "List")
        self.phone.create_list(name, is_group=kind)
        return name

    def do_rename_list(self) -> str | None:
        which = self.rng.choice([*self.lists(), *self.groups()])
        self.phone.rename_list(which, name := self.tale.fresh("Named"))
        return f"{which} -> {name}"

    def do_group_list(self) -> str | None:
        which = self.a_list()
        if which is None:
            return None
        group = self.rng.choice([None, *self.groups()])
        self.phone.change_list(which, group=group)
        return f"{which} into {group}"

    def do_delete_list(self) -> str | None:
        which = self.rng.choice([*self.lists(), *self.groups()])
        if self.rng.random() < 0.7 or len(self.lists()) < 3:
            return None
        for path, data in self.rig.bytes_of_folder().items():
            name = next(one.name for one in self.phone.lists() if one.id == which)
            if name in path:
                self.tale.lose(data.decode())
        if which not in self.groups():
            self.tale.lose(" ".join(one.title for one in self.phone.reminders(which)))
        self.phone.delete_list(which)
        return which


def zoned(text: str) -> tuple[datetime, str | None]:
    """The clock and the zone of a time as the phone shows it."""
    clock, _, zone = text.rstrip("]").partition("[")
    return datetime.fromisoformat(clock), zone or None
