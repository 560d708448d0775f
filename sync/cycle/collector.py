"""Keeps the garbage collector from going through all that a cycle has in hand, again and again.

A cycle makes millions of objects that it needs to its end, and next to no rings of references,
which are all that the collector is for: it took a quarter of the cycle, and more of a larger one.
"""

from __future__ import annotations

import gc
import threading
from collections.abc import Iterator
from contextlib import contextmanager

__all__ = ["young_only"]

_YOUNG = (10_000, 10, 1_000_000)
"""What was made lately is looked through, as rarely as costs little; all the rest is not."""


class _Within:
    """How many are within, in all threads, and what held before the first of them."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._count = 0
        self._before = gc.get_threshold()

    def enter(self) -> None:
        with self._lock:
            if not self._count:
                self._before = gc.get_threshold()
                gc.set_threshold(*_YOUNG)
            self._count += 1

    def leave(self) -> None:
        with self._lock:
            self._count -= 1
            if not self._count:
                gc.set_threshold(*self._before)


_WITHIN = _Within()


@contextmanager
def young_only() -> Iterator[None]:
    """Within, no collection goes through old objects; for the whole process, and all its threads.

    It may be entered several times at once. What held before holds again after the last has left.
    """
    _WITHIN.enter()
    try:
        yield
    finally:
        _WITHIN.leave()
