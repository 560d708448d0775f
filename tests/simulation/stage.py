"""One scenario played: a fixed story up to its last edit, then cycles, struck at chosen effects."""

from __future__ import annotations

import re
import shutil
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple

from sync.cycle.report import Report
from tests.simulation.caller import Caller
from tests.simulation.editor import ID, TASK, lines_of, put, read
from tests.simulation.history import History
from tests.simulation.reading import Said, in_files
from tests.simulation.story import Event, Story
from tests.simulation.tale import MARK, words_in

SEED = 4
SOON = 2
"""So many cycles follow closely on each other, before faults count as over."""

Side = list[tuple[object, ...]]


class Strike(NamedTuple):
    """``what`` (crash, file edit, phone edit) happens at the ``at``-th effect after the story."""

    at: int
    what: str
    dice: int = 0


@dataclass(frozen=True, slots=True)
class Scenario:
    """``before`` is agreed on by both sides; ``story`` is what happens then.

    ``settings`` are those of the engine.
    """

    name: str
    before: Callable[[Stage], None]
    story: Callable[[Stage], None]
    settings: Mapping[str, str] = field(default_factory=dict)


@dataclass
class End:
    """What both sides came to, by titles and words: no ids, no order."""

    shown: Side
    written: Side
    losers: Side


class Made(NamedTuple):
    """A reminder that the phone made."""

    id: str
    mark: str
    title: str


