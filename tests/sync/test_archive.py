"""Completed lines leave their file for the archive: nothing is lost, doubled or deleted."""

from __future__ import annotations

import os
import shutil
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.rig import Crash, Rig, empty_world, open_rig
from tests.sync.test_writing_hidden import asked

DAY_S = 86_400.0
SHARE = 1 if os.environ.get("REMINDERSD_SOAK") == "1" else 11  # every so many effects
TASKS = """
- [x] Send the form
    > To the *tax* office.
    - 🔗 <https://example.com/form>
- [ ] Still open
"""


@pytest.fixture
def rig(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Rig]:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    with open_rig(tmp_path, empty_world(), archive="month") as rig:
        rig.run()
        yield rig


def archive(rig: Rig) -> Path:
    """The one file of the archive."""
    (path,) = (rig.folder / "Archive").rglob(f"*{rig.suffix}")
    return path


def age(rig: Rig, days: float = 15) -> None:
    rig.wait(days * DAY_S)
    rig.run()


def add(rig: Rig, text: str) -> str:
    """Put tasks into the list's file; gives its lines with their ids."""
    before = rig.read("Inbox")
    rig.append("Inbox", text)
    rig.run()
    return rig.read("Inbox").removeprefix(before)


def identity(rig: Rig, title: str) -> str:
    return rig.shown(title).id


def test_a_line_of_age_moves_byte_for_byte_and_nothing_is_deleted(rig: Rig) -> None:
    text = add(rig, TASKS)
    block = text[: text.index("- [ ] Still")].lstrip("\n")
    before = identity(rig, "Send the form")
    age(rig)
    path = archive(rig)
    month = time.strftime("%Y-%m", time.localtime(rig.clock() - 15 * DAY_S))
    assert path == rig.folder / "Archive" / "Inbox" / f"{month}.md"
    assert path.read_text() == f"# Inbox {month}\n\n{block}"
    assert rig.read("Inbox").endswith(text.replace(block, ""))
    assert identity(rig, "Send the form") == before
    rig.rest()
    rig.restart()
    rig.rest()


def test_a_persons_own_words_go_along(rig: Rig) -> None:
    text = add(rig, "- [x] Done ==very== well [[Note]]\n    <!-- mine -->\n    - 📎 ![a](b.jpg)\n")
    age(rig)
    assert archive(rig).read_text().endswith(f"\n\n{text}")
    assert "Done" not in rig.read("Inbox")
    rig.rest()


def test_ten_years_of_done_reminders_flood_neither_list_nor_archive(rig: Rig) -> None:
    phone = rig.phone
    for number in range(12):
        one = phone.create("Inbox", f"Old {number}")
        phone.complete(one, when=rig.clock() - (20 + 300 * number) * DAY_S)
    rig.run()
    assert "Old" not in rig.read("Inbox")
    assert not (rig.folder / "Archive").exists()
    rig.rest()


def test_a_family_leaves_as_one_and_an_open_subtask_stays_behind(rig: Rig) -> None:
    text = add(
        rig,
        "- [x] Pack\n    - [x] Socks\n        > warm\n    - [ ] Shoes\n"
        "- [ ] Go\n    - [x] Lock\n        > twice\n",
    )
    age(rig)
    rig.run()
    pack = text[text.index("- [x] Pack") : text.index("    - [ ] Shoes")]
    lock = text[text.index("- [x] Lock") :].replace("        >", "    >")
    kept = archive(rig).read_text()
    assert pack in kept
    assert lock in kept  # on its own, as its parent is open
    assert kept.count("- [x]") == 3
    assert rig.line("Inbox", "Shoes").startswith("- [ ]")
    assert "[x]" not in rig.read("Inbox")
    rig.rest()
    shoes = rig.shown("Shoes")
    assert shoes.parent == identity(rig, "Pack")  # in iCloud it stays where it was
    rig.phone.reopen(identity(rig, "Pack"))
    rig.run()
    assert rig.line("Inbox", "Shoes").startswith("    - [ ]")
    assert "Pack" in rig.read("Inbox")
    rig.rest()


def test_reopened_on_the_phone_it_comes_back_and_its_copy_goes(rig: Rig) -> None:
    add(rig, TASKS)
    age(rig)
    before = identity(rig, "Send the form")
    rig.phone.reopen(before)
    report = rig.run()
    assert report.pushed == 0
    assert rig.line("Inbox", "Send the form").startswith("- [ ]")
    assert "To the *tax* office." in rig.read("Inbox")
    assert "Send" not in archive(rig).read_text()
    rig.rest()
    rig.save("Inbox", "")  # and what is deleted there now is deleted
    rig.run()
    assert rig.titles("Inbox") == set()


def test_verbs_reach_what_is_in_it_as_a_phone_does(rig: Rig) -> None:
    add(rig, TASKS + "- [x] Other\n- [x] Third\n")
    age(rig)
    rig.phone.create_list("Home")
    rig.run()
    before = archive(rig).read_text()
    assert asked(rig, "edit", "Third", notes="by Ada")["did"] == "changed"
    assert asked(rig, "move", "Third", list="Home")["list"] == "Home"
    assert asked(rig, "delete", "Other")["did"] == "deleted"
    rig.run()
    assert (rig.titles("Home"), rig.shown("Third").notes) == ({"Third"}, "by Ada")
    assert rig.titles("Inbox") == {"Send the form", "Still open"}
    assert archive(rig).read_text() == before
    rig.rest()
    asked(rig, "reopen", "Send the form", done=False)
    rig.run()
    assert rig.line("Inbox", "Send the form").startswith("- [ ]")
    assert "Send" not in archive(rig).read_text()
    rig.rest()


