"""Due dates by the table of the wire, and alarm components in either form."""

from __future__ import annotations

import base64
import json
import plistlib
from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from store.model import AllDay, Due, Floating, Zoned
from sync.codec.dates import (
    Components,
    components_from_due,
    due_from_fields,
    fields_from_due,
    read_components,
)
from sync.codec.document import Undecodable
from tests.codec.conftest import COMPONENTS

TABLE = [
    (Zoned(datetime(2026, 3, 14, 9, 30), "America/Toronto"), (1773495000000, False)),
    (Floating(datetime(2026, 3, 14, 9, 30)), (1773480600000, False)),
    (AllDay(date(2026, 3, 14)), (1773446400000, True)),
]


@pytest.mark.parametrize(("due", "wire"), TABLE)
def test_the_table_of_the_wire(due: Due, wire: tuple[int, bool]) -> None:
    zone = due.zone if isinstance(due, Zoned) else None
    assert fields_from_due(due) == (*wire, zone)
    assert due_from_fields(*wire, zone) == due


@pytest.mark.parametrize(
    "due_ms",
    [None, -62135596800000, -62135769600000, -(10**18), 322123125600000, 253402300800000],
)
@pytest.mark.parametrize("zone", [None, "Asia/Tokyo"])
def test_values_that_stand_for_none(due_ms: int | None, zone: str | None) -> None:
    assert due_from_fields(due_ms, False, zone) is None


@pytest.mark.parametrize(("due_ms", "zone"), [
    (253402300799999, "Asia/Tokyo"), (-62135596799999, "America/Toronto"),
])  # fmt: skip
def test_a_date_that_its_zone_pushes_out_of_range_is_none(due_ms: int, zone: str) -> None:
    assert due_from_fields(due_ms, False, zone) is None


def test_an_all_day_date_is_that_of_utc_whatever_else_is_said() -> None:
    assert due_from_fields(1773446400000 + 4 * 3600000, True, None) == AllDay(date(2026, 3, 14))
    assert due_from_fields(1773446400000, True, "America/Toronto") == AllDay(date(2026, 3, 14))


@pytest.mark.parametrize("zone", ["Mars/Olympus", "../etc/passwd", "America", "\x00", "GMT+0200"])
def test_an_unknown_zone_is_undecodable(zone: str) -> None:
    with pytest.raises(Undecodable, match="zone"):
        due_from_fields(1773495000000, False, zone)
    with pytest.raises(Undecodable, match="zone"):
        fields_from_due(Zoned(datetime(2026, 3, 14, 9, 30), zone))


def test_an_empty_zone_is_none() -> None:
    assert due_from_fields(1773480600000, False, "") == Floating(datetime(2026, 3, 14, 9, 30))


@pytest.mark.parametrize("due", [
    AllDay(date(1, 1, 1)), Floating(datetime(1, 1, 1)), Zoned(datetime(1, 1, 1), "Asia/Tokyo"),
    Zoned(datetime(9999, 12, 31, 23), "America/Toronto"),
])  # fmt: skip
def test_what_the_fields_cannot_say_is_refused(due: Due) -> None:
    with pytest.raises(Undecodable, match="range"):
        fields_from_due(due)


def instant(due: Due) -> datetime:
    return datetime.fromtimestamp(fields_from_due(due)[0] / 1000, UTC)


def test_a_skipped_hour_moves_on() -> None:
    """Berlin has no 02:30 on 29 March 2026."""
    gap = Zoned(datetime(2026, 3, 29, 2, 30), "Europe/Berlin")
    assert instant(gap) == datetime(2026, 3, 29, 1, 30, tzinfo=UTC)
    later = Zoned(datetime(2026, 3, 29, 3, 30), "Europe/Berlin")
    assert due_from_fields(*fields_from_due(gap)) == later
    assert components_from_due(gap) == components_from_due(later)


