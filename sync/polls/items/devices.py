"""Devices: what Find My says of one, and the items ``fmip.device`` that are made of it.

Wire facts: docs/wire-services.md, "Find My".
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from store.polled.rows import Device, DeviceLocation
from sync.polls.items.common import (
    integer,
    item_id,
    moment,
    number,
    object_of,
    rfc3339,
    word,
)

__all__ = ["device_item", "is_settled", "read_device"]


def read_device(content: Mapping[str, Any]) -> tuple[Device, DeviceLocation | None] | None:
    """What Find My says of a device; ``None`` for one without an id.

    The wire has the battery as a fraction, a row in per cent.
    """
    wire_id = word(content.get("id"))
    if wire_id is None:
        return None
    id = item_id("fmip.device", wire_id)
    location = _location(id, content)
    level = number(content.get("batteryLevel"))
    device = Device(
        id=id,
        name=word(content.get("name")) or "",
        model_name=word(content.get("deviceDisplayName")),
        model_identifier=word(content.get("rawDeviceModel")),
        product_type=word(content.get("deviceClass")),
        battery_status=word(content.get("batteryStatus")),
        battery_level=None if level is None else round(level * 100, 2),
        located_ms=None if location is None else location.at_ms,
    )
    return device, location


def is_settled(content: Mapping[str, Any]) -> bool:
    """Whether nothing newer is to be waited for: it is located, or cannot be."""
    if not _can_be_located(content):
        return True
    location = object_of(content.get("location"))
    return location.get("locationFinished") is True and location.get("isOld") is not True


def device_item(device: Device, location: DeviceLocation | None) -> dict[str, Any]:
    """The item of a device, and where it is."""
    return {
        "id": device.id,
        "data_type": "fmip.device",
        "name": device.name,
        "model_name": device.model_name,
        "model_identifier": device.model_identifier,
        "product_type": device.product_type,
        "location": None if location is None else _location_item(location),
        "battery_status": device.battery_status,
        "battery_level": device.battery_level,
    }


def _location_item(location: DeviceLocation) -> dict[str, Any]:
    return {
        "data_type": "location",
        "latitude": location.latitude,
        "longitude": location.longitude,
        "altitude": location.altitude,
        "horizontal_accuracy": location.horizontal_accuracy,
        "vertical_accuracy": location.vertical_accuracy,
        "positioning_type": location.positioning_type,
        "date_created": rfc3339(location.at_ms, digits=6),
    }


def _location(id: str, content: Mapping[str, Any]) -> DeviceLocation | None:
    location = object_of(content.get("location"))
    latitude, longitude = number(location.get("latitude")), number(location.get("longitude"))
    at_ms = integer(location.get("timeStamp"))
    if latitude is None or longitude is None or moment(at_ms) is None or at_ms is None:
        return None
    if not _can_be_located(content):
        return None
    return DeviceLocation(
        device=id,
        at_ms=at_ms,
        latitude=latitude,
        longitude=longitude,
        altitude=number(location.get("altitude")),
        horizontal_accuracy=number(location.get("horizontalAccuracy")),
        vertical_accuracy=number(location.get("verticalAccuracy")),
        positioning_type=word(location.get("positionType")),
    )


def _can_be_located(content: Mapping[str, Any]) -> bool:
    return object_of(content.get("features")).get("LOC") is not False
