"""The endpoints of the Reminders database, one typed call for each; sync tokens in and out.

Whole-request errors are raised (see ``sync/errors.py``), refused items are values (``Failure``).
Results are matched by record name, since order is only seen, not promised.
Wire facts: docs/wire.md, "Endpoints".
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import replace
from typing import Any

from sync.codec.assets import asset_value, inline, link_of, size_of
from sync.codec.operations import Upload
from sync.errors import BadResponse, ServiceError
from sync.remote.acknowledged import acknowledged
from sync.remote.answers import OF_AN_ITEM, UNANSWERED, Failure, zone_missing
from sync.remote.assets import LinkExpired
from sync.remote.transport import Transport
from sync.remote.zones import (
    ChangePage,
    Database,
    DatabaseChanges,
    QueryPage,
    ZoneId,
    ZoneInfo,
    could_not_give,
    objects,
    read_page,
    read_token,
    read_zones,
)

__all__ = ["LIMIT", "REMINDERS", "ChangePage", "CloudKit", "Failure", "QueryPage", "ZoneId"]

LIMIT = 200  # records of one answer, names of one lookup, operations of one modify
REMINDERS = "Reminders"
_REMEMBERED = 100

Record = dict[str, Any]


class CloudKit:
    """The database of container ``com.apple.reminders``, through ``transport``.

    Every call may raise what ``Transport.post`` raises.
    """

    def __init__(self, transport: Transport) -> None:
        self._transport = transport
        self._followed: dict[tuple[ZoneId, str], str | None] = {}
        """The latest tokens that came, each with the one that it was the answer to."""

    def zones(self, database: Database = "private") -> list[ZoneInfo]:
        """Every zone of a database that its listing names."""
        return self._listed(database)[0]

    def reminders_zone(self) -> ZoneId:
        """The account's own zone of reminders; ZoneMissing if there is none.

        Raises BadResponse where an entry that cannot be read may be it.
        """
        zones, unreadable = self._listed("private")
        for info in zones:
            if info.zone.name == REMINDERS and not info.deleted:
                return info.zone
        if unreadable:
            raise BadResponse("zones/list named a zone without its name and owner")
        raise zone_missing()

    def _listed(self, database: Database) -> tuple[list[ZoneInfo], int]:
        where = "zones/list"
        return read_zones(self._transport.post(f"{database}/{where}", {}), database, where)

    def database_changes(self, database: Database, token: str | None) -> DatabaseChanges:
        """Which zones changed since ``token`` (a database's own), or all of them without one."""
        where = "changes/database"
        answer = self._transport.post(f"{database}/{where}", _since(token))
        zones, unreadable = read_zones(answer, database, where)
        more = answer.get("moreComing") is True
        return DatabaseChanges(zones, read_token(answer, where), more, unreadable)

    def changes(self, zone: ZoneId, token: str | None, *, limit: int = LIMIT) -> ChangePage:
        """The next page after ``token`` (from the beginning without one), by ``records/changes``.

        Raises SyncTokenExpired when the token is refused. An answer does not say to which request:
        one whose token came before, to another request, may be that one's, and would pass over
        what is between them. It is asked for once more; said again, it is taken.
        """
        page = self._changes(zone, token, limit)
        if page.token != token and self._followed.get((zone, page.token), token) != token:
            page = self._changes(zone, token, limit)
        if page.token != token:
            self._followed.pop((zone, page.token), None)
            self._followed[zone, page.token] = token
            if len(self._followed) > _REMEMBERED:
                self._followed.pop(next(iter(self._followed)))
        return page

    def _changes(self, zone: ZoneId, token: str | None, limit: int) -> ChangePage:
        where = "records/changes"
        body = {"zoneID": zone.wire(), "resultsLimit": limit, **_since(token)}
        return read_page(self._transport.post(f"{zone.database}/{where}", body), where)

    def zone_changes(self, zone: ZoneId, token: str | None, *, limit: int = LIMIT) -> ChangePage:
        """The same by ``changes/zone``, whose tokens are not to be mixed with the other's."""
        where = "changes/zone"
        body = {"zones": [{"zoneID": zone.wire(), **_since(token)}], "resultsLimit": limit}
        answer = self._transport.post(f"{zone.database}/{where}", body)
        pages = objects(answer, "zones", where)
        if len(pages) != 1:
            raise BadResponse(f"{where} answered for {len(pages)} zones instead of one")
        return read_page(pages[0], where)

    def walk(
        self, zone: ZoneId, token: str | None, *, limit: int = LIMIT, by_zone: bool = False
    ) -> Iterator[ChangePage]:
        """Every page after ``token``, by ``changes`` or with ``by_zone`` by ``zone_changes``.

        Each page is to be applied before the next is asked for. Raises BadResponse when more is
        promised but the token stands still, which would never end, and for a record that the feed
        could not give: who walks so does not ask for it again.
        """
        fetch = self.zone_changes if by_zone else self.changes
        while True:
            page = fetch(zone, token, limit=limit)
            if page.more and page.token == token:
                raise BadResponse("the change feed promises more but does not move on")
            if page.failed:
                raise could_not_give("the change feed", min(page.failed.values()))
            yield page
            if not page.more:
                return
            token = page.token

    def lookup(self, zone: ZoneId, names: Sequence[str]) -> list[Record | Failure]:
        """One record or Failure for each of ``names``, in their order."""
        found: list[Record | Failure] = []
        for start in range(0, len(names), LIMIT):
            batch = list(dict.fromkeys(names[start : start + LIMIT]))
            body = {"records": [{"recordName": name} for name in batch], "zoneID": zone.wire()}
            answer = self._transport.post(f"{zone.database}/records/lookup", body)
            items = self._matched(answer, batch, "records/lookup")
            found += [items[name] for name in names[start : start + LIMIT]]
        return found

    def query(
        self,
        zone: ZoneId,
        record_type: str,
        *,
        filters: Sequence[Mapping[str, Any]] = (),
        limit: int = LIMIT,
        marker: str | None = None,
    ) -> QueryPage:
        """One page of a query; ``filters`` are ``filterBy`` items, ``marker`` the last page's.

        Raises ServiceError with ``server_code`` ``FIELD_NOT_QUERYABLE`` for most record types.
        """
        where = "records/query"
        asked: dict[str, Any] = {"recordType": record_type}
        if filters:
            asked["filterBy"] = list(filters)
        body: dict[str, Any] = {"zoneID": zone.wire(), "query": asked, "resultsLimit": limit}
        if marker is not None:
            body["continuationMarker"] = marker
        answer = self._transport.post(f"{zone.database}/{where}", body)
        records = objects(answer, "records", where)
        for item in records:
            failure = Failure.of(item, self._transport.now())
            if failure is not None:
                said = f"{where} for {record_type}: {failure.code} {failure.reason}".rstrip()
                raise ServiceError(said, "", failure.code)
        following = answer.get("continuationMarker")
        return QueryPage(records, following if isinstance(following, str) and following else None)

    def modify(
        self, zone: ZoneId, operations: Sequence[Mapping[str, Any]], *, atomic: bool
    ) -> list[Record | Failure]:
        """Apply wire operations; one written record, tombstone or Failure for each, in order.

        Sent once: after NetworkError or BadResponse it may or may not have been applied. What says
        otherwise than what was sent is looked up (``sync/remote/acknowledged.py``). Raises
        ValueError for more than 200 operations and for two on one record.
        """
        names = [_name(operation) for operation in operations]
        if len(names) > LIMIT or len(set(names)) < len(names):
            raise ValueError(f"at most {LIMIT} operations, one for each record")
        where = "records/modify"
        body = {"zoneID": zone.wire(), "atomic": atomic, "operations": list(operations)}
        answer = self._transport.post(
            f"{zone.database}/{where}", body, writes=True, answered=OF_AN_ITEM
        )
        whole = Failure.of(answer, self._transport.now())
        if whole is not None and not isinstance(answer.get("records"), list):
            # The request failed as one and names no culprit: the same for every item.
            return [replace(whole, record_name=name, whole=True) for name in names]
        items = self._matched(answer, names, where)
        found = [items[name] for name in names]
        return acknowledged(operations, found, lambda doubtful: self.lookup(zone, doubtful))

    def upload(self, zone: ZoneId, uploads: Sequence[Upload]) -> list[Record]:
        """Send files; for each, in order, the value that its field has to be written with.

        Raises also what ``AssetHost.put`` raises. Nothing is changed yet: what is sent and never
        written is the service's to clear away.
        """
        where = "assets/upload"
        values: list[Record] = []
        for start in range(0, len(uploads), LIMIT):
            batch = uploads[start : start + LIMIT]
            body = {"zoneID": zone.wire(), "tokens": [_token(upload) for upload in batch]}
            answer = self._transport.post(f"{zone.database}/{where}", body)
            addresses = _addresses(objects(answer, "tokens", where))
            for upload in batch:
                url = addresses.get((upload.record_name, upload.field))
                if url is None:
                    raise BadResponse(f"{where} gave no address for {upload.field}")
                values.append(self._transport.assets.put(url, upload.data))
        return values

    def download(self, value: Mapping[str, Any]) -> bytes:
        """The bytes of a file by its field's value: those that came along, else by its link.

        Raises LinkExpired where the link is not or no longer good, Throttled, NetworkError,
        BadResponse.
        """
        data = inline(value)
        if data is not None:
            return data
        url = link_of(value)
        if url is None:
            raise LinkExpired("the record came without a link to its file")
        return self._transport.assets.get(url, size_of(value))

    def fetch(self, zone: ZoneId, name: str, field: str, value: Mapping[str, Any]) -> bytes:
        """``download`` for the field of a record, with a fresh link where its own is too old.

        Raises LinkExpired also when the record holds another file by now, or none.
        """
        try:
            return self.download(value)
        except LinkExpired:
            [record] = self.lookup(zone, [name])
            again = None if isinstance(record, Failure) else asset_value(record, field)
            if again is None or again.get("fileChecksum") != value.get("fileChecksum"):
                raise
            return self.download(again)

    def stream(
        self, value: Mapping[str, Any], offset: int
    ) -> AbstractContextManager[tuple[int, Iterator[bytes]]]:
        """The bytes of a file from ``offset`` on, as ``AssetHost.stream`` gives them.

        Raises LinkExpired where the record came without a link.
        """
        url = link_of(value)
        if url is None:
            raise LinkExpired("the record came without a link to its file")
        return self._transport.assets.stream(url, offset)

    def _matched(
        self, answer: Mapping[str, Any], names: Sequence[str], where: str
    ) -> dict[str, Record | Failure]:
        """The items of an answer by record name; those without a name by their place."""
        items = objects(answer, "records", where)
        found: dict[str, Record | Failure] = {}
        for place, item in enumerate(items):
            fallback = names[place] if len(items) == len(names) else ""
            name = item.get("recordName") or fallback
            if isinstance(name, str) and name not in found:
                found[name] = Failure.of(item, self._transport.now(), name) or item
        for name in names:
            # Not in the answer is not the same as not there: nothing is known of it.
            found.setdefault(name, Failure(name, UNANSWERED, f"{where} has no item for it"))
        return found


def _since(token: str | None) -> dict[str, str]:
    return {} if token is None else {"syncToken": token}


def _token(upload: Upload) -> Record:
    return {
        "recordType": upload.record_type,
        "recordName": upload.record_name,
        "fieldName": upload.field,
    }


def _addresses(tokens: Sequence[Mapping[str, Any]]) -> dict[tuple[object, object], str]:
    return {
        (token.get("recordName"), token.get("fieldName")): token["url"]
        for token in tokens
        if isinstance(token.get("url"), str)
    }


def _name(operation: Mapping[str, Any]) -> str:
    """The record that an operation is for; names are always chosen by us before sending."""
    name = operation["record"]["recordName"]
    if not isinstance(name, str) or not name:
        raise ValueError("an operation needs the name of its record")
    return name
