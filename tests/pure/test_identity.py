"""Block ids: known vectors, and that they survive collisions and a lost database."""

from __future__ import annotations

from base64 import b32encode
from hashlib import sha256

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sync.core.matching import identity
from sync.core.matching.identity import assign_blocks, block_id, list_block_id

UUIDS = st.uuids().map(lambda uuid: str(uuid).upper())


@pytest.mark.parametrize(
    ("uuid", "block"),
    [
        ("00000000-0000-0000-0000-000000000000", "r-ck4to7f"),
        ("3F2504E0-4F89-11D3-9A0C-0305E82C3301", "r-jtrp2yj"),
    ],
)
def test_known_ids(uuid: str, block: str) -> None:
    assert block_id(uuid) == block


@given(UUIDS)
def test_an_id_is_made_from_the_uuid_alone(uuid: str) -> None:
    words = b32encode(sha256(uuid.encode()).digest()).decode().lower()
    assert block_id(uuid) == block_id(uuid.lower()) == "r-" + words[:7]
    assert list_block_id(uuid) == "l-" + words[:7]
    assert assign_blocks([uuid], {}) == {uuid: "r-" + words[:7]}


@given(st.sets(UUIDS, min_size=2, max_size=40))
def test_ids_that_collide_grow_one_character_at_a_time(uuids: set[str]) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(identity, "SHORTEST", 1)
        given_ids = assign_blocks(uuids, {})
    assert given_ids.keys() == uuids
    assert len(set(given_ids.values())) == len(uuids)
    for place, uuid in enumerate(sorted(uuids)):
        earlier = {given_ids[other] for other in sorted(uuids)[:place]}
        shorter = [block_id(uuid, n) for n in range(1, len(given_ids[uuid]) - 2)]
        assert set(shorter) <= earlier


@given(st.sets(UUIDS, max_size=20), UUIDS)
def test_ids_that_were_given_stay(uuids: set[str], late: str) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(identity, "SHORTEST", 1)
        first = assign_blocks(uuids - {late}, {})
        taken = {block: uuid for uuid, block in first.items()}
        assert assign_blocks([late], taken)[late] not in taken
        assert assign_blocks(uuids - {late}, taken) == first


def test_an_id_that_a_person_chose_is_not_given_again() -> None:
    uuid = "3F2504E0-4F89-11D3-9A0C-0305E82C3301"
    assert assign_blocks([uuid], {block_id(uuid): "another"}) == {uuid: block_id(uuid, 8)}
