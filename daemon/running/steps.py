"""Says how far work is, how fast it goes and how long it will take, from what it tells. Pure."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from daemon.wording.output import plural
from sync.cycle.gauge import Phase

__all__ = ["Progress", "Steps"]

_BEGIN = {
    "engine:pull": Phase.PULL,
    "engine:scan": Phase.READ,
    "engine:commit": Phase.PLAN,
    "engine:write": Phase.WRITE,
    "engine:push": Phase.SEND,
    "verify:walk": Phase.WALK,
    "verify:files": Phase.READ,
}
_SAID = {
    Phase.PULL: ("reading iCloud", "record"),
    Phase.READ: ("reading files", "file"),
    Phase.PLAN: ("planning", ""),
    Phase.WRITE: ("writing files", "file"),
    Phase.SEND: ("sending to iCloud", "change"),
    Phase.WALK: ("comparing with iCloud", "record"),
    Phase.COMPARE: ("comparing files", ""),
    Phase.GATHER: ("reading the mirror", ""),
    Phase.EXPORT: ("making the export", "reminder"),
}
_TELLING_S = 1.0  # in less, a rate says nothing
_AGAIN_S = 0.1  # nobody sees more, and files are read faster than that


@dataclass(frozen=True, slots=True)
class Progress:
    """How far the work under way is, in words and in numbers.

    ``total`` is known where it can be; ``rate`` is in a second, ``left_s`` what it makes of the
    rest.
    """

    said: str
    done: int = 0
    total: int | None = None
    rate: float | None = None
    left_s: float | None = None


class Steps:
    """What some work is at, and how much of that is done; ``clock`` is in seconds."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._began = clock()
        self._told: float | None = None
        self._phase: Phase | None = None
        self._done = 0
        self._total: int | None = None

    def step(self, name: str) -> bool:
        """Take note of a step; whether that changed anything."""
        phase = _BEGIN.get(name)
        if phase is None:
            return False
        self._begin(phase)
        return True

    def gauge(self, phase: Phase, done: int, total: int | None) -> bool:
        """Take note of how much is done; whether somebody who looks should hear of it by now."""
        if phase is not self._phase or done < self._done:
            self._begin(phase)
        self._done = done
        self._total = None if total is None else max(total, done)
        now = self._clock()
        is_news = self._told is None or now - self._told >= _AGAIN_S
        self._told = now if is_news else self._told
        return is_news

    def _begin(self, phase: Phase) -> None:
        self._phase, self._done, self._total = phase, 0, None
        self._began, self._told = self._clock(), None

    def progress(self) -> Progress:
        """Such as ``sending to iCloud, 40 of 100 changes``, with the rate since that began."""
        if self._phase is None:
            return Progress("beginning")
        said, unit = _SAID[self._phase]
        done, total, took_s = self._done, self._total, self._clock() - self._began
        if not done and not total:
            return Progress(said)
        counted = plural(done, unit) if total is None else f"{done} of {plural(total, unit)}"
        rate = done / took_s if done and took_s >= _TELLING_S else None
        left_s = None if rate is None or total is None else (total - done) / rate
        return Progress(f"{said}, {counted}", done, total, rate, left_s)
