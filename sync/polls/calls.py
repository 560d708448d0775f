"""Says why calls cannot be polled; two of the reasons are in the hands of the account's owner.

Apple gives calls to devices alone. A pretend iCloud has a place of its own making where the state
of the call history can be looked up, so that both states can be tried; Apple is never asked.
"""

from __future__ import annotations

from typing import NoReturn

from sync.codec import fields
from sync.errors import ServiceError, ZoneMissing
from sync.polls.around import Around
from sync.polls.asked import CannotPoll, DataQuery, Item, Progress
from sync.polls.items.common import readable
from sync.remote.answers import Failure
from sync.remote.cloudkit import ZoneId

__all__ = ["CALLS", "REASON", "CallSource"]

CALLS = "callkit.calls"
REASON = "calls cannot be read: Apple gives them to devices alone, never to a session of the web"

_CONTAINER = "com.apple.callkit"
_ZONE, _RECORD, _FLAG = "CallHistory", "SyncState", "syncEnabled"
_STEPS = (
    "on a device of the account that is on Wi-Fi: open Settings > [username] > iCloud, turn off"
    " iCloud Drive, wait 30 to 60 seconds, and turn it on again"
)


class CallSource:
    """The call history of the account, which nobody can read here."""

    def __init__(self, around: Around) -> None:
        self._around = around

    def items(self, query: DataQuery, progress: Progress) -> list[Item]:
        """Raises CannotPoll: ``unsupported``, or what the owner can put right."""
        if self._around.session().account.endpoint is None:
            _refuse()
        with self._around.database(_CONTAINER) as cloud:
            try:
                [state] = cloud.lookup(ZoneId(_ZONE, "_defaultOwner"), [_RECORD])
            except ZoneMissing:
                raise CannotPoll(
                    "callkit-uninitialised", "CallKit was never set up for this account", _STEPS
                ) from None
            except ServiceError:
                _refuse()
        if not isinstance(state, Failure) and not readable(fields.flag, state, _FLAG):
            raise CannotPoll(
                "callkit-sync-disabled",
                "CallKit is set up, but no device puts its calls into iCloud",
                _STEPS,
            )
        _refuse()


def _refuse() -> NoReturn:
    raise CannotPoll("unsupported", REASON)
