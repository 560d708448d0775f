"""Repeating reminders, tags and links, both ways; an occurrence is completed once and only once."""

from __future__ import annotations

import pytest

from sync.errors import NetworkError
from tests.rig import Crash, Rig

RENT = "- [ ] Pay rent 🔁 every month 📅 2026-12-01"


def occurrences(rig: Rig) -> list[tuple[str | None, bool]]:
    """What the phone has of “Pay rent”: due dates, and whether done."""
    found = [one for one in rig.phone.reminders() if one.title == "Pay rent"]
    return sorted((one.due or "", one.done) for one in found)


def test_tags_links_and_a_rule_reach_the_phone(rig: Rig) -> None:
    rig.append(
        "Inbox",
        "- [ ] Renew passport #papers #travel 🔁 every 2 weeks 📅 2026-12-01\n"
        "    - 🔗 <https://example.test/passport>\n",
    )
    rig.run()
    shown = rig.shown("Renew passport")
    assert shown.problems == ()
    assert set(shown.tags) == {"papers", "travel"}
    assert shown.urls == ("https://example.test/passport",)
    assert shown.repeat == "weekly/2/"


def test_a_tag_is_added_on_one_side_and_another_taken_away_on_the_other(rig: Rig) -> None:
    rig.append("Inbox", "- [ ] Task #one #two\n")
    rig.run()
    rig.replace("Inbox", "#one #two", "#two #three")
    rig.run()
    assert set(rig.shown("Task").tags) == {"two", "three"}
    rig.replace("Inbox", "#two #three", "#two")
    rig.run()
    assert set(rig.shown("Task").tags) == {"two"}


def test_a_tick_completes_one_occurrence_and_the_line_goes_on(rig: Rig) -> None:
    rig.append("Inbox", RENT + "\n")
    rig.run()
    rig.replace("Inbox", "- [ ] Pay rent", "- [x] Pay rent")
    rig.run()
    assert occurrences(rig) == [("2026-12-01", True), ("2027-01-01", False)]
    text = rig.read("Inbox")
    assert "- [ ] Pay rent 🔁 every month 📅 2027-01-01 ^r-" in text
    assert text.count("Pay rent") == 2
    before = rig.bytes_of_folder()
    rig.run()
    assert rig.bytes_of_folder() == before
    assert len(occurrences(rig)) == 2


def test_completed_on_the_phone_the_line_goes_on_and_a_done_copy_stands_by(rig: Rig) -> None:
    rig.append("Inbox", RENT + "\n")
    rig.run()
    rig.phone.complete_occurrence(rig.shown("Pay rent").id)
    rig.run()
    text = rig.read("Inbox")
    assert "- [ ] Pay rent 🔁 every month 📅 2027-01-01 ^r-" in text
    assert text.count("Pay rent") == 2
    assert occurrences(rig) == [("2026-12-01", True), ("2027-01-01", False)]


def test_completed_on_both_sides_it_is_completed_once(rig: Rig) -> None:
    rig.append("Inbox", RENT + "\n")
    rig.run()
    rig.phone.complete_occurrence(rig.shown("Pay rent").id)
    rig.replace("Inbox", "- [ ] Pay rent", "- [x] Pay rent")
    rig.run()
    assert occurrences(rig) == [("2026-12-01", True), ("2027-01-01", False)]


@pytest.mark.parametrize("fault", ["lost_reply", "cut_before"])
def test_a_lost_answer_completes_nothing_twice(rig: Rig, fault: str) -> None:
    rig.append("Inbox", RENT + "\n")
    rig.run()
    rig.replace("Inbox", "- [ ] Pay rent", "- [x] Pay rent")
    rig.world.faults.fail(fault, path="records/modify")
    with pytest.raises(NetworkError):
        rig.run()
    rig.run()
    assert occurrences(rig) == [("2026-12-01", True), ("2027-01-01", False)]


def test_a_year_of_ticks_leaves_what_a_calendar_has(rig: Rig) -> None:
    rig.append("Inbox", RENT + "\n")
    rig.run()
    for month in range(12):
        if month % 2:
            open_one = next(
                one for one in rig.phone.reminders() if one.title == "Pay rent" and not one.done
            )
            rig.phone.complete_occurrence(open_one.id)
        else:
            rig.replace("Inbox", "- [ ] Pay rent", "- [x] Pay rent")
        rig.run()
    done = [due for due, is_done in occurrences(rig) if is_done]
    assert done == ["2026-12-01", *(f"2027-{month:02}-01" for month in range(1, 12))]
    assert [due for due, is_done in occurrences(rig) if not is_done] == ["2027-12-01"]


def test_an_editor_that_types_the_next_occurrence_makes_no_second_series(rig: Rig) -> None:
    """Obsidian's Tasks ticks the line, and puts the next occurrence above it, without its id."""
    rig.append("Inbox", RENT + "\n")
    rig.run()
    id = rig.shown("Pay rent").id
    line = rig.line("Inbox", "Pay rent")
    ticked = line.replace("- [ ]", "- [x]").replace("2026-12-01", "2026-12-01 ✅ 2026-11-30")
    following = RENT.replace("2026-12-01", "2027-01-01")
    rig.replace("Inbox", line, f"{following}\n{ticked}")
    rig.run()
    assert occurrences(rig) == [("2026-12-01", True), ("2027-01-01", False)]
    (goes_on,) = [one for one in rig.phone.reminders() if not one.done]
    assert (goes_on.id, goes_on.repeat) == (id, "monthly/1/")
    text = rig.read("Inbox")
    assert text.count("Pay rent") == 2
    assert text.count(line[-10:]) == 1
    rig.rest()


def test_typed_on_by_an_editor_and_completed_on_the_phone_it_is_completed_once(rig: Rig) -> None:
    rig.append("Inbox", RENT + "\n")
    rig.run()
    rig.phone.complete_occurrence(rig.shown("Pay rent").id)
    line = rig.line("Inbox", "Pay rent")
    following = RENT.replace("2026-12-01", "2027-01-01")
    rig.replace("Inbox", line, f"{following}\n{line.replace('- [ ]', '- [x]')}")
    rig.run()
    assert occurrences(rig) == [("2026-12-01", True), ("2027-01-01", False)]
    assert rig.read("Inbox").count("Pay rent") == 2
    rig.rest()


def test_a_done_line_with_a_rule_is_new_and_done(rig: Rig) -> None:
    rig.append("Inbox", "- [x] Watered 🔁 every week 📅 2026-11-20 ✅ 2026-11-20\n")
    report = rig.run()
    assert report.problems == []
    assert rig.shown("Watered").done


def test_dying_at_any_effect_completes_it_once(rig: Rig) -> None:
    rig.append("Inbox", RENT + "\n")
    rig.run()
    for number in range(0, 40, 3):
        before = len([one for one in occurrences(rig) if one[1]])
        rig.replace("Inbox", "- [ ] Pay rent", "- [x] Pay rent")
        _die_at(rig, number)
        rig.restart()
        rig.run()
        done = [due for due, is_done in occurrences(rig) if is_done]
        assert len(done) == before + 1, number
        assert len(set(done)) == len(done)


def _die_at(rig: Rig, number: int) -> None:
    left = number

    def step(_name: str) -> None:
        nonlocal left
        if left == 0:
            raise Crash
        left -= 1

    rig.step = step
    try:
        rig.run()
    except Crash:
        pass
    finally:
        rig.step = lambda _name: None
