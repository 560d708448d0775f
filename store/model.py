"""The shared value types: what a reminder is, on either side and in between.

Everything here is a frozen value; this module imports nothing of ours, so that every other room
may import it. A field's value is what merge compares, so each type can hold exactly the values
that make sense for it and no others:

* ``Due`` is one of three kinds, never a date with optional parts;
* tags, links and alarms are sets: their order means nothing, both sides' changes can be joined;
* ``Done`` is ``None`` (open) or says when it was completed, as far as that is known;
* ``Presence`` is three-valued: present, absent with its evidence, or unknown with its reason.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from typing import Generic, TypeVar

__all__ = [
    "Absent",
    "Alarm",
    "AllDay",
    "AtTime",
    "Completion",
    "Done",
    "Due",
    "Early",
    "Field",
    "Floating",
    "Frequency",
    "ListInfo",
    "OtherRule",
    "Place",
    "Presence",
    "Present",
    "Priority",
    "Reminder",
    "Repeat",
    "Rule",
    "Unit",
    "Unknown",
    "Value",
    "Zoned",
]


@dataclass(frozen=True, slots=True)
class AllDay:
    """Due some time on ``day``, wherever the person is."""

    day: date


@dataclass(frozen=True, slots=True)
class Floating:
    """Due when the clock on the wall shows ``wall`` (naive), wherever the person is."""

    wall: datetime


@dataclass(frozen=True, slots=True)
class Zoned:
    """Due when the clock in the IANA zone ``zone`` shows ``wall`` (naive)."""

    wall: datetime
    zone: str


Due = AllDay | Floating | Zoned


@dataclass(frozen=True, slots=True)
class Completion:
    """That a reminder is done; ``at_ms`` (Unix milliseconds) or ``day`` say when, if known.

    A file says the day at most, iCloud says the instant.
    """

    at_ms: int | None = None
    day: date | None = None


Done = Completion | None


class Frequency(StrEnum):
    """How often a reminder repeats; iCloud numbers them 0 to 3."""

    DAILY = "daily"
    WEEKLY = "weekly"
    MONTHLY = "monthly"
    YEARLY = "yearly"


@dataclass(frozen=True, slots=True)
class Rule:
    """A repetition that both sides can say: every ``interval`` of ``frequency``.

    ``count`` is how often it is still to be done, ``until`` the last day on which it can be due;
    ``None`` for no end.
    """

    frequency: Frequency
    interval: int = 1
    count: int | None = None
    until: date | None = None


@dataclass(frozen=True, slots=True)
class OtherRule:
    """A repetition that files have no words for: ``words`` come near it, ``key`` tells it apart.

    It is shown as its nearest words, and left alone while those stand.
    """

    words: str
    key: str


Repeat = Rule | OtherRule | None


@dataclass(frozen=True, slots=True)
class AtTime:
    """An alarm at a moment of its own, beside the one at the due time."""

    at: Floating | Zoned


class Unit(StrEnum):
    """The unit of an early reminder; iCloud numbers them 0 to 4."""

    MINUTE = "minute"
    HOUR = "hour"
    DAY = "day"
    WEEK = "week"
    MONTH = "month"


@dataclass(frozen=True, slots=True)
class Early:
    """An alarm ``count`` (at least 1) ``unit`` before the due date."""

    count: int
    unit: Unit


@dataclass(frozen=True, slots=True)
class Place:
    """An alarm on arriving at a place, or leaving it.

    ``latitude`` and ``longitude`` in degrees, ``radius_m`` in metres.
    """

    arriving: bool
    latitude: float
    longitude: float
    radius_m: float = 100.0
    title: str = ""
    address: str = ""


Alarm = AtTime | Early | Place


class Priority(StrEnum):
    """Apple's four priorities; iCloud numbers them 0, 9, 5 and 1."""

    NONE = "none"
    LOW = "low"
    MEDIUM = "medium"
    HIGH = "high"


class Field(StrEnum):
    """The fields that are merged one by one. ``LIST`` and ``PARENT`` hold identities.

    ``ALARMS`` are all but the one at the due time, ``IMAGES`` the names of downloaded pictures,
    ``SECTION`` is the name of the list's section that the reminder stands in.
    """

    TITLE = "title"
    NOTES = "notes"
    DONE = "done"
    DUE = "due"
    PRIORITY = "priority"
    FLAGGED = "flagged"
    TAGS = "tags"
    URLS = "urls"
    REPEAT = "repeat"
    ALARMS = "alarms"
    IMAGES = "images"
    LIST = "list"
    PARENT = "parent"
    SECTION = "section"


Value = (
    str | bool | None | Completion | AllDay | Floating | Zoned | Priority | Rule | OtherRule
) | frozenset[str | Alarm]


@dataclass(frozen=True, slots=True)
class Reminder:
    """One reminder's merged-or-mergeable fields, as one side has them.

    ``id`` is the bare UUID in upper case; ``list`` a list's id; ``parent`` a reminder's id or
    ``None`` at top level; ``section`` is ``""`` where it stands in none. ``opaque`` names fields
    that are there but could not be read: they carry a default value that must be neither shown,
    compared nor written.
    """

    id: str
    title: str = ""
    notes: str = ""
    done: Done = None
    due: Due | None = None
    priority: Priority = Priority.NONE
    flagged: bool = False
    tags: frozenset[str] = frozenset()
    urls: frozenset[str] = frozenset()
    repeat: Repeat = None
    alarms: frozenset[Alarm] = frozenset()
    images: frozenset[str] = frozenset()
    list: str = ""
    parent: str | None = None
    section: str = ""
    opaque: frozenset[Field] = frozenset()

    def value(self, name: Field) -> Value:
        """The value of one field."""
        value: Value = getattr(self, name._value_)  # ``value`` asks for it by way of a property
        return value

    def values(self) -> Mapping[Field, Value]:
        """Every field that could be read, with its value."""
        return {name: self.value(name) for name in Field if name not in self.opaque}


@dataclass(frozen=True, slots=True)
class ListInfo:
    """One list or group (``is_group``): ``group`` is the id of the group that it is in.

    ``zone`` is the key of the shared zone that it is in, ``""`` for the account's own.
    ``color`` is its name and ``#RRGGBB`` as far as it has them ("blue #007AFF"), ``emblem`` the
    name of its picture; each "" for none.
    """

    id: str
    name: str
    is_group: bool = False
    group: str | None = None
    read_only: bool = False
    zone: str = ""
    color: str = ""
    emblem: str = ""


T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Present(Generic[T]):
    """It is there, and this is what it holds."""

    value: T


@dataclass(frozen=True, slots=True)
class Absent:
    """It is gone, and ``evidence`` says how that is known (a tombstone, a complete read)."""

    evidence: str = ""


@dataclass(frozen=True, slots=True)
class Unknown:
    """Whether it is there cannot be said now; ``reason`` is a sentence for a person."""

    reason: str = field(default="")


Presence = Present[T] | Absent | Unknown
