"""Reads when something is due from words: dates as people write them, at a time that is passed in.

The clock is read here, and the days by dateparser, which knows them in several languages; what it
makes of numbers that it does not understand is a guess, so such words are refused. It takes a
third of a second to import, and is imported for days that are not plain.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from store.model import Alarm, AllDay, AtTime, Due, Early, Floating, Unit, Zoned
from sync.errors import UsageError
from sync.local.dates import means_zone

__all__ = ["NotWhen", "read_alarm", "read_due", "read_span"]

_ISO = re.compile(
    r"(?P<day>\d{4}-\d{2}-\d{2})(?:[T ](?P<clock>\d{2}:\d{2}(?::\d{2}(?:\.\d+)?)?)"
    r"(?P<offset>Z|[+-]\d{2}:?\d{2})?)?"
)
_AT = r"(?:(?:at|um|à|a las)\s+)?"
_CLOCKS = tuple(
    re.compile(rf"(?:^|(?<=\s)){words}(?=$|[\s,])", re.IGNORECASE)
    for words in (
        rf"{_AT}(?P<h>\d{{1,2}})[:.](?P<m>\d{{2}})\s?(?P<half>am|pm)?(?:\s?uhr)?",
        rf"{_AT}(?P<h>\d{{1,2}})\s?(?P<half>am|pm)",
        rf"{_AT}(?P<h>\d{{1,2}})\s?uhr",
        r"(?:at|um)\s+(?P<h>\d{1,2})",
    )
)
_NAMED = {
    "noon": time(12),
    "midday": time(12),
    "midnight": time(0),
    "this morning": time(9),
    "morning": time(9),
    "this afternoon": time(15),
    "afternoon": time(15),
    "this evening": time(18),
    "evening": time(18),
    "tonight": time(20),
    "night": time(20),
}
_NAMED_WORDS = re.compile(
    rf"(?:^|(?<=\s))(?:(?:at|in the)\s+)?(?P<word>{'|'.join(_NAMED)})(?=$|[\s,])", re.IGNORECASE
)
_SPAN_WORDS = re.compile(
    r"(?:in\s+)?(?:(?P<half>half\s+an\s+hour)|"
    r"(?:(?P<h>\d{1,4}(?:\.\d)?|an?)\s?h(?:(?:ou)?rs?)?)?\s*"
    r"(?:(?:and\s+)?(?P<m>\d{1,5}|a)\s?(?:m|mins?|minutes?))?)(?:\s+from\s+now)?",
    re.IGNORECASE,
)
_EARLY = re.compile(
    r"(?P<n>\d{1,4}|an?)\s?(?P<unit>m|min|mins|minutes?|h|hours?|d|days?|w|weeks?|mo|months?)"
    r"\s+(?:before|early)",
    re.IGNORECASE,
)
_UNITS = {"m": Unit.MINUTE, "h": Unit.HOUR, "d": Unit.DAY, "w": Unit.WEEK, "mo": Unit.MONTH}
_AWAY = re.compile(r"\bin\s+(\d{1,4})\s|^(\d{1,4})\s?\w+$", re.IGNORECASE)
_AHEAD = re.compile(r"(?:in|next)\s", re.IGNORECASE)
_DIGITS = re.compile(r"\d+")
_LANGUAGES = ["en", "de", "fr", "es", "it", "nl", "pt", "sv", "da", "pl"]
_ORDINAL = re.compile(r"(?<=\d)(st|nd|rd|th)\b", re.IGNORECASE)
_LIKE_A_ZONE = re.compile(r"[A-Za-z_]{3,}(/[A-Za-z_+-]{3,})+")
_HINT = "such as `tomorrow 9am`, `friday`, `3 dec 14:30`, `in 2 hours` or 2026-12-03T14:30"


class NotWhen(UsageError):
    """These words do not say when."""

    code = "not-a-date"


@dataclass(frozen=True, slots=True)
class _Found:
    """A day, a time on it, or both; ``moment`` is a span from now."""

    day: date | None = None
    clock: time | None = None


def read_due(words: str, now: datetime, zone: str, *, all_day: bool = False) -> Due:
    """When ``words`` say; ``now`` is in the IANA zone ``zone``, in which times are that name none.

    A time without a day is the next such time. With ``all_day`` a time is left out. Raises
    NotWhen.
    """
    text = " ".join(words.split())
    if not text:
        raise NotWhen("no date is given", _HINT)
    text, named = _zone_of(text)
    found = _iso(text, now, named or zone) or _spoken(text, now, named or zone)
    if found is None:
        last = text.rpartition(" ")[2]
        if named is None and _LIKE_A_ZONE.fullmatch(last):
            raise NotWhen(f"there is no time zone “{last[:40]}”", "such as `America/New_York`")
        raise NotWhen(f"“{words[:60]}” is no date that is understood", _HINT)
    if all_day and not isinstance(found, AllDay):
        return AllDay(found.wall.date())
    if named == "floating" and isinstance(found, Zoned):
        return Floating(found.wall)
    return found


def read_span(words: str) -> timedelta | None:
    """How long from now the words say: `in 2 hours`, `10m`, `1h 30m`; ``None`` if they do not."""
    found = _SPAN_WORDS.fullmatch(words.strip())
    if found is None or not (found["half"] or found["h"] or found["m"]):
        return None
    if found["half"]:
        return timedelta(minutes=30)
    hours = 0.0 if found["h"] is None else _number(found["h"])
    minutes = 0.0 if found["m"] is None else _number(found["m"])
    return timedelta(hours=hours, minutes=minutes)


def read_alarm(words: str, now: datetime, zone: str) -> Alarm:
    """An alarm: `10 min before`, or a moment of its own; raises NotWhen."""
    early = _EARLY.fullmatch(" ".join(words.split()))
    if early is not None:
        unit = early["unit"].lower()
        key = "mo" if unit.startswith("mo") else unit[0]
        count = int(_number(early["n"]))
        if count < 1:
            raise NotWhen(f"“{words[:60]}” is no time before anything", "such as `10 min before`")
        return Early(count, _UNITS[key])
    at = read_due(words, now, zone)
    if isinstance(at, AllDay):
        raise NotWhen(f"“{words[:60]}” says no time of day to be reminded at", _HINT)
    return AtTime(at)


# ---- the ways of saying it ----------------------------------------------------------------------


def _zone_of(text: str) -> tuple[str, str | None]:
    """The words without the zone behind them, and that."""
    before, _, last = text.rpartition(" ")
    if before and (last.lower() == "floating" or ("/" in last and means_zone(last))):
        return before, "floating" if last.lower() == "floating" else last
    return text, None


def _iso(text: str, now: datetime, zone: str) -> Due | None:
    found = _ISO.fullmatch(text)
    if found is None:
        return None
    try:
        day = date.fromisoformat(found["day"])
        if found["clock"] is None:
            return AllDay(day)
        clock = time.fromisoformat(found["clock"]).replace(microsecond=0)
        wall = datetime.combine(day, clock)
        if found["offset"]:
            aware = datetime.fromisoformat(wall.isoformat() + found["offset"])
            return _zoned(aware.astimezone(_info(zone, now)).replace(tzinfo=None), zone)
    except (ValueError, OverflowError):
        raise NotWhen(f"{text} is no day of any calendar", _HINT) from None
    return _zoned(wall, zone)


def _spoken(text: str, now: datetime, zone: str) -> Due | None:
    try:
        span = read_span(text)
        here = now.astimezone(_info(zone, now)).replace(tzinfo=None)
        if span is not None:
            later = (now.astimezone(UTC) + span).astimezone(_info(zone, now)).replace(tzinfo=None)
            return _zoned(later.replace(second=0, microsecond=0), zone)  # files say no seconds
        found = _parts(text, here)
        if found is None:
            return None
        if found.clock is None:
            return None if found.day is None else AllDay(found.day)
        day = found.day or here.date()
        if found.day is None and datetime.combine(day, found.clock) <= here:
            day += timedelta(days=1)
        return _zoned(datetime.combine(day, found.clock), zone)
    except OverflowError:
        return None


def _parts(text: str, here: datetime) -> _Found | None:
    """The day and the time of day that the words name; ``None`` if any word is left over."""
    clock, rest = _clock(text)
    rest = rest.strip(" ,")
    if not rest:
        return _Found(clock=clock)
    day = _day(rest, here)
    return None if day is None else _Found(day, clock)


def _clock(text: str) -> tuple[time | None, str]:
    """The time of day in the words, and the words without it."""
    for pattern in _CLOCKS:
        found = pattern.search(text)
        if found is None:
            continue
        given = found.groupdict()
        hour, minute = int(given["h"]), int(given.get("m") or 0)
        half = (given.get("half") or "").lower()
        if half:
            if not 1 <= hour <= 12:
                return None, text
            hour = hour % 12 + (12 if half == "pm" else 0)
        if hour > 23 or minute > 59:
            return None, text
        return time(hour, minute), f"{text[: found.start()]} {text[found.end() :]}"
    named = _NAMED_WORDS.search(text)
    if named is None:
        return None, text
    word = named["word"].lower()
    day = "today" if word.startswith("this ") or word == "tonight" else ""
    left = f"{text[: named.start()]} {text[named.end() :]}"
    return _NAMED[word], left if left.strip(" ,") or not day else day


def _day(words: str, here: datetime) -> date | None:
    words = _ORDINAL.sub("", words)
    plain = {"today": 0, "tomorrow": 1, "day after tomorrow": 2, "the day after tomorrow": 2}
    if words.lower() in plain:
        return here.date() + timedelta(days=plain[words.lower()])
    iso = _ISO.fullmatch(words)
    if iso is not None:
        try:
            return date.fromisoformat(words)
        except ValueError:
            return None
    if re.search(r"\d[/.]\d", words):
        return None  # whether the day or the month comes first is told by nothing
    first, last, found = (_parsed(words, here, day) for day in ("first", "last", "current"))
    if found is None or found.tzinfo is not None:
        return None
    if first != last and not _AHEAD.match(words):
        return None  # a month alone says no day
    if found.time() not in (here.time(), time(0)):
        return None  # it took a word for a time that we do not know for one
    return found.date() if _explains(words, found) else None


def _parsed(words: str, here: datetime, day: str) -> datetime | None:
    """What dateparser makes of the words, with that day of the month where they name none."""
    import dateparser

    settings = {
        "RELATIVE_BASE": here,
        "PREFER_DATES_FROM": "future",
        "PREFER_DAY_OF_MONTH": day,
    }
    return dateparser.parse(words, languages=_LANGUAGES, settings=settings)


def _explains(words: str, found: datetime) -> bool:
    """Whether each number in the words is the day, the year, or a count of days from now."""
    away = _AWAY.search(words)
    counts = {number for number in away.groups() if number} if away is not None else set()
    return all(
        number in counts or int(number) in (found.day, found.year)
        for number in _DIGITS.findall(words)
    )


def _zoned(wall: datetime, zone: str) -> Due:
    return Floating(wall) if zone == "floating" else Zoned(wall, zone)


def _info(zone: str, now: datetime) -> ZoneInfo:
    if zone == "floating":
        assert isinstance(now.tzinfo, ZoneInfo)
        return now.tzinfo
    return ZoneInfo(zone)


def _number(word: str) -> float:
    return 1.0 if word.lower() in ("a", "an") else float(word)
