"""Identities: the UUIDs of what is new in files, and the short ids that stand there for UUIDs.

A UUID is made from what is new and where, not drawn by lot: two machines that see one new line in
a folder which they share choose the same, and iCloud gets one reminder. A short id is made from
the UUID alone: a database that was lost is rebuilt by computing the ids of all known UUIDs again
and finding them in the files. On a collision the later UUID in byte order gets one character more.
"""

from __future__ import annotations

import json
import re
from base64 import b32encode
from collections.abc import Iterable, Iterator, Mapping
from functools import lru_cache
from hashlib import sha256
from itertools import count
from uuid import UUID

__all__ = ["assign_blocks", "block_id", "derived", "is_ours", "list_block_id", "stands_for"]

SHORTEST = 7
LONGEST = 52  # all of base32(sha256) without padding
_OURS = re.compile(rf"r-[a-z2-7]{{{SHORTEST},{LONGEST}}}")


def derived(*origin: str) -> Iterator[str]:
    """The UUIDs that something new of this origin may get, without end, in their order.

    The first that nothing else ever had is the one; they look as if drawn by lot.
    """
    for number in count():
        digest = sha256(json.dumps([*origin, number]).encode()).digest()
        yield str(UUID(bytes=digest[:16], version=4)).upper()


def is_ours(block: str) -> bool:
    """Whether a block id has the form of those that are made here, for whatever UUID."""
    return _OURS.fullmatch(block) is not None


def stands_for(block: str, uuid: str) -> bool:
    """Whether a block id is what this UUID would get, at any length, or is the UUID itself."""
    return block == uuid or (is_ours(block) and _digest(uuid).startswith(block[2:]))


@lru_cache(4096)
def _digest(uuid: str) -> str:
    return b32encode(sha256(uuid.upper().encode()).digest()).decode().lower().rstrip("=")


def block_id(uuid: str, length: int = SHORTEST) -> str:
    """The block id of a reminder, without its ``^``: ``r-`` and ``length`` base32 characters."""
    return f"r-{_digest(uuid)[:length]}"


def list_block_id(uuid: str) -> str:
    """The id of a list as it stands in front matter: ``l-`` and seven base32 characters."""
    return f"l-{_digest(uuid)[:SHORTEST]}"


def assign_blocks(uuids: Iterable[str], taken: Mapping[str, str]) -> dict[str, str]:
    """Give each UUID a block id that no other has; ``taken`` maps block ids to their UUIDs.

    Ids given before stay: they already stand in files.
    """
    owners = dict(taken)
    given: dict[str, str] = {}
    for uuid in sorted(uuids):
        for length in range(SHORTEST, LONGEST + 1):
            block = block_id(uuid, length)
            if owners.setdefault(block, uuid) == uuid:
                given[uuid] = block
                break
    return given
