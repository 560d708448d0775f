"""A machine that wakes up, or comes to a network, is a reason to look at everything at once."""

from __future__ import annotations

import queue
from collections.abc import Iterator
from contextlib import closing, contextmanager
from typing import Any

import pytest
from jeepney import DBusAddress, new_signal
from jeepney.bus_messages import message_bus
from jeepney.io.blocking import Proxy, open_dbus_connection

from daemon.running.machine import Machine
from tests.daemon.desktops import a_bus
from tests.daemon.fakes import PATIENCE_S

pytestmark = pytest.mark.needs("dbus-daemon")

LOGIN = DBusAddress("/org/freedesktop/login1", interface="org.freedesktop.login1.Manager")
NM = DBusAddress("/org/freedesktop/NetworkManager", interface="org.freedesktop.NetworkManager")
NETWORKD = DBusAddress("/org/freedesktop/network1", interface="org.freedesktop.DBus.Properties")
MANAGER = "org.freedesktop.network1.Manager"
NETWORK = "the network is there"
OWNED = ("org.freedesktop.login1", "org.freedesktop.NetworkManager", "org.freedesktop.network1")


@contextmanager
def services(address: str) -> Iterator[Any]:
    """Somebody who is logind, NetworkManager and networkd at once; gives what sends a signal."""
    with closing(open_dbus_connection(address)) as connection:
        for name in OWNED:
            Proxy(message_bus, connection).RequestName(name)

        def send(of: DBusAddress, member: str, signature: str, *body: Any) -> None:
            connection.send(new_signal(of, member, signature, body))

        yield send


class Heard:
    """What a machine is told, which listens while the context lasts."""

    def __init__(self, *addresses: str | None) -> None:
        self.addresses = list(addresses)
        self.sentences: queue.Queue[str] = queue.Queue()
        self.waits: queue.Queue[float] = queue.Queue()
        self.machine = Machine(self._next, self.sentences.put, self._wait)

    def next(self) -> str:
        return self.sentences.get(timeout=PATIENCE_S)

    def _next(self) -> str | None:
        return self.addresses.pop(0) if self.addresses else None

    def _wait(self, seconds: float) -> bool:
        self.waits.put(seconds)
        return not self.addresses


def online(send: Any, value: str = "online") -> None:
    changed = {"OnlineState": ("s", value)}
    send(NETWORKD, "PropertiesChanged", "sa{sv}as", MANAGER, changed, [])


def woken(heard: Heard, send: Any) -> None:
    """It listens: what it asks for last is sent until it is heard, and then the first once."""
    while heard.sentences.empty():
        online(send)
    send(LOGIN, "PrepareForSleep", "b", False)
    while (said := heard.next()) != "the machine woke up":
        assert said == NETWORK


def test_waking_up_and_a_network_are_heard_and_nothing_else_is() -> None:
    with a_bus() as address, services(address) as send:
        heard = Heard(address)
        heard.machine.start()
        woken(heard, send)
        send(LOGIN, "PrepareForSleep", "b", True)
        send(NM, "StateChanged", "u", 20)
        online(send, "offline")
        send(NM, "StateChanged", "u", 70)
        assert heard.next() == NETWORK
        heard.machine.stop()
    assert heard.sentences.empty()


def test_a_bus_that_went_away_is_looked_for_again() -> None:
    with a_bus() as second:
        with a_bus() as first:
            heard = Heard("unix:path=/nowhere", first, second)
            heard.machine.start()
            with services(first) as send:
                woken(heard, send)
        with services(second) as send:
            woken(heard, send)
        heard.machine.stop()
    assert [heard.waits.get(timeout=PATIENCE_S) for _ in range(2)] == [60.0, 60.0]


def test_where_there_is_no_bus_it_ends_by_itself() -> None:
    heard = Heard(None)
    heard.machine.start()
    heard.machine.stop()
    assert heard.waits.empty()
