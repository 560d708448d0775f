"""What a file can say of a reminder: the projection that every format shares."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import fields, replace
from typing import Any

from store.model import (
    Alarm,
    AtTime,
    Due,
    Early,
    Field,
    Floating,
    Place,
    Reminder,
    Repeat,
    Rule,
    Zoned,
)
from sync.core.alarms import extra_alarms
from sync.core.repeating.recurrence import from_words, to_words
from sync.local.dates import clean_due, shown_done
from sync.local.text import clean_notes, clean_section, clean_title

__all__ = ["clean_place", "decimal", "project", "words_of"]

MOST_BEFORE = 9999  # of an early reminder's minutes, hours ...
_DEGREE_PLACES, _METRE_PLACES = 6, 2  # a decimetre on the ground, a centimetre
_DEFAULTS = {entry.name: entry.default for entry in fields(Reminder)}


def project(reminder: Reminder, home_zone: str, unsaid: Collection[Field] = ()) -> Reminder:
    """The reminder as a file shows it, in a format that has no words for ``unsaid``.

    Titles stand on one line, notes lose blanks at line ends and around them, times their seconds,
    completions all but the day in ``home_zone``, places what is below a decimetre. Alarms are
    those that say something beside the due date as it is shown; a subtask has no section. ``id``,
    ``list`` and ``parent``, which no line says, are passed through. A due date whose zone no line
    can name becomes opaque, and so does a repetition without words; that of a completed line says
    nothing, so it always is. Opaque fields have their default values. A projection is its own
    projection.
    """
    opaque = {*reminder.opaque, *unsaid}
    due: Due | None = None
    try:
        due = clean_due(reminder.due, home_zone)
    except ValueError:
        opaque.add(Field.DUE)
    words = words_of(reminder.repeat)
    if reminder.done is not None or (words is None and reminder.repeat is not None):
        opaque.add(Field.REPEAT)
    shown: dict[str, Any] = {
        "title": clean_title(reminder.title),
        "notes": clean_notes(reminder.notes),
        "section": "" if reminder.parent is not None else clean_section(reminder.section),
        "done": shown_done(reminder.done, home_zone),
        "due": due,
        "alarms": _shown_alarms(reminder.alarms, due, home_zone),
        "repeat": None if words is None else from_words(words),
        "opaque": frozenset(opaque),
    }
    for name in opaque:
        shown[name.value] = _DEFAULTS[name.value]
    new = {name: value for name, value in shown.items() if value != getattr(reminder, name)}
    # Most that is shown was shown before, and a copy is slow.
    return replace(reminder, **new) if new else reminder


def _shown_alarms(alarms: frozenset[Alarm], due: Due | None, home_zone: str) -> frozenset[Alarm]:
    if not alarms:
        return alarms
    cleaned = (_clean_alarm(alarm, home_zone) for alarm in alarms)
    return extra_alarms(due, (alarm for alarm in cleaned if alarm is not None))


def _clean_alarm(alarm: Alarm, home_zone: str) -> Alarm | None:
    """An alarm as files say it; ``None`` for one without words."""
    match alarm:
        case AtTime(at):
            try:
                shown = clean_due(at, home_zone)
            except ValueError:
                return None
            return AtTime(shown) if isinstance(shown, Floating | Zoned) else None
        case Early(count):
            return alarm if 1 <= count <= MOST_BEFORE else None
        case Place():
            return clean_place(alarm)


def clean_place(place: Place) -> Place | None:
    """A place as files say it; ``None`` for one that is nowhere on Earth."""
    radius = float(decimal(place.radius_m, _METRE_PLACES))
    if not (abs(place.latitude) <= 90 and abs(place.longitude) <= 180 and radius > 0):
        return None
    return Place(
        arriving=place.arriving,
        latitude=float(decimal(place.latitude, _DEGREE_PLACES)),
        longitude=float(decimal(place.longitude, _DEGREE_PLACES)),
        radius_m=radius,
        title=_words(place.title),
        address=_words(place.address),
    )


def decimal(number: float, places: int = _DEGREE_PLACES) -> str:
    """A number without exponent or idle zeros."""
    text = f"{number:.{places}f}".rstrip("0").rstrip(".")
    return "0" if text == "-0" else text


def _words(text: str) -> str:
    """A text on one line, with single spaces."""
    return clean_title(" ".join(clean_title(text).split()))


def words_of(repeat: Repeat) -> str | None:
    """The words that a file has for a repetition, or ``None`` if it has none or there is none."""
    if repeat is None:
        return None
    rule = from_words(to_words(repeat) if isinstance(repeat, Rule) else repeat.words)
    return None if rule is None else to_words(rule)
