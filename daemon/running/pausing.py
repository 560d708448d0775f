"""Keeps everything from going by itself while there is a pause, and ends it when its time is over.

What a person asks for is done all the same, with what belongs to it; so a `sync` by hand works.
"""

from __future__ import annotations

from daemon.running.agenda import BY_HAND, Agenda, Kind
from daemon.running.lasting import Pause
from daemon.running.reporting import Reporting
from daemon.running.requests import Surroundings

__all__ = ["Pausing"]


class Pausing:
    """For the loop's thread alone."""

    def __init__(self, around: Surroundings, reporting: Reporting, agenda: Agenda) -> None:
        self._around = around
        self._reporting = reporting
        self._agenda = agenda

    def pause(self, until: float | None) -> None:
        """Let nothing go by itself until the Unix time ``until``, or until ``resume``."""
        self._reporting.paused(Pause(self._around.wall(), until))

    def resume(self) -> None:
        """Let all go by itself again, beginning with a cycle."""
        if self._reporting.pause is not None:
            self._reporting.paused(None)
            self._agenda.want(Kind.RESUME, self._around.monotonic())
            self._around.resumed()

    def heed(self, *, is_asked: bool) -> None:
        """Look whether the pause is over; who waits for an answer may need a second try for it."""
        pause = self._reporting.pause
        if pause is not None and pause.is_over(self._around.wall()):
            self.resume()
        passing = BY_HAND | {Kind.RETRY} if is_asked else BY_HAND
        self._agenda.stand_still(None if self._reporting.pause is None else passing)

    def at_most(self, wait_s: float | None) -> float | None:
        """For how long nobody has to look, if that is ``wait_s`` without a pause."""
        pause = self._reporting.pause
        if pause is None or pause.until is None:
            return wait_s
        left_s = max(0.0, pause.until - self._around.wall())
        return left_s if wait_s is None else min(wait_s, left_s)
