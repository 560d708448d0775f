"""What a request asks for, as deeds: each field, each refusal, who is meant; on plain values."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from daemon.acting.named import find_reminder
from daemon.acting.wanted import changed, dropped, made
from store.model import (
    AllDay,
    AtTime,
    Completion,
    Early,
    Field,
    Frequency,
    Place,
    Priority,
    Reminder,
    Rule,
    Unit,
    Zoned,
)
from sync.core.deeds import Change, Drop, Make, Scene
from sync.core.snapshot import ListView
from sync.errors import NoSuchReminder, UsageError

PARIS = "Europe/Paris"
NINE = Zoned(datetime(2026, 11, 23, 9), PARIS)
HOME = Place(arriving=True, latitude=52.5, longitude=13.4)
DONE = Completion(day=date(2026, 11, 1))
HERE = {
    "A1": Reminder("A1", "Call mum", list="L1", due=NINE),
    "A2": Reminder("A2", "Call the dentist", list="L1"),
    "A3": Reminder("A3", "Trip", list="L2", tags=frozenset({"sea", "sun"})),
    "A4": Reminder("A4", "Passport", list="L2", parent="A3"),
    "A5": Reminder("A5", "Bins", list="L1", done=DONE),
    "A6": Reminder("A6", "Bins", list="L1"),
}
SCENE = Scene(
    now=datetime(2026, 11, 22, 7, 30, tzinfo=ZoneInfo(PARIS)),
    zone=PARIS,
    here=HERE,
    lists={
        "L1": ListView("L1", "Inbox", "Inbox.md"),
        "L2": ListView("L2", "Home", "Home.md"),
    },
    away={"A9": ("Old one", "it was deleted")},
    blocks={"A1": "r-aaaaaaa", "A2": "r-bbbbbbb", "A9": "r-zzzzzzz"},
)


def new(**content: Any) -> Reminder:
    [deed] = made(content, SCENE)
    assert isinstance(deed, Make)
    return deed.reminder


def changes(key: str, **content: Any) -> dict[Field, Any]:
    [deed] = changed(content, [key], SCENE)
    assert isinstance(deed, Change)
    return dict(deed.changes)


def test_words_and_fields_together_and_fields_win() -> None:
    one = new(text="call gran tomorrow 9am #family !! @home", priority="low", tags=["love"])
    assert (one.title, one.due, one.list) == ("call gran", NINE, "L2")
    assert (one.tags, one.priority) == (frozenset({"family", "love"}), Priority.LOW)
    assert new(text="milk").list == "L1"
    assert new(title="buy !! tomorrow").title == "buy !! tomorrow"


def test_every_field() -> None:
    one = new(
        title="Pay",
        due="2026-12-01 10:00",
        remind=["10 min before", "2026-11-30 09:00"],
        notes="by card",
        urls="https://example.org",
        flagged=True,
        repeat="every 2 weeks",
        section="Bills",
    )
    at = Zoned(datetime(2026, 11, 30, 9), PARIS)
    assert one.alarms == {Early(10, Unit.MINUTE), AtTime(at)}
    assert (one.notes, one.urls, one.flagged) == ("by card", {"https://example.org"}, True)
    assert (one.repeat, one.section) == (Rule(Frequency.WEEKLY, 2), "Bills")
    assert new(title="A", due="tomorrow 9am", all_day=True).due == AllDay(date(2026, 11, 23))
    assert new(title="A", repeat="daily").due == AllDay(date(2026, 11, 22))
    assert (new(title="A", parent="trip").parent, new(title="A", parent="trip").list) == (
        "A3",
        "L2",
    )


def test_what_is_changed_and_what_is_taken_away() -> None:
    assert changes("r-aaaaaaa", due=None) == {Field.DUE: None}
    assert changes("trip", add_tags=["#sand"], remove_tags=["SUN"]) == {
        Field.TAGS: frozenset({"sea", "sand"})
    }
    assert changes("call mum", done=True) == {Field.DONE: Completion(day=date(2026, 11, 22))}
    assert changes("call mum", all_day=True) == {Field.DUE: AllDay(date(2026, 11, 23))}
    assert changes("call mum", list="home", notes=None) == {Field.LIST: "L2", Field.NOTES: ""}
    assert dropped(["trip", "passport", "call mum"], SCENE) == [Drop("A3"), Drop("A1")]


def test_snoozing_moves_the_date_and_what_would_ring_before_goes() -> None:
    early, later = Early(2, Unit.HOUR), AtTime(Zoned(datetime(2026, 11, 24), PARIS))
    ring = AtTime(Zoned(datetime(2026, 11, 22, 9), PARIS))
    alarms = frozenset({early, later, ring, HOME})
    scene = replace(SCENE, here={**HERE, "A1": replace(HERE["A1"], alarms=alarms)})

    def snoozed(when: str) -> dict[Field, Any]:
        [deed] = changed({"snooze": when}, ["A1"], scene)
        assert isinstance(deed, Change)
        return dict(deed.changes)

    hour = Zoned(datetime(2026, 11, 22, 8, 30), PARIS)
    assert snoozed("1h") == {Field.DUE: hour, Field.ALARMS: frozenset({later, ring, HOME})}
    day = Zoned(datetime(2026, 11, 25, 9), PARIS)
    assert snoozed("until wednesday") == snoozed("wednesday")
    assert snoozed("wednesday") == {Field.DUE: day, Field.ALARMS: frozenset({early, HOME})}


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ({}, "title"),
        ({"title": "two\nlines"}, "one line"),
        ({"title": "A", "list": "Hom"}, "no list"),
        ({"title": "A", "due": "someday"}, "no date"),
        ({"title": "A", "due": 5}, "must be a text"),
        ({"title": "A", "repeat": "now and then"}, "repetition"),
        ({"title": "A", "priority": "hihg"}, "priority"),
        ({"title": "A", "tags": ["two words"]}, "tag"),
        ({"title": "A", "parent": "nobody"}, "no reminder"),
        ({"title": "A", "parent": "A9"}, "deleted"),
        ({"title": "A", "flagged": "yes"}, "true or false"),
        ({"title": "A", "remind": "5 min before"}, "no date"),
        ({"title": "A", "remind": "tomorrow"}, "no time of day"),
        ({"title": "A", "urls": [5]}, "list of texts"),
        ({"title": "A\udcff"}, "no text"),
        ({"title": "A", "tags": ["\ud83d"]}, "no text"),
    ],
)
def test_what_is_wrong_is_named(content: dict[str, Any], words: str) -> None:
    with pytest.raises(UsageError) as raised:
        made(content, SCENE)
    assert words in raised.value.message


def test_near_lists_and_candidates_are_offered() -> None:
    with pytest.raises(UsageError) as raised:
        new(title="A", list="Hom")
    assert raised.value.hint == "did you mean Home?"
    with pytest.raises(NoSuchReminder) as several:
        find_reminder(SCENE, "call")
    assert "r-aaaaaaa “Call mum” (Inbox)" in several.value.hint
    with pytest.raises(NoSuchReminder) as near:
        find_reminder(SCENE, "cal mum")
    assert "“Call mum”" in near.value.hint
    nowhere = replace(SCENE, lists={k: replace(v, name=f"{v.name}s") for k, v in LISTS})
    with pytest.raises(UsageError, match="into which list"):
        made({"title": "A"}, nowhere)


LISTS = list(SCENE.lists.items())


@pytest.mark.parametrize(
    ("key", "id"),
    [
        ("r-aaaaaaa", "A1"),
        ("^r-aaaaaaa", "A1"),
        ("aaaaaaa", "A1"),
        ("a2", "A2"),
        ("CALL  mum", "A1"),
        ("call t", "A2"),
        ("bins", "A6"),
        ("old one", "A9"),
        ("r-zzzzzzz", "A9"),
    ],
)
def test_who_is_meant(key: str, id: str) -> None:
    assert find_reminder(SCENE, key) == id


def test_the_done_one_is_meant_where_it_is_to_be_opened() -> None:
    assert find_reminder(SCENE, "bins", open_first=False) == "A5"


def test_what_has_no_line_is_found_by_its_whole_title_and_to_be_reopened_first() -> None:
    trip = Reminder("H1", "Trip", list="L2", done=DONE)
    scene = replace(SCENE, hidden={"H1": trip, "H2": replace(trip, id="H2", title="Old one")})
    assert find_reminder(scene, "Trip") == "A3"
    assert find_reminder(scene, "trip", open_first=False) == "H1"
    assert find_reminder(scene, "bins", open_first=False) == "A5"
    assert find_reminder(scene, "h1") == "H1"
    assert find_reminder(scene, "old one") == "H2"
    below = {**scene.hidden, "H3": replace(trip, id="H3", title="Pack", parent="H1")}
    assert dropped(["H1", "H3", "A1"], replace(scene, hidden=below)) == [Drop("H1"), Drop("A1")]
    [deed] = changed({"add_tags": ["sea"]}, ["H1"], scene)
    assert deed == Change("H1", {Field.TAGS: frozenset({"sea"})})
    with pytest.raises(UsageError, match="beneath “Old one”: it was completed long ago"):
        changed({"parent": "H2"}, ["A1"], scene)
