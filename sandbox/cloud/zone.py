"""One CloudKit zone in memory: records, change feed, sync tokens and look-ups."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from random import Random, SystemRandom
from typing import Any, Final

from sandbox.cloud import synctoken
from sandbox.cloud.assets import AssetShelf
from sandbox.cloud.changelog import ChangeLog
from sandbox.cloud.fields import Json
from sandbox.cloud.modify import ItemError, Refuse, RequestError, Writer, modify
from sandbox.cloud.record import StoredRecord, wire
from sandbox.cloud.synctoken import BadToken, TokenExpired

__all__ = [
    "MAX_PAGE",
    "BadToken",
    "ChangePage",
    "RequestError",
    "StoredRecord",
    "TokenExpired",
    "Zone",
]

MAX_PAGE: Final = 200
_DIGITS: Final = "0123456789abcdefghijklmnopqrstuvwxyz"


@dataclass(frozen=True, slots=True)
class ChangePage:
    """A page of the change feed: wire records, the token after them, and whether more follow."""

    records: list[Json]
    token: str
    more: bool


class Zone:
    """A zone of one owner; `clock` gives seconds since 1970, `random` what tokens are made of.

    `present` False makes the account one without this zone (never upgraded, or deleted): the
    endpoints then answer ZONE_NOT_FOUND. The zone itself goes on working for the phone.
    """

    def __init__(
        self,
        owner: str,
        clock: Callable[[], float],
        name: str = "Reminders",
        random: Random | None = None,
    ) -> None:
        self.owner = owner
        self.name = name
        self.present = True
        self._random = random or SystemRandom()
        self.assets = AssetShelf(clock, self._random)
        self._clock = clock
        self._log = ChangeLog()
        self._generation = self._random.getrandbits(31)
        self._tags = 0

    @property
    def zone_id(self) -> Json:
        """The zone's `zoneID`; a fresh dict."""
        return {
            "zoneName": self.name,
            "ownerRecordName": self.owner,
            "zoneType": "REGULAR_CUSTOM_ZONE",
        }

    @property
    def records(self) -> Mapping[str, StoredRecord]:
        """The latest version of every record by name, tombstones included; read-only."""
        return self._log.records

    def modify(
        self,
        operations: Sequence[Any],
        *,
        atomic: bool = True,
        by: str = "2",
        remap: bool = True,
        desired_keys: Collection[str] | None = None,
        refuse: Refuse | None = None,
    ) -> list[Json]:
        """Apply `records/modify` operations; one wire item per operation, in request order.

        `by` is the deviceID put into created and modified. `refuse` may answer a record name
        with an error item of its own, as a test wants it. Refused operations are error items,
        not exceptions; a wrong request (over 200 operations, a record named twice) raises
        RequestError.
        """
        writer = Writer(
            log=self._log,
            assets=self.assets,
            zone_id=self.zone_id,
            now_ms=self._now_ms(),
            by=by,
            remap=remap,
            next_tag=self._next_tag,
            desired_keys=desired_keys,
            refuse=refuse,
        )
        return modify(operations, writer, atomic=atomic)

    def serve(self, name: str, record_type: str, envelope: Json) -> None:
        """Write what only the service itself writes beside the fields of a record."""
        before = self._log.records.get(name)
        old = before if before is not None and not before.deleted else None
        now_ms = self._now_ms()
        stamp = {"timestamp": now_ms, "userRecordName": self.owner, "deviceID": "1"}
        record = StoredRecord(
            name=name,
            record_type=record_type,
            tag=self._next_tag(),
            fields=old.fields if old is not None else {},
            parent=old.parent if old is not None else None,
            created=old.created if old is not None else stamp,
            modified=stamp,
            envelope={**(old.envelope if old is not None else {}), **envelope},
        )
        self._log.append(record, now_ms)

    def place(self, made: Callable[[str], StoredRecord]) -> None:
        """Write a version that the service itself makes for a new change tag, past all checks."""
        self._log.append(made(self._next_tag()), self._now_ms())

    def changes(
        self,
        token: str | None,
        *,
        limit: int = MAX_PAGE,
        remap: bool = True,
        desired_keys: Collection[str] | None = None,
        desired_types: Collection[str] | None = None,
        reverse: bool = False,
        lag: float = 0.0,
    ) -> ChangePage:
        """The next page of the feed: each record once, at its latest state.

        `token` None starts at the beginning of time, the empty string at the end. `limit` counts
        records looked at, so that a page may come out short or empty under `desired_types` while
        more follow; tombstones have no type and always pass. `reverse` turns a page around.
        `lag` hides what was written in the last so many seconds. Raises TokenExpired, BadToken.
        """
        upto = self._horizon(lag)
        start = self._start(token, upto)
        span = self._log.read(min(start, upto), upto, max(1, min(limit, MAX_PAGE)))
        shown = [
            wire(record, self.zone_id, remap=remap, desired_keys=desired_keys)
            for record in span.records
            if desired_types is None or record.deleted or record.record_type in desired_types
        ]
        if reverse:
            shown.reverse()
        # A reader ahead of a lagging horizon keeps its place.
        return ChangePage(shown, self._token_at(max(start, span.position)), span.more)

    def pause(self, token: str | None) -> ChangePage:
        """An empty page that says more is coming; its token has a new text, the same place."""
        position = self._start(token, self._log.end)
        salt = self._random.randint(1, 65535)
        text = synctoken.issue(self._scope, self._generation, position, salt)
        return ChangePage([], text, more=True)

    def lookup(
        self,
        names: Sequence[str],
        *,
        remap: bool = True,
        desired_keys: Collection[str] | None = None,
        lag: float = 0.0,
    ) -> list[Json]:
        """One wire item per name, in order: the record, or a NOT_FOUND error item."""
        upto = self._horizon(lag)
        items: list[Json] = []
        for name in names:
            record = self._log.state_at(name, upto)
            if record is None or record.deleted:
                missing = ItemError("NOT_FOUND", "Record not found").answer
                items.append({"recordName": name, **missing})
            else:
                items.append(wire(record, self.zone_id, remap=remap, desired_keys=desired_keys))
        return items

    def live(self, record_type: str) -> list[Json]:
        """Live records of a type, soft-deleted ones too, as wire dicts; oldest first."""
        return [
            wire(record, self.zone_id)
            for record in self.records.values()
            if record.record_type == record_type
        ]

    def token(self) -> str:
        """The token of the end of the log: a feed from here has nothing new."""
        return self._token_at(self._log.end)

    def database_token(self) -> str:
        """The token `changes/database` ends with; no use as a zone token."""
        return synctoken.issue(self._database_scope, self._generation, self._log.end)

    def changed_since(self, database_token: str | None) -> bool:
        """Whether the zone changed after a database token; raises TokenExpired, BadToken."""
        if database_token is None:
            return True
        scope, end = self._database_scope, self._log.end
        return synctoken.position_of(database_token, scope, self._generation, end) < end

    def expire_tokens(self) -> None:
        """Make every token issued so far answer as expired."""
        self._generation += 1

    def recreate(self) -> None:
        """Start again empty, as after a purge: no records, and old tokens expired."""
        self._log = ChangeLog()
        self.present = True
        self.expire_tokens()

    def dump(self) -> Json:
        """The zone as a JSON-able dict; tokens and tags stay valid through `load`."""
        return {
            "owner": self.owner,
            "name": self.name,
            "present": self.present,
            "generation": self._generation,
            "tags": self._tags,
            "log": self._log.dump(),
            "assets": self.assets.dump(),
        }

    @classmethod
    def load(cls, state: Json, clock: Callable[[], float]) -> Zone:
        """The zone that `dump` wrote."""
        zone = cls(state["owner"], clock, state["name"])
        zone.present = state["present"]
        zone._generation = state["generation"]
        zone._tags = state["tags"]
        zone._log = ChangeLog.load(state["log"])
        zone.assets = AssetShelf.load(state.get("assets"), clock)
        return zone

    @property
    def _scope(self) -> str:
        return f"zone/{self.owner}/{self.name}"

    @property
    def _database_scope(self) -> str:
        return f"database/{self.owner}/{self.name}"

    def _now_ms(self) -> int:
        return int(self._clock() * 1000)

    def _horizon(self, lag: float) -> int:
        if lag <= 0:
            return self._log.end
        return self._log.position_at(self._now_ms() - int(lag * 1000))

    def _start(self, token: str | None, upto: int) -> int:
        if token is None:
            return 0
        if token == "":
            return upto
        return synctoken.position_of(token, self._scope, self._generation, self._log.end)

    def _token_at(self, position: int) -> str:
        return synctoken.issue(self._scope, self._generation, position)

    def _next_tag(self) -> str:
        """A short base-36 counter that never repeats within the zone."""
        self._tags += 1
        digits, rest = "", self._tags
        while rest:
            rest, digit = divmod(rest, 36)
            digits = _DIGITS[digit] + digits
        return digits
