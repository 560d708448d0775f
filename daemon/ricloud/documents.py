"""Turns what the ledger remembers into resources as the ricloud API shows them.

The official client makes an object of each ``resource`` that it finds at any depth, and fails at
one that it does not know: so errors of polls are no list resource, and have none inside.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from typing import Any

from store.activity.ledger import Event, Ledger, Poll, Result, Session, Source, User

__all__ = ["KEY", "ORGANISATION", "Documents", "envelope"]

Document = dict[str, Any]

_WHOSE = {"organisation": "local", "key": "local"}

ORGANISATION: Document = {
    "id": "local",
    "resource": "organisation",
    "name": "remindersd",
    "state": "active",
}
"""The one organisation: this computer's user. It has no permissions resource, see above."""

KEY: Document = {
    "id": "local",
    "resource": "key",
    "organisation": "local",
    "name": "control",
    "state": "active",
}
"""The one key, without its token."""


class Documents:
    """Resources of one ledger; ``place`` says where a result's bytes are, as a path in text."""

    def __init__(self, ledger: Ledger, place: str) -> None:
        self._ledger = ledger
        self._place = place

    def of(self, row: User | Source | Session | Poll | Result | Event) -> Document:
        """The resource that a row stands for."""
        match row:
            case User():
                return _user(row)
            case Source():
                return _source(row)
            case Session():
                return self._session(row)
            case Poll():
                return self._poll(row)
            case Result():
                return self._result(row)
            case Event():
                return _event(row)

    def _session(self, row: Session) -> Document:
        source = self._ledger.sources.get(row.source)
        return {
            "id": row.id,
            "resource": "session",
            **_WHOSE,
            "user": row.user,
            "source": None if source is None else _source(source),
            "state": row.state,
            "error": row.error,
            "error_info": row.error_info,
            "date_created": _moment(row.created_ms),
            "date_expired": _moment(row.ended_ms if row.state == "expired" else None),
        }

    def _poll(self, row: Poll) -> Document:
        results = self._ledger.results.all(poll=row.id)[::-1]  # in the order of the question
        tasks = ("pending", "processing", "succeeded", "failed", "suspended")
        return {
            "id": row.id,
            "resource": "poll",
            **_WHOSE,
            "user": row.user,
            "source": row.source,
            "session": row.session,
            "subscription": None,
            "payload": row.payload,
            **{f"tasks_{state}": [] for state in tasks},
            "results": envelope(map(self._result, results), f"/polls/{row.id}/results"),
            "errors": {
                "data": row.errors,
                "has_more": False,
                "total_count": len(row.errors),
            },
            "state": row.state,
            "error": row.error,
            "date_created": _moment(row.created_ms),
            "date_started": _moment(row.created_ms),
            "date_completed": _moment(row.completed_ms),
        }

    def _result(self, row: Result) -> Document:
        return {
            "id": row.id,
            "resource": "result",
            "organisation": "local",
            "poll": row.poll,
            "task": None,
            "identifier": row.identifier,
            # The client copies the file at the URL's path, which it takes as it stands.
            "url": f"local://{self._place}/{row.id}",
            "type": row.type,
            "checksum": row.checksum,
            "size": row.size,
            "signed_url": None,
            "state": row.state,
            "date_created": _moment(row.created_ms),
            "date_consumed": _moment(row.consumed_ms),
            "date_deleted": _moment(row.deleted_ms),
        }


def envelope(
    items: Iterable[Document], url: str, *, more: bool = False, total: int | None = None
) -> Document:
    """A list resource; ``total`` counts what is on no page, too."""
    data: Sequence[Document] = list(items)
    return {
        "resource": "list",
        "data": data,
        "has_more": more,
        "total_count": len(data) if total is None else total,
        "url": url,
    }


def _user(row: User) -> Document:
    return {
        "id": row.id,
        "resource": "user",
        **_WHOSE,
        "identifier": row.identifier,
        "state": "active",
        "date_created": _moment(row.created_ms),
    }


def _source(row: Source) -> Document:
    return {
        "id": row.id,
        "resource": "source",
        "user": row.user,
        "type": row.type,
        "identifier": row.identifier,
        "info": None,
        "parent": None,
        "children": envelope((), f"/sources/{row.id}/children"),
        "state": row.state,
        "date_created": _moment(row.created_ms),
    }


def _event(row: Event) -> Document:
    return {
        "id": row.id,
        "resource": "event",
        "type": row.type,
        "action": row.action,
        "data": row.data,
        "state": "delivered",
        "retries": 0,
        "date_created": _moment(row.created_ms),
        "date_delivered": _moment(row.created_ms),
    }


def _moment(at_ms: int | None) -> str | None:
    if at_ms is None:
        return None
    moment = datetime.fromtimestamp(at_ms / 1000, UTC)
    return moment.isoformat(timespec="microseconds").replace("+00:00", "Z")
