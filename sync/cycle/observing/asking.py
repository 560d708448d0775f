"""Asking how single records stand; the mirror learns what is there, and never that one is gone.

That an answer does not know a record is no evidence: it may come from a place that lags behind the
feed. A record is gone by its tombstone, or by a walk of its whole zone.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Protocol

from store.db import Store
from sync.cycle.observing.observe import Feed, pull_zone, remember
from sync.cycle.observing.routing import zone_key
from sync.remote.answers import Failure
from sync.remote.cloudkit import ZoneId

__all__ = ["Asked", "catch_up", "look_up"]


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
