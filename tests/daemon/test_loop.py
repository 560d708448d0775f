"""The control loop over an engine that does as it is told."""

from __future__ import annotations

import errno
import logging
import threading
import time
from pathlib import Path
from typing import Any

import pytest

from daemon.running.agenda import Kind
from daemon.running.requests import Stopping, Unexpected
from daemon.settings.config import Config
from daemon.systemd.notify import Notifier
from store.errors import Damaged
from store.model import Field
from sync.core.actions import Conflict
from sync.core.merging.merge import Side
from sync.cycle.checking.verdict import Verified
from sync.errors import (
    MirrorDamaged,
    NetworkError,
    RemindersdError,
    SignInNeeded,
    UsageError,
)
from tests.daemon.fakes import PATIENCE_S, FakeEngine, Running, config, report


def test_the_first_cycle_comes_at_the_start_and_then_all_is_well(tmp_path: Path) -> None:
    with Running(config(tmp_path), FakeEngine()) as running:
        assert running.until("ok") == ""
        assert running.engine.calls == [("start", False, False)]
        assert running.board.status.last_success is not None
    assert running.engine.closed == running.engine.opened == 1


def test_triggers_during_a_cycle_are_served_by_one_more(tmp_path: Path) -> None:
    engine = FakeEngine()
    engine.gate = threading.Event()
    with Running(config(tmp_path), engine) as running:
        assert engine.entered.wait(PATIENCE_S)
        for _ in range(50):
            running.loop.want(Kind.TIMER)
            running.loop.want(Kind.RESUME)
        first, second = running.ask(), running.ask()
        engine.gate.set()
        assert first.result(PATIENCE_S).trigger == second.result(PATIENCE_S).trigger == "sync"
    assert [call[0] for call in engine.calls] == ["start", "sync"]


def test_a_request_during_a_cycle_is_answered_by_the_next_cycle(tmp_path: Path) -> None:
    engine = FakeEngine(report("start", pulled=7), report("sync", pulled=1))
    engine.gate = threading.Event()
    with Running(config(tmp_path), engine) as running:
        assert engine.entered.wait(PATIENCE_S)
        answer = running.ask()
        engine.gate.set()
        assert answer.result(PATIENCE_S).pulled == 1


def test_one_thread_has_the_engine(tmp_path: Path) -> None:
    engine = FakeEngine()
    with Running(config(tmp_path), engine) as running:
        askers = [threading.Thread(target=lambda: running.ask().result(PATIENCE_S)) for _ in "abc"]
        for asker in askers:
            asker.start()
        for asker in askers:
            asker.join()
    assert len(engine.threads) == 1


def test_approval_and_plan_reach_the_engine(tmp_path: Path) -> None:
    engine = FakeEngine()
    with Running(config(tmp_path), engine) as running:
        running.until("ok")
        running.ask(plan_only=True).result(PATIENCE_S)
        running.ask(approve=True).result(PATIENCE_S)
        approved = running.ask(work=lambda one: one.approve(["A"])).result(PATIENCE_S)
        assert [hold.id for hold in approved] == ["A"]
    assert engine.calls[1:3] == [("plan", False, True), ("sync", True, False)]


def test_a_sync_is_answered_when_files_have_come_to_rest(tmp_path: Path) -> None:
    engine = FakeEngine(report(), report(pulled=2, retry_after_s=0.01), report(pushed=3))
    with Running(config(tmp_path), engine) as running:
        running.until("ok")
        answers = [running.ask(), running.ask()]
        for answer in answers:
            done = answer.result(PATIENCE_S)
            assert (done.pulled, done.pushed) == (2, 3)


def test_a_sync_does_not_wait_for_the_grace_of_a_deletion(tmp_path: Path) -> None:
    engine = FakeEngine(report(), report(retry_after_s=120.0))
    with Running(config(tmp_path), engine) as running:
        running.until("ok")
        assert running.ask().result(PATIENCE_S).retry_after_s == 120.0


def test_offline_is_a_state_that_ends_by_itself(tmp_path: Path) -> None:
    engine = FakeEngine(NetworkError("cut"), NetworkError("cut"))
    with Running(config(tmp_path), engine, random=lambda: -0.999) as running:
        assert running.until("offline") == "cut"
        assert running.until("ok") == ""
    assert [call[0] for call in engine.calls] == ["start", "retry", "retry"]


