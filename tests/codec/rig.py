"""A zone with two lists, a simulated phone on it, and our side of the wire."""

from __future__ import annotations

from typing import Any

from sandbox.cloud.zone import Zone
from sandbox.device.phone import Phone
from sandbox.device.view import ShownReminder
from store.model import Field, ListInfo, Reminder, Value
from sync.codec.encode import Context, Group, create_list, create_reminder, update_reminder
from tests.codec.conftest import NOW_MS, RA, REPLICA_ID, minted
from tests.codec.wire import LIST, OTHER_LIST, REMINDER, Mirror

OWNER = "_0a1b2c3d4e5f60718293a4b5c6d7e8f9"


class Rig:
    """A zone with two lists, a phone on it, and our side of the wire."""

    def __init__(self) -> None:
        self.now_s = NOW_MS / 1000
        self.zone = Zone(OWNER, lambda: self.now_s)
        self.phone = Phone(self.zone, lambda: self.now_s)
        self._mint = minted()
        self.send(create_list(self.ctx, ListInfo(id=LIST, name="Groceries 🛒")))
        self.send(create_list(self.ctx, ListInfo(id=OTHER_LIST, name="Work")))
        self.phone.sync()

    @property
    def ctx(self) -> Context:
        """A moment later each time."""
        self.now_s += 1
        return Context(int(self.now_s * 1000), RA, REPLICA_ID, self._mint, self.zone.zone_id)

    def mirror(self, *, remap: bool = True) -> Mirror:
        records, token = [], None
        while True:
            page = self.zone.changes(token, remap=remap)
            records += [each for each in page.records if not each.get("deleted")]
            token = page.token
            if not page.more:
                return Mirror(*records)

    def record(self, name: str) -> dict[str, Any]:
        found = self.mirror().get(name)
        assert found is not None, name
        return found

    def send(self, group: Group) -> None:
        assert group.operations
        for item in self.zone.modify(group.operations, atomic=True):
            assert "serverErrorCode" not in item, item

    def create(self, **values: Any) -> None:
        values = {"title": "Buy milk", "list": LIST, **values}
        self.send(create_reminder(self.ctx, Reminder(id=REMINDER, **values)))

    def update(self, changes: dict[Field, Value], identity: str = REMINDER) -> None:
        wire = self.record(f"Reminder/{identity}")
        self.send(update_reminder(self.ctx, wire, changes, self.mirror()))

    def shown(self, identity: str = REMINDER) -> ShownReminder:
        self.phone.sync()
        return self.phone.get(identity)
