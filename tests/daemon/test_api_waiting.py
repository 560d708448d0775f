"""Whoever waits at the control socket, for events or an answer, hears of them, and of the end."""

from __future__ import annotations

import socket as sockets
import threading
from pathlib import Path
from typing import Any

import pytest

from daemon.client import NotRunning, call, events
from daemon.state import Event
from tests.daemon.fakes import PATIENCE_S, FakeEngine, report
from tests.daemon.serving import serving


def test_events_tell_the_state_and_every_cycle(tmp_path: Path) -> None:
    with serving(tmp_path, FakeEngine()) as (socket, running):
        running.until("ok")
        stream = events(socket)
        assert next(stream) == ("state", {"schema": 1, "state": "ok", "reason": ""})
        running.engine.results = [report("sync", pulled=4)]
        running.ask()
        assert next(stream)[1]["state"] == "syncing"
        name, document = next(stream)
        assert (name, document["pulled"]) == ("cycle", 4)
        assert next(stream)[1]["state"] == "ok"
        stream.close()


def test_streams_end_when_the_daemon_does(tmp_path: Path) -> None:
    with serving(tmp_path, FakeEngine()) as (socket, running):
        running.until("ok")
        stream = events(socket)
        next(stream)
    assert list(stream) == []
    with pytest.raises(NotRunning):
        call(socket, "GET", "/status")


def test_a_reader_that_never_reads_holds_up_nobody(tmp_path: Path) -> None:
    with serving(tmp_path, FakeEngine()) as (socket, running):
        running.until("ok")
        with sockets.socket(sockets.AF_UNIX) as mute:
            mute.connect(str(socket))
            mute.sendall(b"GET /events HTTP/1.1\r\nHost: x\r\nAccept: text/event-stream\r\n\r\n")
            assert mute.recv(10)
            for _ in range(1000):
                running.board.tell(Event("cycle", {"filling": "x" * 4000}))
            assert call(socket, "GET", "/status")[0] == 200
            # The end comes in bounded time although the stream cannot be finished.
            running.loop.stop()
            running.join()


def test_who_waits_for_a_sync_hears_of_the_end(tmp_path: Path) -> None:
    engine = FakeEngine()
    engine.gate = threading.Event()
    answers: list[tuple[int, dict[str, Any]]] = []
    with serving(tmp_path, engine) as (socket, running):
        assert engine.entered.wait(PATIENCE_S)
        asker = threading.Thread(target=lambda: answers.append(call(socket, "POST", "/sync")))
        asker.start()
        assert running.asked.wait(PATIENCE_S)
        running.loop.stop()
        engine.gate.set()
        running.join()
        asker.join(PATIENCE_S)
    ((status, document),) = answers
    assert (status, document["error"]["code"]) == (503, "stopping")
