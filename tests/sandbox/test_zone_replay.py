"""Property: pages of the feed, replayed from any earlier token, give exactly the live state."""

from __future__ import annotations

from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from sandbox.cloud.zone import Zone
from tests.sandbox.wires import OWNER, Clock, Json, number, operation, reference


def names(records: list[Json]) -> list[str]:
    return [record["recordName"] for record in records]


def walk(zone: Zone, token: str | None, limit: int = 200, **more: Any) -> tuple[list[Json], str]:
    """All pages after a token: their records in order, and the last token."""
    found: list[Json] = []
    while True:
        page = zone.changes(token, limit=limit, **more)
        found += page.records
        token = page.token
        if not page.more:
            return found, token


NAMES = [f"{kind}/{letter}" for kind in ("List", "Reminder") for letter in "ABC"]

writes = st.lists(
    st.tuples(
        st.sampled_from(["forceUpdate", "forceReplace", "forceDelete", "create"]),
        st.sampled_from(NAMES),
        st.integers(0, 9),
        st.sampled_from([None, "List/A", "List/B"]),
    ),
    max_size=5,
    unique_by=lambda write: write[1],
)


def as_operation(kind: str, name: str, value: int, target: str | None) -> Json:
    fields: Json = {"Flagged": number(value)} if name.startswith("Reminder") else {}
    if target and name.startswith("Reminder"):
        fields["List"] = reference(target)
    return operation(kind, name, fields)


def live_state(zone: Zone) -> dict[str, Json]:
    return {
        record["recordName"]: record for kind in ("List", "Reminder") for record in zone.live(kind)
    }


def replay(state: dict[str, Json], records: list[Json]) -> dict[str, Json]:
    after = dict(state)
    for record in records:
        if record.get("deleted"):
            after.pop(record["recordName"], None)
        else:
            after[record["recordName"]] = record
    return after


@settings(max_examples=50, deadline=None)
@given(
    batches=st.lists(st.tuples(writes, st.booleans(), st.integers(0, 30)), max_size=12),
    limit=st.integers(1, 8),
    lag=st.integers(0, 40),
)
def test_replaying_the_feed_from_any_token_gives_the_live_state(
    batches: list[tuple[list[Any], bool, int]], limit: int, lag: int
) -> None:
    clock = Clock()
    zone = Zone(OWNER, clock)
    seen: list[tuple[str | None, dict[str, Json]]] = [(None, {})]
    lagging: dict[str, Json] = {}
    cursor: str | None = None
    for batch, atomic, pause in batches:
        zone.modify([as_operation(*write) for write in batch], atomic=atomic)
        clock.now += pause
        seen.append((zone.token(), live_state(zone)))
        # A reader with one page per batch, behind by read lag, must catch up all the same.
        page = zone.changes(cursor, limit=limit, lag=lag)
        lagging, cursor = replay(lagging, page.records), page.token
    now = live_state(zone)
    for token, state in seen:
        records, last = walk(zone, token, limit)
        assert len(set(names(records))) == len(records)
        assert replay(state, records) == now
        assert zone.changes(last).records == []
    assert replay(lagging, walk(zone, cursor, limit)[0]) == now
    loaded = Zone.load(zone.dump(), clock)
    for token, state in seen:
        assert replay(state, walk(loaded, token, limit)[0]) == now
