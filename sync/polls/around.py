"""What every source of polls works with: the mirror, the account, and how each poll is recorded."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol, TypeVar

from store.db import Store
from sync.errors import RemindersdError
from sync.machine import told
from sync.polls.asked import Progress, unheard
from sync.remote.cloudkit import CloudKit
from sync.remote.limiter import Limiter
from sync.remote.session import Session
from sync.remote.transport import Transport

__all__ = ["Around", "Ask", "Meanwhile", "Mirror"]

T = TypeVar("T")


class Mirror(Protocol):
    """Lets the thread that owns the mirror work on it."""

    def __call__(self, work: Callable[[Store], T]) -> T:
        """What ``work`` gives; raises RemindersdError where the mirror cannot be had."""


@dataclass(frozen=True, slots=True)
class Meanwhile:
    """What can be done while a service is asked: to ``wait`` so many seconds, to tell how far."""

    wait: Callable[[float], None]
    progress: Progress


class Ask(Protocol):
    """Has a service asked that pyicloud speaks."""

    def __call__(self, key: str, work: Callable[[Any, Meanwhile], T], progress: Progress) -> T:
        """What ``work`` gets from a signed-in ``PyiCloudService``; ``key`` is the service it asks.

        Raises as ``sync.polls.services.ask``.
        """


@dataclass(frozen=True, slots=True)
class Around:
    """``session`` opens one for this thread, ``clock`` gives Unix seconds, ``wait`` sleeps.

    ``spool`` is a private directory for files on their way to whoever asked. ``elsewhere`` asks
    pyicloud's services in another process; without it they are asked in this one.
    """

    mirror: Mirror
    session: Callable[[], Session]
    limiter: Limiter
    clock: Callable[[], float]
    wait: Callable[[float], None]
    spool: Path
    elsewhere: Ask | None = None

    def ask(self, key: str, work: Callable[[Any, Meanwhile], T], progress: Progress = unheard) -> T:
        """As ``Ask``; ``work`` is a function of a module, or ``partial`` of one, and both what it
        takes and what it gives are plain values: it may be carried out in another process."""
        if self.elsewhere is not None:
            return self.elsewhere(key, work, progress)
        from sync.polls.services import ask

        meanwhile = Meanwhile(self.wait, progress)
        return ask(self.session(), key, lambda service: work(service, meanwhile))

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
            with _in_our_words():
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


@contextmanager
def _in_our_words() -> Iterator[None]:
    try:
        yield
    except OSError as error:  # a session is kept on a disk, too
        raise told(error) or error from error
