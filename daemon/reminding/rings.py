"""Reminds: shows each reminder on the desktop when a phone would, once, and does what is pressed.

A thread of its own sleeps until the next moment. It looks at the mirror through the thread that
owns it, between two cycles, so what it knows is what the last cycle saw. That a reminder was shown
is remembered before it is shown: a crash in between loses one notice, and none comes twice.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from datetime import tzinfo
from queue import Empty, SimpleQueue
from typing import Any, Protocol
from zoneinfo import ZoneInfo

from daemon.compose import dialect_of
from daemon.process.bus import NoBus
from daemon.reminding.desktop import Notice
from daemon.reminding.mirrorview import MirrorView, view_of
from daemon.reminding.ringnotice import DONE, EACH, Pair, ids_of, notices_of, until_of
from daemon.running.requests import Stopping
from daemon.settings.config import Config
from store.activity.rings import Told
from store.db import Store
from sync.core.repeating.ringing import Bells, Dated, Outlook, outlook, rings_of
from sync.cycle.ringing import Remindable, ticked_in_files
from sync.errors import RemindersdError

__all__ = ["Acts", "Hook", "Reminding", "Shows"]

_MARK_S = 5.0  # a cycle may take longer; the reminder shall not
_AGAIN_S = 60.0  # until the next look for a desktop
_LONGEST_S = 3600.0

Lend = Callable[[Callable[[Store], Any]], Future[Any]]
_log = logging.getLogger(__name__)


class Shows(Protocol):
    """What is needed of ``daemon.reminding.desktop.Desktop``."""

    def is_there(self) -> bool:
        """Whether anything shows notices now."""

    def show(self, notice: Notice) -> None:
        """Show it; raises NoBus."""

    def take_back(self, about: str) -> None:
        """Take a notice away."""

    def resume(self) -> frozenset[str]:
        """What there still are notices about of an earlier process."""


class Acts(Protocol):
    """What can be done to a reminder from its notice."""

    def done(self, id: str) -> Future[Any]:
        """Tick it."""

    def snooze(self, ids: Sequence[str], until: str) -> Future[Any]:
        """Let them be due then: a moment, or a day, in ISO 8601."""


class Hook(Protocol):
    """Who else is told of what is due."""

    def is_wanted(self) -> bool:
        """Whether there is anybody."""

    def tell(self, pairs: Sequence[Pair]) -> None:
        """Tell of reminders, each with its moment."""


class Reminding:
    """Reminds of what is in the mirror that ``lend`` gives access to.

    ``clock`` gives Unix seconds, ``here`` the zone that the machine is in, as far as it knows.
    """

    def __init__(
        self,
        config: Config,
        lend: Lend,
        shows: Shows,
        acts: Acts | None = None,
        hook: Hook | None = None,
        *,
        clock: Callable[[], float] = time.time,
        here: Callable[[], tzinfo | None] = lambda: None,
    ) -> None:
        self._config = config
        self._lend = lend
        self._shows = shows
        self._acts = acts
        self._hook = hook
        self._clock = clock
        self._local = here
        self._inbox: SimpleQueue[Callable[[], None]] = SimpleQueue()
        self._known: MirrorView | None = None
        self._asking = False
        self._told: set[Told] = set()  # also what could not be written down
        self._up: set[str] = set()  # what there may be notices about
        self._resumed = False
        self._acted: dict[str, Dated] = {}  # as it was when a button was pressed
        self._no_desktop_until = 0.0
        self._said_no_desktop = False
        self._ended = False
        self._thread = threading.Thread(target=self._run, name="reminding", daemon=True)

    # ---- for any thread

    def start(self) -> None:
        """Begin."""
        self._inbox.put(self._ask)
        self._thread.start()

    def stop(self) -> None:
        """End; what is shown stays."""
        self._inbox.put(self._end)
        self._thread.join()

    def adopt(self, config: Config) -> None:
        """Another config is in use."""
        self._inbox.put(lambda: self._adopt(config))

    def changed(self) -> None:
        """The mirror may say something else."""
        self._inbox.put(self._ask)

    def wake(self) -> None:
        """The clock may say something else than expected."""
        self._inbox.put(lambda: None)

    def pressed(self, about: str, key: str) -> None:
        """A button of a notice was pressed."""
        self._inbox.put(lambda: self._act(about, key))

    # ---- in its own thread

    def _run(self) -> None:
        while not self._ended:
            wait_s = self._turn()
            try:
                self._inbox.get(timeout=wait_s)()
                while not self._ended:
                    self._inbox.get_nowait()()
            except Empty:
                continue

    def _end(self) -> None:
        self._ended = True

    def _adopt(self, config: Config) -> None:
        self._config, self._known = config, None
        self._ask()

    def _turn(self) -> float | None:
        """Tell what is to be told now; how many seconds to wait then, ``None``: until called."""
        known, now = self._known, self._clock()
        if known is None or not self._is_on():
            return None
        found = self._outlook(known, now)
        if found.show:
            is_heard = self._is_heard()
            if not is_heard and now < self._no_desktop_until <= now + _AGAIN_S:
                return self._no_desktop_until - now
            is_seen = self._config.notify.due and self._shows.is_there()
            if not (is_seen or is_heard):
                self._miss_the_desktop(now)
                return _AGAIN_S
            self._tell(known, found, is_seen=is_seen, is_heard=is_heard)
        if found.next_at is None:
            return None
        return min(max(0.0, found.next_at - self._clock()), _LONGEST_S)

    def _is_on(self) -> bool:
        return self._config.notify.due or self._is_heard()

    def _is_heard(self) -> bool:
        return self._hook is not None and self._hook.is_wanted()

    def _outlook(self, known: MirrorView, now: float) -> Outlook:
        dated = [one.dated for id, one in known.found.items() if self._acted.get(id) != one.dated]
        return outlook(dated, self._told, now, self._bells(known))

    def _bells(self, known: MirrorView) -> Bells:
        notify = self._config.notify
        return Bells(self._here(known), notify.all_day, float(notify.missed), known.since)

    def _tell(self, known: MirrorView, found: Outlook, *, is_seen: bool, is_heard: bool) -> None:
        self._told |= set(found.told)
        pairs = [(known.found[ring.reminder], ring.at) for ring in found.show]
        dialect = dialect_of(self._config, str(known.home))
        ticked = ticked_in_files(self._config.folder, dialect, [one for one, _ in pairs])
        pairs = [pair for pair in pairs if pair[0].dated.id not in ticked]
        if not self._mark(lambda store, now_ms: store.rings.add(found.told, now_ms)):
            return  # the daemon ends; it is for the next one to tell
        if is_heard and pairs and self._hook is not None:
            self._hook.tell(pairs)
        if not (is_seen and pairs):
            return
        self._said_no_desktop = False
        now = self._clock()
        try:
            self._show(known, pairs)
        except NoBus as error:
            if is_heard:
                return
            _log.info("a reminder could not be shown and will be shown later: %s", error)
            self._told -= set(found.told)
            self._mark(lambda store, _now: store.rings.drop(found.told))
            self._miss_the_desktop(now)

    def _show(self, known: MirrorView, pairs: Sequence[Pair], *, opened: bool = False) -> None:
        here, can_act = self._here(known), self._acts is not None
        for notice in notices_of(pairs, here, self._clock(), can_act=can_act, opened=opened):
            self._shows.show(notice)
            self._up.add(notice.about)

    def _mark(self, write: Callable[[Store, int], None]) -> bool:
        """Write down in the mirror; false where there is none any more, since the daemon ends."""
        now_ms = int(self._clock() * 1000)

        def work(store: Store) -> None:
            with store.commit("rings"):
                write(store, now_ms)

        try:
            self._lend(work).result(_MARK_S)
        except Stopping:
            return False
        except TimeoutError:
            _log.debug("what was shown is written down after the cycle that runs")
        except RemindersdError as error:
            _log.warning("what was shown could not be written down: %s", error.message)
        return True

    def _miss_the_desktop(self, now: float) -> None:
        self._no_desktop_until = now + _AGAIN_S
        if not self._said_no_desktop:
            self._said_no_desktop = True
            _log.info("reminders are due, and there is no desktop session to show them in")

    # ---- what is in the mirror

    def _ask(self) -> None:
        if self._asking or not self._is_on():
            return
        self._asking = True
        point = self._known.point if self._known is not None else None
        asked = self._lend(lambda store: view_of(store, self._config, self._clock(), point))
        asked.add_done_callback(self._found)

    def _found(self, answer: Future[MirrorView | None]) -> None:
        """The mirror says the same as before after most cycles: then nobody is woken again."""
        if answer.exception() is not None or answer.result() is not None:
            self._inbox.put(lambda: self._learn(answer))
        else:
            self._asking = False

    def _learn(self, answer: Future[MirrorView | None]) -> None:
        self._asking = False
        error = answer.exception()
        if error is not None:
            _log.debug("reminding: %s", type(error).__name__)
            return
        known = answer.result()
        assert known is not None  # what says the same was not passed on
        if not self._resumed:
            self._resumed = True
            rung = {id for id, _ in known.told}
            self._up |= {one for one in self._shows.resume() if rung.issuperset(ids_of(one))}
        self._known = known
        self._told |= known.told
        for about in [one for one in self._up if known.found.keys().isdisjoint(ids_of(one))]:
            self._shows.take_back(about)  # ticked, or gone, on another device
            self._up.discard(about)

    def _here(self, known: MirrorView) -> tzinfo:
        """Where the person is: what the config says, else where the machine is."""
        if self._config.time_zone is not None:
            return ZoneInfo(self._config.time_zone)
        return self._local() or known.home

    # ---- buttons

    def _act(self, about: str, key: str) -> None:
        known = self._known
        if known is None or self._acts is None:
            return
        if key == EACH:
            self._open(known, about)
            return
        meant = self._meant(known, about)
        until = until_of(key, self._clock(), self._here(known))
        if not meant:
            self._shows.take_back(about)
            return
        if key == DONE and about in known.found:
            asked = self._acts.done(about)
        elif until is not None:
            asked = self._acts.snooze([one.dated.id for one in meant], until)
        else:
            return
        self._acted |= {one.dated.id: one.dated for one in meant}
        self._shows.take_back(about)
        asked.add_done_callback(
            lambda answer: self._inbox.put(lambda: self._heard(about, meant, answer))
        )

    def _meant(self, known: MirrorView, about: str) -> list[Remindable]:
        """What a button does something to: of many only what still is as they were shown."""
        if about in known.found:
            return [known.found[about]]
        return [one for one, _ in self._rung(known, ids_of(about)) if one.may_edit]

    def _rung(self, known: MirrorView, ids: Sequence[str]) -> list[Pair]:
        """Those that have rung and were not put off since, each with its latest moment."""
        bells, now, found = self._bells(known), self._clock(), []
        for one in (known.found[id] for id in ids if id in known.found):
            if self._acted.get(one.dated.id) == one.dated:
                continue
            rings = (ring for ring in rings_of(one.dated, bells) if ring.at <= now)
            told = [ring.at for ring in rings if ring.key in self._told]
            found += [(one, told[-1])] if told else []
        return found

    def _open(self, known: MirrorView, about: str) -> None:
        """Show a notice of each in the place of one of many."""
        try:
            self._show(known, self._rung(known, ids_of(about)), opened=True)
        except NoBus as error:
            _log.info("reminders could not be shown: %s", error)
            return
        self._shows.take_back(about)
        self._up.discard(about)

    def _heard(self, about: str, meant: Sequence[Remindable], answer: Future[Any]) -> None:
        """What was pressed is done, or cannot be."""
        error = answer.exception()
        if isinstance(error, RemindersdError):
            for one in meant:
                self._acted.pop(one.dated.id, None)
            _log.warning("what was pressed could not be done: %s", error.code)
            what = meant[0].title if len(meant) == 1 else f"{len(meant)} reminders"
            said = Notice(about, f"Not done: {what}", f"{error.message}. {error.hint}")
            try:
                self._shows.show(said)
            except NoBus:
                return
        self._ask()
