"""Runs the daemon: takes the lock, wires the parts together, and lets the loop have the thread.

signals, timer, watcher, clocks --triggers--> loop --cycles--> engine
control socket ---------------requests------> loop
control socket <--------status, mirror (read only)
"""

from __future__ import annotations

import logging
import signal
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, closing, contextmanager
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from types import FrameType
from typing import TYPE_CHECKING

from daemon.process.footprint import kept_small
from daemon.process.lock import held_lock
from daemon.process.log import set_up, show_titles
from daemon.process.private import write_no_core
from daemon.running.agenda import Kind
from daemon.running.state import Board
from daemon.settings.address import parse_listen
from daemon.settings.config import Config, load_config
from daemon.settings.paths import MIRROR, socket_path, state_dir
from sync.errors import RemindersdError

if TYPE_CHECKING:
    from daemon.control.accounts import Accounts
    from daemon.control.api import Api, Told
    from daemon.control.pauses import Pauses
    from daemon.polls.polling import Polling
    from daemon.running.outcome import Outcome
    from daemon.running.pulse import Pulses
    from daemon.running.requests import Cycler, Surroundings
    from daemon.running.tally import Tally
    from daemon.systemd.notify import Notifier
    from daemon.web.sights import Sights
    from sync.cycle.gauge import Phase
    from sync.remote.desk import SignInDesk

__all__ = ["run"]

_log = logging.getLogger(__name__)


def run(config_path: Path | None = None, *, verbose: bool = False) -> int:
    """Run in the foreground until SIGTERM or SIGINT; the exit code, with the reason in the log.

    Call it from the main thread, since it takes over the signals.
    """
    set_up(verbose=verbose)
    write_no_core()
    try:
        with kept_small(), _signals() as signals:
            config = load_config(config_path)
            show_titles(config.log.titles)
            with held_lock(state_dir(config.profile)):
                _run(config, signals)
    except RemindersdError as error:
        _log.error("%s%s", error.message, f" ({error.hint})" if error.hint else "")
        return error.exit_code
    except _StoppedEarly:
        return 0
    return 0


class _StoppedEarly(BaseException):
    """A signal ended the start, when there was nothing yet to bring to an end."""


def _stop_early() -> None:
    raise _StoppedEarly


@dataclass(slots=True)
class _Signals:
    """What the signals do."""

    stop: Callable[[], None] = _stop_early
    reload: Callable[[], None] = lambda: None


def _run(config: Config, signals: _Signals) -> None:
    # Imported with the lock in hand: a second process is told at once that it is one too many.
    from daemon.attending import attending
    from daemon.compose import new_limiter, open_desk, open_engine
    from daemon.control.accounts import Accounts
    from daemon.control.api import Api
    from daemon.control.pauses import Pauses
    from daemon.polls.polling import Polling
    from daemon.query.answers import Answers
    from daemon.running.loop import Loop
    from daemon.running.pulse import LOOP_S, READING_S, Pulses
    from daemon.running.trust import Trust
    from daemon.running.watchdog import Watchdog
    from daemon.systemd.notify import Notifier
    from daemon.web.sights import opened

    def signed_in() -> None:
        loop.want(Kind.SYNC)
        polling.replan()

    def step(name: str) -> None:
        pulses.step(name)
        loop.stepped(name)

    def gauge(phase: Phase, done: int, total: int | None) -> None:
        loop.gauged(phase, done, total)

    pulses, notifier = Pulses(), Notifier()
    # One for all: what Apple asks of one part holds for the others.
    limiter = new_limiter(pulses.step)
    desk = open_desk(config, limiter, now=lambda: senses.config, on_open=signed_in)
    senses = _Senses(config, lambda kind: loop.want(kind))
    opening = partial(open_engine, limiter=limiter, step=step, gauge=gauge)
    around = _around(config, opening, senses, notifier, Trust(desk).look)
    loop = Loop(config, replace(around, resumed=lambda: polling.replan()))
    signals.reload = loop.reload  # at once: what the config says from now on is not lost
    polling = Polling(config, loop.lend, limiter, pulses, senses.is_paused)
    watchdog = Watchdog(pulses, notifier)
    senses.also(polling.adopt, polling.replan)
    state = state_dir(config.profile)
    with ExitStack() as parts:
        answers = parts.enter_context(closing(Answers(state / MIRROR, loop.fail)))
        parts.enter_context(pulses.watched("the reading thread", answers.soon, READING_S))
        parts.enter_context(closing(desk))
        accounts = Accounts(desk, lambda: senses.config, loop.start_anew)
        parts.enter_context(closing(accounts))
        sights = parts.enter_context(opened(answers, polling.roster.desk, state))
        ours = Pauses(loop, senses.board), around.tally, sights
        told = parts.enter_context(_told(config, desk, polling, accounts, *ours))
        api = Api(senses.board, answers, loop.ask, lambda: senses.config, told)
        parts.enter_context(_on_socket(api, senses, pulses))
        parts.enter_context(pulses.watched("the control loop", loop.soon, LOOP_S)).beat()
        parts.enter_context(attending(config, loop, senses, answers))
        for part in (watchdog, senses.schedule, polling):
            part.start()
            parts.callback(part.stop)
        parts.callback(senses.watcher.stop)
        signals.stop = watchdog.then(loop.stop)
        loop.run()
    _log.info("stopped")


