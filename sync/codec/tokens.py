"""ResolutionTokenMap: raises the token of each field that a write changes, and no other.

A device keeps, per field, the side whose token is higher (counter, then time, then replica), so
a write whose token was not raised is accepted by the service and reverted by the next device.
The map is a string of JSON: ``{"map": {"<key>": {"counter", "modificationTime", "replicaID"}}}``
with times in seconds since 2001-01-01 UTC (docs/wire.md, resolution tokens).
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Collection, Iterable, Mapping
from typing import Any, TypeGuard

__all__ = ["APPLE_EPOCH_S", "LIST_CORE", "REMINDER_CORE", "bump", "nonce"]

APPLE_EPOCH_S = 978307200
"""2001-01-01T00:00:00Z in Unix seconds."""

REMINDER_CORE = frozenset({"titleDocument", "list", "completed"})
"""Keys that a sound map of a reminder always has; see ``bump``."""

LIST_CORE = frozenset({"name"})
"""Keys that a sound map of a list always has."""

_UUID = re.compile(r"[0-9A-Fa-f]{8}(?:-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}")
_COUNTER = re.compile(r'"counter"\s*:\s*(\d{1,15})\b')
_NONCE_PER_COUNT = 1e11


def bump(
    map_json: str | None,
    keys: Iterable[str],
    now_s: float,
    replica_id: str,
    core: Collection[str] = REMINDER_CORE,
) -> str:
    """The map with the tokens of ``keys`` and of ``lastModifiedDate`` raised, as JSON.

    A raised token has its counter + 1 and the time ``now_s`` (Unix seconds), and keeps its
    replica; a new one starts at 1 with ``replica_id`` (a UUID as text). All else stays as it is,
    malformed entries too. Some clients replace the whole map by a few tokens; where ``core`` keys
    are missing from a map that was there, or it is not JSON at all, a new token starts above the
    largest counter that survived, or devices would prefer what they had before.
    """
    whole = _loaded(map_json)
    tokens: dict[str, Any] = dict(whole.get("map", {}))
    start = _first_counter(map_json, tokens, core)
    for key in sorted({*keys, "lastModifiedDate"}):
        old = tokens.get(key)
        tokens[key] = {
            "counter": old["counter"] + 1 if _is_sound(old) else start,
            "modificationTime": now_s - APPLE_EPOCH_S,
            "replicaID": old["replicaID"] if _is_sound(old) else replica_id,
        }
    return json.dumps({**whole, "map": tokens}, separators=(",", ":"), ensure_ascii=False)


def nonce(map_json: str | None) -> float:
    """What ties a date alarm to the due date: counter x 1e11 + time of the ``dueDate`` token.

    0.0 when there is no such token. Devices drop a date alarm whose nonce differs.
    """
    token = _loaded(map_json).get("map", {}).get("dueDate")
    if not _is_sound(token):
        return 0.0
    return float(token["counter"] * _NONCE_PER_COUNT + token["modificationTime"])


def _loaded(map_json: str | None) -> dict[str, Any]:
    """The whole object, its ``map`` an object too; empty for what cannot be read."""
    try:
        whole = json.loads(map_json or "{}")
    except (ValueError, RecursionError):
        return {}
    if not isinstance(whole, dict) or not isinstance(whole.get("map", {}), dict):
        return {}
    return whole


def _first_counter(map_json: str | None, tokens: Mapping[str, Any], core: Collection[str]) -> int:
    """Where a token that is not there yet starts."""
    if not map_json or all(_is_sound(tokens.get(key)) for key in core):
        return 1
    survivors = [int(count) for count in _COUNTER.findall(map_json)]
    return max(survivors, default=0) + 1


def _is_sound(token: object) -> TypeGuard[dict[str, Any]]:
    """Whether a device would accept the token; it drops one that lacks any of the three parts."""
    if not isinstance(token, dict):
        return False
    counter, time, replica = (
        token.get(key) for key in ("counter", "modificationTime", "replicaID")
    )
    return (
        isinstance(counter, int)
        and not isinstance(counter, bool)
        and isinstance(time, int | float)
        and math.isfinite(time)
        and isinstance(replica, str)
        and _UUID.fullmatch(replica) is not None
    )
