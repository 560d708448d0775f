"""Due moments in their three forms, and the two forms of date components."""

from __future__ import annotations

import base64
import json
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sandbox.device import moment
from sandbox.device.moment import Moment

_FILE = Path(__file__).parents[1] / "golden" / "crdt-golden.json"
COMPONENTS: dict[str, str] = {
    case["name"]: case["base64"]
    for case in json.loads(_FILE.read_text("utf-8"))["date_components"]
    if "base64" in case
}


@pytest.mark.parametrize(
    ("text", "millis", "all_day", "zone"),
    [
        ("2026-03-14T09:30[America/Toronto]", 1773495000000, 0, "America/Toronto"),
        ("2026-03-14T09:30", 1773480600000, 0, None),
        ("2026-03-14", 1773446400000, 1, None),
        ("2026-03-14T09:30:05", 1773480605000, 0, None),
        ("1969-12-31T23:00", -3600000, 0, None),
    ],
)
def test_the_forms_of_a_due_date(text: str, millis: int, all_day: int, zone: str | None) -> None:
    when = moment.parse(text)
    assert (when.millis, when.all_day, when.zone) == (millis, bool(all_day), zone)
    assert str(moment.from_fields(millis, all_day, zone)) == text


def test_an_all_day_date_is_its_utc_calendar_day() -> None:
    assert str(moment.from_fields(1773446400000 + 5 * 3600000, 1, "Asia/Tokyo")) == "2026-03-14"


@pytest.mark.parametrize("unset", [None, -62135596800000, -62135769600000, 322123125600000, "1"])
def test_sentinels_mean_no_due_date(unset: object) -> None:
    assert moment.from_fields(unset, 0, None) is None


@pytest.mark.parametrize(
    "text",
    ["", "tomorrow", "2026-3-2", "2026-03-02[Europe/Paris]", "2026-02-30", "2026-03-02T25:00",
     "2026-03-02T10:00[Mars/Base]", "2026-03-02T10:00[../etc/passwd]"],
)  # fmt: skip
def test_other_texts_are_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r".+"):
        moment.parse(text)


@pytest.mark.parametrize("form", ["json", "nskeyedarchiver_bplist"])
def test_both_forms_of_components_are_read(form: str) -> None:
    when = moment.from_components(COMPONENTS[form])
    assert str(when) == "2026-03-14T09:30[America/Toronto]"
    assert when is not None
    assert when.millis == 1773495000000


def test_a_time_without_a_day_names_no_moment() -> None:
    assert moment.from_components(COMPONENTS["json_time_only"]) is None


def test_the_phone_writes_all_keys_and_no_zone_when_floating() -> None:
    written = json.loads(base64.b64decode(moment.to_components(moment.parse("2026-03-14T09:30"))))
    assert written == {
        **{"era": 1, "year": 2026, "month": 3, "day": 14},
        **{"hour": 9, "minute": 30, "second": 0},
    }


@pytest.mark.parametrize(
    "value", [None, "", "!", "AAAA", "W10=", "YnBsaXN0MDA=", "eyJ5ZWFyIjo5OX0"]
)
def test_rubbish_components_are_a_value_error(value: Any) -> None:
    with pytest.raises(ValueError, match=r".+"):
        moment.from_components(value)


@given(
    st.datetimes(min_value=datetime(1970, 1, 2), max_value=datetime(2200, 1, 1)),
    st.sampled_from([None, "Europe/Paris", "Asia/Kolkata", "America/Toronto"]),
    st.booleans(),
)
def test_components_and_texts_round_trip(wall: datetime, zone: str | None, all_day: bool) -> None:
    wall = wall.replace(microsecond=0)
    if all_day:
        wall, zone = wall.replace(hour=0, minute=0, second=0), None
    when = Moment(wall, all_day, zone)
    assert moment.parse(str(when)) == when
    if not all_day:
        assert moment.from_components(moment.to_components(when)) == when
