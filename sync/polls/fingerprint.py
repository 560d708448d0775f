"""Computes the name that Apple gives to the bytes of a photo; docs/wire-services.md, "Photos"."""

from __future__ import annotations

import hashlib
from base64 import b64decode, b64encode
from binascii import Error

__all__ = ["Fingerprint", "can_be_checked"]

_SALT = b"com.apple.XattrObjectSalt\0com.apple.DataObjectSalt\0"
_KIND = b"\x01"
_BYTES = 21


class Fingerprint:
    """Takes the bytes of a file in pieces."""

    def __init__(self) -> None:
        # Not for secrecy: it is the name that the service itself has for the bytes.
        self._hash = hashlib.sha1(_SALT, usedforsecurity=False)

    def take(self, piece: bytes) -> None:
        """The next bytes."""
        self._hash.update(piece)

    def text(self) -> str:
        """What the service calls the bytes so far."""
        return b64encode(_KIND + self._hash.digest()).decode("ascii")


def can_be_checked(fingerprint: str) -> bool:
    """Whether it is of the kind that can be computed; of others the size alone is known."""
    try:
        data = b64decode(fingerprint, validate=True)
    except (Error, ValueError):
        return False
    return len(data) == _BYTES and data[:1] == _KIND
