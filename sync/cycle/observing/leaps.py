"""Whether somebody set the clock while we run, and that nothing waits shorter or longer for it.

Grace is counted by the wall clock, since it goes on while no process runs, and so is how long an
answer that we did not hear may still show, and how long the mirror keeps what was deleted. While a
process runs, another clock tells what time has really passed, and what is remembered is moved along
with the wall's.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from store.db import Store

__all__ = ["Leaps"]

SLACK_S = 5.0  # by so much the clocks may part: slewing stays far below it


class Leaps:
    """Compares two clocks now and then, both in seconds: nobody can set ``elapsed``."""

    def __init__(self, wall: Callable[[], float], elapsed: Callable[[], float]) -> None:
        self._wall = wall
        self._elapsed = elapsed
        self._apart_s: float | None = None

    def heed(self, store: Store) -> None:
        """Let what is missed, sent or deleted have been so as long ago as it was."""
        apart_s, before_s = self._wall() - self._elapsed(), self._apart_s
        self._apart_s = apart_s
        leapt_s = 0.0 if before_s is None else apart_s - before_s
        if abs(leapt_s) <= SLACK_S:
            return
        waiting, by_ms = store.places.vanished(), int(leapt_s * 1000)
        with store.commit("leap"):
            store.places.set_vanished(
                replace(one, seen_s=one.seen_s + leapt_s) for one in waiting.values()
            )
            store.outbox.sent_later(by_ms)
            store.mirror.gone_later(by_ms)
