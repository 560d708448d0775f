"""The control loop when the config has changed: taken whole, or not at all."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from daemon.settings.config import Config
from sync.errors import (
    SignInNeeded,
    Throttled,
    UsageError,
)
from tests.daemon.fakes import PATIENCE_S, FakeEngine, Running, config


def test_a_good_new_config_is_taken(tmp_path: Path) -> None:
    engine, taken = FakeEngine(), list[Config]()
    new = config(tmp_path, reminders={"every": "5m"})
    with Running(config(tmp_path), engine, read_config=lambda: new, adopt=taken.append) as running:
        running.cycles.get(timeout=PATIENCE_S)
        running.loop.reload()
        running.cycles.get(timeout=PATIENCE_S)
    assert taken == [new]
    assert (engine.opened, engine.closed) == (2, 2)


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"account": {"apple_id": "other@example.com"}}, "`account.apple_id` cannot change"),
        ({"profile": "other"}, "`profile` cannot change"),
        ({"folder": "/elsewhere"}, "`folder` cannot change"),
        (None, "line 3: unknown key"),
    ],
)
def test_a_config_that_cannot_be_taken_leaves_the_old_one_in_use(
    tmp_path: Path, change: dict[str, Any] | None, sentence: str
) -> None:
    def read() -> Config:
        if change is None:
            raise UsageError("config.yaml, line 3: unknown key `foldr`")
        return config(tmp_path, **change)

    engine, taken = FakeEngine(), list[Config]()
    with Running(config(tmp_path), engine, read_config=read, adopt=taken.append) as running:
        running.until("ok")
        running.loop.reload()
        running.ask().result(PATIENCE_S)
        problem = running.board.status.config_problem
        assert problem is not None
        assert sentence in problem
        assert "stays in use" in problem
    assert not taken
    assert engine.opened == 1


def test_a_config_that_no_engine_opens_with_is_not_taken_by_half(tmp_path: Path) -> None:
    engine, taken, opened = FakeEngine(), list[Config](), list[str]()
    new = config(tmp_path, time_zone="Asia/Tokyo")

    @contextmanager
    def opening(asked: Config) -> Iterator[FakeEngine]:
        opened.append(asked.time_zone or "")
        if asked.time_zone is not None:
            raise UsageError("time zone is Asia/Tokyo, but times were written in UTC", "restore it")
        with engine.open(asked) as made:
            yield made

    around: dict[str, Any] = {"open_engine": opening, "adopt": taken.append}
    with Running(config(tmp_path), engine, read_config=lambda: new, **around) as running:
        running.until("ok")
        running.loop.reload()
        assert running.ask().result(PATIENCE_S).problems == []  # by the config of before
        problem = running.board.status.config_problem
        assert problem is not None
        assert "written in UTC; the config of before stays in use" in problem
    assert not taken
    assert opened == ["", "Asia/Tokyo", ""]


def test_a_new_config_may_end_what_waits_for_a_person(tmp_path: Path) -> None:
    engine = FakeEngine(SignInNeeded("no password is set"))
    with Running(config(tmp_path), engine) as running:
        running.until("sign-in")
        running.loop.reload()
        running.until("ok")


def test_a_new_config_does_not_end_a_wait_that_icloud_asked_for(tmp_path: Path) -> None:
    engine = FakeEngine(Throttled("wait", retry_after_s=600))
    with Running(config(tmp_path), engine) as running:
        running.until("offline")
        running.loop.reload()
        running.ask(plan_only=True).result(PATIENCE_S)
        assert [call[0] for call in engine.calls] == ["start", "plan"]
