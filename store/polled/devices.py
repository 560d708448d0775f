"""Remembers the devices of Find My and where they were."""

from __future__ import annotations

from collections.abc import Sequence

from store.connection import Connection
from store.polled.rows import Device, DeviceLocation
from store.polled.seen import Seen

__all__ = ["Devices"]


class Devices:
    """Devices by their id, locations by device and time."""

    def __init__(self, connection: Connection) -> None:
        self._db = connection
        self._devices: Seen[Device] = Seen(connection, "device", Device, ("id",))
        self._locations: Seen[DeviceLocation] = Seen(
            connection,
            "device_location",
            DeviceLocation,
            ("device", "at_ms"),
            comes_and_goes=False,
        )

    def replace(
        self,
        devices: Sequence[Device],
        locations: Sequence[DeviceLocation],
        now_ms: int,
        last_ms: int | None,
    ) -> None:
        """All devices as they are now; their locations join the history."""
        self._devices.put(devices, now_ms)
        self._devices.lose_others([device.id for device in devices], now_ms, last_ms)
        self._locations.put(locations)

    def forget_before(self, moment_ms: int) -> None:
        """Drop locations older than that, but the one where a device is known to be now."""
        self._db.write(
            """DELETE FROM device_location WHERE at_ms < ? AND NOT EXISTS (
                SELECT 1 FROM device d WHERE d.id = device AND d.located_ms = at_ms
                AND d.gone_ms IS NULL)""",
            (moment_ms,),
        )

    def devices(self) -> list[Device]:
        """The devices that are there."""
        return self._devices.rows("gone_ms IS NULL")

    def present(self) -> dict[str, DeviceLocation]:
        """Where each device is now, as far as that is known."""
        among = "EXISTS (SELECT 1 FROM device d WHERE d.id = device AND d.located_ms = at_ms)"
        return {row.device: row for row in self._locations.rows(among)}
