"""A year of what repeats, ticked off in turn in the file, on the phone and by Obsidian's Tasks.

What is left is what an independent calendar has: each occurrence done once, and the next one open.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime

from dateutil.rrule import DAILY, MONTHLY, WEEKLY, YEARLY, rrule

from tests.rig import Rig

ROUNDS = 13


@dataclass(frozen=True)
class Series:
    """A line that repeats, and the calendar's view of it; ``clock`` and ``zone`` if it has them."""

    words: str
    first: datetime
    calendar: rrule
    clock: str = ""
    zone: str = ""

    def line(self, day: str) -> str:
        return f"{self.words}{self.clock} 📅 {day}"

    def due(self, at: datetime) -> str:
        return f"{at:%Y-%m-%dT%H:%M}[{self.zone}]" if self.zone else f"{at:%Y-%m-%d}"


def series(
    words: str, first: datetime, kind: int, clock: str = "", zone: str = "", **ends: object
) -> Series:
    calendar = rrule(kind, dtstart=first, **ends)  # type: ignore[arg-type]
    return Series(words, first, calendar, clock, zone)


ALL = {
    "daily": series("🔁 every day", datetime(2026, 12, 25), DAILY),
    "counted": series(
        "🔁 every 3 days for 7 times", datetime(2026, 12, 25), DAILY, interval=3, count=7
    ),
    "weekly": series(
        "🔁 every 2 weeks until March 5, 2027",
        datetime(2026, 12, 11),
        WEEKLY,
        interval=2,
        until=datetime(2027, 3, 5),
    ),
    "the 31st": series("🔁 every month", datetime(2026, 12, 31), MONTHLY),
    "leap day": series("🔁 every year", datetime(2028, 2, 29), YEARLY),
    "by the wall": series(
        "🔁 every week",
        datetime(2027, 2, 7, 9, 30),
        WEEKLY,
        clock=" ⏰ 09:30 America/New_York",
        zone="America/New_York",
    ),
    "at home": series(
        "🔁 every month for 4 times",
        datetime(2027, 1, 15, 18, 5),
        MONTHLY,
        clock=" ⏰ 18:05",
        zone="Europe/Paris",
        count=4,
    ),
}


def tick(rig: Rig, name: str, side: int, number: int) -> None:
    """Complete what is due of a series, the ``number``-th: by hand, on the phone, or by Tasks."""
    if side == 1:
        (there,) = [one for one in rig.phone.reminders() if one.title == name and not one.done]
        rig.phone.complete_occurrence(there.id)
        return
    line = open_line(rig, name)
    ticked = line.replace("- [ ]", "- [x]")
    dates = list(ALL[name].calendar.xafter(ALL[name].first, count=number + 2, inc=True))
    if side == 2 and "times" not in line and len(dates) > number + 1:
        # Tasks never counts down: what it types says as many times as before.
        day = re.search(r"📅 (\d{4}-\d\d-\d\d)", line)
        assert day is not None
        following = re.sub(r" \^r-\w+", "", line).replace(day[1], f"{dates[number + 1]:%Y-%m-%d}")
        ticked = f"{following}\n{ticked.replace(' ^r-', f' ✅ {day[1]} ^r-')}"
    rig.replace("Inbox", line, ticked)


def open_line(rig: Rig, name: str) -> str:
    (line,) = re.findall(rf"(?m)^- \[ \] {name} .*$", rig.read("Inbox"))
    return str(line)


def test_a_year_of_ticks_from_three_sides_leaves_what_a_calendar_has(rig: Rig) -> None:
    lines = [f"- [ ] {name} {one.line(f'{one.first:%Y-%m-%d}')}" for name, one in ALL.items()]
    rig.append("Inbox", "\n".join(lines) + "\n")
    rig.run()
    for number in range(ROUNDS):
        for index, (name, one) in enumerate(ALL.items()):
            if len(list(one.calendar.xafter(one.first, count=number + 1, inc=True))) > number:
                tick(rig, name, (number + index) % 3, number)
        report = rig.run()
        assert (report.problems, report.conflicts, report.held) == ([], [], []), number
    for name, one in ALL.items():
        dates = list(one.calendar.xafter(one.first, count=ROUNDS + 1, inc=True))
        wanted = [(one.due(at), index < ROUNDS) for index, at in enumerate(dates)]
        there = [each for each in rig.phone.reminders() if each.title == name]
        assert sorted((each.due or "", each.done) for each in there) == wanted, name
        assert all(not each.problems for each in there)
        still_open = re.findall(rf"(?m)^- \[ \] {name} .*$", rig.read("Inbox"))
        assert len(still_open) == (len(dates) > ROUNDS), name
    rig.rest()
