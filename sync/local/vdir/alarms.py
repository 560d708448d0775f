"""What a VALARM means, where each stands, and how an alarm is written as one.

An alarm rings at an instant, which names no zone and is read in the home zone, or some time before
the task is due. One at the due time is the due date's own. A VALARM that says anything else (how to
send mail, where to ring, what to do after the due date) is not understood.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from store.model import Alarm, AtTime, Early, Floating, Unit, Zoned
from sync.local.dates import is_zone
from sync.local.projection import MOST_BEFORE

from .content import Content

__all__ = ["Valarm", "alarm_lines", "instant", "read_alarms", "rings", "shown_alarms"]
__all__ += ["trigger"]

_RINGS = frozenset({"DISPLAY", "AUDIO"})
_FOREIGN = frozenset({"PROXIMITY", "RELATED-TO", "REPEAT", "X-APPLE-PROXIMITY"})
_DURATION = re.compile(
    r"(?P<sign>[+-]?)P(?:(?P<week>\d{1,9})W)?(?:(?P<day>\d{1,9})D)?"
    r"(?:T(?:(?P<hour>\d{1,9})H)?(?:(?P<minute>\d{1,9})M)?(?:(?P<second>\d{1,9})S)?)?"
)
_INSTANT = re.compile(r"\d{8}T\d{6}Z")
_CODES = {Unit.WEEK: "P{}W", Unit.DAY: "P{}D", Unit.HOUR: "PT{}H", Unit.MINUTE: "PT{}M"}
_LARGER = {Unit.MINUTE: (60, Unit.HOUR), Unit.DAY: (7, Unit.WEEK)}


@dataclass(frozen=True, slots=True)
class Valarm:
    """A VALARM on lines ``start`` to ``end`` (excluded) of the file.

    ``says`` is the alarm, ``None`` for one at the due time; ``is_known``: it is understood.
    ``trigger`` says when it rings.
    """

    start: int
    end: int
    contents: tuple[Content, ...]
    trigger: Content | None
    says: Alarm | None
    is_known: bool


def read_alarms(
    blocks: Iterable[Sequence[Content]], home_zone: str, *, starts: bool
) -> tuple[Valarm, ...]:
    """The VALARMs in these blocks, each from BEGIN to END; ``starts``: the task has a DTSTART."""
    return tuple(_read(block, home_zone, starts) for block in blocks)


def rings(alarms: Iterable[Valarm]) -> frozenset[Alarm]:
    """What VALARMs say beside the due time."""
    return frozenset(one.says for one in alarms if one.says is not None)


def _read(block: Sequence[Content], home_zone: str, starts: bool) -> Valarm:
    triggers = [one for one in block if one.key == "TRIGGER"]
    actions = [one.value.strip().upper() for one in block if one.key == "ACTION"]
    keys = {one.key for one in block}
    is_plain = len(triggers) == 1 and len(actions) == 1 and actions[0] in _RINGS
    begins = sum(one.key == "BEGIN" for one in block)
    says, is_known = None, False
    if is_plain and begins == 1 and not keys & _FOREIGN:
        says, is_known = _meaning(triggers[0], home_zone, starts)
    place = (block[0].start, block[-1].end)
    return Valarm(*place, tuple(block), triggers[0] if triggers else None, says, is_known)


def _meaning(found: Content, home_zone: str, starts: bool) -> tuple[Alarm | None, bool]:
    """The alarm that a TRIGGER says, and whether it says one, or the due time's own."""
    value = found.value.strip().upper()
    if (found.param("VALUE") or "").upper() == "DATE-TIME" or _INSTANT.fullmatch(value):
        try:
            moment = datetime.strptime(value, "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC)
            wall = moment.astimezone(ZoneInfo(home_zone))
        except (ValueError, OverflowError):
            return None, False
        wall = wall.replace(second=0, microsecond=0, tzinfo=None, fold=0)
        return AtTime(Zoned(wall, home_zone)), True
    if starts and (found.param("RELATED") or "START").upper() != "END":
        return None, False
    return _before(value)


def _before(value: str) -> tuple[Early | None, bool]:
    parts = _DURATION.fullmatch(value)
    if parts is None or value[-1] in "PT":
        return None, False
    count = {unit: int(parts[unit] or 0) for unit in ("week", "day", "hour", "minute", "second")}
    days, minutes = count["week"] * 7 + count["day"], count["hour"] * 60 + count["minute"]
    if count["second"] % 60:
        return None, False
    minutes += count["second"] // 60
    if not days and not minutes:
        return None, True
    if parts["sign"] != "-":
        return None, False
    early = Early(days, Unit.DAY) if not minutes else Early(days * 1440 + minutes, Unit.MINUTE)
    early = _largest(early)
    return (early, True) if early.count <= MOST_BEFORE else (None, False)


def _largest(early: Early) -> Early:
    """In hours or weeks, if it is whole ones: others write 60 minutes as an hour."""
    size, larger = _LARGER.get(early.unit, (1, early.unit))
    return Early(early.count // size, larger) if early.count % size == 0 else early


def shown_alarms(alarms: Iterable[Alarm], home_zone: str) -> frozenset[Alarm]:
    """The alarms as VALARMs say them: instants without zone, no months, no places."""
    shown: set[Alarm] = set()
    for alarm in alarms:
        if isinstance(alarm, AtTime):
            at = instant(alarm.at, home_zone)
            shown |= {AtTime(at)} if at is not None else set()
        elif isinstance(alarm, Early) and alarm.unit is not Unit.MONTH:
            shown.add(_largest(alarm))
    return frozenset(shown)


def instant(at: Floating | Zoned, home_zone: str) -> Zoned | None:
    """The moment by the clock at home; ``None`` if there is none that can be written."""
    zone = at.zone if isinstance(at, Zoned) else home_zone
    if not is_zone(zone):
        return None
    try:
        moment = at.wall.replace(tzinfo=ZoneInfo(zone), second=0, microsecond=0, fold=0)
        there = moment.astimezone(UTC).astimezone(ZoneInfo(home_zone))
        wall = there.replace(tzinfo=None, second=0, fold=0)  # old offsets have seconds
        wall.replace(tzinfo=ZoneInfo(home_zone)).astimezone(UTC)
    except OverflowError:
        return None
    return Zoned(wall, home_zone)


def trigger(alarm: Alarm) -> tuple[str, str]:
    """The parameters and the value of the TRIGGER of an alarm as it is shown."""
    match alarm:
        case AtTime(Zoned(wall, zone)):
            moment = wall.replace(tzinfo=ZoneInfo(zone)).astimezone(UTC)
            return ";VALUE=DATE-TIME", f"{moment:%Y%m%dT%H%M%S}".zfill(15) + "Z"
        case Early(count, unit) if unit in _CODES:
            return ";RELATED=END", f"-{_CODES[unit].format(count)}"
    raise ValueError(f"no VALARM says {alarm}")


def alarm_lines(alarms: Iterable[Alarm]) -> list[str]:
    """New VALARMs for alarms as they are shown, always in the same order."""
    lines: list[str] = []
    for params, value in sorted(map(trigger, alarms)):
        when = f"TRIGGER{params}:{value}"
        lines += ["BEGIN:VALARM", "ACTION:DISPLAY", "DESCRIPTION:Reminder", when, "END:VALARM"]
    return lines
