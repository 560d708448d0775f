"""Which services the account has, what is in each of them, and whether it is switched on."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from random import Random
from typing import Final

from sandbox.cloud.zone import Zone
from sandbox.photos.library import SAMPLE, Library
from sandbox.services import calendar, callkit, contacts, findmy, notes
from sandbox.signing.account import Account

STATES: Final = ("active", "inactive", "absent")
"""On; off and said to be so; off and not spoken of."""

KEYS: Final = ("calendar", "contacts", "findme", "notes", "photos")
"""The services that can be switched off, by their keys in `webservices`."""

_CALLS: Final = "callkit"


def read_state(text: str) -> tuple[str, str]:
    """Service and state of a text such as `notes=absent`. ValueError for what there is not."""
    key, sign, state = text.partition("=")
    if not sign:
        raise ValueError(f"{text}: must be NAME=STATE")
    _check(key, state)
    return key, state


def _check(key: str, state: object) -> None:
    if key != _CALLS and key not in KEYS:
        raise ValueError(f"{key}: unknown service; there are {', '.join(KEYS)} and {_CALLS}")
    choices = callkit.STATES if key == _CALLS else STATES
    if state not in choices:
        raise ValueError(f"{key}: must be one of {', '.join(choices)}")


class Services:
    """What an account has beside reminders; `clock` gives seconds since 1970."""

    def __init__(
        self, account: Account, clock: Callable[[], float], random: Random | None = None
    ) -> None:
        self.states: dict[str, str] = dict.fromkeys(KEYS, "active")
        self.photos = Library(account.owner, clock, random)
        self.contacts = contacts.AddressBook(account.dsid, random)
        self.find_my = findmy.FindMy(account.dsid, clock)
        self.calendar = calendar.Calendars(clock)
        self.notes = notes.Notebook(account.owner, clock, random)
        self.calls = callkit.CallHistory(account.owner, clock, random)
        self.photos.add(SAMPLE)
        self.contacts.put(contacts.SAMPLE, picture=True)
        self.find_my.devices = findmy.sample_devices()
        notes.sample_notes(self.notes)

    @property
    def zones(self) -> tuple[Zone, ...]:
        """The zones of those that are CloudKit databases."""
        return (self.photos.zone, self.notes.zone)

    def is_on(self, key: str) -> bool:
        """Whether a service answers; one that cannot be switched off does."""
        return self.states.get(key, "active") == "active"

    def shown(self) -> dict[str, str]:
        """The state of each service, and of the call history."""
        return self.states | {_CALLS: self.calls.state}

    def switch(self, key: str, state: str) -> None:
        """Put one service into a state, as `switch_all` does."""
        self.switch_all({key: state})

    def switch_all(self, states: Mapping[str, str]) -> None:
        """Put services into one of STATES each, or the call history into one of its own.

        ValueError for what there is not; nothing has changed then.
        """
        for key, state in states.items():
            _check(key, state)
        self.calls.switch(states.get(_CALLS, self.calls.state))
        self.states |= {key: state for key, state in states.items() if key in KEYS}
        self.photos.zone.present = self.is_on("photos")
        self.notes.zone.present = self.is_on("notes")
