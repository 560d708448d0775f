"""Turns TitleDocument and NotesDocument values into runs of characters and back, as a phone does.

A value is base64(compressed(Document{Version{String}})). Its substrings carry identities and
lengths only; their text is sliced, by UTF-16 code units in stored order, from the cached string
of the same version (docs/wire.md, text documents).
"""

from __future__ import annotations

import base64
import binascii
import struct
import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from google.protobuf.message import DecodeError

from sandbox.device import schema
from sandbox.device.validity import violations

CharId = tuple[bytes, int]
"""(replica UUID, clock) of one UTF-16 code unit; the two markers have the empty replica."""

START: CharId = (b"", 0)
END: CharId = (b"", 0xFFFFFFFF)

_NATIVE_GZIP = b"\x1f\x8b\x08\x00\x00\x00\x00\x00\x00\x13"


class DocumentError(ValueError):
    """A value that a device cannot show; `problems` names each reason."""

    def __init__(self, problems: tuple[str, ...]) -> None:
        super().__init__("; ".join(problems))
        self.problems = problems


@dataclass(frozen=True, slots=True)
class Run:
    """Consecutive characters of one replica in one state: clocks first[1] .. + length - 1."""

    first: CharId
    length: int
    stamp: CharId
    dead: bool
    units: bytes
    """UTF-16-LE text; empty when dead (deleted text is gone) and for the markers."""
    children: tuple[CharId, ...]
    """First characters of the runs that may follow, in the order in which they are shown."""


@dataclass(frozen=True, slots=True)
class Document:
    """A mergeable text: its runs in shown order, and each replica's next clocks."""

    runs: tuple[Run, ...]
    clocks: Mapping[bytes, tuple[int, int]]
    """Replica UUID -> (next character clock, next style clock)."""
    styles: tuple[bytes, ...]
    """Serialised attribute runs that partition the text."""

    @property
    def text(self) -> str:
        """The text that a device shows."""
        joined = b"".join(run.units for run in self.runs)
        return joined.decode("utf-16-le", "surrogatepass")


def problems(value: str) -> tuple[str, ...]:
    """Return why a device cannot show this base64 value; empty when it can."""
    try:
        return _parse(value)[1]
    except DocumentError as error:
        return error.problems


def decode(value: str) -> Document:
    """Read a base64 value (gzip, zlib or raw). Raises DocumentError."""
    string, found = _parse(value)
    if found:
        raise DocumentError(found)
    return _read(string)


def encode(document: Document) -> str:
    """Write as the phone does: Document, gzip with its operating system byte 0x13, base64."""
    string = _write(document).SerializeToString()
    versioned = schema.versioned()
    version = versioned.Version(serializationVersion=0, minimumSupportedVersion=0, data=string)
    payload = versioned.Document(serializationVersion=0, version=[version]).SerializeToString()
    # A small window and little memory: texts are short, and setting up 32 KB costs more than them.
    deflate = zlib.compressobj(wbits=-12, memLevel=4)
    body = deflate.compress(payload) + deflate.flush()
    trailer = struct.pack("<II", zlib.crc32(payload), len(payload))
    return base64.b64encode(_NATIVE_GZIP + body + trailer).decode("ascii")


def plain_style(length: int) -> tuple[bytes, ...]:
    """Return the attribute runs of an unstyled text of `length` code units."""
    if not length:
        return ()
    return (schema.topotext().AttributeRun(length=length, fontHints=0).SerializeToString(),)


def _inflate(value: str) -> bytes:
    try:
        data = base64.b64decode(value + "=" * (-len(value) % 4), validate=True)
        if data[:2] == b"\x1f\x8b":
            return zlib.decompress(data, 31)
        return zlib.decompress(data) if data[:1] == b"\x78" else data
    except (binascii.Error, ValueError, zlib.error) as error:
        raise DocumentError((f"not a document: {error}",)) from error


def _parse(value: str) -> tuple[Any, tuple[str, ...]]:
    """Unwrap to the String message, also from a bare Version or String, and judge it."""
    data = _inflate(value)
    readings: list[tuple[Any, tuple[str, ...]]] = []
    for unwrap in (_from_document, _from_version, _from_string):
        try:
            string = unwrap(data)
        except DecodeError:
            continue
        if string is not None:
            found = tuple(violations(string))
            readings.append((string, found))
            # A bare String may parse as a Version too; the sound reading is the meant one.
            if not found:
                return string, ()
    if not readings:
        raise DocumentError(("not a document: no text message inside",))
    return readings[0]


def _from_document(data: bytes) -> Any:
    document = schema.versioned().Document.FromString(data)
    return _from_string(document.version[-1].data) if document.version else None


def _from_version(data: bytes) -> Any:
    version = schema.versioned().Version.FromString(data)
    return _from_string(version.data) if version.HasField("data") else None


def _from_string(data: bytes) -> Any:
    string = schema.topotext().String.FromString(data)
    return string if string.substring or string.HasField("string") else None


def _read(string: Any) -> Document:
    replicas = [b"", *(bytes(clock.replicaUUID) for clock in string.timestamp.clock)]

    def char(pb: Any) -> CharId:
        return (replicas[pb.replicaID], pb.clock)

    firsts = [char(substring.charID) for substring in string.substring]
    text = string.string.encode("utf-16-le", "surrogatepass")
    runs, at = [], 0
    for first, pb in zip(firsts, string.substring, strict=True):
        size = 0 if pb.tombstone else 2 * pb.length
        children = tuple(firsts[child] for child in pb.child)
        runs.append(
            Run(first, pb.length, char(pb.timestamp), pb.tombstone, text[at : at + size], children)
        )
        at += size
    clocks = {
        bytes(entry.replicaUUID): _pair([tick.clock for tick in entry.replicaClock])
        for entry in string.timestamp.clock
    }
    styles = tuple(run.SerializeToString() for run in string.attributeRun)
    return Document(tuple(runs), clocks, styles)


def _pair(ticks: list[int]) -> tuple[int, int]:
    return (ticks[0] if ticks else 0, ticks[1] if len(ticks) > 1 else 0)


def _write(document: Document) -> Any:
    pb = schema.topotext()
    # Entries are sorted by UUID bytes; a replica's number is its place, markers are 0.
    order = sorted(document.clocks)
    number = {b"": 0, **{replica: place for place, replica in enumerate(order, 1)}}
    place = {run.first: index for index, run in enumerate(document.runs)}

    def char(identity: CharId) -> Any:
        return pb.CharID(replicaID=number[identity[0]], clock=identity[1])

    string = pb.String(string=document.text)
    for run in document.runs:
        string.substring.add(
            charID=char(run.first),
            length=run.length,
            timestamp=char(run.stamp),
            child=[place[child] for child in run.children],
            **({"tombstone": True} if run.dead else {}),
        )
    for replica in order:
        entry = string.timestamp.clock.add(replicaUUID=replica)
        for tick in document.clocks[replica]:
            entry.replicaClock.add(clock=tick)
    for style in document.styles:
        string.attributeRun.add().MergeFromString(style)
    return string
