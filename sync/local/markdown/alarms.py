"""Reads and writes the alarms of a line: moments, early ones, and places on lines beneath it.

A moment has a date, which tells it from the due time: ``2026-02-27 18:00``, with a zone as times
have. An early one is ``15m before``. A place is an address by RFC 5870 with its radius in metres,
then its name, then where that is: ``arriving <geo:52.52,13.405;u=100> Home, 1 Main Street``. A
comma in the name has a backslash before it.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from store.model import Alarm, AllDay, AtTime, Early, Floating, Place, Unit
from sync.local.dates import FLOATING, as_due, is_known_zone, read_moment
from sync.local.projection import clean_place, decimal

from .tokens import Token

__all__ = ["PlaceLine", "alarm_words", "alarms_in_order", "alarms_on_line", "is_place"]
__all__ += ["place_line", "places_in", "read_alarm", "read_place_line", "relocate"]

_EARLY = re.compile(r"(\d{1,4})[ \t]?(mo|[mhdw])[a-z]*[ \t]+before")
_LETTERS = {Unit.MINUTE: "m", Unit.HOUR: "h", Unit.DAY: "d", Unit.WEEK: "w", Unit.MONTH: "mo"}
_UNITS = {letters: unit for unit, letters in _LETTERS.items()}
_BULLET = r"(?P<lead>[ \t]*(?:[-*+]|[0-9]{1,9}[.)])[ \t]+)"
_MARK = re.compile(rf"{_BULLET}📍\ufe0f?[ \t]*(?P<when>arriving|leaving)\b")
_NUMBER = r"[+-]?\d{1,9}(?:\.\d{1,20})?"
_PLACE = re.compile(
    rf"{_MARK.pattern}[ \t]*<?geo:(?P<latitude>{_NUMBER}),(?P<longitude>{_NUMBER})"
    rf"(?:;u=(?P<radius>{_NUMBER}))?(?:>|(?=[ \t]|$))(?P<words>.*)",
    re.DOTALL | re.ASCII,
)
_COMMA = re.compile(r"(?<!\\)(?:\\\\)*,")
_RADIUS_M = 100.0


@dataclass(frozen=True, slots=True)
class PlaceLine:
    """A place's line beneath a task; ``lead`` is what stands before its mark."""

    line: int
    place: Place
    lead: str


def read_alarm(token: Token, home_zone: str) -> AtTime | Early | None:
    """The alarm that a token says, or ``None`` if it cannot be read."""
    early = _EARLY.fullmatch(token.value)
    if early is not None:
        count = int(early[1])
        return Early(count, _UNITS[early[2]]) if count else None
    moment = read_moment(token.value)
    if moment is None or moment[1] is None or not is_known_zone(token.zone):
        return None
    at = as_due(*moment, token.zone, home_zone)
    assert not isinstance(at, AllDay)
    return AtTime(at)


def alarm_words(alarm: AtTime | Early, home_zone: str) -> str:
    """The words behind the signifier; the zone is left out at home."""
    if isinstance(alarm, Early):
        return f"{alarm.count}{_LETTERS[alarm.unit]} before"
    at = alarm.at
    zone = FLOATING if isinstance(at, Floating) else at.zone
    return at.wall.isoformat(" ", "minutes") + ("" if zone == home_zone else f" {zone}")


def alarms_in_order(alarms: frozenset[Alarm], home_zone: str) -> list[AtTime | Early]:
    """Those of ``alarms`` that stand on the task's own line, moments first."""
    return sorted(
        (alarm for alarm in alarms if isinstance(alarm, AtTime | Early)),
        key=lambda alarm: (isinstance(alarm, Early), alarm_words(alarm, home_zone)),
    )


def alarms_on_line(alarms: frozenset[Alarm], home_zone: str) -> list[str]:
    """The tokens of those."""
    return [f"⏰ {alarm_words(one, home_zone)}" for one in alarms_in_order(alarms, home_zone)]


def is_place(line: str) -> bool:
    """Whether a line begins as a place does, readable or not."""
    return _MARK.match(line) is not None


def read_place_line(index: int, line: str) -> PlaceLine | None:
    """The place that a line says, or ``None`` if it says none that can be read."""
    found = _PLACE.fullmatch(line)
    if found is None:
        return None
    title, address = _split(found["words"].strip(" \t"))
    place = clean_place(
        Place(
            arriving=found["when"] == "arriving",
            latitude=float(found["latitude"]),
            longitude=float(found["longitude"]),
            radius_m=float(found["radius"] or _RADIUS_M),
            title=title,
            address=address,
        )
    )
    return None if place is None else PlaceLine(index, place, found["lead"])


def place_line(place: Place, lead: str) -> str:
    """The line of a place; ``lead`` is its indentation and bullet, such as ``"    - "``."""
    when = "arriving" if place.arriving else "leaving"
    at = f"{decimal(place.latitude)},{decimal(place.longitude)};u={decimal(place.radius_m)}"
    title = place.title.replace("\\", "\\\\").replace(",", "\\,")
    words = f"{title}, {place.address}" if place.address else title
    return f"{lead}📍 {when} <geo:{at}> {words}".rstrip(" ")


def places_in(alarms: frozenset[Alarm]) -> frozenset[Place]:
    """Those of ``alarms`` that stand on lines of their own."""
    return frozenset(alarm for alarm in alarms if isinstance(alarm, Place))


def relocate(
    there: Sequence[PlaceLine], after: int, places: frozenset[Place], lead: str
) -> tuple[set[int], int, list[str]]:
    """How to make the lines ``there`` say ``places``: lines to drop, where to put lines in, those.

    New ones go behind the last place, else behind line ``after``, with ``lead`` before them.
    """
    said = {one.place for one in there}
    dropped = {one.line for one in there if one.place not in places}
    new = sorted(places - said, key=repr)
    at, lead = (there[-1].line, there[-1].lead) if there else (after, lead)
    return dropped, at + 1, [place_line(place, lead) for place in new]


def _split(words: str) -> tuple[str, str]:
    """The name of a place and its address, which are behind the first bare comma."""
    comma = _COMMA.search(words)
    title = words if comma is None else words[: comma.end() - 1]
    address = "" if comma is None else words[comma.end() :]
    return re.sub(r"\\([\\,])", r"\1", title), address
