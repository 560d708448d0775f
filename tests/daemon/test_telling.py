"""Hooks get what happened, in order and without secrets; the desktop what a person can help."""

from __future__ import annotations

import json
import logging
import os
import queue
import sys
from collections.abc import Iterator
from concurrent.futures import Future
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from daemon.process.bus import NoBus
from daemon.process.worker import Worker
from daemon.reminding.desktop import Notice
from daemon.reminding.hooks import Hooks
from daemon.reminding.telling import Telling
from daemon.running.outcome import Failure, Outcome
from daemon.running.state import State
from store.activity.attention import Hold
from store.activity.outbox import Intent
from store.db import Store
from tests.daemon.fakes import PATIENCE_S, FakeEngine, Running, config, report
from tests.rig import lay_out
from tests.store.samples import reminder

SIGN_IN = Outcome(Failure("sign-in", "a code is needed", "run login", State.SIGN_IN))
CUT = Outcome(Failure("network", "no network", "", State.OFFLINE))
WELL = Outcome()

KEEP = "import sys; open(sys.argv[1], 'ab').write(sys.stdin.buffer.read() + b'\\n')"


def keeps(path: Path) -> list[str]:
    """A command that keeps what it is given."""
    return [sys.executable, "-S", "-c", KEEP, str(path)]


class Shows:
    def __init__(self) -> None:
        self.heard: queue.Queue[tuple[str, Any]] = queue.Queue()
        self.present = True

    def show(self, notice: Notice) -> None:
        if not self.present:
            raise NoBus("none")
        self.heard.put(("shown", notice))

    def take_back(self, about: str) -> None:
        self.heard.put(("gone", about))

    def next(self) -> Any:
        return self.heard.get(timeout=PATIENCE_S)


class Ran:
    """Hooks that only remember."""

    def __init__(self) -> None:
        self.documents: queue.Queue[dict[str, Any]] = queue.Queue()

    def run(self, _event: str, document: dict[str, Any]) -> None:
        self.documents.put(document)

    def stop(self) -> None:
        """Nothing runs."""


class Stage:
    def __init__(self, path: Path) -> None:
        self.path, self.shows, self.ran = path, Shows(), Ran()
        self.owner = Worker("owner")
        lay_out(path)
        self.store = self.owner.do(lambda: Store.open(path)).result()

    def lend(self, work: Any) -> Future[Any]:
        return self.owner.do(lambda: work(self.store))

    def within(self, write: Any) -> None:
        def work() -> None:
            with self.store.commit("test"):
                write(self.store)

        self.owner.do(work).result()

    @contextmanager
    def running(self, **values: Any) -> Iterator[Telling]:
        settings = config(self.path.parent, **values)
        one = Telling(settings, self.lend, self.shows, self.ran, clock=lambda: 1_000_000.0)  # type: ignore[arg-type]
        one.start()
        try:
            yield one
        finally:
            one.stop()

    def events(self, count: int) -> list[str]:
        return [self.ran.documents.get(timeout=PATIENCE_S)["event"] for _ in range(count)]


@pytest.fixture
def stage(tmp_path: Path) -> Iterator[Stage]:
    made = Stage(tmp_path / "state" / "mirror.db")
    yield made
    made.owner.do(made.store.close).result()
    made.owner.close(PATIENCE_S)


def test_a_cycle_without_news_wakes_nobody(stage: Stage) -> None:
    settings = config(stage.path.parent)
    telling = Telling(settings, stage.lend, stage.shows, stage.ran)  # type: ignore[arg-type]
    for outcome, woken in ((WELL, False), (SIGN_IN, True)):
        telling.heard(outcome)
        stage.owner.do(lambda: None).result()  # behind what was lent
        assert telling._inbox.empty() != woken


def test_hooks_hear_of_everything_once_in_order_and_over_restarts(stage: Stage) -> None:
    with stage.running() as telling:
        for outcome in (SIGN_IN, SIGN_IN, WELL, WELL, CUT, CUT):
            telling.heard(outcome)
        assert stage.events(3) == ["sign-in", "recovered", "failing"]
    with stage.running() as telling:
        for outcome in (CUT, WELL):
            telling.heard(outcome)
        assert stage.events(1) == ["recovered"]


def test_a_hook_is_told_what_happened_and_whose_profile_it_is(stage: Stage) -> None:
    with stage.running() as telling:
        telling.heard(SIGN_IN)
        document = stage.ran.documents.get(timeout=PATIENCE_S)
    assert document == {
        "schema": 1,
        "event": "sign-in",
        "at": "1970-01-12T13:46:40+00:00",
        "profile": "default",
        "account": "you@example.com",
        "sentence": "a code is needed",
        "hint": "run login",
        "error": {"code": "sign-in", "message": "a code is needed", "hint": "run login"},
        "state": "sign-in",
    }


def test_what_waits_for_a_person_is_told_with_its_names(stage: Stage) -> None:
    def fill(store: Store) -> None:
        store.mirror.put([reminder("MILK", title="Milk")])
        store.attention.add_conflict("MILK", "title", "Milk", "Oat", "file", 5)
        store.attention.set_holds(
            [Hold("k", "deletions", "MILK", "six at once", 5), Hold("g", "grace", "X", "soon", 5)]
        )
        store.outbox.add([Intent("MILK", "update", {})])
        (queued,) = store.outbox.queued()
        store.outbox.park(queued.seq, "no", 5)

    stage.within(fill)
    with stage.running() as telling:
        telling.heard(WELL)
        held, conflict, parked = (stage.ran.documents.get(timeout=PATIENCE_S) for _ in range(3))
        assert [one["title"] for one in held["held"]] == ["Milk"]
        assert conflict["conflicts"][0]["loser"] == "Oat"
        assert parked["parked"][0]["reason"] == "no"
        shown = [stage.shows.next()[1] for _ in range(3)]
        assert shown[1].body == "1 conflict: “Milk”. see `remindersd conflicts`"
        telling.heard(WELL)
        telling.heard(CUT)
        assert stage.events(1) == ["failing"]


