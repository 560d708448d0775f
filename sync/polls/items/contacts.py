"""Contacts: what a card says, and the items ``mme_contacts.contact`` that are made of it.

Wire facts: docs/wire-services.md, "Contacts".
"""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Mapping, Sequence
from typing import Any

from store.polled.rows import Contact, ContactRecord
from sync.polls.items.common import item_id, listed, object_of, word

__all__ = ["IN_AN_ITEM", "contact_item", "image_id", "read_contact"]

IN_AN_ITEM = ("Phone", "Email", "URL", "Address")
"""The records that an item has; the others are for the mirror and for vCards."""

_PLAIN = {"Phone": "phones", "Email": "emailAddresses", "URL": "urls"}
_DATED = {"Date": "dates", "Related": "relatedNames"}
_SCHEME = "mme_contact_image://"


def read_contact(card: Mapping[str, Any]) -> tuple[Contact, list[ContactRecord]] | None:
    """What a card of the address book says; ``None`` for one without an id."""
    wire_id = word(card.get("contactId"))
    if wire_id is None:
        return None
    contact = Contact(
        id=item_id("mme_contacts.contact", wire_id),
        uid=b64encode(wire_id.lower().encode()).decode("ascii"),
        first_name=word(card.get("firstName")),
        middle_name=word(card.get("middleName")),
        last_name=word(card.get("lastName")),
        prefix=word(card.get("prefix")),
        suffix=word(card.get("suffix")),
        nickname=word(card.get("nickName")),
        organisation=word(card.get("companyName")),
        department=word(card.get("department")),
        jobtitle=word(card.get("jobTitle")),
        birthday=word(card.get("birthday")),
        notes=word(card.get("notes")),
        is_company=card.get("isCompany") is True,
        image_url=word(object_of(card.get("photo")).get("url")),
    )
    return contact, _records(card)


def contact_item(contact: Contact, records: Sequence[ContactRecord]) -> dict[str, Any]:
    """The item of a card."""
    image = {"id": image_id(contact.id), "data_type": "image", "extension": "jpg"}
    return {
        "id": contact.id,
        "data_type": "mme_contacts.contact",
        "uid": contact.uid,
        "first_name": contact.first_name,
        "middle_name": contact.middle_name,
        "last_name": contact.last_name,
        "prefix": contact.prefix,
        "suffix": contact.suffix,
        "nickname": contact.nickname,
        "records": [_record_item(record) for record in records if record.type in IN_AN_ITEM],
        "organisation": contact.organisation,
        "department": contact.department,
        "jobtitle": contact.jobtitle,
        "birthday": contact.birthday,
        "image": image if contact.image_url else None,
    }


def image_id(id: str) -> str:
    """The file id of the picture of a contact, by the contact's id."""
    return _SCHEME + id


def _record_item(record: ContactRecord) -> dict[str, Any]:
    if record.type != "Address":
        return {"type": record.type, "name": record.name, "value": record.value}
    return {
        "City": record.city,
        "State": record.state,
        "ZIP": record.zip,
        "name": record.name,
        "CountryCode": record.country_code,
        "Country": record.country,
        "Street": record.street,
        "type": "Address",
        "SubLocality": record.sub_locality,
        "Municipality": None,  # the wire has nothing that is it
    }


def _records(card: Mapping[str, Any]) -> list[ContactRecord]:
    found = [
        ContactRecord(kind, word(entry.get("label")), word(entry.get("field")))
        for kind, member in _PLAIN.items()
        for entry in listed(card.get(member))
    ]
    found += [_address(entry) for entry in listed(card.get("streetAddresses"))]
    found += [
        ContactRecord(kind, word(entry.get("label")), word(entry.get("field")))
        for kind, member in _DATED.items()
        for entry in listed(card.get(member))
    ]
    found += [_messaging(entry) for entry in listed(card.get("IMs"))]
    found += [_profile(entry) for entry in listed(card.get("profiles"))]
    return found


def _address(entry: Mapping[str, Any]) -> ContactRecord:
    field = object_of(entry.get("field"))
    code = word(field.get("countryCode"))
    return ContactRecord(
        type="Address",
        name=word(entry.get("label")),
        street=word(field.get("street")),
        city=word(field.get("city")),
        state=word(field.get("state")),
        zip=word(field.get("postalCode")),
        country=word(field.get("country")),
        country_code=None if code is None else code.upper(),
        sub_locality=word(field.get("subLocality")),
    )


def _messaging(entry: Mapping[str, Any]) -> ContactRecord:
    field = object_of(entry.get("field"))
    service = word(field.get("IMService")) or word(entry.get("label"))
    return ContactRecord("IM", service, word(field.get("userName")))


def _profile(entry: Mapping[str, Any]) -> ContactRecord:
    value = word(entry.get("field")) or word(entry.get("user"))
    return ContactRecord("Profile", word(entry.get("label")), value)
