"""Polls the address book, which is read whole, and fetches the pictures of its cards."""

from __future__ import annotations

from functools import partial
from typing import Any
from urllib.parse import urlsplit

from store.db import Store
from sync.errors import BadResponse
from sync.polls.around import Around, Meanwhile
from sync.polls.asked import CannotPoll, DataQuery, Item, Progress
from sync.polls.items.contacts import contact_item, image_id, read_contact
from sync.remote.endpoint import is_apple_host

__all__ = ["CONTACTS", "SERVICE", "ContactSource", "contact_items"]

SERVICE = "contacts"
CONTACTS = "mme_contacts.contacts"
_IMAGE_MAX_BYTES = 20_000_000
_MAGIC = ((b"\xff\xd8\xff", "jpg"), (b"\x89PNG", "png"), (b"GIF8", "gif"))


class ContactSource:
    """The address book of the account."""

    def __init__(self, around: Around) -> None:
        self._around = around

    def items(self, query: DataQuery, progress: Progress) -> list[Item]:
        """Every card."""
        self.refresh(progress)
        return self._around.mirror(contact_items)

    def refresh(self, progress: Progress) -> None:
        """Read the address book; raises RemindersdError."""
        around = self._around
        with around.recorded(SERVICE):
            last_ms, now_ms = around.last_success(SERVICE), around.now_ms()
            told = around.ask("contacts", _cards)
            if not isinstance(told, list):
                # Not the same as an address book without cards: that would lose them all.
                raise BadResponse("Contacts answered without a list of contacts")
            read = [read_contact(card) for card in told if isinstance(card, dict)]
            found = dict(one for one in read if one is not None)

            def keep(store: Store) -> None:
                with store.commit("poll-contacts"):
                    store.contacts.replace(found, now_ms, last_ms)
                    store.polls.succeeded(SERVICE, now_ms)

            around.mirror(keep)
            progress(CONTACTS, len(found), len(found))

    def file(self, id: str, progress: Progress) -> tuple[str, bytes]:
        """The picture of a card, by its file id; raises RemindersdError."""
        url = self._picture(id)
        if url is None:
            self.refresh(progress)
            url = self._picture(id)
        if url is None:
            raise CannotPoll("unknown-file", f"there is no picture {id}")
        if not url.startswith("https://") or not is_apple_host(urlsplit(url).hostname or ""):
            raise BadResponse("a picture's address is not an Apple https host; nothing was sent")
        data = self._around.ask("contacts", partial(_fetched, url))
        if len(data) > _IMAGE_MAX_BYTES:
            raise BadResponse("a picture of a contact is larger than any picture")
        return next((name for magic, name in _MAGIC if data.startswith(magic)), "jpg"), data

    def _picture(self, id: str) -> str | None:
        cards = self._around.mirror(lambda store: store.contacts.cards())
        return next((card.image_url for card in cards if image_id(card.id) == id), None)


def _cards(service: Any, _: Meanwhile) -> Any:
    from sync.polls.services import address

    address(service, "contacts")
    return service.contacts.all


def _fetched(url: str, service: Any, _: Meanwhile) -> bytes:
    content: bytes = service.session.get(url).content
    return content


def contact_items(store: Store) -> list[Item]:
    """The items of the mirror, by name."""
    records = store.contacts.records()
    cards = sorted(
        store.contacts.cards(), key=lambda card: (card.last_name or "", card.first_name or "")
    )
    return [contact_item(card, records.get(card.id, [])) for card in cards]
