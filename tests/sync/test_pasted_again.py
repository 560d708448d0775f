"""Lines that are known again: back from the clipboard, or without the ids that we just wrote."""

from __future__ import annotations

import os
import re

import pytest

from daemon.settings.paths import MIRROR
from sync.errors import NetworkError
from tests.rig import Crash, Rig
from tests.sync.stepping import DiesAt, DoesOnce


@pytest.mark.parametrize("with_id", [True, False])
def test_a_line_that_is_to_be_put_in_elsewhere_is_known_until_it_stands_there(
    rig: Rig, with_id: bool
) -> None:
    """A phone moved it, the file that it goes to is being saved, and so it is pasted first."""
    rig.phone.create_list("Plans")
    rig.append("Inbox", "- [ ] Typed\n- [ ] Other\n")
    rig.run()
    rig.append("Plans", "- [ ] There\n")
    rig.run()
    id, line = rig.shown("Typed").id, f"{rig.line('Inbox', 'Typed')}\n"
    rig.replace("Inbox", line, "")
    rig.phone.move(id, "Plans")
    rig.phone.edit(rig.shown("Other").id, flagged=True)  # so that its old file is written, too
    rig.step = DoesOnce("engine:write", lambda: rig.replace("Plans", "There", "There now"))
    rig.wait(3)
    rig.engine.cycle("test")
    assert "Typed" not in rig.read("Inbox") + rig.read("Plans")
    rig.append("Plans", line if with_id else "- [ ] Typed\n")
    rig.run()
    assert (rig.shown("Typed").id, len(rig.phone.reminders())) == (id, 3)
    assert rig.read("Plans").count("Typed") == 1
    rig.rest()


@pytest.mark.parametrize("also", [False, True])
def test_who_took_the_id_off_a_line_that_we_just_moved_has_seen_it(rig: Rig, also: bool) -> None:
    rig.phone.create_list("Plans")
    rig.append("Inbox", "- [ ] Other\n")
    rig.run()
    rig.append("Plans", "- [ ] Typed\n- [ ] There\n")
    rig.run()
    before = {one.id for one in rig.phone.reminders()}
    rig.phone.move(rig.shown("Typed").id, "Inbox")
    if also:  # the file that it leaves is written twice
        rig.phone.edit(rig.shown("There").id, flagged=True)
    rig.run()
    rig.save("Inbox", re.sub(r" \^r-\w+", "", rig.read("Inbox")))
    assert not any("had not seen" in told for told in rig.run().changes)
    assert {one.id for one in rig.phone.reminders()} == before
    assert rig.titles("Inbox") == {"Other", "Typed"}
    assert rig.read("Inbox").count("Typed") == 1
    rig.rest()


def test_what_was_just_put_in_is_known_without_its_id_where_an_older_line_is_pasted_beside_it(
    rig: Rig,
) -> None:
    """The pasted line says what it said before our write, as an older buffer would."""
    rig.append("Inbox", "- [ ] Typed\n- [ ] Other\n")
    rig.run()
    line = f"{rig.line('Inbox', 'Typed')}\n"
    rig.phone.edit(rig.shown("Typed").id, due="2026-12-13")
    added = rig.phone.create("Inbox", "Added")
    rig.run()
    rig.replace("Inbox", f"{rig.line('Inbox', 'Typed')}\n", "")
    rig.save("Inbox", re.sub(r" \^r-\w+", "", rig.read("Inbox")) + line)
    rig.run()
    assert (rig.shown("Added").id, len(rig.phone.reminders())) == (added, 3)
    assert rig.read("Inbox").count("Added") == 1
    rig.rest()


@pytest.mark.parametrize("looks", [1, 2])
@pytest.mark.parametrize("note", ["", "    > noted\n"])
@pytest.mark.parametrize("sign", ["", " 🔼"])
def test_a_line_that_a_phone_moves_while_its_file_is_seen_half_saved_is_one(
    rig: Rig, looks: int, note: str, sign: str
) -> None:
    """Missing there, it was put where the phone has it; with the rest of the save it is back.

    That save may have an edit of it, too.
    """
    rig.phone.create_list("Plans")
    rig.append("Inbox", "- [ ] Typed\n- [ ] Other\n")
    rig.run()
    rig.append("Plans", "- [ ] There\n")
    rig.run()
    id, line, whole = rig.shown("Typed").id, f"{rig.line('Inbox', 'Typed')}\n", rig.read("Inbox")
    rig.phone.edit(id, flagged=True)
    rig.phone.move(id, "Plans")
    rig.save("Inbox", whole.replace(line, ""))
    for _ in range(looks):
        rig.wait(3)
        rig.engine.cycle("test")
    assert rig.titles("Plans") == {"Typed", "There"}
    rig.save("Inbox", whole.replace(line, line.replace("Typed", f"Typed{sign}") + note))
    rig.run()
    assert (rig.shown("Typed").id, len(rig.phone.reminders())) == (id, 3)
    shown = rig.shown("Typed")
    assert (shown.notes, shown.flagged) == ("noted" if note else "", True)
    assert shown.priority == (5 if sign else 0)
    assert (rig.titles("Inbox"), rig.titles("Plans")) == ({"Other"}, {"Typed", "There"})
    rig.rest()


