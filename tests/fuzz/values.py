"""Random values of a reminder's fields, most of them such as people have, some absurd."""

from __future__ import annotations

from datetime import date, datetime
from random import Random

from store.model import (
    Alarm,
    AllDay,
    AtTime,
    Completion,
    Due,
    Early,
    Field,
    Floating,
    Frequency,
    OtherRule,
    Place,
    Priority,
    Reminder,
    Repeat,
    Rule,
    Unit,
    Value,
    Zoned,
)
from tests.fuzz.mutate import UGLY
from tests.markdown.strategies import HOME, SHARDS, ZONES

__all__ = ["HOME", "a_reminder", "a_text", "a_value"]

WORDS = (
    *("milk", "Call Zoë", "2 eggs", "x", "(A) b", "due:today", "#tag", "- [ ] a", "a\nb", "> q"),
    *(
        "^r-4k7q2mx",
        "BEGIN:VTODO",
        "a;b,c\\n",
        "📅 2026-03-02",
        "every day",
        "⏫",
        "id:7",
        "\ud800",
    ),
)
TAGS = ("home", "a/b", "12", "x y", "été", "", "B", "⏫", "a\x00", "Zwölf-2", "a:b", "c,d", "#")
URLS = ("https://a.example/b?c=d#e", "tel:+4930", "u", "", "a b", "<", "a>b", "%%", "\u2028")
OTHERS = ("every week", "every week on Monday", "Every  2 days", "", "x\ny")


def a_text(random: Random) -> str:
    """A title, or something that looks like all but a title."""
    if random.random() < 0.4:
        return random.choice(WORDS)
    return "".join(random.choices((*SHARDS, *UGLY, *WORDS), k=random.randint(0, 5)))


def a_value(name: Field, random: Random) -> Value:
    """A value for one field."""
    match name:
        case Field.TITLE | Field.NOTES | Field.SECTION:
            return a_text(random)
        case Field.DONE:
            return random.choice(
                (None, Completion(), Completion(day=_day(random)), _completed(random))
            )
        case Field.DUE:
            return _due(random)
        case Field.PRIORITY:
            return random.choice(list(Priority))
        case Field.FLAGGED:
            return random.random() < 0.5
        case Field.TAGS:
            return frozenset(random.choices(TAGS, k=random.randint(0, 2)))
        case Field.URLS:
            return frozenset(random.choices(URLS, k=random.randint(0, 2)))
        case Field.REPEAT:
            return _repeat(random)
        case Field.ALARMS:
            return frozenset(_alarm(random) for _ in range(random.randint(0, 2)))
        case Field.IMAGES:
            return frozenset(random.choices(("a.png", "Attachments/b c.jpg", ""), k=1))
        case Field.LIST | Field.PARENT:
            return "X"


def a_reminder(random: Random) -> Reminder:
    """A reminder with a title and a few fields."""
    names = random.sample(list(Field), k=random.randint(0, 4))
    names = [name for name in names if name not in (Field.LIST, Field.PARENT)]
    values = {name.value: a_value(name, random) for name in names}
    return Reminder("", **{"title": a_text(random), **values})  # type: ignore[arg-type]


def _day(random: Random) -> date:
    return date.fromordinal(random.choice((1, 2, 739_000, 739_700, 3_652_058, 3_652_059)))


def _moment(random: Random) -> datetime:
    day = random.choice((date(1, 1, 2), date(2026, 3, 29), date(2026, 10, 25), date(9999, 12, 30)))
    at = random.choice(((0, 0, 0), (2, 30, 0), (9, 30, 59), (23, 59, 59)))
    return datetime(day.year, day.month, day.day, *at)


def _due(random: Random) -> Due | None:
    zone = random.choice((*ZONES, "Not/AZone", ""))
    return random.choice(
        (None, AllDay(_day(random)), Floating(_moment(random)), Zoned(_moment(random), zone))
    )


def _completed(random: Random) -> Completion:
    return Completion(at_ms=random.choice((0, 1_772_000_000_000, -(2**53), 2**53, 2**62)))


def _repeat(random: Random) -> Repeat:
    rule = Rule(
        random.choice(list(Frequency)),
        random.choice((1, 1, 2, 12_000, 0, -1)),
        random.choice((None, None, 3, 0)),
        random.choice((None, None, _day(random))),
    )
    return random.choice((None, rule, rule, OtherRule(random.choice(OTHERS), "k")))


def _alarm(random: Random) -> Alarm:
    at = _due(random)
    return random.choice(
        (
            AtTime(at if isinstance(at, Floating | Zoned) else Floating(_moment(random))),
            Early(random.choice((0, 1, 15, 12_000)), random.choice(list(Unit))),
            Place(
                random.random() < 0.5,
                random.choice((0.0, 52.5, -91.0)),
                random.choice((13.4, 181.0)),
                random.choice((100.0, 0.0, 1e9)),
                a_text(random),
                a_text(random),
            ),
        )
    )
