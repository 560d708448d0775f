"""Load on the socket harms nobody: crowds, slow readers, garbage; and the cycles go on, counted."""

from __future__ import annotations

import asyncio
import os
import select
import socket as sockets
from collections.abc import Iterator
from contextlib import ExitStack, suppress
from pathlib import Path

import pytest

from daemon.control import server as control
from daemon.control.client import call
from daemon.running.agenda import Kind
from store.db import Store
from tests.daemon.fakes import PATIENCE_S, FakeEngine, Running
from tests.daemon.serving import fill, serving
from tests.store.samples import reminder

CROWD = 200
ASKED = 10_000 if os.environ.get("REMINDERSD_SOAK") == "1" else 400
PATHS = ("/status", "/reminders?smart=today", "/lists", "/reminders?q=milk", "/metrics", "/nothing")


@pytest.fixture
def served(tmp_path: Path) -> Iterator[tuple[Path, Running]]:
    with serving(tmp_path, FakeEngine(), fits=False) as (socket, running):
        running.until("ok")
        fill(tmp_path / "mirror.db")
        yield socket, running


async def _asked(socket: Path, count: int, first: int) -> list[int]:
    """The statuses of so many requests, one after the other on one connection."""
    statuses = []
    reader, writer = await asyncio.open_unix_connection(str(socket))
    try:
        for number in range(first, first + count):
            path = PATHS[number % len(PATHS)]
            writer.write(f"GET {path} HTTP/1.1\r\nHost: x\r\n\r\n".encode())
            head = await reader.readuntil(b"\r\n\r\n")
            statuses.append(int(head.split()[1]))
            length = next(
                int(line.split(b":")[1])
                for line in head.lower().splitlines()
                if line.startswith(b"content-length")
            )
            await reader.readexactly(length)
    finally:
        writer.close()
        with suppress(OSError):
            await writer.wait_closed()
    return statuses


def test_a_crowd_is_answered_and_the_cycles_go_on(served: tuple[Path, Running]) -> None:
    socket, running = served
    while not running.engine.ran.empty():
        running.engine.ran.get()

    async def crowd() -> list[list[int]]:
        share = ASKED // CROWD
        asking = [_asked(socket, share, number) for number in range(CROWD)]
        cycling = asyncio.create_task(asyncio.to_thread(_cycles, running, 20))
        found = await asyncio.gather(*asking)
        assert await cycling == 20
        return found

    found = [status for one in asyncio.run(crowd()) for status in one]
    assert len(found) == ASKED // CROWD * CROWD
    assert set(found) == {200, 404}
    assert running.board.status.state == "ok"


def _cycles(running: Running, count: int) -> int:
    """Ask for so many cycles, one after the other; how many there were."""
    for _ in range(count):
        running.loop.want(Kind.TIMER)
        assert running.engine.ran.get(timeout=PATIENCE_S) == "timer"
    return count


@pytest.mark.parametrize(
    "data",
    [
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + bytes(300),  # TLS
        b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
        b"\x00" * 5000,
        b"GET /status\r\n\r\n",
        b"GET /status HTTP/1.1\r\nHost: x\r\nContent-Length: -5\r\n\r\n",
        b"GET /status HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n",
        b"POST /sync HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
        b"GET /%ff%00%2e%2e HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n",
        b"GET /" + b"a" * 200_000 + b" HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n",
        b"GET /nothing HTTP/1.1\r\nConnection: close\r\nX: " + b"a" * 600_000 + b"\r\n\r\n",
        b"GET /nothing HTTP/1.1\r\nConnection: close\r\n" + b"X: y\r\n" * 50_000 + b"\r\n",
    ],
)
def test_garbage_is_refused(served: tuple[Path, Running], data: bytes) -> None:
    socket = served[0]
    with _connected(socket) as peer:
        with suppress(OSError):  # it may have had enough before it has all
            peer.sendall(data)
        answer = _all(peer)
    assert answer[:10] in (b"", b"HTTP/1.1 4", b"HTTP/1.1 5"), answer[:100]
    assert call(socket, "GET", "/status")[0] == 200


@pytest.mark.parametrize(
    ("head", "status"),
    [
        (b"POST /sync HTTP/1.1\r\nHost: x\r\nContent-Length: 100000000000\r\n\r\n", b" 413 "),
        (b"POST /sync HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n", b" 413 "),
        (b"GET /status HTTP/1.1\r\nHost: x\r\nContent-Length: 100000000000\r\n\r\n", b" 200 "),
    ],
)
def test_a_body_without_end_is_not_read(
    served: tuple[Path, Running], head: bytes, status: bytes
) -> None:
    socket = served[0]
    chunk = b"10000\r\n" + b" " * 65_536 + b"\r\n" if b"chunked" in head else b" " * 65_536
    with _connected(socket) as peer:
        peer.sendall(head)
        sent = 0
        with suppress(OSError):  # cut off, as it has to be
            while sent < 50_000_000:
                sent += peer.send(chunk)
        answer = _all(peer)
    assert sent < 50_000_000
    assert status in answer[:20] or answer == b""
    assert call(socket, "GET", "/status")[0] == 200


def test_who_does_not_take_an_answer_is_given_up(
    tmp_path: Path, served: tuple[Path, Running], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(control, "_STUCK_S", 0.05)
    socket = served[0]
    with Store.open(tmp_path / "mirror.db") as store, store.commit("long"):
        store.mirror.put([reminder("LONG", title="Long", notes="x" * 1_500_000)])
    with ExitStack() as stack:
        stuck = [stack.enter_context(_connected(socket)) for _ in range(3)]
        for one in stuck:
            one.sendall(b"GET /reminders HTTP/1.1\r\nHost: x\r\n\r\n")
            assert one.recv(10) == b"HTTP/1.1 2"
        assert call(socket, "GET", "/status")[0] == 200
        for one in stuck:
            # The end comes long before all that was promised.
            one.settimeout(PATIENCE_S)
            _wait_until_given_up(one)


def _wait_until_given_up(peer: sockets.socket) -> None:
    """Until it is closed; nothing is taken of what is to come before that."""
    poll = select.poll()
    poll.register(peer, select.POLLHUP)
    assert poll.poll(PATIENCE_S * 1000)
    assert len(_all(peer)) < 1_500_000


def _connected(path: Path) -> sockets.socket:
    peer = sockets.socket(sockets.AF_UNIX)
    peer.settimeout(PATIENCE_S)
    peer.connect(str(path))
    return peer


def _all(peer: sockets.socket) -> bytes:
    """All that still comes."""
    found = b""
    with suppress(ConnectionResetError):
        while data := peer.recv(65_536):
            found += data
    return found
