"""Asking how single records stand; the mirror learns what is there, and never that one is gone.

That an answer does not know a record is no evidence: it may come from a place that lags behind the
feed. A record is gone by its tombstone, or by a walk of its whole zone.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Protocol

from store.db import Store
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
    with store.commit("look-up"):
        remember(store, [one for one in answers if isinstance(one, dict)], zone_key(zone))
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
    came = [one for one in answers.values() if isinstance(one, dict)]
    failed = {one: it for one, it in answers.items() if isinstance(it, Failure)}
    known = store.mirror.records([one.name for one in failed])
    never = [one.name for one, it in failed.items() if it.gone and one.name not in known]
    with store.commit("owed"):
        remember(store, came, key)
        note_given(store, key, never)
        put_off(store, {o: it.code for o, it in failed.items() if o.name not in never}, now_ms)
    return len(came)
