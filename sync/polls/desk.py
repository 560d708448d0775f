"""Answers polls: each target by the source that it belongs to, where one failure stops no other.

Whoever asks may be any thread; a source is used by one of them at a time.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Protocol

from store.raw import dumps
from sync.errors import RemindersdError
from sync.polls.asked import (
    CannotPoll,
    DataQuery,
    Item,
    PollError,
    PollOutcome,
    PollRequest,
    PollResult,
    Progress,
    unheard,
)
from sync.polls.calls import CALLS, REASON

__all__ = [
    "ALL",
    "DATED",
    "DOWNLOADS",
    "INFO",
    "UNSUPPORTED",
    "CannotPoll",
    "DataQuery",
    "DataSource",
    "FileSource",
    "PollDesk",
    "PollError",
    "PollOutcome",
    "PollRequest",
    "PollResult",
]

ALL = "*"
INFO = "icloud.account"
"""The one info type, and the identifier of its result."""

DOWNLOADS = "downloads"
"""What ``alone`` calls the folder of photos."""

DATED = frozenset({"icpl.photos", "mme_calendar.events", "mme_notes.notes"})
"""The data types whose items have the date that ``since`` and ``until`` are compared with."""

UNSUPPORTED = {
    CALLS: REASON,
    "cloudkit_safari.history": "the history of Safari cannot be read: Apple gives it to devices"
    " alone, never to a session of the web",
}
"""Data types that are known and cannot be had, each with the reason."""


class DataSource(Protocol):
    """Where the items of one data type come from."""

    def items(self, query: DataQuery, progress: Progress) -> list[Item]:
        """Ask iCloud for news, remember it, and give all items that pass ``query``.

        Raises RemindersdError.
        """


class FileSource(Protocol):
    """Where the files of one scheme come from."""

    def file(self, id: str, progress: Progress) -> tuple[str, bytes | Path]:
        """The extension and the content of a file; raises RemindersdError."""


class PollDesk:
    """Everything that can be polled: ``data`` by data type, ``files`` by scheme, ``info``."""

    def __init__(
        self,
        data: Mapping[str, DataSource],
        files: Mapping[str, FileSource],
        info: Callable[[], list[Item]],
    ) -> None:
        self._data = data
        self._had = [name for name in data if name not in UNSUPPORTED]
        self._files = files
        self._info = info
        self._locks = {name: threading.Lock() for name in (*data, *files, INFO, DOWNLOADS)}

    def run(self, request: PollRequest, progress: Progress = unheard) -> PollOutcome:
        """Answer all of ``request``; what cannot be had is an error of the outcome."""
        results: list[PollResult] = []
        errors: list[PollError] = []
        for target, work in self._works(request, progress):
            try:
                results.append(work())
            except RemindersdError as error:
                said = f"{error.message}; {error.hint}" if error.hint else error.message
                errors.append(PollError(target, error.code, said))
        return PollOutcome(tuple(results), tuple(errors))

    def items(self, query: DataQuery, progress: Progress = unheard) -> list[Item]:
        """The items of one data type; raises RemindersdError."""
        source = self._data.get(query.id)
        if source is None:
            if query.id in UNSUPPORTED:
                raise CannotPoll("unsupported", UNSUPPORTED[query.id])
            known = ", ".join(self._had)
            raise CannotPoll(
                "unknown-data-type", f"there is no data type {query.id}", f"use one of {known}"
            )
        if query.id not in DATED and (query.since or query.until):
            raise CannotPoll(
                "invalid-parameter", f"{query.id} has no date for since and until to compare with"
            )
        with self.alone(query.id):
            return source.items(query, progress)

    def alone(self, name: str) -> AbstractContextManager[object]:
        """Nobody else uses the source of a data type, or of a scheme, while the context lasts."""
        return self._locks[name]

    def _works(
        self, request: PollRequest, progress: Progress
    ) -> Iterator[tuple[str, Callable[[], PollResult]]]:
        """Each target once, with what gives its result."""
        infos = [INFO if name == ALL else name for name in request.info_types]
        for name in dict.fromkeys(infos):
            yield name, partial(self._told, name)
        for query in dict.fromkeys(self._spread(request.data_types)):
            yield query.id, partial(self._polled, query, progress)
        for id in dict.fromkeys(request.files):
            yield id, partial(self._fetched, id, progress)

    def _spread(self, queries: tuple[DataQuery, ...]) -> Iterator[DataQuery]:
        """``*`` stands for every data type that can be had; its dates are for those with one."""
        for query in queries:
            if query.id != ALL:
                yield query
                continue
            for name in self._had:
                yield replace(query, id=name) if name in DATED else DataQuery(name)

    def _told(self, name: str) -> PollResult:
        if name != INFO:
            raise CannotPoll("unknown-info-type", f"there is no info type {name}", f"use {INFO}")
        with self._locks[INFO]:
            return PollResult(INFO, "json", _document(self._info()))

    def _polled(self, query: DataQuery, progress: Progress) -> PollResult:
        return PollResult(query.id, "json", _document(self.items(query, progress)))

    def _fetched(self, id: str, progress: Progress) -> PollResult:
        scheme, separator, _ = id.partition("://")
        source = self._files.get(scheme) if separator else None
        if source is None:
            known = ", ".join(f"{name}://..." for name in self._files)
            raise CannotPoll("unknown-file", f"there is no file {id}", f"use {known}")
        with self._locks[scheme]:
            extension, content = source.file(id, progress)
        return PollResult(id, extension, content)


def _document(items: list[Item]) -> bytes:
    return dumps({"data": items, "metadata": {"count": len(items)}})
