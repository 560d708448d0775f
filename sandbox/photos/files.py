"""Makes the bytes of a photo's files from a seed, always the same, and knows their fingerprints.

Nothing is stored: a library of 10,000 photos costs no disk. The JPEGs can be opened and have the
size that they claim; the others have the right beginning and are noise from there on.
"""

from __future__ import annotations

import base64
import hashlib
import struct
from collections.abc import Callable, Iterator
from functools import lru_cache
from random import Random
from typing import Final, NamedTuple

HEIC: Final = "public.heic"
JPEG: Final = "public.jpeg"
MOVIE: Final = "com.apple.quicktime-movie"
MP4: Final = "public.mpeg-4"
PNG: Final = "public.png"
RAW: Final = "com.adobe.raw-image"

_SALT: Final = b"com.apple.XattrObjectSalt\0com.apple.DataObjectSalt\0"
_BRANDS: Final = {HEIC: b"heic", MOVIE: b"qt  ", MP4: b"mp42"}
_MUCH: Final = 4_096  # bytes; from there on the one that is slow to start is the faster one
_Noise = Callable[[int], bytes]
_HEADS: Final = {PNG: b"\x89PNG\r\n\x1a\n", RAW: b"II*\0"}
_SEGMENT: Final = 65_533  # the most that one JPEG comment holds


class Shape(NamedTuple):
    """One file of a photo: the prefix of its fields, its type, pixels, and bytes if they matter.

    What is no JPEG needs a `size`; without one a JPEG has what its pixels need.
    """

    prefix: str
    uti: str
    width: int
    height: int
    size: int | None = None


class Stamp(NamedTuple):
    """What the service says of a file without sending it: fingerprint (base64) and bytes."""

    fingerprint: str
    size: int


def fingerprint(data: bytes) -> str:
    """Apple's name for these bytes (docs/wire-services.md, photos): 28 characters of base64."""
    return base64.b64encode(b"\x01" + hashlib.sha1(_SALT + data).digest()).decode()


@lru_cache(maxsize=2**17)
def stamp(shape: Shape, seed: str) -> Stamp:
    """Fingerprint and size of the file that `content` makes."""
    data = _made(shape, seed)
    return Stamp(fingerprint(data), len(data))


@lru_cache(maxsize=8)
def content(shape: Shape, seed: str) -> bytes:
    """The bytes of a file; the last few are kept, since a download comes in ranges."""
    return _made(shape, seed)


def _made(shape: Shape, seed: str) -> bytes:
    def noise(size: int) -> bytes:
        own = f"{seed}/{shape.prefix}"
        if size > _MUCH:
            return Random(own).randbytes(size)
        return hashlib.shake_128(own.encode()).digest(size)

    if shape.uti == JPEG:
        return _jpeg(shape, noise)
    if shape.uti in _BRANDS:
        return _boxed(_BRANDS[shape.uti], shape.size or 0, noise)
    return (_HEADS.get(shape.uti, b"") + noise(shape.size or 0))[: shape.size]


def _boxed(brand: bytes, size: int, noise: _Noise) -> bytes:
    """A file of the ISO base media family: its type, and a box of noise up to `size` bytes."""
    head = struct.pack(">I4s4sI4s4s", 24, b"ftyp", brand, 0, b"mif1", brand)
    rest = size - len(head) - 8
    if rest < 0:
        raise ValueError(f"{size} bytes are too few for such a file; take {len(head) + 8} or more")
    return head + struct.pack(">I4s", rest + 8, b"mdat") + noise(rest)


def _jpeg(shape: Shape, noise: _Noise) -> bytes:
    """A grey picture of the right dimensions, its comment as long as the size asks for.

    Baseline, one component, and Huffman tables of what it takes: the first block says the shade
    (category 7), each other one that nothing changed.
    """
    start = b"\xff\xd8" + _marker(0xE0, b"JFIF\0\x01\x01\0\0\x01\0\x01\0\0")
    rest = _picture(shape.width, shape.height, noise(1)[0] & 0x7F)
    if shape.size is None:
        return start + _marker(0xFE, noise(16)) + rest
    missing = shape.size - len(start) - len(rest)
    if missing < 4:
        raise ValueError(f"{shape.size} bytes are too few for {shape.width}x{shape.height}")
    return start + b"".join(_comments(noise(missing), missing)) + rest


@lru_cache(maxsize=512)
def _picture(width: int, height: int, shade: int) -> bytes:
    blocks = -(-width // 8) * -(-height // 8)
    # "10" is category 7, seven bits of value, "0" ends the block; each further block is "00".
    bits = 10 + 2 * (blocks - 1)
    scan = bytearray(-(-bits // 8))
    scan[:2] = ((0b10 << 8 | shade << 1) << 6).to_bytes(2, "big")
    scan[-1] |= (1 << (-bits % 8)) - 1
    return b"".join(
        (
            _marker(0xDB, bytes([0]) + bytes([8]) * 64),
            _marker(0xC0, struct.pack(">BHHB3B", 8, height, width, 1, 1, 0x11, 0)),
            _marker(0xC4, bytes([0x00, 1, 1, *[0] * 14, 0, 7])),
            _marker(0xC4, bytes([0x10, 1, *[0] * 15, 0])),
            _marker(0xDA, bytes([1, 1, 0, 0, 63, 0])),
            bytes(scan),
            b"\xff\xd9",
        )
    )


def _comments(noise: bytes, size: int) -> Iterator[bytes]:
    """Comment segments of `size` bytes together, four of them the head of each."""
    while size:
        part = min(size - 4, _SEGMENT)
        if 0 < size - 4 - part < 4:
            part -= 4  # leave enough for another head
        yield _marker(0xFE, noise[:part])
        noise, size = noise[part:], size - 4 - part


def _marker(code: int, body: bytes) -> bytes:
    return struct.pack(">BBH", 0xFF, code, len(body) + 2) + body