def test_the_copy_of_one_that_is_back_keeps_a_persons_words(rig: Rig) -> None:
    add(rig, "- [x] Done\n    <!-- mine -->\n")
    age(rig)
    rig.phone.reopen(identity(rig, "Done"))
    rig.run()
    assert "<!-- mine -->" in archive(rig).read_text()
    assert "^r-" not in archive(rig).read_text()
    rig.rest()


@pytest.mark.parametrize("keeps_copy", [False, True])
def test_a_line_brought_back_by_hand_keeps_its_identity(rig: Rig, keeps_copy: bool) -> None:
    add(rig, TASKS)
    age(rig)
    before, path = identity(rig, "Send the form"), archive(rig)
    block = path.read_text().partition("\n\n")[2]
    if not keeps_copy:
        path.write_text("# mine now\n")
    rig.append("Inbox", block.replace("[x]", "[ ]").replace(" ✅", " ✅"))
    rig.run()
    shown = rig.shown("Send the form")
    assert (shown.id, shown.done) == (before, False)
    assert "Send" not in archive(rig).read_text()
    assert len(rig.phone.reminders("Inbox")) == 2
    rig.rest()


@pytest.mark.parametrize("deed", ["delete", "edit", "rename", "empty"])
def test_what_is_done_in_the_archive_changes_nothing(rig: Rig, deed: str) -> None:
    add(rig, TASKS)
    age(rig)
    path = archive(rig)
    match deed:
        case "delete":
            shutil.rmtree(rig.folder / "Archive")
        case "edit":
            path.write_text(path.read_text().replace("[x] Send", "[ ] Never send"))
        case "rename":
            path.rename(path.with_name("old things.md"))
        case "empty":
            path.write_text("")
    rig.wait(600)
    report = rig.run()
    assert (report.pushed, report.files, report.held) == (0, 0, [])
    shown = rig.shown("Send the form")
    assert shown.done
    rig.rest()
    rig.settings["show"] = "3000d"
    rig.restart()
    report = rig.run()
    assert report.pushed == 0  # shown again, never deleted
    assert rig.shown("Send the form").done


def test_deleted_on_the_phone_it_is_forgotten_and_its_copy_stays(rig: Rig) -> None:
    add(rig, TASKS)
    age(rig)
    rig.phone.delete(identity(rig, "Send the form"))
    report = rig.run()
    assert (report.pushed, report.files) == (0, 0)
    assert "Send the form" in archive(rig).read_text()
    assert not any("Archive" in line.path for line in rig.store.places.all_lines().values())
    rig.rest()


def test_an_archive_that_cannot_be_written_keeps_the_line_where_it_is(rig: Rig) -> None:
    add(rig, TASKS)
    (rig.folder / "Archive" / "Inbox").mkdir(parents=True)
    month = time.strftime("%Y-%m", time.localtime(rig.clock()))
    path = rig.folder / "Archive" / "Inbox" / f"{month}.md"
    path.write_text("<<<<<<< a\n=======\n>>>>>>> b\n")
    rig.wait(15 * DAY_S)
    report = rig.run()
    assert any("conflict markers" in problem for problem in report.problems)
    assert "Send the form" in rig.read("Inbox")
    path.write_text("mine")
    rig.run()
    assert path.read_text().startswith("mine\n- [x] Send the form")
    rig.rest()


def test_todo_txt_lines_go_into_a_todo_txt_file(tmp_path: Path, monkeypatch) -> None:  # type: ignore[no-untyped-def]
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    with open_rig(tmp_path, empty_world(), archive="month", format="todo.txt") as rig:
        rig.run()
        text = add(rig, "x 2026-02-19 Send the form\n(A) Still open\n")
        age(rig)
        assert archive(rig).read_text() == text.splitlines(keepends=True)[0]
        assert rig.read("Inbox") == text.splitlines(keepends=True)[1]
        rig.rest()
        rig.phone.reopen(identity(rig, "Send the form"))
        rig.run()
        assert "Send the form" in rig.read("Inbox")
        assert archive(rig).read_text() == ""
        rig.rest()


def test_a_crash_anywhere_neither_loses_nor_doubles_a_line(tmp_path: Path, monkeypatch) -> None:  # type: ignore[no-untyped-def]
    """Both ways: out into the archive, and back into the list."""
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    with open_rig(tmp_path, empty_world(), archive="month") as rig:
        rig.run()
        add(rig, TASKS)
        one = identity(rig, "Send the form")
        rounds = 0
        for crash_at in range(2, 60, SHARE):
            rig.phone.complete(one, when=rig.clock() - 20 * DAY_S)
            out = _crash(rig, crash_at)
            assert _copies(rig, "Send the form") == (0, 1)
            rig.phone.reopen(one)
            back = _crash(rig, crash_at)
            assert _copies(rig, "Send the form") == (1, 0)
            rounds += 1
            if not out and not back:
                break
        assert rounds > 2
        assert len(rig.phone.reminders("Inbox")) == 2
        rig.rest()


def _crash(rig: Rig, at: int) -> bool:
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
        died = False
    except Crash:
        died = True
    rig.step = lambda _: None
    rig.restart()
    rig.run()
    rig.run()
    return died


def _copies(rig: Rig, words: str) -> tuple[int, int]:
    """How often it stands in the list's file, and in the archive."""
    kept = (rig.folder / "Archive").rglob("*.md")
    return rig.read("Inbox").count(words), sum(path.read_text().count(words) for path in kept)
