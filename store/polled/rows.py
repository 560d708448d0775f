"""The rows of what is polled; times that end in ``_ms`` are Unix milliseconds."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

__all__ = [
    "CalendarEvent",
    "Contact",
    "ContactRecord",
    "Device",
    "DeviceLocation",
    "LibraryPage",
    "Note",
    "NoteFolder",
    "NotesPage",
    "PhotoAsset",
    "PhotoMaster",
    "PhotoResource",
]


@dataclass(frozen=True, slots=True)
class PhotoMaster:
    """A stored original; ``taken_local`` is ISO 8601 with an offset, ``uti`` the original's."""

    zone: str
    name: str
    filename: str | None = None
    uti: str | None = None
    arrived_ms: int | None = None
    taken_ms: int | None = None
    taken_local: str | None = None


@dataclass(frozen=True, slots=True)
class PhotoAsset:
    """An entry of the library; ``master`` is a name in the same zone, ``offset_s`` east of UTC."""

    zone: str
    name: str
    id: str
    master: str | None = None
    taken_ms: int | None = None
    offset_s: int | None = None
    added_ms: int | None = None
    arrived_ms: int | None = None
    hidden: bool = False
    favorite: bool = False


@dataclass(frozen=True, slots=True)
class PhotoResource:
    """A file of a master or asset; ``role`` is the wire's prefix such as ``resOriginal``."""

    zone: str
    record: str
    role: str
    fingerprint: str
    uti: str | None = None
    size: int | None = None
    width: int | None = None
    height: int | None = None


@dataclass(frozen=True, slots=True)
class LibraryPage:
    """What one page of a zone's feed says; ``gone`` are names of records, of whatever type."""

    masters: Sequence[PhotoMaster] = ()
    assets: Sequence[PhotoAsset] = ()
    resources: Sequence[PhotoResource] = ()
    gone: Sequence[str] = ()


@dataclass(frozen=True, slots=True)
class ContactRecord:
    """A number, an address or the like of a contact, in the order of the address book."""

    type: str
    name: str | None = None
    value: str | None = None
    street: str | None = None
    city: str | None = None
    state: str | None = None
    zip: str | None = None
    country: str | None = None
    country_code: str | None = None
    sub_locality: str | None = None


@dataclass(frozen=True, slots=True)
class Contact:
    """A card of the address book; ``birthday`` is ``YYYY-MM-DD``, 1604 for no year."""

    id: str
    uid: str
    first_name: str | None = None
    middle_name: str | None = None
    last_name: str | None = None
    prefix: str | None = None
    suffix: str | None = None
    nickname: str | None = None
    organisation: str | None = None
    department: str | None = None
    jobtitle: str | None = None
    birthday: str | None = None
    notes: str | None = None
    is_company: bool = False
    image_url: str | None = None


@dataclass(frozen=True, slots=True)
class DeviceLocation:
    """Where a device was ``at_ms``; lengths in metres."""

    device: str
    at_ms: int
    latitude: float
    longitude: float
    altitude: float | None = None
    horizontal_accuracy: float | None = None
    vertical_accuracy: float | None = None
    positioning_type: str | None = None


@dataclass(frozen=True, slots=True)
class Device:
    """A device; ``battery_level`` in per cent, ``located_ms`` names its present location."""

    id: str
    name: str
    model_name: str | None = None
    model_identifier: str | None = None
    product_type: str | None = None
    battery_status: str | None = None
    battery_level: float | None = None
    located_ms: int | None = None


@dataclass(frozen=True, slots=True)
class CalendarEvent:
    """An event, or one occurrence of one that repeats; ``day`` is that of its start, for windows.

    ``start`` and ``end`` are ISO 8601: a date alone for ``all_day``, without an offset where the
    event floats, else with that of ``zone``.
    """

    id: str
    uid: str
    calendar: str | None = None
    title: str | None = None
    start: str | None = None
    end: str | None = None
    all_day: bool = False
    zone: str | None = None
    location: str | None = None
    day: str | None = None


@dataclass(frozen=True, slots=True)
class NoteFolder:
    """A folder of notes."""

    id: str
    name: str | None = None


@dataclass(frozen=True, slots=True)
class Note:
    """A note; ``folder`` is a folder's id, ``text`` is ``None`` where it cannot be read."""

    record: str
    id: str
    folder: str | None = None
    title: str | None = None
    text: str | None = None
    created_ms: int | None = None
    modified_ms: int | None = None
    locked: bool = False


@dataclass(frozen=True, slots=True)
class NotesPage:
    """What one page of the feed says; ``gone`` are names of records, of whatever type."""

    notes: Sequence[Note] = ()
    folders: Sequence[NoteFolder] = ()
    gone: Sequence[str] = ()
