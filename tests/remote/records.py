"""Lists as the client would write them, short to say, and what came of it."""

from __future__ import annotations

import itertools
from typing import Any

from sync.remote.cloudkit import Failure

_UUIDS = itertools.count(1)


def new_name(record_type: str = "List") -> str:
    return f"{record_type}/{next(_UUIDS):08X}-0000-4000-8000-000000000000"


def create(name: str | None = None, title: str = "Errands") -> dict[str, Any]:
    fields = {
        "Name": {"type": "STRING", "value": title, "isEncrypted": True},
        "IsGroup": {"type": "INT64", "value": 0},
        "Deleted": {"type": "INT64", "value": 0},
    }
    record = {"recordName": name or new_name(), "recordType": "List", "fields": fields}
    return {"operationType": "create", "record": record}


def update(record: dict[str, Any], title: str) -> dict[str, Any]:
    changed = {
        "recordName": record["recordName"],
        "recordType": record["recordType"],
        "recordChangeTag": record["recordChangeTag"],
        "fields": {"Name": {"type": "STRING", "value": title, "isEncrypted": True}},
    }
    return {"operationType": "update", "record": changed}


def failures(results: list[Any]) -> list[Failure]:
    assert all(isinstance(item, Failure) for item in results)
    return results
