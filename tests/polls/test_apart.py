"""What pyicloud speaks is asked in a process of its own, and comes out as it would in this one."""

from __future__ import annotations

import ctypes
import errno
import os
import resource
import struct
import threading
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import replace
from functools import partial
from multiprocessing.connection import Pipe
from pathlib import Path
from typing import Any

import pytest

from daemon.polls.apart import Apart, Helper, _Gone
from daemon.polls.helper import serve
from sync.errors import BadResponse, NetworkError, RemindersdError, Throttled
from sync.polls.around import Meanwhile
from sync.polls.asked import CannotPoll, DataQuery, unheard
from sync.polls.contacts import CONTACTS, ContactSource
from sync.polls.devices import DEVICES, DeviceSource
from sync.polls.info import account_items
from sync.remote.account import Account
from sync.remote.limiter import Limiter
from tests.polls.conftest import Bench

SOON_S = 20.0  # nothing waits that long, but for a test that fails
ACCOUNT = Account("ada@example.test", "world", None)


class Here(Helper):
    """A helper in a thread of this process."""

    def __init__(self) -> None:
        self.errands = 0
        self._line, there = Pipe()
        self._thread = threading.Thread(target=self._serve, args=[there], daemon=True)
        self._thread.start()

    def _serve(self, there: Any) -> None:
        with there:
            serve(there)

    def end(self) -> None:
        self._line.close()
        self._thread.join()


class Made:
    """Starts helpers, and counts them; ``slept`` and ``told`` are what they asked for."""

    def __init__(self, kind: Callable[[], Helper], limiter: Limiter) -> None:
        self.started: list[Helper] = []
        self.slept: list[float] = []
        self.told: list[tuple[object, ...]] = []
        self._kind = kind
        self.apart = Apart(ACCOUNT, Path("/nowhere"), limiter, self.slept.append, self._start)

    def ask(self, work: Callable[[Any, Meanwhile], Any]) -> Any:
        return self.apart("contacts", work, lambda *how_far: self.told.append(how_far))

    def _start(self) -> Helper:
        self.started.append(self._kind())
        return self.started[-1]


def paced() -> Limiter:
    return Limiter(lambda: 0.0, lambda _s: None, lambda: 0.0)


@pytest.fixture
def limiter() -> Limiter:
    return paced()


@pytest.fixture
def made(monkeypatch: pytest.MonkeyPatch, limiter: Limiter) -> Iterator[Made]:
    """Helpers that ask nobody: ``work`` gets their session in the place of a service."""
    monkeypatch.setattr("sync.polls.services.ask", lambda session, _key, work: work(session))
    made = Made(Here, limiter)
    with closing(made.apart):
        yield made


# ---- errands; functions of a module, as all that is sent


def answers(_service: Any, meanwhile: Meanwhile) -> dict[str, int]:
    meanwhile.wait(12.0)
    meanwhile.progress(CONTACTS, 1, 2)
    return {"found": 2}


def fails(error: RemindersdError, _service: Any, _: Meanwhile) -> None:
    raise error


def sends(session: Any, _: Meanwhile) -> str:
    session._limiter.wait()
    return "sent"


def is_refused(session: Any, _: Meanwhile) -> float:
    return float(session._limiter.refused(90.0))


def stumbles(_service: Any, _: Meanwhile) -> None:
    raise KeyError("a secret")


def finds_the_disk_full(_service: Any, _: Meanwhile) -> None:
    raise OSError(errno.ENOSPC, "No space left on device")


def keeps_its_memory(_service: Any, _: Meanwhile) -> tuple[object, int]:
    is_dumpable: int = ctypes.CDLL(None).prctl(3, 0, 0, 0, 0)
    return resource.getrlimit(resource.RLIMIT_CORE), is_dumpable


def gives_no_value(_service: Any, _: Meanwhile) -> Any:
    return lambda: None


# ---- what comes of them


def test_one_helper_answers_all_and_asks_us_for_what_it_needs(made: Made) -> None:
    assert [made.ask(answers) for _ in range(3)] == [{"found": 2}] * 3
    assert made.slept == [12.0] * 3
    assert made.told == [(CONTACTS, 1, 2)] * 3
    assert len(made.started) == 1


@pytest.mark.parametrize(
    "error",
    [
        CannotPoll("service-disabled", "Contacts are off", "switch them on"),
        Throttled("wait", "", 90.0),
        BadResponse("nonsense"),
    ],
)
def test_what_goes_wrong_there_is_raised_here_as_it_is(made: Made, error: RemindersdError) -> None:
    with pytest.raises(type(error)) as caught:
        made.ask(partial(fails, error))
    assert vars(caught.value) == vars(error)
    assert made.ask(answers)
    assert len(made.started) == 1


def test_the_pace_is_that_of_the_daemon(made: Made, limiter: Limiter) -> None:
    assert made.ask(sends) == "sent"
    assert made.ask(is_refused) == limiter.waiting_s == 90.0
    with pytest.raises(Throttled):
        made.ask(sends)


@pytest.mark.parametrize("work", [stumbles, gives_no_value])
def test_a_bug_is_told_without_its_words(made: Made, work: Any) -> None:
    with pytest.raises(RuntimeError, match="in the process that asks contacts") as caught:
        made.ask(work)
    assert "secret" not in str(caught.value)
    assert made.ask(answers)


