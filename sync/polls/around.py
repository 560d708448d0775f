"""What every source of polls works with: the mirror, the account, and how each poll is recorded."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol, TypeVar

from store.db import Store
from sync.errors import RemindersdError
from sync.remote.cloudkit import CloudKit
from sync.remote.limiter import Limiter
from sync.remote.session import Session
from sync.remote.transport import Transport

__all__ = ["Around", "Mirror"]

T = TypeVar("T")


class Mirror(Protocol):
    """Lets the thread that owns the mirror work on it."""

    def __call__(self, work: Callable[[Store], T]) -> T:
        """What ``work`` gives; raises RemindersdError where the mirror cannot be had."""


@dataclass(frozen=True, slots=True)
class Around:
    """``session`` opens one for this thread, ``clock`` gives Unix seconds, ``wait`` sleeps.

    ``spool`` is a private directory for files on their way to whoever asked.
    """

    mirror: Mirror
    session: Callable[[], Session]
    limiter: Limiter
    clock: Callable[[], float]
    wait: Callable[[float], None]
    spool: Path

    def now_ms(self) -> int:
        """Unix milliseconds."""
        return int(self.clock() * 1000)

    @contextmanager
    def database(self, container: str) -> Iterator[CloudKit]:
        """The account's database of a container, for this thread."""
        with closing(Transport(self.session(), self.limiter, container=container)) as transport:
            yield CloudKit(transport)

    @contextmanager
    def recorded(self, service: str) -> Iterator[None]:
        """Remember of the poll inside when it was and how it ended."""
        try:
            yield
        except RemindersdError as error:
            said = f"{error.message}; {error.hint}" if error.hint else error.message
            code, now_ms = error.code, self.now_ms()

            def note(store: Store) -> None:
                with store.commit("poll-failed"):
                    store.polls.failed(service, now_ms, code, said)

            self.mirror(note)
            raise

    def last_success(self, service: str) -> int | None:
        """When the service was last polled with success, in Unix milliseconds."""
        return self.mirror(lambda store: store.polls.last_success(service))
