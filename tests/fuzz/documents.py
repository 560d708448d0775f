"""Text documents: what reads is text or is left alone, and what is written, a phone reads."""

from __future__ import annotations

import gzip
import zlib
from collections import Counter
from collections.abc import Iterator
from functools import cache
from random import Random

from google.protobuf.message import DecodeError, Message
from google.protobuf.unknown_fields import UnknownFieldSet

from sandbox.device.document import DocumentError, decode
from sync.codec.blob import Undecodable, unpacked
from sync.codec.document import edit, read_text, to_base64
from sync.codec.document_pb2 import Document, String
from tests.fuzz import corpus
from tests.fuzz.engine import Violation
from tests.fuzz.mutate import bend_bytes
from tests.fuzz.values import a_text

__all__ = ["a_document", "check"]

REPLICAS = tuple(bytes([one]) * 16 for one in (1, 0x5A, 0xB7, 0xFF))
STRANGE = b"\xc2\x3e\x04KEEP"  # field 1000, bytes: of a version of the format that is to come
NUMBERS = (0, 1, 2, 3, 7, 100, 0xFFFFFFFE, 0xFFFFFFFF)


def a_document(random: Random) -> bytes:
    """A document, bent in its compression, its bytes or its structure."""
    data = random.choice(corpus.documents())
    if random.random() < 0.15:
        return bend_bytes(data, random)
    if random.random() < 0.0005:
        return _bomb(random.choice((1, 17)))
    try:
        plain = unpacked(data)
    except Undecodable:
        return bend_bytes(data, random)
    for _ in range(random.choice((0, 0, 1, 2))):
        text = a_text(random).encode("utf-8", "replace").decode()
        try:
            plain = unpacked(edit(plain, text, random.choice(REPLICAS)))
        except Undecodable:
            break
    plain = _bent(plain, random)
    form = random.randrange(8)  # packing takes longer than all else that is done
    if form > 1:
        return plain
    return zlib.compress(plain, 1) if form else gzip.compress(plain, 1, mtime=0)


@cache
def _bomb(megabytes: int) -> bytes:
    """Few bytes that come to many."""
    return gzip.compress(bytes(megabytes * 1024 * 1024), 9, mtime=0)


def _bent(plain: bytes, random: Random) -> bytes:
    if random.random() < 0.3:
        return bend_bytes(plain, random)
    document = Document()
    try:
        document.ParseFromString(plain)
        value = String.FromString(document.version[0].data)
    except (DecodeError, IndexError):
        return bend_bytes(plain, random)
    for _ in range(random.choice((0, 1, 1, 2, 3))):
        _bend_string(value, random)
    inner = value.SerializeToString() + STRANGE * (random.random() < 0.3)
    document.version[0].data = inner
    if random.random() < 0.05:
        document.version.add(data=inner)
    if random.random() < 0.2:
        document.version[0].MergeFromString(STRANGE)
    outer = document.SerializeToString() + STRANGE * (random.random() < 0.2)
    return random.choice((outer, outer, outer, document.version[0].SerializeToString(), inner))


def _bend_string(value: String, random: Random) -> None:
    parts, clocks = value.substring, value.timestamp.clock
    number = random.choice(NUMBERS)
    part = random.choice(parts) if parts else None
    match random.randrange(12):
        case 0 if part is not None:
            part.length = number
        case 1 if part is not None:
            part.charID.replicaID = number
        case 2 if part is not None:
            part.charID.clock = number
        case 3 if part is not None:
            part.child.append(number)
        case 4 if part is not None and part.child:
            del part.child[random.randrange(len(part.child))]
        case 5 if part is not None:
            part.tombstone = not part.tombstone
        case 6 if part is not None:
            parts.append(part)
        case 7 if parts:
            del parts[random.randrange(len(parts))]
        case 8 if clocks:
            clocks.append(random.choice(clocks))
        case 9 if clocks:
            del clocks[random.randrange(len(clocks))]
        case 10:
            value.string = a_text(random).encode("utf-8", "replace")
        case _ if part is not None:
            part.MergeFromString(STRANGE)


def check(data: bytes, random: Random) -> str:
    """Text or ``Undecodable``; equal text, equal bytes; another text, and a phone shows that."""
    try:
        text = read_text(data)
    except Undecodable:
        _refuses(data, random)
        return "opaque"
    if edit(data, text, random.choice(REPLICAS)) != data:
        raise Violation("no edit changes bytes")
    wanted = a_text(random)
    if "\ud800" in wanted:
        return "unchanged"
    try:
        after = edit(data, wanted, random.choice(REPLICAS))
    except Undecodable:
        return "left alone"
    if read_text(after) != wanted:
        raise Violation("we read another text than we wrote")
    if data and after != data:
        _is_shown(after, wanted)
        _keeps_strangers(data, after)
    return "edited"


def _refuses(data: bytes, random: Random) -> None:
    try:
        edit(data, "another text", random.choice(REPLICAS))
    except Undecodable:
        return
    raise Violation("what cannot be read was written over")


def _is_shown(after: bytes, wanted: str) -> None:
    try:
        shown = decode(to_base64(after)).text
    except DocumentError as error:
        raise Violation("a phone cannot read what we wrote", *error.problems) from None
    if shown != wanted:
        raise Violation("a phone shows another text than we wrote")


def _keeps_strangers(before: bytes, after: bytes) -> None:
    """All that is unknown here stands in the new document as it stood in the old one."""
    if Counter(_strangers(before)) - Counter(_strangers(after)):
        raise Violation("an unknown field is lost")


def _strangers(data: bytes) -> Iterator[tuple[str, int, object]]:
    """Unknown fields of the document and its parts; a bare form is looked at as what it is."""
    plain = unpacked(data)
    document = Document.FromString(plain) if _is_document(plain) else None
    if document is None:
        return
    yield from _unknown("document", document)
    for version in document.version[:1]:
        yield from _unknown("version", version)
        value = String.FromString(version.data)
        yield from _unknown("string", value)
        for part in value.substring:
            yield from _unknown("substring", part)


def _is_document(plain: bytes) -> bool:
    try:
        document = Document.FromString(plain)
        value = String.FromString(document.version[0].data) if document.version else String()
        return bool(value.string) or bool(value.substring)
    except DecodeError:
        return False


def _unknown(where: str, message: Message) -> Iterator[tuple[str, int, object]]:
    for one in UnknownFieldSet(message):
        data = one.data if isinstance(one.data, bytes | int) else "group"
        yield where, one.field_number, data
