"""How a cycle ended, for those who are told of it."""

from __future__ import annotations

from dataclasses import dataclass

from daemon.running.state import State
from sync.errors import RemindersdError

__all__ = ["Failure", "Outcome"]


@dataclass(frozen=True, slots=True)
class Failure:
    """Why a cycle did not go through, as ``RemindersdError`` has it, and the state that follows."""

    code: str
    message: str
    hint: str
    state: State

    @staticmethod
    def of(error: RemindersdError, state: State) -> Failure:
        """What ``error`` says."""
        return Failure(error.code, error.message, error.hint, state)


@dataclass(frozen=True, slots=True)
class Outcome:
    """How a cycle ended: it failed, or went through; ``trust`` warns of a sign-in that ends."""

    failure: Failure | None = None
    trust: str | None = None
