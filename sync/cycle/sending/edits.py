"""Sending edits that no file asked for: iCloud is edited as another device would edit it.

The mirror learns what was accepted; the base does not, so that files follow with the next cycle.
What somebody else changed in the same moment is looked up, and is for who asked to decide again.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from store.activity.outbox import Intent
from store.db import Store
from sync.codec.operations import Group
from sync.core.order import pack
from sync.cycle.observing.asking import catch_up
from sync.cycle.observing.observe import remember, take_answers, zone_id
from sync.cycle.observing.routing import key_of
from sync.cycle.sending.answering import Parcel
from sync.cycle.sending.push import Sender
from sync.cycle.sending.uploading import Later, Never, keep_files, with_files
from sync.remote.answers import Failure
from sync.remote.cloudkit import ZoneId

__all__ = ["Sent", "send_edits"]

Edits = Sequence[tuple[Intent, Group]]


@dataclass(slots=True)
class Sent:
    """What came of it: ``count`` edits were accepted; ``refused`` says why, by id; ``again`` are
    ids to be decided on anew.
    """

    count: int = 0
    refused: dict[str, str] = field(default_factory=dict)
    again: set[str] = field(default_factory=set)


def send_edits(store: Store, cloud: Sender, edits: Edits) -> Sent:
    """Send them, as few requests as their order allows. Network and account errors are raised."""
    sent = Sent()
    taken: set[str] = set()
    by_zone: dict[str, list[Parcel]] = {}
    for intent, group in edits:
        key = key_of(store, intent)
        parcel = Parcel(intent, group, zone=key)
        if parcel.names & taken:  # one request has one operation for a record
            sent.again.add(intent.id)
        elif group.operations:
            taken |= parcel.names
            by_zone.setdefault(key, []).append(parcel)
    for key, parcels in sorted(by_zone.items()):
        row = store.mirror.zone(key)
        if row is None or row.gone:
            sent.refused |= {one.intent.id: "its list is no longer shared" for one in parcels}
            continue
        for request in pack(parcels):
            _send(store, cloud, zone_id(row), request.groups, request.atomic, sent)
    return sent


def _send(
    store: Store,
    cloud: Sender,
    zone: ZoneId,
    parcels: Sequence[Parcel],
    atomic: bool,
    sent: Sent,
) -> None:
    ready = [one for parcel in parcels if (one := _filled(cloud, zone, parcel, sent)) is not None]
    if not ready:
        return
    operations = [operation for parcel in ready for operation in parcel.operations]
    answers = cloud.modify(zone, operations, atomic=atomic)
    siblings: list[Parcel] = []
    contradicted: set[str] = set()
    place = 0
    with store.commit("edited"):
        for parcel in ready:
            items = answers[place : place + len(parcel.operations)]
            place += len(parcel.operations)
            failures = [item for item in items if isinstance(item, Failure)]
            if not failures:
                _learn(store, parcel, [item for item in items if isinstance(item, dict)])
                sent.count += 1
            elif len(ready) > 1 and all(one.atomic_sibling or one.whole for one in failures):
                siblings.append(parcel)
            else:
                contradicted |= _refused(parcel, failures, sent)
    if contradicted:
        catch_up(store, cloud, zone, sorted(contradicted))
    for parcel in siblings:  # without the one that was refused
        _send(store, cloud, zone, [parcel], atomic, sent)


def _filled(cloud: Sender, zone: ZoneId, parcel: Parcel, sent: Sent) -> Parcel | None:
    match with_files(cloud, zone, parcel.group):
        case Later(reason) | Never(reason):
            sent.refused[parcel.intent.id] = reason
            return None
        case ready:
            return Parcel(parcel.intent, ready.group, ready.receipts, parcel.zone)


def _learn(store: Store, parcel: Parcel, records: Sequence[Mapping[str, Any]]) -> None:
    take_answers(store, parcel.operations, records, parcel.zone)
    if parcel.receipts:
        keep_files(store, parcel.receipts)
        remember(store, records, parcel.zone)  # decoded anew, with their files


def _refused(parcel: Parcel, failures: Sequence[Failure], sent: Sent) -> set[str]:
    """What has to be looked up, where somebody else was faster; else the reason is kept."""
    failure = next((one for one in failures if not one.atomic_sibling), failures[0])
    if failure.conflict or failure.exists or failure.gone:
        sent.again.add(parcel.intent.id)
        return parcel.names
    sent.refused[parcel.intent.id] = f"{failure.code}: {failure.reason or 'no reason given'}"
    return set()
