"""Versions of records in whose place our own writes are, until the feed has shown those writes.

Reads lag behind writes for some seconds, so that a feed may bring what a record said between two
writes of ours, or before we deleted it. It is known again by its change tag and the service's own
time of it, and a write is only taken where it names the tag that it is to follow: so it is older
than what was acknowledged, whatever anybody has done since. Anything else that comes is news.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from store.db import Store
from sync.codec.reading import change_tag_of, modified_ms
from sync.remote.zones import ChangePage

__all__ = ["OUTDONE", "forget_outdone", "note_outdone", "without_outdone"]

Record = Mapping[str, Any]

OUTDONE = "outdone"  # meta key: by the name of a record, change tags with the times of them
MOST = 500
"""Of so many records at most it is remembered, of those written last: others may be shown again."""


def note_outdone(store: Store, operations: Iterable[Record]) -> None:
    """These were acknowledged, and the mirror has what they followed; to be called in a commit."""
    followed = {
        str(record["recordName"]): tag
        for operation in operations
        if operation["operationType"] in ("update", "delete")
        and (tag := change_tag_of(record := operation["record"]))
    }
    outdone = _stored(store)
    for name, before in store.mirror.records(followed).items():
        version = _version(before)
        if version is not None and version[0] == followed[name]:
            outdone[name] = [*outdone.pop(name, []), version]  # the last one written comes last
    _keep(store, dict(list(outdone.items())[-MOST:]))


def forget_outdone(store: Store) -> None:
    """A zone is read from its beginning, where each version is taken; to be called in a commit."""
    _keep(store, {})


def without_outdone(store: Store, page: ChangePage) -> ChangePage:
    """The page without such versions; of what else it tells, nothing is outdone; in a commit."""
    outdone = _stored(store)
    if not outdone:
        return page
    told = [(str(one.get("recordName")), one) for one in page.records]
    old = {name for name, one in told if _version(one) in outdone.get(name, ())}
    news = [(name, one) for name, one in told if _version(one) not in outdone.get(name, ())]
    shown = {name for name, _ in news}
    _keep(store, {name: tags for name, tags in outdone.items() if name not in shown})
    packed = {name: data for name, data in page.packed.items() if name not in old}
    return replace(page, records=[one for _, one in news], packed=packed)


def _version(record: Record) -> list[Any] | None:
    """What tells this version of a record from any other; ``None`` where nothing does."""
    tag, at_ms = change_tag_of(record), modified_ms(record)
    is_known = tag and at_ms is not None and record.get("deleted") is not True
    return [tag, at_ms] if is_known else None


def _stored(store: Store) -> dict[str, list[Any]]:
    found: dict[str, list[Any]] = json.loads(store.meta.get(OUTDONE) or "{}")
    return found


def _keep(store: Store, outdone: Mapping[str, Sequence[Any]]) -> None:
    if outdone or store.meta.get(OUTDONE) is not None:
        store.meta.set(OUTDONE, json.dumps(outdone))