def test_a_full_disk_is_a_state_with_its_reason_that_ends_by_itself(tmp_path: Path) -> None:
    full = OSError(errno.ENOSPC, "No space left on device", "/srv/x")
    with Running(config(tmp_path), FakeEngine(full), random=lambda: -0.999) as running:
        assert running.until("attention") == "/srv/x: No space left on device"
        assert running.until("ok") == ""


def test_offline_says_when_it_tries_again_and_keeps_timers_waiting(tmp_path: Path) -> None:
    engine = FakeEngine(NetworkError("cut"))
    with Running(
        config(tmp_path), engine, wall=lambda: 1000.0, next_poll=lambda: 1001.0
    ) as running:
        running.until("offline")
        running.loop.want(Kind.TIMER)
        running.loop.want(Kind.FILES)
        running.ask(plan_only=True).result(PATIENCE_S)
        assert engine.calls == [("start", False, False), ("plan", False, True)]
        next_run = running.board.status.next_run
        assert next_run is not None
        assert 1002 < next_run <= 1005


def test_asking_again_and_again_does_not_make_it_wait_longer(tmp_path: Path) -> None:
    engine = FakeEngine(*(NetworkError("cut") for _ in range(8)))
    with Running(config(tmp_path), engine, wall=lambda: 1000.0, random=lambda: 1.0) as running:
        running.until("offline")
        for _ in range(7):
            with pytest.raises(NetworkError):
                running.ask().result(PATIENCE_S)
        running.ask(plan_only=True).result(PATIENCE_S)
        next_run = running.board.status.next_run
        assert next_run is not None
        assert next_run <= 1005


def test_the_network_after_a_suspend_is_tried_at_once(tmp_path: Path) -> None:
    with Running(config(tmp_path), FakeEngine(NetworkError("cut"))) as running:
        running.until("offline")
        running.loop.want(Kind.RESUME)
        running.until("ok")


def test_sign_in_is_not_tried_again_until_a_person_asks(tmp_path: Path) -> None:
    engine = FakeEngine(SignInNeeded("a code is needed", "run: remindersd login"))
    with Running(config(tmp_path), engine) as running:
        assert running.until("sign-in") == "a code is needed"
        for kind in (Kind.TIMER, Kind.FILES, Kind.RESUME):
            running.loop.want(kind)
        running.ask(plan_only=True).result(PATIENCE_S)
        assert len(engine.calls) == 2
        assert running.ask().result(PATIENCE_S).trigger == "sync"
        running.until("ok")


def test_a_failed_request_is_answered_with_the_failure(tmp_path: Path) -> None:
    engine = FakeEngine(report(), NetworkError("cut"))
    with Running(config(tmp_path), engine) as running:
        running.until("ok")
        with pytest.raises(NetworkError, match="cut"):
            running.ask().result(PATIENCE_S)


