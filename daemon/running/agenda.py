"""Decides when the next cycle runs and what for; pure, with every time as a parameter.

    timer, start, resume   at once
    files, rescan          when the folder has been quiet for QUIET_S, or after RESTLESS_S at last
    sync, plan             at once: a person waits
    retry                  when the cycle before it asked to be called again
    verify                 when all has to be compared again

Triggers that come together are served by one cycle. After a failure there is a pause: what
passes it is named by whoever declares it, everything else waits for its end. Times are monotonic
seconds. While there is a standstill, only what a person asks for passes.
"""

from __future__ import annotations

from collections.abc import Collection
from enum import StrEnum

from sync.cycle.checking.verdict import Verified

__all__ = ["AGAIN_MAX_S", "BY_HAND", "QUIET_S", "RESTLESS_S", "Agenda", "Kind", "until_next"]

QUIET_S = 0.4
RESTLESS_S = 5.0
AGAIN_S = 0.05  # doubled each time
AGAIN_MAX_S = 30.0


class Kind(StrEnum):
    """Why a cycle runs; of several the first in this order names the cycle."""

    SYNC = "sync"
    PLAN = "plan"
    FILES = "files"
    RESCAN = "rescan"
    RESUME = "resume"
    START = "start"
    TIMER = "timer"
    VERIFY = "verify"
    RETRY = "retry"


BY_HAND = frozenset({Kind.SYNC, Kind.PLAN})
"""What a person asks for."""


def until_next(verified: Verified, every_s: float, wall: float) -> float:
    """In how many seconds all is to be compared again; a clock that went back says at once."""
    since_s = wall - verified.at_ms / 1000
    return max(0.0, every_s - since_s) if since_s >= 0 else 0.0


class Agenda:
    """What is wanted, from when on, and until when there is a pause."""

    def __init__(self) -> None:
        self._due: dict[Kind, float] = {}
        self._restless_since: float | None = None
        self._pause_until: float | None = None
        self._passes: Collection[Kind] = ()
        self._agains = 0
        self._only: Collection[Kind] | None = None

    def stand_still(self, only: Collection[Kind] | None) -> None:
        """From now on nothing runs but ``only`` these, or (``None``) all does again."""
        self._only = only

    def want(self, kind: Kind, now: float) -> None:
        """Something happened that asks for a cycle."""
        if kind in (Kind.FILES, Kind.RESCAN):
            if self._restless_since is None:
                self._restless_since = now
            self._due[kind] = min(now + QUIET_S, self._restless_since + RESTLESS_S)
        else:
            self._due.setdefault(kind, now)

    def at(self, kind: Kind, moment: float | None) -> None:
        """A cycle of that kind is due at ``moment`` and at no other, or (``None``) not at all."""
        self._due.pop(kind, None)
        if moment is not None:
            self._due[kind] = moment

    def pause(self, until: float, passes: Collection[Kind]) -> None:
        """The last cycle failed: the next is at ``until``, sooner only for ``passes``."""
        self._pause_until, self._passes = until, passes
        self._due[Kind.RETRY] = until

    def go_on(self, now: float, again_s: float | None) -> float | None:
        """The last cycle ended well and may want another in ``again_s`` seconds.

        Returns in how many seconds it comes: later and later for one that always wants another,
        such as over a file that is never quiet.
        """
        self._pause_until = None
        self._due.pop(Kind.RETRY, None)
        if again_s is None or again_s >= AGAIN_MAX_S:
            self._agains = 0
        if again_s is not None:
            again_s = max(again_s, min(AGAIN_S * 2.0 ** min(self._agains, 16), AGAIN_MAX_S))
            self._agains += 1
            self._due[Kind.RETRY] = now + again_s
        return again_s

    def next_at(self) -> float | None:
        """When the next cycle is due; ``None``: nothing is wanted."""
        due = {kind: at for kind, at in self._due.items() if self._may(kind)}
        if self._pause_until is None:
            return min(due.values(), default=None)
        passing = [at for kind, at in due.items() if kind in self._passes]
        return min([*passing, self._pause_until]) if due else None

    def take(self, now: float) -> list[Kind]:
        """What a cycle starting now serves, the most telling kind first; empty if none is due.

        Once one is due all are served, even files that are not quiet yet, since the cycle itself
        waits for the quiet of each file; but a plan, which changes nothing, serves only itself.
        """
        due = [kind for kind in self._due if self._is_due(kind, now)]
        if not due:
            return []
        served = [kind for kind in Kind if kind in self._due and self._may(kind)]
        if due == [Kind.PLAN]:
            served = due
        else:
            later = {Kind.RETRY, Kind.VERIFY} - set(due)
            served = [kind for kind in served if kind not in later]
        for kind in served:
            del self._due[kind]
        if Kind.FILES in served or Kind.RESCAN in served:
            self._restless_since = None
        return served

    def _is_due(self, kind: Kind, now: float) -> bool:
        paused = self._pause_until is not None and now < self._pause_until
        return self._may(kind) and self._due[kind] <= now and (not paused or kind in self._passes)

    def _may(self, kind: Kind) -> bool:
        return self._only is None or kind in self._only
