"""Documents: every golden case reads, and an edit is byte for byte the one devices accept."""

from __future__ import annotations

import gzip
import zlib
from typing import Any

import pytest

from sync.codec import crdt
from sync.codec.blob import unpacked
from sync.codec.document import Undecodable, edit, fresh, from_base64, read_text, to_base64
from sync.codec.document_pb2 import Document, String, Version
from tests.codec.conftest import DOCUMENTS, RA, RB, RC

UNREADABLE = {"cached_string_missing", "ciphertext_not_a_document"}


def golden(name: str) -> bytes:
    return from_base64(DOCUMENTS[name]["base64"])


def protobuf(data: bytes) -> str:
    return unpacked(data).hex()


def string_in(data: bytes) -> String:
    document = Document.FromString(unpacked(data))
    return String.FromString(document.version[0].data)


def clocks_in(data: bytes) -> list[tuple[bytes, list[int]]]:
    return [
        (clock.replicaUUID, [tick.clock for tick in clock.replicaClock])
        for clock in string_in(data).timestamp.clock
    ]


@pytest.mark.parametrize("case", DOCUMENTS.values(), ids=DOCUMENTS)
def test_every_golden_document_reads_as_it_should(case: dict[str, Any]) -> None:
    data = from_base64(case["base64"])
    if case["name"] in UNREADABLE:
        with pytest.raises(Undecodable):
            read_text(data)
    else:
        assert read_text(data) == case["expected_text"]


@pytest.mark.parametrize(
    "case", [case for case in DOCUMENTS.values() if case["wrapper"] == "Document"],
    ids=lambda case: case["name"],
)  # fmt: skip
def test_the_rules_of_validity_judge_as_the_golden_file_does(case: dict[str, Any]) -> None:
    if case["expected_text"] is None:
        return
    found = crdt.problems(string_in(from_base64(case["base64"])))
    assert (not found) == case["valid"], found


@pytest.mark.parametrize(
    ("name", "replica"),
    [
        ("fresh_buy_milk_zlib", RA),
        ("fresh_empty", RA),
        ("fresh_emoji", RA),
        ("fresh_multiline_note", RB),
    ],
)
def test_a_fresh_document_is_the_golden_one(name: str, replica: bytes) -> None:
    data = fresh(DOCUMENTS[name]["expected_text"], replica)
    assert protobuf(data) == DOCUMENTS[name]["protobuf_hex"]


def test_documents_are_written_as_gzip_in_the_form_of_devices_and_always_alike() -> None:
    data = fresh("Buy milk", RA)
    assert to_base64(data) == DOCUMENTS["fresh_buy_milk_gzip"]["base64"]
    assert gzip.decompress(data).hex() == DOCUMENTS["fresh_buy_milk_gzip"]["protobuf_hex"]


@pytest.mark.parametrize(
    ("result", "replica"),
    [("edit_new_replica_after__clock_from_zero", RB), ("edit_same_replica", RA)],
)
def test_an_edit_is_the_golden_one(result: str, replica: bytes) -> None:
    edited = edit(golden("fresh_buy_milk_zlib"), DOCUMENTS[result]["expected_text"], replica)
    assert protobuf(edited) == DOCUMENTS[result]["protobuf_hex"]


@pytest.mark.parametrize(
    ("base", "result", "replica", "own_clock"),
    [
        ("fresh_buy_milk_zlib", "edit_clear_to_empty", RB, [0, 2]),
        ("fresh_buy_milk_zlib", "edit_new_replica_before__indices_remapped", RC, [12, 2]),
        (
            "edit_new_replica_after__clock_continues",
            "edit_second_generation_three_replicas",
            RC,
            [12, 2],
        ),
    ],
)
def test_an_edit_is_the_golden_one_but_for_numbers_of_its_own(
    base: str, result: str, replica: bytes, own_clock: list[int]
) -> None:
    """These were captured from a writer that numbers a newcomer's characters from the others'."""
    value = string_in(edit(golden(base), DOCUMENTS[result]["expected_text"], replica))
    wanted = string_in(golden(result))
    own = [clock.replicaUUID for clock in wanted.timestamp.clock].index(replica)
    for part in wanted.substring:
        if part.charID.replicaID == own + 1:
            part.charID.clock = 0
    for tick, number in zip(wanted.timestamp.clock[own].replicaClock, own_clock, strict=True):
        tick.clock = number
    for run in wanted.attributeRun:
        run.fontHints = 0
    assert value == wanted


