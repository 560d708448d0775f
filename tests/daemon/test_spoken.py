"""What `add` understands of its words, and when words say that something is due; no clock."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from daemon.acting.moments import NotWhen, read_alarm, read_due, read_span
from daemon.acting.spoken import Spoken, listen
from store.model import AllDay, AtTime, Due, Early, Floating, Priority, Unit, Zoned

PARIS = "Europe/Paris"
NOW = datetime(2026, 11, 22, 7, 30, 20, tzinfo=ZoneInfo(PARIS))  # a Sunday
LISTS = ["Inbox", "Home", "Shopping", "Shopping list"]

HEARD = {
    "call mum tomorrow 9am #family": Spoken(
        "call mum", due="tomorrow 9am", tags=frozenset({"family"})
    ),
    "tomorrow call mum": Spoken("call mum", due="tomorrow"),
    "pay rent every month !!! @home": Spoken(
        "pay rent", due="today", repeat="every month", priority=Priority.HIGH, list="Home"
    ),
    "standup every monday": Spoken("standup", due="monday", repeat="every week"),
    "gym every monday 7am": Spoken("gym", due="monday 7am", repeat="every week"),
    "water plants every other day": Spoken("water plants", due="today", repeat="every 2 days"),
    "buy eggs @Shopping list today": Spoken("buy eggs", due="today", list="Shopping list"),
    "in 10 minutes take out the bread": Spoken("take out the bread", due="in 10 minutes"),
    "dentist on friday at 9": Spoken("dentist", due="on friday at 9"),
    "dentist fri 3pm": Spoken("dentist", due="fri 3pm"),
    "report by friday": Spoken("report", due="friday"),
    "party 2026-12-03 19:30": Spoken("party", due="2026-12-03 19:30"),
    "C# lesson ! tomorrow": Spoken("C# lesson", due="tomorrow", priority=Priority.LOW),
}
TITLES = [
    "Read The Day After Tomorrow book",
    "buy 2 tickets",
    "meeting at 3",
    "watch 24",
    "call Sun about may",
    "email bob@x.com re #42",
    "ask @bob",
    "the night manager",
    "tomorrow",
    "#work",
]


@pytest.mark.parametrize("text", HEARD)
def test_what_is_heard(text: str) -> None:
    assert listen(text, LISTS) == HEARD[text]


@pytest.mark.parametrize("text", TITLES)
def test_what_is_only_a_title(text: str) -> None:
    assert listen(text, LISTS) == Spoken(text)


@given(st.text(max_size=60))
def test_whatever_is_said_has_a_title_of_its_words(text: str) -> None:
    heard = listen(text, LISTS)
    words = text.split()
    assert bool(heard.title) == bool(words)
    assert all(word in " ".join(words) for word in heard.title.split())


DUE: dict[str, Due] = {
    "today": AllDay(date(2026, 11, 22)),
    "friday": AllDay(date(2026, 11, 27)),
    "next monday 5pm": Zoned(datetime(2026, 11, 23, 17), PARIS),
    "tomorrow at 9": Zoned(datetime(2026, 11, 23, 9), PARIS),
    "on friday at 9": Zoned(datetime(2026, 11, 27, 9), PARIS),
    "in 2 hours": Zoned(datetime(2026, 11, 22, 9, 30), PARIS),
    "1h30m": Zoned(datetime(2026, 11, 22, 9), PARIS),
    "in half an hour": Zoned(datetime(2026, 11, 22, 8), PARIS),
    "9am": Zoned(datetime(2026, 11, 22, 9), PARIS),
    "7:00": Zoned(datetime(2026, 11, 23, 7), PARIS),  # it is half past seven
    "12am": Zoned(datetime(2026, 11, 23), PARIS),
    "tonight": Zoned(datetime(2026, 11, 22, 20), PARIS),
    "tomorrow morning": Zoned(datetime(2026, 11, 23, 9), PARIS),
    "noon": Zoned(datetime(2026, 11, 22, 12), PARIS),
    "next month": AllDay(date(2026, 12, 22)),
    "in 3 days": AllDay(date(2026, 11, 25)),
    "dec 3rd": AllDay(date(2026, 12, 3)),
    "3 dec 2027 14:30": Zoned(datetime(2027, 12, 3, 14, 30), PARIS),
    "morgen 9 Uhr": Zoned(datetime(2026, 11, 23, 9), PARIS),
    "2026-12-03": AllDay(date(2026, 12, 3)),
    "2026-12-03T14:00": Zoned(datetime(2026, 12, 3, 14), PARIS),
    "2026-12-03T14:00Z": Zoned(datetime(2026, 12, 3, 15), PARIS),
    "friday 9:30 America/New_York": Zoned(datetime(2026, 11, 27, 9, 30), "America/New_York"),
    "tomorrow 9:30 floating": Floating(datetime(2026, 11, 23, 9, 30)),
}


@pytest.mark.parametrize("words", DUE)
def test_when_it_is_due(words: str) -> None:
    assert read_due(words, NOW, PARIS) == DUE[words]


@pytest.mark.parametrize(
    "words",
    [
        "",
        "foo",
        "9",
        "25:00",
        "13pm",
        "12/3",
        "3.12.",
        "demain 9h",
        "may",
        "2026-02-30",
        "tomorrow 9 foo",
    ],
)
def test_what_does_not_say_when_is_refused_and_never_guessed(words: str) -> None:
    with pytest.raises(NotWhen):
        read_due(words, NOW, PARIS)


def test_a_time_is_left_out_where_the_day_is_meant() -> None:
    assert read_due("tomorrow 9am", NOW, PARIS, all_day=True) == AllDay(date(2026, 11, 23))


@given(
    st.dates(date(2026, 11, 22), date(2099, 1, 1)),
    st.times().map(lambda at: at.replace(second=0, microsecond=0, tzinfo=None)),
)
def test_a_date_in_iso_8601_means_itself(day: date, clock: time) -> None:
    wall = datetime.combine(day, clock)
    assert read_due(wall.isoformat(timespec="minutes"), NOW, PARIS) == Zoned(wall, PARIS)
    assert read_due(day.isoformat(), NOW, PARIS) == AllDay(day)


@given(st.integers(1, 9999))
def test_so_many_minutes_from_now_through_a_change_of_clocks(minutes: int) -> None:
    before = datetime(2026, 3, 28, 12, tzinfo=ZoneInfo(PARIS))
    due = read_due(f"in {minutes} min", before, PARIS)
    assert isinstance(due, Zoned)
    away = due.wall.replace(tzinfo=ZoneInfo(PARIS)).timestamp() - before.timestamp()
    assert away == minutes * 60


def test_a_zone_that_there_is_not_is_named() -> None:
    with pytest.raises(NotWhen, match="there is no time zone “Mars/Olympus”"):
        read_due("friday 9:30 Mars/Olympus", NOW, PARIS)
    with pytest.raises(NotWhen, match="no date that is understood"):
        read_due("on 12/3", NOW, PARIS)


def test_alarms() -> None:
    assert read_alarm("10 min before", NOW, PARIS) == Early(10, Unit.MINUTE)
    assert read_alarm("2 months before", NOW, PARIS) == Early(2, Unit.MONTH)
    at = Zoned(datetime(2026, 11, 23, 9), PARIS)
    assert read_alarm("tomorrow 9am", NOW, PARIS) == AtTime(at)
    with pytest.raises(NotWhen, match="no time of day"):
        read_alarm("tomorrow", NOW, PARIS)
    assert read_span("tomorrow") is None
    assert read_span("2h") == timedelta(hours=2)
