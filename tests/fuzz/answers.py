"""Whole answers of the service: each is a result, or an error of ours; never half of one."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from random import Random
from typing import Any

import httpx

from store.db import Store
from store.raw import dumps, loads
from store.rows import ZoneRow
from sync.codec.fields import is_name
from sync.cycle.observing.observe import FEED, pull
from sync.errors import RemindersdError
from sync.remote.cloudkit import CloudKit, Failure, ZoneId
from sync.remote.limiter import Limiter
from sync.remote.transport import Transport
from tests.fuzz import corpus
from tests.fuzz.engine import Check, Violation
from tests.fuzz.mutate import bend_bytes, bend_json
from tests.fuzz.records import blank_store
from tests.remote.conftest import FakeSession, FakeTime

__all__ = ["an_answer", "opened"]

ZONE = {"zoneName": "Reminders", "ownerRecordName": "_owner", "zoneType": "REGULAR_CUSTOM_ZONE"}
STATUSES = (*(200,) * 40, 204, 301, 400, 401, 403, 409, 412, 413, 421, 429, 450, 500, 503)
CODES = (
    *("CONFLICT", "EXISTS", "ATOMIC_ERROR", "BAD_REQUEST", "QUOTA_EXCEEDED", "THROTTLED", "X", ""),
    *("ZONE_NOT_FOUND", "VALIDATING_REFERENCE_ERROR", "CHANGE_TOKEN_EXPIRED", "ZONE_BUSY", None, 7),
)
NAMES = ("Reminder/A", "List/B")


def an_answer(random: Random) -> bytes:
    """A status and a body of the service, bent as JSON or as bytes; a redirect leads nowhere."""
    body = _body(random)
    for _ in range(random.choice((0, 1, 1, 2))):
        body = bend_json(body, random, (*CODES, *NAMES, None, [], {}, [[]], "", 1, True, "2026"))
    data = dumps(body)
    if random.random() < 0.15:
        data = bend_bytes(data, random)
    return b"%d\n%b" % (random.choice(STATUSES), data)


def _body(random: Random) -> Any:
    refusal = {"serverErrorCode": random.choice(CODES), "reason": "why", "retryAfter": 3}
    records = [
        random.choice((record, record, {"recordName": record["recordName"], "deleted": True}))
        for record in random.sample(corpus.records(), k=random.randint(0, 2))
    ]
    page = {"records": records, "syncToken": "after", "moreComing": random.random() < 0.1}
    items = [
        random.choice(({"recordName": name, "recordType": "List"}, refusal | {"recordName": name}))
        for name in NAMES
    ]
    zone = {"zoneID": ZONE, "syncToken": "t", "deleted": False}
    return random.choice(
        (
            page,
            page,
            page,
            {"zones": [page | {"zoneID": ZONE}]},
            {"records": items},
            {"zones": [zone, refusal], "syncToken": "t", "moreComing": False},
            {"zones": [zone], "syncToken": "t"},
            refusal,
            {"records": records, "continuationMarker": "m"},
        )
    )


class _Service:
    """Gives the same answer to whatever is asked."""

    def __init__(self, answer: bytes) -> None:
        status, _, self._body = answer.partition(b"\n")
        self._status = int(status) if status.isdigit() and 200 <= int(status) < 600 else 200

    def __call__(self, request: httpx.Request) -> httpx.Response:
        return httpx.Response(self._status, content=self._body)


@contextmanager
def opened(directory: Path) -> Iterator[Check]:
    """The check, with what it needs."""
    with blank_store(directory) as blank:

        def check(data: bytes, random: Random) -> str:
            time = FakeTime()
            limiter = Limiter(time.clock, time.sleep, lambda: 0.0)
            inner = httpx.MockTransport(_Service(data))
            transport = Transport(FakeSession(), limiter, inner=inner)
            try:
                if random.random() < 0.5:
                    return _asked(CloudKit(transport), random)
                with blank() as store:
                    return _pulled(CloudKit(transport), store, data)
            finally:
                transport.close()

        yield check


def _asked(cloud: CloudKit, random: Random) -> str:
    """Each call gives as many answers as it was asked for, in their order, or an error of ours."""
    zone = ZoneId("Reminders", "_owner")
    operations = [{"operationType": "update", "record": {"recordName": name}} for name in NAMES]
    try:
        match random.randrange(6):
            case 0:
                cloud.zones()
            case 1:
                cloud.database_changes("shared", "t")
            case 2:
                cloud.zone_changes(zone, None)
            case 3:
                cloud.query(zone, "List")
            case 4:
                _one_each(cloud.lookup(zone, NAMES))
            case _:
                _one_each(cloud.modify(zone, operations, atomic=random.random() < 0.5))
    except RemindersdError as error:
        _said(error)
        return "refused"
    return "answered"


def _one_each(items: list[Any]) -> None:
    """One for each name, each either a record or a refusal of exactly one kind."""
    if len(items) != len(NAMES):
        raise Violation("there are more or fewer answers than questions")
    for item in items:
        if not isinstance(item, Failure):
            continue
        kinds = (item.gone, item.conflict, item.exists, item.atomic_sibling, item.reference)
        if sum((*kinds, item.full, item.retryable, item.refused)) < 1:
            raise Violation("a refusal is of no kind")


def _pulled(cloud: CloudKit, store: Store, answer: bytes) -> str:
    """Rows and token of a page come together, or neither does."""
    with store.commit("zone"):
        store.mirror.begin_walk()
        store.mirror.finish_walk()
        store.mirror.set_zone(ZoneRow("Reminders", "_owner", feed=FEED, sync_token="before"))
    try:
        pull(cloud, store)
    except RemindersdError as error:
        _said(error)
        token, count = _state(store)
        if (token not in (None, "before")) and not _came(answer):
            raise Violation("a page was refused and the token moved on") from None
        if count and token == "before":
            raise Violation("half of a page is in the mirror") from None
        return "refused"
    token, count = _state(store)
    came = loads(answer.partition(b"\n")[2])
    if came["records"] and token != came["syncToken"]:
        raise Violation("the token is not that of the page")
    objects = [one for one in came["records"] if isinstance(one, dict)]
    if count != len({one["recordName"] for one in objects if is_name(one.get("recordName"))}):
        raise Violation("not each record of the page is in the mirror")
    return "pulled"


def _state(store: Store) -> tuple[str | None, int]:
    row = store.mirror.zone()
    (count,) = store._connection.one("SELECT count(*) FROM record")
    return None if row is None else row.sync_token, count


def _came(answer: bytes) -> bool:
    """A page that promises more and then gives the same token is taken once."""
    try:
        return loads(answer.partition(b"\n")[2]).get("moreComing") is True
    except (ValueError, AttributeError):
        return False


def _said(error: RemindersdError) -> None:
    if not error.message or len(error.message.splitlines()) > 1 or len(error.message) > 1000:
        raise Violation("an error is not one line", error.message)
