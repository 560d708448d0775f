"""Polls Find My: what it last knew, and with ``locate`` what the devices say when they are woken.

Devices take 10 to 30 seconds to answer; one that is off never does. Wire facts: docs/wire.md,
"Find My".
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

from store.db import Store
from sync.polls.around import Around, Meanwhile
from sync.polls.asked import DataQuery, Item, Progress
from sync.polls.items.devices import device_item, is_settled, read_device

__all__ = ["DEVICES", "SERVICE", "DeviceSource", "device_items"]

SERVICE = "devices"
DEVICES = "fmip.devices"
FIRST_S = 12.0  # from waking the devices to looking at what they said
AGAIN_S = 9.0
LONGEST_S = 30.0

Content = Mapping[str, Any]


class DeviceSource:
    """The account's own devices; where they were is kept for ``history_s`` seconds."""

    def __init__(self, around: Around, history_s: Callable[[], float]) -> None:
        self._around = around
        self._history_s = history_s

    def items(self, query: DataQuery, progress: Progress) -> list[Item]:
        """Every device, where it is now."""
        self.refresh(progress, locate=True)
        return self._around.mirror(device_items)

    def refresh(self, progress: Progress, *, locate: bool) -> None:
        """Read what Find My knows, after waking the devices if told so; raises RemindersdError."""
        around = self._around
        with around.recorded(SERVICE):
            last_ms, now_ms = around.last_success(SERVICE), around.now_ms()
            contents = around.ask("findme", partial(_told, locate=locate), progress)
            read = [one for one in map(read_device, contents) if one is not None]
            devices = [device for device, _ in read]
            places = [place for _, place in read if place is not None]

            def keep(store: Store) -> None:
                with store.commit("poll-devices"):
                    store.devices.replace(devices, places, now_ms, last_ms)
                    store.devices.forget_before(now_ms - int(self._history_s() * 1000))
                    store.polls.succeeded(SERVICE, now_ms)

            around.mirror(keep)


def _told(service: Any, meanwhile: Meanwhile, *, locate: bool) -> list[Content]:
    """What Find My knows of each device."""
    from pyicloud.exceptions import PyiCloudNoDevicesException
    from pyicloud.services.findmyiphone import FindMyiPhoneServiceManager

    from sync.polls.services import address

    try:
        # Without an interval, or it would ask again from a thread of its own for ever.
        manager = FindMyiPhoneServiceManager(
            address(service, "findme"), "", service.session, service.params, refresh_interval=None
        )
    except PyiCloudNoDevicesException:
        return []
    if locate:
        _wake(manager, meanwhile)
    return _contents(manager)


def _wake(manager: Any, meanwhile: Meanwhile) -> None:
    """Wake the devices, and look until all have said where they are or are not to be had."""
    manager.refresh(locate=True)
    waited_s, pause_s = 0.0, FIRST_S
    while waited_s + pause_s <= LONGEST_S:
        meanwhile.wait(pause_s)
        waited_s, pause_s = waited_s + pause_s, AGAIN_S
        manager.refresh(locate=False)  # asked to locate again, they would begin anew
        contents = _contents(manager)
        settled = sum(map(is_settled, contents))
        meanwhile.progress(DEVICES, settled, len(contents))
        if settled == len(contents):
            return


def device_items(store: Store) -> list[Item]:
    """The items of the mirror, by name."""
    present = store.devices.present()
    devices = sorted(store.devices.devices(), key=lambda device: (device.name, device.id))
    return [
        device_item(device, present.get(device.id) if device.located_ms is not None else None)
        for device in devices
    ]


def _contents(manager: Any) -> list[Content]:
    return [device.data for device in manager.devices.values() if isinstance(device.data, dict)]
