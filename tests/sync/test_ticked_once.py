"""One tick completes one occurrence, and the series goes on once, whatever comes in between."""

from __future__ import annotations

import pytest

from sync.errors import NetworkError
from tests.rig import Rig

WATER = "- [ ] Water 🔁 every week 📅 2026-12-01"


def occurrences(rig: Rig) -> list[tuple[str, bool]]:
    return sorted((one.due or "", one.done) for one in rig.phone.reminders())


@pytest.mark.parametrize("seam", ["engine:push", "engine:pull", "engine:scan", "engine:write"])
def test_where_its_file_is_renamed_meanwhile(rig: Rig, seam: str) -> None:
    rig.append("Inbox", WATER + "\n")
    rig.run()
    rig.replace("Inbox", "- [ ] Water", "- [x] Water")

    def step(name: str) -> None:
        if name == seam and rig.path("Inbox").exists():
            rig.path("Inbox").rename(rig.path("Garden"))

    rig.step = step
    rig.run()
    rig.step = lambda _name: None
    rig.run()
    assert occurrences(rig) == [("2026-12-01", True), ("2026-12-08", False)]
    assert "- [ ] Water 🔁 every week 📅 2026-12-08" in rig.read("Garden")
    rig.rest()


def test_typed_on_by_an_editor_twice_before_the_next_look(rig: Rig) -> None:
    """The second time, the line that is ticked has no id yet."""
    rig.append("Inbox", WATER + "\n")
    rig.run()
    id = rig.shown("Water").id
    line = rig.line("Inbox", "Water")
    ticked = [line, WATER.replace("-01", "-08")]
    ticked = [one.replace("- [ ]", "- [x]") for one in ticked]
    rig.replace("Inbox", line, "\n".join([WATER.replace("-01", "-15"), *reversed(ticked)]))
    rig.run()
    assert occurrences(rig) == [("2026-12-01", True), ("2026-12-08", True), ("2026-12-15", False)]
    assert [one.id for one in rig.phone.reminders() if not one.done] == [id]
    assert rig.read("Inbox").count("Water") == 3
    rig.rest()


@pytest.mark.parametrize("on_phone", [False, True])
def test_typed_on_by_an_editor_and_ticked_by_hand_before_the_next_look(
    rig: Rig, on_phone: bool
) -> None:
    """No line is open: the one that was typed is done, too, and the series goes on from there."""
    rig.append("Inbox", WATER + "\n")
    rig.run()
    id = rig.shown("Water").id
    if on_phone:
        rig.phone.complete_occurrence(id)
    both = [WATER.replace("-01", "-08"), rig.line("Inbox", "Water")]
    ticked = [line.replace("- [ ]", "- [x]") for line in both]
    rig.replace("Inbox", both[1], "\n".join(ticked))
    rig.run()
    rig.run()
    assert occurrences(rig) == [("2026-12-01", True), ("2026-12-08", True), ("2026-12-15", False)]
    assert [one.id for one in rig.phone.reminders() if not one.done] == [id]
    assert rig.read("Inbox").count("Water") == 3
    rig.rest()


def test_what_both_sides_ticked_is_done_once_though_a_phone_retitled_the_series_then(
    rig: Rig,
) -> None:
    """The phone's completed copy has the title that the series had."""
    rig.append("Inbox", WATER + "\n")
    rig.run()
    id = rig.shown("Water").id
    rig.phone.complete_occurrence(id)
    rig.phone.edit(id, title="Water them all")
    line = rig.line("Inbox", "Water")
    following = WATER.replace("-01", "-08")
    rig.replace("Inbox", line, f"{following}\n{line.replace('- [ ]', '- [x]')}")
    rig.run()
    rig.run()
    assert occurrences(rig) == [("2026-12-01", True), ("2026-12-08", False)]
    rig.rest()


@pytest.mark.parametrize("beside", [True, False])
def test_what_an_editor_typed_is_the_series_though_the_ticked_line_got_another_title(
    rig: Rig, beside: bool
) -> None:
    rig.append("Inbox", WATER + "\n")
    rig.run()
    id = rig.shown("Water").id
    line = rig.line("Inbox", "Water")
    ticked = line.replace("- [ ] Water", "- [x] Water them all")
    following = WATER.replace("-01", "-08")
    between = "" if beside else "- [ ] Other 📅 2026-11-30\n"
    rig.replace("Inbox", line, f"{following}\n{between}{ticked}")
    rig.run()
    assert occurrences(rig)[-2:] == [("2026-12-01", True), ("2026-12-08", False)]
    shown = [(one.title, one.done) for one in rig.phone.reminders() if "Water" in one.title]
    assert sorted(shown) == [("Water", False), ("Water them all", True)]
    assert rig.shown("Water").id == id
    rig.rest()


