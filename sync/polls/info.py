"""Tells of the account itself, by what the service says when a session is opened."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sync.polls.around import Around, Meanwhile
from sync.polls.asked import Item
from sync.polls.items.common import item_id, object_of, word

__all__ = ["account_items"]

INFO = "icloud.account"


def account_items(around: Around, apple_id: str) -> list[Item]:
    """One item: whose account it is, and which services it uses; raises RemindersdError."""
    document = around.ask("account", _document)
    details = object_of(document.get("dsInfo"))
    return [
        {
            "id": item_id(INFO, apple_id),
            "data_type": INFO,
            "identifier": apple_id,
            "full_name": word(details.get("fullName")),
            "first_name": word(details.get("firstName")),
            "last_name": word(details.get("lastName")),
            "country_code": word(details.get("countryCode")),
            "language": word(details.get("languageCode")),
            "services": _in_use(object_of(document.get("webservices"))),
        }
    ]


def _document(service: Any, _: Meanwhile) -> Mapping[str, Any]:
    return object_of(service.data)


def _in_use(services: Mapping[str, Any]) -> list[str]:
    return sorted(
        name
        for name, entry in services.items()
        if object_of(entry).get("url") and object_of(entry).get("status", "active") == "active"
    )
