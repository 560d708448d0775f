"""A laptop and a desktop on one account, and a pretend Syncthing that carries files between them.

The carrier keeps what both folders had in common the last time. What changed on one side goes to
the other; what changed on both goes by the newer file, and the older becomes a conflict copy; a
change beats a deletion.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from unittest.mock import patch

from sandbox.world import World
from sync.cycle.report import Report
from tests.lending import serving, shortened
from tests.rig import Rig, empty_world

COPY = ".sync-conflict-20260212-103000-AB12CD3"


class Machine(Rig):
    """A rig that shares its home with another, and has a folder of its own."""

    @property
    def folder(self) -> Path:
        return self.home / self.profile / "Todo"


@dataclass
class Carrier:
    """Syncthing, between two folders; ``ours`` says whether it carries `.remindersd` too."""

    here: Path
    there: Path
    ours: bool = False
    common: dict[str, bytes | None] = field(default_factory=dict)

    def carry(self) -> int:
        """Carry everything; gives the number of files that changed anywhere."""
        changed = 0
        for path in sorted(self._paths()):
            changed += self._carry(path)
        return changed

    def _paths(self) -> set[str]:
        found = {*self.common}
        for root in (self.here, self.there):
            found |= {str(one.relative_to(root)) for one in root.rglob("*") if one.is_file()}
        kept = {path for path in found if self.ours or not path.startswith(".remindersd")}
        return {path for path in kept if not path.endswith(".tmp")}

    def _carry(self, path: str) -> int:
        here, there, common = _read(self.here, path), _read(self.there, path), self.common.get(path)
        if here == there:
            self.common[path] = here
            return 0
        if there == common or (there is None and here != common):
            source, target = self.here, self.there
        elif here in (common, None):
            source, target = self.there, self.here
        else:
            newer = _mtime(self.here, path) >= _mtime(self.there, path)
            source, target = (self.here, self.there) if newer else (self.there, self.here)
            stem, suffix = os.path.splitext(path)
            os.rename(target / path, target / f"{stem}{COPY}{suffix}")
        self.common[path] = _put(source, target, path)
        return 1


def _read(root: Path, path: str) -> bytes | None:
    file = root / path
    return file.read_bytes() if file.is_file() else None


def _mtime(root: Path, path: str) -> int:
    return os.stat(root / path).st_mtime_ns


def _put(source: Path, target: Path, path: str) -> bytes | None:
    """Bring a file, or its deletion, over as it is."""
    data, place = _read(source, path), target / path
    if data is None:
        place.unlink(missing_ok=True)
        return None
    place.parent.mkdir(parents=True, exist_ok=True)
    new = place.with_name(f".syncthing.{place.name}.tmp")
    shutil.copy2(source / path, new)
    os.replace(new, place)
    return data


@dataclass
class Pair:
    """Two machines of one person, and the phone."""

    laptop: Machine
    desktop: Machine
    carrier: Carrier | None

    @property
    def machines(self) -> tuple[Machine, Machine]:
        return (self.laptop, self.desktop)

    @property
    def phone(self):  # type: ignore[no-untyped-def]
        return self.laptop.phone

    def carry(self) -> int:
        return self.carrier.carry() if self.carrier else 0

    def round(self) -> tuple[Report, Report]:
        """Both run, and what they wrote is carried."""
        one = self.laptop.run()
        self.carry()
        other = self.desktop.run()
        self.carry()
        return one, other

    def calm(self, rounds: int = 6) -> None:
        """Rounds until nothing happens anywhere; then once more, to see that it stays so."""
        for _ in range(rounds):
            reports = self.round()
            if all(report.idle and report.pending == 0 for report in reports):
                break
        else:
            raise AssertionError(f"no rest: {reports}")
        before = [machine.bytes_of_folder() for machine in self.machines]
        for report in self.round():
            assert (report.idle, report.pushed, report.files) == (True, 0, 0), report
        assert [machine.bytes_of_folder() for machine in self.machines] == before

    def agree(self, name: str = "Inbox") -> str:
        """The bytes of a list's file, which are the same on both machines."""
        assert self.laptop.read(name) == self.desktop.read(name)
        return self.laptop.read(name)


@contextmanager
def open_pair(
    home: Path, *, carried: bool, ours: bool = False, world: World | None = None, **settings: str
) -> Iterator[Pair]:
    """Two machines that are at rest; with ``carried`` their folders are one by Syncthing."""
    world = world or empty_world()
    state = {"XDG_STATE_HOME": str(home / "state")}
    with patch.dict(os.environ, state), serving(world) as url, shortened():
        laptop = Machine(world, url, home, {**settings, "profile": "laptop"})
        laptop.run()
        states = home / "state" / "remindersd"
        shutil.copytree(states / "laptop" / "session", states / "desktop" / "session")
        carrier = None
        if carried:
            folders = [home / name / "Todo" for name in ("laptop", "desktop")]
            carrier = Carrier(*folders, ours=ours)
            carrier.carry()
        desktop = Machine(world, url, home, {**settings, "profile": "desktop"})
        pair = Pair(laptop, desktop, carrier)
        try:
            desktop.run(approve=True)
            pair.calm()
            yield pair
        finally:
            laptop.close()
            desktop.close()
