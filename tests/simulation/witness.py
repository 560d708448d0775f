"""Watches what the machine does while it runs: what it deletes, and what becomes of who was there.

The oracle looks at the end, where what was wrongly deleted may have come back by itself, and what
was rightly deleted may be back as well. So each deletion that is sent is held against the files in
that moment, and each cycle against what stood before it.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence, Set
from hashlib import sha256
from json import loads
from pathlib import Path
from random import Random
from typing import Any

from sandbox.device.phone import Phone
from sandbox.world import World
from tests.simulation.chance import Clock, minting
from tests.simulation.keeping import Keeping, Spot, View
from tests.simulation.reading import (
    Said,
    archived_in,
    bytes_of,
    doubled,
    on_phone,
    places_of,
    said_in,
    texts_in,
)
from tests.simulation.story import SHOWN, Story
from tests.simulation.tale import MARK, Tale, words_in
from tests.simulation.unseen import Put

DELETED = ("delete", "forceDelete")
SETTLES_S = 0.4
"""What was saved so short a time ago is not read yet."""
QUIET_S = 1.9
"""A file that is empty is not believed so soon, since it may be being saved."""


class Witness:
    """Sees one machine: its ``folder``, also while it is ``away``, and what it sends to iCloud."""

    def __init__(self, world: World, story: Story, tale: Tale, clock: Clock, *roots: Path) -> None:
        self.wrong: list[str] = []
        self.torn: Mapping[Path, str] = {}
        """What is just being saved, and is not in its file yet."""
        self.torn_s: Mapping[Path, float] = {}
        """Since when, in steady seconds."""
        self.held: Callable[[], str] = str
        """Gives what somebody has cut, and has in hand."""
        self.typed: Set[str] = frozenset()
        """Words that somebody ever typed in a file."""
        self._sees = "two machines" not in story.traits  # one's folder says nothing of the other
        self._phone = Phone(world.zone, clock.true, minting(Random(story.seed + 5)), "D8")
        self._world = world
        self._tale = tale
        self._clock = clock
        self._roots = roots
        self._most = int(story.settings.get("hold_above", "5"))
        self._grace_s = float(story.settings.get("grace", "0s").removesuffix("s"))
        self._shown_s = float(story.settings.get("show", SHOWN).removesuffix("d")) * 86_400
        self._began_s = self._read_s = self._looked_s = 0.0
        self._stood: dict[str, Said] = {}
        self._stood_in: Mapping[str, str] = {}
        self._displaced: set[str] = set()
        self._gone: set[str] = set()
        self._approved: set[str] = set()
        self._ids: dict[str, str] = {}
        self._marks: dict[str, str] = {}
        self._to_come: dict[tuple[str, float], float] = {}
        """When it first saw that a file was saved at this time, in steady seconds."""
        self._bore: set[tuple[str, str]] = set()
        """Each mark, and each reminder that was ever seen to bear it."""
        self._put = Put()
        tale.unseen, tale.once_unseen = self._put.words, self._put.ever
        self._keeping = Keeping(tale)
        self._looked_at = ""
        self._there: list[tuple[str, Said]] = []
        self._homes: dict[str, str] = {}

    # ---- what is there

    def there(self) -> list[tuple[str, Said]]:
        """What any device shows now."""
        now = self._world.zone.token()
        if now != self._looked_at:
            self._phone.sync()
            self._there, self._looked_at = list(on_phone(self._phone)), now
            lists = {one.name: one.id for one in self._phone.lists()}
            places = places_of(self._phone).items()
            self._homes = {f"{self._roots[0]}/{place}.md": lists[name] for name, place in places}
        return self._there

    def lists(self) -> set[str]:
        """The names of all lists that any device shows now."""
        self.there()
        return {one.name for one in self._phone.lists() if not one.is_group}

    @property
    def folder(self) -> Path:
        """Where the files are."""
        return self._roots[0]

    def here(self, contents: Mapping[str, bytes] | None = None) -> list[tuple[str, Said]]:
        """What the files say now, or what is in these ``contents`` of them."""
        contents = self._contents() if contents is None else contents
        return [one for root in self._roots for one in said_in(root, contents)]

    def _contents(self) -> dict[str, bytes]:
        """What is in each file, by its path."""
        return {path: bytes_of(path) for root in self._roots for path in texts_in(root)}

    def _texts(self) -> dict[str, str]:
        return {path: content.decode() for path, content in self._contents().items()}

    def agreed(self) -> set[str]:
        """Marks of which both sides say the same, and that met: their lines have ids.

        Not of what was completed so long ago that it leaves its file: that it is gone says nothing.
        """
        there = self.there()
        old_s = self._clock.wall() - self._shown_s
        done = {one.id: one.completed_at for one in self._phone.reminders() if one.completed_at}
        old = {id for id, when in done.items() if when.timestamp() < old_s}
        shown = {said for id, said in there if id not in old}
        agreed = (said for block, said in self.here() if block and said in shown)
        return {mark for said in agreed for mark in _marks(said)}

    def _view(self, contents: Mapping[str, bytes]) -> View:
        """What stands in files, and what iCloud has: lists by where their files are, words."""
        texts = {path: content.decode() for path, content in contents.items()}
        return View(texts, self._homes, dict(self.there()))

    # ---- a cycle

    def begin(self) -> None:
        """A cycle begins."""
        self._began_s = self._read_s = self._looked_s = self._clock.steady()
        self._gone = set()
        contents = self._contents()
        self._stood = {mark: said for _, said in self.here(contents) for mark in _marks(said)}
        view = self._view(contents)
        self._stood_in, self._displaced = view.texts, set(self._receipts())
        self._put.look(view.texts)
        self._keeping.begin(view, self._began_s)
        torn = {str(path): text for path, text in self.torn.items()} | {"": self.held()}
        if any(torn.values()):
            there = {
                mark: Spot(f"{self._roots[0]}/{said.place}.md", said.title)
                for _, said in self.there()
                for mark in _marks(said)
            }
            self._tale.copied |= self._keeping.hidden(torn, there)

    def forgets(self) -> None:
        """The machine lost what it knew."""
        self._keeping.forgets()

    def approves(self, marks: Iterable[str]) -> None:
        """A person lets go ahead what is held of these; it is for what is missing now."""
        self._approved |= {*marks}

    def hands_on(self) -> None:
        """Somebody is about to do something at a file while the cycle goes on."""
        self._put.wrote(self._texts())

    def hands_off(self) -> None:
        """That is done."""
        self._put.saved(self._texts())

    def reads(self) -> None:
        """It reads the files."""
        self._read_s = self._clock.steady()
        texts = self._texts()
        unquiet = {path for path in texts if self._was_just_saved(path)}
        self._put.reads(texts, unquiet)
        self._tale.read |= words_in("\n".join(texts[path] for path in texts.keys() - unquiet))

    def _was_just_saved(self, path: str) -> bool:
        """By what clock the machine has; a time that is yet to come is only when it saw that."""
        saved_s, now_s = Path(path).stat().st_mtime, self._clock.wall()
        seen_s = self._to_come.setdefault((path, saved_s), self._read_s)
        return self._read_s - seen_s < SETTLES_S if saved_s > now_s else saved_s > now_s - SETTLES_S

    def pushes(self) -> None:
        """It looks at the files for the last time before it sends."""
        self._looked_s = self._clock.steady()

    def end(self, *, done: bool, read: bool = True, lags: bool = False) -> None:
        """It is over, or failed: whoever stood in a file and lives, stands there still.

        What is just being saved is not ``read``. Who was told by what ``lags`` behind who lives
        could not know better.
        """
        contents, tale = self._contents(), self._tale
        view = self._view(contents)
        self._put.wrote(view.texts)
        if done:
            self._put.done()
        if not (self._sees and self._world.zone.present) or lags or self._roots[1].is_dir():
            return
        self._keeping.typed = self.typed
        self.wrong += self._keeping.end(view, self._clock.steady(), done=done, read=read)
        ids = {mark: id for id, said in self.there() for mark in _marks(said)}
        self._bore |= {(mark, id) for id, said in self.there() for mark in _marks(said)}
        stands = {mark for _, said in self.here(contents) for mark in _marks(said)}
        left = self._stood.keys() - stands - self._left_since()
        left -= archived_in(self._roots[0]) if left else set()
        # The other line of one that was just moving: a person took the new one, we the old one.
        left -= {mark for mark, when in tale.thinned.items() if when >= self._began_s}
        left -= {mark for text in self.torn.values() for mark in MARK.findall(text)}
        left -= {mark for text in self._receipts() for mark in MARK.findall(text)}
        left -= set() if read else self._given_back(view)
        left -= self._taken_out() if left else set()
        # The line of another reminder, as which one had come back that nothing told any more.
        others = tale.may_be_another() & doubled(mark for mark, _ in self._bore)
        lost = (left & ids.keys()) - tale.several - others
        if lost:
            self.wrong.append(f"no line any more, and alive: {sorted(lost)}")
        self._count_lines(left - ids.keys(), view)
        if done:  # what stands and lives is not approved to go any more
            self._approved -= self._stood.keys() & stands & ids.keys()
        self._know(ids)

    def _know(self, ids: Mapping[str, str]) -> None:
        """A reminder keeps its mark, whatever becomes of its title."""
        marks = {id: mark for mark, id in ids.items()}
        others = {(self._marks.get(id, mark), mark) for id, mark in marks.items()}
        if changed := {(was, now) for was, now in others if was != now}:
            self.wrong.append(f"one reminder became another: {sorted(changed)}")
        self._marks |= marks
        for mark, id in ids.items():
            self._ids.setdefault(mark, id)

    def _given_back(self, view: View) -> set[str]:
        """What we had put over a save that is in its file again: the next look puts it in anew."""
        texts = [
            text
            for path, text in self._stood_in.items()
            if view.texts.get(path, text) != text and view.texts[path] in self._displaced
        ]
        return {mark for text in texts for mark in MARK.findall(text)}

    def _taken_out(self) -> set[str]:
        """What a person took out in a save that our write displaced, and that can go back now."""
        saved = {mark for text in self._displaced for mark in MARK.findall(text)}
        return self._tale.left.keys() - saved if self._displaced else set()

    def _receipts(self) -> Iterator[str]:
        """Saves that our writes displaced, and that are not given back yet."""
        for root in self._roots:
            for path in root.glob(".remindersd/receipts/*/*.data"):
                record, data = path.with_suffix(".json"), bytes_of(path)
                told = loads(bytes_of(record)) if record.exists() else {}
                if told and sha256(data).hexdigest() not in (told["expected"], told["ours"]):
                    yield data.decode()

    def _left_since(self) -> set[str]:
        """Whose lines a person took away in this cycle."""
        return {mark for mark, when in self._tale.left.items() if when >= self._began_s}

    # ---- deletions of a cycle

    def sent(self, operations: Sequence[Mapping[str, Any]]) -> None:
        """The machine sends these; what it deletes is held against the files."""
        names = {
            str(one["record"]["recordName"]) for one in operations if _deletes(one["record"], one)
        }
        if not names or not self._sees:
            return
        titles = {f"Reminder/{id}": said for id, said in self.there()}
        marks = {name: _marks(titles[name]) if name in titles else set() for name in names}
        names = {name for name in names if not marks[name] & self._approved}
        self._count(names & titles.keys())  # what lies in “Recently Deleted” is gone already
        stands = {mark for _, said in self.here() for mark in _marks(said)} | self._being_saved()
        unclear = self._tale.several | self._tale.bare | self._left_since()
        # What is put back between our last look and our request cannot be seen by anybody.
        unclear |= {mark for mark, when in self._tale.back.items() if when > self._looked_s}
        for name in sorted(names):
            for mark in marks[name] - unclear:
                if mark in stands:
                    self.wrong.append(f"deleted in iCloud, and its line stands: {mark}")
                elif not self._tale.leapt and self._waited_s(mark) < self._grace_s:
                    self.wrong.append(f"deleted in iCloud before its grace is over: {mark}")

    def _being_saved(self) -> set[str]:
        """What stands in files that were empty for a moment when they were read."""
        texts = [
            text
            for path, text in self.torn.items()
            if self.torn_s[path] > self._read_s - QUIET_S and not self._tale.leapt
        ]
        return {mark for text in texts for mark in MARK.findall(text)}

    def _count_lines(self, gone: Collection[str], view: View) -> None:
        """Lines that went since their reminders did; not those of a list that went as a whole."""
        root = f"{self._roots[0]}/"
        self._count(
            mark
            for mark in gone
            if mark not in self._approved
            and mark in self._ids
            and f"{root}{self._stood[mark].place}.md" in view.texts
            and f"Reminder/{self._ids[mark]}" not in self._gone
        )

    def _count(self, gone: Iterable[str]) -> None:
        self._gone |= {*gone}
        if len(self._gone) > self._most:
            self.wrong.append(f"{len(self._gone)} deletions in one cycle, of {self._most}")

    def _waited_s(self, mark: str) -> float:
        return self._clock.steady() - self._tale.left.get(mark, 0.0)

    # ---- the end

    def verdict(self, held: set[str], parked: set[str]) -> Iterator[str]:
        """What was wrong on the way, and who is somebody else now, or back.

        ``held`` are marks of what waits, ``parked`` ids of what iCloud refused.
        """
        yield from self.wrong
        tale = self._tale
        if tale.forgotten or tale.emptied or not self._sees:
            return
        yield from self._keeping.verdict(self._view(self._contents()), parked)
        there = self.there()
        unclear = tale.several | tale.bare | tale.taken
        others = {m for id, said in there for m in _marks(said) if self._ids.get(m, id) != id}
        if others - unclear:
            yield f"another reminder than before: {sorted(others - unclear)}"
        alive = {mark for _, said in (*there, *self.here()) for mark in _marks(said)}
        back = (alive & tale.deleted) - tale.touched - tale.several - tale.bare - held
        back -= self._put.unclear
        if back:
            yield f"deleted and back: {sorted(back)}"


def _deletes(record: Mapping[str, Any], operation: Mapping[str, Any]) -> bool:
    if not str(record["recordName"]).startswith("Reminder/"):
        return False
    flag = record.get("fields", {}).get("Deleted", {}).get("value")
    return operation["operationType"] in DELETED or flag == 1


def _marks(said: Said) -> set[str]:
    return set(MARK.findall(said.title))
