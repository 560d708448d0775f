"""An editor that was open while we wrote: its next save undoes nothing that the phone did."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from tests.rig import Crash, Rig, empty_world, open_rig
from tests.sync.stepping import DiesAt


def test_what_the_phone_did_outlives_a_save_from_an_older_buffer(rig: Rig) -> None:
    rig.append("Inbox", "- [ ] To be ticked\n- [ ] To be deleted\n- [ ] Stays\n")
    rig.run()
    buffer = rig.read("Inbox")  # vim opens it
    phone = rig.phone
    phone.create("Inbox", "Added on the phone")
    phone.complete(phone.find("To be ticked").id)
    phone.delete(phone.find("To be deleted").id)
    rig.run()
    rig.save("Inbox", buffer + "- [ ] Typed in vim\n")
    rig.run()
    rig.run()
    assert rig.titles("Inbox") == {"To be ticked", "Stays", "Added on the phone", "Typed in vim"}
    assert rig.shown("To be ticked").done
    assert "Added on the phone" in rig.read("Inbox")
    assert rig.line("Inbox", "To be ticked").startswith("- [x]")
    assert "To be deleted" not in rig.read("Inbox")


def test_the_same_title_edited_in_an_older_buffer_is_a_conflict_that_keeps_both(rig: Rig) -> None:
    rig.append("Inbox", "- [ ] Coffee\n")
    rig.run()
    buffer = rig.read("Inbox")
    phone = rig.phone
    phone.edit(phone.find("Coffee").id, title="Coffee PHONE", notes="from phone")
    rig.run()
    rig.save("Inbox", buffer.replace("Coffee", "Coffee VIM"))
    rig.run()
    assert rig.shown("Coffee PHONE").notes == "from phone"
    assert [one.loser for one in rig.store.attention.open_conflicts()] == ["Coffee VIM"]


def test_what_lost_a_conflict_is_no_newer_edit_where_its_editor_saves_it_again(rig: Rig) -> None:
    rig.append("Inbox", "- [ ] Coffee\n- [ ] Tea\n")
    rig.run()
    rig.phone.edit(rig.shown("Coffee").id, title="Coffee PHONE")
    rig.replace("Inbox", "Coffee", "Coffee VIM")
    buffer = rig.read("Inbox")
    assert [one.loser for one in rig.run().conflicts] == ["Coffee VIM"]
    rig.save("Inbox", buffer + "- [ ] Typed in vim\n")
    rig.run()
    assert rig.titles("Inbox") == {"Coffee PHONE", "Tea", "Typed in vim"}
    rig.rest()


def test_who_keeps_a_line_that_a_phone_moved_here_has_seen_what_came_with_it(rig: Rig) -> None:
    rig.phone.create_list("Plans")
    rig.append("Inbox", "- [ ] Moved\n")
    rig.run()
    rig.append("Plans", "- [ ] Coffee\n")
    rig.run()
    rig.phone.move(rig.shown("Moved").id, "Plans")
    rig.phone.edit(rig.shown("Coffee").id, due="2026-05-04")
    rig.run()
    rig.replace("Plans", " 📅 2026-05-04", "")
    rig.run()
    assert rig.shown("Coffee").due is None
    assert (rig.titles("Inbox"), rig.titles("Plans")) == (set(), {"Moved", "Coffee"})
    rig.rest()


def test_who_takes_out_the_day_that_won_a_conflict_has_seen_it(rig: Rig) -> None:
    rig.append("Inbox", "- [ ] Coffee\n- [ ] Tea\n")
    rig.run()
    rig.phone.edit(rig.shown("Coffee").id, due="2060-01-18")
    rig.replace("Inbox", "Coffee", "Coffee 📅 2060-01-19")
    assert len(rig.run().conflicts) == 1
    rig.replace("Inbox", " 📅 2060-01-18", "")
    rig.append("Inbox", "- [ ] Typed\n")
    assert rig.run().conflicts == []
    assert rig.shown("Coffee").due is None
    rig.rest()


def test_what_is_typed_over_the_phone_while_another_edit_is_taken_back_is_a_conflict(
    rig: Rig,
) -> None:
    """An older buffer into which the same words are typed has these very bytes."""
    rig.append("Inbox", "- [ ] Coffee\n- [ ] Tea\n")
    rig.run()
    rig.phone.edit(rig.shown("Coffee").id, title="Coffee PHONE", flagged=True)
    rig.run()
    rig.replace("Inbox", "Coffee PHONE 🚩", "Coffee VIM")
    [conflict] = rig.run().conflicts
    assert (conflict.winner, conflict.loser) == ("Coffee PHONE", "Coffee VIM")
    rig.rest()


def test_a_line_just_put_in_may_be_taken_out_at_once(rig: Rig) -> None:
    rig.append("Inbox", "- [ ] Stays\n")
    rig.run()
    rig.phone.create("Inbox", "Not wanted")
    rig.run()
    rig.replace("Inbox", rig.line("Inbox", "Not wanted") + "\n", "")
    rig.run()
    assert rig.titles("Inbox") == {"Stays"}


def test_the_only_line_of_a_file_that_was_just_made_may_be_taken_out_at_once(rig: Rig) -> None:
    rig.phone.create("Inbox", "Not wanted")
    rig.run()
    rig.replace("Inbox", rig.line("Inbox", "Not wanted") + "\n", "")
    rig.run()
    assert rig.titles("Inbox") == set()
    assert "Not wanted" not in rig.read("Inbox")
    rig.rest()


def test_who_has_seen_it_may_change_it_back(rig: Rig) -> None:
    rig.append("Inbox", "- [ ] One\n- [ ] Two\n")
    rig.run()
    phone = rig.phone
    phone.edit(phone.find("One").id, title="One, changed", priority=1)
    rig.run()
    rig.replace("Inbox", "One, changed", "One")
    rig.append("Inbox", "- [ ] Three\n")
    rig.run()
    assert rig.shown("One").priority == 1


def test_who_pastes_an_older_line_beside_the_one_that_was_written_has_seen_that(rig: Rig) -> None:
    rig.append("Inbox", "- [ ] One\n- [ ] Two\n")
    rig.run()
    older = rig.line("Inbox", "Two") + "\n"
    for title in ("One", "Two"):
        rig.phone.edit(rig.shown(title).id, title=f"{title}, changed")
    rig.run()
    rig.replace("Inbox", "One, changed", "One, typed over")
    rig.append("Inbox", older)
    assert rig.run().conflicts == []
    assert rig.titles("Inbox") == {"One, typed over", "Two, changed", "Two"}
    rig.rest()


def test_it_is_known_after_a_restart_and_long_after_the_write(rig: Rig) -> None:
    rig.append("Inbox", "- [ ] Stays\n")
    rig.run()
    buffer = rig.read("Inbox")
    rig.phone.create("Inbox", "Added on the phone")
    rig.run()
    for _ in range(3):
        rig.wait(100)
        rig.run()
    rig.restart()
    rig.save("Inbox", buffer + "- [ ] Typed in vim\n")
    rig.run()
    assert rig.titles("Inbox") == {"Stays", "Added on the phone", "Typed in vim"}


def test_it_is_known_though_we_died_before_the_write_was_remembered(rig: Rig) -> None:
    """The next cycle finds the file as we left it, which is not as it was known: no save."""
    rig.append("Inbox", "- [ ] Typed\n- [ ] Other\n")
    rig.run()
    buffer = rig.read("Inbox")
    rig.phone.edit(rig.shown("Typed").id, due="2026-05-04")
    rig.wait(3)
    rig.step = DiesAt("commit:written:before", 1)
    with pytest.raises(Crash):
        rig.engine.cycle("test")
    rig.step = lambda _: None
    rig.restart()
    rig.run()
    rig.save("Inbox", buffer.replace("Other", "Other, typed"))
    rig.run()
    assert rig.shown("Typed").due == "2026-05-04"
    assert "2026-05-04" in rig.line("Inbox", "Typed")
    assert rig.titles("Inbox") == {"Typed", "Other, typed"}
    rig.rest()


def test_a_line_that_a_phone_moved_into_a_file_outlives_a_save_from_an_older_buffer(
    rig: Rig,
) -> None:
    rig.phone.create_list("Plans")
    rig.append("Inbox", "- [ ] Moved\n- [ ] Stays\n")
    rig.run()
    buffer = rig.read("Plans")  # vim opens it
    rig.phone.move(rig.shown("Moved").id, "Plans")
    rig.run()
    rig.save("Plans", buffer + "- [ ] Typed in vim\n")
    rig.run()
    rig.run()
    assert rig.titles("Plans") == {"Moved", "Typed in vim"}
    assert "Moved" in rig.read("Plans")
    assert "Moved" not in rig.read("Inbox")
    rig.rest()


def test_who_carries_it_on_to_a_third_file_has_seen_it(rig: Rig) -> None:
    rig.phone.create_list("Plans")
    rig.phone.create_list("Third")
    rig.append("Inbox", "- [ ] Moved\n")
    rig.run()
    rig.phone.move(rig.shown("Moved").id, "Plans")
    rig.run()
    line = rig.line("Plans", "Moved") + "\n"
    rig.replace("Plans", line, "- [ ] Typed\n")
    rig.append("Third", line)
    rig.run()
    rig.run()
    assert (rig.titles("Plans"), rig.titles("Third")) == ({"Typed"}, {"Moved"})
    assert not rig.store.attention.open_conflicts()
    rig.rest()


def test_what_just_came_and_goes_with_something_else_may_be_unseen_and_comes_once_more(
    rig: Rig,
) -> None:
    rig.append("Inbox", "- [ ] Stays\n- [ ] Parent\n")
    rig.run()
    phone = rig.phone
    phone.create("Inbox", "Child", parent=rig.shown("Parent").id)
    rig.run()
    for words in ("Child", "Parent"):
        rig.replace("Inbox", rig.line("Inbox", words) + "\n", "")
    rig.run()
    rig.run()
    assert rig.titles("Inbox") == {"Stays", "Child"}
    assert rig.line("Inbox", "Child").startswith("- [ ] ")  # whose parent is gone
    rig.replace("Inbox", rig.line("Inbox", "Child") + "\n", "")
    rig.run()
    assert rig.titles("Inbox") == {"Stays"}
    rig.rest()


@pytest.mark.parametrize("being_saved", [False, True])
def test_who_carries_a_new_line_to_another_file_has_seen_it(rig: Rig, being_saved: bool) -> None:
    rig.phone.create_list("Plans")
    rig.append("Inbox", "- [ ] Old\n- [ ] Stays\n")
    rig.run()
    rig.phone.create("Inbox", "Added")
    rig.run()
    ids = {one.id for one in rig.phone.reminders()}
    lines = "".join(rig.line("Inbox", title) + "\n" for title in ("Old", "Added"))
    rig.save("Inbox", rig.line("Inbox", "Stays") + "\n")
    rig.append("Plans", lines)
    rig.wait(3)
    if being_saved:  # what stands there is not known for a moment
        now = rig.clock()
        os.utime(rig.path("Plans"), (now, now))
        assert rig.engine.cycle("test").retry_after_s is not None
        assert "Added" not in rig.read("Inbox")
    rig.run()
    assert (rig.titles("Inbox"), rig.titles("Plans")) == ({"Stays"}, {"Old", "Added"})
    assert {one.id for one in rig.phone.reminders()} == ids
    assert not rig.store.attention.open_conflicts()
    rig.rest()


def test_a_save_from_an_older_buffer_is_known_once_all_files_can_be_read(rig: Rig) -> None:
    rig.phone.create_list("Plans")
    rig.append("Inbox", "- [ ] Old\n")
    rig.run()
    buffer = rig.read("Inbox")
    rig.phone.create("Inbox", "Added")
    rig.run()
    rig.save("Inbox", buffer + "- [ ] Typed\n")
    rig.wait(3)
    now = rig.clock()
    os.utime(rig.path("Plans"), (now, now))
    rig.engine.cycle("test")
    assert rig.titles("Inbox") == {"Old", "Added"}  # "Typed" waits, too
    rig.run()
    assert rig.titles("Inbox") == {"Old", "Added", "Typed"}
    assert "Added" in rig.read("Inbox")
    rig.rest()


def test_a_line_just_put_in_and_carried_to_where_no_list_is_was_seen(rig: Rig) -> None:
    """Something else that just came goes with it, as if an older buffer had been saved."""
    rig.append("Inbox", "- [ ] Stays\n")
    rig.run()
    for title in ("For later", "Not wanted"):
        rig.phone.create("Inbox", title)
    rig.run()
    later = rig.line("Inbox", "For later") + "\n"
    unwanted = rig.line("Inbox", "Not wanted") + "\n"
    rig.save("Old/2031/later", later)
    rig.save("Inbox", rig.read("Inbox").replace(later, "").replace(unwanted, "") + "- [ ] Typed\n")
    rig.run()
    rig.run()
    assert rig.titles("Inbox") == {"Stays", "For later", "Typed"}
    assert "For later" not in rig.read("Inbox")


@pytest.mark.parametrize("flagged", [False, True])
def test_what_a_phone_said_while_a_file_was_seen_empty_outlives_the_end_of_the_save(
    tmp_path: Path, flagged: bool
) -> None:
    """An editor truncates the file, and rests; both sides may have made one of the edits."""
    with open_rig(tmp_path, empty_world(), hold_above="1000") as rig:
        rig.run()
        rig.append("Inbox", "- [ ] First\n- [ ] Second\n")
        rig.run()
        mark = " 🚩" if flagged else ""
        buffer = rig.read("Inbox").replace("First", f"First{mark}") + "- [ ] Typed\n"
        rig.phone.edit(rig.shown("First").id, flagged=flagged, notes="from the phone")
        rig.save_in_place("Inbox", "")
        rig.run()
        assert "from the phone" in rig.read("Inbox")
        rig.save_in_place("Inbox", buffer)
        rig.run()
        first = rig.shown("First")
        assert (first.notes, first.flagged) == ("from the phone", flagged)
        assert rig.titles("Inbox") == {"First", "Second", "Typed"}
        assert "> from the phone" in rig.read("Inbox")
        rig.rest()


def test_who_types_into_a_file_that_was_empty_has_seen_what_came_into_it(rig: Rig) -> None:
    rig.append("Inbox", "- [ ] First\n")
    rig.run()
    rig.save("Inbox", "")
    rig.phone.edit(rig.shown("First").id, notes="from the phone", flagged=True)
    rig.run()
    rig.replace("Inbox", "    > from the phone\n", "")
    rig.append("Inbox", "- [ ] Typed\n")
    rig.run()
    assert rig.shown("First").notes == ""
    rig.rest()
