"""Writes a reminder as a new file with one VTODO, and says what such a file can say of it."""

from __future__ import annotations

from dataclasses import replace
from functools import lru_cache

from store.model import Completion, Due, Reminder, Rule, Zoned
from sync.core.alarms import extra_alarms
from sync.local.lines import encode
from sync.local.projection import project
from sync.local.text import clean_notes

from .alarms import alarm_lines, shown_alarms
from .content import escape, fold
from .values import FLAG, PRIORITIES, UNSAID, is_tag, is_url, write_completed, write_due, write_rule

__all__ = ["done_lines", "render", "shown", "zone_lines"]

# A VTODO has to say when it was made. Made from the same reminder it is always the same file.
_STAMP = "DTSTAMP:19700101T000000Z"
_EOL = "\r\n"


def shown(reminder: Reminder, home_zone: str) -> Reminder:
    """The reminder as a file shows it: what ``parse`` reads back after ``render``.

    Names that no tag and addresses that no link can have are left out of the sets, and so are
    alarms that no VALARM can say.
    """
    value = project(reminder, home_zone, UNSAID)
    if not value.tags and not value.urls and not value.alarms:
        return value
    return replace(
        value,
        tags=frozenset(filter(is_tag, value.tags)),
        urls=frozenset(filter(is_url, value.urls)),
        alarms=extra_alarms(value.due, shown_alarms(value.alarms, home_zone)),
    )


def render(reminder: Reminder, uid: str, home_zone: str, beneath: str | None = None) -> bytes:
    """The bytes of a new file; ``beneath`` is the UID of the parent."""
    value = shown(reminder, home_zone)
    properties = [f"UID:{escape(uid)}", _STAMP, f"SUMMARY:{escape(value.title)}"]
    if value.notes:
        properties.append(f"DESCRIPTION:{escape(clean_notes(value.notes))}")
    if value.due is not None:
        params, when = write_due(value.due)
        properties.append(f"DUE{params}:{when}")
    properties += done_lines(reminder.done, home_zone)
    if value.priority in PRIORITIES:
        properties.append(f"PRIORITY:{PRIORITIES[value.priority]}")
    if value.flagged:
        properties.append(f"{FLAG}:TRUE")
    if value.tags:
        properties.append("CATEGORIES:" + ",".join(map(escape, sorted(value.tags))))
    for number, url in enumerate(sorted(value.urls)):
        properties.append(f"{'ATTACH' if number else 'URL'}:{url}")
    if value.repeat is not None:
        assert isinstance(value.repeat, Rule)
        properties.append(f"RRULE:{write_rule(value.repeat, value.due)}")
    if beneath is not None:
        properties.append(f"RELATED-TO:{escape(beneath)}")
    properties += alarm_lines(value.alarms)
    head = ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//remindersd//vdir//EN"]
    head += zone_lines(value.due)
    whole = [*head, "BEGIN:VTODO", *properties, "END:VTODO", "END:VCALENDAR"]
    return encode("", [line for text in whole for line in fold(text, _EOL)])


def done_lines(done: Completion | None, home_zone: str) -> list[str]:
    """The properties of a completed task, or of an open one."""
    if done is None:
        return ["STATUS:NEEDS-ACTION"]
    completed = write_completed(done, home_zone)
    when = [f"COMPLETED:{completed}"] if completed else []
    return ["STATUS:COMPLETED", *when, "PERCENT-COMPLETE:100"]


def zone_lines(due: Due | None) -> list[str]:
    """The description that has to stand in a file for the zone of its due time."""
    return list(_described(due.zone)) if isinstance(due, Zoned) else []


@lru_cache(maxsize=64)
def _described(zone: str) -> tuple[str, ...]:
    from icalendar import Timezone  # late: it is large, and most folders have no .ics

    text = Timezone.from_tzid(zone).to_ical().decode().replace("\r\n ", "")
    return tuple(line for line in text.split("\r\n") if line)
