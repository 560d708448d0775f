"""Walks every belief, in a scratch list that is removed whatever happens, and tells of each."""

from __future__ import annotations

import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import partial
from types import FrameType

from daemon.live.belief import Belief, Outcome, looked
from daemon.live.beliefs import BELIEFS
from daemon.live.phone import QUESTIONS, Ask, Question, asked
from daemon.live.scene import Scene
from sync.errors import RemindersdError

__all__ = ["Tried", "walk"]

_CUT = 2  # in a row: the service is not reached any more
_ENDS = (signal.SIGTERM, signal.SIGHUP)


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
    scene: Scene,
    ask: Ask | None,
    tell: Callable[[Tried], None],
    clearing: Callable[[], None],
    left: Callable[[int], None],
) -> list[Tried]:
    """Try all beliefs, and with ``ask`` those that take a person.

    ``clearing`` is called before what was made is removed, and ``left`` then, with what remains.

    What an earlier try left behind goes first. Whatever ends this, the account is as it was.
    """
    scene.clear()
    tried: list[Tried] = []
    with _cleared(scene, clearing, left):
        for one in _all(scene, ask):
            tried.append(one)
            tell(one)
    return tried


def _all(scene: Scene, ask: Ask | None) -> Iterator[Tried]:
    """Each with its outcome; the last one where the service is not reached any more."""
    cut = 0
    for belief, look in _looks(ask):
        outcome = looked(look, scene)
        cut = cut + 1 if outcome.cut else 0
        if cut == _CUT:
            outcome = replace(outcome, said=f"{outcome.said}; nothing after it was tried")
        yield Tried(belief, outcome)
        if cut == _CUT:
            return


def _looks(ask: Ask | None) -> Iterator[tuple[Belief | Question, Callable[[Scene], Outcome]]]:
    for belief in BELIEFS:
        yield belief, belief.look
    if ask is not None:
        for question in QUESTIONS:
            yield question, partial(asked, question, ask=ask)


@contextmanager
def _cleared(
    scene: Scene, clearing: Callable[[], None], left: Callable[[int], None]
) -> Iterator[None]:
    """Remove what was made, undisturbed by another ctrl-C; ending the process is one, too, and
    closing its terminal.
    """

    def end(_number: int, _frame: FrameType | None) -> None:
        raise KeyboardInterrupt

    former = {number: signal.signal(number, end) for number in _ENDS}
    try:
        yield
    finally:
        former |= {signal.SIGINT: signal.signal(signal.SIGINT, signal.SIG_IGN)}
        for number in _ENDS:
            signal.signal(number, signal.SIG_IGN)
        try:
            try:
                clearing()  # fails where the terminal is gone
            finally:
                left(_clear(scene))
        finally:
            for number, handler in former.items():
                signal.signal(number, handler)


def _clear(scene: Scene) -> int:
    try:
        return scene.clear()
    except (RemindersdError, ValueError):  # of what has no change tag
        return len(scene.notes.names())
