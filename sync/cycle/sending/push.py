"""Sending: intents from the outbox to iCloud, request by request.

Rules it keeps
1. An intent is marked in flight, in its own commit, before its request leaves.
2. A refused operation keeps no other one back: after an atomic failure the rest is sent again
   without its group, and a request refused as one is halved until the culprit stands alone.
3. What was lost or is contradicted is looked up, so that the next plan sees how it stands.
4. A record that iCloud does not know when it is written is not gone: the feed is waited for, and
   if it says nothing, the zone is walked.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any, Protocol

from store.activity.outbox import Intent
from store.db import Store
from sync.codec.operations import Group
from sync.core.order import Request, pack
from sync.cycle.gauge import Gauge, Phase, unwatched
from sync.cycle.observing.asking import Asked, look_up
from sync.cycle.observing.routing import key_of, zone_key
from sync.cycle.sending.answering import Answers, Parcel, Pushed, acknowledge, park, settle
from sync.cycle.sending.uploading import Later, Never, Ready, Uploads, with_files
from sync.errors import ServiceError
from sync.remote.answers import Failure
from sync.remote.cloudkit import ZoneId

__all__ = ["Parcel", "Pushed", "Sender", "push", "resolve_in_flight"]

SUSPECTS = 4  # things refused one by one, before it is the request's fault and not theirs


class Sender(Uploads, Asked, Protocol):
    """The calls of the iCloud side that sending needs."""

    def modify(
        self, zone: ZoneId, operations: Sequence[Mapping[str, Any]], *, atomic: bool
    ) -> list[dict[str, Any] | Failure]: ...


def push(
    store: Store,
    cloud: Sender,
    zone: ZoneId,
    encode: Callable[[Intent], Group],
    now_ms: Callable[[], int],
    gauge: Gauge = unwatched,
) -> Pushed:
    """Send everything that is queued for a zone. Network and account errors are raised."""
    result = Pushed(now_ms())
    parcels = _encode_all(store, encode, result, zone_key(zone))
    failed: set[str] = set()
    sent = 0
    for request in pack(parcels):
        gauge(Phase.SEND, sent, len(parcels))
        _send(store, cloud, zone, request, now_ms, result, failed)
        sent += len(request.groups)
    if result.unsettled:
        look_up(store, cloud, zone, sorted(result.unsettled))
        result.wait(0.0)
    if result.walk:
        with store.commit("walk"):
            store.mirror.read_anew(zone_key(zone))
    return result


def _encode_all(
    store: Store, encode: Callable[[Intent], Group], result: Pushed, zone: str
) -> list[Parcel]:
    parcels: list[Parcel] = []
    taken: set[str] = set()
    wished: set[str] = set()  # by a person, without a plan: what is planned is planned anew
    for intent in store.outbox.queued():
        if key_of(store, intent) != zone:
            continue
        try:
            group = encode(intent)
        except ValueError as error:  # a document that must not be written, text that cannot be
            with store.commit("park"):
                park(store, intent, str(error), result)
            continue
        parcel = Parcel(intent, group, zone=zone)
        comes_first = parcel.names & wished
        twice = parcel.names & taken and (parcel.deletes or group.uploads or parcel.standing)
        if group.operations and (comes_first or twice):
            result.wait(0.0)  # one request has one operation for a record: in the next round
        elif group.operations:
            taken |= parcel.names
            wished |= parcel.names if parcel.standing else set()
            parcels.append(parcel)
        else:  # iCloud has it already
            with store.commit("acknowledge"):
                acknowledge(store, intent)
    return parcels


def _send(
    store: Store,
    cloud: Sender,
    zone: ZoneId,
    request: Request[Parcel],
    now_ms: Callable[[], int],
    result: Pushed,
    failed: set[str],
) -> None:
    """Send one request; what was refused for another's sake again without it, until all is told.

    A request refused as one is halved until the culprit stands alone. Where it is the request
    itself, not one thing in it, nothing is decided: raises ``ServiceError``.
    """
    waiting = [_with_files(store, cloud, zone, request.groups, result, failed)]
    if not waiting[0]:
        return
    with store.commit("send"):
        store.outbox.send([parcel.intent.seq for parcel in waiting[0]], now_ms())
    suspects: list[tuple[list[Parcel], Answers]] = []
    answered = False
    while waiting:
        parcels = _without_failed(store, waiting.pop(0), failed, result)
        if not parcels:
            continue
        operations = [operation for parcel in parcels for operation in parcel.operations]
        answers = cloud.modify(zone, operations, atomic=request.atomic)
        as_one = all(isinstance(answer, Failure) and answer.whole for answer in answers)
        answered = answered or not as_one
        if as_one and len(parcels) > 1:
            middle = len(parcels) // 2
            waiting[:0] = [parcels[:middle], parcels[middle:]]
            continue
        suspects.append((parcels, answers))
        if answered:
            again = [settle(store, *pair, result, failed) for pair in suspects]
            waiting[:0] = [siblings for siblings in again if siblings]
            suspects.clear()
        elif len(suspects) == SUSPECTS and waiting:
            raise _refused_as_one(answers)
    for pair in suspects:
        settle(store, *pair, result, failed)


def _without_failed(
    store: Store, parcels: Sequence[Parcel], failed: set[str], result: Pushed
) -> list[Parcel]:
    """What can still go; what needs something that was refused is known not to have been made."""
    left = [parcel for parcel in parcels if not parcel.needs & failed]
    if len(left) < len(parcels):
        result.wait(0.0)  # the next plan holds it, with the reason
        with store.commit("hold back"):
            for parcel in parcels:
                if parcel.needs & failed:
                    store.outbox.requeue(parcel.intent.seq)
    return left


def _refused_as_one(answers: Answers) -> ServiceError:
    failure = next(answer for answer in answers if isinstance(answer, Failure))
    said = f"iCloud refuses every write: {failure.code} ({failure.reason or 'no reason given'})"
    return ServiceError(said, "nothing is lost: it is tried again", failure.code)


def _with_files(
    store: Store,
    cloud: Sender,
    zone: ZoneId,
    parcels: Sequence[Parcel],
    result: Pushed,
    failed: set[str],
) -> list[Parcel]:
    """The parcels that can go, with their files sent; the others wait or are parked."""
    ready: list[Parcel] = []
    for parcel in parcels:
        if parcel.needs & failed:
            continue
        match with_files(cloud, zone, parcel.group):
            case Later(reason):
                result.postponed.append(reason)
                failed |= parcel.creates
            case Never(reason):
                with store.commit("park"):
                    park(store, parcel.intent, reason, result)
                failed |= parcel.creates
            case Ready(group, receipts):
                ready.append(replace(parcel, group=group, receipts=receipts))
    return ready


def resolve_in_flight(store: Store, cloud: Sender, zone: ZoneId) -> bool:
    """Look up what was sent and never answered, so that planning sees what became of it.

    Says whether there was anything of that kind.
    """
    names: set[str] = set()
    for intent in store.outbox.in_flight():
        if key_of(store, intent) != zone_key(zone):
            continue
        kind = _kind_of(intent)
        full = f"{kind}/{intent.id}"
        bare_only = store.mirror.record(full) is None and store.mirror.record(intent.id) is not None
        names.add(intent.id if bare_only else full)
    if names:
        look_up(store, cloud, zone, sorted(names))
    return bool(names)


def _kind_of(intent: Intent) -> str:
    """The type of the record that an intent is about."""
    if intent.kind.endswith("-section"):
        return "ListSection"
    of_list = intent.kind.endswith(("sections", "-list", "-group"))
    return "List" if of_list else "Reminder"