def test_a_bug_is_a_state_and_its_words_stay_in_house(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    engine = FakeEngine(KeyError("Buy a ring"))
    with Running(config(tmp_path), engine) as running:
        reason = running.until("attention")
        assert "KeyError" in reason
        assert running.ask().result(PATIENCE_S).trigger == "sync"
        running.until("ok")
    assert "ring" not in reason + caplog.text
    assert "Traceback" not in caplog.text


def test_a_bug_is_an_answer_too(tmp_path: Path) -> None:
    engine = FakeEngine(report(), ZeroDivisionError())
    with Running(config(tmp_path), engine) as running:
        running.until("ok")
        with pytest.raises(Unexpected, match="ZeroDivisionError"):
            running.ask().result(PATIENCE_S)


@pytest.mark.parametrize("error", [MirrorDamaged("gone"), Damaged(Path("mirror"), "is corrupt")])
def test_a_damaged_mirror_ends_it_and_everybody_is_told(tmp_path: Path, error: Exception) -> None:
    engine = FakeEngine(report(), error)
    with Running(config(tmp_path), engine) as running:
        running.until("ok")
        with pytest.raises(MirrorDamaged):
            running.ask().result(PATIENCE_S)
        running.join()
        with pytest.raises(MirrorDamaged):
            running.ask().result(PATIENCE_S)
    assert isinstance(running.error, MirrorDamaged)
    assert running.error.exit_code == 20
    assert engine.closed == 1


def test_a_config_that_does_not_fit_the_mirror_ends_it_before_it_says_ready(
    tmp_path: Path,
) -> None:
    def refuse(_config: Config) -> Any:
        raise UsageError("the mirror is for another account")

    with Running(config(tmp_path), FakeEngine(), open_engine=refuse) as running:
        running.join()
    assert isinstance(running.error, UsageError)


def test_what_cannot_be_opened_for_now_is_tried_again(tmp_path: Path) -> None:
    engine, refusals = FakeEngine(), [RemindersdError("disk full")] * 2

    def open_late(given: Config) -> Any:
        if refusals:
            raise refusals.pop()
        return engine.open(given)

    with Running(config(tmp_path), engine, open_engine=open_late) as running:
        assert running.until("attention") == "disk full"
        running.ask().result(PATIENCE_S)
        running.until("ok")


def test_stopping_ends_the_cycle_first_and_answers_who_waits(tmp_path: Path) -> None:
    engine = FakeEngine()
    engine.gate = threading.Event()
    with Running(config(tmp_path), engine) as running:
        assert engine.entered.wait(PATIENCE_S)
        waiting = running.ask()
        running.loop.stop()
        engine.gate.set()
        with pytest.raises(Stopping):
            waiting.result(PATIENCE_S)
        running.join()
        with pytest.raises(Stopping):
            running.ask().result(PATIENCE_S)
    assert running.error is None
    assert len(engine.calls) == 1
    assert engine.closed == 1


def test_a_client_that_went_away_disturbs_nobody(tmp_path: Path) -> None:
    engine = FakeEngine()
    engine.gate = threading.Event()
    with Running(config(tmp_path), engine) as running:
        assert engine.entered.wait(PATIENCE_S)
        assert running.ask().cancel()
        other = running.ask()
        engine.gate.set()
        assert other.result(PATIENCE_S).trigger == "sync"


def test_attention_is_for_conflicts_and_names_them(tmp_path: Path) -> None:
    conflict = Conflict("A", Field.TITLE, "a", "b", Side.CLOUD)
    engine = FakeEngine(report("start", conflicts=[conflict], open_conflicts=1))
    with Running(config(tmp_path), engine) as running:
        assert running.until("attention") == "1 conflict to look at"
        assert running.cycles.get(timeout=PATIENCE_S)["result"] == "attention"


def test_the_log_says_once_that_something_waits_and_that_it_is_over(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    full = report(problems=["Rings.md: no space left"])
    engine = FakeEngine(full, full, report())
    with Running(config(tmp_path), engine) as running:
        running.until("attention")
        running.ask().result(PATIENCE_S)
        running.ask()
        running.until("ok")
    said = [record.getMessage() for record in caplog.records]
    assert [line for line in said if "something needs" in line] == [
        "something needs you: see `remindersd status` held=0 conflicts=0 parked=0 problems=1"
    ]
    assert "nothing needs you any more" in said
    assert "Rings" not in caplog.text


def test_the_service_manager_is_not_told_what_a_person_wrote(tmp_path: Path) -> None:
    told: list[str] = []

    class Manager(Notifier):
        def status(self, sentence: str) -> None:
            told.append(sentence)

    engine = FakeEngine(report(problems=["Rings.md: not accepted"]), NetworkError("no route"))
    with Running(config(tmp_path), engine, notifier=Manager({})) as running:
        running.until("attention")
        running.ask()
        running.until("offline")
    assert told == ["attention: see `remindersd status`", "offline: no route"]


def test_all_is_compared_when_it_is_due_and_then_not_at_once_again(tmp_path: Path) -> None:
    engine = FakeEngine()
    engine.last_verified = Verified(at_ms=0)
    with Running(config(tmp_path, reminders={"verify": "7d"}), engine) as running:
        running.until("ok")
        while engine.ran.get(timeout=PATIENCE_S) != "verify":
            pass
        running.ask().result(PATIENCE_S)
    assert engine.calls.count(("verify", True, False)) == 1


@pytest.mark.parametrize("every", [None, "7d"])
def test_what_is_not_due_is_not_compared(tmp_path: Path, every: str | None) -> None:
    engine = FakeEngine()
    engine.last_verified = Verified(int(time.time() * 1000) if every else 0)
    with Running(config(tmp_path, reminders={"verify": every}), engine) as running:
        running.until("ok")
        running.ask().result(PATIENCE_S)
        running.ask().result(PATIENCE_S)
    assert not [call for call in engine.calls if call[0] == "verify" and call[1]]
