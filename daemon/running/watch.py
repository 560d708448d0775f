"""Watches the folder, and hints that files may have changed; what changed is the scan's to say.

Watched are the folder and its groups, one directory each, so that a `.git` beside the lists costs
nothing. Our own reads are not reported. Events get lost (a full queue, a frozen process), and of
that watchdog only logs: any warning of its is taken for a reason to look at everything.
"""

from __future__ import annotations

import errno
import logging
import os
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

from watchdog.events import (
    DirCreatedEvent,
    DirDeletedEvent,
    DirMovedEvent,
    FileClosedEvent,
    FileCreatedEvent,
    FileDeletedEvent,
    FileModifiedEvent,
    FileMovedEvent,
    FileSystemEvent,
    FileSystemEventHandler,
)
from watchdog.observers import Observer

from daemon.running.agenda import Kind
from sync.local.formats import MARKDOWN
from sync.local.layout import Layout
from sync.local.names import ignored_reason

__all__ = ["DIRECTORIES_MAX", "Watcher"]

DIRECTORIES_MAX = 40  # each costs a thread

_EVENTS: list[type[FileSystemEvent]] = [
    FileCreatedEvent,
    FileModifiedEvent,
    FileClosedEvent,
    FileMovedEvent,
    FileDeletedEvent,
    DirCreatedEvent,
    DirMovedEvent,
    DirDeletedEvent,
]

_Identity = tuple[int, int]

_WATCHDOG = logging.getLogger("watchdog")
_log = logging.getLogger(__name__)


class Watcher:
    """Calls ``hint`` with ``FILES`` or ``RESCAN``, from threads of its own.

    ``refresh`` starts it, and is to be called from one thread again and again, before each look
    at the folder: watches follow directories that come, go or are mounted over.
    """

    def __init__(
        self, root: Path, hint: Callable[[Kind], None], layout: Layout = MARKDOWN.LAYOUT
    ) -> None:
        self._root = root
        self._layout = layout
        self._handler = _Hints(root, hint, layout)
        self._doubts = _Doubts(hint)
        self._observer: Any = None
        self._watches: dict[Path, tuple[Any, _Identity]] = {}

    def refresh(self) -> str | None:
        """Watch exactly the directories there are; why not all are watched, as a sentence."""
        try:
            return self._refresh()
        except OSError as error:
            return _trouble(error)
        except RuntimeError as error:  # no more threads
            return f"{error}: changes of files are seen only by the timer"

    def stop(self) -> None:
        """Watch no more."""
        self._doubts.is_over = True
        if self._observer is not None:
            self._observer.stop()
            self._observer.join()
            self._observer = None
        self._doubts.detach()
        self._watches.clear()

    def _refresh(self) -> str | None:
        wanted, problem = self._directories()
        if self._observer is None:
            observer = Observer()
            observer.start()
            self._observer = observer
            self._doubts.attach()
        alive = {emitter.watch for emitter in self._observer.emitters if emitter.is_alive()}
        for path, (watch, identity) in list(self._watches.items()):
            if wanted.get(path) != identity or watch not in alive:
                del self._watches[path]
                self._observer.unschedule(watch)
        for path, identity in wanted.items():
            if path not in self._watches:
                watch = self._observer.schedule(self._handler, str(path), event_filter=_EVENTS)
                self._watches[path] = watch, identity
        return problem

    def _directories(self) -> tuple[dict[Path, _Identity], str | None]:
        """The folder and its groups, by their real paths."""
        try:
            root = self._root.resolve(strict=True)
            found = {root: _identity(root.stat())}
            groups = _directories_in(root, "")
            for name in [*groups] if self._layout.per_task else ():
                with suppress(FileNotFoundError):  # gone since it was listed
                    groups += _directories_in(root, name)
        except OSError as error:
            return {}, f"{_said(error)}: changes of files are seen only by the timer"
        self._handler.root = root
        for name in groups:
            try:
                found[root / name] = _identity((root / name).stat())
            except FileNotFoundError:
                continue  # gone since it was listed
        if len(found) <= DIRECTORIES_MAX:
            return found, None
        kept = dict(list(found.items())[:DIRECTORIES_MAX])
        return kept, (
            f"only {DIRECTORIES_MAX} of {len(found)} directories are watched; "
            "changes in the others are seen by the timer"
        )


class _Hints(FileSystemEventHandler):
    """Passes on that something happened to a list or a group."""

    def __init__(self, root: Path, hint: Callable[[Kind], None], layout: Layout) -> None:
        self.root = root
        self._layout = layout
        self._hint = hint

    def on_any_event(self, event: FileSystemEvent) -> None:
        paths = (event.src_path, event.dest_path)
        if any(self._matters(os.fsdecode(path), event.is_directory) for path in paths if path):
            self._hint(Kind.FILES)

    def _matters(self, path: str, is_directory: bool) -> bool:
        parts = Path(os.path.relpath(path, self.root)).parts
        if any(ignored_reason(part) is not None for part in parts):
            return path == str(self.root)  # the folder itself, which went away
        return is_directory or self._layout.holds(os.path.basename(path))


class _Doubts(logging.Handler):
    """Takes whatever watchdog warns of as events lost, and is the only one to hear of it."""

    def __init__(self, hint: Callable[[Kind], None]) -> None:
        super().__init__(logging.WARNING)
        self.is_over = False  # it may remark on being stopped
        self._hint = hint

    def attach(self) -> None:
        _WATCHDOG.addHandler(self)
        _WATCHDOG.propagate = False

    def detach(self) -> None:
        _WATCHDOG.removeHandler(self)
        _WATCHDOG.propagate = True

    def emit(self, record: logging.LogRecord) -> None:
        if not self.is_over:
            _log.info("changes of files may have been missed: looking at all of them")
            self._hint(Kind.RESCAN)


def _directories_in(root: Path, name: str) -> list[str]:
    """The directories below one of the folder's, by their paths from its root."""
    with os.scandir(root / name) as listing:
        return sorted(os.path.join(name, entry.name) for entry in listing if _is_group(entry))


def _is_group(entry: os.DirEntry[str]) -> bool:
    return ignored_reason(entry.name) is None and entry.is_dir(follow_symlinks=False)


def _identity(status: os.stat_result) -> _Identity:
    return status.st_dev, status.st_ino


def _said(error: OSError) -> str:
    return f"{error.filename}: {error.strerror}" if error.filename else str(error.strerror)


def _trouble(error: OSError) -> str:
    limits = {
        errno.ENOSPC: "fs.inotify.max_user_watches",
        errno.EMFILE: "fs.inotify.max_user_instances",
    }
    limit = limits.get(error.errno or 0)
    why = f"the limit {limit} is reached (see sysctl)" if limit else _said(error)
    return f"{why}: changes of files are seen only by the timer"
