"""A mirror, a desktop and a clock that do as a test says, and reminding over them."""

from __future__ import annotations

import queue
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from daemon.process.bus import NoBus
from daemon.process.worker import Worker
from daemon.reminding.desktop import Notice
from daemon.reminding.rings import Reminding
from daemon.running.requests import Stopping
from store.db import Store
from store.model import Zoned
from sync.cycle.ringing import Remindable
from sync.errors import RemindersdError
from tests.daemon.fakes import PATIENCE_S, config
from tests.rig import lay_out
from tests.store.samples import a_list

PARIS = ZoneInfo("Europe/Paris")
NOON = datetime(2026, 3, 2, 12, tzinfo=PARIS)


def due(hour: int, minute: int = 0, day: int = 2) -> Zoned:
    return Zoned(datetime(2026, 3, day, hour, minute), "Europe/Paris")


class Shows:
    """A desktop, or none; what it is told is in ``heard``."""

    def __init__(self) -> None:
        self.heard: queue.Queue[Notice] = queue.Queue()
        self.gone: queue.Queue[str] = queue.Queue()
        self.asked: queue.Queue[bool] = queue.Queue()
        self.present = True
        self.fails = False
        self.standing: frozenset[str] = frozenset()

    def is_there(self) -> bool:
        self.asked.put(self.present)
        return self.present

    def show(self, notice: Notice) -> None:
        if self.fails:
            self.asked.put(False)
            raise NoBus("nobody answers")
        self.heard.put(notice)

    def take_back(self, about: str) -> None:
        self.gone.put(about)

    def resume(self) -> frozenset[str]:
        return self.standing

    def next(self) -> Notice:
        return self.heard.get(timeout=PATIENCE_S)


class Hook:
    """Hears of what is due, where it is wanted."""

    def __init__(self) -> None:
        self.wanted = False
        self.heard: queue.Queue[list[str]] = queue.Queue()

    def is_wanted(self) -> bool:
        return self.wanted

    def tell(self, pairs: Sequence[tuple[Remindable, float]]) -> None:
        self.heard.put([one.title for one, _ in pairs])


class Acts:
    """Remembers what was pressed; fails with ``error`` if there is one."""

    def __init__(self) -> None:
        self.asked: queue.Queue[tuple[Any, ...]] = queue.Queue()
        self.error: RemindersdError | None = None

    def done(self, id: str) -> Future[Any]:
        return self._answered("done", id)

    def snooze(self, ids: Sequence[str], until: str) -> Future[Any]:
        return self._answered("snooze", *ids, until)

    def _answered(self, *what: Any) -> Future[Any]:
        answer: Future[Any] = Future()
        if self.error is not None:
            answer.set_exception(self.error)
        else:
            answer.set_result(None)
        self.asked.put(what)
        return answer


class Stage:
    """A mirror, a desktop and a clock; ``reminding`` runs over them."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.shows, self.acts, self.hook = Shows(), Acts(), Hook()
        self.now = NOON.timestamp()
        self.settings = config(path.parent)
        self._owner = Worker("owner")
        lay_out(path)
        self._store = self._owner.do(lambda: Store.open(path)).result()
        self.within(lambda store: store.meta.set("home_zone", "Europe/Paris"))
        self.within(lambda store: store.meta.set("reminding_since", str(self.now - 10 * 86400)))
        self.put(a_list("HOME"))
        self.is_ending = False
        self.lent: queue.Queue[Future[Any]] = queue.Queue()

    def lend(self, work: Callable[[Store], Any]) -> Future[Any]:
        if self.is_ending:
            ending: Future[Any] = Future()
            ending.set_exception(Stopping("ends"))
            return ending
        asked = self._owner.do(lambda: work(self._store))
        self.lent.put(asked)
        return asked

    def until_known(self) -> None:
        """Until the mirror was read, and what comes now comes after that."""
        self.lent.get(timeout=PATIENCE_S).exception(PATIENCE_S)
        self._owner.do(lambda: None).result(PATIENCE_S)

    def within(self, write: Callable[[Store], None]) -> None:
        def work() -> None:
            with self._store.commit("test"):
                write(self._store)

        self._owner.do(work).result()

    def put(self, *records: Any) -> None:
        self.within(lambda store: store.mirror.put(records))

    def told(self) -> frozenset[tuple[str, str]]:
        return self._owner.do(lambda: self._store.rings.told()).result()

    @contextmanager
    def running(self, **values: Any) -> Iterator[Reminding]:
        """Reminding, as from a start of the daemon to its end."""
        settings = config(self.path.parent, **values)
        one = Reminding(
            settings,
            self.lend,
            self.shows,
            self.acts,
            self.hook,
            clock=lambda: self.now,
            here=lambda: PARIS,
        )
        one.start()
        try:
            yield one
        finally:
            one.stop()

    def close(self) -> None:
        self._owner.do(lambda: self._store.close()).result()
        self._owner.close(PATIENCE_S)
