"""Times that break things: zones, clock changes, far years, and what stands for no time at all.

All rows live in one world and go through it together; each test looks at its own row.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path

import pytest
import tzlocal

from sync.errors import UsageError
from tests.rig import Rig, empty_world, open_rig

PARIS, BERLIN, TOKYO = "Europe/Paris", "Europe/Berlin", "Asia/Tokyo"
MINUTE_MS, DAY_MS = 60_000, 86_400_000
MAR_2 = 1_772_409_600_000  # 2 March 2026, 00:00 UTC
# DueDate, AllDay and TimeZone as a record has them; what the line says.
CLOUD: dict[str, tuple[int | None, int, str | None, str]] = {
    "all day": (MAR_2, 1, None, " 📅 2026-03-02"),
    "all day at another hour": (MAR_2 + 5 * 3_600_000, 1, None, " 📅 2026-03-02"),
    "all day with a zone": (MAR_2, 1, TOKYO, " 📅 2026-03-02"),
    "floating": (MAR_2 + 570 * MINUTE_MS, 0, None, " ⏰ 09:30 floating 📅 2026-03-02"),
    "home": (MAR_2 + 570 * MINUTE_MS, 0, PARIS, " ⏰ 10:30 📅 2026-03-02"),
    "abroad": (MAR_2 + 570 * MINUTE_MS, 0, TOKYO, " ⏰ 18:30 Asia/Tokyo 📅 2026-03-02"),
    "abroad, another day": (
        MAR_2 + 1200 * MINUTE_MS,
        0,
        TOKYO,
        " ⏰ 05:00 Asia/Tokyo 📅 2026-03-03",
    ),
    "same clock, other zone": (MAR_2, 0, BERLIN, " ⏰ 01:00 Europe/Berlin 📅 2026-03-02"),
    "seconds": (MAR_2 + 59_999, 0, PARIS, " ⏰ 01:00 📅 2026-03-02"),
    "first of a doubled hour": (
        1_792_886_400_000 + 30 * MINUTE_MS,
        0,
        PARIS,
        " ⏰ 02:30 📅 2026-10-25",
    ),
    "second of a doubled hour": (
        1_792_886_400_000 + 90 * MINUTE_MS,
        0,
        PARIS,
        " ⏰ 02:30 📅 2026-10-25",
    ),
    "after a skipped hour": (
        1_774_746_000_000 + 30 * MINUTE_MS,
        0,
        PARIS,
        " ⏰ 03:30 📅 2026-03-29",
    ),
    "half an hour off": (
        MAR_2,
        0,
        "Australia/Lord_Howe",
        " ⏰ 11:00 Australia/Lord_Howe 📅 2026-03-02",
    ),
    "GMT": (MAR_2, 0, "GMT", " ⏰ 00:00 GMT 📅 2026-03-02"),
    "before 1970": (-DAY_MS * 365, 0, None, " ⏰ 00:00 floating 📅 1969-01-01"),
    "the first instant": (0, 0, None, " ⏰ 00:00 floating 📅 1970-01-01"),
    "after 2038": (4_102_444_800_000, 0, PARIS, " ⏰ 01:00 📅 2100-01-01"),
    "year 1": (-62_135_596_800_000 + DAY_MS, 1, None, " 📅 0001-01-02"),
    "no date": (-62_135_596_800_000, 0, None, ""),
    "no date either": (-62_135_769_600_000, 0, None, ""),
    "too late": (253_402_300_800_000, 0, None, ""),
    "not set": (None, 0, None, ""),
    "unknown zone": (MAR_2, 0, "Mars/Olympus", ""),
    "no IANA zone": (MAR_2, 0, "GMT+0200", ""),
}
# What is typed, and what the phone shows.
TYPED = [
    ("⏰ 09:30 📅 2026-03-02", "2026-03-02T09:30[Europe/Paris]"),
    ("⏰ 9:30 Europe/London 📅 2026-03-02", "2026-03-02T09:30[Europe/London]"),
    ("⏰ 02:30 📅 2026-10-25", "2026-10-25T02:30[Europe/Paris]"),
    ("⏰ 00:00 📅 1969-12-31", "1969-12-31T00:00[Europe/Paris]"),
    ("⏰ 00:00 floating 📅 9999-12-30", "9999-12-30T00:00"),
    ("⏰ 23:59 Pacific/Kiritimati 📅 2026-12-31", "2026-12-31T23:59[Pacific/Kiritimati]"),
    ("📅 2024-02-29", "2024-02-29"),
]


def put(rig: Rig, id: str, due: int | None, all_day: int, zone: str | None) -> None:
    record = rig.world.zone.records[f"Reminder/{id}"]
    fields = {
        "DueDate": {"value": due, "type": "TIMESTAMP"},
        "AllDay": {"value": all_day, "type": "INT64"},
        "TimeZone": {"value": zone, "type": "STRING"},
    }
    wire = {"recordName": record.name, "recordType": "Reminder", "fields": fields}
    wire["recordChangeTag"] = record.tag
    (item,) = rig.world.zone.modify([{"operationType": "update", "record": wire}])
    assert "serverErrorCode" not in item, item


def stored(rig: Rig, id: str) -> tuple[object, ...]:
    fields = rig.world.zone.records[f"Reminder/{id}"].fields
    return tuple(
        fields.get(name, {}).get("value") for name in ("DueDate", "AllDay", "TimeZone", "Flagged")
    )


@pytest.fixture(scope="module")
def table(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Rig, dict[str, str]]]:
    """The rows of ``CLOUD`` in step on both sides, and their ids by name."""
    with open_rig(tmp_path_factory.mktemp("times"), empty_world()) as rig:
        rig.run()
        ids = {name: rig.phone.create("Inbox", f"Row {name};") for name in CLOUD}
        for name, (due, all_day, zone, _) in CLOUD.items():
            put(rig, ids[name], due, all_day, zone)
        rig.run()
        rig.rest()
        yield rig, ids


@pytest.mark.parametrize("name", CLOUD)
def test_a_due_date_of_a_device(table: tuple[Rig, dict[str, str]], name: str) -> None:
    rig, _ = table
    line = rig.line("Inbox", f"Row {name};")
    assert line.startswith(f"- [ ] Row {name};{CLOUD[name][3]} ^r-")


def test_another_edit_leaves_each_due_date_as_it_was(table: tuple[Rig, dict[str, str]]) -> None:
    rig, ids = table
    rig.save("Inbox", rig.read("Inbox").replace(";", "; 🚩"))
    report = rig.run()
    assert (report.problems, report.refused, report.conflicts) == ([], [], [])
    for name, (due, all_day, zone, _) in CLOUD.items():
        assert stored(rig, ids[name]) == (due, all_day, zone, 1), name
    rig.rest()


def test_a_due_date_that_is_typed(rig: Rig) -> None:
    lines = [f"- [ ] Row {number}; {words}" for number, (words, _) in enumerate(TYPED)]
    rig.append("Inbox", "\n".join(lines) + "\n")
    rig.run()
    rig.rest()
    for number, (words, due) in enumerate(TYPED):
        assert rig.shown(f"Row {number};").due == due
        assert f"Row {number}; {words} ^r-" in rig.read("Inbox"), words


def test_what_is_typed_over_a_date_that_cannot_be_read_is_held_and_named(rig: Rig) -> None:
    id = rig.phone.create("Inbox", "Land")
    put(rig, id, MAR_2, 0, "Mars/Olympus")
    rig.run()
    rig.replace("Inbox", "Land", "Land 📅 2026-12-14")
    assert any("its due in iCloud cannot be read" in one.reason for one in rig.run().held)
    assert stored(rig, id)[:3] == (MAR_2, 0, "Mars/Olympus")
    rig.rest()
    rig.replace("Inbox", " 📅 2026-12-14", "")
    assert rig.run().held == []
    rig.rest()


def test_a_typed_hour_that_the_clocks_skip_becomes_the_one_that_it_is(rig: Rig) -> None:
    rig.append("Inbox", "- [ ] Early ⏰ 02:30 📅 2026-03-29\n")
    rig.run()
    rig.run()
    assert rig.shown("Early").due == "2026-03-29T03:30[Europe/Paris]"
    assert "Early ⏰ 03:30 📅 2026-03-29 ^r-" in rig.read("Inbox")
    rig.rest()


def test_a_laptop_that_travels_changes_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Without a zone in the config, the one of the first start is home for good."""

    def travel(zone: str) -> None:
        monkeypatch.setenv("TZ", zone)
        time.tzset()
        tzlocal.reload_localzone()  # a process asks once, and other tests have asked in this one

    try:
        travel(PARIS)
        with open_rig(tmp_path, empty_world(), time_zone="null") as rig:
            rig.run()
            rig.append("Inbox", "- [ ] Call ⏰ 09:30 📅 2026-12-14\n- [x] Done\n")
            rig.run()
            rig.rest()
            for zone in ("America/Los_Angeles", "Pacific/Kiritimati"):
                travel(zone)
                rig.restart()
                rig.rest()
            assert rig.shown("Call").due == "2026-12-14T09:30[Europe/Paris]"
            rig.append("Inbox", "- [ ] Write ⏰ 10:00 📅 2026-12-14\n")
            rig.run()
            assert rig.shown("Write").due == "2026-12-14T10:00[Europe/Paris]"
            rig.settings["time_zone"] = PARIS
            rig.restart()
            rig.rest()
    finally:
        monkeypatch.undo()
        time.tzset()
        tzlocal.reload_localzone()


def test_another_home_zone_in_the_config_is_refused_while_lines_are_read_in_this_one(
    rig: Rig,
) -> None:
    rig.append("Inbox", "- [ ] Call ⏰ 09:30 📅 2026-12-14\n")
    rig.run()
    rig.settings["time_zone"] = TOKYO
    with pytest.raises(UsageError, match=r"time zone is Asia/Tokyo.*Europe/Paris"):
        rig.restart()
    rig.settings["time_zone"] = PARIS
    rig.open()
    rig.rest()
    assert rig.shown("Call").due == "2026-12-14T09:30[Europe/Paris]"
