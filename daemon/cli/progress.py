"""Shows how far a poll is, on a terminal alone: its own, or that of the daemon that does it."""

from __future__ import annotations

import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from daemon.cli.common import Globals
from sync.errors import RemindersdError

__all__ = ["following", "progress_bar"]

_LOOK_EVERY_S = 0.5
_QUICK_S = 5.0

Show = Callable[[str, int, int | None], None]


@contextmanager
def progress_bar() -> Iterator[Show]:
    """A bar on standard error while the context lasts; what it yields moves it."""
    if not sys.stderr.isatty():
        yield lambda _target, _done, _total: None
        return
    # Imported here: on a pipe nobody needs it.
    from rich.console import Console
    from rich.progress import Progress, TimeElapsedColumn

    columns = (*Progress.get_default_columns(), TimeElapsedColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("asking iCloud", total=None)

        def show(target: str, done: int, total: int | None) -> None:
            bar.update(task, description=target, completed=done, total=total)

        yield show


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
