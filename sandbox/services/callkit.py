"""Says in which state the account's call history is; nothing can be read there.

Apple gives this to devices alone. Container, zone and record are our choice, so that the two states
of which the API tells can be had (docs/wire-services.md, "Call history").
"""

from __future__ import annotations

from collections.abc import Callable
from random import Random
from typing import TYPE_CHECKING, Final

from starlette.routing import Route

from sandbox.cloud.call import Call
from sandbox.cloud.container import Container, records_lookup
from sandbox.cloud.fields import Json
from sandbox.cloud.modify import RequestError
from sandbox.cloud.record import StoredRecord
from sandbox.cloud.zone import Zone

if TYPE_CHECKING:
    from sandbox.world import World

STATES: Final = ("unreachable", "uninitialised", "sync-disabled")
"""Closed to a web session, as Apple's is; without its zone; there, but devices do not use it."""

RECORD: Final = "SyncState"


class CallHistory:
    """The state of the call history of one account, one of STATES."""

    def __init__(
        self, owner: str, clock: Callable[[], float], random: Random | None = None
    ) -> None:
        self.zone = Zone(owner, clock, "CallHistory", random)
        self.state = STATES[0]
        stamp = {"timestamp": int(clock() * 1000), "userRecordName": owner, "deviceID": "1"}
        fields = {"syncEnabled": {"value": 0, "type": "INT64"}}
        self.zone.place(
            lambda tag: StoredRecord(RECORD, "SyncState", tag, fields, None, stamp, stamp)
        )

    def switch(self, state: str) -> None:
        """Set the state, one of STATES."""
        self.state = state
        self.zone.present = state == "sync-disabled"


def routes(world: World) -> list[Route]:
    """`records/lookup`, and nothing else."""
    calls = world.services.calls

    def lookup(call: Call) -> Json:
        if calls.state == "unreachable":
            raise RequestError("no access from the web", "ACCESS_DENIED")
        return records_lookup(call)

    return Container(
        name="com.apple.callkit",
        world=world,
        own=(calls.zone,),
        private_handlers={"records/lookup": lookup},
        shared_handlers={},
    ).routes()
