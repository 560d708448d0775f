"""The Notes container: folders, notes with their documents, and the list of recent ones.

Source: docs/wire-services.md, "Notes".
"""

from __future__ import annotations

import gzip
import hashlib
from collections.abc import Callable, Mapping
from random import Random
from typing import TYPE_CHECKING, Final

from starlette.routing import Route

from sandbox.cloud.call import Call
from sandbox.cloud.container import READING, Container, with_token, zones_list
from sandbox.cloud.fields import Json
from sandbox.cloud.modify import RequestError
from sandbox.cloud.query import equalities, marker_at, start_of
from sandbox.cloud.record import StoredRecord, wire
from sandbox.cloud.values import moment, number, sealed
from sandbox.cloud.zone import Zone
from sandbox.names import uuid_of

if TYPE_CHECKING:
    from sandbox.world import World

DEFAULT_FOLDER: Final = "DefaultFolder-CloudKit"
TRASH: Final = "TrashFolder-CloudKit"
_NOTES: Final = ("Note", "PasswordProtectedNote")
_SNIPPET: Final = 60  # characters


class Notebook:
    """The folders and notes of one account in the zone Notes."""

    def __init__(
        self, owner: str, clock: Callable[[], float], random: Random | None = None
    ) -> None:
        self.zone = Zone(owner, clock, "Notes", random)
        self._owner = owner
        self._clock = clock
        for name, title in ((DEFAULT_FOLDER, "Notes"), (TRASH, "Recently Deleted")):
            self._folder(name, title, None)

    def folder(self, title: str, parent: str | None = None) -> str:
        """Make a folder, in another one if `parent` names it; its recordName."""
        name = uuid_of(f"folder/{title}/{parent}")
        self._folder(name, title, parent)
        return name

    def put(
        self,
        title: str,
        text: str = "",
        *,
        folder: str = DEFAULT_FOLDER,
        locked: bool = False,
        name: str | None = None,
    ) -> str:
        """Write a note, or write the one of that name anew; its recordName.

        The document begins with the title. A locked one has a document that nobody can read here.
        """
        name = name or uuid_of(f"note/{title}/{folder}")
        whole = f"{title}\n{text}" if text else title
        now_ms = int(self._clock() * 1000)
        known = self.zone.records.get(name)
        created = known.fields["CreationDate"] if known is not None else moment(now_ms)
        reference = {"recordName": folder, "action": "VALIDATE"}
        fields: dict[str, Json] = {
            "TitleEncrypted": sealed(title.encode()),
            "SnippetEncrypted": sealed(b"" if locked else text[:_SNIPPET].encode()),
            "CreationDate": created,
            "ModificationDate": moment(now_ms),
            "Deleted": number(0),
            "Folder": {"value": reference, "type": "REFERENCE"},
            "Folders": {"value": [reference], "type": "REFERENCE_LIST"},
            "IsPinned": number(0),
            "MinimumSupportedNotesVersion": number(0),
        }
        noise = hashlib.shake_256(whole.encode()).digest(64 + len(whole))
        fields["TextDataEncrypted"] = sealed(noise if locked else document(whole))
        self._write(name, _NOTES[locked], fields)
        return name

    def delete(self, name: str) -> None:
        """Move a note to Recently Deleted. KeyError if it is not there."""
        record = self.zone.records[name]
        trash = {"recordName": TRASH, "action": "VALIDATE"}
        changed = {
            "Deleted": number(1),
            "Folder": {"value": trash, "type": "REFERENCE"},
            "Folders": {"value": [trash], "type": "REFERENCE_LIST"},
        }
        self._write(name, str(record.record_type), {**record.fields, **changed})

    def expunge(self, name: str) -> None:
        """Remove a note for good. KeyError if it is not there."""
        record = self.zone.records[name]
        self.zone.place(
            lambda tag: StoredRecord(
                name, None, tag, {}, None, record.created, record.modified, deleted=True
            )
        )

    def recent(self) -> list[StoredRecord]:
        """The notes that are not deleted, the latest one first."""
        notes = [
            record
            for record in self.zone.records.values()
            if record.record_type in _NOTES and not record.fields["Deleted"]["value"]
        ]
        return sorted(notes, key=lambda note: -int(note.fields["ModificationDate"]["value"]))

    def _folder(self, name: str, title: str, parent: str | None) -> None:
        fields = {"TitleEncrypted": sealed(title.encode()), "Deleted": number(0)}
        if parent is not None:
            reference = {"recordName": parent, "action": "VALIDATE"}
            fields["ParentFolder"] = {"value": reference, "type": "REFERENCE"}
        self._write(name, "Folder", fields)

    def _write(self, name: str, kind: str, fields: Mapping[str, Json]) -> None:
        now_ms = int(self._clock() * 1000)
        stamp = {"timestamp": now_ms, "userRecordName": self._owner, "deviceID": "1"}
        known = self.zone.records.get(name)
        created = stamp if known is None else known.created
        self.zone.place(lambda tag: StoredRecord(name, kind, tag, fields, None, created, stamp))


def document(text: str) -> bytes:
    """A note's text as its document: gzip around a protobuf message (store, document, note)."""
    run = _bytes(5, _varint(1 << 3) + _varint(len(text.encode("utf-16-le")) // 2))
    note = _bytes(2, text.encode()) + run
    body = _varint(2 << 3) + _varint(0) + _bytes(3, note)
    return gzip.compress(_bytes(2, body), mtime=0)


def routes(world: World) -> list[Route]:
    """The endpoints of the Notes container; nothing can be written there."""
    book = world.services.notes

    def query(call: Call) -> Json:
        """`records/query`: the notes by when they were modified, `SearchIndexes` of `recents`."""
        zone = call.only_zone()
        asked, marker = call.body.get("query"), call.body.get("continuationMarker")
        if not isinstance(asked, Mapping):
            raise RequestError("query must be an object with a recordType")
        is_recent = equalities(asked).get("indexName") == "recents"
        if asked.get("recordType") != "SearchIndexes" or not is_recent:
            reason = f"Type is not marked indexable: {asked.get('recordType')}"
            raise RequestError(reason, "FIELD_NOT_QUERYABLE")
        found = book.recent()
        start = start_of(None if marker is None else str(marker), asked)
        end = start + call.limit()
        keys = call.names("desiredKeys")
        page = [
            wire(record, zone.zone_id, remap=call.remap, desired_keys=keys)
            for record in found[start:end]
        ]
        answer: Json = {"records": call.shaped(page)}
        if end < len(found):
            answer["continuationMarker"] = marker_at(end, asked)
        return with_token(call, zone, answer)

    return Container(
        name="com.apple.notes",
        world=world,
        own=(book.zone,),
        private_handlers={
            **READING,
            "records/query": query,
        },
        shared_handlers={"zones/list": zones_list},
    ).routes()


def sample_notes(book: Notebook) -> None:
    """Write the notes of a fresh account: in two folders, one of them locked, one deleted."""
    book.put("Packing list", "Passport\nCharger\nSun cream 🧴")
    recipes = book.folder("Recipes")
    book.put("Ada's scones", "225 g flour, 55 g butter, 150 ml milk", folder=recipes)
    book.put("Bank", "PIN of the old card", locked=True)
    book.delete(book.put("Draft", "Dear all,"))


def _bytes(number: int, data: bytes) -> bytes:
    return _varint(number << 3 | 2) + _varint(len(data)) + data


def _varint(value: int) -> bytes:
    out = bytearray()
    while value > 0x7F:
        out.append(value & 0x7F | 0x80)
        value >>= 7
    return bytes([*out, value])
