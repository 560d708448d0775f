"""Keeps a daemon small: what its threads allocate is kept together, and given back after a cycle.

The allocator of the C library would give each of two dozen threads, most of which wait, a heap of
its own. And pyicloud loads rich where it finds it; our own commands draw with it, a daemon never.
"""

from __future__ import annotations

import ctypes
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from types import ModuleType
from typing import cast

from store.db import Store

__all__ = ["give_back", "kept_small"]

_M_ARENA_MAX = -8  # mallopt(3)
_UNUSED = ("rich",)


@contextmanager
def kept_small() -> Iterator[None]:
    """Keep this process small; within, the modules that a daemon has no use for are not found.

    To be entered before the first thread is started.
    """
    _ask_allocator("mallopt", _M_ARENA_MAX, 1)
    hidden = [name for name in _UNUSED if name not in sys.modules]
    sys.modules.update(dict.fromkeys(hidden, cast(ModuleType, None)))
    try:
        yield
    finally:
        for name in hidden:
            sys.modules.pop(name, None)


def give_back(store: Store) -> None:
    """Give the system what only the next cycle would use again, in a minute."""
    store.give_back()
    _ask_allocator("malloc_trim", 0)


def _ask_allocator(name: str, *numbers: int) -> None:
    """Call a function of glibc's; other C libraries have none of them, and are asked nothing."""
    function = getattr(ctypes.CDLL(None), name, None)
    if function is not None:
        function(*numbers)