@pytest.mark.parametrize("typed", [True, False])
def test_a_series_that_gets_its_day_in_the_moment_in_which_it_is_ticked(
    rig: Rig, typed: bool
) -> None:
    rig.append("Inbox", "- [ ] Water 🔁 every week\n")
    rig.run()
    id = rig.shown("Water").id
    line = rig.line("Inbox", "Water")
    ticked = line.replace("- [ ]", "- [x]").replace(" ^r-", " 📅 2026-12-01 ^r-")
    following = WATER.replace("-01", "-08") + "\n" if typed else ""
    rig.replace("Inbox", line, following + ticked)
    assert rig.run().held == []
    rig.run()
    assert occurrences(rig) == [("2026-12-01", True), ("2026-12-08", False)]
    assert [one.id for one in rig.phone.reminders() if not one.done] == [id]
    assert rig.read("Inbox").count("Water") == 2
    rig.rest()


def test_the_day_that_it_is_given_before_it_is_ticked_counts(rig: Rig) -> None:
    rig.append("Inbox", WATER + "\n")
    rig.run()
    line = rig.line("Inbox", "Water")
    rig.replace("Inbox", line, line.replace("- [ ]", "- [x]").replace("-01", "-03"))
    report = rig.run()
    assert (report.conflicts, report.held) == ([], [])
    rig.run()
    assert occurrences(rig) == [("2026-12-03", True), ("2026-12-10", False)]
    rig.rest()


def test_what_an_editor_typed_is_the_series_where_it_was_moved_since(rig: Rig) -> None:
    """It has no id yet, and stands in another list than the line that was ticked."""
    rig.append("Inbox", WATER + "\n")
    rig.save("Plans", "- [ ] Other\n")
    rig.run()
    id = rig.shown("Water").id
    rig.append("Plans", WATER.replace("-01", "-08") + "\n")
    rig.replace("Inbox", "- [ ] Water", "- [x] Water")
    rig.run()
    (goes_on,) = [one for one in rig.phone.reminders() if one.title == "Water" and not one.done]
    assert (goes_on.id, goes_on.list, goes_on.due) == (id, "Plans", "2026-12-08")
    assert rig.read("Inbox").count("Water") == rig.read("Plans").count("Water") == 1
    rig.rest()


def test_a_line_of_another_date_is_no_part_of_the_series(rig: Rig) -> None:
    rig.append("Inbox", WATER + "\n")
    rig.save("Plans", "- [ ] Other\n")
    rig.run()
    rig.append("Plans", WATER.replace("-01", "-09") + "\n")
    rig.replace("Inbox", "- [ ] Water", "- [x] Water")
    rig.run()
    still = [one for one in rig.phone.reminders() if one.title == "Water" and not one.done]
    assert sorted((one.list, one.due) for one in still) == [
        ("Inbox", "2026-12-08"),
        ("Plans", "2026-12-09"),
    ]
    rig.rest()


def ticked_unheard(rig: Rig) -> None:
    """Tick the line, and let nothing of it reach iCloud; the line goes on all the same."""
    rig.append("Inbox", WATER + "\n")
    rig.run()
    rig.replace("Inbox", "- [ ] Water", "- [x] Water")
    unheard(rig)
    assert WATER.replace("-01", "-08") in rig.read("Inbox")


def unheard(rig: Rig) -> None:
    rig.world.faults.fail("cut_before", path="records/modify")
    with pytest.raises(NetworkError):
        rig.run()


@pytest.mark.parametrize("times", [0, 1, 2])
def test_the_next_one_is_ticked_before_icloud_heard_of_the_first(rig: Rig, times: int) -> None:
    ticked_unheard(rig)
    rig.replace("Inbox", "- [ ] Water", "- [x] Water")
    for _ in range(times):
        unheard(rig)
        assert rig.read("Inbox").count("- [x] Water") == 1
    rig.run()
    rig.run()
    assert occurrences(rig) == [("2026-12-01", True), ("2026-12-08", True), ("2026-12-15", False)]
    assert WATER.replace("-01", "-15") in rig.read("Inbox")
    rig.rest()


def test_the_next_one_is_typed_on_by_an_editor_before_icloud_heard_of_the_first(rig: Rig) -> None:
    ticked_unheard(rig)
    line = rig.line("Inbox", "Water")
    following = WATER.replace("-01", "-15")
    rig.replace("Inbox", line, f"{following}\n{line.replace('- [ ]', '- [x]')}")
    rig.run()
    rig.run()
    assert occurrences(rig) == [("2026-12-01", True), ("2026-12-08", True), ("2026-12-15", False)]
    assert rig.read("Inbox").count("Water") == 3
    rig.rest()


def test_another_day_that_is_typed_before_icloud_heard_of_the_tick_stays(rig: Rig) -> None:
    ticked_unheard(rig)
    rig.replace("Inbox", "2026-12-08", "2026-12-10")
    rig.run()
    rig.run()
    assert occurrences(rig) == [("2026-12-01", True), ("2026-12-10", False)]
    assert WATER.replace("-01", "-10") in rig.read("Inbox")
    rig.rest()
