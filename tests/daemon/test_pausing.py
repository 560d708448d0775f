"""Pausing: nothing goes by itself, what is asked for does, and it outlives the process."""

from __future__ import annotations

import json
import stat
from pathlib import Path

import pytest

from daemon.control.client import call
from daemon.running.agenda import Agenda, Kind
from daemon.running.lasting import EVERY_S, LASTING, Known, Lasting, Pause
from tests.daemon.fakes import PATIENCE_S, FakeEngine, Running, config, report
from tests.daemon.serving import serving

NOON = 1772449200.0  # 2026-03-02T11:00:00Z


def test_while_paused_only_what_is_asked_for_runs(tmp_path: Path) -> None:
    engine = FakeEngine()
    with serving(tmp_path, engine) as (socket, running):
        running.until("ok")
        status, told = call(socket, "POST", "/pause")
        assert (status, told["paused"]["until"]) == (200, None)
        assert running.until("paused") == "until `remindersd resume`"
        for kind in (Kind.TIMER, Kind.FILES, Kind.RESUME):
            running.loop.want(kind)
        engine.calls.clear()
        told = call(socket, "POST", "/sync")[1]
        assert (engine.calls, told["paused"]["until"]) == ([("sync", False, False)], None)
        told = call(socket, "GET", "/status")[1]
        assert (told["state"], told["paused"] is not None) == ("paused", True)

        assert call(socket, "POST", "/resume")[1] == {"schema": 1, "paused": None}
        assert running.until("ok") == ""
        assert engine.calls[-1][0] in ("files", "resume")


def test_a_sync_by_hand_is_brought_to_its_end(tmp_path: Path) -> None:
    engine = FakeEngine()
    with Running(config(tmp_path), engine) as running:
        running.until("ok")
        running.loop.pause(None).result(PATIENCE_S)
        engine.results = [report("sync", pushed=1, retry_after_s=0.01), report("retry", pushed=2)]
        assert running.ask().result(PATIENCE_S).pushed == 3


def test_a_pause_ends_by_itself(tmp_path: Path) -> None:
    clock = [NOON]
    engine = FakeEngine()
    resumed: list[bool] = []
    around = {"wall": lambda: clock[0], "resumed": lambda: resumed.append(True)}
    with Running(config(tmp_path), engine, **around) as running:
        running.until("ok")
        running.loop.pause(NOON + 3600).result(PATIENCE_S)
        running.until("paused")
        clock[0] += 3601
        running.loop.want(Kind.TIMER)
        assert running.until("ok") == ""
    assert resumed == [True]


def test_it_survives_a_restart_and_so_does_the_last_success(tmp_path: Path) -> None:
    state = tmp_path / "state"
    state.mkdir()
    with Running(config(tmp_path), FakeEngine(), lasting=Lasting(state)) as running:
        running.until("ok")
        running.loop.pause(None).result(PATIENCE_S)
        last = running.board.status.last_success
    assert stat.S_IMODE((state / LASTING).stat().st_mode) == 0o600
    engine = FakeEngine()
    with Running(config(tmp_path), engine, lasting=Lasting(state)) as running:
        running.loop.want(Kind.TIMER)
        assert running.ask(plan_only=True).result(PATIENCE_S) is not None
        status = running.board.status
        assert (status.state, status.last_success) == ("paused", last)
    assert [trigger for trigger, *_ in engine.calls] == ["plan"]


@pytest.mark.parametrize("until", ["tomorrow", "2026-03-02T14:30:00", 5])
def test_a_moment_that_is_none_is_refused(tmp_path: Path, until: object) -> None:
    with serving(tmp_path, FakeEngine()) as (socket, running):
        running.until("ok")
        status, told = call(socket, "POST", "/pause", {"until": until})
        assert (status, told["error"]["code"]) == (400, "usage")
        assert running.board.status.pause is None


@pytest.mark.parametrize(
    ("now", "over"), [(NOON, False), (NOON + 59, False), (NOON + 60, True), (NOON - 86_400, True)]
)
def test_a_clock_that_is_set_back_makes_no_pause_longer(now: float, over: bool) -> None:
    assert Pause(NOON, NOON + 60).is_over(now) is over
    assert not Pause(NOON).is_over(now)


def test_a_success_is_written_down_now_and_then(tmp_path: Path) -> None:
    lasting = Lasting(tmp_path)
    lasting.succeeded(NOON, news=False)  # the first
    lasting.succeeded(NOON + 60, news=False)
    assert Lasting(tmp_path).known.last_success == NOON
    lasting.succeeded(NOON + 61, news=True)
    assert Lasting(tmp_path).known.last_success == NOON + 61
    lasting.succeeded(NOON + 61 + EVERY_S, news=False)
    assert Lasting(tmp_path).known.last_success == NOON + 61 + EVERY_S
    lasting.succeeded(NOON, news=False)  # the clock was set back
    assert Lasting(tmp_path).known.last_success == NOON


@pytest.mark.parametrize("text", ["", "[]", "{", '{"pause": 5}', '{"pause": {}}', "\xff"])
def test_a_damaged_file_is_as_good_as_none(tmp_path: Path, text: str) -> None:
    (tmp_path / LASTING).write_text(text, encoding="latin-1")
    assert Lasting(tmp_path).known == Known()
    lasting = Lasting(tmp_path)
    lasting.paused(Pause(1.0, 2.0))
    assert json.loads((tmp_path / LASTING).read_text())["pause"] == {"since": 1.0, "until": 2.0}


def test_an_agenda_at_a_standstill_keeps_what_is_due() -> None:
    agenda = Agenda()
    agenda.want(Kind.TIMER, 1.0)
    agenda.stand_still({Kind.SYNC})
    assert (agenda.next_at(), agenda.take(5.0)) == (None, [])
    agenda.want(Kind.SYNC, 5.0)
    assert (agenda.next_at(), agenda.take(5.0)) == (5.0, [Kind.SYNC])
    agenda.stand_still(None)
    assert agenda.take(6.0) == [Kind.TIMER]
