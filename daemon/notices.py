"""Decides when what is amiss is said again: at once when it is news, else once a day."""

from __future__ import annotations

__all__ = ["AGAIN_S", "Notices"]

AGAIN_S = 86400.0


class Notices:
    """What was last said of each subject, and when, in monotonic seconds."""

    def __init__(self) -> None:
        self._said: dict[str, tuple[str, float]] = {}

    def is_due(self, subject: str, sentence: str, now: float) -> bool:
        """Whether ``sentence`` is to be said; if so it counts as said."""
        last = self._said.get(subject)
        if last is not None and last[0] == sentence and now - last[1] < AGAIN_S:
            return False
        self._said[subject] = sentence, now
        return True

    def over(self, subject: str) -> None:
        """Nothing is amiss any more; the next time is news."""
        self._said.pop(subject, None)
