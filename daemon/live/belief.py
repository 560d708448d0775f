"""How a belief about the service is said and tried: each is one object, with what was seen of it.

    believed   the sentence, as docs/wire.md has it
    where      the section there
    look       tries it in the scratch list, and says what was seen

What was seen names codes and counts, never an id, a title or a token: it goes into a report.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from enum import StrEnum

from daemon.live.scene import Answer, Scene, answered
from sync.errors import NetworkError, RemindersdError, ServiceError
from sync.remote.cloudkit import Failure

__all__ = ["Belief", "Outcome", "Seen", "all_done", "as_wanted", "looked", "refused_as"]


class Seen(StrEnum):
    """How a belief stands after it was tried."""

    HOLDS = "holds"
    DIFFERS = "differs"
    LEARNED = "learned"  # nothing was believed; this is so
    UNCLEAR = "unclear"
    UNTRIED = "untried"  # the account has nothing to see it by, or the person did not do it


@dataclass(frozen=True, slots=True)
class Outcome:
    """What was seen; ``cut`` where the service was not reached."""

    seen: Seen
    said: str
    cut: bool = False


@dataclass(frozen=True, slots=True)
class Belief:
    """One belief; those that follow build on what it made."""

    believed: str
    where: str
    look: Callable[[Scene], Outcome]


def looked(look: Callable[[Scene], Outcome], scene: Scene) -> Outcome:
    """Try it; what fails is unclear, in words that say nothing about the account."""
    try:
        return look(scene)
    except RemindersdError as error:
        code = error.server_code if isinstance(error, ServiceError) else ""
        said = f"it ended with {error.code} {code}".rstrip()
        return Outcome(Seen.UNCLEAR, said, isinstance(error, NetworkError))
    except (ValueError, KeyError, TypeError) as error:  # an answer of a form that nobody foresaw
        return Outcome(Seen.UNCLEAR, f"it ended with {type(error).__name__}")


def as_wanted(wanted: str, got: str) -> Outcome:
    """It holds if that is what came."""
    return Outcome(Seen.HOLDS if got == wanted else Seen.DIFFERS, got)


def all_done(answers: Iterable[Answer], then: bool = True, otherwise: str = "") -> Outcome:
    """It holds if every operation was done, and what should be so ``then`` is; else what came."""
    said = sorted({answered(answer) for answer in answers})
    if not said:
        return Outcome(Seen.UNCLEAR, "there was nothing to send")
    if set(said) - {"done", "a tombstone"}:
        return Outcome(Seen.DIFFERS, ", ".join(said))
    return Outcome(Seen.HOLDS, "done") if then else Outcome(Seen.DIFFERS, f"done, {otherwise}")


def refused_as(answer: Answer, *codes: str) -> Outcome:
    """It holds if the operation was refused with one of the codes."""
    good = isinstance(answer, Failure) and answer.code in codes
    return Outcome(Seen.HOLDS if good else Seen.DIFFERS, answered(answer))
