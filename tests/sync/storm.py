"""Two people, or three, who edit at the same time; and what has to be true when they rest."""

from __future__ import annotations

import random
import re
import time
from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import date
from pathlib import Path

from sandbox.cloud.zone import Zone
from sandbox.device.rings import ShownAlarm
from sandbox.device.view import ShownReminder
from sandbox.signing.account import Account
from sandbox.world import World, world_of
from store.model import (
    Alarm,
    AllDay,
    AtTime,
    Completion,
    Due,
    Early,
    Field,
    Floating,
    Frequency,
    Place,
    Priority,
    Reminder,
    Rule,
    Unit,
    Zoned,
)
from sync.core.alarms import extra_alarms
from sync.cycle.report import Report
from sync.errors import CannotRestore
from sync.local.formats import FORMATS, Dialect
from sync.local.tasks import Task
from tests.rig import Rig, open_rig
from tests.sync.sharing import share
from tests.sync.storm_files import FilePerson
from tests.sync.storm_pens import Markdown, TodoTxt
from tests.sync.storm_phone import MARK, PhonePerson, Tale, zoned

HOME = "Europe/Paris"
CYCLES = 8
"""So many runs may pass until nothing happens any more."""

RESTING = ("read-only", "recurring", "unsayable")
"""What is held and hurts nobody: it is not compared."""

_PRIORITIES = {0: Priority.NONE, 1: Priority.HIGH, 5: Priority.MEDIUM, 9: Priority.LOW}
_PLACE = re.compile(r"(arriving|leaving) (.*?)(?:, (.*))? \(([-\d.]+),([-\d.]+), ([\d.]+) m\)")
_AGED = 13 * 86_400.0

Said = tuple[str, Reminder]
"""The path of a list's file without suffix, and what is said there."""


@contextmanager
def open_storm(home: Path, seed: str, **settings: str) -> Iterator[Storm]:
    """A storm in an account of its own, whose devices tell the time as the engine does."""
    rigs: list[Rig] = []

    def clock() -> float:
        return rigs[0].clock() if rigs else time.time()

    account = Account(apple_id="ada@example.test", password="correct horse battery")
    world = world_of(account, Zone(account.owner, clock), clock)
    with open_rig(home, world, hold_above="1000", **settings) as rig:
        rigs.append(rig)
        yield Storm(rig, world, seed)


