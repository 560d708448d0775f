"""Watches what the machine does while it runs: what it deletes, and what becomes of who was there.

The oracle looks at the end, where what was wrongly deleted may have come back by itself, and what
was rightly deleted may be back as well. So each deletion that is sent is held against the files in
that moment, and each cycle against what stood before it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from random import Random
from typing import Any

from sandbox.device.phone import Phone
from sandbox.world import World
from tests.simulation.chance import Clock, minting
from tests.simulation.reading import Said, bytes_of, in_files, on_phone, texts_in
from tests.simulation.story import Story
from tests.simulation.tale import MARK, Tale
from tests.simulation.unseen import Put

DELETED = ("delete", "forceDelete")


class Witness:
    """Sees one machine: its ``folder``, also while it is ``away``, and what it sends to iCloud."""

    def __init__(self, world: World, story: Story, tale: Tale, clock: Clock, *roots: Path) -> None:
        self.wrong: list[str] = []
        self.approved = False
        """Whether a person let go ahead what was held."""
        self.torn: Mapping[Path, str] = {}
        """What is just being saved, and is not in its file yet."""
        self._sees = "two machines" not in story.traits  # one's folder says nothing of the other
        self._phone = Phone(world.zone, clock.true, minting(Random(story.seed + 5)), "D8")
        self._world = world
        self._tale = tale
        self._clock = clock
        self._roots = roots
        self._most = int(story.settings.get("hold_above", "5"))
        self._grace_s = float(story.settings.get("grace", "0s").removesuffix("s"))
        self._began_s = self._looked_s = 0.0
        self._stood: set[str] = set()
        self._gone: set[str] = set()
        self._ids: dict[str, str] = {}
        self._put = Put()
        self._looked_at = ""
        self._there: list[tuple[str, Said]] = []

    # ---- what is there

    def there(self) -> list[tuple[str, Said]]:
        """What any device shows now."""
        now = self._world.zone.token()
        if now != self._looked_at:
            self._phone.sync()
            self._there, self._looked_at = list(on_phone(self._phone)), now
        return self._there

    def here(self) -> list[tuple[str, Said]]:
        """What the files say now."""
        return [one for root in self._roots for one in in_files(root)]

    def _texts(self) -> dict[str, str]:
        return {path: bytes_of(path).decode() for root in self._roots for path in texts_in(root)}

    def agreed(self) -> set[str]:
        """Marks of which both sides say the same."""
        there = {said for _, said in self.there()}
        return {mark for _, said in self.here() if said in there for mark in _marks(said)}

    # ---- a cycle

    def begin(self) -> None:
        """A cycle begins."""
        self._began_s = self._looked_s = self._clock.steady()
        self._gone = set()
        self._stood = {mark for _, said in self.here() for mark in _marks(said)}
        self._put.look(self._texts())

    def pushes(self) -> None:
        """It looks at the files for the last time before it sends."""
        self._looked_s = self._clock.steady()

    def end(self) -> None:
        """It is over: whoever stood in a file and lives, stands there still."""
        back = {mark for mark, when in self._tale.back.items() if when >= self._began_s}
        self._put.wrote(self._texts(), back, self._tale.left.keys())
        zone, faults = self._world.zone, self._world.faults
        if not (self._sees and zone.present) or faults.read_lag or self._roots[1].is_dir():
            return
        tale = self._tale
        ids = {mark: id for id, said in self.there() for mark in _marks(said)}
        stands = {mark for _, said in self.here() for mark in _marks(said)}
        lost = (self._stood & ids.keys()) - stands - tale.copied - self._left_since()
        # The other line of one that was just moving: a person took the new one, we the old one.
        lost -= {mark for mark, when in tale.thinned.items() if when >= self._began_s}
        lost -= {mark for text in self.torn.values() for mark in MARK.findall(text)}
        if lost:
            self.wrong.append(f"no line any more, and alive: {sorted(lost)}")
        for mark, id in ids.items():
            self._ids.setdefault(mark, id)

    def _left_since(self) -> set[str]:
        """Whose lines a person took away in this cycle."""
        return {mark for mark, when in self._tale.left.items() if when >= self._began_s}

    # ---- a request

    def sent(self, operations: Sequence[Mapping[str, Any]]) -> None:
        """The machine sends these; what it deletes is held against the files."""
        names = {
            str(one["record"]["recordName"]) for one in operations if _deletes(one["record"], one)
        }
        if not names or self.approved or not self._sees:
            return
        self._gone |= names
        if len(self._gone) > self._most:
            self.wrong.append(f"{len(self._gone)} deletions in one cycle, of {self._most}")
        titles = {f"Reminder/{id}": said for id, said in self.there()}
        stands = {mark for _, said in self.here() for mark in _marks(said)}
        unclear = self._tale.copied | self._tale.bare | self._left_since()
        # What is put back between our last look and our request cannot be seen by anybody.
        unclear |= {mark for mark, when in self._tale.back.items() if when > self._looked_s}
        for name in sorted(names & titles.keys()):
            for mark in _marks(titles[name]) - unclear:
                if mark in stands:
                    self.wrong.append(f"deleted in iCloud, and its line stands: {mark}")
                elif not self._tale.leapt and self._waited_s(mark) < self._grace_s:
                    self.wrong.append(f"deleted in iCloud before its grace is over: {mark}")

    def _waited_s(self, mark: str) -> float:
        return self._clock.steady() - self._tale.left.get(mark, 0.0)

    # ---- the end

    def verdict(self, held: set[str]) -> Iterator[str]:
        """What was wrong on the way, and who is somebody else now, or back; ``held`` waits."""
        yield from self.wrong
        tale = self._tale
        if tale.forgotten or tale.emptied or not self._sees:
            return
        there = self.there()
        unclear = tale.copied | tale.bare | tale.taken
        others = {m for id, said in there for m in _marks(said) if self._ids.get(m, id) != id}
        if others - unclear:
            yield f"another reminder than before: {sorted(others - unclear)}"
        alive = {mark for _, said in (*there, *self.here()) for mark in _marks(said)}
        back = (alive & tale.deleted) - tale.touched - tale.copied - tale.bare - held
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
