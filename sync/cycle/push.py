"""Sending: intents from the outbox to iCloud, and what each answer means.

Rules it keeps
1. An intent is marked in flight, in its own commit, before its request leaves.
2. Mirror and base advance in one commit, only for what was acknowledged record by record.
3. A refused item takes down its own group and nothing else: after an atomic failure the rest is
   sent again without it. What is refused for good is parked with its reason.
4. What was lost or is contradicted is looked up, so that the next plan sees how it stands.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Protocol

from store.db import Store
from store.model import Field
from store.outbox import Intent
from sync.codec.operations import Group
from sync.core.order import Request, pack
from sync.cycle.observe import remember
from sync.cycle.uploading import Later, Never, Ready, Receipts, Uploads, keep_files, with_files
from sync.remote.answers import Failure
from sync.remote.cloudkit import ZoneId

__all__ = ["Parcel", "Pushed", "Sender", "push", "resolve_in_flight"]

TRIES = 5  # before an operation whose references never resolve is parked
# What was edited comes after what lives again, and a done copy after its occurrence.
_MORE_TO_COME = ("undelete", "occurrence")
WAIT_S = 5.0  # before trying again what the service asked to try later


class Sender(Uploads, Protocol):
    """The calls of the iCloud side that sending needs."""

    def modify(
        self, zone: ZoneId, operations: Sequence[Mapping[str, Any]], *, atomic: bool
    ) -> list[dict[str, Any] | Failure]: ...
    def lookup(self, zone: ZoneId, names: Sequence[str]) -> list[dict[str, Any] | Failure]: ...


@dataclass(frozen=True, slots=True)
class Parcel:
    """An intent with the group of operations that carries it out."""

    intent: Intent
    group: Group
    receipts: Receipts = field(default_factory=dict)

    @property
    def operations(self) -> Sequence[Mapping[str, Any]]:
        return self.group.operations

    @property
    def rank(self) -> int:
        return int(self.group.rank)

    @property
    def creates(self) -> frozenset[str]:
        return self.group.creates

    @property
    def needs(self) -> frozenset[str]:
        return self.group.needs

    @property
    def deletes(self) -> bool:
        return self.intent.kind in ("delete", "delete-list")


@dataclass(slots=True)
class Pushed:
    """What sending came to: reminders acknowledged, and what has to be done about the rest."""

    acknowledged: int = 0
    parked: list[str] = field(default_factory=list)
    postponed: list[str] = field(default_factory=list)  # why files could not be sent now
    unsettled: set[str] = field(default_factory=set)  # record names to look up
    retry_after_s: float | None = None

    def wait(self, seconds: float) -> None:
        """Come back in ``seconds``, or sooner if that was said before."""
        self.retry_after_s = min(seconds, self.retry_after_s or seconds)


def push(
    store: Store,
    cloud: Sender,
    zone: ZoneId,
    encode: Callable[[Intent], Group],
    now_ms: Callable[[], int],
) -> Pushed:
    """Send everything that is queued. Network and account errors are raised as they come."""
    result = Pushed()
    parcels = _encode_all(store, encode, result)
    failed: set[str] = set()
    for request in pack(parcels):
        _send(store, cloud, zone, request, now_ms, result, failed)
    if result.unsettled:
        _look_up(store, cloud, zone, sorted(result.unsettled))
        result.wait(0.0)
    return result


def _encode_all(store: Store, encode: Callable[[Intent], Group], result: Pushed) -> list[Parcel]:
    parcels: list[Parcel] = []
    for intent in store.outbox.queued():
        try:
            group = encode(intent)
        except ValueError as error:  # a document that must not be written, text that cannot be
            with store.commit("park"):
                _park(store, intent, str(error), result)
            continue
        if group.operations:
            parcels.append(Parcel(intent, group))
        else:  # iCloud has it already
            with store.commit("acknowledge"):
                _acknowledge(store, intent)
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
    """Send one request; an atomic one again without its culprits, until nothing is left."""
    parcels = _with_files(store, cloud, zone, request.groups, result, failed)
    while parcels:
        with store.commit("send"):
            store.outbox.send([parcel.intent.seq for parcel in parcels], now_ms())
        operations = [operation for parcel in parcels for operation in parcel.operations]
        answers = cloud.modify(zone, operations, atomic=request.atomic)
        with store.commit("acknowledge"):
            siblings, culprits = _take_answers(store, parcels, answers, result, failed)
            if not culprits:  # also an atomic failure that names no culprit
                for parcel in siblings:
                    unnamed = Failure("", "ATOMIC_ERROR", "no operation was named")
                    _refuse(store, parcel, [unnamed], result)
                return
        parcels = [parcel for parcel in siblings if not parcel.needs & failed]


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
                    _park(store, parcel.intent, reason, result)
                failed |= parcel.creates
            case Ready(group, receipts):
                ready.append(replace(parcel, group=group, receipts=receipts))
    return ready


def _take_answers(
    store: Store,
    parcels: Sequence[Parcel],
    answers: Sequence[dict[str, Any] | Failure],
    result: Pushed,
    failed: set[str],
) -> tuple[list[Parcel], int]:
    """Settle each group by its own items; gives those that failed for another's sake."""
    siblings: list[Parcel] = []
    culprits = place = 0
    for parcel in parcels:
        items = answers[place : place + len(parcel.operations)]
        place += len(parcel.operations)
        failures = [item for item in items if isinstance(item, Failure)]
        if not failures:
            records = [item for item in items if isinstance(item, dict)]
            remember(store, records)
            if parcel.receipts:
                keep_files(store, parcel.receipts)
                remember(store, records)  # decoded anew, with their files
            _acknowledge(store, parcel.intent)
            result.acknowledged += 1
            if parcel.intent.kind in _MORE_TO_COME:
                result.wait(0.0)
        elif all(failure.atomic_sibling for failure in failures):
            siblings.append(parcel)
        else:
            culprits += 1
            failed |= parcel.creates
            _refuse(store, parcel, failures, result)
    return siblings, culprits


