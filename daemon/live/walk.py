"""Walks every belief, in a scratch list that is removed whatever happens, and tells of each."""

from __future__ import annotations

import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from types import FrameType

from daemon.live.beliefs import BELIEFS, Belief, Outcome, Seen, looked
from daemon.live.phone import QUESTIONS, Ask, Question, asked
from daemon.live.scene import Scene
from sync.errors import RemindersdError

__all__ = ["Tried", "walk"]


@dataclass(frozen=True, slots=True)
class Tried:
    """One belief, and what came of it."""

    belief: Belief | Question
    outcome: Outcome

    def document(self) -> dict[str, str]:
        """As the report has it."""
        return {
            "believed": self.belief.believed,
            "where": self.belief.where,
            "seen": self.outcome.seen,
            "said": self.outcome.said,
        }


def walk(
    scene: Scene, ask: Ask | None, tell: Callable[[Tried], None], left: Callable[[int], None]
) -> list[Tried]:
    """Try all beliefs, and with ``ask`` those that take a person; ``left`` hears what remains.

    What an earlier try left behind goes first. Whatever ends this, the account is as it was.
    """
    scene.clear()
    tried: list[Tried] = []
    with _cleared(scene, left):
        for one in _all(scene, ask):
            tried.append(one)
            tell(one)
    return tried


def _all(scene: Scene, ask: Ask | None) -> Iterator[Tried]:
    for belief in BELIEFS:
        yield Tried(belief, looked(belief, scene))
    for question in QUESTIONS if ask is not None else ():
        assert ask is not None
        try:
            outcome = asked(question, scene, ask)
        except RemindersdError as error:
            outcome = Outcome(Seen.UNCLEAR, f"it ended with {error.code}")
        except (ValueError, KeyError, TypeError) as error:
            outcome = Outcome(Seen.UNCLEAR, f"it ended with {type(error).__name__}")
        yield Tried(question, outcome)


@contextmanager
def _cleared(scene: Scene, left: Callable[[int], None]) -> Iterator[None]:
    """Remove what was made, undisturbed by another ctrl-C; ending a process is one, too."""

    def end(_number: int, _frame: FrameType | None) -> None:
        raise KeyboardInterrupt

    former = signal.signal(signal.SIGTERM, end)
    try:
        yield
    finally:
        interrupt = signal.signal(signal.SIGINT, signal.SIG_IGN)
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
        try:
            left(_clear(scene))
        finally:
            signal.signal(signal.SIGINT, interrupt)
            signal.signal(signal.SIGTERM, former)


def _clear(scene: Scene) -> int:
    try:
        return scene.clear()
    except RemindersdError:
        return len(scene.noted())
