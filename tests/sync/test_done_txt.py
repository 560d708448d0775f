"""Tools of the todo.txt world move completed lines into ``done.txt``: that is a tick, said once."""

from __future__ import annotations

import os
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest

from sync.errors import CannotWrite, NetworkError
from tests.rig import Crash, Rig, empty_world, open_rig
from tests.sync.test_writing_hidden import asked

SHARE = 1 if os.environ.get("REMINDERSD_SOAK") == "1" else 23  # every so many effects


@pytest.fixture
def todo(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Rig]:
    """An account with the empty list “Inbox”, synced once into todo.txt files."""
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    with open_rig(tmp_path, empty_world(), format="todo.txt") as rig:
        rig.run()
        yield rig


def today(rig: Rig) -> str:
    return date.fromtimestamp(rig.clock()).isoformat()


def put_away(rig: Rig, words: str, done: str = "done", name: str = "Inbox") -> str:
    """What a tool does: the line goes, completed, to the end of ``done.txt``."""
    line = rig.line(name, words)
    moved = f"x {today(rig)} {line}\n"
    before = rig.read(done) if rig.path(done).exists() else ""
    rig.save(done, before + moved)
    rig.replace(name, line + "\n", "")
    return moved


def test_a_line_put_away_is_ticked_and_stays_put_away(todo: Rig) -> None:
    todo.append("Inbox", "Buy milk\nCall Ann\n")
    todo.run()
    milk = todo.shown("Buy milk").id
    moved = put_away(todo, "Buy milk", "Done")
    report = todo.run()
    assert (report.pushed, report.held, report.files) == (1, [], 0)
    shown = todo.shown("Buy milk")
    assert (shown.id, shown.done) == (milk, True)
    assert [one.name for one in todo.phone.lists()] == ["Inbox"]
    assert todo.read("Done") == moved
    assert "milk" not in todo.read("Inbox")
    todo.rest()
    todo.wait(20 * 86400)
    todo.rest()


def test_what_the_phone_completed_may_be_put_away_too(todo: Rig) -> None:
    todo.append("Inbox", "Buy milk\n")
    todo.run()
    todo.phone.complete(todo.shown("Buy milk").id)
    todo.run()
    todo.save("done", todo.read("Inbox"))
    todo.save("Inbox", "")
    report = todo.run()
    assert (report.pushed, report.files) == (0, 0)
    todo.rest()


def test_nothing_that_is_done_in_it_means_anything(todo: Rig) -> None:
    todo.append("Inbox", "Buy milk\n")
    todo.run()
    put_away(todo, "Buy milk")
    todo.run()
    with pytest.raises(CannotWrite, match="its line was put into done"):
        asked(todo, "edit", "Buy milk", flagged=True)
    todo.save("done", "x 2020-01-01 something else\n(A) an open line\n")
    todo.rest()
    todo.path("done").unlink()
    todo.rest()
    assert todo.shown("Buy milk").done
    assert todo.titles("Inbox") == {"Buy milk"}


def test_reopened_on_the_phone_it_comes_back_and_the_lists_line_wins(todo: Rig) -> None:
    todo.append("Inbox", "Buy milk @shop\n")
    todo.run()
    milk = todo.shown("Buy milk").id
    line = todo.read("Inbox")
    moved = put_away(todo, "Buy milk")
    todo.run()
    for times in (1, 2):  # and what is put away again, on the same day, is a tick again
        todo.phone.reopen(milk)
        todo.run()
        assert todo.read("Inbox") == line
        assert todo.read("done") == moved * times
        todo.rest()
        put_away(todo, "Buy milk")
        todo.run()
        assert todo.shown("Buy milk").done
        todo.rest()
    todo.phone.reopen(milk)
    todo.run()
    todo.save("Inbox", "")  # deleted here now is deleted, whatever stood in done.txt before
    todo.run()
    assert todo.titles("Inbox") == set()
    todo.rest()


