"""Records that the feed named and failed to give: iCloud owes them, and nobody knows what they say.

Rules it keeps
1. They hold nothing else back: the token moves on, and each is asked for by its name, ever more
   rarely, until an answer or the feed gives it.
2. What hangs on one of them is unknown meanwhile: it is neither written nor gone on either side.
3. That iCloud does not know it by its name is no evidence that it is gone, if it was there.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from store.db import Store

__all__ = ["Owed", "due_again", "note_failed", "note_given", "owed_records", "put_off", "sentences"]

OWED = "owed"  # meta key: by zone and name the code, when it is due (Unix ms), and the last wait
FIRST_MS = 60_000
MOST_MS = 6 * 3_600_000
"""Before it is asked for again: at once, after the first of these, and twice as long each time."""


@dataclass(frozen=True, slots=True)
class Owed:
    """One of them, in the zone of this key; due at ``at_ms``, ``wait_ms`` after it was before."""

    zone: str
    name: str
    code: str
    at_ms: int = 0
    wait_ms: int = 0


def owed_records(store: Store) -> list[Owed]:
    """All that are owed, in order."""
    stored = json.loads(store.meta.get(OWED) or "[]")
    return [Owed(*entry) for entry in stored]


def due_again(owed: Iterable[Owed], now_ms: int) -> list[Owed]:
    """Those to be asked for now; what a clock set back put off for years is, too."""
    return [one for one in owed if not now_ms < one.at_ms <= now_ms + MOST_MS]


def note_failed(store: Store, zone: str, failed: Mapping[str, str]) -> None:
    """The feed named these and could not give them, for these codes; inside a commit.

    There is news of each, so that it is asked for at once.
    """
    if failed:
        kept = [one for one in owed_records(store) if (one.zone, one.name) not in _in(zone, failed)]
        _keep(store, [*kept, *(Owed(zone, name, code) for name, code in failed.items())])


def note_given(store: Store, zone: str, names: Iterable[object]) -> None:
    """These were told, as records or as gone; inside a commit."""
    owed = owed_records(store)
    given = _in(zone, names) if owed else set()
    if any((one.zone, one.name) in given for one in owed):
        _keep(store, [one for one in owed if (one.zone, one.name) not in given])


def put_off(store: Store, refused: Mapping[Owed, str], now_ms: int) -> None:
    """These were asked for by name in vain, for these codes; inside a commit."""
    kept = [one for one in owed_records(store) if one not in refused]
    for one, code in refused.items():
        wait_ms = min(max(2 * one.wait_ms, FIRST_MS), MOST_MS)
        kept.append(replace(one, code=code, at_ms=now_ms + wait_ms, wait_ms=wait_ms))
    _keep(store, kept)


def sentences(store: Store) -> list[str]:
    """What a person is told of all that are owed, one by one."""
    return [
        f"iCloud could not give {_called(store, one)} ({one.code}): it waits as it is, and is asked"
        " for by its name; all else goes on"
        for one in owed_records(store)
    ]


def _called(store: Store, one: Owed) -> str:
    record = store.mirror.reminder(one.name.rpartition("/")[2])
    known = record is not None and record.record_name == one.name
    return f"“{record.title}”" if record is not None and known else f"the record {one.name}"


def _in(zone: str, names: Iterable[object]) -> set[tuple[str, object]]:
    return {(zone, name) for name in names}


def _keep(store: Store, owed: Iterable[Owed]) -> None:
    entries = [[one.zone, one.name, one.code, one.at_ms, one.wait_ms] for one in owed]
    if entries:
        store.meta.set(OWED, json.dumps(sorted(entries)))
    else:
        store.meta.drop(OWED)
