"""Speaks D-Bus: calls on a bus, and the signals that come from it, in a thread of its own.

A bus that is not there, or that goes away, is an ordinary thing: it is said by ``NoBus``.
"""

# mypy: allow-untyped-calls
# (jeepney has no types)

from __future__ import annotations

import logging
import os
import threading
from collections.abc import Callable, Mapping
from concurrent.futures import Future
from contextlib import suppress
from typing import Any

from jeepney import DBusAddress, MatchRule, new_method_call
from jeepney.auth import AuthenticationError
from jeepney.bus_messages import message_bus
from jeepney.io.common import RouterClosed
from jeepney.io.threading import ReceiveStopped, open_dbus_connection
from jeepney.low_level import HeaderFields, Message, MessageType

__all__ = ["Bus", "NoBus", "Signal", "session_address", "system_address"]

CALL_S = 5.0
"""How long somebody on the bus may take to answer."""

_LOST = (OSError, RuntimeError, RouterClosed, TimeoutError, AuthenticationError, ValueError)
_log = logging.getLogger(__name__)


class NoBus(Exception):
    """There is no bus, or nobody on it who answers; the text says which."""


class Signal:
    """A signal: who sent it, which ``interface`` and ``member``, and its ``body``."""

    __slots__ = ("body", "interface", "member", "path", "sender")

    def __init__(self, message: Message) -> None:
        fields = message.header.fields
        self.interface = str(fields.get(HeaderFields.interface, ""))
        self.member = str(fields.get(HeaderFields.member, ""))
        self.path = str(fields.get(HeaderFields.path, ""))
        self.sender = str(fields.get(HeaderFields.sender, ""))
        self.body: tuple[Any, ...] = tuple(message.body)


class Bus:
    """The bus at ``address``.

    ``hear`` is called with each signal that was asked for, and ``lost`` when the bus has gone;
    both in the thread that reads, which must not make calls. Raises NoBus.
    """

    def __init__(
        self,
        address: str,
        hear: Callable[[Signal], None] = lambda _signal: None,
        lost: Callable[[], None] = lambda: None,
    ) -> None:
        try:
            self._connection = open_dbus_connection(address)
        except _LOST as error:
            raise NoBus(f"no bus at {address}: {error}") from error
        self._hear = hear
        self._lost = lost
        self._answers: dict[int, Future[Message]] = {}
        self._gate = threading.Lock()
        self._is_closed = False
        self._thread = threading.Thread(target=self._read, name="bus", daemon=True)
        self._thread.start()

    def call(
        self, to: DBusAddress, method: str, signature: str = "", body: tuple[Any, ...] = ()
    ) -> tuple[Any, ...]:
        """What is answered; raises NoBus where nobody does, or the answer is an error."""
        return self._ask(new_method_call(to, method, signature or None, body))

    def listen(self, rule: MatchRule) -> None:
        """Ask for the signals of ``rule``; raises NoBus."""
        self._ask(message_bus.AddMatch(rule))

    def close(self) -> None:
        """Let go of it; ``lost`` is not called."""
        self._is_closed = True
        with suppress(*_LOST):
            self._connection.interrupt()
        if threading.current_thread() is not self._thread:
            self._thread.join(CALL_S)
        self._end()

    def _ask(self, message: Message) -> tuple[Any, ...]:
        answer: Future[Message] = Future()
        serial = next(self._connection.outgoing_serial)
        with self._gate:
            if self._is_closed:
                raise NoBus("the bus has gone")
            self._answers[serial] = answer
        try:
            self._connection.send(message, serial=serial)
            reply = answer.result(CALL_S)
        except _LOST as error:
            raise NoBus(f"nobody answers on the bus: {type(error).__name__}") from error
        finally:
            with self._gate:
                self._answers.pop(serial, None)
        if reply.header.message_type is MessageType.error:
            raise NoBus(str(reply.header.fields.get(HeaderFields.error_name, "an error")))
        return tuple(reply.body)

    def _read(self) -> None:
        try:
            while True:
                self._take(self._connection.receive())
        except ReceiveStopped:
            return
        except _LOST as error:
            _log.debug("the bus has gone: %s", type(error).__name__)
        was_closed = self._is_closed
        self._end()
        if not was_closed:
            self._lost()

    def _take(self, message: Message) -> None:
        serial = message.header.fields.get(HeaderFields.reply_serial)
        if serial is None:
            if message.header.message_type is MessageType.signal:
                self._hear(Signal(message))
            return
        with self._gate:
            answer = self._answers.pop(serial, None)
        if answer is not None:
            answer.set_result(message)

    def _end(self) -> None:
        with self._gate:
            self._is_closed = True
            waiting, self._answers = list(self._answers.values()), {}
        for answer in waiting:
            answer.set_exception(RouterClosed("the bus has gone"))
        with suppress(*_LOST):
            self._connection.close()


def session_address(environment: Mapping[str, str] = os.environ) -> str | None:
    """Where the bus of this person's session is, if there is one."""
    named = environment.get("DBUS_SESSION_BUS_ADDRESS", "")
    if named:
        return named
    path = os.path.join(environment.get("XDG_RUNTIME_DIR", ""), "bus")
    return f"unix:path={path}" if os.path.isabs(path) and os.path.exists(path) else None


def system_address(environment: Mapping[str, str] = os.environ) -> str | None:
    """Where the bus of the machine is, if there is one."""
    named = environment.get("DBUS_SYSTEM_BUS_ADDRESS", "")
    if named:
        return named
    found = (path for path in _SYSTEM if os.path.exists(path))
    path = next(found, None)
    return None if path is None else f"unix:path={path}"


_SYSTEM = ("/run/dbus/system_bus_socket", "/var/run/dbus/system_bus_socket")
