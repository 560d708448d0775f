"""Shows how far a poll or a cycle is, on a terminal alone, and also where the daemon does it.

With the rate, and the time that is left where it is known how much there is.
"""

from __future__ import annotations

import sys
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from typing import TYPE_CHECKING, Any

from daemon.cli.common import Globals
from daemon.wording.output import pace
from sync.errors import RemindersdError

if TYPE_CHECKING:
    from rich.progress import Progress, TaskID

    from sync.cycle.gauge import Phase

__all__ = ["Watch", "cycle_bar", "following", "following_cycle", "progress_bar"]

_AFTER_S = 1.0  # what takes less needs no bar
_LOOK_EVERY_S = 0.5
_QUICK_S = 5.0
_BAR, _ROOM = 10, 60  # columns: of the bar, and of a terminal that has room for it

Show = Callable[[str, int, int | None], None]
Told = Mapping[str, Any]


@contextmanager
def progress_bar() -> Iterator[Show]:
    """A bar on standard error while the context lasts; what it yields moves it."""
    if not sys.stderr.isatty():
        yield lambda _target, _done, _total: None
        return
    with _bar() as bar:
        task = bar.add_task("asking iCloud", total=None)

        def show(target: str, done: int, total: int | None) -> None:
            bar.update(task, description=target, completed=done, total=total)

        yield show


def _bar() -> Progress:
    # Imported here: on a pipe nobody needs it.
    from rich.console import Console
    from rich.progress import BarColumn, Progress, ProgressColumn, Task
    from rich.text import Text

    class Said(ProgressColumn):
        """What is done, how much of it, how much in a second, and how long the rest takes."""

        def render(self, task: Task) -> Text:
            rate = task.fields.get("rate", task.speed)
            share, left_s = "", None
            if task.total is not None:
                share = f"{task.percentage:.0f}%"
                left_s = (task.total - task.completed) / rate if rate else None
            return Text(", ".join(filter(None, (task.description, share, pace(rate, left_s)))))

    console = Console(stderr=True)
    columns = (BarColumn(bar_width=_BAR), Said()) if console.width >= _ROOM else (Said(),)
    return Progress(*columns, console=console, transient=True)


# ---- a cycle, by what it tells of itself


class Watch:
    """Hears what an engine tells of its work, and shows it once that has taken a second."""

    def __init__(self, stack: ExitStack, clock: Callable[[], float]) -> None:
        from daemon.running.steps import Steps

        self._steps = Steps(clock)
        self._clock = clock
        self._began = clock()
        self._shown = _Shown(stack)
        self._lock = threading.Lock()

    def step(self, name: str) -> None:
        """The work comes to a step of that name."""
        with self._lock:
            if self._steps.step(name):
                self._show()

    def gauge(self, phase: Phase, done: int, total: int | None) -> None:
        """So much of it is done."""
        with self._lock:
            if self._steps.gauge(phase, done, total):
                self._show()

    def look(self) -> None:
        """Show how far it is, from any thread: what takes long may not tell for as long."""
        with self._lock:
            self._show()

    def _show(self) -> None:
        if self._clock() - self._began >= _AFTER_S:
            now = self._steps.progress()
            self._shown.show(now.said, now.done, now.total, now.rate)


class _Unseen(Watch):
    """Nobody looks."""

    def __init__(self) -> None:
        pass

    def step(self, name: str) -> None:
        pass

    def gauge(self, phase: Phase, done: int, total: int | None) -> None:
        pass


class _Shown:
    """A bar that is there from the first thing that it is to show until ``stack`` is closed."""

    def __init__(self, stack: ExitStack) -> None:
        self._stack = stack
        self._bar: tuple[Progress, TaskID] | None = None

    def show(self, said: str, done: int, total: int | None, rate: float | None) -> None:
        if self._bar is None:
            bar = self._stack.enter_context(_bar())
            self._bar = bar, bar.add_task("", total=None)
        bar, task = self._bar
        if total is None and bar.tasks[-1].total is not None:  # a task cannot forget its total
            bar.remove_task(task)
            task = bar.add_task("", total=None)
            self._bar = bar, task
        bar.update(task, description=said, completed=done, total=total, rate=rate)


@contextmanager
def cycle_bar(clock: Callable[[], float] = time.monotonic) -> Iterator[Watch]:
    """A bar on standard error once a second has passed; what it yields hears of the work."""
    if not sys.stderr.isatty():
        yield _Unseen()
        return
    with ExitStack() as stack:
        watch = Watch(stack, clock)
        timer = threading.Timer(_AFTER_S, watch.look)
        timer.daemon = True
        timer.start()
        try:
            yield watch
        finally:
            timer.cancel()
            timer.join()


@contextmanager
def following(options: Globals, show: Show) -> Iterator[None]:
    """Show what the daemon tells of its polls while the context lasts."""

    def look(told: Told) -> None:
        for service, entry in told.get("polls", {}).items():
            if progress := entry.get("progress"):
                show(service, progress["done"], progress["total"])

    with _looking(options, look):
        yield


@contextmanager
def following_cycle(options: Globals) -> Iterator[None]:
    """Show how far the daemon's cycle is, while the context lasts and once a second has passed."""
    if not sys.stderr.isatty():
        yield
        return
    with ExitStack() as stack:
        shown = _Shown(stack)

        def look(told: Told) -> None:
            if now := told.get("progress"):
                shown.show(now["said"], now["done"], now.get("total"), now.get("rate"))

        stack.enter_context(_looking(options, look, after_s=_AFTER_S))
        yield


@contextmanager
def _looking(
    options: Globals, look: Callable[[Told], None], after_s: float = _LOOK_EVERY_S
) -> Iterator[None]:
    """Pass the daemon's /status to ``look`` now and then while the context lasts."""
    ended = threading.Event()

    def run() -> None:
        wait_s = after_s
        while not ended.wait(wait_s):
            wait_s = _LOOK_EVERY_S
            try:
                look(options.ask("GET", "/status", timeout=_QUICK_S))
            except (RemindersdError, OSError, KeyError):
                continue  # whoever asked for the work is told what is wrong

    watch = threading.Thread(target=run, name="progress", daemon=True)
    if sys.stderr.isatty():
        watch.start()
    try:
        yield
    finally:
        ended.set()
        if watch.is_alive():
            watch.join()
