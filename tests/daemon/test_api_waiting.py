"""Whoever waits at the control socket, for events or an answer, hears of them, and of the end."""

from __future__ import annotations

import socket as sockets
import threading
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest

from daemon.control import streaming
from daemon.control.client import NotRunning, call, events
from daemon.running.agenda import Kind
from daemon.running.feed import KEPT, Event, Feed
from daemon.running.happened import Happened
from daemon.running.state import State
from daemon.running.steps import Progress
from store.activity.journal import HistoryRow
from store.db import Store
from store.model import Field
from sync.core.actions import Conflict, Hold, HoldKind
from sync.core.merging.merge import Side
from sync.cycle.gauge import Phase
from sync.errors import NetworkError
from tests.daemon.fakes import PATIENCE_S, FakeEngine, Running, config, report
from tests.daemon.serving import serving
from tests.store.samples import a_list, reminder


def test_events_tell_the_state_and_what_runs_do(tmp_path: Path) -> None:
    with serving(tmp_path, FakeEngine()) as (socket, running):
        running.until("ok")
        stream = events(socket)
        assert next(stream) == ("state", {"schema": 1, "state": "ok", "reason": ""})
        hold = Hold("A", HoldKind.DELETIONS, "six at once")
        conflict = Conflict("B", Field.TITLE, "b", "c", Side.CLOUD)
        running.engine.results = [report("sync", pulled=4, conflicts=[conflict], new_holds=[hold])]
        running.ask()
        told = [next(stream) for _ in range(6)]
        assert [name for name, _ in told] == ["state", "run", "cycle", "conflict", "held", "run"]
        assert (told[0][1]["state"], told[1][1]["phase"]) == ("syncing", "started")
        assert told[2][1]["pulled"] == 4
        assert (told[3][1]["id"], told[4][1]["reason"]) == ("B", "six at once")
        assert (told[5][1]["phase"], told[5][1]["result"]) == ("ended", "attention")
        assert next(stream)[1]["state"] == "ok"
        stream.close()


def test_a_cycle_with_nothing_to_do_changes_no_state(tmp_path: Path) -> None:
    with Running(config(tmp_path), FakeEngine()) as running:
        running.until("ok")
        running.events.queue.clear()
        running.loop.want(Kind.TIMER)
        assert running.events.get(timeout=PATIENCE_S).name == "cycle"
    assert running.events.empty()


def test_one_with_work_to_do_says_so_when_it_comes_to_that(tmp_path: Path) -> None:
    engine = FakeEngine()
    with Running(config(tmp_path), engine) as running:
        running.until("ok")
        running.events.queue.clear()
        engine.steps = ["engine:pull", "commit:page:before", "commit:page:after", "swap:write"]
        engine.on_step = running.loop.stepped
        engine.results = [report("timer", pulled=1)]
        running.loop.want(Kind.TIMER)
        names = [running.events.get(timeout=PATIENCE_S).name for _ in range(5)]
    assert names == ["state", "run", "cycle", "run", "state"]


def test_how_far_it_is_is_known_while_it_works(tmp_path: Path) -> None:
    engine, seen = FakeEngine(), []
    with Running(config(tmp_path), engine) as running:
        running.until("ok")
        running.events.queue.clear()

        def step(name: str) -> None:
            running.loop.stepped(name)
            if name == "commit:page:after":
                running.loop.gauged(Phase.PULL, 40, None)
            seen.append(running.board.status.progress)

        engine.steps = ["engine:pull", "commit:page:before", "commit:page:after"]
        engine.on_step = step
        engine.results = [report("timer", pulled=1)]
        running.loop.want(Kind.TIMER)
        while running.events.get(timeout=PATIENCE_S).name != "cycle":
            pass
        begun, counted = Progress("reading iCloud"), Progress("reading iCloud, 40 records", 40)
        assert seen == [begun, begun, counted]
    assert running.board.status.progress is None


def test_what_was_told_to_begin_is_told_to_end(tmp_path: Path) -> None:
    engine = FakeEngine()
    with Running(config(tmp_path), engine) as running:
        running.until("ok")
        for result, told in ((report("sync"), "done"), (NetworkError("no route"), "failed")):
            running.events.queue.clear()
            engine.results = [result]
            running.ask().exception(PATIENCE_S)
            runs = [one.data for one in list(running.events.queue) if one.name == "run"]
            assert [one["phase"] for one in runs] == ["started", "ended"]
            assert runs[1]["result"] == told


