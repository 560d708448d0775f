"""What a file can say of a reminder: the projection that every format shares."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import fields, replace
from typing import Any

from store.model import Due, Field, Reminder, Repeat, Rule
from sync.core.recurrence import from_words, to_words
from sync.local.dates import clean_due, shown_done
from sync.local.text import clean_notes, clean_title

__all__ = ["project", "words_of"]

_DEFAULTS = {entry.name: entry.default for entry in fields(Reminder)}


def project(reminder: Reminder, home_zone: str, unsaid: Collection[Field] = ()) -> Reminder:
    """The reminder as a file shows it, in a format that has no words for ``unsaid``.

    Titles stand on one line, notes lose blanks at line ends and around them, times their seconds,
    completions all but the day in ``home_zone``. ``id``, ``list`` and ``parent``, which no line
    says, are passed through. A due date whose zone no line can name becomes opaque, and so does a
    repetition without words; that of a completed line says nothing, so it always is. Opaque fields
    have their default values. A projection is its own projection.
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
    result = replace(
        reminder,
        title=clean_title(reminder.title),
        notes=clean_notes(reminder.notes),
        done=shown_done(reminder.done, home_zone),
        due=due,
        repeat=None if words is None else from_words(words),
        opaque=frozenset(opaque),
    )
    hidden: dict[str, Any] = {name.value: _DEFAULTS[name.value] for name in opaque}
    return replace(result, **hidden)


def words_of(repeat: Repeat) -> str | None:
    """The words that a file has for a repetition, or ``None`` if it has none or there is none."""
    if repeat is None:
        return None
    rule = from_words(to_words(repeat) if isinstance(repeat, Rule) else repeat.words)
    return None if rule is None else to_words(rule)
