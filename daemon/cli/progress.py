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
from sync.errors import RemindersdError

if TYPE_CHECKING:
    from rich.progress import Progress, TaskID

__all__ = ["cycle_bar", "following", "following_cycle", "progress_bar"]

_AFTER_S = 1.0  # what takes less needs no bar
_LOOK_EVERY_S = 0.5
_QUICK_S = 5.0

Show = Callable[[str, int, int | None], None]


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
    from rich.progress import Progress, ProgressColumn, Task, TimeElapsedColumn
    from rich.text import Text

    class Rate(ProgressColumn):
        """How much is done in a second."""

        def render(self, task: Task) -> Text:
            return Text("" if task.speed is None else f"{task.speed:.1f}/s")

    columns = (*Progress.get_default_columns(), Rate(), TimeElapsedColumn())
    return Progress(*columns, console=Console(stderr=True), transient=True)


# ---- a cycle, by the steps that it names


@contextmanager
def cycle_bar(clock: Callable[[], float] = time.monotonic) -> Iterator[Callable[[str], None]]:
    """A bar on standard error once a second has passed; what it yields is told of each step."""
    if not sys.stderr.isatty():
        yield lambda _name: None
        return
    from daemon.running.steps import Steps

    steps, began = Steps(), clock()
    with ExitStack() as stack:
        shown: list[tuple[Progress, TaskID]] = []

        def step(name: str) -> None:
            if not steps.step(name) or clock() - began < _AFTER_S:
                return
            if not shown:
                bar = stack.enter_context(_bar())
                shown.append((bar, bar.add_task("", total=None)))
            bar, task = shown[0]
            bar.update(task, description=steps.said(), completed=steps.done)

        yield step


@contextmanager
def following(options: Globals, show: Show) -> Iterator[None]:
    """Show what the daemon tells of its polls while the context lasts."""

    def look(told: Mapping[str, Any]) -> None:
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
        shown: list[tuple[Progress, TaskID]] = []

        def look(told: Mapping[str, Any]) -> None:
            if not (progress := told.get("progress")):
                return
            if not shown:
                bar = stack.enter_context(_bar())
                shown.append((bar, bar.add_task("", total=None)))
            bar, task = shown[0]
            bar.update(task, description=progress["said"], completed=progress["done"])

        stack.enter_context(_looking(options, look, after_s=_AFTER_S))
        yield


@contextmanager
def _looking(
    options: Globals, look: Callable[[Mapping[str, Any]], None], after_s: float = _LOOK_EVERY_S
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
