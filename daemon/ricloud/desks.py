"""Names what the API needs of those who sign in and who poll; they know nothing of the API."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from sync.polls.asked import PollOutcome, PollRequest

__all__ = ["Attempt", "Poller", "SignIn"]


@dataclass(frozen=True, slots=True)
class Attempt:
    """How a sign-in ended: ``error`` is ``None`` where it holds.

    ``choices`` are the devices that a code can be sent to, where one has to be chosen. ``message``
    and ``hint`` are for a person.
    """

    error: str | None = None
    choices: tuple[str, ...] = ()
    message: str = ""
    hint: str = ""


class SignIn(Protocol):
    """The account's one sign-in."""

    def attempt(self, password: str, code: str | None, choice: str | None) -> Attempt:
        """Sign in as far as that goes now; raises RemindersdError, for an outage above all."""

    def ended(self) -> bool:
        """Whether it is known, without asking anybody, that nobody is signed in any more."""


class Poller(Protocol):
    """Who asks iCloud."""

    def run(self, request: PollRequest) -> PollOutcome:
        """Answer what can be answered; raises RemindersdError where nothing could be tried."""
