"""The document of memberships: read tolerantly, changed entry by entry, never rebuilt."""

from __future__ import annotations

import gzip
import hashlib
import json

import pytest

from sync.codec.blob import Undecodable
from sync.codec.operations import Context
from sync.codec.sections import put_in_sections, read_memberships, rename_section

CTX = Context(978307200_000 + 5_000, b"r" * 16, "5B1C6F4C-3B1E-4E0E-9F59-0A3C8C1D2E3F", lambda: "")
LIST = {"recordName": "List/L", "recordType": "List", "recordChangeTag": "1", "fields": {}}


def entry(member: str, section: str, at: float = 1.0, obsolete: bool = False) -> dict[str, object]:
    return {"memberID": member, "groupID": section, "modifiedOn": at, "isObsolete": obsolete}


def packed(*entries: object, **more: object) -> bytes:
    return json.dumps({**more, "memberships": entries}).encode()


def test_the_latest_entry_counts_and_an_obsolete_one_says_nothing() -> None:
    data = packed(
        entry("A", "new", 2), entry("A", "old", 1), entry("B", "x", 1), entry("B", "x", 3, True),
        {"memberID": 7}, entry("C", "c"),
    )  # fmt: skip
    assert read_memberships(data) == {"A": "new", "C": "c"}
    assert read_memberships(gzip.compress(data)) == {"A": "new", "C": "c"}


@pytest.mark.parametrize("data", [b"", b"[]", b'{"memberships": {}}', b'{"memberships": [1]}'])
def test_what_makes_no_sense_is_neither_read_nor_written_over(data: bytes) -> None:
    with pytest.raises(Undecodable):
        read_memberships(data)
    with pytest.raises(Undecodable):
        put_in_sections(CTX, LIST, data, {"A": "x"})


def test_one_change_leaves_all_else_and_its_checksum_fits() -> None:
    data = packed(entry("A", "x"), {**entry("B", "x"), "odd": 1}, minimumSupportedVersion=9, k=[2])
    group = put_in_sections(CTX, LIST, data, {"B": None, "C": "y", "A": "x"})
    [upload] = group.uploads
    assert json.loads(upload.data) == {
        "minimumSupportedVersion": 9,
        "k": [2],
        "memberships": [
            entry("A", "x"),
            {**entry("B", "x", 5.0, True), "odd": 1},
            entry("C", "y", 5.0),
        ],
    }
    fields = group.operations[0]["record"]["fields"]
    written = fields["MembershipsOfRemindersInSectionsChecksum"]
    assert written == {
        "type": "STRING",
        "value": hashlib.sha512(upload.data).hexdigest(),
        "isEncrypted": True,
    }
    raised = set(json.loads(fields["ResolutionTokenMap"]["value"])["map"])
    assert raised == {"membershipsOfRemindersInSectionsChecksum", "lastModifiedDate"}
    assert group.needs == {"ListSection/y"}


def test_what_is_so_already_is_not_written() -> None:
    assert not put_in_sections(CTX, LIST, packed(entry("A", "x")), {"A": "x", "B": None}).operations


def test_a_canonical_name_of_its_own_is_kept() -> None:
    names = {"DisplayName": {"value": "Garden"}, "CanonicalName": {"value": "garden"}}
    record = {"recordName": "ListSection/S", "recordChangeTag": "1", "fields": names}
    [operation] = rename_section(CTX, record, "Pond").operations
    assert set(operation["record"]["fields"]) == {"DisplayName", "ResolutionTokenMap"}
