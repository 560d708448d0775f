"""What the log says of cycles: what is amiss at once, and then once a day."""

from __future__ import annotations

import logging
from pathlib import Path

import pytest

from daemon.running.cyclelog import AGAIN_S, CycleLog
from sync.errors import SignInNeeded
from tests.daemon.fakes import FakeEngine, Running, config


def test_what_is_amiss_is_said_once_a_day() -> None:
    log = CycleLog()
    assert log.is_due("cycle", "a code is needed", 0.0)
    assert not log.is_due("cycle", "a code is needed", AGAIN_S - 1)
    assert log.is_due("cycle", "a code is needed", AGAIN_S)
    assert log.is_due("cycle", "the network is gone", AGAIN_S + 1)
    assert log.is_due("trust", "the network is gone", AGAIN_S + 1)
    log.over("cycle")
    assert log.is_due("cycle", "the network is gone", AGAIN_S + 2)


def test_a_needed_code_is_one_line_in_the_log(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.WARNING)
    engine = FakeEngine(*(SignInNeeded("a code is needed", "run: login") for _ in range(3)))
    with Running(config(tmp_path), engine) as running:
        running.until("sign-in")
        for _ in range(2):
            with pytest.raises(SignInNeeded):
                running.ask().result(10)
    assert [record.message for record in caplog.records] == [
        "sign-in: a code is needed (run: login)"
    ]


def test_the_warning_is_in_the_log(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.WARNING)
    around = {"trust": lambda _now: "trust ends in 5 days"}
    with Running(config(tmp_path), FakeEngine(), **around) as running:
        running.until("ok")
        running.ask().result(10)
    assert [record.message for record in caplog.records] == ["trust ends in 5 days"]