def test_the_desktop_shows_what_a_person_can_help_until_it_is_over(stage: Stage) -> None:
    with stage.running() as telling:
        telling.heard(CUT)
        telling.heard(SIGN_IN)
        what, notice = stage.shows.next()
        assert (what, notice.title) == ("shown", "remindersd: sign-in needed")
        telling.heard(WELL)
        assert stage.shows.next() == ("gone", "daemon:sign-in")


def test_without_a_desktop_it_is_shown_when_there_is_one_and_still_true(stage: Stage) -> None:
    stage.shows.present = False
    with stage.running() as telling:
        telling.heard(SIGN_IN)
        assert stage.events(1) == ["sign-in"]
        stage.shows.present = True
        telling.heard(SIGN_IN)
        assert stage.shows.next()[1].title == "remindersd: sign-in needed"
        stage.shows.present = False
        telling.heard(WELL)
        telling.heard(SIGN_IN)
        telling.heard(WELL)
        assert stage.events(3) == ["recovered", "sign-in", "recovered"]
        stage.shows.present = True
        telling.heard(WELL)
    kinds = [what for what, _ in list(stage.shows.heard.queue)]
    assert "shown" not in kinds


def test_the_desktop_can_be_left_alone(stage: Stage) -> None:
    with stage.running(notify={"problems": False}) as telling:
        telling.heard(SIGN_IN)
        assert stage.events(1) == ["sign-in"]
    assert stage.shows.heard.empty()


def test_the_loop_says_how_each_cycle_ended(tmp_path: Path) -> None:
    from sync.errors import NetworkError

    heard: queue.Queue[Outcome] = queue.Queue()
    engine = FakeEngine(NetworkError("cut"), report())
    with Running(
        config(tmp_path), engine, heard=heard.put, trust=lambda _now: "soon", random=lambda: -0.999
    ):
        failed, well = (heard.get(timeout=PATIENCE_S) for _ in range(2))
    assert failed.failure == Failure("network", "cut", failed.failure.hint, State.OFFLINE)
    assert well == Outcome(trust="soon")


# ---- hooks


def test_a_hook_runs_without_a_shell_and_without_what_is_the_daemons_alone(tmp_path: Path) -> None:
    kept = tmp_path / "kept"
    show = "import os, sys; open(sys.argv[1], 'w').write(repr((sys.argv[2], dict(os.environ))))"
    command = [sys.executable, "-S", "-c", show, str(kept), "$HOME; false"]
    environment = {"PATH": os.defpath, "NOTIFY_SOCKET": "@s", "CREDENTIALS_DIRECTORY": "/c"}
    Hooks(lambda: {"due": command}, environment).run("due", {})
    argument, given = eval(kept.read_text())
    assert argument == "$HOME; false"
    assert (given["PATH"], "NOTIFY_SOCKET" in given, "CREDENTIALS_DIRECTORY" in given) == (
        *(os.defpath, False, False),
    )


def test_a_hook_reads_one_document(tmp_path: Path) -> None:
    kept = tmp_path / "kept"
    hooks = Hooks(lambda: {"due": keeps(kept)})
    hooks.run("due", {"schema": 1, "title": "Käse" * 100_000})
    hooks.run("conflict", {"schema": 2})
    (line,) = kept.read_text("utf-8").splitlines()
    assert json.loads(line) == {"schema": 1, "title": "Käse" * 100_000}


@pytest.mark.parametrize(
    ("command", "said"),
    [
        (["false"], "the hook for due failed: it ended with 1"),
        (["/nowhere/hook"], "the hook for due could not be run: No such file or directory"),
        (["sh", "-c", "kill -9 $$"], "the hook for due failed: it was ended by signal 9"),
        (["sleep", "60"], "the hook for due took more than 0 s: killed"),
    ],
)
def test_a_hook_that_fails_or_hangs_is_logged(
    command: list[str], said: str, caplog: pytest.LogCaptureFixture
) -> None:
    limit_s = 0.05 if "sleep" in command else PATIENCE_S
    with caplog.at_level(logging.WARNING):
        Hooks(lambda: {"due": command}, limit_s=limit_s).run("due", {"title": "a secret"})
    assert caplog.messages == [said]


def test_at_the_end_nobody_waits_for_a_hook(tmp_path: Path) -> None:
    began = tmp_path / "began"
    hooks = Hooks(lambda: {"due": ["sh", "-c", f"echo > '{began}'; exec sleep 60"]})
    worker = Worker("hook")
    answer = worker.do(lambda: hooks.run("due", {}))
    while not began.exists():
        pass
    hooks.stop()
    answer.result(PATIENCE_S)
    hooks.run("due", {})
    worker.close(PATIENCE_S)


def test_which_hooks_there_can_be(tmp_path: Path) -> None:
    assert config(tmp_path, hooks={"due": ["ring", "-l"]}).hooks == {"due": ["ring", "-l"]}
    for hooks, said in (
        ({"dew": ["ring"]}, "nothing that happens"),
        ({"due": "ring -l"}, "in brackets"),
        ({"due": []}, "name a program"),
    ):
        with pytest.raises(ValueError, match=said):
            config(tmp_path, hooks=hooks)
