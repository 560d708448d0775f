"""Alarms beside the due date, each kind both ways; nothing of theirs changes on the way."""

from __future__ import annotations

from typing import Any

from tests.rig import Rig

DUE = "2026-12-14T09:30[Europe/Paris]"
PLACE = "- 📍 arriving <geo:52.52,13.405;u=150> Home, 1 Main Street"

BOTH_WAYS = [
    ("⏰ 2026-12-13 18:00", "2026-12-13T18:00[Europe/Paris]"),
    ("⏰ 2026-12-12 18:00 Asia/Tokyo", "2026-12-12T18:00[Asia/Tokyo]"),
    ("⏰ 2026-12-11 18:00 floating", "2026-12-11T18:00"),
    ("⏰ 15m before", "15 minutes before"),
    ("⏰ 2h before", "2 hours before"),
    ("⏰ 1d before", "1 day before"),
    ("⏰ 3w before", "3 weeks before"),
    ("⏰ 1mo before", "1 month before"),
    (PLACE, "arriving Home, 1 Main Street (52.52,13.405, 150.0 m)"),
    ("- 📍 leaving <geo:-33.86,151.2;u=100>", "leaving  (-33.86,151.2, 100.0 m)"),
]


def on_phone(rig: Rig, title: str = "Task") -> set[str]:
    """What the phone shows of alarms beside the due date's own; it must find nothing wrong."""
    shown = rig.shown(title)
    assert shown.problems == ()
    return {alarm.says for alarm in shown.alarms if not alarm.own}


def set_on_phone(rig: Rig, says: str, title: str = "Task") -> str:
    phone, id = rig.phone, rig.shown(title).id
    if says.endswith("before"):
        return str(phone.add_early(id, says))
    if says.startswith("arriving"):
        place: dict[str, Any] = {"title": "Home", "address": "1 Main Street", "radius": 150.0}
        return str(phone.add_place(id, 52.52, 13.405, **place))
    if says.startswith("leaving"):
        return str(phone.add_place(id, -33.86, 151.2, leaving=True))
    return str(phone.add_alarm(id, says))


def written(words: str, title: str = "Task") -> str:
    """A task with the alarm, on its line or beneath it."""
    if words.startswith("-"):
        return f"- [ ] {title} ⏰ 09:30 📅 2026-12-14\n    {words}\n"
    return f"- [ ] {title} ⏰ 09:30 {words} 📅 2026-12-14\n"


def without(text: str, words: str) -> str:
    gone = f"    {words}\n" if words.startswith("-") else f" {words}"
    assert text.count(gone) == 1, (gone, text)
    return text.replace(gone, "")


TITLES = [f"Task {letter}" for letter in "ABCDEFGHIJ"]


def test_each_kind_of_the_phone_stands_in_the_file_until_it_goes(rig: Rig) -> None:
    for title in TITLES:
        rig.phone.create("Inbox", title, due=DUE)
    rig.run()
    before = rig.read("Inbox")
    set_there = [
        (title, set_on_phone(rig, says, title))
        for title, (_, says) in zip(TITLES, BOTH_WAYS, strict=True)
    ]
    rig.run()
    bare = rig.read("Inbox")
    for title, (words, _) in zip(TITLES, BOTH_WAYS, strict=True):
        assert words.startswith("-") or words in rig.line("Inbox", f"{title} ")
        bare = without(bare, words)
    assert bare == before
    rig.rest()
    for title, alarm in set_there:
        rig.phone.remove_alarm(rig.shown(title).id, alarm)
    rig.run()
    assert rig.read("Inbox") == before
    rig.rest()


def test_each_kind_of_the_file_rings_on_the_phone_until_it_goes(rig: Rig) -> None:
    pairs = list(zip(TITLES, BOTH_WAYS, strict=True))
    rig.append("Inbox", "".join(written(words, title) for title, (words, _) in pairs))
    rig.run()
    assert [on_phone(rig, title) for title in TITLES] == [{says} for _, says in BOTH_WAYS]
    rig.rest()
    bare = rig.read("Inbox")
    for words, _ in BOTH_WAYS:
        bare = without(bare, words)
    rig.save("Inbox", bare)
    rig.run()
    assert [on_phone(rig, title) for title in TITLES] == [set()] * len(TITLES)
    assert {rig.shown(title).shown_due for title in TITLES} == {DUE}
    rig.rest()


def test_to_edit_something_else_changes_no_byte_of_them(rig: Rig) -> None:
    id = rig.phone.create("Inbox", "Task", due=DUE)
    for _, says in BOTH_WAYS[::3]:
        set_on_phone(rig, says)
    rang = rig.phone.add_alarm(id, "2026-12-12T08:00")
    rig.phone.acknowledge(id, rang)
    rig.run()
    before = alarm_records(rig)
    rig.replace("Inbox", "] Task", "] Task 🚩")
    rig.run()
    shown = rig.shown("Task")
    assert (shown.flagged, alarm_records(rig)) == (True, before)
    rig.phone.edit(id, notes="from the phone")
    rig.run()
    assert alarm_records(rig) == before
    assert [alarm.id for alarm in rig.shown("Task").alarms if alarm.acknowledged] == [rang]
    rig.rest()


def alarm_records(rig: Rig) -> list[object]:
    rig.phone.sync()
    copies = rig.world.phone._own.copies.values()
    kinds = ("Alarm", "AlarmTrigger")
    early = [c.fields["DueDateDeltaAlertsData"] for c in copies if c.type == "Reminder"]
    return [*early, *((c.name, c.fields) for c in copies if c.type in kinds)]