class Storm:
    """Rounds of edits on all sides, each with a run behind it."""

    def __init__(self, rig: Rig, world: World, seed: str) -> None:
        self.rig = rig
        self.tale = tale = Tale(random.Random(seed))
        self.pen = TodoTxt() if rig.suffix == ".txt" else Markdown()
        self.dialect = Dialect(FORMATS[rig.settings.get("format", "markdown")], HOME)
        world.phone.create_list("Inbox")
        world.phone.create_list("Plans")
        for _ in range(3):
            world.phone.create("Inbox", f"{tale.fresh()} at first", created=rig.clock())
        rig.run()
        self.files = FilePerson(rig, tale, self.pen)
        self.people = [PhonePerson("phone", rig, world.phone, tale)]

    def share(self) -> None:
        """Somebody else shares a list, and takes part."""
        title = f"{self.tale.fresh()} of Grace"
        grace = share(self.rig, "Trip", title)
        self.people.append(PhonePerson("Grace", self.rig, grace.phone, self.tale, "Trip"))
        self.files.closed = frozenset({"Trip"})

    def blow(self, rounds: int, most: int = 4) -> None:
        """So many rounds, with up to ``most`` edits of each person."""
        rng = self.tale.rng
        for number in range(rounds):
            self.tale.told.append(f"--- round {number}")
            self.tale.gone_now.clear()
            if rng.random() < 0.1:
                self.tale.told.append("    two weeks later")
                self.rig.wait(15 * 86_400)
            acts = [person.act for person in self.people for _ in range(rng.randint(0, most))]
            acts += [self.files.act for _ in range(rng.randint(0, most))]
            rng.shuffle(acts)
            for act in acts:
                try:
                    act()
                except CannotRestore as error:
                    self.tale.told.append(f"not restored: {error}")
            self.run()

    def run(self) -> Report:
        report = self.rig.run()
        self.tale.told += [f"    run: {change}" for change in report.changes]
        self.tale.told += [f"    problem: {problem}" for problem in report.problems]
        assert report.parked == 0, report
        return report

    def calm(self) -> Report:
        """Run until nothing happens; what a person has to approve of is approved."""
        if self.files.clipboard is not None:
            self.files.do(self.files.do_cut)
        for _ in range(CYCLES):
            report = self.run()
            if any(one.kind not in RESTING for one in report.held):
                self.see_to(report)
            elif report.idle and report.pending == 0:
                break
            self.rig.wait(60)
        else:
            raise AssertionError(f"no rest: {report}")
        before = self.rig.bytes_of_folder()
        for _ in range(2):
            report = self.run()
        assert (report.idle, report.problems) == (True, []), report
        assert self.rig.bytes_of_folder() == before
        return report

    def see_to(self, report: Report) -> None:
        """Do what a person does about what is held."""
        self.lose_lists([one.id for one in report.held])
        keys = [report.names[one.id].title or one.id for one in report.held]
        self.rig.engine.approve([*keys, *(one.id for one in report.held)])
        blocks = self.rig.store.places.all_blocks()
        for one in report.held:
            if one.kind == "gone-in-icloud" and one.id in blocks:
                self.files.keep_as_new(blocks[one.id].block)

    def lose_lists(self, ids: list[str]) -> None:
        for row in self.rig.store.mirror.reminders():
            if row.list_id in ids:
                self.tale.lose(row.reminder().title)

    # ---- what both sides say

    def check(self) -> None:
        """Everything that has to be true once it is calm."""
        self.compare(self.calm())

    def compare(self, report: Report) -> None:
        """Whether both sides say the same, but for what the report says is held."""
        resting = [str(report.names[one.id].title) for one in report.held]
        self.tale.lose(" ".join(resting))
        there, here = self.on_phone(), self.in_files()
        for said in [*there, *here]:
            if set(MARK.findall(" ".join(resting))) & set(MARK.findall(said[1].title)):
                del there[said], here[said]
        self.check_words(there, here)
        missing, surplus = there - here, here - there
        # A bare tick may be of any day: first what must still have its line.
        for said in sorted(missing.elements(), key=self.may_be_filed):
            same = next((one for one in +surplus if said == self.as_there(one, said)), None)
            if same is not None:
                missing[said] -= 1
                surplus[same] -= 1
        missing, surplus = +missing, +surplus
        gone = {said for said in missing if self.may_be_filed(said)}
        for said in gone:
            del missing[said]
        assert not missing + surplus, differences(missing, surplus)

    def check_words(self, there: Counter[Said], here: Counter[Said]) -> None:
        for side, found in (("phone", there), ("files", here)):
            words = Counter[str]()
            for (_, reminder), times in found.items():
                words.update(dict.fromkeys(MARK.findall(reminder.title), times))
            doubled = {mark for mark, times in words.items() if times > 1} - self.tale.many
            assert not doubled, f"doubled on {side}: {doubled}"
            if side == "phone":
                lost = self.tale.made - self.tale.gone - words.keys()
                assert not lost, f"lost: {lost}"

    def as_there(self, here: Said, there: Said) -> Said:
        """What a file says, with what it leaves open about the completed: the day, the section."""
        path, said = here
        if said.done is None or there[1].done is None:
            return here
        done = there[1].done if said.done == Completion() else said.done
        # A heading over completed tasks alone is layout.
        phone = self.people[0].phone
        parts = {one.name for each in phone.lists() for one in phone.sections(each.id)}
        section = said.section if said.section in parts else there[1].section
        return path, replace(said, done=done, section=section)

    def may_be_filed(self, said: Said) -> bool:
        """Whether it may have left its file: it was completed long ago."""
        done = said[1].done
        if done is None or done.day is None:
            return False
        return date.fromtimestamp(self.rig.clock() - _AGED) >= done.day

    def on_phone(self) -> Counter[Said]:
        found: Counter[Said] = Counter()
        for person in self.people:
            person.phone.sync()
            groups = {one.name: one.group for one in person.phone.lists()}
            shown = person.phone.reminders(person.shares)
            aged_s = self.rig.clock() - _AGED
            titles = {
                (one.id, one.list): one.title
                for one in shown
                if one.completed_at is None or one.completed_at.timestamp() > aged_s
            }
            for one in shown:
                assert one.problems == (), one
                reminder = replace(self.dialect.shown(_reminder(one)), opaque=frozenset(), id="")
                # One whose parent was moved to another list meanwhile, or left its file by age,
                # stands by itself.
                parent = titles.get((one.parent or "", one.list))
                group = groups[one.list]
                where = f"{group}/{one.list}" if group and not person.shares else one.list
                found[(where, replace(reminder, parent=parent))] += 1
        return found

    def in_files(self) -> Counter[Said]:
        found: Counter[Said] = Counter()
        for path in self.files.files():
            where = str(path.relative_to(self.rig.folder).with_suffix(""))
            file = self.dialect.parse(path.read_bytes())
            assert file.suspicious == (), path
            crude = [line for line in path.read_text().split("\n") if self.pen.is_task(line)]
            assert len(crude) == len(file.tasks), path
            for task, line in zip(file.tasks, crude, strict=True):
                self.check_crudely(task, line)
                parent = None if task.parent is None else file.tasks[task.parent]
                title = parent.reminder.title if parent is not None else None
                found[(where, _bare(task.reminder, title))] += 1
        return found

    def check_crudely(self, task: Task, line: str) -> None:
        """The line says of done and due what the format reads there, to a crude reader."""
        assert MARK.findall(line)[0] in task.reminder.title
        assert self.pen.is_done(line) == (task.reminder.done is not None)
        due = re.search(r"(?:📅 |due:)(\d{4}-\d\d-\d\d)", line)
        assert (due and due[1]) == _day(task.reminder.due)


