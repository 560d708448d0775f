"""Which time a phone shows, and which smart lists a reminder is in."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

import pytest

from daemon.query.smart import SMART, Ring, Times, is_in, times_of

PARIS = ZoneInfo("Europe/Paris")
NOW = datetime(2026, 3, 2, 12, 0, tzinfo=PARIS)
RING = "2026-03-02T09:00:00+01:00"


@pytest.mark.parametrize(
    ("due", "rings", "shown"),
    [
        (None, [], None),
        ("2026-03-02", [], "2026-03-02"),
        ("2026-03-02", [Ring(RING)], RING),
        ("2026-03-02T14:30:00+01:00", [Ring("2026-03-02T14:30:00+01:00"), Ring(RING)], RING),
        (None, [Ring("2026-03-02T09:00:00")], "2026-03-02T09:00:00"),
        # Of two walls the earlier instant, and the one that is not home is told with its offset.
        (
            None,
            [Ring("2026-03-02T08:00:00"), Ring("2026-03-02T09:00:00", "Asia/Tokyo")],
            "2026-03-02T09:00:00+09:00",
        ),
        (None, [Ring("2026-03-02T09:00:00", "Nowhere/At_All")], "2026-03-02T09:00:00"),
    ],
)
def test_the_earliest_alarm_is_shown_else_the_due_date(
    due: str | None, rings: list[Ring], shown: str | None
) -> None:
    assert times_of(due, rings, PARIS).shown == shown


@pytest.mark.parametrize(
    ("due", "ring", "lists"),
    [
        (None, None, set()),
        ("2026-03-02", None, {"today", "scheduled"}),
        ("2026-03-01", None, {"today", "overdue", "scheduled"}),
        ("2026-03-03", None, {"scheduled"}),
        ("2026-03-02T11:59:59+01:00", None, {"today", "overdue", "scheduled"}),
        ("2026-03-02T12:00:01+01:00", None, {"today", "scheduled"}),
        ("2026-03-02T11:59:00", None, {"today", "overdue", "scheduled"}),  # on the wall at home
        ("2026-03-02T23:30:00-05:00", None, {"scheduled"}),  # tomorrow at home
        ("2026-03-03T05:00:00+09:00", None, {"today", "scheduled"}),  # tomorrow only over there
        # An early alarm brings it into today, and makes nothing overdue.
        ("2026-03-05", "2026-03-02T09:00:00+01:00", {"today", "scheduled"}),
        # What is due today stays there, whatever rings later.
        ("2026-03-02", "2026-03-09T09:00:00+01:00", {"today", "scheduled"}),
        (None, "2026-03-02T09:00:00+01:00", {"today", "overdue", "scheduled"}),
    ],
)
def test_which_lists(due: str | None, ring: str | None, lists: set[str]) -> None:
    times = times_of(due, [] if ring is None else [Ring(ring)], PARIS)
    found = {name for name in SMART if is_in(name, times, flagged=False, now=NOW)}
    assert found == lists


def test_the_day_ends_at_midnight_also_when_the_clocks_change() -> None:
    day = datetime(2026, 3, 29, 1, 0, tzinfo=PARIS)  # 23 hours long
    for due, inside in (("2026-03-29T23:59:00", True), ("2026-03-30T00:00:00", False)):
        assert is_in("today", times_of(due, [], PARIS), flagged=False, now=day) is inside


def test_a_flag_is_enough_for_flagged() -> None:
    assert is_in("flagged", Times(), flagged=True, now=NOW)
    with pytest.raises(ValueError, match="no smart list"):
        is_in("tomorrow", Times(), flagged=True, now=NOW)
