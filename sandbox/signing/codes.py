"""Decides which code is right: sent where, how long ago, after how many wrong ones."""

from __future__ import annotations

import enum
from collections.abc import Callable
from dataclasses import dataclass

from sandbox.switches import Switches

DEVICES = "devices"
"""Where a code is shown on all trusted devices at once."""


class Verdict(enum.Enum):
    """What a typed code is."""

    RIGHT = enum.auto()
    WRONG = enum.auto()
    TOO_MANY = enum.auto()


@dataclass(frozen=True, slots=True)
class Sent:
    """One code sent: `how` is "push", "sms" or "voice"; `to` names a telephone or device."""

    how: str
    to: str
    code: str
    at: float


class Codes:
    """The codes of one account, by its `rules`; `draw` gives new text to make a code from.

    A code is good where it was sent to, once, and until the next one goes there. `sent` holds all
    of them, oldest first.
    """

    def __init__(self, rules: Switches, draw: Callable[[], str]) -> None:
        self._rules = rules
        self._draw = draw
        self._open: dict[str, Sent] = {}  # by where it was sent
        self._wrong: list[float] = []  # when
        self._recent: list[float] = []  # when one was sent
        self.sent: list[Sent] = []

    def send(self, how: str, to: str, now: float) -> bool:
        """Send a code; False, and none is sent, if there were too many."""
        if self.too_many_sent(now):
            return False
        if self._rules.fresh_codes:
            self._rules.code = self._another()
        code = Sent(how, to, self._rules.code, now)
        self._open[to] = code
        self._recent.append(now)
        self.sent.append(code)
        return True

    def judge(self, typed: object, to: str, now: float) -> Verdict:
        """Say what `typed` is at the place `to`; a right code is spent by this."""
        if self.locked(now):
            return Verdict.TOO_MANY
        if typed == self._right(to, now):
            del self._open[to]
            self._wrong.clear()
            return Verdict.RIGHT
        self._wrong.append(now)
        return Verdict.TOO_MANY if self.locked(now) else Verdict.WRONG

    def locked(self, now: float) -> bool:
        """Say whether there were so many wrong codes that none is taken."""
        self._wrong = self._within(self._wrong, now)
        return len(self._wrong) >= self._rules.code_tries

    def too_many_sent(self, now: float) -> bool:
        """Say whether there were so many codes that none is sent."""
        self._recent = self._within(self._recent, now)
        return len(self._recent) >= self._rules.code_sends

    def forget_limits(self) -> None:
        """Let codes be sent and typed again."""
        self._wrong.clear()
        self._recent.clear()

    def _right(self, to: str, now: float) -> str | None:
        sent = self._open.get(to)
        if sent is None or now - sent.at > self._rules.code_lasts:
            return None
        # Without fresh codes it is the one that the account was told to have.
        return sent.code if self._rules.fresh_codes else self._rules.code

    def _another(self) -> str:
        while True:
            code = f"{int.from_bytes(self._draw().encode()) % 1_000_000:06d}"
            if code != self._rules.code:
                return code

    def _within(self, times: list[float], now: float) -> list[float]:
        return [each for each in times if now - each < self._rules.code_rest]