def test_deleted_on_the_phone_it_stays_where_it_was_put(todo: Rig) -> None:
    todo.append("Inbox", "Buy milk\n")
    todo.run()
    moved = put_away(todo, "Buy milk")
    todo.run()
    todo.phone.delete(todo.shown("Buy milk").id)
    report = todo.run()
    assert (report.pushed, report.files) == (0, 0)
    assert todo.read("done") == moved
    todo.rest()


def test_a_list_of_that_name_has_another_file(todo: Rig) -> None:
    todo.save("done", "x 2020-01-01 old\n")
    todo.phone.create_list("Done")
    todo.phone.create("Done", "Open")
    todo.run()
    assert todo.read("done") == "x 2020-01-01 old\n"
    assert todo.read("Done (2)").startswith("Open id:")
    todo.rest()
    assert todo.titles("Done") == {"Open"}


def test_in_the_directory_of_a_group_it_is_no_list_either(todo: Rig) -> None:
    todo.save("Work/Plans", "Write\n")
    todo.run()
    put_away(todo, "Write", "Work/done", "Work/Plans")
    todo.run()
    assert todo.shown("Write").done
    assert {one.name for one in todo.phone.lists()} == {"Inbox", "Plans", "Work"}
    todo.rest()


def test_a_tick_on_a_series_put_away_completes_one_occurrence(todo: Rig) -> None:
    todo.append("Inbox", "Water due:2026-12-14 rec:1w\n")
    todo.run()
    id = todo.shown("Water").id
    moved = put_away(todo, "Water")
    todo.run()
    todo.run()
    assert [(one.id == id, one.due, one.done) for one in both(todo)] == [
        (False, "2026-12-14", True),
        (True, "2026-12-21", False),
    ]
    assert todo.read("Inbox").startswith("Water due:2026-12-21 rec:1w id:")
    assert todo.read("Inbox").count("\n") == 1
    assert todo.read("done") == moved
    todo.rest()
    todo.save("Inbox", "")
    todo.run()
    assert [one.due for one in both(todo)] == ["2026-12-14"]


@pytest.mark.parametrize("times", [0, 1])
def test_the_next_one_is_put_away_before_icloud_heard_of_the_first(todo: Rig, times: int) -> None:
    todo.append("Inbox", "Water due:2026-12-14 rec:1w\n")
    todo.run()
    for _ in range(2):
        put_away(todo, "Water")
        for _ in range(times):
            todo.world.faults.fail("cut_before", path="records/modify")
            with pytest.raises(NetworkError):
                todo.run()
        todo.world.faults.fail("cut_before", path="records/modify")
        with pytest.raises(NetworkError):
            todo.run()
    todo.run()
    todo.run()
    assert [(one.due, one.done) for one in both(todo)] == [
        ("2026-12-14", True),
        ("2026-12-21", True),
        ("2026-12-28", False),
    ]
    assert todo.read("Inbox").startswith("Water due:2026-12-28 rec:1w id:")
    assert todo.read("Inbox").count("\n") == 1
    todo.rest()
    told = [one.text for one in todo.store.places.lines_in("done.txt")]
    assert sorted(told) == sorted(todo.read("done").splitlines())


def both(rig: Rig):  # type: ignore[no-untyped-def]
    return sorted(rig.phone.reminders("Inbox"), key=lambda one: str(one.due))


@pytest.mark.parametrize("archives", [True, False])
def test_a_tool_that_adds_the_next_occurrence_doubles_none(todo: Rig, archives: bool) -> None:
    todo.append("Inbox", "Water due:2026-12-14 rec:1w\nBuy milk\n")
    todo.run()
    id = todo.shown("Water").id
    line = todo.line("Inbox", "Water")
    if archives:
        put_away(todo, "Water")
    else:
        todo.replace("Inbox", line, f"x {today(todo)} {line}")
    todo.append("Inbox", line.replace("12-14", "12-23") + "\n")
    todo.run()
    todo.run()
    assert [(one.id == id, one.due, one.done) for one in both(todo) if one.title == "Water"] == [
        (False, "2026-12-14", True),
        (True, "2026-12-23", False),
    ]
    assert todo.read("Inbox").count("Water") == 2 - archives
    todo.rest()


