"""Writes cards of the address book as vCards, version 3.0 (RFC 2426), which everything reads.

Labels of one's own are written as address books on Apple devices do, in a group with X-ABLabel.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from datetime import date

from store.polled.rows import Contact, ContactRecord

__all__ = ["vcard"]

_LINE_BYTES = 75
_NO_YEAR = 1604
_LABELS = {
    "HOME": "HOME",
    "WORK": "WORK",
    "MOBILE": "CELL",
    "IPHONE": "CELL,IPHONE",
    "MAIN": "MAIN",
    "PAGER": "PAGER",
    "HOME FAX": "HOME,FAX",
    "WORK FAX": "WORK,FAX",
    "OTHER": "OTHER",
}
_PROPERTIES = {"Phone": "TEL", "Email": "EMAIL", "URL": "URL", "Profile": "X-SOCIALPROFILE"}
_PROPERTIES |= {"Date": "X-ABDATE", "Related": "X-ABRELATEDNAMES", "IM": "IMPP"}


def vcard(contact: Contact, records: Sequence[ContactRecord]) -> str:
    """One card, with CRLF at the end of each line; pictures are not in it."""
    lines = [
        "BEGIN:VCARD",
        "VERSION:3.0",
        f"UID:{_text(contact.uid)}",
        *_names(contact),
        *_about(contact),
        *_records(records),
        "END:VCARD",
    ]
    return "".join(_folded(line) + "\r\n" for line in lines)


def _names(contact: Contact) -> Iterator[str]:
    parts = (contact.last_name, contact.first_name, contact.middle_name)
    named = (*parts, contact.prefix, contact.suffix)
    yield "N:" + ";".join(_text(part) for part in named)
    spoken = (contact.prefix, contact.first_name, contact.middle_name, contact.last_name)
    full = " ".join(filter(None, (*spoken, contact.suffix)))
    yield f"FN:{_text(full or contact.organisation or contact.nickname or 'Nobody')}"


def _about(contact: Contact) -> Iterator[str]:
    if contact.nickname:
        yield f"NICKNAME:{_text(contact.nickname)}"
    if contact.organisation or contact.department:
        yield f"ORG:{_text(contact.organisation)};{_text(contact.department)}"
    if contact.jobtitle:
        yield f"TITLE:{_text(contact.jobtitle)}"
    day = _day(contact.birthday)
    if day is not None:
        omitted = f";X-APPLE-OMIT-YEAR={_NO_YEAR}" if day.year == _NO_YEAR else ""
        yield f"BDAY{omitted}:{day.isoformat()}"
    if contact.notes:
        yield f"NOTE:{_text(contact.notes)}"
    if contact.is_company:
        yield "X-ABShowAs:COMPANY"


def _records(records: Sequence[ContactRecord]) -> Iterator[str]:
    number = 0
    for record in records:
        name, value = _property(record)
        known = _LABELS.get((record.name or "").upper())
        if not value:
            continue
        if known or not record.name or record.type == "IM":
            kinds = f";TYPE={known}" if known else ""
            yield f"{name}{kinds}:{value}"
            continue
        number += 1
        yield f"item{number}.{name}:{value}"
        yield f"item{number}.X-ABLabel:{_text(record.name)}"


def _property(record: ContactRecord) -> tuple[str, str]:
    if record.type == "Address":
        parts = (record.street, record.city, record.state, record.zip, record.country)
        return "ADR", ";;" + ";".join(_text(part) for part in parts) if any(parts) else ""
    if record.type == "IM":
        service = re.sub(r"[^a-z0-9]", "", (record.name or "im").lower()) or "im"
        return "IMPP", f"{service}:{_text(record.value)}" if record.value else ""
    return _PROPERTIES[record.type], _text(record.value)


def _text(value: str | None) -> str:
    """A value whose own commas, semicolons and lines do not count as the card's."""
    escaped = re.sub(r"[\\,;]", lambda found: "\\" + found[0], value or "")
    lines = re.split(r"\r\n|[\n\r\v\f\x85\u2028\u2029]", escaped)
    return "\\n".join(re.sub(r"[\x00-\x08\x0e-\x1f\x7f]", "", line) for line in lines)


def _day(text: str | None) -> date | None:
    try:
        return date.fromisoformat(text or "")
    except ValueError:
        return None


def _folded(line: str) -> str:
    """The line in pieces of at most 75 bytes, none of which ends inside a character."""
    pieces, piece, size = [], "", 0
    for character in line:
        width = len(character.encode("utf-8", "replace"))
        if size + width > _LINE_BYTES:
            pieces.append(piece)
            piece, size = " ", 1
        piece, size = piece + character, size + width
    return "\r\n".join([*pieces, piece])
