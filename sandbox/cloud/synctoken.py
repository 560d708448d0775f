"""Sync tokens: opaque text that names a position in the history of one zone or database."""

from __future__ import annotations

import base64
import binascii
import hashlib
import struct
from functools import lru_cache
from typing import Final

_MAGIC: Final = b"\x1f\x0a\x03"  # reads as "HwoD" in base64, as captured tokens do
_LAYOUT: Final = struct.Struct(">3s8sIQH")


class BadToken(Exception):
    """A token that was never issued here; the text is the `reason` of the answer."""


class TokenExpired(Exception):
    """A token of an earlier generation of the zone; the way on is a full fetch."""


def issue(scope: str, generation: int, position: int, salt: int = 0) -> str:
    """A token for a position; `scope` keeps zones, databases and accounts apart.

    Different salts (0 to 65535) give different texts that mean the same.
    """
    packed = _LAYOUT.pack(_MAGIC, _fingerprint(scope), generation, position, salt)
    return base64.b64encode(packed).decode()


def position_of(token: str, scope: str, generation: int, end: int) -> int:
    """The position a token names.

    Raises BadToken for text that is no token of this scope, TokenExpired for a token of an
    earlier generation and for one beyond `end` (a history that has been rolled back).
    """
    try:
        packed = base64.b64decode(token, validate=True)
    except (binascii.Error, ValueError):
        raise BadToken("Unknown sync continuation type") from None
    if not packed.startswith(_MAGIC):
        raise BadToken("Unknown sync continuation type")
    if len(packed) != _LAYOUT.size:
        raise BadToken("Invalid continuation format")
    _, fingerprint, issued_in, position, _ = _LAYOUT.unpack(packed)
    if fingerprint != _fingerprint(scope):
        raise BadToken("Unknown sync continuation type")
    if issued_in != generation or position > end:
        raise TokenExpired("Change Token Expired")
    return int(position)


@lru_cache(maxsize=64)
def _fingerprint(scope: str) -> bytes:
    return hashlib.sha256(scope.encode()).digest()[:8]
