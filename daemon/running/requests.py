"""Names the seams of the loop: what is asked of it, and what it asks of others."""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from pathlib import PurePath
from typing import Any, Protocol

from daemon.running.lasting import Lasting
from daemon.running.outcome import Outcome
from daemon.running.state import Board
from daemon.running.tally import Tally
from daemon.settings.config import Config
from daemon.systemd.notify import Notifier
from store.db import Store
from sync.core.actions import Hold
from sync.cycle.asked.carrying import Brought, Options
from sync.cycle.asked.copies import MergedCopy
from sync.cycle.asked.forgetting import Forgot
from sync.cycle.asked.once import Once
from sync.cycle.asked.refiling import Refiled
from sync.cycle.asked.refused import Refused
from sync.cycle.asked.relisting import Relisted
from sync.cycle.asked.resolving import Resolved
from sync.cycle.asked.restoring import Restored
from sync.cycle.asked.undoing import Undone
from sync.cycle.asked.writing import Decide, Written
from sync.cycle.checking.verdict import Verdict, Verified
from sync.cycle.report import Report
from sync.errors import RemindersdError

__all__ = ["Cycler", "Errand", "Order", "Request", "Stopping", "Surroundings", "Unexpected"]


class Cycler(Protocol):
    """What the loop needs of an engine."""

    def cycle(self, trigger: str, *, approve: bool = False, plan_only: bool = False) -> Report:
        """One full cycle."""

    def approve(self, keys: Sequence[str] = ()) -> list[Hold]:
        """Let what is held go ahead."""

    def restore(self, key: str) -> Restored:
        """Bring a deleted reminder back."""

    def undo(self, run: int | None = None, *, dry_run: bool = False) -> Undone:
        """Take a run back."""

    def restore_list(self, key: str) -> Relisted:
        """Bring a list back."""

    def restore_file(self, path: str) -> Refiled:
        """Let a list's file be written again."""

    def forget(self, key: str) -> Forgot:
        """Keep a list here no more."""

    def carry_in(self, data: bytes, path: PurePath, options: Options) -> Brought:
        """Carry in what stands in a file."""

    def resolve(self, keys: Sequence[str], take: str) -> list[Resolved]:
        """Decide open conflicts."""

    def retry(self, numbers: Sequence[int]) -> list[Refused]:
        """Send again what iCloud refused."""

    def drop(self, numbers: Sequence[int]) -> list[Refused]:
        """Give up what iCloud refused."""

    def merge(self, path: str) -> MergedCopy:
        """Merge a conflict copy into its file."""

    def write(
        self,
        decide: Decide,
        trigger: str,
        *,
        wait: Callable[[float], None],
        once: Once | None = None,
        dry_run: bool = False,
    ) -> Written:
        """Write into the files what a person does by a verb."""

    def verify(self, *, repair: bool = False) -> Verdict:
        """Compare files, mirror and iCloud completely."""

    def verified(self) -> Verified:
        """When that was last done."""

    def lend(self, work: Callable[[Store], Any]) -> Any:
        """What ``work`` gives, for which it may use the mirror."""


class Stopping(RemindersdError):
    """The daemon ends before it could do what was asked."""

    code = "stopping"


class Unexpected(RemindersdError):
    """A bug of ours, in the one sentence that is safe to show."""

    code = "bug"


@dataclass(slots=True, eq=False)
class Request:
    """Somebody waits for ``answer``: of a cycle, a plan, or of ``work``, which a cycle follows."""

    approve: bool = False
    plan_only: bool = False
    work: Callable[[Cycler], Any] | None = None
    answer: Future[Any] = field(default_factory=Future)
    asked: float = 0.0
    so_far: Report | None = None


@dataclass(slots=True, eq=False)
class Errand:
    """Somebody waits for what ``work`` gives, which uses the mirror; no cycle follows."""

    work: Callable[[Any], Any]
    answer: Future[Any] = field(default_factory=Future)

    def finish(self, result: object) -> None:
        """Answer, unless whoever asked has gone."""
        if not self.answer.set_running_or_notify_cancel():
            return
        if isinstance(result, RemindersdError):
            self.answer.set_exception(result)
        else:
            self.answer.set_result(result)


@dataclass(slots=True, eq=False)
class Order(Errand):
    """Somebody waits until ``work`` is done, between two cycles; it gets ``None`` for a mirror."""


@dataclass(frozen=True, slots=True)
class Surroundings:
    """All that the loop touches besides the engine.

    ``read_config`` raises UsageError; ``adopt`` tells schedule and watcher of a new config;
    ``before_cycle`` is called before each; ``next_poll`` gives Unix seconds, as ``wall`` does, and
    ``trust`` a warning at the given one, when the sign-in ends soon. ``heard`` is told how each
    cycle ended, and must return at once; ``resumed`` is called when a pause is over.
    """

    open_engine: Callable[[Config], AbstractContextManager[Cycler]]
    read_config: Callable[[], Config]
    board: Board
    notifier: Notifier = field(default_factory=Notifier)
    adopt: Callable[[Config], None] = lambda _config: None
    before_cycle: Callable[[], None] = lambda: None
    next_poll: Callable[[], float | None] = lambda: None
    trust: Callable[[float], str | None] = lambda _now: None
    heard: Callable[[Outcome], None] = lambda _outcome: None
    lasting: Lasting = field(default_factory=Lasting)
    tally: Tally = field(default_factory=Tally)
    resumed: Callable[[], None] = lambda: None
    monotonic: Callable[[], float] = time.monotonic
    wall: Callable[[], float] = time.time
    random: Callable[[], float] = random.random
