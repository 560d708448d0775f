"""Says how far work is, in words, from the names of its steps. Pure."""

from __future__ import annotations

from daemon.output import plural

__all__ = ["Steps"]

_PHASES = {
    "engine:pull": "reading iCloud",
    "engine:scan": "reading files",
    "engine:commit": "planning",
    "engine:write": "writing files",
    "engine:push": "sending to iCloud",
    "verify:walk": "comparing with iCloud",
    "verify:files": "comparing files",
}
_COUNTED = {
    "commit:page:after": "page",
    "commit:written:after": "file",
    "commit:acknowledge:after": "request",
    "verify:page": "page",
}


class Steps:
    """The phase of some work, and how much of it is done."""

    def __init__(self) -> None:
        self.phase = "beginning"
        self.done = 0
        self._unit = ""

    def step(self, name: str) -> bool:
        """Take note of a step; whether that changed anything."""
        if name in _PHASES:
            self.phase, self.done, self._unit = _PHASES[name], 0, ""
            return True
        if name in _COUNTED:
            self.done, self._unit = self.done + 1, _COUNTED[name]
            return True
        return False

    def said(self) -> str:
        """Such as ``reading iCloud, 12 pages``."""
        return f"{self.phase}, {plural(self.done, self._unit)}" if self.done else self.phase