class Stage(History):
    """A history with one story, and hands to tell it with."""

    def __init__(self, scenario: Scenario, home: Path, strikes: Iterable[Strike] = ()) -> None:
        story = Story(SEED, SOON, scenario.settings, frozenset({"approves"}), ())
        super().__init__(story, home)
        self.scenario = scenario
        self.steps: list[str] = []
        """The effects since the story was told, until both sides were at rest."""
        self._listening = False
        self._met: set[str] = set()
        """Marks of lines that ever had an id."""
        self._bare: set[str] = set()
        """Marks of lines that stood there and never had one."""
        self._strikes: dict[int, list[Strike]] = defaultdict(list)
        for strike in strikes:
            self._strikes[strike.at].append(strike)

    # ---- the course

    def _begin(self) -> None:
        self.scenario.before(self)
        if self.scenario.before is not nothing:
            for _ in range(3):
                self.clock.wait(65)
                self.cycle()
        self.scenario.story(self)
        self._look()
        self.tale.tell("--- the story is told")
        self._listening = True

    def _step(self, name: str) -> None:
        if self._listening and not self._dead:
            self.steps.append(name)
            for strike in self._strikes.pop(len(self.steps), ()):
                self._happen(Event(0, "step", strike.at, strike.what, strike.dice), name)
        super()._step(name)
        if name == "engine:scan":
            self._meet()

    def _meet(self) -> None:
        """A line and a reminder that never met are one by what both say as the line is read.

        Where somebody changed that on one side before, they are two. Until its id stands on the
        line, so they are where the title is changed, or the line stands in no list when it is read.
        """
        known = self.machine.store.places.all_blocks()
        here = self._look()
        for id, there in self.witness.there():
            for mark in {*MARK.findall(there.title)} & self._bare:
                line = here.get(mark)
                is_one = line is not None and fits(line, there, known=id in known)
                if self._mirrored(id) and not is_one:
                    self.tale.copied.add(mark)

    def _look(self) -> dict[str, Said]:
        """The lines of lists that have no id, by their marks."""
        root, here = self.machine.folder, dict[str, Said]()
        for block, said in in_files(root):
            marks = MARK.findall(said.title)
            if block:
                self._met.update(marks)
            elif f"{root / said.place}.md" not in self.tale.asides:
                here |= dict.fromkeys(marks, said)
        self._bare = (self._bare | here.keys()) - self._met
        return here

    def _die(self) -> None:
        """Who edits a line that a move of ours has not yet taken away has made a copy of it."""
        if any(one.startswith(("file: ", "phone: ")) for one in self.tale.acts):
            marks = Counter(
                mark
                for _, said in in_files(self.machine.folder)
                for mark in MARK.findall(said.title)
            )
            self.tale.copied |= {mark for mark, times in marks.items() if times > 1}
        super()._die()

    def _come_to_rest(self) -> Report | None:
        while True:
            before = len(self._strikes)
            report = super()._come_to_rest()
            if len(self._strikes) == before:
                self._listening = False
                return report

    def end(self) -> End:
        """How it ended; the machine is asked once more what it keeps."""
        phone = self.phone
        phone.sync()
        entries = phone.reminders()
        title = {one.id: one.title for one in entries}
        shown: Side = [
            (one.list, one.title, one.notes, one.done, one.due, one.flagged, one.priority,
             tuple(sorted(one.tags)), title.get(one.parent or ""), one.section, one.repeat,
             tuple(sorted(alarm.says for alarm in one.alarms)), one.problems)
            for one in entries
        ]  # fmt: skip
        shown += [("list", one.name, one.group, one.is_group) for one in phone.lists()]
        lines: Counter[tuple[str, str]] = Counter()
        for path in sorted(self.machine.folder.rglob("*.md")):
            place = path.relative_to(self.machine.folder)
            if ".remindersd" not in place.parts:
                bare = (ID.sub("", line).strip() for line in read(path).split("\n"))
                lines.update((str(place), line) for line in bare if line[:10] != "icloud-id:")
        conflicts = self.machine.store.attention.open_conflicts()
        return End(
            sorted(shown, key=repr),
            sorted((*line, count) for line, count in lines.items()),
            sorted({(str(one.field), str(one.winner), str(one.loser)) for one in conflicts}),
        )

    # ---- hands on the phone

    @property
    def caller(self) -> Caller:
        """Who has the phone."""
        return self.callers[0]

    @property
    def phone(self):  # type: ignore[no-untyped-def]
        """The phone, having seen everything."""
        self.caller.phone.sync()
        return self.caller.phone

    def make(self, where: str, *, due: bool = False, notes: bool = False, **more: object) -> Made:
        """A new reminder on the phone."""
        mark = self.tale.fresh("w")
        title = f"{mark} {self.tale.fresh('t')}"
        given = {
            "due": self.tale.day() if due else None,
            "notes": self.tale.fresh("n") if notes else "",
            "created": self.clock.wall(),
            **more,
        }
        id = self.phone.create(where, title, **given)
        self.tale.say(words_in(f"{title} {given['due']} {given['notes']}"))
        self.tale.tell(f"phone: {title} in {where}")
        return Made(id, mark, title)

    def change(self, mark: str, **values: object) -> None:
        """Edit on the phone what has this mark."""
        one = self.find(mark)
        seen = {key: getattr(one, key) for key in values}
        self.phone.edit(one.id, **values)
        said = words_in(str(values))
        self.tale.say(said)
        self.tale.retract(words_in(str(seen)) - said)
        self.tale.tell(f"phone: {one.title}: {values}")

    def retitle(self, mark: str) -> None:
        """Give it another title on the phone."""
        self.change(mark, title=f"{mark} {self.tale.fresh('t')}")

    def discard(self, mark: str) -> None:
        """Delete it on the phone, with what is beneath it."""
        one = self.find(mark)
        for gone in self.phone.reminders():
            if one.id in (gone.id, gone.parent):
                self.tale.retract(words_in(str(gone)))
        self.phone.delete(one.id)
        self.tale.tell(f"phone: {one.title} is deleted")

    def send(self, mark: str, name: str) -> None:
        """Move it to another list on the phone, with what is beneath it."""
        one, where = self.find(mark), self.list_id(name)
        marks = {
            word
            for moved in self.phone.reminders()
            if one.id in (moved.id, moved.parent)
            for word in MARK.findall(moved.title)
        }
        self.phone.move(one.id, where)
        self.tale.touched |= marks
        self.tale.sent_on |= dict.fromkeys(marks, self.clock.steady())
        self.tale.sent_to |= dict.fromkeys(marks, where)
        self.tale.tell(f"phone: {one.title} to {name}")

    def list_id(self, name: str) -> str:
        """The id of a list."""
        return str(next(one.id for one in self.phone.lists() if one.name == name))

    def find(self, mark: str):  # type: ignore[no-untyped-def]
        """What the phone shows of the one with this mark."""
        found = [one for one in self.phone.reminders() if mark in MARK.findall(one.title)]
        assert len(found) == 1, (mark, found)
        return found[0]

    # ---- hands on the files

    @contextmanager
    def typing(self) -> Iterator[None]:
        """What is done to files inside is taken note of."""
        before, twice = self.typist.standing(), self.typist.twice()
        yield
        self.typist.note(before, twice)

    def path(self, name: str) -> Path:
        """The file of a list."""
        return self.machine.folder / f"{name}.md"

    def add(self, name: str, *lines: str) -> None:
        """Lines at the end of a file, which may be new."""
        path = self.path(name)
        path.parent.mkdir(parents=True, exist_ok=True)
        with self.typing():
            old = lines_of(read(path)) if path.exists() else []
            self.typist.save(path, [*old, *(f"{line}\n" for line in lines)])
        self.tale.tell(f"files: {lines} to {name}")

    def task(self, words: str = "", indent: int = 0) -> str:
        """A line of a new task."""
        return put(f"{' ' * indent}{self.typist.typed()}", words)

    def retype(self, mark: str, edit: Callable[[str], str]) -> None:
        """Edit the line with this mark."""
        path, lines, at = self._where(mark)
        with self.typing():
            lines[at] = edit(lines[at])
            self.typist.save(path, lines)
        self.tale.tell(f"files: {lines[at]!r} in {path.name}")

    def renamed(self, line: str) -> str:
        """The line with another title."""
        return re.sub(r"\bt\d+\b", self.tale.fresh("t"), line, count=1)

    def ticked(self, line: str) -> str:
        """The line, ticked."""
        return line.replace("- [ ]", "- [x]", 1)

    def erase(self, mark: str) -> None:
        """Take a task out of its file, with what is beneath it."""
        path, lines, at = self._where(mark)
        with self.typing():
            self.typist.cut_block(lines, at)
            self.typist.save(path, lines)
        self.tale.tell(f"files: {mark} is taken out of {path.name}")

    def carry(self, mark: str, name: str) -> None:
        """Cut a task out of its file and paste it at the end of another."""
        path, lines, at = self._where(mark)
        with self.typing():
            block = self.typist.cut_block(lines, at)
            self.typist.save(path, lines)
            there = self.path(name)
            self.typist.save(there, [*lines_of(read(there)), *block])
        self.tale.tell(f"files: {mark} goes from {path.name} to {name}")

    def lift(self, mark: str) -> None:
        """Cut a task and paste it below the first one of its file."""
        path, lines, at = self._where(mark)
        with self.typing():
            block = self.typist.cut_block(lines, at)
            first = next(at for at, line in enumerate(lines) if TASK.match(line))
            lines[first + 1 : first + 1] = block
            self.typist.save(path, lines)
        self.tale.tell(f"files: {mark} goes up in {path.name}")

    def _where(self, mark: str) -> tuple[Path, list[str], int]:
        for path in self.typist.files():
            lines = lines_of(read(path))
            for at, line in enumerate(lines):
                if TASK.match(line) and mark in MARK.findall(line):
                    return path, lines, at
        raise LookupError(f"no file has {mark}")


def fits(line: Said, there: Said, *, known: bool) -> bool:
    """Whether a line says what its reminder is known by; ``known``: it was one of a line before."""
    rest = known or (line.place, line.done, line.due) == (there.place, there.done, there.due)
    return rest and line.title == there.title


def nothing(_: Stage) -> None:
    """Where both sides begin with nothing that they agree on."""


def play(
    scenario: Scenario, home: Path, strikes: Iterable[Strike] = ()
) -> tuple[Stage, End | None]:
    """The scenario lived through in ``home``; its end is None where it ended badly."""
    shutil.rmtree(home, ignore_errors=True)
    home.mkdir()
    try:
        stage = Stage(scenario, home, strikes)
        verdict = stage.run()
        end = None if verdict.wrong else stage.end()
        stage.machine.retire()
        return stage, end
    finally:
        shutil.rmtree(home)
