"""Text documents on the phone: read like Apple's reader, merged by identity of characters."""

from __future__ import annotations

import base64
import gzip
import json
import zlib
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sandbox.device import crdt, document
from sandbox.device.document import END, START, Document, DocumentError, Run
from tests.sandbox.phones import wrapped

_FILE = Path(__file__).parents[1] / "golden" / "crdt-golden.json"
GOLDEN: dict[str, dict[str, Any]] = {
    case["name"]: case for case in json.loads(_FILE.read_text("utf-8"))["documents"]
}
VALID = [name for name, case in GOLDEN.items() if case["valid"]]
ONE, TWO, THREE = b"\x11" * 16, b"\x22" * 16, b"\x33" * 16
TEXT = st.text(max_size=12)


def golden(name: str) -> Document:
    return document.decode(GOLDEN[name]["base64"])


@pytest.mark.parametrize("name", GOLDEN)
def test_validity_is_judged_as_apples_reader_does(name: str) -> None:
    assert (document.problems(GOLDEN[name]["base64"]) == ()) is GOLDEN[name]["valid"]


@pytest.mark.parametrize("name", VALID)
def test_valid_documents_are_read(name: str) -> None:
    found = golden(name)
    assert found.text == GOLDEN[name]["expected_text"]
    assert [run.length for run in found.runs] == [s["length"] for s in GOLDEN[name]["substrings"]]
    assert len(found.text.encode("utf-16-le")) // 2 == GOLDEN[name]["utf16_length"]


@pytest.mark.parametrize("name", [n for n in VALID if GOLDEN[n]["wrapper"] == "Document"])
def test_documents_are_written_byte_for_byte(name: str) -> None:
    written = base64.b64decode(document.encode(golden(name)))
    assert written[:10] == b"\x1f\x8b\x08\x00\x00\x00\x00\x00\x00\x13"
    assert gzip.decompress(written).hex() == GOLDEN[name]["protobuf_hex"]


@pytest.mark.parametrize("name", [name for name in GOLDEN if name not in VALID])
def test_broken_documents_are_refused_with_reasons(name: str) -> None:
    with pytest.raises(DocumentError) as caught:
        golden(name)
    assert caught.value.problems


@pytest.mark.parametrize("pack", [zlib.compress, gzip.compress, bytes])
def test_every_wrapping_is_read_also_without_padding(pack: Any) -> None:
    raw = bytes.fromhex(GOLDEN["fresh_emoji"]["protobuf_hex"])
    text = base64.b64encode(pack(raw)).decode().rstrip("=")
    assert document.decode(text).text == GOLDEN["fresh_emoji"]["expected_text"]


def spoil(**changes: Any) -> str:
    """Return "Buy milk" with parts of its String message replaced; the rest stays sound."""
    string = document._write(golden("fresh_buy_milk_zlib"))
    text = string.substring[1]
    if "string" in changes:
        string.string = changes["string"]
        string.attributeRun[0].length = len(changes["string"])
    if "uuid" in changes:
        string.timestamp.clock[0].replicaUUID = changes["uuid"]
    if "replica" in changes:
        text.charID.replicaID = changes["replica"]
    if "child" in changes:
        text.child[:] = changes["child"]
    if "clock" in changes:
        string.timestamp.clock[0].replicaClock[0].clock = changes["clock"]
    if "styled" in changes:
        string.attributeRun[0].length = changes["styled"]
    if "first" in changes:
        string.substring[0].charID.clock = changes["first"]
    if "bare" in changes:
        text.ClearField(changes["bare"])
    return wrapped(string)


@pytest.mark.parametrize(
    ("changes", "part"),
    [
        ({"string": "Buy milk!"}, "length of substrings 8"),
        ({"styled": 7}, "attribute runs 7"),
        ({"uuid": bytes(16)}, "zeroed"),
        ({"replica": 2}, "above the clock count 1"),
        ({"child": [7]}, "above the substring count"),
        ({"child": [1]}, "stands before"),
        ({"child": []}, "substring 2 follows nothing"),
        ({"clock": 7}, "above its replica's clock"),
        ({"first": 3}, "no start marker"),
        ({"bare": "timestamp"}, "lacks its timestamp"),
    ],
)
def test_each_broken_invariant_is_named(changes: dict[str, Any], part: str) -> None:
    assert document.problems(spoil()) == ()
    assert any(part in problem for problem in document.problems(spoil(**changes)))


@pytest.mark.parametrize("value", ["", "not base64!", "eJwAAAA=", "H4sIAAAA"])
def test_rubbish_is_a_problem_not_a_crash(value: str) -> None:
    assert document.problems(value)


@pytest.mark.parametrize(
    "name", [name for name in VALID if GOLDEN[name].get("based_on") == "fresh_buy_milk_zlib"]
)
def test_a_proper_edit_arrives_as_it_was_meant(name: str) -> None:
    merged = crdt.merge(golden("fresh_buy_milk_zlib"), golden(name))
    assert merged == golden(name)


