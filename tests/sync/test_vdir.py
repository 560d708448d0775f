"""The same promises kept where a list is a directory and each task a file: vdir and the phone."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.rig import Rig, empty_world, open_rig
from tests.sync.vdirs import put


@pytest.fixture
def rig(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Rig]:
    """An account with the empty list “Inbox”, synced once into a vdir."""
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    with open_rig(tmp_path, empty_world(), format="vdir") as rig:
        rig.run()
        yield rig


def test_an_empty_list_is_a_directory_with_a_name(rig: Rig) -> None:
    assert (rig.folder / "Inbox" / "displayname").read_text() == "Inbox"
    assert rig.bytes_of_folder() == {}
    rig.rest()


def test_a_reminder_of_the_phone_gets_a_file_of_its_own(rig: Rig) -> None:
    trip = rig.phone.create("Inbox", "Trip", notes="a, b; c", due="2026-12-14T09:30[Asia/Tokyo]")
    pack = rig.phone.create("Inbox", "Pack", parent=trip)
    rig.run()
    text = rig.read(f"Inbox/{trip}")
    assert f"UID:{trip}\r\n" in text
    assert "DESCRIPTION:a\\, b\\; c\r\n" in text
    assert "DUE;TZID=Asia/Tokyo:20261214T093000\r\n" in text
    assert f"RELATED-TO:{trip}\r\n" in rig.read(f"Inbox/{pack}")
    rig.rest()


def test_a_file_of_another_tool_becomes_a_reminder_and_keeps_its_bytes(rig: Rig) -> None:
    put(rig, "Inbox/one", "UID:one@theirs", "SUMMARY:Buy milk", "X-THEIRS:1", "PRIORITY:2")
    put(rig, "Inbox/two", "UID:two@theirs", "SUMMARY:Oat", "RELATED-TO:one@theirs")
    before = rig.bytes_of_folder()
    rig.run()
    milk = rig.shown("Buy milk")
    assert (milk.priority, rig.shown("Oat").parent) == (1, milk.id)
    assert rig.bytes_of_folder() == before
    rig.rest()


def test_a_time_in_utc_keeps_the_zone_that_the_phone_knows(rig: Rig) -> None:
    id = rig.phone.create("Inbox", "Call", due="2026-12-14T09:30[Asia/Tokyo]")
    rig.run()
    rig.replace(f"Inbox/{id}", "DUE;TZID=Asia/Tokyo:20261214T093000", "DUE:20261214T003000Z")
    rig.run()
    assert rig.shown("Call").due == "2026-12-14T09:30[Asia/Tokyo]"
    rig.replace(f"Inbox/{id}", "DUE:20261214T003000Z", "DUE:20261214T013000Z")
    rig.run()
    assert rig.shown("Call").due == "2026-12-14T02:30[Europe/Paris]"
    rig.rest()


def test_edits_on_the_phone_change_one_property_each(rig: Rig) -> None:
    put(
        rig, "Inbox/x", "UID:x@theirs", "SUMMARY;LANGUAGE=en:Buy", " milk", "X-A;P=\"q:;\":v",
        "CATEGORIES:shop,two words", "STATUS:IN-PROCESS", "BEGIN:VALARM", "TRIGGER:-PT5M",
        "ACTION:EMAIL", "DESCRIPTION:ring", "END:VALARM",
    )  # fmt: skip
    rig.run()
    before = rig.read("Inbox/x")
    id = rig.shown("Buymilk").id
    for edit, old, new in (
        ({"title": "Buy, oat"}, "en:Buy\r\n milk", "en:Buy\\, oat"),
        ({"notes": "one\ntwo"}, "BEGIN:VAL", "DESCRIPTION:one\\ntwo\r\nBEGIN:VAL"),
        ({"due": "2026-12-14"}, "BEGIN:VAL", "DUE;VALUE=DATE:20261214\r\nBEGIN:VAL"),
        ({"flagged": True}, "BEGIN:VAL", "X-REMINDERSD-FLAGGED:TRUE\r\nBEGIN:VAL"),
        ({"priority": 9}, "BEGIN:VAL", "PRIORITY:9\r\nBEGIN:VAL"),
        ({"priority": 1}, "PRIORITY:9", "PRIORITY:1"),
        ({"flagged": False}, "X-REMINDERSD-FLAGGED:TRUE\r\n", ""),
        ({"due": None}, "DUE;VALUE=DATE:20261214\r\n", ""),
        ({"notes": ""}, "DESCRIPTION:one\\ntwo\r\n", ""),
    ):
        rig.phone.edit(id, **edit)
        rig.run()
        assert before.count(old) == 1, old
        before = before.replace(old, new)
        assert rig.read("Inbox/x") == before
    rig.phone.complete(id)
    rig.run()
    done = rig.read("Inbox/x")
    assert "STATUS:COMPLETED\r\n" in done
    assert "PERCENT-COMPLETE:100\r\n" in done
    rig.phone.reopen(id)
    rig.run()
    assert rig.read("Inbox/x") == before.replace("IN-PROCESS", "NEEDS-ACTION")
    rig.rest()


def test_a_removed_file_is_a_deletion_and_a_deletion_removes_the_file(rig: Rig) -> None:
    one, two = rig.phone.create("Inbox", "One"), rig.phone.create("Inbox", "Two")
    rig.run()
    rig.path(f"Inbox/{one}").unlink()
    rig.phone.delete(two)
    rig.run()
    assert rig.titles("Inbox") == set()
    assert rig.bytes_of_folder() == {}
    assert (rig.folder / "Inbox" / "displayname").exists()
    rig.rest()


def test_many_removed_files_are_held(rig: Rig) -> None:
    for number in range(7):
        rig.phone.create("Inbox", f"No {number}")
    rig.run()
    for path in (rig.folder / "Inbox").glob("*.ics"):
        path.unlink()
    assert rig.run().held
    assert len(rig.titles("Inbox")) == 7


def test_a_removed_directory_deletes_nothing(rig: Rig) -> None:
    id = rig.phone.create("Inbox", "Stay")
    rig.run()
    (rig.folder / "Inbox").rename(rig.home / "away")
    assert rig.run().held
    assert rig.titles("Inbox") == {"Stay"}
    (rig.home / "away").rename(rig.folder / "Inbox")
    rig.run()
    assert rig.shown("Stay").id == id
    rig.rest()


def test_a_file_moves_with_all_its_bytes_from_list_to_list(rig: Rig) -> None:
    rig.phone.create_list("Work")
    put(rig, "Inbox/report", "UID:r@theirs", "SUMMARY:Report", "X-THEIRS:kept")
    rig.run()
    data, id = rig.path("Inbox/report").read_bytes(), rig.shown("Report").id
    rig.path("Inbox/report").rename(rig.path("Work/report"))
    rig.run()
    assert (rig.shown("Report").id, rig.shown("Report").list) == (id, "Work")
    rig.rest()
    rig.phone.move(id, "Inbox")
    rig.run()
    assert rig.bytes_of_folder() == {"Inbox/report.ics": data}
    assert (rig.folder / "Work" / "displayname").exists()
    rig.rest()


def test_a_subtask_is_made_and_unmade_in_both_directions(rig: Rig) -> None:
    trip, pack = rig.phone.create("Inbox", "Trip"), rig.phone.create("Inbox", "Pack")
    rig.run()
    rig.replace(f"Inbox/{pack}", "SUMMARY", f"RELATED-TO:{trip}\r\nSUMMARY")
    rig.run()
    assert rig.shown("Pack").parent == trip
    rig.phone.make_subtask(pack, None)
    rig.run()
    assert "RELATED-TO" not in rig.read(f"Inbox/{pack}")
    rig.phone.make_subtask(pack, trip)
    rig.run()
    assert f"RELATED-TO:{trip}\r\n" in rig.read(f"Inbox/{pack}")
    rig.rest()


def test_a_list_is_renamed_by_its_displayname_and_keeps_its_directory(rig: Rig) -> None:
    label = rig.folder / "Inbox" / "displayname"
    label.write_text("Eingang\n")
    rig.run()
    assert {one.name for one in rig.phone.lists()} == {"Eingang"}
    rig.phone.rename_list("Eingang", "In/Out")
    rig.run()
    assert label.read_text() == "In/Out\n"
    rig.rest()


def test_a_renamed_directory_is_the_same_list(rig: Rig) -> None:
    id = rig.phone.create("Inbox", "Stay")
    rig.run()
    (rig.folder / "Inbox").rename(rig.folder / "Elsewhere")
    rig.run()
    assert (rig.shown("Stay").id, rig.shown("Stay").list) == (id, "Inbox")
    assert set(rig.bytes_of_folder()) == {f"Elsewhere/{id}.ics"}
    rig.rest()


def test_a_new_directory_with_a_task_becomes_a_list_of_its_displayname(rig: Rig) -> None:
    put(rig, "42/a", "UID:a@theirs", "SUMMARY:Sow")
    (rig.folder / "42" / "displayname").write_text("Garden")
    rig.run()
    assert rig.titles("Garden") == {"Sow"}
    rig.phone.create("Garden", "Dig")
    rig.run()
    assert len(rig.bytes_of_folder()) == 2
    rig.rest()


def test_a_list_deleted_on_the_phone_takes_its_directory_along(rig: Rig) -> None:
    rig.phone.create_list("Work")
    rig.phone.create("Work", "Report")
    rig.run()
    assert (rig.folder / "Work").is_dir()
    rig.phone.delete_list("Work")
    rig.run()
    rig.run()
    assert not (rig.folder / "Work").exists()
    rig.rest()


def test_a_file_that_is_no_single_task_is_told_and_left(rig: Rig) -> None:
    id = rig.phone.create("Inbox", "Trip")
    rig.run()
    text = rig.read(f"Inbox/{id}")
    rig.save(f"Inbox/{id}", text.replace("END:VTODO", "END:VTODO\r\nBEGIN:VEVENT\r\nEND:VEVENT"))
    rig.phone.edit(id, title="Journey")
    assert "VEVENT" in str(rig.run().held)
    assert rig.titles("Inbox") == {"Journey"}
    rig.save(f"Inbox/{id}", text)
    rig.run()
    assert "SUMMARY:Journey" in rig.read(f"Inbox/{id}")
    rig.rest()


def test_an_empty_file_is_no_deletion(rig: Rig) -> None:
    id = rig.phone.create("Inbox", "Trip")
    rig.run()
    rig.save(f"Inbox/{id}", "")
    assert rig.run().held
    assert rig.titles("Inbox") == {"Trip"}


def test_a_lost_database_is_rebuilt_without_a_write(rig: Rig) -> None:
    put(rig, "Inbox/one", "UID:one@theirs", "SUMMARY:Buy milk")
    rig.run()
    rig.phone.create("Inbox", "Pack", parent=rig.shown("Buy milk").id, notes="n")
    rig.run()
    before = rig.bytes_of_folder()
    rig.close()
    for path in (rig.home / "state").rglob("mirror.sqlite*"):
        path.unlink()
    rig.open()
    with rig.counting() as requests:
        rig.run(approve=True)
    assert not [one for one in requests if "records/modify" in str(one["path"])]
    assert rig.bytes_of_folder() == before
    rig.rest()