def test_alarms_that_both_sides_add_are_all_there(rig: Rig) -> None:
    rig.append("Inbox", "- [ ] Task ⏰ 09:30 📅 2026-12-14\n")
    rig.run()
    rig.phone.add_alarm(rig.shown("Task").id, "2026-12-10T18:00[Europe/Paris]")
    rig.phone.add_early(rig.shown("Task").id, "1 day before")
    rig.replace("Inbox", "⏰ 09:30", "⏰ 09:30 ⏰ 2026-12-11 18:00 ⏰ 2h before")
    report = rig.run()
    assert report.conflicts == []
    assert on_phone(rig) == {
        *("2026-12-10T18:00[Europe/Paris]", "2026-12-11T18:00[Europe/Paris]"),
        *("1 day before", "2 hours before"),
    }
    rig.run()
    line = rig.line("Inbox", "Task")
    for words in ("2026-12-10 18:00", "2026-12-11 18:00", "1d before", "2h before"):
        assert f"⏰ {words} " in line
    rig.rest()


def test_a_due_date_moves_without_them_on_either_side(rig: Rig) -> None:
    rig.append("Inbox", written("⏰ 2026-12-13 18:00 ⏰ 1d before"))
    rig.run()
    wanted = {"2026-12-13T18:00[Europe/Paris]", "1 day before"}
    rig.replace("Inbox", "📅 2026-12-14", "📅 2026-12-20")
    rig.run()
    assert (on_phone(rig), rig.shown("Task").due) == (wanted, "2026-12-20T09:30[Europe/Paris]")
    rig.phone.edit(rig.shown("Task").id, due="2026-12-21T08:00[Europe/Paris]")
    rig.run()
    assert on_phone(rig) == wanted
    assert "⏰ 08:00 ⏰ 2026-12-13 18:00 ⏰ 1d before 📅 2026-12-21" in rig.read("Inbox")
    rig.rest()


def test_an_early_one_without_a_due_date_waits_for_one(rig: Rig) -> None:
    rig.append("Inbox", "- [ ] Task ⏰ 1d before\n")
    rig.run()
    assert (on_phone(rig), "⏰ 1d before ^" in rig.read("Inbox")) == (set(), True)
    rig.phone.edit(rig.shown("Task").id, due="2026-12-14")
    rig.run()
    rig.run()
    assert on_phone(rig) == {"1 day before"}
    rig.replace("Inbox", " 📅 2026-12-14", "")
    rig.run()
    assert on_phone(rig) == set()
    rig.rest()


def test_an_alarm_at_the_due_time_says_nothing_more(rig: Rig) -> None:
    rig.append("Inbox", written("⏰ 2026-12-14 09:30"))
    rig.run()
    assert [alarm.own for alarm in rig.shown("Task").alarms] == [True]
    assert "⏰ 09:30 ⏰ 2026-12-14 09:30 📅" in rig.read("Inbox")
    rig.rest()


def test_an_alarm_in_a_skipped_hour_rings_when_the_phone_says(rig: Rig) -> None:
    rig.append("Inbox", "- [ ] Task ⏰ 2026-03-29 02:30\n")
    rig.run()
    assert on_phone(rig) == {"2026-03-29T03:30[Europe/Paris]"}
    rig.run()
    assert "⏰ 2026-03-29 03:30 ^" in rig.read("Inbox")
    rig.rest()


def test_they_move_along_with_an_occurrence(rig: Rig) -> None:
    words = "⏰ 09:30 ⏰ 2026-12-13 18:00 ⏰ 1d before 🔁 every week 📅 2026-12-14"
    rig.append("Inbox", f"- [ ] Task {words}\n")
    rig.run()
    rig.replace("Inbox", "- [ ] Task", "- [x] Task")
    rig.run()
    rig.run()
    moved = "⏰ 09:30 ⏰ 2026-12-20 18:00 ⏰ 1d before 🔁 every week 📅 2026-12-21"
    assert moved in rig.read("Inbox")
    id = next(one.id for one in rig.phone.reminders("Inbox") if not one.done)
    rig.phone.complete_occurrence(id)
    rig.run()
    assert moved.replace("12-20", "12-27").replace("12-21", "12-28") in rig.read("Inbox")
    assert rig.phone.get(id).problems == ()
    rig.rest()


def test_words_that_cannot_be_read_keep_the_alarms_of_both_sides(rig: Rig) -> None:
    rig.append("Inbox", written("⏰ 2026-12-13 18:00"))
    rig.run()
    rig.replace("Inbox", "⏰ 2026-12-13 18:00", "⏰ 2026-12-43 18:00")
    report = rig.run()
    assert (report.pushed, on_phone(rig)) == (0, {"2026-12-13T18:00[Europe/Paris]"})
    rig.replace("Inbox", "⏰ 2026-12-43 18:00", "⏰ 2026-12-12 18:00")
    rig.run()
    assert on_phone(rig) == {"2026-12-12T18:00[Europe/Paris]"}
    rig.rest()


def test_what_a_line_says_less_of_is_kept(rig: Rig) -> None:
    """Seconds, two lines of an address, a millionth of a degree: none of it is sent back."""
    id = rig.phone.create("Inbox", "Task", due=DUE)
    rig.phone.add_alarm(id, "2026-12-13T18:00:30")
    rig.phone.add_place(id, 52.5200066, 13.4049540, title="Home, sweet", address="1 Main\nBerlin")
    rig.run()
    text = rig.read("Inbox")
    assert "⏰ 2026-12-13 18:00 floating" in text
    assert "- 📍 arriving <geo:52.520007,13.404954;u=100> Home\\, sweet, 1 Main Berlin" in text
    before = on_phone(rig)
    rig.replace("Inbox", "⏰ 09:30", "⏰ 09:30 ⏰ 1d before")
    rig.run()
    assert on_phone(rig) == {*before, "1 day before"}
    rig.rest()
