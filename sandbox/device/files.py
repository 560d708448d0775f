"""What the app keeps as files beside a record: images, long orders, urgent alarms."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from typing import Final

from sandbox.device.edits import attach, list_named, reminder_with
from sandbox.device.own import Copy, Json, Own, bare
from sandbox.device.tokens import APPLE_EPOCH

LONG: Final = 1000
"""From so many reminders on an order is a file; where Apple draws the line is not known."""

_URGENT_VERSION: Final = 20251103


def attach_image(
    own: Own, identity: str, name: str, data: bytes, size: tuple[int, int], uti: str
) -> str:
    """Hang an image on a reminder; `size` is width and height. Returns its bare UUID."""
    fields = {
        "Type": "Image",
        "FileName": name,
        "FileSize": len(data),
        "Width": size[0],
        "Height": size[1],
        "UTI": uti,
    }
    child = attach(own, identity, "Attachment", fields)
    own.write_file(own.copies[f"Attachment/{child}"], "FileAsset", data)
    return child


def detach(own: Own, identity: str, attachment: str) -> None:
    """Take an attachment off a reminder. Raises LookupError if it is not on it."""
    reminder = reminder_with(own, identity)
    ids = reminder.ids("AttachmentIDs")
    child = own.by_id("Attachment", attachment)
    if attachment not in ids or child is None:
        raise LookupError(f"the reminder has no attachment {attachment}")
    own.change(reminder, {"AttachmentIDs": [other for other in ids if other != attachment]})
    own.change(child, {"Deleted": 1})


def images(own: Own, reminder: Copy) -> tuple[Copy, ...]:
    """The live images of a reminder, in its order."""
    named = (own.by_id("Attachment", identity) for identity in reminder.ids("AttachmentIDs"))
    live = (entry for entry in named if entry is not None and own.live(entry.name))
    return tuple(entry for entry in live if entry.get("Type") == "Image")


def order_list(own: Own, which: str, ids: Sequence[str]) -> None:
    """Set the manual order of a list: in the record, or as a file beside it when it is long."""
    copy = list_named(own, which)
    text = json.dumps(list(ids))
    if len(ids) < LONG:
        if copy.get("ReminderIDsAsset"):
            own.write(copy, "ReminderIDsAsset", None)
        own.change(copy, {"ReminderIDs": text})
        return
    own.write_file(copy, "ReminderIDsAsset", text.encode())
    own.change(copy, {"ReminderIDs": None})


def order(own: Own, copy: Copy) -> list[str]:
    """The manual order of a list, as bare UUIDs; nothing where it cannot be read."""
    text = copy.get("ReminderIDs")
    if text is None:
        data = own.file(copy, "ReminderIDsAsset")
        text = data.decode(errors="replace") if data is not None else "[]"
    try:
        ids = json.loads(text)
    except ValueError:
        return []
    return [bare(str(identity)) for identity in ids] if isinstance(ids, list) else []


def make_urgent(own: Own, identity: str, person: str) -> None:
    """Mark a reminder as urgent for a person of the account, as iOS 26 does."""
    copy = reminder_with(own, identity)
    entry: Json = {
        "isEnabled": True,
        "personID": person,
        "modifiedOn": own.now_ms / 1000 - APPLE_EPOCH,
    }
    data = json.dumps({"minimumSupportedVersion": _URGENT_VERSION, "account": [entry]}).encode()
    own.write_file(copy, "UrgentPresentationAlarmsAsData", data)
    own.change(copy, {"UrgentPresentationAlarmsChecksum": hashlib.sha512(data).hexdigest()})
