"""Sending the files of operations before the operations; a file that fails stops its group alone.

Nothing is marked as in flight for it: a file that was sent and never written changes nothing.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from store.db import Store
from sync.codec.operations import Group, Upload
from sync.errors import BadResponse, NetworkError, ServiceError, ZoneMissing
from sync.remote.assets import LinkExpired
from sync.remote.cloudkit import ZoneId

__all__ = ["Later", "Never", "Ready", "Receipts", "Uploads", "keep_files", "with_files"]


class Uploads(Protocol):
    """The call of the iCloud side that sends files."""

    def upload(self, zone: ZoneId, uploads: Sequence[Upload]) -> list[dict[str, Any]]: ...


Receipts = Mapping[Upload, Mapping[str, Any]]


@dataclass(frozen=True, slots=True)
class Ready:
    """The group as it can be sent, and what was said of its files."""

    group: Group
    receipts: Receipts


@dataclass(frozen=True, slots=True)
class Later:
    """The files could not be sent now, for the reason given; the next cycle tries again."""

    reason: str


@dataclass(frozen=True, slots=True)
class Never:
    """The files were refused for good, with the reason."""

    reason: str


def with_files(cloud: Uploads, zone: ZoneId, group: Group) -> Ready | Later | Never:
    """The group with its files sent and their receipts in place; as it is when it has none.

    Raises what concerns the account, not the file: sign-in, a missing zone.
    """
    uploads = list(dict.fromkeys(group.uploads))
    if not uploads:
        return Ready(group, {})
    try:
        receipts = cloud.upload(zone, uploads)
    except (NetworkError, BadResponse, LinkExpired) as error:
        return Later(error.message)
    except ZoneMissing:
        raise
    except ServiceError as error:
        return Never(error.message)
    taken = dict(zip(uploads, receipts, strict=True))
    return Ready(group.filled(taken), taken)


def keep_files(store: Store, receipts: Receipts) -> None:
    """What was written need not be fetched; to be called in the commit that learns the record."""
    for upload, receipt in receipts.items():
        mark = str(receipt.get("fileChecksum"))
        store.documents.put(upload.record_name, upload.field, mark, upload.data)
