"""Alarms in the mirror: their rows come back as they were, and the view says what each one is."""

from __future__ import annotations

import sqlite3
from datetime import date, datetime, time
from pathlib import Path
from typing import Any

import pytest

from store.db import Store
from store.model import AllDay, AtTime, Due, Early, Floating, Place, Unit, Zoned
from store.rows import AlarmRow, TriggerRow
from tests.store.samples import Pair, a_list, alarm, reminder, trigger

PARIS = Zoned(datetime(2026, 3, 2, 14, 30), "Europe/Paris")
HOME = Place(True, 52.52, 13.405, 150.0, "Home", "1 Main Street")
NOTHING = dict.fromkeys(
    (
        *("at", "zone", "before_count", "before_unit", "proximity", "latitude", "longitude"),
        *("radius_m", "title", "address", "acknowledged_utc"),
    )
)


def put(store: Store, *pairs: Pair) -> None:
    with store.commit("pull"):
        store.mirror.put([a_list(), *pairs])


def view(path: Path) -> list[dict[str, Any]]:
    shell = sqlite3.connect(path)
    shell.row_factory = sqlite3.Row
    found = [dict(row) for row in shell.execute("SELECT * FROM alarms ORDER BY id, before_count")]
    shell.close()
    return found


def plain(id: str, of: str = "A1") -> Pair:
    record, _ = alarm(id, of)
    return record, AlarmRow(id, of, record.name)


@pytest.mark.parametrize(
    "row",
    [
        TriggerRow("T", "X", "AlarmTrigger/T"),
        TriggerRow("T", "X", "AlarmTrigger/T", "Date", at=PARIS),
        TriggerRow("T", "X", "AlarmTrigger/T", "Date", at=Floating(PARIS.wall)),
        TriggerRow("T", "X", "AlarmTrigger/T", "Date", clock=time(9), zone="Asia/Tokyo"),
        TriggerRow("T", "X", "AlarmTrigger/T", "Date", clock=time(9, 0, 30), deleted=True),
        TriggerRow("T", "X", "AlarmTrigger/T", "Location", place=HOME),
        TriggerRow("T", "X", "AlarmTrigger/T", "Vehicle"),
    ],
)
def test_a_trigger_comes_back_as_it_was(store: Store, row: TriggerRow) -> None:
    record, _ = trigger("T", "X")
    put(store, (record, row))
    assert store.mirror.triggers() == [row]


def test_a_reminder_remembers_its_alarms_and_early_ones(store: Store) -> None:
    early = frozenset({Early(1, Unit.DAY), Early(15, Unit.MINUTE)})
    pair = reminder("A1", alarm_ids=("X", "Y"), early=early)
    put(store, pair)
    assert store.mirror.reminder("A1") == pair[1]


@pytest.mark.parametrize(
    ("row", "says"),
    [
        ({"at": PARIS}, AtTime(PARIS)),
        ({"clock": time(9)}, AtTime(Floating(datetime(2026, 3, 5, 9)))),
        ({"clock": time(9), "zone": "UTC"}, AtTime(Zoned(datetime(2026, 3, 5, 9), "UTC"))),
        ({"place": HOME}, HOME),
        ({}, None),
    ],
)
def test_what_a_trigger_stands_for(row: dict[str, Any], says: object) -> None:
    assert TriggerRow("T", "X", "AlarmTrigger/T", **row).alarm(date(2026, 3, 5)) == says


def test_a_time_alone_says_nothing_without_a_due_day() -> None:
    assert TriggerRow("T", "X", "AlarmTrigger/T", clock=time(9)).alarm(None) is None


def test_each_kind_of_alarm_has_its_columns(store: Store, path: Path) -> None:
    put(
        store,
        reminder(
            "A1",
            due=PARIS,
            alarm_ids=("W", "X", "Y", "Z", "GONE", "AHEAD"),
            early=frozenset({Early(2, Unit.WEEK)}),
        ),
        plain("W"),
        (plain("X")[0], AlarmRow("X", "A1", "Alarm/X", acknowledged_ms=1_772_461_800_000)),
        plain("Y"),
        plain("Z"),
        (plain("GONE")[0], AlarmRow("GONE", "A1", "Alarm/GONE", deleted=True)),
        plain("STRANGER"),
        trigger("TX", "X", kind="Date", at=PARIS),
        trigger("TY", "Y", kind="Location", place=HOME),
        trigger("TZ", "Z", kind="Vehicle"),
    )
    early = {"kind": "early", "before_count": 2, "before_unit": "week"}
    date_alarm = {"kind": "date", "at": "2026-03-02T14:30:00+01:00", "zone": "Europe/Paris"}
    place = {
        **{"kind": "location", "proximity": "arriving", "latitude": 52.52, "longitude": 13.405},
        **{"radius_m": 150.0, "title": "Home", "address": "1 Main Street"},
    }
    mine = {**NOTHING, "reminder": "A1", "own": 0}
    assert view(path) == [
        {**mine, "id": None, **early},
        {**mine, "id": "W", "kind": None},
        {**mine, "id": "X", **date_alarm, "own": 1, "acknowledged_utc": "2026-03-02T14:30:00Z"},
        {**mine, "id": "Y", **place},
        {**mine, "id": "Z", "kind": "vehicle"},
    ]


@pytest.mark.parametrize(
    ("due", "row", "at", "own"),
    [
        (PARIS, {"at": Floating(PARIS.wall)}, "2026-03-02T14:30:00", 1),
        (PARIS, {"at": Zoned(datetime(2026, 3, 2, 13, 30), "UTC")}, "2026-03-02T13:30:00+00:00", 1),
        (PARIS, {"at": Zoned(PARIS.wall, "UTC")}, "2026-03-02T14:30:00+00:00", 0),
        (PARIS, {"clock": time(14, 30), "zone": "Europe/Paris"}, "2026-03-02T14:30:00", 1),
        (PARIS, {"clock": time(9)}, "2026-03-02T09:00:00", 0),
        (AllDay(PARIS.wall.date()), {"clock": time(9)}, "2026-03-02T09:00:00", 0),
        (None, {"at": Floating(PARIS.wall)}, "2026-03-02T14:30:00", 0),
        (None, {"clock": time(9)}, None, 0),
    ],
)
def test_the_view_tells_the_due_dates_own_alarm(
    store: Store, path: Path, due: Due | None, row: dict[str, Any], at: str | None, own: int
) -> None:
    put(store, reminder("A1", due=due, alarm_ids=("X",)), plain("X"))
    put(store, trigger("T", "X", kind="Date", **row))
    (found,) = view(path)
    assert (found["at"], found["own"]) == (at, own)