def test_a_second_generation_edit_arrives_on_a_phone_that_missed_the_first() -> None:
    merged = crdt.merge(
        golden("fresh_buy_milk_zlib"), golden("edit_second_generation_three_replicas")
    )
    assert merged.text == "Buy soy milk"


def test_the_phones_own_edit_has_the_captured_shape() -> None:
    first = crdt.fresh("x" * 37, ONE)
    edited = crdt.edit(first, "y" * 43, ONE)
    shape = [(run.first, run.length, run.dead) for run in edited.runs]
    assert shape == [
        (START, 0, False),
        ((ONE, 37), 43, False),
        ((ONE, 0), 37, True),
        (END, 0, False),
    ]
    assert edited.clocks == {ONE: (80, 2)}


def test_re_encoding_under_a_known_replica_brings_nothing() -> None:
    known = crdt.fresh("Buy milk", ONE)
    assert crdt.merge(known, crdt.fresh("Buy rice", ONE)).text == "Buy milk"


def test_re_encoding_under_a_new_replica_shows_both_texts() -> None:
    merged = crdt.merge(crdt.fresh("Buy milk", ONE), crdt.fresh("Buy rice", TWO))
    assert merged.text == "Buy riceBuy milk"


def test_re_encoding_after_an_edit_does_not_upset_the_known_order() -> None:
    known = crdt.edit(crdt.fresh("Buy milk", ONE), "Buy oat milk", ONE)
    merged = crdt.merge(known, crdt.fresh("Get some more oat milk!", ONE))
    assert merged.text.startswith("Buy oat milk")
    assert document.problems(document.encode(merged)) == ()


def test_an_insertion_splits_a_known_run() -> None:
    merged = crdt.merge(golden("fresh_buy_milk_zlib"), golden("edit_split_insertion"))
    assert merged.text == "Buy oat milk"


def test_a_deletion_of_a_part_is_kept_against_an_older_version() -> None:
    whole = crdt.fresh("Buy cold milk", ONE)
    start, run, end = whole.runs
    units = run.units
    pieces = [
        Run((ONE, 0), 4, (ONE, 0), False, units[:8], ((ONE, 4),)),
        Run((ONE, 4), 5, (ONE, 1), True, b"", ((ONE, 9),)),
        Run((ONE, 9), 4, (ONE, 0), False, units[18:], (END,)),
    ]
    part = Document((start, *pieces, end), {ONE: (13, 2)}, document.plain_style(8))
    assert part.text == "Buy milk"
    assert crdt.merge(part, whole).text == crdt.merge(whole, part).text == "Buy milk"


def test_a_surrogate_pair_survives_a_split_beside_it() -> None:
    base = crdt.fresh("a🛒b", ONE)
    start, run, end = base.runs
    left = Run((ONE, 0), 1, (ONE, 0), False, run.units[:2], ((TWO, 0),))
    new = Run((TWO, 0), 1, (TWO, 0), False, "é".encode("utf-16-le"), ((ONE, 1),))
    right = Run((ONE, 1), 3, (ONE, 0), False, run.units[2:], (END,))
    edited = Document((start, left, new, right, end), {ONE: (4, 1), TWO: (1, 1)}, ())
    assert crdt.merge(base, edited).text == "aé🛒b"


@given(st.lists(st.tuples(st.sampled_from((ONE, TWO, THREE)), TEXT), max_size=6), TEXT)
def test_edits_one_after_another_show_the_last_text(
    edits: list[tuple[bytes, str]], first: str
) -> None:
    current = crdt.fresh(first, ONE)
    for replica, text in edits:
        current = document.decode(document.encode(crdt.edit(current, text, replica)))
        assert current.text == text


@given(TEXT, st.lists(st.tuples(st.integers(0, 2), st.booleans(), TEXT), max_size=10))
def test_replicas_that_know_the_same_show_the_same(
    first: str, steps: list[tuple[int, bool, str]]
) -> None:
    """Any edits and partial exchanges, then a full exchange: one text, and a sound document."""
    replicas = (ONE, TWO, THREE)
    held = [crdt.fresh(first, ONE)] * 3
    for who, exchanges, text in steps:
        if exchanges:
            held[who] = crdt.merge(held[who], held[(who + 1) % 3])
        else:
            held[who] = crdt.edit(held[who], text, replicas[who])
    merged = [
        crdt.merge(crdt.merge(held[i], held[(i + 1) % 3]), held[(i + 2) % 3]) for i in range(3)
    ]
    assert len({entry.text for entry in merged}) == 1
    for entry in merged:
        assert crdt.same(entry, merged[0])
        assert crdt.same(crdt.merge(entry, merged[0]), entry)
        assert document.problems(document.encode(entry)) == ()
