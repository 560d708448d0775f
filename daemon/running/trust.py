"""Looks now and then whether the sign-in ends soon, and says so in time.

The age of a session is seen in its cookies only, and asking Apple whether it holds may renew them;
so that is done first, once a day, and what still ends soon after it is a warning.
"""

from __future__ import annotations

from contextlib import suppress
from typing import Protocol

from sync.errors import RemindersdError
from sync.remote.signing.states import Kind, SignInState

__all__ = ["Trust", "warning_of"]

_LOOK_S = 3600.0
_DAY_S = 86400.0


class _Desk(Protocol):
    def state(self) -> SignInState:
        """How the sign-in stands, without asking Apple."""

    def refresh(self) -> SignInState:
        """How it stands after asking Apple."""


class Trust:
    """The trust of the account at ``desk``; for one thread."""

    def __init__(self, desk: _Desk) -> None:
        self._desk = desk
        self._looked: float | None = None
        self._renewed: float | None = None
        self._warning: str | None = None

    def look(self, now: float) -> str | None:
        """A warning while the session ends soon, else ``None``; ``now`` in Unix seconds."""
        if self._looked is not None and 0 <= now - self._looked < _LOOK_S:
            return self._warning
        self._looked = now
        state = self._desk.state()
        last = self._renewed
        if state.kind is Kind.TRUST_EXPIRING and (last is None or not 0 <= now - last < _DAY_S):
            self._renewed = now
            with suppress(RemindersdError):  # what is wrong with it is the next cycle's to say
                state = self._desk.refresh()
        self._warning = warning_of(state, now)
        return self._warning


def warning_of(state: SignInState, now: float) -> str | None:
    """In words, when the session ends, if that is soon."""
    if state.kind is not Kind.TRUST_EXPIRING or state.until is None:
        return None
    days = int((state.until - now) // _DAY_S)
    when = f"in {days} days" if days > 1 else "within a day or two" if days >= 0 else "any time now"
    return f"Apple's trust in this computer ends {when}: run `remindersd login` before that"