def test_in_the_place_of_one_that_died_another_is_asked_once(
    made: Made, monkeypatch: pytest.MonkeyPatch
) -> None:
    made.ask(answers)
    made.started[0].end()
    made.started[0]._line = Pipe()[0]  # nobody holds the other end
    assert made.ask(answers) == {"found": 2}
    assert len(made.started) == 2
    monkeypatch.setattr(Here, "_serve", lambda _self, there: there.close())
    made.apart._retire(made.started[1], 1)
    with pytest.raises(RemindersdError, match="has ended"):
        made.ask(answers)
    assert len(made.started) == 4


def test_one_that_died_in_the_middle_of_its_answer_has_ended(
    made: Made, monkeypatch: pytest.MonkeyPatch
) -> None:
    def begin(_self: object, there: Any) -> None:
        with there:
            there.recv()
            os.write(there.fileno(), struct.pack("!i", 1000) + b"half of it")

    monkeypatch.setattr(Here, "_serve", begin)
    with pytest.raises(RemindersdError, match="has ended"):
        made.ask(answers)
    assert len(made.started) == 2


def test_a_full_disk_there_is_told_as_one(made: Made) -> None:
    with pytest.raises(RemindersdError, match="No space left on device") as caught:
        made.ask(finds_the_disk_full)
    assert caught.value.hint == "make room on the disk"


@pytest.mark.parametrize(
    ("error", "said"),
    [
        (BlockingIOError(errno.EAGAIN, "Resource temporarily unavailable"), "cannot be started: R"),
        (FileNotFoundError(errno.ENOENT, "No such file", "/gone/python"), "/gone/python: No such"),
    ],
)
def test_what_cannot_be_started_says_why(limiter: Limiter, error: OSError, said: str) -> None:
    def start() -> Helper:
        raise error

    with pytest.raises(RemindersdError, match=said) as caught:
        Made(start, limiter).ask(answers)
    assert caught.value.hint


def test_whoever_stops_the_poll_stops_it_there(made: Made) -> None:
    def stop(*_: object) -> None:
        raise NetworkError("remindersd is stopping")

    with pytest.raises(NetworkError, match="stopping"):
        made.apart("contacts", answers, stop)


class Stuck(Helper):
    """Asks a service that never answers."""

    def __init__(self) -> None:
        self.errands = 0
        self.asked, self.killed, self.ended = (threading.Event() for _ in range(3))

    def carry_out(self, _errand: object, _calls: object) -> tuple[str, Any]:
        self.asked.set()
        assert self.killed.wait(SOON_S)
        raise _Gone("it has ended")

    def kill(self) -> None:
        self.killed.set()

    def end(self) -> None:
        self.ended.set()


def test_the_end_of_the_daemon_is_that_of_one_that_is_being_asked(limiter: Limiter) -> None:
    made, caught = Made(Stuck, limiter), []

    def ask() -> None:
        try:
            made.ask(answers)
        except RemindersdError as error:
            caught.append(error)

    thread = threading.Thread(target=ask)
    thread.start()
    while not made.started:
        thread.join(0.01)
    (helper,) = made.started
    assert isinstance(helper, Stuck)
    assert helper.asked.wait(SOON_S)
    made.apart.close()
    thread.join(SOON_S)
    assert helper.ended.is_set()
    assert len(caught) == len(made.started) == 1


def test_nothing_is_asked_once_the_daemon_ends(made: Made) -> None:
    made.apart.close()
    with pytest.raises(RemindersdError, match="has ended"):
        made.ask(answers)
    for helper in made.started:
        assert isinstance(helper, Here)
        assert not helper._thread.is_alive()


def test_one_that_nobody_asks_any_more_ends(made: Made) -> None:
    made.ask(answers)
    (helper,) = made.started
    made.apart._retire(helper, 0)  # for an answer of before
    made.ask(answers)
    assert len(made.started) == 1
    made.apart._retire(helper, 2)
    assert isinstance(helper, Here)
    assert not helper._thread.is_alive()
    made.ask(answers)
    assert len(made.started) == 2


def test_a_process_of_its_own_gives_what_this_one_would(bench: Bench) -> None:
    around, session = bench.around, bench.session()
    started: list[Helper] = []

    def start() -> Helper:
        started.append(Helper())
        return started[-1]

    directory = bench.home / "state" / "remindersd" / "polls" / "session"
    apart = Apart(session.account, directory, around.limiter, bench.wait, start)
    there = replace(around, elsewhere=apart)
    with closing(apart):
        contacts = ContactSource(there).items(DataQuery(CONTACTS), unheard)
        devices = DeviceSource(there, lambda: 86_400.0).items(DataQuery(DEVICES), unheard)
        info = account_items(there, ACCOUNT.apple_id)
        assert there.ask("contacts", keeps_its_memory) == ((0, 0), 0)  # a core has secrets in it
    assert len(started) == 1
    assert started[0]._process.returncode == 0
    assert bench.waits  # for devices that were woken
    assert contacts == ContactSource(around).items(DataQuery(CONTACTS), unheard)
    assert len(devices) == len(bench.store.devices.devices()) > 0
    assert info == account_items(around, ACCOUNT.apple_id)
