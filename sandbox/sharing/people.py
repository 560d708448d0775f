"""Lists that other people share with the account: its shared database, a zone for each owner.

Where a share says what the participant may do is only partly known; here it says so everywhere
that CloudKit's own documents name (docs/wire.md, "Shared lists").
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import uuid
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

import orjson

from sandbox.cloud.fields import Json
from sandbox.cloud.synctoken import BadToken, TokenExpired
from sandbox.cloud.zone import Zone
from sandbox.device.phone import Phone

PERMISSIONS: Final = ("READ_ONLY", "READ_WRITE")
SHARE: Final = "cloudkit.share"


class Sharer:
    """Somebody who shares lists with the account, with a phone of their own on the same zone."""

    def __init__(self, zone: Zone, full_name: str, clock: Callable[[], float]) -> None:
        self.zone = zone
        self.full_name = full_name
        self.phone = Phone(zone, clock)

    def share(self, list_name: str, permission: str, participant: str) -> str:
        """Share a list, made if there is none of that name, with `participant`; its bare UUID.

        Again with another permission, it changes that. Raises ValueError for a permission that
        is none.
        """
        if permission not in PERMISSIONS:
            raise ValueError(f"permission is {permission!r}; it can be {', '.join(PERMISSIONS)}")
        self.phone.sync()
        found = [one.id for one in self.phone.lists() if one.name == list_name]
        identity = found[0] if found else self.phone.create_list(list_name)
        root, name = f"List/{identity}", f"Share-{identity}"
        self.zone.serve(name, SHARE, self._share(permission, participant))
        self.zone.serve(root, "List", {"share": {"recordName": name, "zoneID": self.zone.zone_id}})
        self.zone.present = True
        return identity

    def unshare(self) -> None:
        """Take everything back: the zone is gone from the account's shared database."""
        self.zone.present = False

    def refusals(self, operations: Sequence[Any]) -> dict[str, Json]:
        """What a participant may not write, by record name, as arguments of an ItemError."""
        records = {
            str(one["record"].get("recordName")): one["record"]
            for one in operations
            if isinstance(one, Mapping) and isinstance(one.get("record"), Mapping)
        }
        refused = {}
        for name in records:
            reason = self._objection(self._root(name, records))
            if reason:
                refused[name] = {"code": "ACCESS_DENIED", "reason": reason}
        return refused

    def _objection(self, root: str | None) -> str:
        held = self.zone.records.get(root or "")
        share = held.envelope.get("share") if held is not None else None
        if share is None:
            return "the record is in no hierarchy that is shared"
        envelope = self.zone.records[share["recordName"]].envelope
        if envelope["currentUserParticipant"]["permission"] == "READ_ONLY":
            return "WRITE operation not permitted"
        return ""

    def _root(self, name: str, written: Mapping[str, Mapping[str, Any]]) -> str | None:
        """The top of the record's hierarchy; what is new has the parent that it is written with."""
        passed: list[str] = []
        above: str | None = name
        while above is not None and above not in passed:
            passed.append(above)
            stored = self.zone.records.get(above)
            said = written.get(above, {}).get("parent")
            if stored is not None and not stored.deleted:
                above = stored.parent
            else:
                above = said.get("recordName") if isinstance(said, Mapping) else None
        return passed[-1]

    def _share(self, permission: str, participant: str) -> Json:
        given, _, family = self.full_name.partition(" ")
        owner = _participant(self.zone.owner, "OWNER", "READ_WRITE", given, family)
        current = _participant(participant, "USER", permission, "", "")
        return {
            "publicPermission": "NONE",
            "owner": owner,
            "participants": [owner, current],
            "currentUserParticipant": current,
            "requesters": [],
            "blocked": [],
        }


def _participant(user: str, kind: str, permission: str, given: str, family: str) -> Json:
    identity: Json = {"userRecordName": user}
    if given:
        identity["nameComponents"] = {"givenName": given, "familyName": family}
    return {
        "participantId": str(uuid.uuid5(uuid.NAMESPACE_OID, user)).upper(),
        "userIdentity": identity,
        "type": kind,
        "acceptanceStatus": "ACCEPTED",
        "permission": permission,
    }


class SharedDatabase:
    """Everything that is shared with the account `participant`, by owner."""

    def __init__(self, participant: str, clock: Callable[[], float]) -> None:
        self.participant = participant
        self.sharers: dict[str, Sharer] = {}
        self._clock = clock
        self._generation = 1

    def sharer(self, full_name: str) -> Sharer:
        """The person of that name, who exists from the first time that they are asked for."""
        owner = f"_{hashlib.sha256(full_name.encode()).hexdigest()[:32]}"
        if owner not in self.sharers:
            zone = Zone(owner, self._clock)
            zone.present = False  # until something is shared
            self.sharers[owner] = Sharer(zone, full_name, self._clock)
        return self.sharers[owner]

    def share(self, full_name: str, list_name: str, permission: str = "READ_WRITE") -> Sharer:
        """Let that person share a list with the account; raises as `Sharer.share`."""
        sharer = self.sharer(full_name)
        sharer.share(list_name, permission, self.participant)
        return sharer

    @property
    def zones(self) -> list[Zone]:
        """The zones, those that are gone too, in the order of their owners."""
        return [sharer.zone for _, sharer in sorted(self.sharers.items())]

    def changes(self, token: str | None) -> tuple[list[Json], str]:
        """Items for the zones that changed since a token of this database, and the next token.

        Raises TokenExpired, BadToken.
        """
        before = {} if token is None else self._read(token)
        now: dict[str, list[Any]] = {}
        items: list[Json] = []
        for zone in self.zones:
            state = [zone.token(), zone.present]
            seen = before.get(zone.owner)
            if not zone.present and (seen is None or not seen[1]):
                if seen is not None:
                    now[zone.owner] = state
                continue
            now[zone.owner] = state
            if seen != state:
                items.append({"zoneID": zone.zone_id, "deleted": not zone.present})
        return items, base64.b64encode(orjson.dumps([self._generation, now])).decode()

    def expire_tokens(self) -> None:
        """Make every token of the database (not of its zones) answer as expired."""
        self._generation += 1

    def dump(self) -> list[Json]:
        """Everybody who shares, as JSON-able dicts."""
        return [
            {"full_name": sharer.full_name, "zone": sharer.zone.dump()}
            for _, sharer in sorted(self.sharers.items())
        ]

    def load(self, state: Sequence[Json]) -> None:
        """Take up what `dump` wrote."""
        for one in state:
            zone = Zone.load(one["zone"], self._clock)
            self.sharers[zone.owner] = Sharer(zone, one["full_name"], self._clock)

    def _read(self, token: str) -> dict[str, list[Any]]:
        try:
            generation, state = orjson.loads(base64.b64decode(token, validate=True))
        except (binascii.Error, ValueError, TypeError):
            raise BadToken("Unknown sync continuation type") from None
        if generation != self._generation:
            raise TokenExpired("Change Token Expired")
        return dict(state)
