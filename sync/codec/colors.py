"""Reads and writes the colour of a list: a string of JSON with a name, a form and components."""

from __future__ import annotations

import json
import re
from typing import Any

from sync.codec.blob import Undecodable

__all__ = ["decode_color", "encode_color"]

CUSTOM = "custom"  # the name of a colour that has none
_HEXADECIMAL = re.compile(r"#?([0-9A-Fa-f]{6})(?:[0-9A-Fa-f]{2})?")
_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_-]*")


def decode_color(text: str | None) -> str:
    """The colour as ``sync.core.colors`` has it: its name and ``#RRGGBB``, as far as it has them.

    Raises ``Undecodable`` for what is there and no colour.
    """
    color = _loaded(text)
    names = (color.get("daSymbolicColorName"), color.get("ckSymbolicColorName"))
    found = [name for name in names if isinstance(name, str) and _NAME.fullmatch(name)]
    found = [name for name in found if name != CUSTOM][:1]
    return " ".join([*found, *filter(None, [_hexadecimal(color)])])


def encode_color(before: str | None, color: str) -> str:
    """The JSON for a colour, with all that ``before`` has beside it.

    Raises ``ValueError`` where what is there cannot be read, so must not be written over.
    """
    *names, hexadecimal = color.split()
    red, green, blue = (round(byte / 255, 3) for byte in bytes.fromhex(hexadecimal[1:]))
    name = names[0] if names else CUSTOM
    said = {
        "daSymbolicColorName": name,
        "daHexString": hexadecimal,
        "ckSymbolicColorName": name,
        "red": red,
        "green": green,
        "blue": blue,
    }
    return json.dumps({"alpha": 1, "colorRGBSpace": 0, **_loaded(before), **said})


def _loaded(text: str | None) -> dict[str, Any]:
    try:
        color = json.loads(text or "{}")
    except (ValueError, RecursionError):
        color = None
    if not isinstance(color, dict):
        raise Undecodable("the colour of the list cannot be read")
    return color


def _hexadecimal(color: dict[str, Any]) -> str | None:
    found = _HEXADECIMAL.fullmatch(str(color.get("daHexString") or ""))
    if found is not None:
        return f"#{found[1].upper()}"
    parts = [color.get(name) for name in ("red", "green", "blue")]
    if not all(isinstance(part, int | float) and 0 <= part <= 1 for part in parts):
        return None
    return "#" + "".join(f"{round(255 * float(part or 0)):02X}" for part in parts)
