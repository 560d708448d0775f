"""What is asked of a poll by a service's name, and the documents of what it came to."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sync.errors import UsageError
from sync.polls.asked import DataQuery, Item
from sync.polls.downloading import Downloaded
from sync.polls.roster import DATA_TYPES, SERVICES

__all__ = ["download_document", "poll_document", "query_of"]


def query_of(service: str, since: datetime | None, until: datetime | None) -> DataQuery:
    """What asks for all of a service; raises UsageError."""
    if service not in DATA_TYPES:
        raise UsageError(f"there is no service {service[:40]}", f"use {', '.join(SERVICES)}")
    return DataQuery(DATA_TYPES[service], since, until)


def poll_document(data_type: str, items: list[Item]) -> dict[str, Any]:
    """The answer: the data type, its items, and how many they are."""
    metadata = {"count": len(items)}
    return {"schema": 1, "data_type": data_type, "data": items, "metadata": metadata}


def download_document(done: Downloaded) -> dict[str, Any]:
    """How many files are new in the folder of photos, and what could not be had."""
    return {
        "schema": 1,
        "folder": done.folder,
        "files": done.files,
        "bytes": done.bytes,
        "problems": list(done.problems),
    }
