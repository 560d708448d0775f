"""Where the files of wire records can be had: their links, which lead to the asset host."""

from __future__ import annotations

import base64
from collections.abc import Iterable, Mapping, Sequence
from typing import Final

from sandbox.cloud.assets import is_asset
from sandbox.cloud.fields import Json
from sandbox.cloud.zone import Zone
from sandbox.trouble import Faults

ORIGIN: Final = "https://cvws.icloud-content.com"


def linked(zones: Sequence[Zone], faults: Faults, items: Iterable[Json]) -> list[Json]:
    """Records of `zones` with a link, or the bytes themselves, in each asset field."""
    found = list(items)
    for item in found:
        fields: Mapping[str, Json] = item.get("fields", {})
        for field in fields.values():
            if is_asset(field):
                _link(zones, faults, field["value"])
    return found


def _link(zones: Sequence[Zone], faults: Faults, value: Json) -> None:
    shelves = (zone.assets for zone in zones)
    shelf = next((each for each in shelves if each.holds(value)), None)
    if shelf is None:
        return
    if faults.inline_assets:
        value["downloadedData"] = base64.b64encode(shelf.read(value) or b"").decode()
    else:
        expired = faults.use("expired_links")
        value["downloadURL"] = ORIGIN + shelf.link(value, expired=expired)
