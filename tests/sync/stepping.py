"""What a rig's effects can meet: a full disk, death, somebody who acts in that moment."""

from __future__ import annotations

import errno
import os
from collections.abc import Callable

from tests.rig import Crash

__all__ = ["DiesAt", "DoesOnce", "FullOnce"]


class FullOnce:
    """The disk has no room at the first effect of a name."""

    def __init__(self, name: str) -> None:
        self._name = name

    def __call__(self, name: str) -> None:
        if name == self._name:
            self._name = ""
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), "Inbox.md")


class DiesAt:
    """The process dies at one of the effects of a name."""

    def __init__(self, name: str, at: int) -> None:
        self._name = name
        self._at = at
        self.times = 0

    def __call__(self, name: str) -> None:
        self.times += name == self._name
        if self.times == self._at and name == self._name:
            raise Crash


class DoesOnce:
    """Somebody does something at the first effect of a name."""

    def __init__(self, name: str, act: Callable[[], None]) -> None:
        self._name = name
        self._act = act

    def __call__(self, name: str) -> None:
        if name == self._name:
            self._name = ""
            self._act()
