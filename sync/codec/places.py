"""What a location trigger says, and how one is written."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from store.model import Place
from sync.codec import fields, operations
from sync.codec.blob import Undecodable
from sync.codec.operations import Wire

__all__ = ["place_fields", "read_place"]

Record = Mapping[str, Any]

_ARRIVING = {1: True, 2: False}
_RADIUS_M = 100.0
_FRAME = "1"


def read_place(record: Record) -> Place:
    """The place of a trigger of the kind ``Location``.

    Raises ``Undecodable`` where it does not say which place, or when.
    """
    proximity = fields.integer(record, "Proximity")
    latitude = fields.number(record, "Latitude")
    longitude = fields.number(record, "Longitude")
    radius = fields.number(record, "Radius")
    if proximity not in _ARRIVING or latitude is None or longitude is None:
        raise Undecodable("the alarm does not say at which place, or whether on arriving there")
    return Place(
        arriving=_ARRIVING[proximity],
        latitude=float(latitude),
        longitude=float(longitude),
        radius_m=_RADIUS_M if radius is None else float(radius),
        title=fields.plain_text(record, "Title") or "",
        address=fields.plain_text(record, "Address") or "",
    )


def place_fields(place: Place, uid: str) -> Wire:
    """The fields of a new trigger; ``uid`` is a new UUID. Empty texts are left out.

    Raises ``ValueError`` for a text that no record can carry.
    """
    texts = {"Title": place.title, "Address": place.address}
    return {
        "Type": operations.string("Location"),
        **{name: operations.encrypted(_checked(text)) for name, text in texts.items() if text},
        "Latitude": operations.encrypted_double(place.latitude),
        "Longitude": operations.encrypted_double(place.longitude),
        "Radius": operations.double(place.radius_m),
        "Proximity": operations.integer(1 if place.arriving else 2),
        "LocationUID": operations.string(uid),
        "ReferenceFrameString": operations.encrypted(_FRAME),
    }


def _checked(text: str) -> str:
    try:
        text.encode("utf-8")
    except UnicodeEncodeError:
        raise ValueError("the place holds half a character (a lone surrogate)") from None
    return text
