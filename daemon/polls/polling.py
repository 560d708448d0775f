"""Polls what the account has besides reminders, each service by its own clock and thread.

A poll never signs in with a password: that is the business of the reminders' cycles, which wait for
whoever has to type a code. One failure stops no other service, and is told once.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any, TypeVar

from daemon.polls.apart import Apart
from daemon.process.worker import Worker
from daemon.running.pulse import POLL_S, Pulses
from daemon.running.requests import Stopping
from daemon.running.schedule import PollClock
from daemon.settings.config import Config
from daemon.settings.paths import state_dir
from daemon.wording.instants import instant
from daemon.wording.words import poll_entry
from store.db import Store
from store.polled.states import PollState
from sync.errors import NetworkError, RemindersdError, SignInNeeded
from sync.polls.around import Around, Mirror
from sync.polls.asked import DataQuery, Item
from sync.polls.downloading import ORIGINALS, THUMBNAILS, Downloaded
from sync.polls.photos import SERVICE as PHOTOS
from sync.polls.roster import DATA_TYPES, SERVICES, PollSettings, Roster
from sync.remote.account import Account
from sync.remote.limiter import Limiter
from sync.remote.session import Session

__all__ = ["Lend", "Polling", "around_of", "settings_of"]

AGAIN_S = 900.0
"""After a failure that passes by itself; sooner where the service is polled more often."""

FIRST_S = 15.0
"""From the start to the first polls: the reminders come first."""

_log = logging.getLogger(__name__)
T = TypeVar("T")
Lend = Callable[[Callable[[Store], Any]], Future[Any]]


class Polling:
    """The polls of a running daemon; ``lend`` passes work to the thread that owns the mirror.

    ``limiter`` and ``pulses`` are those of the process. While it ``is_paused`` nothing is polled
    by its clock; ``replan`` when that is over.
    """

    def __init__(
        self,
        config: Config,
        lend: Lend,
        limiter: Limiter,
        pulses: Pulses | None = None,
        is_paused: Callable[[], bool] = lambda: False,
    ) -> None:
        self._is_paused = is_paused
        self._config = config
        self._pulses = pulses or Pulses()
        self._lend = lend
        self._ended = threading.Event()
        around = around_of(config, self._mirror, self._wait, lambda: None, limiter)
        self._apart = Apart(*_session_of(config), limiter, self._wait)
        around = replace(around, elsewhere=self._apart)
        self.roster = Roster(around, config.account.apple_id, lambda: settings_of(self._config))
        self._clock = PollClock(self._due)
        self._workers: dict[str, Worker] = {}
        self._hiring = threading.Lock()
        self._states: dict[str, PollState] = {}
        self._progress: dict[str, dict[str, int | None]] = {}
        self._told: dict[str, str] = {}

    def start(self) -> None:
        """Begin, as soon as the mirror can be asked when each service was polled last."""
        self._clock.start()
        self._worker("start").do(self._begin)

    def stop(self) -> None:
        """End; a poll under way ends at its next step."""
        self._ended.set()
        self._clock.stop()
        self._apart.close()

    def adopt(self, config: Config) -> None:
        """Another config is in use."""
        self._config = config
        self.replan()

    def replan(self) -> None:
        """Plan anew by when each service was polled last: after a sign-in, or a jump of clocks."""
        now = time.time()
        for service in SERVICES:
            every_s = _every_s(self._config, service)
            state = self._states.get(service)
            self._clock.plan(service, every_s, _due_at(state, every_s, now))

    def items(self, query: DataQuery) -> Future[list[Item]]:
        """All that ``query`` asks for, from the mirror as it is after asking for news."""
        service = next((name for name, kind in DATA_TYPES.items() if kind == query.id), "")
        return self._worker(f"asked-{service}").do(lambda: self._asked(service, query))

    def download(self) -> Future[Downloaded]:
        """Bring the folder of photos up to date, after asking for news."""
        return self._worker("asked-photos").do(self._asked_download)

    def document(self) -> dict[str, Any]:
        """How each service stands, for /status."""
        return {service: self._entry(service) for service in SERVICES}

    # ---- in the threads of the workers

    def _begin(self) -> None:
        self._learn()
        self.replan()

    def _learn(self) -> None:
        try:
            self._states = self._mirror(lambda store: store.polls.states())
        except RemindersdError as error:
            _log.debug("polls: %s", error.message)

    def _due(self, service: str) -> None:
        """The clock says that a service is due; called in its thread."""
        if self._is_paused():
            return
        self._worker(service).do(lambda: self._poll(service)).add_done_callback(_bug)

    def _poll(self, service: str) -> None:
        with self._under_way(service):
            self.roster.refresh(service, self._heard(service))
            if service == PHOTOS and settings_of(self._config).download is not None:
                self._tell(self.roster.download(self._heard(service)))

    def _tell(self, done: Downloaded) -> None:
        if done.files:
            _log.info("photos: %d files downloaded", done.files)
        for problem in done.problems:
            _log.warning("photos: %s", problem)

    def _asked_download(self) -> Downloaded:
        with self._under_way(PHOTOS, is_asked=True):
            self.roster.refresh(PHOTOS, self._heard(PHOTOS))
            return self.roster.download(self._heard(PHOTOS))
        raise AssertionError  # what goes wrong is raised

    def _asked(self, service: str, query: DataQuery) -> list[Item]:
        with self._under_way(service, is_asked=True):
            return self.roster.desk.items(query, self._heard(service))
        raise AssertionError  # what goes wrong is raised

    @contextmanager
    def _under_way(self, service: str, *, is_asked: bool = False) -> Iterator[None]:
        # Whoever asks while the service is polled by its clock sees how far that is.
        self._progress.setdefault(service, {"done": 0, "total": None})
        try:
            yield
        except RemindersdError as error:
            self._failed(service, error)
            if is_asked:
                raise
        else:
            if self._told.pop(service, None):
                _log.info("%s: polled again", service)
        finally:
            self._progress.pop(service, None)
            self._learn()

    def _failed(self, service: str, error: RemindersdError) -> None:
        if self._ended.is_set() or isinstance(error, Stopping):
            return
        if self._told.get(service) != error.message:
            self._told[service] = error.message
            _log.warning("%s: %s%s", service, error.message, f" ({error.hint})" * bool(error.hint))
        every_s = _every_s(self._config, service)
        if every_s is not None and isinstance(error, NetworkError | SignInNeeded):
            self._clock.again(service, min(AGAIN_S, every_s))

    def _heard(self, service: str) -> Callable[[str, int, int | None], None]:
        def hear(_target: str, done: int, total: int | None) -> None:
            self._raise_if_ended()
            self._pulses.step()
            self._progress[service] = {"done": done, "total": total}

        return hear

    # ---- what the sources work with

    def _mirror(self, work: Callable[[Store], T]) -> T:
        with self._pulses.excused():
            found: T = self._lend(work).result()
        return found

    def _wait(self, seconds: float) -> None:
        self._ended.wait(seconds)
        self._pulses.step()
        self._raise_if_ended()

    def _raise_if_ended(self) -> None:
        if self._ended.is_set():
            raise NetworkError("remindersd is stopping", "ask again when it runs")

    def _worker(self, name: str) -> Worker:
        with self._hiring:  # two who ask at once are served by one
            found = self._workers.get(name)
            if found is None:
                found = self._workers[name] = Worker(f"polls-{name}")
                found.do(self._pulses.add(f"polls of {name}", found.do, POLL_S).beat)
        return found

    def _entry(self, service: str) -> dict[str, Any]:
        next_run = self._clock.next_run(service)
        return {
            "every_s": _every_s(self._config, service),
            **poll_entry(self._states.get(service)),
            "next_run": None if next_run is None else instant(next_run),
            "progress": self._progress.get(service),
        }


def around_of(
    config: Config,
    mirror: Mirror,
    wait: Callable[[float], None],
    password: Callable[[], str | None],
    limiter: Limiter,
) -> Around:
    """What sources work with, for this config; ``password`` gives one, or ``None`` for never."""
    account, directory = _session_of(config)

    def session() -> Session:
        return Session(account, directory, password, limiter=limiter)

    return Around(mirror, session, limiter, time.time, wait, state_dir(config.profile) / "spool")


def _session_of(config: Config) -> tuple[Account, Path]:
    account = Account(config.account.apple_id, config.account.region, config.account.endpoint)
    return account, state_dir(config.profile) / "session"


def settings_of(config: Config) -> PollSettings:
    """What the config says of polls."""
    photos, devices = config.polls.photos, config.polls.devices
    return PollSettings(
        locate=devices.locate,
        history_s=float(devices.history),
        download=photos.download,
        roles={"thumbnails": THUMBNAILS, "both": (*ORIGINALS, *THUMBNAILS)}.get(
            photos.files, ORIGINALS
        ),
    )


def _bug(done: Future[None]) -> None:
    """Name what nobody expected, but not its text: nobody has checked what is in it."""
    error = done.exception()
    if error is not None:
        _log.error("polls: this is a bug: %s", type(error).__name__)
        _log.debug("in full:", exc_info=error)


def _every_s(config: Config, service: str) -> float | None:
    every_s: int | None = getattr(config.polls, service).every
    return None if every_s is None else float(every_s)


def _due_at(state: PollState | None, every_s: float | None, now: float) -> float:
    """When a service is due, in Unix seconds: what was missed is done once, and soon.

    One that lacks the network or a sign-in is due at once, since that may have changed.
    """
    soon = now + FIRST_S
    if state is None or every_s is None or state.error in ("network", "sign-in", "throttled"):
        return soon
    at = state.tried_ms / 1000
    return soon if at > now else max(soon, at + every_s)
