"""Asking how single records stand; the mirror learns what is there, and never that one is gone.

That an answer does not know a record is no evidence: it may come from a place that lags behind the
feed. A record is gone by its tombstone, or by a walk of its whole zone. So an older version is no
news: what the feed has told it does not tell again. What passes for older and is not, it brings.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Protocol

from store.db import Store
from sync.codec.reading import modified_ms
from sync.cycle.observing.observe import Feed, pull_zone, remember, zone_id
from sync.cycle.observing.owed import due_again, note_given, owed_records, put_off
from sync.cycle.observing.routing import zone_key
from sync.remote.answers import Failure
from sync.remote.cloudkit import ZoneId

__all__ = ["Asked", "ask_for_owed", "catch_up", "look_up", "owed_zones"]


class Asked(Feed, Protocol):
    """The calls of the iCloud side that asking needs."""

    def lookup(self, zone: ZoneId, names: Sequence[str]) -> list[dict[str, Any] | Failure]: ...


def look_up(store: Store, cloud: Asked, zone: ZoneId, names: Sequence[str]) -> bool:
    """Ask how records stand, and remember it; whether the answer knew all that are thought alive.

    Raises what the iCloud side raises.
    """
    answers = cloud.lookup(zone, names)
    came = [one for one in answers if isinstance(one, dict)]
    old = _older(store, came)
    with store.commit("look-up"):
        news = [one for one in came if one["recordName"] not in old]
        remember(store, news, zone_key(zone))
    unknown = [one.record_name for one in answers if isinstance(one, Failure) and one.gone]
    return not store.mirror.records(unknown)


def catch_up(store: Store, cloud: Asked, zone: ZoneId, names: Sequence[str]) -> None:
    """The same, and what the answer did not know is left to the feed, at once."""
    if not look_up(store, cloud, zone, names):
        pull_zone(cloud, store, zone_key(zone))


def owed_zones(store: Store) -> list[ZoneId]:
    """The zones of which records are owed, without those that are gone."""
    wanted = {one.zone for one in owed_records(store)}
    rows = store.mirror.zones() if wanted else []
    return [zone_id(row) for row in rows if row.key in wanted and not row.gone]


def ask_for_owed(store: Store, cloud: Asked, zone: ZoneId, now_ms: int) -> int:
    """Ask by their names for the records of a zone that are owed, if it is time; how many came.

    One that was never seen, and that iCloud does not know, is owed no longer. Raises what the
    iCloud side raises.
    """
    key = zone_key(zone)
    due = [one for one in due_again(owed_records(store), now_ms) if one.zone == key]
    if not due:
        return 0
    answers = dict(zip(due, cloud.lookup(zone, [one.name for one in due]), strict=True))
    came = {one: it for one, it in answers.items() if isinstance(it, dict)}
    failed = {one: it for one, it in answers.items() if isinstance(it, Failure)}
    old = _older(store, came.values())
    known = store.mirror.records([one.name for one in failed])
    never = [one.name for one, it in failed.items() if it.gone and one.name not in known]
    left = {one: it.code for one, it in failed.items() if one.name not in never}
    left |= {one: "an older version came" for one in came if one.name in old}
    news = [it for one, it in came.items() if one.name not in old]
    with store.commit("owed"):
        remember(store, news, key)
        note_given(store, key, never)
        put_off(store, left, now_ms)
    return len(news)


def _older(store: Store, records: Iterable[Mapping[str, Any]]) -> frozenset[str]:
    """The names of records that are older than what is known, by the service's own time of them.

    Of one that is gone that is what it said last: as it was then, it is older.
    """
    versions = {str(one["recordName"]): modified_ms(one) for one in records}
    living = store.mirror.records(versions)
    found = set()
    for name, at_ms in versions.items():
        known = living.get(name) or store.mirror.gone(name)
        known_ms = modified_ms(known) if known else None
        if at_ms is None or known_ms is None:
            continue
        if at_ms < known_ms or (at_ms == known_ms and name not in living):
            found.add(name)
    return frozenset(found)
