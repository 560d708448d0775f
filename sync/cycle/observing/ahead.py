"""Asks iCloud for the next page of changes while the caller is busy with this one.

Rules it keeps
1. The requests are those of asking in turn, one after the other: a page is asked for when the one
   before has come and says that more is coming. Who gives up has asked for one that is not read.
2. What goes wrong with a page is raised to whoever asks for that page: what came before is kept by
   then. After a refused token nothing is under way.
3. A thread of its own makes the request, and packs the records that came: while zlib is at it,
   the caller's thread goes on. Everything that is kept, the caller keeps. It works for that thread
   (``worker``): its steps are steps of that one.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from concurrent.futures import Future, wait
from contextlib import AbstractContextManager, nullcontext
from dataclasses import replace
from types import TracebackType
from typing import Any

from store.raw import pack
from sync.cycle.observing.observe import Feed
from sync.remote.answers import Failure
from sync.remote.zones import ChangePage, ZoneId

__all__ = ["Ahead", "Reading", "in_turn", "worker"]

Reading = Callable[[Feed], AbstractContextManager[Feed]]
"""How a feed is read for a while: ``Ahead``, or ``in_turn``."""


_of_this_thread = threading.local()


def worker() -> int:
    """The thread that this one works for, which is itself unless it reads ahead for another."""
    return int(getattr(_of_this_thread, "worker", threading.get_ident()))


def in_turn(feed: Feed) -> AbstractContextManager[Feed]:
    """The feed itself: a page is asked for when the caller wants it, in its thread."""
    return nullcontext(feed)


class Ahead:
    """A feed whose next page is on its way; for one thread, which leaves nothing under way."""

    def __init__(self, feed: Feed) -> None:
        self._feed = feed
        self._coming: tuple[ZoneId, str | None, Future[ChangePage]] | None = None

    def __enter__(self) -> Ahead:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        at: TracebackType | None,
    ) -> None:
        # Who interrupts does not want to wait for an answer that nobody will read.
        if kind is None or issubclass(kind, Exception):
            self._settle()

    def reminders_zone(self) -> ZoneId:
        """As the feed has it."""
        self._settle()
        return self._feed.reminders_zone()

    def lookup(self, zone: ZoneId, names: Sequence[str]) -> list[dict[str, Any] | Failure]:
        """As the feed has it."""
        self._settle()
        return self._feed.lookup(zone, names)

    def changes(self, zone: ZoneId, token: str | None) -> ChangePage:
        """The page after ``token``, as the feed has it; the one after it is asked for at once."""
        page = self._page(zone, token)
        if page.more and page.token != token:
            following = page.token  # not by way of the page, which would be kept until then
            self._coming = (zone, following, _begun(lambda: self._packed(zone, following)))
        return page

    def _packed(self, zone: ZoneId, token: str) -> ChangePage:
        page = self._feed.changes(zone, token)
        # Of a record that comes twice the last one is there, as it is the one that is kept.
        return replace(page, packed={one["recordName"]: pack(one) for one in page.records})

    def _page(self, zone: ZoneId, token: str | None) -> ChangePage:
        coming, self._coming = self._coming, None
        if coming is None:
            return self._feed.changes(zone, token)
        of_zone, after, page = coming
        if (of_zone, after) == (zone, token):
            return page.result()
        wait([page])
        return self._feed.changes(zone, token)

    def _settle(self) -> None:
        """Wait for what is under way, and drop it: another request must not run beside it."""
        coming, self._coming = self._coming, None
        if coming is not None:
            wait([coming[2]])


def _begun(work: Callable[[], ChangePage]) -> Future[ChangePage]:
    page: Future[ChangePage] = Future()
    caller = worker()

    def run() -> None:
        _of_this_thread.worker = caller
        try:
            page.set_result(work())
        except BaseException as error:  # noqa: BLE001 - whoever asks for the page is told
            page.set_exception(error)

    # A daemon: a process that is told to end does not wait for a service that is slow to answer.
    threading.Thread(target=run, name="next page", daemon=True).start()
    return page
