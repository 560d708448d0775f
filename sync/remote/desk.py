"""The desk where one account is signed in and out, for the command line and the control socket.

Every call ends in a state (``signing/states.py``): what is owed, to whom, and what to do about it.
A wrong password, an outage and a service that asks to wait are errors, as everywhere. Rules:

1. What is stored is tried before a password is sent; a session that still holds is kept.
2. A code is sent when somebody asks for it, and never on the way to typing one.
3. A sign-in under way outlives the process: a code typed later belongs to it.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from contextlib import suppress
from typing import Any

from sync.errors import AccountUnusable, ConsentNeeded, RemindersdError, SignInNeeded
from sync.remote.session import Session
from sync.remote.signing.half import SignInOver
from sync.remote.signing.passwords import refuse_app_password
from sync.remote.signing.standing import needs_person, read_standing, stored_standing
from sync.remote.signing.states import Kind, SignInState
from sync.remote.signing.underway import UnderWay, state_of

__all__ = ["SignInDesk", "error_of"]

_APP = "reminders"  # whose encrypted data is what we are for
_HINT = "run: remindersd login"
Outcome = dict[str, Any] | UnderWay


def _nobody() -> None:
    """Nobody waits for a sign-in."""


class SignInDesk:
    """The sign-in of the account of ``session``; any thread may use it, one at a time.

    ``on_open`` is called when somebody has signed in, ``clock`` gives Unix seconds.
    """

    def __init__(
        self,
        session: Session,
        *,
        on_open: Callable[[], None] = _nobody,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self._session = session
        self._half = session.half
        self._on_open = on_open
        self._clock = clock
        self._lock = threading.Lock()

    def state(self) -> SignInState:
        """How the sign-in stands by what is stored; nothing is asked of Apple."""
        return stored_standing(self._session.store, self._clock())

    def attempt(
        self, password: str, code: str | None = None, choice: str | None = None
    ) -> SignInState:
        """Sign in, as far as it goes: with ``code`` to its end, with ``choice`` to the code.

        With the password alone a code is sent (once), or the choices are told. A code or choice for
        the sign-in under way costs no new password round; a code that nobody sent is not tried.
        Raises WrongPassword, SignInNeeded, NetworkError, Throttled, BadResponse, ServiceError; what
        only the owner can put right is the state ``needs-person``.
        """
        refuse_app_password(password)
        return self._guarded(lambda: self._attempted(password, _typed(code), choice))

    def send_code(self, how: str) -> SignInState:
        """Have a code sent by ``how``: ``device``, ``sms``, or the key of one of the ways.

        Raises SignInNeeded where no sign-in is under way or the way is not offered, and as
        ``attempt`` does.
        """

        def send() -> SignInState:
            under = self._owed()
            way = under.way(how) or under.chosen(how)
            if way is None:
                offered = ", ".join(f"{way.key} ({way.label})" for way in under.ways)
                raise SignInNeeded(f"Apple offers no code by “{how}”", f"choose: {offered}")
            return state_of(self._half.send(way))

        return self._guarded(send)

    def submit(self, code: str) -> SignInState:
        """Type the code of the sign-in under way; raises as ``attempt`` does.

        A wrong code is the state ``code-required`` with ``was_wrong``. One that comes too late is
        SignInNeeded.
        """
        return self._guarded(lambda: self._ended(self._half.submit(_typed(code) or "")))

    def refresh(self) -> SignInState:
        """Ask Apple how it stands: a device may have allowed something, or cookies be renewed.

        Raises as ``attempt`` does; nothing is sent to a device, nor is a password.
        """

        def look() -> SignInState:
            before = self.state()
            if before.kind is Kind.CONSENT_NEEDED:
                self._admit(again=False)
                if self.state().is_open:
                    self._on_open()
            elif before.is_open:
                self._session.reopen()
            return self.state()

        return self._guarded(look)

    def logout(self) -> None:
        """End the session at Apple, if it can be reached, and forget all of it here in any case."""
        with self._lock:
            self._half.forget()
            self._session.logout()

    def close(self) -> None:
        """Let go of connections; what is stored stays."""
        self._half.close()

    # ---- the transitions

    def _guarded(self, work: Callable[[], SignInState]) -> SignInState:
        """One at a time; what only the owner can put right is noted, and told as a state."""
        with self._lock:
            try:
                return work()
            except AccountUnusable as error:
                self._session.store.note(person=needs_person(error))
                return read_standing(self._session.store, self._clock())

    def _attempted(self, password: str, code: str | None, choice: str | None) -> SignInState:
        under = self._half.under_way()
        if under is not None and (code or choice):
            try:
                return self._went_on(under, code, choice)
            except SignInOver:
                pass  # begun too long ago: the password is here to begin anew
        if self._session.reopen() is not None:
            return self._open()
        outcome = self._half.begin(password)
        if not isinstance(outcome, UnderWay):
            return self._ended(outcome)
        if code or choice:
            return self._went_on(outcome, code, choice)
        if outcome.two_step or outcome.sent is not None:
            return state_of(outcome)
        return state_of(self._half.send(outcome.ways[0]))

    def _went_on(self, under: UnderWay, code: str | None, choice: str | None) -> SignInState:
        if under.two_step and choice:
            way = under.chosen(choice)
            if way is None:
                return state_of(under)
            under = self._half.send(way)
        if code and under.takes_code:
            return self._ended(self._half.submit(code))
        return state_of(under)

    def _ended(self, outcome: Outcome) -> SignInState:
        if isinstance(outcome, UnderWay):
            return state_of(outcome)
        self._session.entered(outcome)
        return self._open()

    def _open(self) -> SignInState:
        self._half.forget()
        self._admit(again=True)
        self._on_open()
        return self.state()

    def _admit(self, *, again: bool) -> None:
        with suppress(ConsentNeeded):  # it is noted, and so a state
            self._session.admit(_APP, again=again)

    def _owed(self) -> UnderWay:
        under = self._half.under_way()
        if under is None:
            raise SignInNeeded("no sign-in is under way that a code could be for", _HINT)
        return under


def _typed(code: str | None) -> str | None:
    """A code without what people put between its digits."""
    return None if code is None else "".join(code.split())


def error_of(state: SignInState) -> RemindersdError | None:
    """The error that stands for a state in which the account cannot be used; ``None`` if it can."""
    if state.is_open:
        return None
    if state.kind is Kind.NEEDS_PERSON:
        return AccountUnusable(state.sentence, state.hint, state.reason)
    if state.kind is Kind.CONSENT_NEEDED:
        return ConsentNeeded(state.sentence, state.hint, state.reason)
    return SignInNeeded(state.sentence, state.hint)