def test_a_tool_that_takes_the_id_off_is_understood_by_words(todo: Rig) -> None:
    todo.save("done", "x 2020-01-01 Buy milk\n")
    todo.append("Inbox", "Buy milk\nBuy bread\n")
    todo.run()
    todo.save("done", f"x 2020-01-01 Buy milk\nx {today(todo)} Buy bread\n")
    todo.save("Inbox", "")
    todo.run()
    assert todo.shown("Buy bread").done
    assert todo.titles("Inbox") == {"Buy bread"}  # the other line was deleted
    todo.rest()


def test_what_icloud_takes_no_ticks_for_comes_back(todo: Rig) -> None:
    todo.append("Inbox", "Buy milk\n")
    todo.run()
    line = todo.read("Inbox")
    todo.settings["lists"] = "{'*': read-only}"
    todo.restart()
    put_away(todo, "Buy milk")
    todo.run()
    assert todo.read("Inbox") == line
    assert not todo.shown("Buy milk").done
    todo.rest()


def test_a_series_that_went_on_at_the_phone_meanwhile_is_not_completed_twice(todo: Rig) -> None:
    todo.append("Inbox", "Water due:2026-12-14 rec:1w\n")
    todo.run()
    todo.phone.edit(todo.shown("Water").id, due="2026-12-28")
    put_away(todo, "Water")
    report = todo.run()
    assert report.open_conflicts == 1
    assert [(one.due, one.done) for one in both(todo)] == [("2026-12-28", False)]
    assert todo.line("Inbox", "Water").startswith("Water due:2026-12-28")
    todo.rest()


def test_while_it_is_being_written_nothing_is_gone(todo: Rig) -> None:
    todo.append("Inbox", "Buy milk\n")
    todo.run()
    put_away(todo, "Buy milk")
    kept = todo.read("done")
    todo.path("done").write_bytes(kept.encode() + b"\0")
    report = todo.run()
    assert [hold.id for hold in report.held] == ["done.txt"]
    assert not todo.shown("Buy milk").done
    todo.save("done", kept)
    todo.run()
    assert todo.shown("Buy milk").done


def test_a_lost_database_leaves_it_where_it_was_put(todo: Rig) -> None:
    todo.append("Inbox", "Buy milk\nCall Ann\n")
    todo.run()
    put_away(todo, "Buy milk")
    todo.run()
    before = todo.bytes_of_folder()
    todo.close()
    for path in (todo.home / "state").rglob("mirror.sqlite*"):
        path.unlink()
    todo.open()
    todo.run(approve=True)
    assert todo.bytes_of_folder() == before
    todo.rest()


def test_a_crash_anywhere_neither_loses_nor_doubles_a_tick(todo: Rig) -> None:
    todo.append("Inbox", "Buy milk\nWater due:2026-12-14 rec:1w\n")
    todo.run()
    milk, water = todo.shown("Buy milk").id, todo.shown("Water").id
    for weeks, crash_at in enumerate(range(3, 60, SHARE), 1):
        put_away(todo, "Buy milk")
        put_away(todo, "Water")
        died = crash(todo, crash_at)
        shown = {one.id: one for one in todo.phone.reminders("Inbox")}
        assert shown[milk].done
        assert not shown[water].done
        assert len(shown) == 2 + weeks
        assert todo.read("Inbox").count("\n") == 1
        todo.phone.reopen(milk)
        died = crash(todo, crash_at) or died
        assert todo.read("Inbox").count("Buy milk") == 1
        if not died:
            break
    todo.rest()


def crash(rig: Rig, at: int) -> bool:
    """A cycle that dies before its step number ``at``, then whole ones; whether it died."""
    left = at

    def step(_: str) -> None:
        nonlocal left
        left -= 1
        if left == 0:
            raise Crash

    rig.wait(3)
    rig.step = step
    try:
        rig.engine.settled("test", wait=rig.wait)
    except Crash:
        pass
    rig.step = lambda _: None
    rig.restart()
    rig.run()
    rig.run()
    return left <= 0
