"""Sections of a list: records of their own, and a file beside the list that says who is in which.

The file is JSON, `{"minimumSupportedVersion", "memberships": [{"memberID", "groupID",
"modifiedOn", "isObsolete"}]}` with times in seconds since 2001, and may be packed with gzip. The
list also carries the SHA-512 of its bytes; a file that does not fit it is not believed.
"""

from __future__ import annotations

import gzip
import hashlib
import json
import zlib
from typing import Any, Final

from sandbox.device.edits import list_named, reminder_with
from sandbox.device.own import Copy, Json, Own

FILE: Final = "MembershipsOfRemindersInSectionsAsData"
CHECKSUM: Final = "MembershipsOfRemindersInSectionsChecksum"
MISFIT: Final = "memberships of sections do not fit their checksum"
UNREADABLE: Final = "memberships of sections cannot be read"

_VERSION: Final = 20230430
_GZIP: Final = b"\x1f\x8b"


class MembershipError(ValueError):
    """The file of memberships is not to be believed; the text says why."""


def create(own: Own, which: str, name: str) -> str:
    """Make a section at the end of a list; returns its bare UUID."""
    holder = list_named(own, which)
    fields: Json = {
        "DisplayName": name,
        "CanonicalName": name,
        "List": holder.name,
        "CreationDate": own.now_ms,
        "Deleted": 0,
        "Imported": 0,
    }
    copy = own.add("ListSection", fields, holder.name)
    own.raise_tokens(copy, fields)
    return copy.id


def rename(own: Own, identity: str, name: str) -> None:
    """Give a section another name."""
    own.change(_section(own, identity), {"DisplayName": name, "CanonicalName": name})


def delete(own: Own, identity: str) -> None:
    """Soft-delete a section; who was in it is then in none."""
    own.change(_section(own, identity), {"Deleted": 1})


def put(own: Own, identity: str, section: str | None, *, packed: bool = False) -> None:
    """Put a reminder into a section of its list by the section's bare UUID, or into none.

    `packed` writes the file with gzip.
    """
    reminder = reminder_with(own, identity)
    holder = own.copies[str(reminder.get("List"))]
    if section is not None and _section(own, section).get("List") != holder.name:
        raise ValueError(f"the section {section} is in another list")
    document = _document(own, holder) or {"minimumSupportedVersion": _VERSION, "memberships": []}
    entries = document["memberships"]
    entry = next((one for one in entries if one.get("memberID") == reminder.id), None)
    if entry is None:
        entry = {"memberID": reminder.id}
        entries.append(entry)
    entry["groupID"] = section or entry.get("groupID", "")
    entry["modifiedOn"] = own.token_time
    entry["isObsolete"] = section is None
    write(own, holder, json.dumps(document).encode(), packed=packed)


def write(own: Own, holder: Copy, data: bytes, *, packed: bool = False) -> None:
    """Set the file of a list, with the checksum that fits it."""
    data = gzip.compress(data, mtime=0) if packed else data
    own.write_file(holder, FILE, data)
    own.change(holder, {CHECKSUM: hashlib.sha512(data).hexdigest()})


def shown(own: Own, holder: Copy) -> list[Copy]:
    """The sections of a list on screen, oldest first."""
    there = [copy for copy in own.of_type("ListSection") if own.live(copy.name)]
    mine = [copy for copy in there if copy.get("List") == holder.name]
    return sorted(mine, key=lambda copy: (copy.get("CreationDate") or 0, copy.id))


def section_of(own: Own, reminder: Copy) -> str | None:
    """The name of the section that a reminder stands in. Raises MembershipError.

    A subtask stands where its parent does, a reminder of a section that is gone in none.
    """
    holder = own.live(reminder.get("List"))
    if holder is None or own.live(reminder.get("ParentReminder")):
        return None
    document = _document(own, holder)
    if document is None:
        return None
    for entry in document["memberships"]:
        if entry.get("memberID") == reminder.id and not entry.get("isObsolete"):
            section = own.live(f"ListSection/{entry.get('groupID')}")
            if section is not None and section.get("List") == holder.name:
                return str(section.get("DisplayName") or "")
    return None


def _section(own: Own, identity: str) -> Copy:
    copy = own.by_id("ListSection", identity)
    if copy is None or not own.live(copy.name):
        raise LookupError(f"no section has the id {identity}")
    return copy


def _document(own: Own, holder: Copy) -> dict[str, Any] | None:
    """The memberships of a list; None where it has none. Raises MembershipError."""
    data = own.file(holder, FILE)
    if data is None:
        return None
    if hashlib.sha512(data).hexdigest() != holder.get(CHECKSUM):
        raise MembershipError(MISFIT)
    try:
        document = json.loads(gzip.decompress(data) if data.startswith(_GZIP) else data)
        sound = all(isinstance(entry, dict) for entry in document["memberships"])
    except (ValueError, KeyError, TypeError, OSError, EOFError, zlib.error):
        raise MembershipError(UNREADABLE) from None
    if not sound:
        raise MembershipError(UNREADABLE)
    return dict(document)
