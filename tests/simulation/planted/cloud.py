"""Bugs of what is pulled from iCloud and sent to it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from store.activity.outbox import Outbox
from store.db import Store
from store.rows import ZoneRow
from sync.codec import tokens
from sync.core import order
from sync.cycle.files.committing import Committer
from sync.cycle.observing import observe
from sync.cycle.sending import answering, push
from sync.errors import NetworkError, ServiceError
from sync.remote.answers import Failure
from sync.remote.cloudkit import ChangePage, CloudKit, ZoneId
from tests.simulation.planted.bug import Bed, Swap

CLOUD = Bed()
Operations = Sequence[Mapping[str, Any]]
LOST = ("timeout after", "reset after", "cut body", "truncated JSON", "crash")
REFUSED = ("item CONFLICT", "item TRY_AGAIN_LATER", "item BAD_REQUEST", "item UNHEARD_OF")


@CLOUD.plant(
    "retry create under a new id",
    "A lost answer to a create: once more, newly named.",
    often=LOST[:3],
)
def _new_id() -> Iterable[Swap]:
    real = CloudKit.modify

    def modify(self: CloudKit, zone: ZoneId, operations: Operations, *, atomic: bool) -> Any:
        try:
            return real(self, zone, operations, atomic=atomic)
        except NetworkError:
            return real(self, zone, [_renamed(one) for one in operations], atomic=atomic)

    yield CloudKit, "modify", modify


def _renamed(operation: Mapping[str, Any]) -> Mapping[str, Any]:
    record = operation["record"]
    kind, _, id = str(record["recordName"]).partition("/")
    if operation["operationType"] != "create" or kind != "Reminder":
        return operation
    turned = id[-12:] + id[8:-12] + id[:8]
    return {**operation, "record": {**record, "recordName": f"{kind}/{turned}"}}


@CLOUD.plant(
    "change tag ignored",
    "What is sent replaces what anybody wrote meanwhile.",
    often=("process restarted",),
)
def _tag_ignored() -> Iterable[Swap]:
    real = CloudKit.modify

    def modify(self: CloudKit, zone: ZoneId, operations: Operations, *, atomic: bool) -> Any:
        names = [str(one["record"]["recordName"]) for one in operations]
        there = {
            one["recordName"]: one for one in self.lookup(zone, names) if isinstance(one, dict)
        }
        forced = [_retagged(one, there) for one in operations]
        return real(self, zone, forced, atomic=atomic)

    yield CloudKit, "modify", modify


def _retagged(operation: Mapping[str, Any], there: Mapping[Any, Any]) -> Mapping[str, Any]:
    record = operation["record"]
    now = there.get(record["recordName"])
    if now is None or "recordChangeTag" not in record:
        return operation
    return {**operation, "record": {**record, "recordChangeTag": now["recordChangeTag"]}}


@CLOUD.plant(
    "token committed before rows",
    "The sync token moves on before what it brought.",
    often=("crash",),
)
def _token_first() -> Iterable[Swap]:
    real = observe._pull_pages

    class Hasty:
        def __init__(self, cloud: observe.Feed, store: Store, row: ZoneRow) -> None:
            self._cloud, self._store, self._row = cloud, store, row

        def changes(self, zone: ZoneId, token: str | None) -> ChangePage:
            page = self._cloud.changes(zone, token)
            if page.records:
                with self._store.commit("token"):
                    self._store.mirror.set_zone(replace(self._row, sync_token=page.token))
            return page

        def lookup(self, zone: ZoneId, names: Sequence[str]) -> Any:
            return self._cloud.lookup(zone, names)

    def pages(cloud: Any, store: Store, row: ZoneRow, progress: Any) -> observe.Pulled:
        return real(Hasty(cloud, store, row), store, row, progress)  # type: ignore[arg-type]

    yield observe, "_pull_pages", pages


@CLOUD.plant(
    "full resync wipes base",
    "What was agreed on is forgotten with an expired token.",
    often=("token expired",),
)
def _wiped() -> Iterable[Swap]:
    real = observe._begin_walk

    def begin(store: Store, row: ZoneRow) -> ZoneRow:
        with store.commit("wipe"):
            for id in store.bases.all():
                store.bases.drop(id)
        return real(store, row)

    yield observe, "_begin_walk", begin


@CLOUD.plant(
    "in-flight ops forgotten",
    "What was sent and not answered is no evidence.",
    often=LOST[:2],
    likes=("retitle",),
)
def _forgotten() -> Iterable[Swap]:
    real = Outbox.replace_queued

    def replace_queued(self: Outbox, intents: Any) -> Any:
        self.drop_many([one.seq for one in self._in("in-flight")])
        return real(self, intents)

    yield Outbox, "in_flight", lambda _: []
    yield Outbox, "replace_queued", replace_queued


@CLOUD.plant(
    "evidence goes at once",
    "What was sent and not answered is forgotten by the next plan.",
    often=(*LOST[:2], "read lag"),
    likes=("retitle",),
)
def _no_evidence() -> Iterable[Swap]:
    yield Committer, "_arrived", lambda *_: True


@CLOUD.plant("an unfinished walk buries", "What a walk has not met yet counts as gone unasked.",
             often=("token expired", "crash", "timeout before", "500"))  # fmt: skip
def _buried() -> Iterable[Swap]:
    real = observe._pull_pages

    class Short:
        def __init__(self, cloud: observe.Feed) -> None:
            self._cloud = cloud

        def changes(self, zone: ZoneId, token: str | None) -> ChangePage:
            return replace(self._cloud.changes(zone, token), more=False)

        def lookup(self, zone: ZoneId, names: Sequence[str]) -> Any:
            return [Failure(name, "NOT_FOUND") for name in names]

    def pages(cloud: Any, store: Store, row: ZoneRow, progress: Any) -> observe.Pulled:
        short = Short(cloud) if row.walking else cloud
        return real(short, store, row, progress)  # type: ignore[arg-type]

    yield observe, "_pull_pages", pages


@CLOUD.plant(
    "partial failure counts as success", "An item that was refused is acknowledged.", often=REFUSED
)
def _success() -> Iterable[Swap]:
    real = answering._refuse

    def refuse(store: Store, parcel: Any, failures: Sequence[Failure], result: Any) -> None:
        if failures[0].retryable:
            answering.acknowledge(store, parcel.intent)
        else:
            real(store, parcel, failures, result)

    yield answering, "_refuse", refuse


@CLOUD.plant(
    "what is refused for good blocks its batch", "It is not set aside: the request is given up.",
    often=REFUSED,
)  # fmt: skip
def _blocks() -> Iterable[Swap]:
    def park(store: Store, intent: Any, reason: str, *_: object) -> None:
        raise ServiceError(reason)

    yield answering, "park", park
    yield push, "park", park


@CLOUD.plant("everything atomic", "One refused item takes all others of its request down.",
             harmless="what fell with it is sent again without it, at once")  # fmt: skip
def _atomic() -> Iterable[Swap]:
    yield order, "_is_atomic", lambda _: True


@CLOUD.plant(
    "resolution token not raised",
    "A device keeps what it had: the write is not seen.",
    often=("process restarted",),
)
def _not_raised() -> Iterable[Swap]:
    real = tokens.bump

    def bump(map_json: str | None, keys: Iterable[str], *rest: Any) -> str:
        return map_json or real(map_json, keys, *rest)

    yield tokens, "bump", bump


@CLOUD.plant(
    "nothing is looked up",
    "What was contradicted is sent again as it was.",
    often=(*LOST[:2], "read lag", "item CONFLICT", "item EXISTS"),
    harmless="the feed tells it one cycle later; until then the change tag refuses what is sent",
)
def _not_looked_up() -> Iterable[Swap]:
    yield push, "look_up", lambda *_: False
