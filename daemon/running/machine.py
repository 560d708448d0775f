"""Hears from the machine that it woke up, or that its network is there (on the system bus).

    logind            PrepareForSleep(false)                    it woke up
    NetworkManager    StateChanged to connected                 the network is there
    systemd-networkd  OnlineState or OperationalState changed   the same

A hint, never a fact: without a system bus, or one of these, the clocks and the timer see to it.
"""

# mypy: allow-untyped-calls
# (jeepney has no types)

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from typing import Any

from jeepney import MatchRule

from daemon.process.bus import Bus, NoBus, Signal

__all__ = ["Machine", "meaning_of"]

AGAIN_S = 60.0  # until a bus that went away is looked for

_LOGIN = "org.freedesktop.login1"
_MANAGER = f"{_LOGIN}.Manager"
_NM = "org.freedesktop.NetworkManager"
_NM_CONNECTED = 70  # NM_STATE_CONNECTED_GLOBAL; what is less leads to no server of Apple's
_NETWORKD = "org.freedesktop.network1"
_PROPERTIES = "org.freedesktop.DBus.Properties"
_UP = {"OnlineState": "online", "OperationalState": "routable"}

_log = logging.getLogger(__name__)


def meaning_of(signal: Signal) -> str | None:
    """What a signal says, as a sentence, if it is a reason to look at everything."""
    match signal.interface, signal.member, signal.body:
        case (str(name), "PrepareForSleep", (False,)) if name == _MANAGER:
            return "the machine woke up"
        case (str(name), "StateChanged", (int() as state,)) if name == _NM:
            return "the network is there" if state == _NM_CONNECTED else None
        case (str(name), "PropertiesChanged", (str(of), dict() as changed, _)) if (
            name == _PROPERTIES and of == f"{_NETWORKD}.Manager"
        ):
            is_up = any(_said(changed, key) == value for key, value in _UP.items())
            return "the network is there" if is_up else None
    return None


def _said(changed: dict[Any, Any], key: str) -> object:
    """A property's value; on the wire it comes with its type."""
    value = changed.get(key)
    return value[1] if isinstance(value, tuple) and len(value) == 2 else None


class Machine:
    """Calls ``hear`` with a sentence, from a thread of its own, for as long as it runs."""

    def __init__(
        self,
        address: Callable[[], str | None],
        hear: Callable[[str], None],
        wait: Callable[[float], bool] | None = None,
    ) -> None:
        self._address = address
        self._hear = hear
        self._ended = threading.Event()
        self._lost = threading.Event()
        self._wait = wait or self._ended.wait
        self._thread = threading.Thread(target=self._run, name="machine", daemon=True)

    def start(self) -> None:
        """Begin to listen."""
        self._thread.start()

    def stop(self) -> None:
        """End."""
        self._ended.set()
        self._lost.set()
        self._thread.join()

    def _run(self) -> None:
        while not self._ended.is_set():
            address = self._address()
            if address is None:
                return  # no bus is started later where none was at the start of the machine
            self._listen(address)
            if self._wait(AGAIN_S):
                return

    def _listen(self, address: str) -> None:
        """Listen until the bus has gone, or the end."""
        self._lost.clear()
        try:
            bus = Bus(address, self._take, self._lost.set)
        except NoBus as error:
            _log.debug("the system bus: %s", error)
            return
        try:
            for rule in _rules():
                bus.listen(rule)
            while not self._ended.is_set() and not self._lost.is_set():
                self._lost.wait()
        except NoBus as error:
            _log.debug("the system bus: %s", error)
        finally:
            bus.close()

    def _take(self, signal: Signal) -> None:
        sentence = meaning_of(signal)
        if sentence is not None:
            self._hear(sentence)


def _rules() -> list[MatchRule]:
    networkd = MatchRule(
        type="signal", sender=_NETWORKD, interface=_PROPERTIES, member="PropertiesChanged"
    )
    networkd.add_arg_condition(0, f"{_NETWORKD}.Manager")
    return [
        MatchRule(type="signal", sender=_LOGIN, interface=_MANAGER, member="PrepareForSleep"),
        MatchRule(type="signal", sender=_NM, interface=_NM, member="StateChanged"),
        networkd,
    ]
