"""Words of a task that look like a field and cannot be read: each is named, and nothing else."""

from __future__ import annotations

import pytest

from store.model import Early, Field, Unit
from sync.local.markdown import parse

from .strategies import HOME

DUE, ALARMS, PRIORITY, REPEAT = "due date is", "alarms are", "priority is", "repetition is"


def told(line: str) -> list[tuple[int, str]]:
    (task,) = parse(f"- [ ] x {line}\n".encode(), HOME).tasks
    assert all(one.reason.endswith(" can be read") for one in task.unread)
    return [(one.line, one.reason.split(" left as ")[0]) for one in task.unread]


@pytest.mark.parametrize(
    ("line", "said", "field"),
    [
        ("📅 2026-02-30", "“📅 2026-02-30” is no date", DUE),
        ("📅 2026-03-02 25:99", "“📅 2026-03-02 25:99” is no time", DUE),
        ("[due:: soon]", "“[due:: soon]” is no date", DUE),
        ("⏰ 25:99 📅 2026-03-02", "“⏰ 25:99” is no time", DUE),
        ("⏰ 25:99", "“⏰ 25:99” is no time", DUE),
        ("⏰ 09:00 Europe/Nowhere 📅 2026-03-02", "“Europe/Nowhere” is no time zone", DUE),
        (
            "📅 2026-03-02 📅 2026-03-03",
            "“📅 2026-03-02” and “📅 2026-03-03” contradict each other",
            DUE,
        ),
        (
            "⏰ 09:00 ⏰ 10:00 📅 2026-03-02",
            "“📅 2026-03-02”, “⏰ 09:00” and “⏰ 10:00” contradict each other",
            DUE,
        ),
        ("⏰ 2026-02-30 18:00", "“⏰ 2026-02-30 18:00” is no date", ALARMS),
        ("⏰ 2026-02-27 24:30", "“⏰ 2026-02-27 24:30” is no time", ALARMS),
        ("⏰ 2026-02-27", "“⏰ 2026-02-27” is no alarm: it names no time", ALARMS),
        ("⏰ 2026-02-27 18:00 Asia/Nowhere", "“Asia/Nowhere” is no time zone", ALARMS),
        (
            "⏰ 0m before ⏰ 5m before 📅 2026-03-02",
            "“⏰ 0m before” is no time before the due date",
            ALARMS,
        ),
        ("[priority:: urgent]", "“[priority:: urgent]” is no priority", PRIORITY),
        ("⏫ 🔽", "“⏫” and “🔽” contradict each other", PRIORITY),
        (
            "🔁 every week on Monday",
            "“🔁 every week on Monday” is no repetition that can be read",
            REPEAT,
        ),
        (
            "🔁 every week 🔁 every day",
            "“🔁 every week” and “🔁 every day” contradict each other",
            REPEAT,
        ),
    ],
)
def test_what_cannot_be_read_is_named(line: str, said: str, field: str) -> None:
    assert told(line) == [(0, f"{said}; the {field}")]


@pytest.mark.parametrize(
    "line",
    [
        "📅 2026-03-02 ⏰ 14:30 ⏰ 1d before ⏫ 🔁 every week",
        "📅 2026-03-02 14:30 ⏰ 14:30 Asia/Tokyo",
        "⏳ 2026-02-30 🛫 2026-13-01 ➕ 2026-02-30 🦄 [size:: large]",
        "⏰ 09:00 Bread/Butter 📅 2026-03-02",
        "⏰ soon",
        "\\⏰ 25:99",
        "⏰ 14:30",
        "⏰ 5m before",
    ],
)
def test_what_is_understood_or_left_to_the_person_is_not(line: str) -> None:
    assert told(line) == []


def test_a_place_is_named_by_its_own_line() -> None:
    text = (
        "- [ ] x\n    > 📍 arriving\n    - 📍 arriving Home\n"
        "    - 📍 leaving <geo:1,2> Work\n    - [ ] y\n"
    )
    over, beneath = parse(text.encode(), HOME).tasks
    reason = "“- 📍 arriving Home” is no place that can be read; the alarms are left as they are"
    assert [(one.line, one.reason.startswith(reason)) for one in over.unread] == [(2, True)]
    assert beneath.unread == ()


def test_the_rule_of_a_completed_line_says_nothing() -> None:
    done, other = parse(
        b"- [x] a \xf0\x9f\x94\x81 every blue moon\n- [x] b [due:: soon]\n", HOME
    ).tasks
    assert done.unread == ()
    assert len(other.unread) == 1


def test_a_zone_that_does_not_exist_is_no_part_of_the_title_and_hides_no_other_alarm() -> None:
    line = "- [ ] x ⏰ 09:00 Europe/Nowhere 📅 2026-03-02\n- [ ] y ⏰ 5m before 📅 2026-03-02\n"
    one, other = parse(line.encode(), HOME).tasks
    assert (one.reminder.title, one.reminder.due) == ("x", None)
    assert Field.DUE in one.reminder.opaque
    assert other.reminder.alarms == {Early(5, Unit.MINUTE)}


def test_long_words_and_control_characters_are_cut() -> None:
    (task,) = parse(f"- [ ] x [due:: \x1b{'y' * 300}]\n".encode(), HOME).tasks
    (one,) = task.unread
    assert "\x1b" not in one.reason
    assert "yyy…”" in one.reason
    assert len(one.reason) < 200
