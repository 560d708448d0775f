"""What simulated histories found, told plainly: one test for each."""

from __future__ import annotations

import re
import uuid
from pathlib import Path

import pytest

from sandbox.device.phone import Phone
from sync.errors import NetworkError
from sync.local.receipts import Ledger
from tests.rig import Crash, Rig, empty_world, open_rig
from tests.sync.stepping import DiesAt, DoesOnce, FullOnce

TEN_YEARS_S = 10 * 365 * 86_400.0


def test_a_line_that_got_no_id_on_a_full_disk_is_sent_once_it_has_one(rig: Rig) -> None:
    rig.append("Inbox", "- [ ] First\n")
    rig.run()
    rig.append("Inbox", "- [ ] Typed\n")
    rig.phone.edit(rig.shown("First").id, notes="from the phone")
    rig.step = FullOnce("swap:write")
    rig.wait(3)
    assert any("full" in problem for problem in rig.engine.cycle("test").problems)
    assert rig.titles("Inbox") == {"First"}
    rig.run()
    assert rig.titles("Inbox") == {"First", "Typed"}
    assert len(rig.phone.reminders("Inbox")) == 2
    rig.rest()


def test_who_took_all_ids_away_has_seen_the_lines(rig: Rig) -> None:
    rig.append("Inbox", "- [ ] First\n")
    rig.run()
    rig.phone.create("Inbox", "From the phone", notes="with a note")
    rig.run()
    rig.save("Inbox", "".join(f"{one.split(' ^r-')[0]}\n" for one in rig.read("Inbox").split("\n")))
    rig.run()
    assert len(rig.phone.reminders("Inbox")) == 2
    assert rig.read("Inbox").count("From the phone") == 1
    assert rig.read("Inbox").count(" ^r-") == 2


def test_what_was_sent_before_the_clock_was_set_back_is_no_evidence_for_years(rig: Rig) -> None:
    rig.append("Inbox", "- [ ] Typed\n")
    rig.run()
    rig.offset_s += TEN_YEARS_S
    rig.replace("Inbox", "- [ ] Typed", "- [x] Typed")
    rig.world.faults.fail("cut_before", "records/modify")
    rig.wait(3)
    with pytest.raises(NetworkError):
        rig.engine.cycle("test")
    rig.offset_s -= TEN_YEARS_S
    rig.run()
    report = rig.run()
    assert report.pending == 0
    assert rig.shown("Typed").done


def lose_the_database(rig: Rig) -> None:
    rig.close()
    for path in (rig.home / "state").rglob("mirror.sqlite*"):
        path.unlink()
    rig.open()


def rename_on_the_phone(rig: Rig) -> None:
    [inbox] = [one.id for one in rig.phone.lists() if one.name == "Inbox"]
    rig.phone.rename_list(inbox, "Post")


def list_names(rig: Rig) -> set[str]:
    return {one.name for one in rig.phone.lists()}


def test_a_list_renamed_while_the_database_was_lost_has_one_name(rig: Rig) -> None:
    rig.append("Inbox", "- [ ] Typed\n")
    rig.run()
    rename_on_the_phone(rig)
    lose_the_database(rig)
    rig.run(approve=True)
    rig.run()
    assert "Post" in list_names(rig)
    assert "- [ ] Typed" in rig.read("Post")
    assert not rig.path("Inbox").exists()
    [conflict] = rig.store.attention.open_conflicts()
    assert (conflict.winner, conflict.loser) == ("Post", "Inbox")
    rig.rest()


