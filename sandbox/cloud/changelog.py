"""The numbered history of a zone: which version of a record counts at which position."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Mapping
from types import MappingProxyType
from typing import NamedTuple

from sandbox.cloud.fields import Json
from sandbox.cloud.record import StoredRecord


class Slice(NamedTuple):
    """Some latest states after a position, the position reached, and whether more follow."""

    records: list[StoredRecord]
    position: int
    more: bool


class ChangeLog:
    """Every version ever written, numbered from 1; position 0 is before the first.

    Reading between two positions gives each record once, at its latest state no later than the
    upper one, so that a reader who stops early (read lag) sees a state that once was true.
    """

    def __init__(self) -> None:
        self._versions: list[StoredRecord | None] = []  # None: superseded before a restart
        self._written_ms: list[int] = []
        self._previous: list[int] = []
        self._next: list[int] = []
        self._latest: dict[str, int] = {}
        self._records: dict[str, StoredRecord] = {}
        self._referrers: dict[str, set[str]] = {}

    @property
    def records(self) -> Mapping[str, StoredRecord]:
        """Latest version by record name, tombstones included; a read-only live view."""
        return MappingProxyType(self._records)

    @property
    def end(self) -> int:
        """The position of the newest version."""
        return len(self._versions)

    def append(self, record: StoredRecord, written_ms: int) -> None:
        """Add a version; `written_ms` (since 1970) never runs backwards within the log."""
        position = len(self._versions) + 1
        previous = self._latest.get(record.name, 0)
        if previous:
            self._next[previous - 1] = position
            self._forget_targets(self._records[record.name])
        newest = self._written_ms[-1] if self._written_ms else written_ms
        self._versions.append(record)
        self._written_ms.append(max(newest, written_ms))
        self._previous.append(previous)
        self._next.append(0)
        self._latest[record.name] = position
        self._records[record.name] = record
        for target in record.validated_targets():
            self._referrers.setdefault(target, set()).add(record.name)

    def position_at(self, moment_ms: int) -> int:
        """The last position written at or before a moment (ms since 1970)."""
        return bisect_right(self._written_ms, moment_ms)

    def state_at(self, name: str, position: int) -> StoredRecord | None:
        """The version of a record that counted at a position, None if it was not there yet."""
        at = self._latest.get(name, 0)
        while at > position:
            at = self._previous[at - 1]
        return self._versions[at - 1] if at else None

    def read(self, after: int, upto: int, limit: int) -> Slice:
        """At most `limit` latest states in the span (after, upto], oldest change first."""
        found: list[StoredRecord] = []
        position = after
        for at in range(after + 1, upto + 1):
            record, successor = self._versions[at - 1], self._next[at - 1]
            if record is None or 0 < successor <= upto:
                continue
            if len(found) == limit:
                return Slice(found, position, more=True)
            found.append(record)
            position = at
        return Slice(found, max(after, upto), more=False)

    def referrers(self, name: str) -> frozenset[str]:
        """Names of live records, soft-deleted ones too, that refer to `name` with VALIDATE."""
        return frozenset(self._referrers.get(name, ()))

    def dump(self) -> Json:
        """The latest states with their positions, as a JSON-able dict."""
        latest = [
            {"position": at, "written_ms": self._written_ms[at - 1], "record": record.dump()}
            for at, record in enumerate(self._versions, 1)
            if record is not None and not self._next[at - 1]
        ]
        return {"end": self.end, "latest": latest}

    @classmethod
    def load(cls, state: Json) -> ChangeLog:
        """The log that `dump` wrote; superseded versions are gone, positions stay."""
        log = cls()
        for entry in state["latest"]:
            log._pad(entry["position"] - 1)
            log.append(StoredRecord.load(entry["record"]), entry["written_ms"])
        log._pad(state["end"])
        return log

    def _pad(self, end: int) -> None:
        """Fill up to a position with versions that nobody can see any more."""
        newest = self._written_ms[-1] if self._written_ms else 0
        missing = end - len(self._versions)
        self._versions += [None] * missing
        self._written_ms += [newest] * missing
        self._previous += [0] * missing
        self._next += [0] * missing

    def _forget_targets(self, record: StoredRecord) -> None:
        for target in record.validated_targets():
            holders = self._referrers.get(target)
            if holders is not None:
                holders.discard(record.name)
