"""Field wrappers in every form that the wire has been seen in."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sync.codec import fields
from sync.codec.document import Undecodable

UUID = "3F0C1B7E-5D0A-4B1C-9E57-0A1B2C3D4E5F"
READERS: list[Callable[[Any, str], object]] = [
    *(fields.text, fields.plain_text, fields.integer, fields.number, fields.flag),
    *(fields.timestamp_ms, fields.blob, fields.reference, fields.strings),
]


def record(wrapper: object) -> dict[str, Any]:
    return {"recordName": "Reminder/X", "fields": {"F": wrapper}}


def value(value: object, kind: str | None = None) -> dict[str, Any]:
    return record({"value": value} if kind is None else {"value": value, "type": kind})


@pytest.mark.parametrize("read", READERS)
@pytest.mark.parametrize(
    "unset",
    [
        *({"recordName": "X"}, {"fields": {}}, {"fields": None}, record(None), record({})),
        *(record({"type": "TIMESTAMP"}), value(None), value(None, "STRING")),
    ],
)
def test_not_set(read: Callable[[Any, str], object], unset: dict[str, Any]) -> None:
    assert read(unset, "F") in (None, False, ())


@pytest.mark.parametrize("kind", ["INT64", "NUMBER_INT64", None, "STRANGE"])
@pytest.mark.parametrize(
    ("raw", "wanted"), [(1, 1), (True, 1), (False, 0), ("12", 12), (3.0, 3), ("-4", -4)]
)
def test_integers(raw: object, wanted: int, kind: str | None) -> None:
    assert fields.integer(value(raw, kind), "F") == wanted


@pytest.mark.parametrize("kind", ["DOUBLE", "NUMBER_DOUBLE", None])
def test_numbers(kind: str | None) -> None:
    assert fields.number(value(100794059200.5, kind), "F") == 100794059200.5
    assert fields.number(value("2.5", kind), "F") == 2.5


@pytest.mark.parametrize("raw", [-62135596800000, -62135769600000, 322123125600000, -(10**17)])
def test_timestamps_that_stand_for_none(raw: int) -> None:
    assert fields.timestamp_ms(value(raw), "F") is None
    assert fields.timestamp_ms(value(str(raw)), "F") is None


def test_timestamps() -> None:
    assert fields.timestamp_ms(value(0), "F") == 0
    assert fields.timestamp_ms(value("1773495000000"), "F") == 1773495000000


@pytest.mark.parametrize("kind", ["STRING_LIST", "EMPTY_LIST", "UNKNOWN_LIST", None])
def test_lists(kind: str | None) -> None:
    assert fields.strings(value([], kind), "F") == ()
    assert fields.strings(value(["A", "B"], kind), "F") == ("A", "B")


def test_references() -> None:
    full = {"recordName": f"List/{UUID}", "action": "NONE", "zoneID": {"zoneName": "Reminders"}}
    assert fields.reference(value(full, "REFERENCE"), "F") == f"List/{UUID}"
    assert fields.reference(value({}), "F") is None


def test_text_that_is_encrypted_at_rest_comes_plain_or_as_bytes() -> None:
    assert fields.plain_text(value("errands", "STRING"), "F") == "errands"
    assert fields.plain_text(value("ZXJyYW5kcw", "ENCRYPTED_BYTES"), "F") == "errands"
    with pytest.raises(Undecodable):
        fields.plain_text(value("/w==", "ENCRYPTED_BYTES"), "F")


@pytest.mark.parametrize(
    ("read", "raw"),
    [
        *((fields.integer, "x"), (fields.integer, 1.5), (fields.integer, [])),
        *((fields.number, float("nan")), (fields.number, float("inf")), (fields.number, 10**400)),
        *((fields.text, 5), (fields.blob, "*"), (fields.blob, 5), (fields.strings, "A")),
        *((fields.strings, [1]), (fields.reference, 5), (fields.reference, {"recordName": 5})),
        (fields.timestamp_ms, {}),
    ],
)
def test_nonsense_is_undecodable_and_names_the_field(
    read: Callable[[Any, str], object], raw: object
) -> None:
    with pytest.raises(Undecodable, match="F"):
        read(value(raw), "F")


def test_identities_and_types_of_names() -> None:
    assert fields.bare_id(f"Reminder/{UUID.lower()}") == UUID
    assert fields.bare_id(UUID.lower()) == UUID
    assert fields.bare_id("Reminder/REM-Fixture") == "REM-Fixture"
    assert fields.record_type_of(f"AlarmTrigger/{UUID}") == "AlarmTrigger"
    assert fields.record_type_of(UUID) is None
    assert fields.record_type_of("/x") is None


@pytest.mark.parametrize("read", READERS)
@given(
    raw=st.recursive(
        st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=9),
        lambda inner: (
            st.lists(inner, max_size=2)
            | st.dictionaries(st.sampled_from(["value", "type", "recordName"]), inner, max_size=2)
        ),
        max_leaves=5,
    )
)
def test_any_wrapper_reads_or_is_undecodable(
    read: Callable[[Any, str], object], raw: object
) -> None:
    try:
        read(record(raw), "F")
    except Undecodable:
        return


@pytest.mark.parametrize(
    ("name", "said", "is_of"),
    [
        ("Reminder/A", "Reminder", "Reminder"),
        ("A", "Reminder", "Reminder"),
        ("Reminder/A", None, "Reminder"),
        ("Reminder/A", ["List"], "Reminder"),
        ("Reminder/A", "Wonder", "Reminder"),
        ("Reminder/A", "List", "List"),
        ("Wonder/A", None, "Wonder"),
        ("Wonder/A", "Marvel", "Marvel"),
        ("A", None, ""),
    ],
)
def test_the_type_of_a_record_that_lost_it_is_in_its_name(
    name: str, said: object, is_of: str
) -> None:
    assert fields.type_of({"recordName": name, "recordType": said}) == is_of
