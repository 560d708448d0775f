"""A private session bus, and somebody on it who shows notices as a test says."""

from __future__ import annotations

import queue
import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from jeepney import DBusAddress, new_method_return, new_signal
from jeepney.bus_messages import message_bus
from jeepney.io.threading import DBusRouter, ReceiveStopped, open_dbus_connection
from jeepney.low_level import HeaderFields, Message, MessageType

NAME = "org.freedesktop.Notifications"
PATH = DBusAddress("/org/freedesktop/Notifications", interface=NAME)


@contextmanager
def a_bus() -> Iterator[str]:
    """The address of a bus of its own."""
    command = ["dbus-daemon", "--session", "--nofork", "--nopidfile", "--print-address=1"]
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
    ) as bus:
        assert bus.stdout is not None
        try:
            yield bus.stdout.readline().strip()
        finally:
            bus.terminate()


class Server:
    """Shows notices on the bus at ``address``; what was shown and closed is in ``heard``."""

    def __init__(self, address: str, capabilities: tuple[str, ...] = ("actions", "body-markup")):
        self.heard: queue.Queue[tuple[str, Any]] = queue.Queue()
        self._capabilities = list(capabilities)
        self._connection = open_dbus_connection(address)
        self._number = 0
        with DBusRouter(self._connection) as router:
            router.send_and_get_reply(message_bus.RequestName(NAME))
        self._thread = threading.Thread(target=self._serve, daemon=True)
        self._thread.start()

    def press(self, number: int, key: str) -> None:
        self._connection.send(new_signal(PATH, "ActionInvoked", "us", (number, key)))

    def close(self) -> None:
        self._connection.interrupt()
        self._thread.join(10)
        self._connection.close()

    def _serve(self) -> None:
        try:
            while True:
                message = self._connection.receive()
                if message.header.message_type is MessageType.method_call:
                    self._answer(message)
        except (ReceiveStopped, ConnectionResetError):
            return

    def _answer(self, message: Message) -> None:
        method = message.header.fields[HeaderFields.member]
        if method == "GetCapabilities":
            reply = new_method_return(message, "as", (self._capabilities,))
        elif method == "Notify":
            self._number = message.body[1] or self._number + 1
            self.heard.put(("shown", (self._number, *message.body)))
            reply = new_method_return(message, "u", (self._number,))
        else:
            self.heard.put(("closed", message.body[0]))
            reply = new_method_return(message)
        self._connection.send(reply)