def test_an_equal_text_writes_nothing() -> None:
    for name in ("fresh_buy_milk_zlib", "corrupt_codepoint_lengths", "substrings_without_clock"):
        data = golden(name)
        assert edit(data, DOCUMENTS[name]["expected_text"], RB) is data


@pytest.mark.parametrize("name", ["substrings_without_clock", *sorted(UNREADABLE)])
def test_what_must_not_be_written_is_refused(name: str) -> None:
    with pytest.raises(Undecodable):
        edit(golden(name), "Other", RB)


def test_a_document_without_structure_gets_a_fresh_one() -> None:
    edited = edit(golden("structureless"), "Real title", RA)
    assert read_text(edited) == "Real title"
    assert crdt.problems(string_in(edited)) == []
    assert protobuf(edited) == protobuf(fresh("Real title", RA))


def test_an_edit_heals_lengths_that_were_counted_in_code_points() -> None:
    edited = edit(golden("corrupt_codepoint_lengths"), "🛒 Oat milk", RB)
    assert crdt.problems(string_in(edited)) == []
    assert read_text(edited) == "🛒 Oat milk"


def test_both_texts_of_a_concatenated_title_go() -> None:
    edited = edit(golden("device_merged_concatenation"), "Buy oat milk", RC)
    value = string_in(edited)
    assert [part.tombstone for part in value.substring] == [False, False, True, True, False]
    assert list(value.substring[1].child) == [2, 3]
    assert crdt.problems(value) == []


def test_refilling_a_cleared_text_goes_on_with_the_own_numbers() -> None:
    cleared = edit(fresh("Buy milk", RA), "", RA)
    assert clocks_in(cleared) == [(RA, [8, 2])]
    refilled = edit(cleared, "Oats", RA)
    assert clocks_in(refilled) == [(RA, [12, 2])]
    assert [part.length for part in string_in(refilled).substring] == [0, 4, 8, 0]


def test_a_newcomer_that_only_inserts_starts_at_one() -> None:
    assert clocks_in(edit(fresh("", RA), "Oats", RB)) == [(RA, [0, 1]), (RB, [4, 1])]


def test_bare_forms_are_written_back_as_a_document() -> None:
    for name in ("wrapper_bare_version", "wrapper_bare_string", "wrapper_uncompressed_document"):
        edited = edit(golden(name), "Water the plants", RB)
        assert read_text(edited) == "Water the plants"
        assert crdt.problems(string_in(edited)) == []


def test_unknown_fields_survive_an_edit_on_every_level() -> None:
    extra = b"\xfa\x01\x03new"  # field 31, three bytes
    value = string_in(fresh("Buy milk", RA)).SerializeToString() + extra
    version = Version(serializationVersion=0, minimumSupportedVersion=7, data=value)
    document = Document(version=[Version.FromString(version.SerializeToString() + extra)])
    edited = edit(document.SerializeToString() + extra, "Buy oats", RB)
    raw = unpacked(edited)
    kept = Document.FromString(raw).version[0]
    assert raw.endswith(extra)
    assert kept.SerializeToString().endswith(extra)
    assert kept.minimumSupportedVersion == 7
    assert kept.data.endswith(extra)


def test_a_document_of_several_versions_is_read_but_not_edited() -> None:
    document = Document.FromString(unpacked(fresh("Buy milk", RA)))
    document.version.add(serializationVersion=1)
    data = document.SerializeToString()
    assert read_text(data) == "Buy milk"
    with pytest.raises(Undecodable):
        edit(data, "Buy oats", RA)