def test_what_icloud_had_not_heard_of_a_line_is_no_news_of_the_phone_when_it_is_back(
    rig: Rig,
) -> None:
    """What was put in for it said the older words, as iCloud does."""
    rig.phone.create_list("Plans")
    rig.append("Inbox", "- [ ] Typed\n- [ ] Other\n")
    rig.run()
    rig.append("Plans", "- [ ] There\n")
    rig.run()
    id = rig.shown("Typed").id
    rig.replace("Inbox", "Typed", "Retyped")
    rig.world.faults.fail("cut_before", "records/modify")
    rig.wait(3)
    with pytest.raises(NetworkError):
        rig.engine.cycle("test")
    rig.phone.move(id, "Plans")
    whole = rig.read("Inbox")
    rig.save("Inbox", whole.replace(f"{rig.line('Inbox', 'Retyped')}\n", ""))
    rig.run()
    rig.save("Inbox", whole)
    rig.run()
    assert (rig.shown("Retyped").id, len(rig.phone.reminders())) == (id, 3)
    assert (rig.titles("Inbox"), rig.titles("Plans")) == ({"Other"}, {"Retyped", "There"})
    assert rig.store.attention.open_conflicts() == []
    rig.rest()


@pytest.mark.parametrize("looks", [0, 1])
def test_a_line_that_is_pasted_after_we_died_while_it_was_put_in_is_one(
    rig: Rig, looks: int
) -> None:
    """The file stood as we wrote it; that it did was in no commit yet."""
    rig.phone.create_list("Plans")
    rig.append("Inbox", "- [ ] Typed\n- [ ] Other\n")
    rig.run()
    rig.append("Plans", "- [ ] There\n")
    rig.run()
    id, whole = rig.shown("Typed").id, rig.read("Inbox")
    rig.phone.edit(id, priority=1)
    rig.phone.move(id, "Plans")
    rig.replace("Inbox", f"{rig.line('Inbox', 'Typed')}\n", "")
    rig.wait(3)
    rig.step = DiesAt("commit:written:before", 1)
    with pytest.raises(Crash):
        rig.engine.cycle("test")
    rig.step = lambda _: None
    rig.restart()
    assert "Typed" in rig.read("Plans")
    for _ in range(looks):
        rig.wait(3)
        rig.engine.cycle("test")
    rig.save("Inbox", whole)
    rig.run()
    assert (rig.shown("Typed").id, len(rig.phone.reminders())) == (id, 3)
    assert (rig.titles("Inbox"), rig.titles("Plans")) == ({"Other"}, {"Typed", "There"})
    assert (rig.read("Inbox") + rig.read("Plans")).count("Typed") == 1
    rig.rest()


def test_a_line_that_is_pasted_while_the_file_that_it_was_put_in_cannot_be_read_is_one(
    rig: Rig,
) -> None:
    """That somebody saved is not forgotten until all can be read."""
    rig.phone.create_list("Plans")
    rig.append("Inbox", "- [ ] Typed\n- [ ] Other\n")
    rig.run()
    rig.append("Plans", "- [ ] There\n")
    rig.run()
    id, line = rig.shown("Typed").id, f"{rig.line('Inbox', 'Typed')}\n"
    rig.replace("Inbox", line, "")
    rig.phone.edit(id, title="Retitled")
    rig.run()
    assert "Retitled" in rig.read("Inbox")
    rig.append("Plans", f"{line}- [ ] New\n")
    rig.wait(3)
    os.utime(rig.path("Inbox"), (rig.clock(), rig.clock()))  # as if it were just being saved
    assert rig.engine.cycle("test").retry_after_s is not None
    rig.run()
    assert rig.titles("Inbox") == {"Other"}
    assert rig.titles("Plans") == {"Retitled", "There", "New"}
    assert (rig.shown("Retitled").id, len(rig.phone.reminders())) == (id, 4)
    rig.rest()


def test_what_was_put_in_is_in_the_history_where_icloud_has_it_no_more(rig: Rig) -> None:
    """What a phone said stood in that line alone, and the pasted one has never seen it."""
    rig.phone.create_list("Plans")
    rig.append("Inbox", "- [ ] Typed\n- [ ] Other\n")
    rig.run()
    rig.append("Plans", "- [ ] There\n")
    rig.run()
    id, line = rig.shown("Typed").id, f"{rig.line('Inbox', 'Typed')}\n"
    rig.replace("Inbox", line, "")
    rig.phone.edit(id, due="2026-12-13")
    rig.run()
    assert "📅 2026-12-13" in rig.line("Inbox", "Typed")
    rig.append("Plans", line)
    rig.phone.delete(id, hard=True)
    rig.run()
    assert "2026-12-13" not in rig.read("Inbox") + rig.read("Plans")
    rows = rig.store.journal.history(id=id)
    assert [row.path for row in rows if "📅 2026-12-13" in str(row.before)] == ["Inbox.md"]
    rig.rest()


