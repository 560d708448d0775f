"""Polls of a running daemon: when they happen, what failures do, and that they end."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from daemon.compose import new_limiter
from daemon.polls.helper import DONE, Errand
from daemon.polls.polling import AGAIN_S, FIRST_S, Polling, _due_at
from daemon.process.worker import Worker
from daemon.running.schedule import PollClock
from daemon.settings.config import load_config
from store.db import Store
from store.polled.states import PollState
from sync.errors import NetworkError, RemindersdError
from sync.polls.asked import CannotPoll, DataQuery, Progress
from sync.polls.downloading import Downloaded
from sync.polls.roster import SERVICES
from tests.daemon.fakes import PATIENCE_S

NOW = 1_800_000_000.0
CONFIG = """\
profile: polls
account: {{apple_id: ada@example.test, password_command: [cat, /nowhere]}}
folder: {folder}
polls:
  calendar: {{every: 5m}}
"""


def state(tried_s: float, error: str | None = None) -> PollState:
    return PollState("photos", int(tried_s * 1000), None, error, None)


@pytest.mark.parametrize(
    ("before", "at"),
    [
        (None, NOW + FIRST_S),
        (state(NOW - 600), NOW + 3000),
        (state(NOW - 99_999), NOW + FIRST_S),
        (state(NOW + 600), NOW + FIRST_S),
        (state(NOW - 600, "network"), NOW + FIRST_S),
        (state(NOW - 600, "sign-in"), NOW + FIRST_S),
        (state(NOW - 600, "service-disabled"), NOW + 3000),
    ],
)
def test_what_was_missed_is_polled_soon_and_the_rest_when_it_is_due(
    before: PollState | None, at: float
) -> None:
    assert _due_at(before, 3600.0, NOW) == at


@contextmanager
def polling(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Polling]:
    """Polls over a mirror that one thread owns, none of which happens by itself."""
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    source = tmp_path / "config.yaml"
    source.write_text(CONFIG.format(folder=tmp_path / "Todo"))
    lock = threading.Lock()

    def lend(work: Callable[[Store], Any]) -> Future[Any]:
        answer: Future[Any] = Future()
        try:
            with lock, Store.open(tmp_path / "mirror.sqlite") as store:
                answer.set_result(work(store))
        except RemindersdError as error:
            answer.set_exception(error)
        return answer

    made = Polling(load_config(source), lend, new_limiter())
    made._clock.start()
    try:
        yield made
    finally:
        made.stop()


def failing(made: Polling, monkeypatch: pytest.MonkeyPatch, *errors: RemindersdError) -> list[str]:
    """Let the next polls fail so, and the later ones succeed; what was polled."""
    left, polled = list(errors), []

    def refresh(service: str, progress: Progress) -> None:
        polled.append(service)
        progress("x", 1, 2)
        if left:
            raise left.pop(0)

    monkeypatch.setattr(made.roster, "refresh", refresh)
    return polled


def test_each_service_is_planned_by_its_own_key(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with polling(tmp_path, monkeypatch) as made:
        made._begin()
        told = made.document()
        assert set(told) == set(SERVICES)
        every = {name: entry["every_s"] for name, entry in told.items()}
        assert every == {
            "photos": 21_600,
            "contacts": 43_200,
            "devices": 3600,
            "calendar": 300,
            "notes": None,
        }
        assert told["notes"]["next_run"] is None
        assert all(told[name]["next_run"] for name in SERVICES if name != "notes")


def test_one_failure_stops_no_other_and_is_told_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO, "daemon.polls.polling")
    off = CannotPoll("service-disabled", "iCloud Photos is switched off", "switch it on")
    with polling(tmp_path, monkeypatch) as made:
        polled = failing(made, monkeypatch, off, off)
        for service in ("photos", "photos", "contacts", "photos"):
            made._poll(service)
        assert polled == ["photos", "photos", "contacts", "photos"]
    assert [record.getMessage() for record in caplog.records] == [
        "photos: iCloud Photos is switched off (switch it on)",
        "photos: polled again",
    ]


def test_what_passes_by_itself_is_tried_again_before_its_time(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with polling(tmp_path, monkeypatch) as made:
        made._begin()
        again: list[tuple[str, float]] = []
        monkeypatch.setattr(made._clock, "again", lambda name, in_s: again.append((name, in_s)))
        failing(made, monkeypatch, *[NetworkError("the line is dead")] * 2)
        for service in ("photos", "calendar", "photos"):
            made._poll(service)
        assert again == [("photos", AGAIN_S), ("calendar", 300.0)]


def test_whoever_asks_is_told_what_went_wrong(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with polling(tmp_path, monkeypatch) as made:
        # Nobody is signed in, and a poll signs nobody in.
        with pytest.raises(RemindersdError) as refused:
            made.items(DataQuery("icpl.photos")).result(PATIENCE_S)
        assert refused.value.exit_code == 11
        assert made.document()["photos"]["error"] == "sign-in"


def test_pyicloud_is_asked_in_another_process(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[str] = []

    class Elsewhere:
        errands = 0

        def carry_out(self, errand: Errand, _calls: object) -> tuple[str, list[object]]:
            asked.append(errand.key)
            return DONE, []

        def end(self) -> None:
            asked.append("ended")

    monkeypatch.setattr("daemon.polls.apart.Helper", Elsewhere)
    with polling(tmp_path, monkeypatch) as made:
        assert made.items(DataQuery("mme_contacts.contacts")).result(PATIENCE_S) == []
    assert asked == ["contacts", "ended"]


def test_whoever_asks_beside_a_poll_sees_how_far_that_is(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with polling(tmp_path, monkeypatch) as made:
        with made._under_way("photos"):
            made._heard("photos")("icpl.photos", 1, 2)
            with made._under_way("photos", is_asked=True):
                assert made.document()["photos"]["progress"] == {"done": 1, "total": 2}
        assert made.document()["photos"]["progress"] is None


def test_a_poll_under_way_ends_with_the_daemon(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with polling(tmp_path, monkeypatch) as made:
        made._ended.set()
        with pytest.raises(NetworkError, match="stopping"):
            made._wait(30.0)
        with pytest.raises(NetworkError, match="stopping"):
            made._heard("photos")("icpl.photos", 1, None)


def test_the_clock_calls_with_the_name_and_takes_another_plan() -> None:
    came: list[str] = []
    called = threading.Event()

    def due(name: str) -> None:
        came.append(name)
        called.set()

    clock = PollClock(due)
    clock.start()
    try:
        clock.plan("photos", 3600.0, NOW * 2)
        assert clock.next_run("photos") == NOW * 2
        clock.plan("photos", None, NOW)
        assert clock.next_run("photos") is None
        clock.plan("notes", 3600.0, NOW * 2)
        clock.again("notes", 0.0)
        clock.again("photos", 0.0)
        assert called.wait(PATIENCE_S)
        assert came == ["notes"]
    finally:
        clock.stop()


def test_photos_are_downloaded_after_each_poll_of_them_where_a_folder_is_set(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO, "daemon.polls.polling")
    with polling(tmp_path, monkeypatch) as made:
        failing(made, monkeypatch)
        done = Downloaded("/pictures", 2, 10, ("2020/09/a.jpg: gone",))
        monkeypatch.setattr(made.roster, "download", lambda _heard: done)
        made._poll("photos")
        assert caplog.records == []
        text = (tmp_path / "config.yaml").read_text()
        photos = f"  photos: {{download: {tmp_path / 'Pictures'}}}\n"
        (tmp_path / "config.yaml").write_text(text + photos)
        made.adopt(load_config(tmp_path / "config.yaml"))
        made._poll("contacts")
        made._poll("photos")
    assert [record.getMessage() for record in caplog.records] == [
        "photos: 2 files downloaded",
        "photos: 2020/09/a.jpg: gone",
    ]


def test_a_bug_in_a_poll_is_named_and_stops_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    with polling(tmp_path, monkeypatch) as made:

        def refresh(service: str, progress: Progress) -> None:
            raise KeyError("a secret")

        monkeypatch.setattr(made.roster, "refresh", refresh)
        made._due("photos")
        done = made._worker("photos").do(lambda: 1)
        assert done.result(PATIENCE_S) == 1
    assert [record.getMessage() for record in caplog.records] == ["polls: this is a bug: KeyError"]


def test_two_who_ask_for_a_service_at_once_get_one_worker(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with polling(tmp_path, monkeypatch) as made:
        asked: list[threading.Thread] = []
        found: list[Worker] = []

        class Slow(Worker):
            """While it is made, somebody else asks for the same."""

            def __init__(self, name: str) -> None:
                if not asked:
                    asked.append(threading.Thread(target=lambda: found.append(made._worker("x"))))
                    asked[0].start()
                    while asked[0].is_alive() and not made._hiring.locked():
                        asked[0].join(0.01)
                super().__init__(name)

        monkeypatch.setattr("daemon.polls.polling.Worker", Slow)
        found.append(made._worker("x"))
        asked[0].join(PATIENCE_S)
        assert len(found) == 2
        assert found[0] is found[1]
        mine = [one for one in threading.enumerate() if one.name == "polls-x"]
        assert len(mine) == 1