@contextmanager
def _on_socket(api: Api, senses: _Senses, pulses: Pulses) -> Iterator[None]:
    """Serve ``api`` where the config says, while the context lasts."""
    from daemon.control.server import served
    from daemon.control.token import token_of
    from daemon.running.pulse import SOCKET_S

    config = senses.config
    path = socket_path(config.profile, config.control.socket)
    listen = config.control.listen
    address = None if listen is None else parse_listen(listen)
    if address is not None:
        token_of(config)  # made now, and not when somebody first guesses one
    with served(api, path, address, lambda: token_of(senses.config)) as socket:
        also = "" if address is None else f" and {address.url}"
        _log.info("%s keeps %s, on %s%s", config.profile, config.folder, path, also)
        with pulses.watched("the control socket", socket, SOCKET_S):
            yield


def _around(
    config: Config,
    opening: Callable[[Config], AbstractContextManager[Cycler]],
    senses: _Senses,
    notifier: Notifier,
    trust: Callable[[float], str | None],
) -> Surroundings:
    """All that the loop touches."""
    from daemon.running.lasting import Lasting
    from daemon.running.requests import Surroundings

    return Surroundings(
        open_engine=opening,
        read_config=lambda: load_config(config.source),
        board=senses.board,
        notifier=notifier,
        adopt=senses.adopt,
        before_cycle=senses.look_after_watches,
        next_poll=senses.schedule.next_run,
        trust=trust,
        heard=lambda outcome: senses.heard(outcome),
        lasting=Lasting(state_dir(config.profile)),
    )


@contextmanager
def _told(
    config: Config,
    desk: SignInDesk,
    polling: Polling,
    accounts: Accounts,
    pauses: Pauses,
    tally: Tally,
    sights: Sights,
) -> Iterator[Told]:
    """The resources of the socket that have rooms of their own."""
    from daemon.control.api import Told
    from daemon.control.polled import Polled
    from daemon.ricloud.routes import Ricloud
    from daemon.ricloud.wiring import open_office

    with open_office(config, desk, polling.roster.desk) as office:
        yield Told(Ricloud(office), Polled(polling), accounts, pauses, tally, sights)


class _Senses:
    """What makes the loop run a cycle by itself, kept in step with config, folder and clocks."""

    def __init__(self, config: Config, want: Callable[[Kind], None]) -> None:
        from daemon.running.schedule import Schedule
        from daemon.running.watch import Watcher
        from sync.local.formats import FORMATS

        self.config = config
        self.heard: Callable[[Outcome], None] = lambda _outcome: None
        self.board = Board(process=f"{time.time_ns() // 1_000_000:x}")
        self.schedule = Schedule(config.reminders.every, lambda: want(Kind.TIMER))
        self.watcher = Watcher(config.folder, want, FORMATS[config.format].LAYOUT)
        self._want = want
        self._others: list[tuple[Callable[[Config], None], Callable[[], None]]] = []

    def also(self, adopt: Callable[[Config], None], replan: Callable[[], None]) -> None:
        """Somebody else has to know of another config, and of clocks that part."""
        self._others.append((adopt, replan))

    def adopt(self, config: Config) -> None:
        """Another config is in use."""
        self.config = config
        show_titles(config.log.titles)
        self.schedule.change(config.reminders.every)
        for adopt, _ in self._others:
            adopt(config)

    def is_paused(self) -> bool:
        """Whether nothing is to go by itself."""
        return self.board.status.pause is not None

    def look_after_watches(self) -> None:
        """Watch what there is now, and say what cannot be watched."""
        problem = self.watcher.refresh()
        if problem is not None and problem != self.board.status.watch_problem:
            _log.warning("%s", problem)
        self.board.change(watch_problem=problem)

    def on_drift(self, sentence: str) -> None:
        """The clocks have parted, or the machine woke up: no run may be missed for it."""
        _log.info("%s: planning anew", sentence)
        self.schedule.replan()
        for _, replan in self._others:
            replan()
        self._want(Kind.RESUME)


@contextmanager
def _signals() -> Iterator[_Signals]:
    """SIGTERM and SIGINT stop, SIGHUP reloads, while the context lasts."""
    signals = _Signals()

    def act(number: int, _frame: FrameType | None) -> None:
        if number == signal.SIGHUP:
            signals.reload()
        else:
            signals.stop()

    numbers = (signal.SIGTERM, signal.SIGINT, signal.SIGHUP)
    before = {number: signal.signal(number, act) for number in numbers}
    try:
        yield signals
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
