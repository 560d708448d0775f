"""The same promises kept in the other format: todo.txt files and the phone, in both directions."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest

from tests.rig import Rig, empty_world, open_rig

ID = re.compile(r" id:(r-[a-z2-7]{7})\b")


@pytest.fixture
def todo(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Rig]:
    """An account with the empty list “Inbox”, synced once into todo.txt files."""
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    with open_rig(tmp_path, empty_world(), format="todo.txt") as rig:
        rig.run()
        yield rig


def bare(line: str) -> str:
    """A line without the ids that we chose."""
    return ID.sub("", line)


def test_an_empty_list_is_an_empty_file(todo: Rig) -> None:
    assert todo.bytes_of_folder() == {"Inbox.txt": b""}
    todo.rest()


def test_what_a_line_says_is_said_on_the_phone(todo: Rig) -> None:
    todo.append(
        "Inbox",
        "(A) 2026-02-10 Groceries für 👨‍👩‍👧 @shop due:2026-12-14 at:0930 tz:Asia/Tokyo "
        "flag:1 h:1\n",
    )
    todo.run()
    shown = todo.shown("Groceries für 👨‍👩‍👧")
    assert (shown.due, shown.shown_due) == ("2026-12-14T09:30[Asia/Tokyo]",) * 2
    assert (shown.priority, shown.flagged, shown.notes, shown.problems) == (1, True, "", ())
    assert todo.line("Inbox", "Groceries").endswith(f"flag:1 h:1 id:{stamp(todo, 'Groceries')}")
    todo.rest()


def stamp(rig: Rig, words: str) -> str:
    found = ID.search(rig.line("Inbox", words))
    assert found is not None
    return found[1]


def test_edits_of_a_line_reach_the_phone(todo: Rig) -> None:
    todo.append("Inbox", "Buy milk\nCall Ann\nWrite\n")
    todo.run()
    id = todo.shown("Buy milk").id
    todo.replace("Inbox", "Buy milk", "(B) Buy oat milk due:2026-12-14")
    line = todo.line("Inbox", "Call Ann")
    today = date.fromtimestamp(todo.clock()).isoformat()
    todo.replace("Inbox", line, f"x {today} {line}")
    todo.replace("Inbox", todo.line("Inbox", "Write") + "\n", "")
    todo.run()
    todo.run()
    oat = todo.shown("Buy oat milk")
    assert (oat.id, oat.priority, oat.due) == (id, 5, "2026-12-14")
    assert todo.shown("Call Ann").done
    assert todo.titles("Inbox") == {"Buy oat milk", "Call Ann"}
    todo.rest()


def test_edits_on_the_phone_change_one_word_each(todo: Rig) -> None:
    todo.append("Inbox", "2026-02-10 Buy  milk rec:1w @shop\r\n\r\n  other   line t:2026-03-01")
    todo.run()
    before = todo.read("Inbox")
    milk = todo.shown("Buy  milk").id
    for edit, old, new in (
        ({"title": "x due:now"}, "Buy  milk", r"\x \due:now"),
        ({"due": "2026-12-14"}, "@shop", "@shop due:2026-12-14"),
        ({"due": "2026-12-14T09:30[Europe/Paris]"}, "-14", "-14 at:0930"),
        ({"flagged": True}, "at:0930", "at:0930 flag:1"),
        ({"priority": 9}, "2026-02-10", "(C) 2026-02-10"),
        ({"notes": "these are for the phone"}, "", ""),
    ):
        todo.phone.edit(milk, **edit)
        todo.run()
        before = before.replace(old, new, 1)
        assert todo.read("Inbox") == before
    todo.phone.complete(milk)
    todo.run()
    assert re.search(r"(?m)^x \d{4}-\d\d-\d\d 2026-02-10 \\x .* pri:C id:", todo.read("Inbox"))
    todo.phone.reopen(milk)
    todo.run()
    assert todo.read("Inbox") == before
    assert todo.shown("x due:now").notes == "these are for the phone"
    todo.rest()


def test_a_reminder_of_the_phone_gets_a_line_and_its_subtask_names_it(todo: Rig) -> None:
    parent = todo.phone.create("Inbox", "Trip @home", notes="not shown", due="2026-12-14")
    todo.phone.create("Inbox", "Pack", parent=parent)
    todo.run()
    block = stamp(todo, "Trip")
    assert [bare(line) for line in todo.read("Inbox").splitlines()] == [
        r"Trip \@home due:2026-12-14",
        f"Pack p:{block}",
    ]
    todo.rest()
    todo.replace("Inbox", f" p:{block}", "")
    todo.run()
    assert todo.shown("Pack").parent is None
    todo.rest()


def test_a_subtask_is_made_and_unmade_in_both_directions(todo: Rig) -> None:
    todo.append("Inbox", "Trip\nPack\n")
    todo.run()
    trip, pack = todo.shown("Trip").id, todo.shown("Pack").id
    line = todo.line("Inbox", "Pack")
    todo.replace("Inbox", line, f"{line} p:{stamp(todo, 'Trip')}")
    todo.run()
    assert todo.shown("Pack").parent == trip
    todo.phone.make_subtask(pack, None)
    todo.run()
    assert " p:" not in todo.line("Inbox", "Pack")
    todo.rest()


def test_notes_written_on_the_phone_do_not_keep_a_deleted_line_alive(todo: Rig) -> None:
    todo.append("Inbox", "Buy milk\n")
    todo.run()
    todo.phone.edit(todo.shown("Buy milk").id, notes="two litres")
    todo.run()
    todo.save("Inbox", "")
    todo.run()
    assert todo.titles("Inbox") == set()
    todo.rest()


def test_notes_that_are_news_do(todo: Rig) -> None:
    todo.append("Inbox", "Buy milk\n")
    todo.run()
    todo.phone.edit(todo.shown("Buy milk").id, notes="two litres")
    todo.save("Inbox", "")
    todo.run()
    assert todo.shown("Buy milk").notes == "two litres"
    assert bare(todo.read("Inbox")) == "Buy milk\n"


def test_a_line_moves_with_its_notes_from_list_to_list(todo: Rig) -> None:
    todo.phone.create_list("Work")
    id = todo.phone.create("Inbox", "Report", notes="chapter two")
    todo.run()
    line = todo.read("Inbox")
    todo.save("Work", line)
    todo.save("Inbox", "")
    todo.run()
    moved = todo.shown("Report")
    assert (moved.id, moved.list, moved.notes) == (id, "Work", "chapter two")
    todo.phone.move(id, "Inbox")
    todo.run()
    assert todo.bytes_of_folder() == {"Inbox.txt": line.encode(), "Work.txt": b""}
    todo.rest()


def test_a_new_file_becomes_a_list_and_follows_a_new_name(todo: Rig) -> None:
    todo.save("Garden", "Sow\n")
    todo.run()
    assert todo.titles("Garden") == {"Sow"}
    todo.path("Garden").rename(todo.path("Allotment"))
    todo.run()
    assert {one.name for one in todo.phone.lists()} == {"Inbox", "Allotment"}
    todo.phone.rename_list("Allotment", "Field")
    todo.run()
    assert set(todo.bytes_of_folder()) == {"Inbox.txt", "Field.txt"}
    todo.rest()


def test_a_line_archived_into_a_file_that_is_no_list_is_not_deleted(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    with open_rig(tmp_path, empty_world(), format="todo.txt", new_lists="ask") as rig:
        rig.run()
        rig.append("Inbox", "Buy milk\n")
        rig.run()
        line = rig.read("Inbox")
        rig.save("Inbox", "")
        rig.save("done", f"x {line}")
        rig.run()
        rig.run()
        assert rig.titles("Inbox") == {"Buy milk"}


def test_a_lost_database_is_rebuilt_without_a_double(todo: Rig) -> None:
    todo.append("Inbox", "(A) Trip\n")
    todo.run()
    todo.phone.create("Inbox", "Pack", parent=todo.shown("Trip").id, notes="n")
    todo.run()
    before = todo.bytes_of_folder()
    todo.close()
    for path in (todo.home / "state").rglob("mirror.sqlite*"):
        path.unlink()
    todo.open()
    with todo.counting() as requests:
        todo.run(approve=True)
    assert not [one for one in requests if "records/modify" in str(one["path"])]
    assert todo.bytes_of_folder() == before
    todo.rest()
