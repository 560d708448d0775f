"""Tells the time in the world, which can be put forward: what takes weeks can be tried at once."""

from __future__ import annotations

from collections.abc import Callable


class Clock:
    """Seconds since 1970: what `true` says, and so many as it was put `ahead`."""

    def __init__(self, true: Callable[[], float]) -> None:
        self._true = true
        self.ahead = 0.0

    def __call__(self) -> float:
        return self._true() + self.ahead

    def forward(self, seconds: object) -> None:
        """Let `seconds` pass; ValueError for what is no number of them, or goes back."""
        if not isinstance(seconds, int | float) or isinstance(seconds, bool) or not seconds >= 0:
            raise ValueError("forward: must be a number of seconds, and not negative")
        self.ahead += seconds
