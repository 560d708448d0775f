"""Time, names and death, as a simulated machine has them: all from a seed."""

from __future__ import annotations

import os
import uuid
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from random import Random

from sync.local.disk import Exchange, Renameat2

YEAR_S = 365.25 * 86_400
START_S = 1_950_000_000.0
"""Far from the real time, which the kernel's own time stamps follow."""


class Crash(BaseException):
    """The process died here."""


class Clock:
    """One virtual clock: the wall's, which people and machines set, and one that nobody sets."""

    def __init__(self) -> None:
        self.steady_s = 1000.0
        self._offset_s = START_S

    def wall(self) -> float:
        """Unix seconds."""
        return self.steady_s + self._offset_s

    def true(self) -> float:
        """Unix seconds, as iCloud and phones have them, whatever the machine's clock says."""
        return self.steady_s + START_S

    def steady(self) -> float:
        """Monotonic seconds."""
        return self.steady_s

    def date(self) -> datetime:
        """The wall's time, aware."""
        return datetime.fromtimestamp(self.wall(), UTC)

    def wait(self, seconds: float) -> None:
        """Time passes."""
        self.steady_s += seconds

    def leap(self, seconds: float) -> None:
        """Somebody sets the wall's clock, and leaves it so far from the true time."""
        self._offset_s = START_S + seconds


def minting(random: Random) -> Callable[[], str]:
    """A source of UUIDs in upper case."""
    return lambda: str(uuid.UUID(int=random.getrandbits(128), version=4)).upper()


class Renames(Exchange):
    """The kernel's renames, after which a file that we wrote has the virtual time."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._kernel = Renameat2()

    def exchange(self, one: Path, other: Path) -> None:
        """Each of the two names gets the other's file."""
        self._stamp(one)
        self._kernel.exchange(one, other)

    def rename_new(self, old: Path, new: Path) -> None:
        """Rename; ``FileExistsError`` where the new name is taken."""
        self._stamp(old)
        self._kernel.rename_new(old, new)

    def _stamp(self, path: Path) -> None:
        if path.suffix == ".data" and path.is_file() and _has_real_time(path):
            stamp(path, self._clock)


def _has_real_time(path: Path) -> bool:
    """Whether nobody stamped a file: what a person saved keeps its time when it is given back."""
    status = path.stat()
    return abs(status.st_mtime_ns - status.st_ctime_ns) < 60 * 10**9


def stamp(path: Path, clock: Clock) -> None:
    """Give a file the virtual time."""
    now_ns = int(clock.wall() * 1e9)
    os.utime(path, ns=(now_ns, now_ns))
