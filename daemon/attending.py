"""Puts together what attends to person and machine beside the loop: reminding, and the clocks."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing, contextmanager
from datetime import tzinfo
from typing import Protocol
from zoneinfo import ZoneInfoNotFoundError

from tzlocal import reload_localzone

from daemon.bus import session_address
from daemon.config import Config
from daemon.desktop import Desktop
from daemon.loop import Loop
from daemon.reminding import Reminding
from daemon.schedule import ClockWatch
from daemon.state import Board, Event

__all__ = ["attending"]

_log = logging.getLogger(__name__)


class Senses(Protocol):
    """What is needed of the senses of the service."""

    board: Board

    def also(self, adopt: Callable[[Config], None], replan: Callable[[], None]) -> None:
        """Be told of another config, and of clocks that part."""

    def on_drift(self, sentence: str) -> None:
        """The clocks have parted."""


@contextmanager
def attending(config: Config, loop: Loop, senses: Senses) -> Iterator[None]:
    """Attend to the person while the context lasts."""
    desktop = Desktop(session_address, lambda about, key: reminding.pressed(about, key))
    reminding = Reminding(config, loop.lend, desktop, here=_local_zone)
    senses.also(reminding.adopt, reminding.wake)
    clocks = ClockWatch(senses.on_drift)

    def hear(event: Event) -> None:
        if event.name == "cycle":
            reminding.changed()

    with closing(desktop), senses.board.listening(hear), ExitStack() as parts:
        for part in (clocks, reminding):
            part.start()
            parts.callback(part.stop)
        yield


def _local_zone() -> tzinfo | None:
    """The zone of the machine, as it is now; ``None`` where it is set to nonsense."""
    try:
        return reload_localzone()
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        _log.debug("the machine's time zone: %s", type(error).__name__)
        return None
