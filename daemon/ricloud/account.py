"""Decides what a state of the account's sign-in is called in the API, and spares Apple a repeat.

A client may ask in a loop; Apple locks accounts for wrong passwords. So one that was refused is not
sent again for a while.
"""

from __future__ import annotations

import hmac
import secrets
from collections.abc import Callable
from dataclasses import dataclass
from hashlib import sha256
from typing import Protocol

from daemon.ricloud.desks import Attempt
from daemon.ricloud.outcomes import UNUSABLE
from sync.errors import WrongPassword
from sync.remote.signing.states import Kind, SignInState

__all__ = ["REST_S", "AccountSignIn", "attempt_of"]

REST_S = 900.0
"""For so long a password that was refused is not sent again."""

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


@dataclass(frozen=True, slots=True)
class _Refusal:
    error: WrongPassword
    digest: bytes
    at: float


class AccountSignIn:
    """The sign-in of the daemon's account at its ``desk``; ``clock`` gives monotonic seconds."""

    def __init__(self, desk: _Desk, clock: Callable[[], float]) -> None:
        self._desk = desk
        self._clock = clock
        self._key = secrets.token_bytes(32)
        self._refusal: _Refusal | None = None

    def attempt(self, password: str, code: str | None, choice: str | None) -> Attempt:
        """Sign in as far as that goes now; raises as the desk does."""
        digest = hmac.new(self._key, password.encode(), sha256).digest()
        self._raise_if_refused(digest)
        try:
            state = self._desk.attempt(password, code, choice)
        except WrongPassword as error:
            self._refusal = _Refusal(error, digest, self._clock())
            raise
        self._refusal = None
        return attempt_of(state)

    def ended(self) -> bool:
        """Whether it is known that nobody is signed in."""
        return self._desk.state().kind in _OVER

    def _raise_if_refused(self, digest: bytes) -> None:
        refusal = self._refusal
        if refusal is None or not hmac.compare_digest(refusal.digest, digest):
            return
        if self._clock() - refusal.at >= REST_S or self._desk.state().is_open:
            return
        minutes = round(REST_S / 60)
        raise WrongPassword(
            refusal.error.message,
            f"try another one: this one was refused, and is not sent again for {minutes} minutes",
        )


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
