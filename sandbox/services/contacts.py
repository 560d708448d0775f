"""Answers as the contacts service (`/co`): the address book, what changed in it, and its pictures.

Source: docs/wire-services.md, "Contacts".
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Callable
from random import Random, SystemRandom
from typing import TYPE_CHECKING, Any, Final

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from sandbox.cloud.fields import Json
from sandbox.names import uuid_of
from sandbox.photos.files import JPEG, Shape, content
from sandbox.services.door import Door

if TYPE_CHECKING:
    from sandbox.world import World

_PICTURE: Final = Shape("photo", JPEG, 96, 96)

SAMPLE: Final[Json] = {
    "contactId": "73E691B7-90FB-4161-B9C6-E94D9AF9C2A9",
    "firstName": "John",
    "middleName": "'Gala'",
    "lastName": "Appleseed",
    "prefix": "Mr.",
    "suffix": "Jr.",
    "nickName": "John'o",
    "phones": [
        {"field": "1-800-MY-APPLE", "label": "MAIN"},
        {"field": "0800 039 1010", "label": "UK"},
    ],
    "urls": [
        {"field": "http://www.apple.com", "label": "HOMEPAGE"},
        {"field": "http://www.apple.com/uk/", "label": "HOMEPAGE"},
    ],
    "streetAddresses": [
        {
            "label": "WORK",
            "field": {
                "street": "1 Infinite Loop",
                "city": "Cupertino",
                "state": "CA",
                "postalCode": "95014",
                "country": "United States",
                "countryCode": "us",
            },
        }
    ],
    "companyName": "Apple Inc.",
    "department": "Marketing",
    "jobTitle": "VP Coring",
    "birthday": "1976-04-01",
    "isCompany": False,
}
"""The contact of a fresh account; its picture is made of its id."""


class AddressBook:
    """The contacts and groups of an account; each change has a number, and tokens name one.

    Tokens are good for this book only: one that was made anew, from other `random`, knows none.
    """

    def __init__(self, dsid: str, random: Random | None = None) -> None:
        self._dsid = dsid
        self._start = b"AddressBook@" + (random or SystemRandom()).randbytes(6)
        self._contacts: dict[str, Json] = {}
        self._groups: dict[str, Json] = {}
        self._changed: dict[str, int] = {}
        self._pictures: set[str] = set()
        self._number = 0

    def put(self, contact: Json, *, picture: bool = False) -> None:
        """Add a contact, or change the one with this `contactId`. KeyError without one."""
        name = contact["contactId"]
        self._touch(name)
        whole = contact | {"etag": f"C={self._number}@U={self._dsid}"}
        if picture:
            self._pictures.add(name)
            whole["photo"] = self._photo(name)
        self._contacts[name] = whole

    def remove(self, name: str) -> None:
        """Delete a contact. KeyError if it is not there."""
        del self._contacts[name]
        self._pictures.discard(name)
        self._touch(name)

    def group(self, name: str, members: list[str]) -> None:
        """Make a group of contacts."""
        self._touch("")
        self._groups[name] = {
            "groupId": uuid_of(f"group/{name}"),
            "name": name,
            "contactIds": members,
            "etag": f"C={self._number}@U={self._dsid}",
            "isGuardianApproved": False,
            "whitelisted": False,
        }

    def generate(self, count: int) -> None:
        """Add `count` contacts with a name and a number."""
        for number in range(count):
            phone = {"field": f"+44 20 7946 {number % 10_000:04}", "label": "MOBILE"}
            name = {"firstName": f"Contact {number}", "lastName": "Example"}
            self.put({"contactId": uuid_of(f"contact/{number}"), **name, "phones": [phone]})

    def startup(self) -> Json:
        """The first answer: tokens, order and groups, but no contacts."""
        order = list(self._contacts)
        return {
            **self.tokens(),
            "meCardId": order[0] if order else None,
            "contactsOrder": order,
            "headerPositions": {},
            "collections": [
                {
                    "collectionId": "card",
                    "groupsOrder": [group["groupId"] for group in self._groups.values()],
                    "etag": f"C={self._number}@U={self._dsid}",
                }
            ],
            "groups": list(self._groups.values()),
            "contacts": [],
        }

    def page(self, offset: int, limit: int) -> Json:
        """Contacts in order; `limit` 0 is all from `offset` on."""
        whole = list(self._contacts.values())[offset:]
        return {**self.tokens(), "contacts": whole[:limit] if limit else whole}

    def changes(self, sync_token: str) -> Json:
        """What changed and went since a token. HTTPException 409 for one never given out."""
        since = self._since(sync_token)
        names = [name for name, number in self._changed.items() if name and number > since]
        return {
            **self.tokens(),
            "contacts": [self._contacts[name] for name in names if name in self._contacts],
            "deletes": {"contactIds": [name for name in names if name not in self._contacts]},
        }

    def me(self) -> Json:
        """The owner's own card: the first one."""
        cards = list(self._contacts.values())[:1]
        return {"meCardId": cards[0]["contactId"] if cards else None, "contacts": cards}

    def picture(self, name: str) -> bytes:
        """The bytes of a contact's picture. KeyError if there is none."""
        if name not in self._pictures:
            raise KeyError(name)
        return content(_PICTURE, name)

    def tokens(self) -> Json:
        """The two tokens that every answer has."""
        state = self._start + self._number.to_bytes(4, "big")
        preferences = base64.b64encode(b"last,first|en_US").decode()
        return {"prefToken": preferences, "syncToken": base64.b64encode(state).decode()}

    def _touch(self, name: str) -> None:
        self._number += 1
        self._changed[name] = self._number

    def _since(self, sync_token: str) -> int:
        try:
            state = base64.b64decode(sync_token, validate=True)
        except ValueError:
            state = b""
        if len(state) != len(self._start) + 4 or not state.startswith(self._start):
            raise HTTPException(409, "the syncToken is not one of this address book")
        return int.from_bytes(state[-4:], "big")

    def _photo(self, name: str) -> Json:
        return {
            "url": f"https://gateway.icloud.com/contacts/{self._dsid}/ck/card/{name}",
            "signature": hashlib.sha256(name.encode()).hexdigest()[:32],
            "crop": {"x": 0, "y": 0, "width": _PICTURE.width, "height": _PICTURE.height},
        }


def routes(world: World) -> list[Route]:
    """The endpoints of the service; each needs a signed-in browser and a service that is on."""
    book, door = world.services.contacts, Door(world, "contacts")

    def reads(answer: Callable[[Any], Json]) -> Callable[[Request], Any]:
        async def serve(request: Request) -> Response:
            return door.refusal(request) or JSONResponse(answer(request.query_params))

        return serve

    async def picture(request: Request) -> Response:
        refused = door.refusal(request)
        if refused is not None:
            return refused
        try:
            data = book.picture(request.path_params["name"])
        except KeyError:
            return JSONResponse({"error": "this contact has no picture"}, 404)
        return Response(data, media_type="image/jpeg")

    return [
        Route("/co/startup", reads(lambda query: book.startup())),
        Route(
            "/co/contacts",
            reads(lambda query: book.page(_count(query, "offset"), _count(query, "limit"))),
        ),
        Route("/co/changeset", reads(lambda query: book.changes(query.get("syncToken", "")))),
        Route("/co/mecard", reads(lambda query: book.me())),
        Route("/contacts/{dsid}/ck/card/{name}", picture),
    ]


def _count(query: Any, name: str) -> int:
    text = query.get(name, "0")
    if not text.isdigit():
        raise HTTPException(400, f"{name} must be a number")
    return int(text)
