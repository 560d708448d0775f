"""Puts together what attends to person and machine beside the loop, and keeps it going with it.

It reminds, tells what is news, and hears of clocks that part, of waking up and of a network.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future
from contextlib import ExitStack, closing, contextmanager
from datetime import tzinfo
from typing import Any, Protocol
from zoneinfo import ZoneInfoNotFoundError

from tzlocal import reload_localzone

from daemon.acting.writing import Wish, granted
from daemon.compose import Around, machine_of, nothing
from daemon.process.bus import session_address, system_address
from daemon.process.footprint import give_back
from daemon.query.answers import Answers
from daemon.query.filters import read_filters
from daemon.reminding.desktop import Desktop
from daemon.reminding.hooks import Hooks
from daemon.reminding.noticefile import NoticeFile
from daemon.reminding.rings import Reminding
from daemon.reminding.telling import Telling
from daemon.reminding.todayfile import TodayFile
from daemon.running.loop import Loop
from daemon.running.machine import Machine
from daemon.running.outcome import Outcome
from daemon.running.requests import Request
from daemon.running.schedule import ClockWatch
from daemon.settings.config import Config
from daemon.settings.paths import state_dir
from daemon.wording.instants import instant
from sync.cycle.ringing import Remindable
from sync.local.swap import Writer

__all__ = ["attending"]

_TODAY = read_filters([("smart", "today")])
_log = logging.getLogger(__name__)


class Senses(Protocol):
    """What is needed of the senses of the service."""

    config: Config
    heard: Callable[[Outcome], None]

    def also(self, adopt: Callable[[Config], None], replan: Callable[[], None]) -> None:
        """Be told of another config, and of clocks that part."""

    def on_drift(self, sentence: str) -> None:
        """The clocks have parted, or the machine says that it is time to look."""


@contextmanager
def attending(config: Config, loop: Loop, senses: Senses, answers: Answers) -> Iterator[None]:
    """Attend to the person while the context lasts."""
    standing = NoticeFile(state_dir(config.profile))
    desktop = Desktop(session_address, lambda about, key: reminding.pressed(about, key), standing)
    hooks = Hooks(lambda: senses.config.hooks)
    telling = Telling(config, loop.lend, desktop, hooks)
    acts, due = _Acts(loop), _DueHook(hooks, telling)
    reminding = Reminding(config, loop.lend, desktop, acts, due, here=_local_zone)
    senses.also(reminding.adopt, reminding.wake)
    senses.also(telling.adopt, lambda: None)
    today = TodayFile(config, _writer(config), lambda: answers.reminders(_TODAY), acts.all_done)
    senses.also(today.adopt, today.changed)

    def ended(outcome: Outcome) -> None:
        telling.heard(outcome)
        reminding.changed()
        today.changed()
        if outcome.failure is None:
            loop.lend(give_back)  # behind what the others read

    senses.heard = ended
    clocks = ClockWatch(senses.on_drift)
    machine = Machine(system_address, senses.on_drift)

    with closing(desktop), ExitStack() as parts:
        for part in (clocks, machine, telling, reminding, today):
            part.start()
            parts.callback(part.stop)
        yield


class _Acts:
    """Does what a button of a reminder's notice says, as the verb of that name does it."""

    def __init__(self, loop: Loop) -> None:
        self._loop = loop

    def done(self, id: str) -> Future[Any]:
        return self.all_done([id])

    def all_done(self, keys: Sequence[str]) -> Future[Any]:
        return self._grant(Wish("done", {"done": True}, keys))

    def snooze(self, ids: Sequence[str], until: str) -> Future[Any]:
        return self._grant(Wish("snooze", {"snooze": until}, ids))

    def _grant(self, wish: Wish) -> Future[Any]:
        return self._loop.ask(Request(work=lambda engine: granted(engine, wish, time.sleep)))


class _DueHook:
    """Tells the hook for what is due, if there is one."""

    def __init__(self, hooks: Hooks, telling: Telling) -> None:
        self._hooks = hooks
        self._telling = telling

    def is_wanted(self) -> bool:
        return self._hooks.has("due")

    def tell(self, pairs: Sequence[tuple[Remindable, float]]) -> None:
        entries = [
            {"id": one.dated.id, "title": one.title, "list": one.list, "at": instant(at)}
            for one, at in pairs
        ]
        sentence = entries[0]["title"] if len(entries) == 1 else f"{len(entries)} reminders are due"
        self._telling.happened("due", sentence, {"reminders": entries})


def _writer(config: Config) -> Writer:
    """What writes the file of today; its receipts are not the engine's to judge."""
    machine = f"today-{machine_of(config, Around())}"
    return Writer(config.folder, nothing, time.time, machine=machine)


def _local_zone() -> tzinfo | None:
    """The zone of the machine, as it is now; ``None`` where it is set to nonsense."""
    try:
        return reload_localzone()
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        _log.debug("the machine's time zone: %s", type(error).__name__)
        return None
