"""The two forms of a write that carries no change tag, and so overwrites what it has not seen.

Only ``sync.codec.purging`` and ``sync.codec.reviving`` may use them, where nothing is left to be
seen; a test of the architecture holds everybody else off.
"""

from __future__ import annotations

from sync.codec.operations import Wire

__all__ = ["force_delete", "revive"]


def force_delete(name: str, kind: str) -> Wire:
    """An operation that removes a record of which no change tag is known."""
    return {"operationType": "forceDelete", "record": {"recordName": name, "recordType": kind}}


def revive(name: str, kind: str, fields: Wire, parent: str | None) -> Wire:
    """An operation that makes a record that is gone anew, under its old name."""
    record: Wire = {"recordName": name, "recordType": kind, "fields": fields}
    if parent is not None:
        record["parent"] = {"recordName": parent}
    return {"operationType": "forceUpdate", "record": record}
