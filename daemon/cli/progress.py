"""Shows how far a poll or a cycle is, on a terminal alone; a poll also where the daemon does it.

With the rate, and the time that is left where it is known how much there is.
"""

from __future__ import annotations

import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from typing import TYPE_CHECKING

from daemon.cli.common import Globals
from sync.errors import RemindersdError

if TYPE_CHECKING:
    from rich.progress import Progress, TaskID

__all__ = ["Counted", "cycle_bar", "following", "progress_bar"]

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

_PHASES = {
    "engine:pull": "reading iCloud",
    "engine:scan": "reading files",
    "engine:commit": "planning",
    "engine:write": "writing files",
    "engine:push": "sending to iCloud",
}
_COUNTED = {
    "commit:page:after": "pages",
    "commit:written:after": "files",
    "commit:acknowledge:after": "requests",
}


class Counted:
    """What the steps of a cycle come to: the phase in words, and how much of it is done."""

    def __init__(self) -> None:
        self.phase = "beginning"
        self.done = 0
        self.unit = ""

    def step(self, name: str) -> bool:
        """Take note of a step; whether that changed anything."""
        if name in _PHASES:
            self.phase, self.done, self.unit = _PHASES[name], 0, ""
            return True
        if name in _COUNTED:
            self.done, self.unit = self.done + 1, _COUNTED[name]
            return True
        return False

    def said(self) -> str:
        """Such as ``reading iCloud, 12 pages``."""
        return f"{self.phase}, {self.done} {self.unit}" if self.done else self.phase


@contextmanager
def cycle_bar(clock: Callable[[], float] = time.monotonic) -> Iterator[Callable[[str], None]]:
    """A bar on standard error once a second has passed; what it yields is told of each step."""
    if not sys.stderr.isatty():
        yield lambda _name: None
        return
    counted, began = Counted(), clock()
    with ExitStack() as stack:
        shown: list[tuple[Progress, TaskID]] = []

        def step(name: str) -> None:
            if not counted.step(name) or clock() - began < _AFTER_S:
                return
            if not shown:
                bar = stack.enter_context(_bar())
                shown.append((bar, bar.add_task("", total=None)))
            bar, task = shown[0]
            bar.update(task, description=counted.said(), completed=counted.done)

        yield step


@contextmanager
def following(options: Globals, show: Show) -> Iterator[None]:
    """Show what the daemon tells of its polls while the context lasts."""
    ended = threading.Event()

    def look() -> None:
        while not ended.wait(_LOOK_EVERY_S):
            try:
                told = options.ask("GET", "/status", timeout=_QUICK_S)["polls"]
            except (RemindersdError, OSError, KeyError):
                continue  # whoever asked for the poll is told what is wrong
            for service, entry in told.items():
                if progress := entry.get("progress"):
                    show(service, progress["done"], progress["total"])

    watch = threading.Thread(target=look, name="progress", daemon=True)
    if sys.stderr.isatty():
        watch.start()
    try:
        yield
    finally:
        ended.set()
        if watch.is_alive():
            watch.join()
