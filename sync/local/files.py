"""Decide whether a file can be read whole now, read it, and say whether it may be understood.

A save is seen half done by anyone who looks at the wrong moment, and an empty file read between
an editor's truncate and its write looks like "the person deleted everything". So a file is read
only when it has been left alone for a while, and what was read counts only if the file was the
same before and after. What is not plain text is *opaque*: carried, never parsed, never written.
"""

from __future__ import annotations

import errno
import hashlib
import os
import re
import stat
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

__all__ = [
    "MAX_BYTES",
    "MAX_LINES",
    "Signature",
    "Stable",
    "Unsettled",
    "age_s",
    "ids_in",
    "ids_in_large",
    "opaque_reason",
    "read_stable",
    "settle_s",
]

QUIET_S = 0.4
SHRUNK_QUIET_S = 2.0
MAX_BYTES = 8 * 1024 * 1024
MAX_LINES = 50_000
CHUNK_BYTES = 1024 * 1024
OVERLAP_BYTES = 128

# How each format writes an id: ``^r-4k7q2mx``, ``id:r-4k7q2mx`` (``p:`` only refers to one), and
# a line of its own, ``UID:F3A0...``.
_ID = re.compile(rb"(?:\^|id:)(r-[a-z2-7]{7,})")
_UID = re.compile(rb"^UID(?:;[^:\r\n]*)?:([^\r\n]+)", re.MULTILINE | re.IGNORECASE)
_CONFLICT_START = re.compile(rb"^<{7}(?: |\r?$)", re.MULTILINE)
# A lone "=======" underlines a heading; only with ">>>>>>> theirs" after it is it a merge's.
_CONFLICT_MIDDLE = re.compile(rb"^={7}\r?$", re.MULTILINE)
_CONFLICT_END = re.compile(rb"^>{7} ", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Signature:
    """What ``stat`` says of a file's content: equal signatures, so (but for a race) equal bytes.

    ``ctime_ns`` is there because tools that restore a modification time cannot restore it.
    """

    size: int
    mtime_ns: int
    inode: int
    ctime_ns: int = 0

    @classmethod
    def of(cls, status: os.stat_result) -> Signature:
        """The signature in an ``os.stat`` result."""
        return cls(status.st_size, status.st_mtime_ns, status.st_ino, status.st_ctime_ns)


@dataclass(frozen=True, slots=True)
class Stable:
    """A file's whole content, the same before and after the reading."""

    data: bytes
    sha256: str
    signature: Signature


@dataclass(frozen=True, slots=True)
class Unsettled:
    """The file's content is unknown now. ``retry_after_s`` is ``None`` where waiting is no help."""

    reason: str
    retry_after_s: float | None = QUIET_S


def age_s(signature: Signature, now_ns: int, seen_ns: int) -> float:
    """Seconds since the file was last written, by its mtime, or since ``seen_ns`` if that lies.

    An mtime in the future (a clock that was set back, a file from another machine) is no
    evidence; then the age counts from when this signature was first seen (``seen_ns``, by the
    same clock as ``now_ns``), so that such a file waits once and not for ever.
    """
    since = signature.mtime_ns if signature.mtime_ns <= now_ns else min(seen_ns, now_ns)
    return (now_ns - since) / 1e9


def settle_s(
    signature: Signature, now_ns: int, previous_size: int | None, seen_ns: int | None = None
) -> float:
    """Seconds to wait until the file counts as quiet; 0.0 means that it may be read now.

    ``previous_size`` is the size in bytes at the last whole read (``None``: never read). A file
    that is empty or lost more than half may be a save in the middle, and waits longer.
    """
    shrunk = signature.size == 0 or (
        previous_size is not None and signature.size * 2 < previous_size
    )
    wanted = SHRUNK_QUIET_S if shrunk else QUIET_S
    return max(0.0, wanted - age_s(signature, now_ns, now_ns if seen_ns is None else seen_ns))


def read_stable(path: str | Path) -> Stable | Unsettled:
    """Read a whole regular file; anything that changed meanwhile makes it ``Unsettled``.

    ``path`` has to be resolved already: a symbolic link is not followed, a FIFO does not block.
    """
    try:
        handle = _open_regular(path)
    except OSError as error:
        return _unreadable(error)
    with os.fdopen(handle, "rb") as file:
        try:
            before = os.fstat(handle)
            data = file.read()
            after = os.fstat(handle)
        except OSError as error:
            return _unreadable(error)
    signature = Signature.of(after)
    if signature != Signature.of(before) or len(data) != after.st_size:
        return Unsettled("changed while it was read")
    return Stable(data, hashlib.sha256(data).hexdigest(), signature)


def opaque_reason(data: bytes) -> str | None:
    """Why these bytes must be neither parsed nor written; ``None`` if they are plain text."""
    if len(data) > MAX_BYTES:
        return f"is larger than {MAX_BYTES >> 20} MiB"
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        return "is UTF-16, not UTF-8"
    if b"\0" in data:
        return "has NUL bytes, so it is not text"
    try:
        data.decode("utf-8")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        return f"is not valid UTF-8 (line {line})"
    if _has_conflict(data):
        return "has the conflict markers of an unfinished merge"
    if data.count(b"\n") > MAX_LINES:
        return f"has more than {MAX_LINES} lines"
    return None


def ids_in(data: bytes) -> frozenset[str]:
    """Every ``r-`` id that stands anywhere in the bytes as that of a task, in any format."""
    found = [*_ID.findall(data), *_UID.findall(data)]
    return frozenset(match.decode("utf-8", "replace").strip() for match in found)


def ids_in_large(path: str | Path) -> frozenset[str]:
    """The ids in a file that is too large to be held in memory. Raises ``OSError``."""
    found: set[str] = set()
    for piece in _pieces(path):
        found |= ids_in(piece)
    return frozenset(found)


def stray_in(path: str | Path, bound_by: bytes | None) -> tuple[frozenset[str], bool]:
    """The ids in a file that is no list's by its place, and whether its head may name a list.

    ``bound_by`` is the key that does. Raises ``OSError``.
    """
    found: set[str] = set()
    is_bound = False
    for number, piece in enumerate(_pieces(path)):
        found |= ids_in(piece)
        if number == 0 and bound_by is not None:
            head = piece.removeprefix(b"\xef\xbb\xbf")
            is_bound = head.startswith(b"---") and bound_by in head
    return frozenset(found), is_bound


def _has_conflict(data: bytes) -> bool:
    if _CONFLICT_START.search(data):
        return True
    middle = _CONFLICT_MIDDLE.search(data)
    return middle is not None and _CONFLICT_END.search(data, middle.end()) is not None


def _pieces(path: str | Path) -> Iterator[bytes]:
    tail = b""
    with os.fdopen(_open_regular(path), "rb") as file:
        while chunk := file.read(CHUNK_BYTES):
            piece = tail + chunk
            yield piece
            tail = piece[-OVERLAP_BYTES:]


def _open_regular(path: str | Path) -> int:
    """Open for reading, or raise ``OSError``; only what is a regular file is opened."""
    handle = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    if not stat.S_ISREG(os.fstat(handle).st_mode):
        os.close(handle)
        raise OSError(errno.EINVAL, "is not a regular file", str(path))
    return handle


def _unreadable(error: OSError) -> Unsettled:
    if error.errno == errno.ENOENT:
        return Unsettled("went away while it was looked at")
    if error.errno == errno.ELOOP:
        return Unsettled("became a symbolic link while it was looked at")
    return Unsettled(f"cannot be read: {error.strerror}", None)
