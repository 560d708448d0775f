"""Services that a person can switch off, and where on a device they are switched on again."""

from __future__ import annotations

from sync.polls.asked import CannotPoll

__all__ = ["NAMES", "switched_off"]

NAMES = {
    "account": "iCloud",
    "photos": "iCloud Photos",
    "contacts": "Contacts",
    "findme": "Find My",
    "calendar": "Calendar",
    "notes": "Notes",
}
"""What a person calls the services, by our keys."""

_SETTINGS = {
    "photos": "Settings > [username] > iCloud > Photos > iCloud Photo Library",
    "contacts": "Settings > [username] > iCloud > Contacts",
    "findme": "Settings > [username] > Find My",
    "calendar": "Settings > [username] > iCloud > Calendars",
    "notes": "Settings > [username] > iCloud > Notes",
}


def switched_off(service: str) -> CannotPoll:
    """The error for a service that the account does not use, with where it is switched on."""
    return CannotPoll(
        "service-disabled",
        f"{NAMES[service]} is switched off for this account",
        f"switch it on on a device: {_SETTINGS[service]}",
    )