def broken(change: str) -> bytes:
    value = string_in(fresh("Buy milk", RA))
    match change:
        case "no start":
            del value.substring[0]
        case "no end":
            del value.substring[2]
            del value.substring[1].child[:]
        case "a start with characters" | "an end with characters":
            marker = value.substring[0 if "start" in change else -1]
            marker.length, marker.tombstone = 4, True
        case "child above the list":
            value.substring[1].child[:] = [9]
        case "a loop":
            value.substring[2].child[:] = [1]
        case "out of reach":
            value.substring[0].child[:] = [2]
        case "replica index too high":
            value.substring[1].charID.replicaID = 4
        case "end above the clock":
            value.timestamp.clock[0].replicaClock[0].clock = 3
        case "a zeroed replica":
            value.timestamp.clock[0].replicaUUID = bytes(16)
        case "a replica twice":
            value.timestamp.clock.add().CopyFrom(value.timestamp.clock[0])
        case "no numbers left":
            value.timestamp.clock[0].replicaClock[0].clock = 0xFFFFFFFE
    version = Version(data=value.SerializeToString())
    return Document(version=[version]).SerializeToString()


@pytest.mark.parametrize(
    "change",
    [
        *("no start", "no end", "child above the list", "a loop", "out of reach"),
        *("a start with characters", "an end with characters"),
        *("replica index too high", "end above the clock", "a zeroed replica"),
        *("a replica twice", "no numbers left"),
    ],
)
def test_a_damaged_structure_is_read_but_never_written(change: str) -> None:
    data = broken(change)
    assert read_text(data) == "Buy milk"
    with pytest.raises(Undecodable):
        edit(data, "Buy oats", RA)


@pytest.mark.parametrize(
    "data",
    [
        b"\x1f\x8b\x08\x00garbage",
        b"\x78\x9cgarbage",
        zlib.compress(b"\x08\x00" * 50)[:-6],
        gzip.compress(bytes(17 * 1024 * 1024)),
        b"Buy milk",
        b"\x08\x00",
        b"\x03\x0b0Uz",
    ],
    ids=["gzip", "zlib", "cut", "bomb", "text", "no version", "ciphertext"],
)
def test_what_is_no_document_is_undecodable(data: bytes) -> None:
    with pytest.raises(Undecodable):
        read_text(data)


def test_text_that_is_not_utf_8_is_undecodable() -> None:
    data = unpacked(fresh("Buy milk", RA)).replace(b"milk", b"m\xed\xa0\x80")
    with pytest.raises(Undecodable):
        read_text(data)


def test_half_a_character_is_refused() -> None:
    with pytest.raises(ValueError, match="surrogate"):
        fresh("\ud83d", RA)
    with pytest.raises(ValueError, match="surrogate"):
        edit(fresh("Buy milk", RA), "milk \udc00", RA)


@pytest.mark.parametrize("replica", [b"", bytes(16), bytes(15), b"x" * 17])
def test_a_replica_is_sixteen_bytes_that_are_not_all_zero(replica: bytes) -> None:
    with pytest.raises(ValueError, match="replica"):
        fresh("Buy milk", replica)
    with pytest.raises(ValueError, match="replica"):
        edit(fresh("Buy milk", RA), "Buy oats", replica)


def test_nothing_at_all_is_an_empty_text() -> None:
    assert read_text(b"") == ""
    assert edit(b"", "Buy milk", RA) == fresh("Buy milk", RA)
    assert edit(b"", "", RA) == b""


def test_base64_may_lack_its_padding() -> None:
    assert from_base64("AQI") == from_base64("AQI=") == from_base64("AQ\nI=") == b"\x01\x02"
    for bad in ("A", "A*BC", "=A"):
        with pytest.raises(Undecodable):
            from_base64(bad)


def test_a_damaged_document_does_not_pass_for_a_bare_text() -> None:
    # Field 2 of a document is its version, that of a bare text the text itself: here both read.
    damaged = bytes.fromhex("0800 1206 1a04 1a02 1001")  # a part of the string has no identity
    with pytest.raises(Undecodable, match="damaged"):
        read_text(damaged)
    with pytest.raises(Undecodable):
        edit(damaged, "another text", bytes(16))
