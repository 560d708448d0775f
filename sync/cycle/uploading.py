"""Sending the files of operations before the operations; a file that fails stops its group alone.

Nothing is marked as in flight for it: a file that was sent and never written changes nothing.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from sync.codec.operations import Group, Upload
from sync.errors import BadResponse, NetworkError, ServiceError, ZoneMissing
from sync.remote.assets import LinkExpired
from sync.remote.cloudkit import ZoneId

__all__ = ["Later", "Never", "Uploads", "with_files"]


class Uploads(Protocol):
    """The call of the iCloud side that sends files."""

    def upload(self, zone: ZoneId, uploads: Sequence[Upload]) -> list[dict[str, Any]]: ...


@dataclass(frozen=True, slots=True)
class Later:
    """The files could not be sent now, for the reason given; the next cycle tries again."""

    reason: str


@dataclass(frozen=True, slots=True)
class Never:
    """The files were refused for good, with the reason."""

    reason: str


def with_files(cloud: Uploads, zone: ZoneId, group: Group) -> Group | Later | Never:
    """The group with its files sent and their receipts in place; itself when it has none.

    Raises what concerns the account, not the file: sign-in, a missing zone.
    """
    uploads = list(dict.fromkeys(group.uploads))
    if not uploads:
        return group
    try:
        receipts = cloud.upload(zone, uploads)
    except (NetworkError, BadResponse, LinkExpired) as error:
        return Later(error.message)
    except ZoneMissing:
        raise
    except ServiceError as error:
        return Never(error.message)
    return group.filled(dict(zip(uploads, receipts, strict=True)))