def test_a_line_taken_to_a_file_that_is_seen_empty_under_another_title_is_two(rig: Rig) -> None:
    """It was never read there, so it is like a copy of what was put in meanwhile: both are kept."""
    rig.phone.create_list("Plans")
    rig.append("Inbox", "- [ ] Typed\n- [ ] Other\n")
    rig.run()
    rig.append("Plans", "- [ ] There\n")
    rig.run()
    id, line = rig.shown("Typed").id, f"{rig.line('Inbox', 'Typed')}\n"
    rig.replace("Inbox", line, "")
    whole = rig.read("Plans") + line.replace("Typed", "Called here")
    rig.phone.edit(id, title="Called there")
    rig.save("Plans", "")
    rig.run()
    assert "Called there" in rig.read("Inbox")
    rig.save("Plans", whole)
    rig.run()
    assert (rig.titles("Inbox"), rig.shown("Called there").id) == ({"Called there", "Other"}, id)
    assert rig.titles("Plans") == {"Called here", "There"}
    rig.rest()


def test_a_line_in_the_clipboard_while_the_mirror_is_made_anew_is_two(rig: Rig) -> None:
    """It was put in where iCloud has it; the pasted one is like a copy of that: both are kept."""
    rig.phone.create_list("Plans")
    rig.append("Inbox", "- [ ] Typed\n- [ ] Other\n")
    rig.run()
    id, line = rig.shown("Typed").id, f"{rig.line('Inbox', 'Typed')}\n"
    rig.replace("Inbox", line, "")
    rig.close()
    for path in (rig.home / "state").rglob(MIRROR):
        path.unlink()
    rig.open()
    rig.run(approve=True)
    assert line in rig.read("Inbox")
    rig.append("Plans", line)
    rig.run()
    assert (rig.titles("Inbox"), rig.titles("Plans")) == ({"Typed", "Other"}, {"Typed"})
    assert line in rig.read("Inbox")
    assert [one.id for one in rig.phone.reminders("Inbox") if one.title == "Typed"] == [id]
    rig.rest()


def test_a_line_in_the_clipboard_whose_deletion_is_undone_is_two(rig: Rig) -> None:
    """It is put in again as it was, and is pasted elsewhere before that stands."""
    rig.phone.create_list("Plans")
    rig.append("Inbox", "- [ ] Typed\n- [ ] Other\n")
    rig.run()
    id, line = rig.shown("Typed").id, f"{rig.line('Inbox', 'Typed')}\n"
    rig.replace("Inbox", line, "")
    rig.run()
    assert rig.titles("Inbox") == {"Other"}
    rig.engine.undo(None)
    rig.step = DoesOnce("engine:write", lambda: rig.append("Plans", line))
    rig.run()
    rig.run()
    assert (rig.titles("Inbox"), rig.titles("Plans")) == ({"Typed", "Other"}, {"Typed"})
    assert line in rig.read("Inbox")
    assert [one.id for one in rig.phone.reminders("Inbox") if one.title == "Typed"] == [id]
    rig.rest()


@pytest.mark.parametrize("looks", [1, 2])
def test_a_line_from_where_no_list_is_may_have_been_pasted_into_what_is_being_saved(
    rig: Rig, looks: int
) -> None:
    """Nothing else is known of it, as the mirror was made anew while it stood there."""
    rig.phone.create_list("Plans")
    rig.append("Inbox", "- [ ] Typed\n- [ ] Other\n")
    rig.run()
    id, line = rig.shown("Typed").id, f"{rig.line('Inbox', 'Typed')}\n"
    aside = rig.folder / "Old" / "2026" / "files.md"
    aside.parent.mkdir(parents=True)
    aside.write_text(line)
    rig.replace("Inbox", line, "")
    rig.close()
    for path in (rig.home / "state").rglob(MIRROR):
        path.unlink()
    rig.open()
    rig.run(approve=True)
    assert [hold.kind for hold in rig.run().held] == ["aside"]
    rig.append("Plans", line)
    aside.unlink()
    for _ in range(looks):
        os.utime(rig.path("Plans"), (rig.clock(), rig.clock()))  # as if it were just being saved
        assert [hold.kind for hold in rig.engine.cycle("test").held] == ["aside"]
    assert rig.run().held == []
    assert (rig.shown("Typed").id, len(rig.phone.reminders())) == (id, 2)
    assert (rig.read("Inbox") + rig.read("Plans")).count("Typed") == 1
    rig.rest()