def test_or_that_of_its_file_if_files_win(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    with open_rig(tmp_path, empty_world(), conflicts="files") as rig:
        rig.run()
        rig.append("Inbox", "- [ ] Typed\n")
        rig.run()
        rename_on_the_phone(rig)
        lose_the_database(rig)
        rig.run(approve=True)
        rig.run()
        assert "Inbox" in list_names(rig)
        assert "- [ ] Typed" in rig.read("Inbox")
        rig.rest()


def test_what_a_phone_moves_out_of_a_list_without_a_file_gets_its_line(rig: Rig) -> None:
    plans = rig.phone.create_list("Plans")
    rig.append("Inbox", "- [ ] Typed\n- [ ] Other\n")
    rig.run()
    text = rig.read("Inbox")
    rig.path("Inbox").unlink()
    assert {hold.kind for hold in rig.run().held} == {"list"}
    rig.phone.move(rig.shown("Typed").id, plans)
    report = rig.run()
    assert rig.line("Plans", "Typed") in text
    assert {hold.kind for hold in report.held} == {"list"}
    rig.engine.restore_file("Inbox.md")
    rig.run()
    assert rig.titles("Plans") == {"Typed"}
    assert rig.titles("Inbox") == {"Other"}
    assert "Typed" not in rig.read("Inbox")
    rig.rest()


def cut_off_a_move(rig: Rig) -> None:
    """“Typed” stands in `Plans.md` by now, and in `Inbox.md` still."""
    plans = rig.phone.create_list("Plans")
    rig.append("Inbox", "- [ ] Typed\n- [ ] Other\n")
    rig.run()
    rig.phone.move(rig.shown("Typed").id, plans)
    rig.step = dying = DiesAt("swap:exchange", 2)
    with pytest.raises(Crash):
        rig.run()
    assert dying.times == 2
    assert "Typed" in rig.read("Inbox")
    assert "Typed" in rig.read("Plans")
    rig.step = lambda _: None


@pytest.mark.parametrize("who", ["phone", "person", "both"])
def test_a_move_cut_off_while_its_list_is_renamed_leaves_no_copy(rig: Rig, who: str) -> None:
    cut_off_a_move(rig)
    if who != "phone":
        rig.path("Inbox").rename(rig.path("Mail"))
    if who != "person":
        rename_on_the_phone(rig)
    name = "Mail" if who == "person" else "Post"
    rig.restart()
    rig.run()
    assert rig.titles("Plans") == {"Typed"}
    assert rig.titles(name) == {"Other"}
    assert "Typed" not in rig.read(name)
    rig.rest()


def test_a_move_cut_off_is_finished_once_its_file_can_be_read_again(rig: Rig) -> None:
    cut_off_a_move(rig)
    text = rig.read("Inbox")
    rig.restart()
    rig.save("Inbox", f"{text}\0")
    assert [hold.kind for hold in rig.run().held] == ["file"]
    rig.save("Inbox", text)
    rig.run()
    assert rig.titles("Plans") == {"Typed"}
    assert rig.titles("Inbox") == {"Other"}
    rig.rest()


@pytest.mark.parametrize("name", ["Inbox", "Mail"])
def test_lines_whose_file_was_away_are_known_without_their_ids(rig: Rig, name: str) -> None:
    rig.append("Inbox", "- [ ] Parent\n    - [ ] Milk\n- [ ] Other\n    - [ ] Milk\n")
    rig.run()
    before = {one.id for one in rig.phone.reminders("Inbox")}
    text = re.sub(r" \^r-\w+", "", rig.read("Inbox"))
    rig.path("Inbox").unlink()
    assert {hold.kind for hold in rig.run().held} == {"list"}
    rig.save(name, text)
    assert rig.run().held == []
    assert {one.id for one in rig.phone.reminders(name)} == before
    rig.rest()


def test_what_beats_a_deletion_for_good_is_one_text_and_rings_where_that_was_missed(
    rig: Rig,
) -> None:
    rig.append("Inbox", "- [ ] Buy milk 📅 2031-01-02 ⏰ 09:00\n    > the white one\n")
    rig.run()
    off = Phone(rig.world.zone, rig.clock, lambda: str(uuid.uuid4()).upper(), "D2")
    off.sync()
    [before] = off.reminders()
    assert len(before.alarms) == 1
    rig.phone.delete(before.id, hard=True)
    rig.save("Inbox", rig.read("Inbox").replace("Buy milk 📅 2031-01-02", "Oat milk 📅 2031-01-05"))
    rig.run()
    off.sync()
    for device in (off, rig.phone):
        [shown] = device.reminders()
        assert (shown.id, shown.title, shown.notes) == (before.id, "Oat milk", "the white one")
        assert (str(shown.due)[:10], shown.problems) == ("2031-01-05", before.problems)
        assert len(shown.alarms) == 1
    rig.rest()


def test_a_line_edited_while_it_is_moved_is_no_copy(rig: Rig) -> None:
    rig.phone.create_list("Plans")
    rig.append("Inbox", "- [ ] Typed\n")
    rig.run()
    rig.phone.move(rig.shown("Typed").id, "Plans")

    def jot(name: str) -> None:
        if name == "swap:exchange" and "Typed" in rig.read("Plans"):
            rig.step = lambda _: None
            rig.replace(
                "Inbox", rig.line("Inbox", "Typed"), rig.line("Inbox", "Typed") + "\n    > n"
            )

    rig.step = jot
    rig.run()
    rig.run()
    [shown] = rig.phone.reminders()
    assert (shown.title, shown.notes) == ("Typed", "n")
    assert (rig.read("Inbox") + rig.read("Plans")).count("Typed") == 1
    rig.rest()


def test_what_is_back_before_its_deletion_is_sent_is_not_deleted(rig: Rig) -> None:
    rig.append("Inbox", "- [ ] First\n- [ ] Second\n")
    rig.run()
    whole, id = rig.read("Inbox"), rig.shown("First").id
    rig.save_in_place("Inbox", "")
    rig.step = DoesOnce("engine:push", lambda: rig.save_in_place("Inbox", whole))
    rig.wait(3)
    report = rig.engine.cycle("test")
    assert (report.pushed, report.changes, report.pending) == (0, [], 0)
    assert report.retry_after_s == 0.5
    assert rig.titles("Inbox") == {"First", "Second"}
    rig.run()
    assert rig.shown("First").id == id
    assert rig.read("Inbox") == whole
    assert rig.store.journal.deleted_from_here([id]) == set()
    rig.rest()


def test_what_is_back_where_a_file_was_renamed_before_its_deletion_is_sent_is_not_deleted(
    rig: Rig,
) -> None:
    """Seen half saved, it follows its list to a new name; the rest of the save has the old one."""
    rig.append("Inbox", "- [ ] Typed\n- [ ] Other\n")
    rig.run()
    whole = rig.read("Inbox")
    rename_on_the_phone(rig)
    rig.replace("Inbox", f"{rig.line('Inbox', 'Typed')}\n", "")
    rig.step = DoesOnce("engine:write", lambda: rig.save("Inbox", whole))
    rig.wait(3)
    report = rig.engine.cycle("test")
    assert (report.pushed, report.retry_after_s is not None) == (0, True)
    rig.run()
    assert {one.title for one in rig.phone.reminders()} == {"Typed", "Other"}
    assert rig.read("Inbox") == whole


def test_what_is_saved_before_a_deletion_is_sent_only_puts_it_off(rig: Rig) -> None:
    rig.append("Inbox", "- [ ] First\n- [ ] Second\n")
    rig.run()
    id = rig.shown("First").id
    rig.save("Inbox", rig.read("Inbox").replace(f"{rig.line('Inbox', 'First')}\n", ""))
    rig.step = DoesOnce("engine:push", lambda: rig.append("Inbox", "- [ ] Third\n"))
    report = rig.run()
    assert [change for change in report.changes if "First" in change] == ["iCloud: − “First”"]
    assert rig.titles("Inbox") == {"Second", "Third"}
    assert rig.store.journal.deleted_from_here([id]) == {id}
    rig.rest()


def test_who_saved_while_the_disk_failed_has_their_words_and_the_phones(rig: Rig) -> None:
    rig.append("Inbox", "- [ ] First\n")
    rig.run()
    rig.phone.create("Inbox", "From the phone")
    saves = DoesOnce("swap:exchange", lambda: rig.append("Inbox", "- [ ] Typed\n"))
    fails = FullOnce("swap:examine")

    def step(name: str) -> None:
        saves(name)
        fails(name)

    rig.step = step
    rig.wait(3)
    assert any("full" in problem for problem in rig.engine.cycle("test").problems)
    assert "Typed" not in rig.read("Inbox")
    rig.wait(3)
    rig.engine.cycle("test")
    assert [rig.read("Inbox").count(one) for one in ("Typed", "From the phone")] == [1, 1]
    assert rig.titles("Inbox") == {"First", "Typed", "From the phone"}
    rig.rest()


@pytest.mark.parametrize("step", ["swap:sync", "swap:examine"])
def test_what_was_written_before_the_disk_failed_was_typed_over_by_who_had_seen_it(
    rig: Rig, step: str
) -> None:
    rig.append("Inbox", "- [ ] First\n")
    rig.run()
    rig.phone.edit(rig.shown("First").id, title="From the phone")
    rig.step = FullOnce(step)
    rig.wait(3)
    assert any("full" in problem for problem in rig.engine.cycle("test").problems)
    rig.replace("Inbox", "From the phone", "Typed over it")
    assert rig.run().conflicts == []
    assert rig.titles("Inbox") == {"Typed over it"}
    rig.rest()


def test_a_write_of_which_nothing_is_known_is_judged_by_the_next_cycle(
    rig: Rig, monkeypatch: pytest.MonkeyPatch
) -> None:
    rig.append("Inbox", "- [ ] First\n")
    rig.run()
    rig.phone.edit(rig.shown("First").id, title="From the phone")
    rig.step = FullOnce("swap:examine")
    rig.wait(3)
    with monkeypatch.context() as patch:
        patch.setattr(Ledger, "find", lambda _, stem: FullOnce(stem)(stem))
        assert any("full" in problem for problem in rig.engine.cycle("test").problems)
    rig.replace("Inbox", "From the phone", "Typed over it")
    assert rig.run().conflicts == []
    assert rig.titles("Inbox") == {"Typed over it"}
    rig.rest()


def test_a_line_whose_id_is_taken_away_while_it_is_moved_is_no_copy(rig: Rig) -> None:
    rig.phone.create_list("Plans")
    rig.append("Inbox", "- [ ] Typed\n- [ ] Other\n")
    rig.run()
    before = {one.id for one in rig.phone.reminders()}
    rig.phone.move(rig.shown("Typed").id, "Plans")

    def strip(name: str) -> None:
        if name == "swap:exchange" and "Typed" in rig.read("Plans"):
            rig.step = lambda _: None
            rig.save("Inbox", re.sub(r" \^r-\w+", "", rig.read("Inbox")))

    rig.step = strip
    rig.run()
    rig.run()
    assert {one.id for one in rig.phone.reminders()} == before
    assert (rig.titles("Inbox"), rig.titles("Plans")) == ({"Other"}, {"Typed"})
    assert "Typed" not in rig.read("Inbox")
    rig.rest()


def test_lines_written_before_a_crash_are_known_if_their_ids_go_before_they_are_read(
    rig: Rig,
) -> None:
    rig.phone.create_list("Plans")
    rig.append("Inbox", "- [ ] Stays\n")
    rig.run()
    before = {rig.phone.create("Inbox", "Added"), rig.phone.create("Inbox", "Moved")}
    rig.step = DiesAt("commit:written:before", 1)
    with pytest.raises(Crash):
        rig.run()
    rig.phone.move(rig.shown("Moved").id, "Plans")

    def strip(name: str) -> None:
        if name == "engine:scan":
            rig.step = lambda _: None
            rig.save("Inbox", re.sub(r" \^r-\w+", "", rig.read("Inbox")))

    rig.step = strip
    rig.restart()
    rig.run()
    assert (rig.titles("Inbox"), rig.titles("Plans")) == ({"Stays", "Added"}, {"Moved"})
    assert {rig.shown(title).id for title in ("Added", "Moved")} == before
    assert len(rig.phone.reminders()) == 3
    rig.rest()


@pytest.mark.parametrize("mode", ["soft", "purge"])
def test_a_line_that_is_back_before_its_deletion_was_answered_stays(
    tmp_path: Path, mode: str
) -> None:
    with open_rig(tmp_path, empty_world(), mode=mode) as rig:
        rig.save("Inbox", "- [ ] First\n- [ ] Second\n")
        rig.run()
        line, id = rig.line("Inbox", "First"), rig.shown("First").id
        rig.save("Inbox", rig.read("Inbox").replace(f"{line}\n", ""))
        rig.world.faults.fail("lost_reply", "records/modify")
        rig.wait(3)
        with pytest.raises(NetworkError):
            rig.engine.cycle("test")
        assert rig.titles("Inbox") == {"Second"}
        rig.append("Inbox", f"{line}\n")
        rig.run()
        assert rig.titles("Inbox") == {"First", "Second"}
        assert rig.shown("First").id == id
        assert rig.read("Inbox").count("First") == 1
        rig.rest()
