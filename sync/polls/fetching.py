"""Fetches one file of a library: goes on where it was cut, and believes nothing but the bytes.

Bytes are collected in a file of their own, which is whole before anything else is called by its
name. A link ends after less than an hour, so each try takes a fresh one where it has to.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from typing import Any

from store.polled.rows import PhotoResource
from sync.codec.assets import asset_value
from sync.errors import BadResponse, NetworkError, Throttled
from sync.polls.asked import CannotPoll
from sync.polls.fingerprint import Fingerprint, can_be_checked
from sync.remote.answers import Failure
from sync.remote.assets import LinkExpired
from sync.remote.cloudkit import CloudKit, ZoneId

__all__ = ["Links", "fetch", "is_whole", "zone_of"]

_TRIES = 4  # of a file; each goes on where the last one was cut
_READ_BYTES = 1 << 20

Heard = Callable[[int], None]


def zone_of(key: str) -> ZoneId:
    """The zone that ``zone_key`` named."""
    database, _, rest = key.partition("/")
    owner, _, name = rest.rpartition("/")
    return ZoneId(name, owner, "shared" if database == "shared" else "private")


class Links:
    """The fields of files as their records have them now, looked up when they are needed."""

    def __init__(self, cloud: CloudKit) -> None:
        self._cloud = cloud
        self._known: dict[tuple[str, str], Mapping[str, Any]] = {}

    def look_up(self, resources: list[PhotoResource]) -> None:
        """Look up the records of many files at once; all of one zone."""
        if resources:
            zone = zone_of(resources[0].zone)
            names = list(dict.fromkeys(resource.record for resource in resources))
            for name, found in zip(names, self._cloud.lookup(zone, names), strict=True):
                if not isinstance(found, Failure):
                    self._known[(resources[0].zone, name)] = found

    def value(self, resource: PhotoResource, *, fresh: bool = False) -> Mapping[str, Any]:
        """The file's field; CannotPoll where the record has another file by now, or none."""
        key = resource.zone, resource.record
        if fresh or key not in self._known:
            self._known.pop(key, None)
            self.look_up([resource])
        record = self._known.get(key)
        value = None if record is None else asset_value(record, f"{resource.role}Res")
        if value is None or value.get("fileChecksum") != resource.fingerprint:
            raise CannotPoll("unknown-file", "the library has no such file any more")
        return value


def fetch(
    cloud: CloudKit, links: Links, resource: PhotoResource, descriptor: int, heard: Heard
) -> None:
    """Bring the file open for reading and writing at ``descriptor`` to the bytes of ``resource``.

    What is in it already is taken for their beginning. Raises CannotPoll, NetworkError, Throttled,
    BadResponse (for other bytes, and then it is empty), ServiceError, OSError.
    """
    fresh = False
    for left in reversed(range(_TRIES)):
        try:
            _go_on(cloud, links.value(resource, fresh=fresh), resource, descriptor, heard)
        except Throttled:
            raise
        except (NetworkError, LinkExpired):
            if not left:
                raise
            fresh = True
            continue
        if is_whole(descriptor, resource):
            os.fsync(descriptor)
            return
        os.ftruncate(descriptor, 0)
    raise BadResponse("the library gave other bytes than those that it names", "try again later")


def is_whole(descriptor: int, resource: PhotoResource) -> bool:
    """Whether an open file has the size and the bytes of ``resource``."""
    size = os.fstat(descriptor).st_size
    if resource.size is not None and size != resource.size:
        return False
    if not can_be_checked(resource.fingerprint):
        return resource.size is not None
    fingerprint, at = Fingerprint(), 0
    while piece := os.pread(descriptor, _READ_BYTES, at):
        fingerprint.take(piece)
        at += len(piece)
    return fingerprint.text() == resource.fingerprint


def _go_on(
    cloud: CloudKit,
    value: Mapping[str, Any],
    resource: PhotoResource,
    descriptor: int,
    heard: Heard,
) -> None:
    have = os.fstat(descriptor).st_size
    if resource.size is not None and have >= resource.size:
        if have == resource.size:
            return
        have = 0
        os.ftruncate(descriptor, 0)
    with cloud.stream(value, have) as (begins, pieces):
        os.ftruncate(descriptor, begins)
        at = begins
        for piece in pieces:
            if resource.size is not None and at + len(piece) > resource.size:
                os.ftruncate(descriptor, 0)
                raise BadResponse("the library gave more bytes than the file has")
            os.pwrite(descriptor, piece, at)
            at += len(piece)
            heard(len(piece))
