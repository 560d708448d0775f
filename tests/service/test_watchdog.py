"""Systemd's watchdog is fed by what moves, and by nothing else; systemd is a socket of ours."""

from __future__ import annotations

import logging
import os
import queue
import socket
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from daemon.running.pulse import Pulses
from daemon.running.watchdog import LOOK_S, Watchdog
from daemon.systemd.notify import Notifier, Phase
from tests.daemon.fakes import PATIENCE_S, FakeEngine, Running, config

FED = "WATCHDOG=1"


class Clock:
    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


class Systemd:
    """A socket that is told, on a path or in the abstract namespace."""

    def __init__(self, tmp_path: Path, *, abstract: bool = False) -> None:
        name = f"remindersd-watchdog-{os.getpid()}" if abstract else str(tmp_path / "notify")
        self.socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self.socket.bind(f"\0{name}" if abstract else name)
        self.environment = {"NOTIFY_SOCKET": f"@{name}" if abstract else name}

    def heard(self) -> list[str]:
        """What has come since the last time."""
        found = []
        self.socket.setblocking(False)
        try:
            while True:
                found.append(self.socket.recv(500).decode())
        except BlockingIOError:
            return found

    def next(self) -> str:
        """What comes next."""
        self.socket.settimeout(PATIENCE_S)
        return self.socket.recv(500).decode()


