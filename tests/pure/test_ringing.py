"""When reminders ring, and that each ring is told exactly once and never before its time."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from store.model import AllDay, Due, Early, Floating, Unit, Zoned
from sync.core.repeating.ringing import Bells, Dated, outlook, rings_of

PARIS = ZoneInfo("Europe/Paris")
HERE = Bells(PARIS)


def at(text: str) -> float:
    """Unix seconds of an instant in UTC."""
    return datetime.fromisoformat(text).replace(tzinfo=UTC).timestamp()


def wall(text: str) -> Floating:
    return Floating(datetime.fromisoformat(text))


def in_zone(text: str, zone: str = "Europe/Paris") -> Zoned:
    return Zoned(datetime.fromisoformat(text), zone)


@pytest.mark.parametrize(
    ("due", "rings"),
    [
        (None, []),
        (AllDay(date(2026, 3, 2)), ["2026-03-02T08:00"]),
        (wall("2026-03-02T14:30"), ["2026-03-02T13:30"]),
        (in_zone("2026-03-02T14:30", "Asia/Tokyo"), ["2026-03-02T05:30"]),
        (in_zone("2026-03-02T14:30", "Mars/Olympus"), ["2026-03-02T13:30"]),
        # The clocks go forward: half past two is not there, and is half past three.
        (in_zone("2026-03-29T02:30"), ["2026-03-29T01:30"]),
        (wall("2026-03-29T02:30"), ["2026-03-29T01:30"]),
        # And back: half past two is there twice, and the first one counts.
        (in_zone("2026-10-25T02:30"), ["2026-10-25T00:30"]),
        (in_zone("0001-01-01T00:00", "Asia/Tokyo"), []),
    ],
)
def test_what_is_due_rings_when_it_is_due(due: Due | None, rings: list[str]) -> None:
    assert [ring.at for ring in rings_of(Dated("A", due), HERE)] == [at(text) for text in rings]


def test_alarms_ring_in_the_place_of_the_due_date() -> None:
    one = Dated("A", in_zone("2026-03-02T17:00"), frozenset({in_zone("2026-03-02T16:00")}))
    assert [ring.at for ring in rings_of(one, HERE)] == [at("2026-03-02T15:00")]


def test_several_alarms_each_ring() -> None:
    alarms = frozenset(
        {in_zone("2026-03-02T16:00"), in_zone("2026-03-02T17:00"), wall("2026-03-01T09:00")}
    )
    one = Dated("A", in_zone("2026-03-02T17:00"), alarms)
    found = [ring.at for ring in rings_of(one, HERE)]
    assert found == [at("2026-03-01T08:00"), at("2026-03-02T15:00"), at("2026-03-02T16:00")]


@pytest.mark.parametrize(
    ("early", "rings"),
    [
        (Early(15, Unit.MINUTE), "2026-03-30T06:45"),
        (Early(1, Unit.HOUR), "2026-03-30T06:00"),
        # A day before is the same time on the wall, though that day has 23 hours.
        (Early(1, Unit.DAY), "2026-03-29T07:00"),
        (Early(2, Unit.DAY), "2026-03-28T08:00"),
        (Early(1, Unit.WEEK), "2026-03-23T08:00"),
        (Early(1, Unit.MONTH), "2026-02-28T08:00"),
    ],
)
def test_early_reminders_ring_too(early: Early, rings: str) -> None:
    one = Dated("A", in_zone("2026-03-30T09:00"), early=frozenset({early}))
    assert [ring.at for ring in rings_of(one, HERE)] == [at(rings), at("2026-03-30T07:00")]


def test_all_day_reminders_can_be_silent() -> None:
    silent = Bells(PARIS, all_day=None)
    one = Dated("A", AllDay(date(2026, 3, 2)), early=frozenset({Early(1, Unit.DAY)}))
    assert rings_of(one, silent) == []
    assert [ring.at for ring in rings_of(one, Bells(PARIS, time(7, 30)))] == [
        at("2026-03-01T06:30"),
        at("2026-03-02T06:30"),
    ]


NOW = at("2026-03-02T12:00")
NOON = in_zone("2026-03-02T13:00")


def test_what_is_due_is_told_once_and_again_when_its_time_changes() -> None:
    found = outlook([Dated("A", NOON)], set(), NOW, HERE)
    assert [ring.reminder for ring in found.show] == ["A"]
    assert outlook([Dated("A", NOON)], set(found.told), NOW + 5, HERE).show == ()
    later = Dated("A", in_zone("2026-03-02T13:10"))
    assert outlook([later], set(found.told), NOW + 5, HERE).next_at == NOW + 600
    assert outlook([later], set(found.told), NOW + 600, HERE).show


def test_what_travels_is_told_once() -> None:
    """A floating reminder that rang in Paris does not ring again in Lisbon."""
    one = Dated("A", wall("2026-03-02T13:00"))
    found = outlook([one], set(), NOW, HERE)
    lisbon = Bells(ZoneInfo("Europe/Lisbon"))
    assert outlook([one], set(found.told), NOW + 3600, lisbon).show == ()


@pytest.mark.parametrize(
    "one",
    [
        Dated("A", in_zone("2026-03-01T12:59")),
        Dated("A", NOON, created=NOW + 1),
        Dated("A", NOON, dismissed=NOW + 1),
    ],
)
def test_what_is_no_news_is_not_told(one: Dated) -> None:
    assert outlook([one], set(), NOW + 2, HERE).show == ()


def test_what_rang_before_anybody_asked_for_it_is_not_told() -> None:
    assert outlook([Dated("A", NOON)], set(), NOW + 5, Bells(PARIS, since=NOW)).show == ()


def test_of_what_was_missed_the_latest_is_told_and_all_counts_as_told() -> None:
    alarms = frozenset({in_zone("2026-03-02T10:00"), NOON})
    found = outlook([Dated("A", NOON, alarms)], set(), NOW, HERE)
    assert [ring.at for ring in found.show] == [NOW]
    assert len(found.told) == 2


START = datetime(2026, 3, 27)
moments = st.builds(lambda minutes: START + timedelta(minutes=minutes), st.integers(0, 5 * 24 * 60))
zoned = st.builds(
    Zoned, moments, st.sampled_from(["Europe/Paris", "America/New_York", "Asia/Tokyo"])
)
floating = st.builds(Floating, moments)
dues = st.none() | zoned | floating | st.builds(lambda m: AllDay(m.date()), moments)
earlies = st.builds(Early, st.integers(1, 50), st.sampled_from(list(Unit)))


@st.composite
def reminders(draw: st.DrawFn) -> list[Dated]:
    number = draw(st.integers(1, 4))
    return [
        Dated(
            str(place),
            draw(dues),
            draw(st.frozensets(zoned | floating, max_size=2)),
            draw(st.frozensets(earlies, max_size=2)),
        )
        for place in range(number)
    ]


@settings(max_examples=25)
@given(reminders())
def test_one_who_wakes_at_each_next_time_tells_every_ring_at_its_moment(dated: list[Dated]) -> None:
    begin = at("2026-02-01T00:00")
    bells = Bells(PARIS, since=begin)
    expected = {
        ring.key: ring.at for one in dated for ring in rings_of(one, bells) if ring.at > begin
    }
    told: dict[tuple[str, str], float] = {}
    now: float | None = begin
    for _ in range(len(expected) + 1):
        assert now is not None
        found = outlook(dated, told, now, bells)
        assert all(ring.at == now for ring in found.show)
        told |= dict.fromkeys(found.told, now)
        now = found.next_at
        if now is None:
            break
    assert now is None
    assert told == expected


@settings(max_examples=25)
@given(reminders(), st.lists(st.integers(0, 30 * 24 * 60), min_size=1, max_size=8))
def test_one_who_sleeps_in_between_tells_nothing_twice_nor_early_nor_too_late(
    dated: list[Dated], naps: list[int]
) -> None:
    bells = Bells(PARIS, missed_s=36 * 3600.0)
    rings = {ring.key: ring.at for one in dated for ring in rings_of(one, bells)}
    told: set[tuple[str, str]] = set()
    now = at("2026-02-20T00:00")
    for nap in naps:
        before, now = now, now + nap * 60
        found = outlook(dated, told, now, bells)
        assert told.isdisjoint(found.told)
        assert len({ring.reminder for ring in found.show}) == len(found.show)
        assert all(now - bells.missed_s < rings[key] <= now for key in found.told)
        told.update(found.told)
        missed = {
            key
            for key, moment in rings.items()
            if max(before, now - bells.missed_s) < moment <= now
        }
        assert missed <= told
