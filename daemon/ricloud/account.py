"""Decides what a state of the account's sign-in is called in the API."""

from __future__ import annotations

from typing import Protocol

from daemon.ricloud.desks import Attempt
from daemon.ricloud.outcomes import UNUSABLE
from sync.remote.signing.states import Kind, SignInState

__all__ = ["AccountSignIn", "attempt_of"]

_OVER = (Kind.SIGNED_OUT, Kind.CODE_REQUIRED, Kind.CHOICE_REQUIRED)
_ERRORS = {
    Kind.SIGNED_OUT: "sign-in-required",
    Kind.CODE_REQUIRED: "code-required",
    Kind.CHOICE_REQUIRED: "choice-required",
    Kind.CONSENT_NEEDED: "consent-required",
}


class _Desk(Protocol):
    def state(self) -> SignInState:
        """How the sign-in stands, without asking Apple."""

    def attempt(
        self, password: str, code: str | None = None, choice: str | None = None
    ) -> SignInState:
        """Sign in, as far as it goes."""


class AccountSignIn:
    """The sign-in of the daemon's account at its ``desk``."""

    def __init__(self, desk: _Desk) -> None:
        self._desk = desk

    def attempt(self, password: str, code: str | None, choice: str | None) -> Attempt:
        """Sign in as far as that goes now; raises as the desk does."""
        return attempt_of(self._desk.attempt(password, code, choice))

    def ended(self) -> bool:
        """Whether it is known that nobody is signed in."""
        return self._desk.state().kind in _OVER


def attempt_of(state: SignInState) -> Attempt:
    """What an attempt that ended in ``state`` is to the API.

    A code that is owed is told without more words, as the API has it.
    """
    if state.is_open:
        return Attempt()
    error = _ERRORS.get(state.kind) or UNUSABLE.get(state.reason, UNUSABLE["refused"])
    if state.kind in (Kind.CODE_REQUIRED, Kind.CHOICE_REQUIRED):
        return Attempt(error, choices=state.choices)
    return Attempt(error, message=state.sentence, hint=state.hint)