def test_a_doubled_hour_is_the_first_unless_folded() -> None:
    """Berlin has 02:30 twice on 25 October 2026."""
    first = Zoned(datetime(2026, 10, 25, 2, 30), "Europe/Berlin")
    second = Zoned(datetime(2026, 10, 25, 2, 30, fold=1), "Europe/Berlin")
    assert instant(first) == datetime(2026, 10, 25, 0, 30, tzinfo=UTC)
    assert instant(second) == datetime(2026, 10, 25, 1, 30, tzinfo=UTC)
    read = due_from_fields(*fields_from_due(second))
    assert read is not None
    assert instant(read) == instant(second)


ZONES = ["America/Toronto", "Europe/Berlin", "Asia/Kolkata", "Pacific/Apia", "Australia/Lord_Howe"]


@given(st.integers(-62100000000000, 253402000000000), st.sampled_from([*ZONES, "UTC", None]))
def test_reading_and_writing_gives_the_same_fields(due_ms: int, zone: str | None) -> None:
    due = due_from_fields(due_ms, False, zone)
    assert due is not None
    assert fields_from_due(due) == (due_ms, False, zone)


@given(st.dates(date(1, 1, 2)))
def test_every_day_comes_back(day: date) -> None:
    assert due_from_fields(*fields_from_due(AllDay(day))) == AllDay(day)


@pytest.mark.parametrize("name", ["json", "nskeyedarchiver_bplist"])
def test_golden_components_read(name: str) -> None:
    read = read_components(base64.b64decode(COMPONENTS[name]["base64"]))
    assert read == Components(2026, 3, 14, 9, 30, 0, "America/Toronto")
    due = read.due()
    assert due is not None
    assert fields_from_due(due)[0] == COMPONENTS[name]["expected_utc_ms"]


def test_components_are_written_with_all_keys_as_in_the_golden_file() -> None:
    due = Zoned(datetime(2026, 3, 14, 9, 30), "America/Toronto")
    assert components_from_due(due) == base64.b64decode(COMPONENTS["json"]["base64"])


def test_floating_components_name_no_zone() -> None:
    due = Floating(datetime(2026, 3, 14, 9, 30))
    assert "timeZone" not in json.loads(components_from_due(due))
    assert read_components(components_from_due(due)).due() == due


def test_a_time_alone_is_completed_by_the_day() -> None:
    read = read_components(base64.b64decode(COMPONENTS["json_time_only"]["base64"]))
    assert read.due() is None
    assert read.due(date(2026, 3, 14)) == Zoned(datetime(2026, 3, 14, 9), "America/Toronto")


def test_a_day_alone_is_all_day() -> None:
    assert Components(2026, 3, 14).due() == AllDay(date(2026, 3, 14))
    assert Components(2026, 2, 30, 9).due() is None
    assert Components().due(date(2026, 3, 14)) == AllDay(date(2026, 3, 14))


def test_undefined_parts_of_an_archive_count_as_unset() -> None:
    undefined = 9223372036854775807
    root = {"NS.year": 2026, "NS.month": 3, "NS.day": 14, "NS.hour": undefined, "NS.timezone": 7}
    archive = {"$top": {"root": plistlib.UID(1)}, "$objects": ["$null", root]}
    read = read_components(plistlib.dumps(archive, fmt=plistlib.FMT_BINARY))
    assert read == Components(2026, 3, 14)


@pytest.mark.parametrize(
    "data",
    [
        *(b"", b"[]", b"no", b"\xff\xfe", b"bplist00", b"bplist00garbage" * 5, b"{" * 100_000),
        plistlib.dumps({"$top": {}}, fmt=plistlib.FMT_BINARY),
        plistlib.dumps(["x"], fmt=plistlib.FMT_BINARY),
        plistlib.dumps(
            {"$top": {"root": plistlib.UID(9)}, "$objects": []}, fmt=plistlib.FMT_BINARY
        ),
    ],
)
def test_components_in_no_known_form_are_undecodable(data: bytes) -> None:
    with pytest.raises(Undecodable):
        read_components(data)


@given(st.binary(max_size=80), st.sampled_from([b"", b"{", b"bplist00"]))
def test_any_bytes_read_or_are_undecodable(data: bytes, start: bytes) -> None:
    try:
        read_components(start + data)
    except Undecodable:
        return
