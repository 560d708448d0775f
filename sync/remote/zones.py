"""What the database's answers hold, checked as far as everything after them relies on it.

Records stay the wire's dictionaries: reading their fields is the codec's work.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from sync.codec.fields import is_name
from sync.errors import BadResponse

__all__ = ["ChangePage", "Database", "DatabaseChanges", "QueryPage", "ZoneId", "ZoneInfo"]

_LONGEST_CODE = 80  # characters; an answer of the service may be any text
Database = Literal["private", "shared"]


@dataclass(frozen=True, slots=True)
class ZoneId:
    """A record zone: ``owner`` is the owner's record name, never assumed but fetched."""

    name: str
    owner: str
    database: Database = "private"

    def wire(self) -> dict[str, str]:
        """The ``zoneID`` of requests."""
        return {
            "zoneName": self.name,
            "ownerRecordName": self.owner,
            "zoneType": "REGULAR_CUSTOM_ZONE",
        }


@dataclass(frozen=True, slots=True)
class ZoneInfo:
    """One zone of a listing; ``token`` is its current sync token where the answer names it."""

    zone: ZoneId
    token: str | None
    deleted: bool


@dataclass(frozen=True, slots=True)
class DatabaseChanges:
    """Which zones changed; ``token`` continues from here and is no zone's sync token.

    ``unreadable`` counts the entries that name no zone.
    """

    zones: list[ZoneInfo]
    token: str
    more: bool
    unreadable: int = 0


@dataclass(frozen=True, slots=True)
class ChangePage:
    """One page of a zone's changes: each record once, in its latest state, tombstones among them.

    ``token`` continues after this page; ``more`` says that another one follows now.
    ``failed`` are the records that the feed named and could not give, each with the service's code;
    ``unreadable`` counts the items that are no record or do not say which one. ``packed`` are
    records as they are kept (``store.raw.pack``), by name, where somebody had the time for it.
    """

    records: list[dict[str, Any]]
    token: str
    more: bool
    unreadable: int = 0
    failed: Mapping[str, str] = field(default_factory=dict)
    packed: Mapping[str, bytes] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class QueryPage:
    """One page of a query; ``marker`` asks for the next one, ``None`` after the last."""

    records: list[dict[str, Any]]
    marker: str | None


def read_zones(
    answer: Mapping[str, Any], database: Database, where: str
) -> tuple[list[ZoneInfo], int]:
    """The zones of ``zones/list`` or ``changes/database``, and how many entries name none.

    Raises BadResponse where there is no list of them.
    """
    found = [_zone(item, database) for item in _items(answer, "zones", where)]
    return [info for info in found if info is not None], found.count(None)


def _zone(item: object, database: Database) -> ZoneInfo | None:
    item = item if isinstance(item, Mapping) else {}
    identity = item.get("zoneID")
    identity = identity if isinstance(identity, Mapping) else {}
    name, owner = identity.get("zoneName"), identity.get("ownerRecordName")
    if not is_name(name) or not is_name(owner):
        return None
    token = item.get("syncToken")
    return ZoneInfo(
        ZoneId(name, owner, database),
        token if is_name(token) else None,
        item.get("deleted") is True,
    )


def read_page(answer: Mapping[str, Any], where: str) -> ChangePage:
    """A page of changes; raises BadResponse if it has no records or no token.

    Also for a failure that does not say of which record, and which another try may not be: the
    token must not move past it. An item that only does not say of which record it is says that for
    ever; it is counted.
    """
    items = _items(answer, "records", where)
    named: list[dict[str, Any]] = []
    failed: dict[str, str] = {}
    for one in items:
        code = one.get("serverErrorCode") if isinstance(one, dict) else None
        is_named = isinstance(one, dict) and is_name(one.get("recordName"))
        if isinstance(code, str) and not is_named:
            raise could_not_give(where, code)
        if isinstance(code, str):
            failed[one["recordName"]] = _word(code)
        elif is_named:
            named.append(one)
    return ChangePage(
        named,
        read_token(answer, where),
        answer.get("moreComing") is True,  # null is no
        len(items) - len(named) - len(failed),
        failed,
    )


def could_not_give(where: str, code: str) -> BadResponse:
    """The error of a feed that failed to give a record, for ``code``."""
    return BadResponse(f"{where} could not give a record ({_word(code)})")


def _word(code: str) -> str:
    """A code of the service, fit for a line of ours."""
    return " ".join(code.split())[:_LONGEST_CODE]


def read_token(answer: Mapping[str, Any], where: str) -> str:
    """The sync token of an answer; raises BadResponse if there is none that could be kept."""
    token = answer.get("syncToken")
    if not is_name(token):
        raise BadResponse(f"{where} sent changes without a sync token")
    return token


def objects(answer: Mapping[str, Any], key: str, where: str) -> list[dict[str, Any]]:
    """The list of JSON objects below ``key``; raises BadResponse for anything else."""
    items = _items(answer, key, where)
    if not all(isinstance(item, dict) for item in items):
        raise BadResponse(f"{where} answered without a list of {key}")
    return items


def _items(answer: Mapping[str, Any], key: str, where: str) -> list[Any]:
    """The list below ``key``, whatever is in it; raises BadResponse where there is none."""
    items = answer.get(key)
    if not isinstance(items, list):
        raise BadResponse(f"{where} answered without a list of {key}")
    return items
