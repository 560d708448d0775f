"""Keeps the memory of this process to itself: what a password passes through writes no core.

A core dump would put password and tokens on disk, readable for whoever gets hold of it. So the
limit for its size is 0, which children inherit, and the kernel is told that this process may not be
dumped at all, which also keeps debuggers of the same user out of it.
"""

from __future__ import annotations

import ctypes
import resource

__all__ = ["write_no_core"]

_PR_SET_DUMPABLE = 4  # prctl(2)


def write_no_core() -> None:
    """See that no core is ever written of this process; where it cannot be had, go on without."""
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    prctl = getattr(ctypes.CDLL(None), "prctl", None)
    if prctl is not None:
        prctl(_PR_SET_DUMPABLE, 0, 0, 0, 0)