def differences(missing: Iterable[Said], surplus: Iterable[Said]) -> str:
    """What only the phone says, and what only the files do; defaults left out."""
    plain = Reminder("")

    def told(said: Said) -> str:
        values = {name: said[1].value(name) for name in Field}
        values = {name: value for name, value in values.items() if value != plain.value(name)}
        return f"{said[0]}: " + ", ".join(f"{name}={value!r}" for name, value in values.items())

    lines = [*(f"phone {told(one)}" for one in missing), *(f"files {told(one)}" for one in surplus)]
    return "\n" + "\n".join(sorted(lines, key=lambda line: line[5:]))


def _bare(reminder: Reminder, parent: str | None) -> Reminder:
    return replace(reminder, id="", list="", parent=parent, opaque=frozenset())


def _day(due: Due | None) -> str | None:
    match due:
        case AllDay(day):
            return str(day)
        case Floating(wall) | Zoned(wall):
            return str(wall.date())
    return None


def _reminder(one: ShownReminder) -> Reminder:
    """What the phone shows, as a value."""
    due = _due(one.due)
    at_ms = int(one.completed_at.timestamp() * 1000) if one.completed_at else None
    alarms = [_alarm(alarm) for alarm in one.alarms if not alarm.own]
    return Reminder(
        id="",
        title=one.title,
        notes=one.notes,
        done=Completion(at_ms) if one.done else None,
        due=due,
        priority=_PRIORITIES[one.priority],
        flagged=one.flagged,
        tags=frozenset(one.tags),
        urls=frozenset(one.urls),
        repeat=_rule(one.repeat),
        alarms=extra_alarms(due, [alarm for alarm in alarms if alarm is not None]),
        section=one.section or "",
        parent=one.parent,
    )


def _due(text: str | None) -> Due | None:
    if text is None:
        return None
    if "T" not in text:
        return AllDay(date.fromisoformat(text))
    wall, zone = zoned(text)
    return Zoned(wall, zone) if zone else Floating(wall)


def _rule(text: str | None) -> Rule | None:
    if text is None:
        return None
    frequency, interval, count = text.split("/")
    return Rule(Frequency(frequency), int(interval), int(count) if count else None)


def _alarm(alarm: ShownAlarm) -> Alarm | None:
    words = alarm.says.split()
    if words[-1] == "before":
        return Early(int(words[0]), Unit(words[1].rstrip("s")))
    if place := _PLACE.fullmatch(alarm.says):
        kind, title, address, latitude, longitude, radius = place.groups()
        where = (float(latitude), float(longitude), float(radius))
        return Place(kind == "arriving", *where, title, address or "")
    at = _due(alarm.says)
    return AtTime(at) if isinstance(at, Floating | Zoned) else None
