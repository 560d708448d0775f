"""Which alarm belongs to the due date, and that a set is lifted element by element."""

from __future__ import annotations

from datetime import date, datetime

import pytest

from store.model import Alarm, AllDay, AtTime, Due, Early, Floating, Place, Reminder, Unit, Zoned
from sync.core.alarms import extra_alarms, is_at
from sync.core.merging.lift import lift
from sync.local.markdown import shown as shown_in_markdown

PARIS = Zoned(datetime(2026, 3, 2, 14, 30), "Europe/Paris")
TWICE = Zoned(datetime(2026, 10, 25, 2, 30, fold=1), "Europe/Paris")
SKIPPED = Zoned(datetime(2026, 3, 29, 3, 30), "Europe/Paris")
EARLY = Early(1, Unit.DAY)
HOME = Place(True, 52.5200066, 13.404954, title="Home")


@pytest.mark.parametrize(
    ("due", "at", "own"),
    [
        (PARIS, PARIS, True),
        (PARIS, Floating(PARIS.wall), True),
        (Floating(PARIS.wall), PARIS, True),
        (PARIS, Zoned(datetime(2026, 3, 2, 13, 30), "UTC"), True),
        (PARIS, Zoned(datetime(2026, 3, 2, 22, 30), "Asia/Tokyo"), True),
        (PARIS, Zoned(PARIS.wall, "UTC"), False),
        (PARIS, Zoned(PARIS.wall.replace(microsecond=9), "Europe/Paris"), True),
        (PARIS, Floating(datetime(2026, 3, 2, 14, 30, 1)), False),
        (PARIS, Zoned(PARIS.wall, "Not/AZone"), False),
        (TWICE, Zoned(TWICE.wall.replace(fold=0), "Europe/Paris"), True),
        (TWICE, Zoned(datetime(2026, 10, 25, 1, 30), "UTC"), True),
        (TWICE, Zoned(datetime(2026, 10, 25, 0, 30), "UTC"), False),
        (SKIPPED, Zoned(datetime(2026, 3, 29, 2, 30), "Europe/Paris"), True),
        (AllDay(date(2026, 3, 2)), Floating(datetime(2026, 3, 2)), False),
        (None, PARIS, False),
    ],
)
def test_the_moment_of_a_due_date(due: Due | None, at: Floating | Zoned, own: bool) -> None:
    assert is_at(due, at) is own
    assert extra_alarms(due, [AtTime(at)]) == (frozenset() if own else {AtTime(at)})


def test_an_early_one_counts_from_a_due_date() -> None:
    assert extra_alarms(None, [EARLY, HOME]) == {HOME}
    assert extra_alarms(PARIS, [EARLY, HOME]) == {EARLY, HOME}


def shown(reminder: Reminder) -> Reminder:
    return shown_in_markdown(reminder, "Europe/Paris")


def lifted(seen: set[Alarm], known: set[Alarm]) -> frozenset[Alarm]:
    whole = Reminder("R", due=PARIS, alarms=frozenset(known))
    return lift(Reminder("R", due=PARIS, alarms=frozenset(seen)), shown, whole).alarms


def test_each_alarm_means_the_known_one_that_is_written_like_it() -> None:
    exact = AtTime(Floating(datetime(2026, 3, 1, 18, 0, 30)))
    [minute] = shown(Reminder("R", alarms=frozenset({exact}))).alarms
    [near] = shown(Reminder("R", alarms=frozenset({HOME}))).alarms
    assert lifted({minute, near}, {exact, HOME}) == {exact, HOME}
    assert lifted({minute, EARLY}, {exact, HOME}) == {exact, EARLY}
    assert lifted({EARLY}, {exact}) == {EARLY}


def test_what_no_line_can_say_is_carried_along() -> None:
    nowhere = AtTime(Zoned(datetime(2026, 3, 1, 18), "Not/AZone"))
    beyond = Place(True, 95.0, 13.0)
    assert lifted({EARLY}, {nowhere, beyond}) == {EARLY, nowhere, beyond}
    assert lifted(set(), {nowhere, EARLY}) == {nowhere}
