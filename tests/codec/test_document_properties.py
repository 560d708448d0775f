"""Whatever texts several replicas write in turn, each result is valid and shows what was meant."""

from __future__ import annotations

import zlib

from hypothesis import given, settings
from hypothesis import strategies as st

from sync.codec import crdt
from sync.codec.blob import gzipped, unpacked
from sync.codec.document import Undecodable, edit, fresh, read_text
from sync.codec.document_pb2 import Document, String
from tests.codec.conftest import DOCUMENTS, RA, RB, RC

PIECES = ["", "a", "Buy milk", "🛒", "👨‍👩‍👧", "é", "\n", "e\u0301", "𝒳", "\u200d", " ", "中文"]
texts = st.one_of(
    st.lists(st.sampled_from(PIECES), max_size=6).map("".join),
    st.text(st.characters(exclude_categories=["Cs"]), max_size=30),
)
replicas = st.one_of(st.sampled_from([RA, RB, RC]), st.binary(min_size=16, max_size=16).filter(any))


def string_in(data: bytes) -> String:
    return String.FromString(Document.FromString(unpacked(data)).version[0].data)


def identities(value: String) -> set[tuple[bytes, int]]:
    """Each character that was ever there, by the UUID of its replica and its number."""
    uuids = [clock.replicaUUID for clock in value.timestamp.clock]
    return {
        (uuids[part.charID.replicaID - 1], part.charID.clock + step)
        for part in value.substring
        if part.charID.replicaID
        for step in range(part.length)
    }


@given(texts, replicas, st.lists(st.tuples(texts, replicas), max_size=8))
def test_any_sequence_of_edits(first: str, maker: bytes, edits: list[tuple[str, bytes]]) -> None:
    data = fresh(first, maker)
    for text, replica in edits:
        before = string_in(data)
        data = edit(data, text, replica)
        after = string_in(data)
        uuids = [clock.replicaUUID for clock in after.timestamp.clock]
        assert read_text(data) == text
        assert crdt.problems(after) == []
        assert uuids == sorted(uuids)
        assert identities(before) <= identities(after)
        assert sum(part.length for part in after.substring) == len(identities(after))
        for index, part in enumerate(after.substring):
            assert all(child > index for child in part.child)


@given(st.sampled_from(sorted(DOCUMENTS)), texts, replicas)
def test_an_edit_of_any_golden_document_is_valid_or_refused(
    name: str, text: str, replica: bytes
) -> None:
    data = bytes.fromhex(DOCUMENTS[name]["protobuf_hex"])
    try:
        edited = edit(data, text, replica)
    except Undecodable:
        return
    if edited is not data:
        assert read_text(edited) == text
        assert crdt.problems(string_in(edited)) == []


@settings(max_examples=100)
@given(
    st.sampled_from(sorted(DOCUMENTS)),
    st.lists(st.tuples(st.integers(0, 400), st.integers(0, 255)), min_size=1, max_size=4),
)
def test_damage_is_told_and_never_crashes(name: str, flips: list[tuple[int, int]]) -> None:
    data = bytearray.fromhex(DOCUMENTS[name]["protobuf_hex"])
    for place, value in flips:
        data[place % len(data)] = value
    try:
        shown = read_text(bytes(data))
        edited = edit(bytes(data), shown + "x", RB)
    except Undecodable:
        return
    assert read_text(edited) == shown + "x"
    assert crdt.problems(string_in(edited)) == []


@given(st.binary(max_size=200))
def test_any_bytes_read_or_are_undecodable(data: bytes) -> None:
    for form in (data, gzipped(data), zlib.compress(data)):
        try:
            read_text(form)
        except Undecodable:
            continue


def test_a_long_history_does_not_exhaust_the_stack() -> None:
    """A chain of 5,000 tombstones, as 5,000 edits leave it."""
    value = String()
    crdt.lay_fresh(value, "x" * 5000, RA)
    end = value.substring.pop()
    del value.substring[1]
    for step in range(5000):
        part = value.substring.add(length=1, tombstone=True, child=[step + 2])
        part.charID.replicaID, part.charID.clock = 1, step
        part.timestamp.replicaID, part.timestamp.clock = 1, 0
    value.substring.append(end)
    value.string = b""
    del value.attributeRun[:]
    assert crdt.problems(value) == []
    crdt.replace_text(value, "Buy milk", RA)
    assert crdt.problems(value) == []
    assert len(value.substring) == 5003
