"""Leads a person, or what is piped in, through a sign-in: password, device, code."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from typing import TYPE_CHECKING

import click

from daemon.wording.output import warn
from sync.errors import SignInNeeded

if TYPE_CHECKING:
    from sync.remote.desk import SignInDesk
    from sync.remote.signing.states import SignInState

__all__ = ["Codes", "sign_in"]

_CODE_TRIES = 3
_OTHER = "?"
_CONSENT_WAIT_S = 5.0
_CONSENT_LOOKS = 120


class Codes:
    """Where codes and choices come from: standard input, a terminal, or nowhere."""

    def __init__(
        self, *, from_input: bool, may_ask: bool, sleep: Callable[[float], None] = time.sleep
    ) -> None:
        self._from_input = from_input
        self._may_ask = may_ask and not from_input
        self._sleep = sleep
        self._waits = _CONSENT_LOOKS

    def wait(self) -> bool:
        """Let some seconds pass in which a person does something; whether to look again."""
        self._waits -= 1
        if self._may_ask and self._waits >= 0:
            self._sleep(_CONSENT_WAIT_S)
            return True
        return False

    def code(self, state: SignInState) -> str:
        """What was typed for ``state``; ``?`` asks for another way. SignInNeeded if nobody can."""
        if self._from_input:
            line = sys.stdin.readline().strip()
            if not line and state.was_wrong:
                raise SignInNeeded("that code was wrong", "type the right one; it is still good")
            if not line:
                raise SignInNeeded(
                    "Apple asks for a code, and standard input had none",
                    "for example: echo 123456 | remindersd login --code -",
                )
            return line
        if not self._may_ask:
            raise SignInNeeded(
                "Apple asks for a code, and there is no terminal to ask for it",
                "run `remindersd login` in a terminal, or give the code to"
                " `remindersd login --code -`",
            )
        warn(_sentence(state))
        return str(click.prompt(f"Code ({_OTHER} to get it another way)", err=True)).strip()

    def first(self, desk: SignInDesk, state: SignInState) -> SignInState:
        """Have a code sent where none was yet, and none can be read on a device either.

        A daemon asks for none; somebody who can type it does. SignInNeeded where what was piped in
        cannot be it.
        """
        may_be_shown = any(way.key == "device" for way in state.ways)
        if not self._may_ask and (may_be_shown or not self._from_input):
            return state
        sent = desk.send_code(state.ways[0].key)
        if self._from_input:
            raise SignInNeeded(
                f"no code had been sent yet that this could be. {sent.sentence}",
                "give that one to `remindersd login --code -`",
            )
        return sent

    def pick(self, question: str, offers: tuple[str, ...]) -> int:
        """The index of the offer that was chosen; the only one without asking."""
        if len(offers) == 1:
            return 0
        if not self._may_ask:
            raise SignInNeeded(
                "Apple asks which device gets the code, and there is no terminal to ask",
                "run `remindersd login` in a terminal",
            )
        warn(question)
        for number, offer in enumerate(offers, 1):
            warn(f"  {number}  {offer}")
        chosen = click.prompt("Number", type=click.IntRange(1, len(offers)), err=True)
        return int(chosen) - 1


def sign_in(desk: SignInDesk, password: Callable[[], str], codes: Codes) -> SignInState:
    """Sign in as far as it goes; the state that it ended in.

    A sign-in under way is gone on with, without a password. Raises as the desk does, SignInNeeded
    after three wrong codes.
    """
    from sync.remote.signing.states import Kind

    state = desk.state()
    if not _goes_on(state):
        state = desk.attempt(password())
    wrong = 0
    while state.kind in (Kind.CODE_REQUIRED, Kind.CHOICE_REQUIRED):
        if state.kind is Kind.CHOICE_REQUIRED:
            index = codes.pick("Where shall Apple send the code?", state.choices)
            state = desk.send_code(state.ways[index].key)
            continue
        if not state.sent_to and not state.was_wrong:
            state = codes.first(desk, state)
        typed = codes.code(state)
        if typed == _OTHER:
            index = codes.pick("Get the code", tuple(way.label for way in state.ways))
            state = desk.send_code(state.ways[index].key)
            continue
        state = desk.submit(typed)
        wrong += state.was_wrong
        if wrong == _CODE_TRIES:
            raise SignInNeeded(
                "the code was wrong three times", "run `remindersd login` and ask for another one"
            )
    return _consented(desk, state, codes)


def _consented(desk: SignInDesk, state: SignInState, codes: Codes) -> SignInState:
    """Wait for a device to allow what it was asked for, where somebody is there to see to it."""
    from sync.remote.signing.states import Kind

    shown = ""
    while state.kind is Kind.CONSENT_NEEDED and codes.wait():
        if state.sentence != shown:
            warn(f"{state.sentence}: {state.hint} (ctrl-C leaves that to the daemon)")
        shown = state.sentence
        state = desk.refresh()
    return state


def _goes_on(state: SignInState) -> bool:
    """Whether a sign-in is under way, and its code can be typed or be sent for."""
    return bool(state.ways)


def _sentence(state: SignInState) -> str:
    if state.was_wrong and state.sent_to:
        return f"That code was wrong. It is the one from: {state.sent_to}."
    return f"{state.sentence}."
