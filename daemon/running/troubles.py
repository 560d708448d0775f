"""Decides what a failed cycle means: the state, when to try again, and what may come before.

    network, throttled, nonsense answered   offline     backoff, or as long as we were told to wait
    a device has to allow something         sign-in     backoff: it is only looked at again
    sign-in needed, password refused        sign-in     after an hour, or when a person asks
    account or zone not usable              attention   after an hour, or when a person asks
    anything else                           attention   backoff

Pure. ``sync`` always passes: a person asks, and the limiter below still keeps us polite.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass

from daemon.running.agenda import Kind
from daemon.running.state import State
from sync.errors import (
    AccountUnusable,
    BadResponse,
    ConsentNeeded,
    NetworkError,
    RemindersdError,
    SignInNeeded,
    Throttled,
    WrongPassword,
    ZoneMissing,
)

__all__ = ["FIRST_WAIT_S", "LONGEST_WAIT_S", "SIGN_IN_WAIT_S", "Trouble", "judge"]

FIRST_WAIT_S = 5.0
LONGEST_WAIT_S = 900.0
SIGN_IN_WAIT_S = 3600.0

_PERSON = frozenset({Kind.SYNC, Kind.PLAN})


@dataclass(frozen=True, slots=True)
class Trouble:
    """What follows from a failure; ``wait_s`` seconds until the next try."""

    state: State
    wait_s: float
    passes: Collection[Kind]


def judge(error: RemindersdError, failures: int, random: Callable[[], float]) -> Trouble:
    """What ``error`` means, the ``failures``-th (from 1) in a row; ``random`` gives 0 to 1."""
    match error:
        case Throttled(retry_after_s=float() | int() as told_s):
            # Never sooner than asked, and not all clients at the same moment.
            return Trouble(State.OFFLINE, max(0.0, told_s) * (1 + 0.1 * random()), _PERSON)
        case Throttled():
            return Trouble(State.OFFLINE, _backoff_s(failures, random), _PERSON)
        case NetworkError() | BadResponse():
            # After a suspend the network is another one.
            return Trouble(State.OFFLINE, _backoff_s(failures, random), _PERSON | {Kind.RESUME})
        case ConsentNeeded():
            return Trouble(State.SIGN_IN, _backoff_s(failures, random), _PERSON)
        case SignInNeeded() | WrongPassword():
            return Trouble(State.SIGN_IN, SIGN_IN_WAIT_S, _PERSON)
        case AccountUnusable() | ZoneMissing():
            return Trouble(State.ATTENTION, SIGN_IN_WAIT_S, _PERSON)
        case _:
            return Trouble(State.ATTENTION, _backoff_s(failures, random), _PERSON)


def _backoff_s(failures: int, random: Callable[[], float]) -> float:
    doubled_s = FIRST_WAIT_S * 2.0 ** min(max(failures, 1) - 1, 16)
    return min(doubled_s, LONGEST_WAIT_S) * (0.5 + 0.5 * random())
