"""Runs the daemon: takes the lock, wires the parts together, and lets the loop have the thread.

signals, timer, watcher, clocks --triggers--> loop --cycles--> engine
control socket ---------------requests------> loop
control socket <--------status, mirror (read only)
"""

from __future__ import annotations

import logging
import signal
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import FrameType

from daemon.agenda import Kind
from daemon.config import Config, load_config
from daemon.lock import held_lock
from daemon.log import set_up
from daemon.paths import socket_path, state_dir
from daemon.state import Board
from sync.errors import RemindersdError

__all__ = ["run"]

_log = logging.getLogger(__name__)


def run(config_path: Path | None = None, *, verbose: bool = False) -> int:
    """Run in the foreground until SIGTERM or SIGINT; the exit code, with the reason in the log.

    Call it from the main thread, since it takes over the signals.
    """
    set_up(verbose=verbose)
    try:
        with _signals() as signals:
            config = load_config(config_path)
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
    from daemon.answers import Answers
    from daemon.api import Api
    from daemon.compose import MIRROR, open_engine
    from daemon.control import served
    from daemon.loop import Loop, Surroundings
    from daemon.schedule import ClockWatch, Schedule
    from daemon.watch import Watcher

    board = Board()
    in_use = [config]
    schedule = Schedule(config.reminders.every, lambda: loop.want(Kind.TIMER))
    watcher = Watcher(config.folder, lambda kind: loop.want(kind))

    def adopt(new: Config) -> None:
        in_use[0] = new
        schedule.change(new.reminders.every)

    def look_after_watches() -> None:
        problem = watcher.refresh()
        if problem is not None and problem != board.status.watch_problem:
            _log.warning("%s", problem)
        board.change(watch_problem=problem)

    def on_drift(sentence: str) -> None:
        _log.info("%s: planning anew", sentence)
        schedule.replan()
        loop.want(Kind.RESUME)

    loop = Loop(
        config,
        Surroundings(
            open_engine=open_engine,
            read_config=lambda: load_config(config.source),
            board=board,
            adopt=adopt,
            before_cycle=look_after_watches,
            next_poll=schedule.next_run,
        ),
    )
    clocks = ClockWatch(on_drift)
    answers = Answers(state_dir(config.profile) / MIRROR)
    api = Api(board, answers, loop.ask, lambda: in_use[0])
    path = socket_path(config.profile, config.control.socket)
    with ExitStack() as parts:
        parts.enter_context(closing(answers))
        parts.enter_context(served(api, path))
        for part in (schedule, clocks):
            part.start()
            parts.callback(part.stop)
        parts.callback(watcher.stop)
        _log.info("%s keeps %s, on %s", config.profile, config.folder, path)
        signals.stop, signals.reload = loop.stop, loop.reload
        loop.run()
    _log.info("stopped")


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
