"""Has Python look for garbage every few pages of records at most, and no longer every few records.

What a page is parsed to is thousands of containers, which all go at once, without the collector's
help; while they are there, it would look at them again and again.
"""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager

__all__ = ["CONTAINERS", "seldom"]

CONTAINERS = 5_000
"""So many more than go have to come before the collector looks; 200 records are about as many."""


@contextmanager
def seldom() -> Iterator[None]:
    """While the context lasts; for the whole process, as the collector is."""
    youngest, *older = before = gc.get_threshold()
    if youngest:  # 0: it never looks
        gc.set_threshold(max(CONTAINERS, youngest), *older)
    try:
        yield
    finally:
        gc.set_threshold(*before)
