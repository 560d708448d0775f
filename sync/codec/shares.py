"""Reads the record of a share, tolerantly: whose list it is, and what the account may do with it.

Its members stand beside the fields; where exactly the permission is said is only partly known
(docs/wire.md, "Shared lists"), so the first of them that says anything is believed.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

__all__ = ["SHARE", "RemoteShare", "decode_share", "share_of"]

Record = Mapping[str, Any]

SHARE = "cloudkit.share"
"""The record type."""


@dataclass(frozen=True, slots=True)
class RemoteShare:
    """A share: the owner's name where it is told, and the wire's word for what may be done.

    ``permission`` is ``""`` where nothing says it.
    """

    owner: str | None
    permission: str


def decode_share(record: Record, me: str = "") -> RemoteShare:
    """Read a share; ``me`` is the record name of the account's user, where it is known."""
    participants = [one for one in _items(record.get("participants")) if me and _user(one) == me]
    said = [
        *(_word(one, "permission") for one in (_object(record, "currentUserParticipant"),)),
        *(_word(one, "permission") for one in participants),
        _word(record, "publicPermission"),
        _word(_object(_object(record, "fields"), "publicPermission"), "value"),
    ]
    permission = next((word for word in said if word not in ("", "NONE")), "")
    return RemoteShare(_name(_object(record, "owner")), permission)


def share_of(record: Record) -> str | None:
    """The name of the share by which a record is shared, if it is the root of one."""
    name = _object(record, "share").get("recordName")
    return name if isinstance(name, str) and name else None


def _name(participant: Record) -> str | None:
    identity = _object(participant, "userIdentity")
    parts = _object(identity, "nameComponents")
    names = [_text(parts, key) for key in ("givenName", "familyName")]
    lookup = _object(identity, "lookupInfo")
    whole = " ".join(filter(None, names))
    return whole or _text(lookup, "emailAddress") or _text(lookup, "phoneNumber") or None


def _user(participant: Record) -> str:
    return _text(_object(participant, "userIdentity"), "userRecordName")


def _object(record: Record, key: str) -> Record:
    found = record.get(key)
    return found if isinstance(found, Mapping) else {}


def _items(value: object) -> list[Record]:
    found = value if isinstance(value, list) else []
    return [one for one in found if isinstance(one, Mapping)]


def _text(record: Record, key: str) -> str:
    found = record.get(key)
    return found.strip() if isinstance(found, str) else ""


def _word(record: Record, key: str) -> str:
    return _text(record, key).upper()
