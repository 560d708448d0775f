"""Between the base64 text of a record field, the bytes within, and "this cannot be read"."""

from __future__ import annotations

import base64
import binascii
import zlib

__all__ = ["Undecodable", "from_base64", "gzipped", "to_base64", "unpacked"]

# A record holds 1 MB at most; more than this out of one field is damage or a trap.
_LARGEST = 16 * 1024 * 1024

# Inflating makes at most 1032 bytes of one: what is this short needs no watch over its length.
_NEVER_TOO_LARGE = _LARGEST // 1032
_EITHER = zlib.MAX_WBITS | 32  # 32: tells gzip from zlib by itself

_GZIP = b"\x1f\x8b"
_ZLIB = b"\x78"


class Undecodable(ValueError):
    """A value is there, but cannot be read: it is carried as it is and never written over."""


def to_base64(data: bytes) -> str:
    """Standard base64 with padding, as every field of bytes is written."""
    return base64.b64encode(data).decode("ascii")


def from_base64(text: str) -> bytes:
    """The bytes of a field; missing ``=`` padding is tolerated, as the service omits it at times.

    Raises ``Undecodable`` when ``text`` is not base64.
    """
    try:
        return binascii.a2b_base64(text, strict_mode=True)
    except ValueError:  # also what binascii raises
        pass
    stripped = "".join(text.split()).rstrip("=")
    try:
        return base64.b64decode(stripped + "=" * (-len(stripped) % 4), validate=True)
    except (binascii.Error, ValueError):
        raise Undecodable("the value is not base64") from None


def unpacked(data: bytes) -> bytes:
    """``data`` without its compression: gzip by ``1f 8b``, zlib by ``78``, else as it is.

    Raises ``Undecodable`` for a damaged or cut stream.
    """
    if not data.startswith((_GZIP, _ZLIB)):
        return data
    if len(data) <= _NEVER_TOO_LARGE:
        try:
            return zlib.decompress(data, _EITHER)
        except zlib.error:
            pass  # for the reason
    stream = zlib.decompressobj(wbits=_EITHER)
    try:
        plain = stream.decompress(data, _LARGEST)
    except zlib.error:
        raise Undecodable("the compressed value is damaged") from None
    if not stream.eof:
        raise Undecodable("the compressed value is cut short or too large")
    return plain


def gzipped(data: bytes) -> bytes:
    """``data`` as gzip in the very form that devices write, so equal input gives equal bytes.

    The header is ours (no time, operating system 0x13), since what the platform's own one
    contains differs between versions of Python.
    """
    packer = zlib.compressobj(level=9, wbits=-zlib.MAX_WBITS)
    body = packer.compress(data) + packer.flush()
    header = _GZIP + b"\x08\x00\x00\x00\x00\x00\x00\x13"
    trailer = zlib.crc32(data).to_bytes(4, "little") + len(data).to_bytes(4, "little")
    return header + body + trailer
