"""Keeps JSON as bytes: records as they came from the wire, small and exactly.

``dumps`` and ``loads`` are orjson, with the standard library behind it for the one thing that
orjson refuses and Apple's JSON can hold: half of a surrogate pair.
"""

from __future__ import annotations

import json
import zlib
from typing import Any

import orjson

__all__ = ["dumps", "loads", "pack", "unpack"]

# Below this many bytes zlib saves less than its own time costs, and only wraps its checksum round.
_STORED_BYTES = 512
_ZLIB_HEAD = b"\x78"


def dumps(value: Any) -> bytes:
    """``value`` as JSON; ASCII only where it holds a lone surrogate."""
    try:
        return orjson.dumps(value)
    except TypeError:
        return json.dumps(value, separators=(",", ":")).encode("ascii")


def loads(data: bytes | str) -> Any:
    """The value that ``dumps`` wrote. Raises ValueError for what is no JSON, or is too deep."""
    try:
        return orjson.loads(data)
    except orjson.JSONDecodeError:
        pass
    try:
        return json.loads(data)
    except RecursionError:
        raise ValueError("the JSON is nested too deep") from None


def pack(value: Any) -> bytes:
    """``value`` as JSON with a checksum, compressed (zlib level 1) when longer than 512 bytes."""
    data = dumps(value)
    return zlib.compress(data, 0 if len(data) <= _STORED_BYTES else 1)


def unpack(data: bytes) -> Any:
    """The value that ``pack`` wrote, or an older release, that left short JSON as it is.

    JSON never starts with 0x78, zlib at these levels always does. Raises zlib.error or ValueError
    where it is not what was written.
    """
    return loads(zlib.decompress(data) if data[:1] == _ZLIB_HEAD else data)