def test_each_change_of_a_run_is_told_once(tmp_path: Path) -> None:
    with Store.open(tmp_path / "mirror.db") as store:
        happened = Happened(lambda work: work(store))
        with store.commit("fill"):
            store.mirror.put([a_list("HOME"), reminder("MILK", title="Milk")])
            run = store.journal.start("files", 1)
            row = HistoryRow(run, 1, "cloud", "MILK", "title", "Mlk", "Milk")
            store.journal.record([row])
        cycle = report("files", pushed=1, run=run)
        first = list(happened.events_of(cycle, begun=True))
        assert [one.name for one in first] == ["reminder", "run"]
        told = {"title": "Milk", "list": "Home", "fields": ["title"], "sides": ["cloud"]}
        assert told.items() <= first[0].data.items()
        again = list(happened.events_of(cycle, begun=True))
        assert [one.name for one in again] == ["run"]


def _lines(socket: Path, last: str, count: int) -> list[bytes]:
    """So many events of a stream that goes on after ``last``, as they are on the wire."""
    with sockets.socket(sockets.AF_UNIX) as peer:
        peer.settimeout(PATIENCE_S)
        peer.connect(str(socket))
        asked = f"Accept: text/event-stream\r\nLast-Event-ID: {last}\r\n\r\n"
        peer.sendall(b"GET /events HTTP/1.1\r\nHost: x\r\n" + asked.encode())
        found = b""
        while found.count(b"\ndata: ") < count:
            found += peer.recv(65_536)
    return [line for line in found.splitlines() if line.startswith((b"id: ", b"event: "))]


def test_who_was_cut_off_goes_on_where_that_was(tmp_path: Path) -> None:
    with serving(tmp_path, FakeEngine()) as (socket, running):
        running.until("ok")
        for number in (1, 2, 3):
            running.board.tell(Event("cycle", {"number": number}))
        last = running.events.queue[-1].id
        first = running.events.queue[-3].id
        assert _lines(socket, first, 2)[1::2] == [b"event: cycle", b"event: cycle"]
        assert _lines(socket, first, 2)[2] == b"id: " + last.encode()
        for unknown in ("x-1", "0-999", "nonsense", "0-"):
            assert _lines(socket, unknown, 2) == [b"event: missed", b"event: state"]


def test_only_the_latest_events_are_kept() -> None:
    feed = Feed("p")
    ids = [feed.add(Event("cycle")).id for _ in range(KEPT + 10)]
    assert feed.since(ids[0]) is None
    assert [one.id for one in feed.since(ids[-3]) or ()] == ids[-2:]
    assert feed.since(ids[-1]) == []
    assert len(feed.since(ids[9]) or ()) == KEPT


def test_a_silent_stream_says_now_and_then_that_it_lives(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(streaming, "HEARTBEAT_S", 0.01)
    with serving(tmp_path, FakeEngine()) as (socket, running):
        running.until("ok")
        with sockets.socket(sockets.AF_UNIX) as peer:
            peer.settimeout(PATIENCE_S)
            peer.connect(str(socket))
            peer.sendall(b"GET /events HTTP/1.1\r\nHost: x\r\nAccept: text/event-stream\r\n\r\n")
            found = b""
            while found.count(b": still here\n\n") < 2:
                found += peer.recv(65_536)


def test_streams_end_when_the_daemon_does(tmp_path: Path) -> None:
    with serving(tmp_path, FakeEngine()) as (socket, running):
        running.until("ok")
        stream = events(socket)
        next(stream)
    assert list(stream) == []
    with pytest.raises(NotRunning):
        call(socket, "GET", "/status")


def test_a_reader_that_never_reads_holds_up_nobody_and_is_cut_off(tmp_path: Path) -> None:
    with serving(tmp_path, FakeEngine()) as (socket, running):
        running.until("ok")
        with sockets.socket(sockets.AF_UNIX) as mute:
            mute.settimeout(PATIENCE_S)
            mute.connect(str(socket))
            mute.sendall(b"GET /events HTTP/1.1\r\nHost: x\r\nAccept: text/event-stream\r\n\r\n")
            # Its headers come before anybody listens for it, its first event does not.
            begun = b""
            while b"event: state" not in begun:
                begun += mute.recv(10)
            for _ in range(1000):
                running.board.tell(Event("cycle", {"filling": "x" * 4000}))
            assert call(socket, "GET", "/status")[0] == 200
            # What was on its way comes, and then the end: nothing is kept for it any more.
            with suppress(ConnectionResetError):
                while mute.recv(65_536):
                    pass
        assert running.board.status.state is State.OK


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
