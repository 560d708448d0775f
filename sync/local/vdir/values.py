"""What the properties of a VTODO mean: the values of a reminder's fields, and how they are written.

A time in UTC (``Z``) names an instant and no zone: it is read in the home zone. Priorities are
numbers as CalDAV clients have them: 1 to 4 high, 5 medium, 6 to 9 low.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import UTC, date, datetime, time, timedelta
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from store.model import (
    AllDay,
    Completion,
    Done,
    Due,
    Field,
    Floating,
    Frequency,
    Priority,
    Rule,
    Zoned,
)
from sync.local.dates import day_of, is_zone

if TYPE_CHECKING:
    from icalendar import Todo

__all__ = ["DONE", "FLAG", "PRIORITIES", "UNSAID", "is_tag", "is_url", "read_categories"]
__all__ += ["read_done", "read_due", "read_links", "read_parent", "read_priority", "read_rule"]
__all__ += ["write_completed", "write_due", "write_rule"]

UNSAID = frozenset({Field.IMAGES, Field.SECTION})
FLAG = "X-REMINDERSD-FLAGGED"
DONE = frozenset({"COMPLETED", "CANCELLED"})
PRIORITIES = {Priority.HIGH: "1", Priority.MEDIUM: "5", Priority.LOW: "9"}
_TAG = re.compile(r"[^\s\x00-\x1f\x7f-\x9f\ud800-\udfff]+")
_URL = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*://[^\s<>\"\x00-\x1f\x7f-\x9f\ud800-\udfff]+")
_RULE_PARTS = {"FREQ", "INTERVAL", "COUNT", "UNTIL"}
_OTHER_DATES = ("RDATE", "EXDATE", "EXRULE")
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def is_tag(text: str) -> bool:
    """Whether a category can be a tag: one word."""
    return _TAG.fullmatch(text) is not None


def is_url(text: str) -> bool:
    """Whether an address can be a link."""
    return _URL.fullmatch(text) is not None


# ---- reading: each gives the value, and whether what is there cannot be read ---------------------


def read_due(todo: Todo, home_zone: str) -> tuple[Due | None, bool]:
    """When it is due. A duration after its start is no due date that could be changed."""
    found = todo.get("DUE")
    if found is None:
        return None, "DURATION" in todo
    moment = getattr(found, "dt", None)
    if not isinstance(moment, datetime):
        return (AllDay(moment), False) if isinstance(moment, date) else (None, True)
    wall = moment.replace(second=0, microsecond=0, tzinfo=None, fold=0)
    tzid = found.params.get("TZID")
    if tzid is not None:
        zone = _zone(str(tzid))
        return (None, True) if zone is None else (Zoned(wall, zone), False)
    if moment.tzinfo is None:
        return Floating(wall), False
    here = _at_home(moment, home_zone)
    if here is None:
        return None, True
    return Zoned(here.replace(second=0, microsecond=0, tzinfo=None, fold=0), home_zone), False


def read_done(todo: Todo, home_zone: str) -> tuple[Done, bool]:
    """Whether it is done, and on which day; what was cancelled is done with as well."""
    status, completed = todo.get("STATUS"), todo.get("COMPLETED")
    if isinstance(status, list) or isinstance(completed, list):
        return None, True
    if completed is None and str(status or "").upper() not in DONE:
        return None, False
    moment = getattr(completed, "dt", None)
    if isinstance(moment, datetime) and moment.tzinfo is not None:
        moment = _at_home(moment, home_zone)
    day = moment.date() if isinstance(moment, datetime) else moment
    return Completion(day=day if isinstance(day, date) else None), False


def read_priority(todo: Todo) -> tuple[Priority, bool]:
    """How important it is."""
    found = todo.get("PRIORITY", 0)
    if isinstance(found, list) or not 0 <= int(found) <= 9:
        return Priority.NONE, True
    number = int(found)
    if number == 0:
        return Priority.NONE, False
    if number == 5:
        return Priority.MEDIUM, False
    return (Priority.HIGH if number < 5 else Priority.LOW), False


def read_rule(todo: Todo, due: Due | None, home_zone: str) -> tuple[Rule | None, bool]:
    """How it repeats: by how often alone; a rule with more parts is kept and not understood."""
    found = todo.get("RRULE")
    if found is None or isinstance(found, list) or any(name in todo for name in _OTHER_DATES):
        return None, found is not None or "RDATE" in todo
    parts = {str(name).upper(): list(values) for name, values in found.items()}
    frequency = str(parts.get("FREQ", [""])[0]).lower()
    simple = parts.keys() <= _RULE_PARTS and all(len(values) == 1 for values in parts.values())
    if not simple or frequency not in set(Frequency):
        return None, True
    until = parts.get("UNTIL", [None])[0]
    if isinstance(until, datetime):
        zone = due.zone if isinstance(due, Zoned) else home_zone
        there = until if until.tzinfo is None else _at_home(until, zone)
        if there is None:
            return None, True
        until = there.date()
    interval, count = parts.get("INTERVAL", [1])[0], parts.get("COUNT", [None])[0]
    if int(interval) < 1 or (count is not None and int(count) < 1):
        return None, True
    return Rule(Frequency(frequency), int(interval), count and int(count), until), False


def read_categories(todo: Todo) -> list[str]:
    """Every category, tags and others."""
    return [str(name) for one in _all(todo.get("CATEGORIES")) for name in one.cats]


def read_links(todo: Todo) -> list[str]:
    """Every address that stands there as a link."""
    found = [*_all(todo.get("URL")), *_all(todo.get("ATTACH"))]
    return [str(one) for one in found if isinstance(one, str) and is_url(str(one))]


def read_parent(todo: Todo) -> str | None:
    """The UID of the task that this one is part of."""
    parents = [
        str(one)
        for one in _all(todo.get("RELATED-TO"))
        if str(one.params.get("RELTYPE", "PARENT")).upper() == "PARENT"
    ]
    return parents[0] if parents else None


# ---- writing ------------------------------------------------------------------------------------


def write_due(due: Due) -> tuple[str, str]:
    """The parameters and the value of a due date."""
    match due:
        case AllDay(day):
            return ";VALUE=DATE", f"{day:%Y%m%d}".zfill(8)
        case Floating(wall):
            return "", _wall(wall)
        case Zoned(wall, zone):
            return f";TZID={zone}", _wall(wall)


def write_completed(done: Completion, home_zone: str) -> str | None:
    """The instant of a completion in UTC, the noon of a day whose hour is not known.

    There is none for clocks that were far off: then it is done, and that is all.
    """
    try:
        if done.at_ms is not None:
            moment = _EPOCH + timedelta(milliseconds=done.at_ms)
            return _utc(moment) if day_of(done, home_zone) is not None else None
        if done.day is not None:
            return _utc(datetime.combine(done.day, time(12), ZoneInfo(home_zone)))
    except OverflowError:
        return None
    return None


def write_rule(rule: Rule, due: Due | None) -> str:
    """The value of ``RRULE``; its end is written as the due date is, as the standard wants it."""
    parts = [f"FREQ={rule.frequency.value.upper()}"]
    if rule.interval != 1:
        parts.append(f"INTERVAL={rule.interval}")
    if rule.count is not None:
        parts.append(f"COUNT={rule.count}")
    if rule.until is not None:
        parts.append(f"UNTIL={_until(rule.until, due)}")
    return ";".join(parts)


def _until(day: date, due: Due | None) -> str:
    match due:
        case Zoned(wall, zone):
            try:
                return _utc(datetime.combine(day, wall.time(), ZoneInfo(zone)))
            except OverflowError:  # at an end of the calendar there is no other time of that day
                return _wall(datetime.combine(day, wall.time()))
        case Floating(wall):
            return _wall(datetime.combine(day, wall.time()))
        case _:
            return f"{day:%Y%m%d}".zfill(8)


def _wall(wall: datetime) -> str:
    return f"{wall:%Y%m%dT%H%M%S}".zfill(15)


def _utc(moment: datetime) -> str:
    return f"{_wall(moment.astimezone(UTC))}Z"


# ---- parts --------------------------------------------------------------------------------------


def _all(found: Any) -> Iterable[Any]:
    """All properties of one name."""
    if found is None:
        return ()
    return found if isinstance(found, list) else [found]


def _zone(tzid: str) -> str | None:
    """The IANA name in a ``TZID``, which some clients write behind a path of their own."""
    parts = tzid.strip("/ ").split("/")
    names = ("/".join(parts[at:]) for at in range(len(parts)))
    return next((name for name in names if is_zone(name)), None)


def _at_home(moment: datetime, zone: str) -> datetime | None:
    try:
        return moment.astimezone(ZoneInfo(zone))
    except OverflowError:
        return None
