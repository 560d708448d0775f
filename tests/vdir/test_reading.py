"""What a VTODO means, property by property, and which files are none of ours."""

from __future__ import annotations

from datetime import date, datetime

import pytest

from store.model import AllDay, Completion, Field, Floating, Frequency, Priority, Rule, Zoned
from sync.local.files import ids_in
from sync.local.tasks import INSTANT, NotTodo
from sync.local.vdir import parse

from .calendars import FOOT, HEAD, HOME, calendar, said, task

NINE = datetime(2026, 3, 2, 9)


@pytest.mark.parametrize(
    ("line", "due"),
    [
        ("DUE;VALUE=DATE:20260302", AllDay(date(2026, 3, 2))),
        ("DUE:20260302T090000", Floating(NINE)),
        ("due;tzid=Asia/Tokyo:20260302T090030", Zoned(NINE, "Asia/Tokyo")),
        ('DUE;X-A="b;c:d";TZID=/freeassociation.sourceforge.net/Asia/Tokyo:20260302T090000',
         Zoned(NINE, "Asia/Tokyo")),
        ("DUE:20260302T080000Z", Zoned(NINE, HOME)),
    ],
)  # fmt: skip
def test_due_dates(line: str, due: object) -> None:
    assert said(line).due == due


def test_a_time_in_utc_is_an_instant_without_a_zone() -> None:
    assert INSTANT in task("DUE:20260302T080000Z").extras
    assert INSTANT not in task("DUE;TZID=UTC:20260302T080000").extras


@pytest.mark.parametrize(
    "lines",
    [
        ("DUE;TZID=W. Europe Standard Time:20260302T090000",),
        ("DTSTART:20260302T090000", "DURATION:PT1H"),
        ("DUE;VALUE=DATE:20260302", "DUE;VALUE=DATE:20260303"),
    ],
)
def test_a_due_date_that_cannot_be_read_is_opaque(lines: tuple[str, ...]) -> None:
    reminder = said(*lines)
    assert (reminder.due, Field.DUE in reminder.opaque) == (None, True)


@pytest.mark.parametrize(
    ("lines", "done"),
    [
        (("STATUS:NEEDS-ACTION",), None),
        (("STATUS:IN-PROCESS", "PERCENT-COMPLETE:100"), None),
        (("STATUS:COMPLETED",), Completion()),
        (("STATUS:CANCELLED",), Completion()),
        (("COMPLETED:20260301T233000Z",), Completion(day=date(2026, 3, 2))),
    ],
)
def test_what_is_done(lines: tuple[str, ...], done: object) -> None:
    assert said(*lines).done == done


@pytest.mark.parametrize(
    ("number", "priority"),
    [(0, "none"), (1, "high"), (4, "high"), (5, "medium"), (6, "low"), (9, "low")],
)
def test_priorities(number: int, priority: str) -> None:
    assert said(f"PRIORITY:{number}").priority == Priority(priority)


@pytest.mark.parametrize(
    ("rule", "expected"),
    [
        ("FREQ=WEEKLY", Rule(Frequency.WEEKLY)),
        ("FREQ=DAILY;INTERVAL=3;COUNT=5", Rule(Frequency.DAILY, 3, 5)),
        ("FREQ=YEARLY;UNTIL=20280302", Rule(Frequency.YEARLY, until=date(2028, 3, 2))),
        ("FREQ=MONTHLY;UNTIL=20280301T233000Z", Rule(Frequency.MONTHLY, until=date(2028, 3, 2))),
        ("FREQ=WEEKLY;BYDAY=MO", None),
        ("FREQ=HOURLY", None),
        ("FREQ=DAILY;COUNT=2;INTERVAL=0", None),
    ],
)
def test_rules(rule: str, expected: Rule | None) -> None:
    reminder = said("DUE;VALUE=DATE:20260302", f"RRULE:{rule}")
    assert (reminder.repeat, Field.REPEAT in reminder.opaque) == (expected, expected is None)


def test_texts_tags_links_and_the_rest() -> None:
    found = task(
        "UID:a", "SUMMARY:One\\, two", "DESCRIPTION:a\\nb\\\\n\\;", "CATEGORIES:x,two words",
        "CATEGORIES:été", "URL:https://a.test/b,c;d", "ATTACH:https://c.test", "ATTACH:CID:x",
        "ATTACH;ENCODING=BASE64;VALUE=BINARY:AAAA", "RELATED-TO;RELTYPE=SIBLING:s",
        "RELATED-TO:p", "X-REMINDERSD-FLAGGED:TRUE",
    )  # fmt: skip
    reminder = found.reminder
    assert (reminder.title, reminder.notes) == ("One, two", "a\nb\\n;")
    assert (reminder.tags, reminder.flagged) == ({"x", "été"}, True)
    assert reminder.urls == {"https://a.test/b,c;d", "https://c.test"}
    assert (found.block, found.beneath, found.extras) == ("a", "p", {"category"})


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        (HEAD + FOOT.replace("END:VCAL", "BEGIN:VTODO\r\nEND:VTODO\r\nEND:VCAL"), "several"),
        ("BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n", "VEVENT"),
        ("BEGIN:VCALENDAR\r\nEND:VCALENDAR\r\n", "no task"),
        (HEAD + "SUMMARY:cut o", "no end"),
        (HEAD + "what is this\r\n" + FOOT, "line 5"),
        (HEAD + "COMPLETED:soon\r\n" + FOOT, "valid"),
        (HEAD + "DUE;TZID=Asia:20260302T090000\r\n" + FOOT, "no time zone is called so"),
        ("hello", "line 1"),
    ],
)
def test_a_file_that_is_not_one_task_is_not_understood(text: str, reason: str) -> None:
    with pytest.raises(NotTodo, match=reason):
        parse(text.encode(), HOME)


def test_an_empty_file_has_no_task_and_does_not_say_so() -> None:
    file = parse(b"\r\n", HOME)
    assert (file.tasks, len(file.suspicious)) == ((), 1)


def test_the_uid_stands_in_the_bytes_whatever_else_does() -> None:
    assert ids_in(b"BEGIN:X\r\nuid;X-A=b:F3-a@b\r\nDESCRIPTION:UID:no\r\n") == {"F3-a@b"}
    assert ids_in(calendar("UID:one")) == {"one"}
