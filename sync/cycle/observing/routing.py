"""Routing: which zone each intent is for. One request is for one zone; new lists are private."""

from __future__ import annotations

from collections.abc import Iterable

from store.activity.outbox import Intent
from store.db import Store
from store.model import Field
from store.remote.zones import PRIVATE
from store.rows import ZoneRow
from sync.cycle.observing.observe import zone_id
from sync.remote.zones import ZoneId

__all__ = ["key_of", "zone_key", "zones_for"]


def zone_key(zone: ZoneId) -> str:
    """The key under which the mirror knows a zone."""
    return ZoneRow(zone.name, zone.owner, zone.database).key


def key_of(store: Store, intent: Intent) -> str:
    """The key of the zone that an intent is to be sent to."""
    if intent.kind in ("create", "add"):
        return _zone_of(store, "List", str(intent.changes.get(Field.LIST) or ""))
    if intent.kind.endswith("-section"):
        return _zone_of(store, "List", intent.texts["list"] or "")
    about_list = intent.kind.endswith(("sections", "-list", "-group"))
    return _zone_of(store, "List" if about_list else "Reminder", intent.id)


def zones_for(store: Store, intents: Iterable[Intent]) -> list[ZoneId]:
    """The zones that intents are for, the private one first; without those that are gone."""
    wanted = {key_of(store, intent) for intent in intents}
    return [zone_id(row) for row in store.mirror.zones() if row.key in wanted and not row.gone]


def _zone_of(store: Store, kind: str, id: str) -> str:
    for name in (f"{kind}/{id}", id):
        key = store.mirror.zone_of(name)
        if key is not None:
            return key
    return PRIVATE