@pytest.fixture(params=[False, True], ids=["path", "abstract"])
def systemd(tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[Systemd]:
    made = Systemd(tmp_path, abstract=request.param)
    yield made
    made.socket.close()


class Stage:
    """A watchdog that looks when a test says so, and a clock that the test moves."""

    def __init__(self, systemd: Systemd, usec: str | None = "120000000") -> None:
        self.clock = Clock()
        self.pulses = Pulses(self.clock)
        self.notifier = Notifier(systemd.environment)
        environment = {**systemd.environment, **({} if usec is None else {"WATCHDOG_USEC": usec})}
        self.watchdog = Watchdog(self.pulses, self.notifier, environment, self.clock)
        self._systemd = systemd

    def look_after(self, seconds: float) -> list[str]:
        self.clock.now += seconds
        self.watchdog.look()
        return self._systemd.heard()


def at_once(work: Callable[[], None]) -> None:
    work()


def never(_work: Callable[[], None]) -> None:
    """A worker that hangs."""


def test_it_is_fed_while_all_answer(systemd: Systemd) -> None:
    stage = Stage(systemd)
    stage.notifier.ready()
    stage.pulses.add("one", at_once, 60)
    stage.pulses.add("other", at_once, 60)
    assert stage.look_after(0) == ["READY=1", FED]
    assert [stage.look_after(40) for _ in range(50)] == [[FED]] * 50
    assert stage.watchdog.every_s == 40.0


def test_a_worker_that_hangs_longer_than_its_allowance_stops_the_feeding(
    systemd: Systemd, caplog: pytest.LogCaptureFixture
) -> None:
    stage = Stage(systemd)
    stage.notifier.ready()
    stage.pulses.add("one", at_once, 60)
    stage.pulses.add("the control loop", never, 100)
    assert stage.look_after(40) == ["READY=1", FED]
    assert stage.look_after(40) == [FED]
    told = "the control loop has not moved for 120 s"
    assert stage.look_after(40) == [f"STATUS=hangs: {told}"]
    assert stage.look_after(40) == []
    assert caplog.messages == [f"watchdog: {told}"]  # once


def test_what_works_for_long_is_no_hang_as_long_as_it_makes_steps(systemd: Systemd) -> None:
    stage = Stage(systemd)
    stage.notifier.ready()
    pulse = stage.pulses.add("the control loop", never, 100)
    pulse.beat()  # which says that it is this thread
    for _ in range(20):
        stage.pulses.step("swap:exchange")
        assert FED in stage.look_after(40)
    assert FED in stage.look_after(40)
    assert FED not in stage.look_after(40)


def test_steps_of_another_thread_are_not_those_of_the_one_that_hangs(systemd: Systemd) -> None:
    stage = Stage(systemd)
    stage.notifier.ready()
    stage.pulses.add("the control loop", never, 100).beat()
    other = stage.pulses.add("polls of photos", never, 1000)

    def work() -> None:
        other.beat()
        stage.pulses.step()

    stage.look_after(40)
    stage.look_after(40)
    thread = threading.Thread(target=work)
    thread.start()
    thread.join()
    assert other.beats == 2
    assert FED not in stage.look_after(40)


def test_who_waits_for_another_worker_is_excused(systemd: Systemd) -> None:
    stage = Stage(systemd)
    stage.notifier.ready()
    stage.pulses.add("polls of photos", never, 100).beat()
    with stage.pulses.excused():
        for _ in range(10):
            assert FED in stage.look_after(40)
    assert FED in stage.look_after(40)  # its time begins when it goes on
    assert [FED in stage.look_after(40) for _ in range(2)] == [True, False]


def test_a_watchdog_that_was_frozen_itself_judges_nobody_by_that_time(systemd: Systemd) -> None:
    stage = Stage(systemd)
    stage.notifier.ready()
    worker: queue.SimpleQueue[Callable[[], None]] = queue.SimpleQueue()
    stage.pulses.add("one", worker.put, 60)
    stage.look_after(40)
    assert stage.look_after(5000) == [FED]
    assert worker.qsize() == 1  # an answer that is owed is not asked for again
    worker.get()()
    assert stage.look_after(40) == [FED]
    assert worker.qsize() == 1


def test_a_start_and_a_stop_have_more_time_only_while_something_moves(systemd: Systemd) -> None:
    stage = Stage(systemd, usec=None)
    more = "EXTEND_TIMEOUT_USEC=60000000"
    pulse = stage.pulses.add("the control loop", never, 1000)
    assert stage.watchdog.every_s == LOOK_S
    pulse.beat()
    assert stage.look_after(15) == [more]
    assert stage.look_after(15) == []  # nothing has moved
    stage.notifier.ready()
    pulse.beat()
    assert stage.look_after(15) == ["READY=1"]
    assert stage.watchdog.every_s is None
    stage.notifier.stopping()
    assert stage.watchdog.every_s == LOOK_S
    pulse.beat()
    assert stage.look_after(15) == ["STOPPING=1", more]
    assert stage.look_after(15) == []


def test_a_hang_is_given_no_more_time_whatever_else_moves(systemd: Systemd) -> None:
    stage = Stage(systemd, usec=None)
    stage.pulses.add("the control loop", never, 10)
    stage.pulses.add("one", at_once, 60)
    stage.look_after(15)
    assert not any("EXTEND" in said for said in stage.look_after(15))


@pytest.mark.parametrize("usec", ["", "x", "0", "-5"])
def test_what_is_no_time_watches_nothing(tmp_path: Path, usec: str) -> None:
    systemd = Systemd(tmp_path)
    stage = Stage(systemd, usec=usec)
    stage.notifier.ready()
    assert stage.look_after(0) == ["READY=1"]
    systemd.socket.close()


def test_a_watchdog_for_another_process_is_not_ours(tmp_path: Path) -> None:
    environment = {"WATCHDOG_USEC": "3000000", "WATCHDOG_PID": str(os.getpid() + 1)}
    notifier = Notifier({})
    notifier.ready()
    assert Watchdog(Pulses(), notifier, environment).every_s is None
    environment["WATCHDOG_PID"] = str(os.getpid())
    assert Watchdog(Pulses(), notifier, environment).every_s == 1.0


def test_a_stop_is_told_while_the_cycle_goes_on(systemd: Systemd, tmp_path: Path) -> None:
    """The loop is in the middle of a cycle, as it is when a long one is interrupted."""
    engine = FakeEngine()
    engine.gate = threading.Event()
    notifier = Notifier(systemd.environment)
    watchdog = Watchdog(Pulses(), notifier, systemd.environment)
    watchdog.start()
    with Running(config(tmp_path), engine, notifier=notifier) as running:
        assert engine.entered.wait(PATIENCE_S)
        watchdog.then(running.loop.stop)()
        said = [systemd.next()]
        while said[-1] != "STOPPING=1":
            said.append(systemd.next())
        assert not engine.calls  # it is still in it
        assert said[0] == "READY=1"
        engine.gate.set()
    watchdog.stop()
    assert "STOPPING=1" not in systemd.heard()  # said once
    assert notifier.phase is Phase.STOPPING


def test_a_loop_whose_engine_hangs_starves_the_watchdog_and_one_that_answers_feeds_it(
    systemd: Systemd, tmp_path: Path
) -> None:
    engine = FakeEngine()
    engine.gate = threading.Event()
    stage = Stage(systemd)
    with Running(config(tmp_path), engine, notifier=stage.notifier) as running:
        assert engine.entered.wait(PATIENCE_S)
        pulse = stage.pulses.add("the control loop", running.loop.soon, 60)
        assert FED in stage.look_after(40)
        assert FED not in stage.look_after(40)
        engine.gate.set()
        running.until("ok")
        moved = threading.Event()
        running.loop.soon(moved.set)
        assert moved.wait(PATIENCE_S)
        assert pulse.beats == 1
        assert FED in stage.look_after(1)


def test_nobody_to_tell_starts_no_thread(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    before = threading.active_count()
    watchdog = Watchdog(Pulses(), Notifier({}), {"WATCHDOG_USEC": "1000000"})
    watchdog.start()
    assert threading.active_count() == before
    watchdog.stop()
