"""The short ids that stand in files: made from the record's UUID alone, so that they survive us.

A database that was lost is rebuilt by computing the ids of all known UUIDs again and finding them
in the files. On a collision the later UUID in byte order gets one character more.
"""

from __future__ import annotations

from base64 import b32encode
from collections.abc import Iterable, Mapping
from hashlib import sha256

__all__ = ["assign_blocks", "block_id", "list_block_id"]

SHORTEST = 7
LONGEST = 52  # all of base32(sha256) without padding


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
