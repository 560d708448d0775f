"""The pace of requests, and the patience when told to wait."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from email.utils import format_datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sync.errors import Throttled
from sync.remote.limiter import LONGEST_WAIT_S, Limiter, parse_retry_after
from tests.remote.conftest import FakeTime

NOW = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)


def _limiter(time_: FakeTime, random: float = 0.0, **options: Any) -> Limiter:
    return Limiter(time_.clock, time_.sleep, lambda: random, **options)


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (30, 30.0),
        (0.5, 0.5),
        ("120", 120.0),
        (" 7 ", 7.0),
        (format_datetime(datetime(2026, 3, 1, 12, 5, tzinfo=UTC), usegmt=True), 300.0),
        ("Sun, 01 Mar 2026 12:01:00 -0000", 60.0),
        ("Sun, 01 Mar 2026 11:00:00 GMT", 0.0),
        ("Sun, 01 Mar 2099 11:00:00 GMT", LONGEST_WAIT_S),
        (-5, 0.0),
        ("-5", 0.0),
        (10**400, LONGEST_WAIT_S),
        ("1e300", LONGEST_WAIT_S),
        ("inf", LONGEST_WAIT_S),
        ("nan", None),
        (float("nan"), None),
        ("soon", None),
        ("", None),
        (None, None),
        (True, None),
        ([30], None),
    ],
)
def test_a_wait_is_read_in_every_form(value: object, expected: float | None) -> None:
    assert parse_retry_after(value, NOW) == expected


@given(st.one_of(st.text(), st.integers(), st.floats(), st.none(), st.booleans()))
def test_no_wait_is_absurd(value: object) -> None:
    seconds = parse_retry_after(value, NOW)
    assert seconds is None or 0 <= seconds <= LONGEST_WAIT_S


def test_a_burst_passes_and_then_a_steady_pace(time_: FakeTime) -> None:
    limiter = _limiter(time_, per_second=4.0, burst=3)
    for _ in range(3):
        limiter.wait()
    assert time_.slept == []
    start = time_.clock()
    for _ in range(8):
        limiter.wait()
    assert time_.clock() - start == pytest.approx(2.0)
    time_.now_s += 100
    time_.slept.clear()
    for _ in range(3):
        limiter.wait()
    assert time_.slept == []


def test_a_short_wait_is_slept_and_a_long_one_is_said(time_: FakeTime) -> None:
    limiter = _limiter(time_, patience_s=5.0)
    limiter.refused(3.0)
    limiter.wait()
    assert time_.slept == [3.0]
    limiter.refused(60.0)
    with pytest.raises(Throttled) as caught:
        limiter.wait()
    assert caught.value.retry_after_s == pytest.approx(60.0)
    assert time_.slept == [3.0]
    time_.now_s += 60
    limiter.wait()
    assert time_.slept == [3.0]


def test_refusals_in_a_row_double_the_wait_up_to_an_hour(time_: FakeTime) -> None:
    limiter = _limiter(time_)
    waits = []
    for _ in range(15):
        waits.append(limiter.refused())
        time_.now_s += waits[-1]
    assert waits[:5] == [1, 2, 4, 8, 16]
    assert waits[-1] == LONGEST_WAIT_S
    limiter.succeeded()
    assert limiter.waiting_s == 0
    assert limiter.refused() == 1


@given(st.floats(0, 1, exclude_max=True), st.floats(0, 4000))
def test_jitter_never_shortens_what_was_asked(random: float, asked: float) -> None:
    limiter = _limiter(FakeTime(now_s=0.0), random)
    delay_s = limiter.refused(asked)
    assert min(asked, LONGEST_WAIT_S) <= delay_s <= LONGEST_WAIT_S


def test_a_network_that_is_away_is_tried_at_every_occasion(time_: FakeTime) -> None:
    limiter = _limiter(time_, patience_s=5.0)
    for _ in range(20):
        limiter.unreached()
        limiter.wait()
    assert time_.slept == [1, 2, 4, *[5] * 17]


def test_a_second_refusal_does_not_shorten_the_first(time_: FakeTime) -> None:
    limiter = _limiter(time_)
    limiter.refused(600.0)
    assert limiter.refused() == pytest.approx(600.0)


def test_a_success_elsewhere_ends_no_wait_that_was_asked_for(time_: FakeTime) -> None:
    limiter = _limiter(time_)
    limiter.refused(600.0)
    limiter.succeeded()  # of a request that was on its way
    with pytest.raises(Throttled):
        limiter.wait()


def test_many_threads_draw_from_one_bucket() -> None:
    slept: list[float] = []
    limiter = Limiter(lambda: 0.0, slept.append, lambda: 0.0, burst=40, per_second=10.0)
    with ThreadPoolExecutor(8) as threads:
        for drawn in [threads.submit(limiter.wait) for _ in range(100)]:
            drawn.result()
    assert sorted(slept) == pytest.approx([number / 10 for number in range(1, 61)])


def test_who_has_to_wait_is_told_for_how_long() -> None:
    told = [Throttled("wait", retry_after_s=seconds).hint for seconds in (None, 5, 3541)]
    assert told == ["try again in some minutes", "try again soon", "try again in 60 min"]