def _acknowledge(store: Store, intent: Intent) -> None:
    match intent.kind:
        case "delete":
            store.bases.drop(intent.id)
            store.places.clear_vanished(intent.id)
        case "rename-list":
            _list_acknowledged(store, intent)
        case "occurrence":
            store.bases.set(intent.id, {**intent.changes, Field.DONE: None}, placed=True)
            store.occurrences.settle(intent.id, intent.texts["due"] or "")
        case "create" | "update" | "undelete":
            store.bases.set(intent.id, intent.changes, placed=True)
    store.outbox.drop(intent.seq)


def _list_acknowledged(store: Store, intent: Intent) -> None:
    base = store.bases.get_list(intent.id)
    name = intent.texts.get("name")
    if base is not None and name is not None:
        store.bases.set_list(intent.id, type(base)(name, base.group, intent.texts.get("path")))


def _refuse(store: Store, parcel: Parcel, failures: Sequence[Failure], result: Pushed) -> None:
    """Decide what one refused group means; the first failure that is no sibling's speaks."""
    intent = parcel.intent
    failure = next((one for one in failures if not one.atomic_sibling), failures[0])
    names = {str(operation["record"]["recordName"]) for operation in parcel.operations}
    if failure.conflict or failure.exists or failure.gone:
        # Someone else was there, perhaps we ourselves: the next plan decides on what it finds.
        result.unsettled |= names
        return
    if failure.refused or (not failure.retryable and intent.attempts + 1 >= TRIES):
        _park(store, intent, f"{failure.code}: {failure.reason or 'no reason given'}", result)
        return
    store.outbox.requeue(intent.seq)
    result.wait(failure.retry_after_s if failure.retry_after_s is not None else WAIT_S)


def _park(store: Store, intent: Intent, reason: str, result: Pushed) -> None:
    store.outbox.park(intent.seq, reason)
    result.parked.append(reason)


def resolve_in_flight(store: Store, cloud: Sender, zone: ZoneId) -> bool:
    """Look up what was sent and never answered, so that planning sees what became of it.

    Says whether there was anything of that kind.
    """
    names: set[str] = set()
    for intent in store.outbox.in_flight():
        kind = "List" if intent.kind.endswith("-list") else "Reminder"
        full = f"{kind}/{intent.id}"
        bare_only = store.mirror.record(full) is None and store.mirror.record(intent.id) is not None
        names.add(intent.id if bare_only else full)
    if names:
        _look_up(store, cloud, zone, sorted(names))
    return bool(names)


def _look_up(store: Store, cloud: Sender, zone: ZoneId, names: Sequence[str]) -> None:
    """Ask how records stand; the mirror learns it, gone ones included."""
    answers = cloud.lookup(zone, names)
    gone = [one.record_name for one in answers if isinstance(one, Failure) and one.gone]
    found: list[dict[str, Any]] = [one for one in answers if isinstance(one, dict)]
    found += [{"recordName": name, "deleted": True} for name in gone if _known(store, name)]
    with store.commit("look-up"):
        remember(store, found)


def _known(store: Store, name: str) -> bool:
    """A name that was never seen alive is no tombstone: its create has not arrived (yet)."""
    return store.mirror.record(name) is not None
