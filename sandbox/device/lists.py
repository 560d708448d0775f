"""Makes the edits of lists and groups that a person can make in the app."""

from __future__ import annotations

import json
import re

from sandbox.device.edits import KEEP, Keep, list_named
from sandbox.device.own import Copy, Json, Own

COLORS = {
    "red": "#FF3B30",
    "orange": "#FF9500",
    "yellow": "#FFCC00",
    "green": "#34C759",
    "blue": "#007AFF",
    "purple": "#AF52DE",
    "brown": "#A2845E",
}
"""Names of colours that the app offers, and what it shows for them; any other is "custom"."""

_HEXADECIMAL = re.compile(r"#[0-9A-Fa-f]{6}")


def create_list(own: Own, name: str, group: str | None, is_group: bool, color: str) -> str:
    """Create a list or a group; returns its bare UUID."""
    holder = _group_named(own, group)
    fields: Json = {
        "Name": name,
        "Color": None if is_group else _color(None, color),
        "Count": 0,
        "IsGroup": int(is_group),
        "IsLinkedToAccount": 1,
        "ParentList": holder.name if holder else None,
        "SortingStyle": "manual",
        "ReminderIDs": "[]",
        "Deleted": 0,
        "Imported": 0,
    }
    copy = own.add("List", fields, holder.name if holder else None)
    own.raise_tokens(copy, fields)
    return copy.id


def change_list(
    own: Own,
    which: str,
    *,
    name: str | Keep = KEEP,
    group: str | Keep | None = KEEP,
    color: str | Keep = KEEP,
    emblem: str | Keep | None = KEEP,
    sorting: str | Keep = KEEP,
) -> None:
    """Change what is given of a list or group, named by its name or bare UUID.

    `group` None takes it out of its group, `emblem` None takes its emblem away.
    """
    copy = list_named(own, which)
    values: Json = {}
    if not isinstance(name, Keep):
        values["Name"] = name
    if not isinstance(group, Keep):
        if copy.get("IsGroup"):
            raise ValueError(f"{which!r} is a group: groups have one level")
        holder = _group_named(own, group)
        copy.parent = holder.name if holder else None
        values["ParentList"] = copy.parent
    if not isinstance(color, Keep):
        values["Color"] = _color(copy.get("Color"), color)
    if not isinstance(emblem, Keep):
        values["BadgeEmblem"] = emblem
    if not isinstance(sorting, Keep):
        values["SortingStyle"] = sorting
    values = {field: value for field, value in values.items() if copy.get(field) != value}
    if values:
        own.change(copy, values)


def delete_list(own: Own, which: str) -> None:
    """Soft-delete a list or group, as the app does.

    What a list held is no longer shown, the lists of a group stand at top level.
    """
    own.change(list_named(own, which), {"Deleted": 1})


def _group_named(own: Own, name: str | None) -> Copy | None:
    holder = list_named(own, name) if name else None
    if holder is not None and not holder.get("IsGroup"):
        raise ValueError(f"{name!r} is a list, not a group")
    return holder


def _color(before: str | None, color: str) -> str:
    """The field for a colour by its name or as "#RRGGBB"; what else stood there stays."""
    hexadecimal = COLORS.get(color, color)
    if not _HEXADECIMAL.fullmatch(hexadecimal):
        raise ValueError(f"{color!r} is neither #RRGGBB nor one of {', '.join(COLORS)}")
    symbol = color if color in COLORS else "custom"
    red, green, blue = (round(byte / 255, 3) for byte in bytes.fromhex(hexadecimal[1:]))
    shown = {
        "daSymbolicColorName": symbol,
        "daHexString": hexadecimal.upper(),
        "ckSymbolicColorName": symbol,
        "alpha": 1,
        "red": red,
        "green": green,
        "blue": blue,
        "colorRGBSpace": 0,
    }
    return json.dumps({**json.loads(before or "{}"), **shown})
