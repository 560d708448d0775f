"""TitleDocument and NotesDocument: reads the text within, and writes edits that devices accept.

A value is base64 around a compressed ``Document``, which wraps a ``Version``, which wraps the
mergeable ``String``. Everything is read; what is written is always gzip around a ``Document``.

Which form a value has is decided by plausibility, in this order, the first that fits:

1. ``Document``: it parses, and its first version has ``data`` that is a plausible ``String``;
2. bare ``Version``: it parses, and has ``data`` that is a plausible ``String``;
3. bare ``String``: it parses as a plausible ``String``.

A ``String`` is plausible when it has text or substrings and each of its substrings has a
character id; nothing at all (no bytes) is plausible too, inside a wrapper.
"""

from __future__ import annotations

from google.protobuf.message import DecodeError, Message

from sync.codec import crdt
from sync.codec.blob import Undecodable, from_base64, gzipped, to_base64, unpacked
from sync.codec.document_pb2 import Document, String, Version

__all__ = ["Undecodable", "edit", "fresh", "from_base64", "read_text", "to_base64"]

_CIPHERTEXT = b"\x03"


def read_text(data: bytes) -> str:
    """The visible text of a document; ``""`` for no bytes at all.

    A document whose lengths disagree with its text still shows its text. Raises ``Undecodable``
    for ciphertext, for what is no document, and where text should be but is not (its characters
    cannot be recovered from the structure, and nobody cleared it).
    """
    if not data:
        return ""
    plain = unpacked(data)
    return _text(_usual(plain) or _opened(plain)[1])


def fresh(text: str, replica: bytes) -> bytes:
    """A first document of ``text`` by ``replica`` (16 bytes), gzip; equal input, equal bytes.

    Only for a reminder that has none: over an existing document this does not reach devices.
    Raises ``ValueError`` when ``text`` holds a lone surrogate, which no document can carry.
    """
    _require_unicode(text)
    value = String()
    crdt.lay_fresh(value, text, replica)
    return _sealed(_wrapped(), value)


def edit(data: bytes, text: str, replica: bytes) -> bytes:
    """``data`` with its text replaced by ``text`` in ``replica``'s name (16 bytes).

    Returns ``data`` itself when that already is its text. Fields that are unknown here survive.
    Raises ``Undecodable`` when the document must not be written over, ``ValueError`` when
    ``text`` holds a lone surrogate.
    """
    _require_unicode(text)
    if not data:
        return fresh(text, replica) if text else data
    document, value = _opened(unpacked(data))
    if _text(value) == text:
        return data
    if len(document.version) > 1:
        raise Undecodable("the document has several versions, and which one counts is unknown")
    if value.substring:
        crdt.replace_text(value, text, replica)
    else:
        crdt.lay_fresh(value, text, replica)
    return _sealed(document, value)


def _usual(plain: bytes) -> String | None:
    """The string of the form that nearly all have, the first one, if it is that and has text."""
    try:
        value = String.FromString(Document.FromString(plain).version[0].data)
    except (DecodeError, IndexError):
        return None
    return value if value.string and _is_plausible(value) else None


def _opened(plain: bytes) -> tuple[Document, String]:
    """The document (a new one around a bare form) and the string that its first version holds."""
    if plain.startswith(_CIPHERTEXT):
        raise Undecodable("the text is still encrypted")
    document = Document()
    if _parsed(document, plain) and document.version:
        first = document.version[0]
        value = _string_of(first)
        if value is not None:
            return document, value
        if first.HasField("data"):
            # Read as a bare form, what belongs to the damaged one would pass for the text.
            raise Undecodable("the text in the document is damaged")
    version = Version()
    if _parsed(version, plain):
        value = _string_of(version)
        if value is not None:
            return Document(serializationVersion=0, version=[version]), value
    value = String()
    if _parsed(value, plain) and _is_plausible(value):
        return _wrapped(), value
    raise Undecodable("the value is not a text document")


def _string_of(version: Version) -> String | None:
    value, data = String(), version.data
    if not data:
        return value if version.HasField("data") else None
    return value if _parsed(value, data) and _is_plausible(value) else None


def _is_plausible(value: String) -> bool:
    parts = value.substring
    for part in parts:
        if not part.HasField("charID"):
            return False
    return len(parts) > 0 or value.HasField("string")


def _parsed(message: Message, data: bytes) -> bool:
    try:
        message.ParseFromString(data)
    except DecodeError:
        return False
    return True


def _text(value: String) -> str:
    try:
        text = value.string.decode()
    except UnicodeDecodeError:
        raise Undecodable("the text is not valid UTF-8") from None
    if not text and any(part.length and not part.tombstone for part in value.substring):
        raise Undecodable("the text is missing, though its characters are counted")
    return text


def _require_unicode(text: str) -> None:
    try:
        text.encode("utf-8")
    except UnicodeEncodeError:
        raise ValueError("the text holds half a character (a lone surrogate)") from None


def _wrapped() -> Document:
    empty = Version(serializationVersion=0, minimumSupportedVersion=0)
    return Document(serializationVersion=0, version=[empty])


def _sealed(document: Document, value: String) -> bytes:
    document.version[0].data = value.SerializeToString()
    return gzipped(document.SerializeToString())
