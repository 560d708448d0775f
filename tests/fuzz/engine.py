"""Makes inputs, checks them, counts what came of them, and makes one that fails small."""

from __future__ import annotations

import signal
import time
import traceback
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path
from random import Random

__all__ = ["Check", "Failure", "Outcome", "Target", "Violation", "run", "shrunk", "verdict"]

HANG_S = 10.0  # of processor time for one input; no input needs a tenth of it
SHRINK_S = 15.0  # spent on making one failing input smaller

Check = Callable[[bytes, Random], str]
"""Raises for an input for which something does not hold, else says what came of it in a word.

The ``Random`` decides what is done with the input, such as which edit of a file.
"""


class Violation(AssertionError):
    """Something that must hold for every input did not hold for this one."""


class Hang(BaseException):
    """An input took so long that it will hardly end."""


@dataclass(frozen=True, slots=True)
class Target:
    """Something that reads what comes from outside.

    ``make`` gives an input. ``opened`` gives the check, within a directory of its own. ``share``
    is how many inputs it gets of those for all targets; ``expected`` are words that a fair number
    of its inputs come to, or they all fail at the door and show nothing.
    """

    name: str
    share: int
    make: Callable[[Random], bytes]
    opened: Callable[[Path], AbstractContextManager[Check]]
    expected: frozenset[str]


@dataclass(frozen=True, slots=True)
class Failure:
    """An input that failed; with ``data`` and ``choice`` it fails again."""

    target: str
    data: bytes
    choice: int
    signature: str
    story: str


@dataclass(slots=True)
class Outcome:
    """What came of a number of inputs: how often which word, and one failure of each kind."""

    words: Counter[str] = field(default_factory=Counter)
    failures: dict[str, Failure] = field(default_factory=dict)

    def add(self, other: Outcome) -> list[Failure]:
        """Take it in; what failed in a way in which nothing did before."""
        self.words.update(other.words)
        fresh = [one for kind, one in other.failures.items() if kind not in self.failures]
        self.failures = other.failures | self.failures
        return fresh


def run(target: Target, seed: str, inputs: range, directory: Path) -> Outcome:
    """Check these inputs of a seed; the same ones again come to the same."""
    outcome = Outcome()
    with target.opened(directory) as check, watching():
        for number in inputs:
            random = Random(f"{seed}:{target.name}:{number}")
            data = target.make(random)
            word, failure = verdict(target.name, check, data, random.getrandbits(32))
            outcome.words[word] += 1
            if failure is not None:
                outcome.failures.setdefault(failure.signature, failure)
    return outcome


def verdict(name: str, check: Check, data: bytes, choice: int) -> tuple[str, Failure | None]:
    """The word for an input, and the failure if it is one; to be called while ``watching``."""
    signal.setitimer(signal.ITIMER_VIRTUAL, HANG_S)
    try:
        return check(data, Random(choice)), None
    except (Exception, Hang) as error:  # noqa: BLE001 (whatever it is, it was not to be)
        return "FAILED", Failure(name, data, choice, _signature(error), _story(error))
    finally:
        signal.setitimer(signal.ITIMER_VIRTUAL, 0)


@contextmanager
def watching() -> Iterator[None]:
    """Let an input that does not end be one that fails."""

    def stop(*_: object) -> None:
        raise Hang(f"no end after {HANG_S:.0f} s of processor time")

    before = signal.signal(signal.SIGVTALRM, stop)
    try:
        yield
    finally:
        signal.signal(signal.SIGVTALRM, before)


def shrunk(failure: Failure, check: Check) -> Failure:
    """The same failure from less: lines, then bytes, are taken out as long as it stays the same."""
    until = time.monotonic() + SHRINK_S
    with watching():
        for cut in (_lines, _pairs):
            width = max(1, len(cut(failure.data)) // 2)
            while width and time.monotonic() < until:
                smaller = None
                pieces = cut(failure.data)
                for at in range(0, len(pieces), width):
                    data = b"".join(pieces[:at] + pieces[at + width :])
                    _, found = verdict(failure.target, check, data, failure.choice)
                    if found is not None and found.signature == failure.signature:
                        smaller = found
                        break
                    if time.monotonic() >= until:
                        break
                failure = smaller or failure
                width = width if smaller else width // 2
    return failure


def _lines(data: bytes) -> list[bytes]:
    return data.splitlines(keepends=True)


def _pairs(data: bytes) -> list[bytes]:
    return [data[at : at + 1] for at in range(len(data))]


def _signature(error: BaseException) -> str:
    """Equal for failures that are likely the same: what was raised, and where."""
    frames = traceback.extract_tb(error.__traceback__)
    where = [f"{frame.filename}:{frame.name}" for frame in frames[-1:]]
    said = str(error.args[0]).split(":")[0] if isinstance(error, Violation) else ""
    return sha256("\n".join([type(error).__name__, said, *where]).encode()).hexdigest()[:8]


def _story(error: BaseException) -> str:
    return "".join(traceback.format_exception(error, limit=-6)[-14:])
