"""`restore --file` and `restore --list`: what was a file or list is one again, nothing twice."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from sync.cycle.asked.restorable import restorable
from sync.errors import CannotRestore, NetworkError
from tests.rig import Crash, Rig, empty_world, open_rig


def work(rig: Rig) -> dict[str, str]:
    """The list “Work” with a parent, its child, a done one and a section; ids by title."""
    rig.phone.create_list("Work")
    parent = rig.phone.create("Work", "Move house")
    rig.phone.create("Work", "Pack", parent=parent)
    rig.phone.create("Work", "Done", done=True)
    rig.run()
    rig.append("Work", "\n## Later\n\n- [ ] Paint #wall\n    > white\n")
    rig.run()
    return {one.title: one.id for one in rig.phone.reminders("Work")}


def ids(rig: Rig) -> dict[str, str]:
    return {one.title: one.id for one in rig.phone.reminders("Work")}


def lines(rig: Rig) -> set[str]:
    return set(rig.read("Work").split("\n"))


# ---- files


def delete_it(rig: Rig) -> None:
    rig.path("Work").unlink()


def empty_it(rig: Rig) -> None:
    rig.save("Work", "")


def conflict_markers(rig: Rig) -> None:
    rig.save("Work", f"<<<<<<< HEAD\n{rig.read('Work')}=======\n>>>>>>> theirs\n")


def make_a_directory(rig: Rig) -> None:
    rig.path("Work").unlink()
    rig.path("Work").mkdir()


def dangling_link(rig: Rig) -> None:
    rig.path("Work").unlink()
    rig.path("Work").symlink_to(rig.folder / "nowhere.md")


def not_text(rig: Rig) -> None:
    rig.path("Work").write_bytes(b"\xff\xfe\x00- [ ] Move house")


DAMAGES = [conflict_markers, make_a_directory, dangling_link, not_text]


@pytest.mark.parametrize(
    ("spoil", "seen"),
    [(delete_it, False), *((spoil, True) for spoil in (delete_it, empty_it, *DAMAGES))],
)
def test_a_file_is_written_again_with_its_ids_and_headings(
    rig: Rig, spoil: Callable[[Rig], None], seen: bool
) -> None:
    known, before = work(rig), lines(rig)
    spoil(rig)
    if seen:
        rig.run()
    refiled = rig.engine.restore_file("Work.md")
    report = rig.run()
    assert (report.pushed, report.held) == (0, [])
    assert lines(rig) >= {line for line in before if "^r-" in line or line[:2] == "##"}
    assert ids(rig) == known
    if spoil in DAMAGES:
        assert refiled.kept == ".remindersd/replaced/Work.md"
        assert (rig.folder / refiled.kept).exists() or (rig.folder / refiled.kept).is_symlink()
    else:
        assert refiled.kept is None
    if spoil not in (dangling_link, make_a_directory):
        rig.rest()


def test_a_file_over_which_that_of_another_list_was_put_comes_back_beside_it(rig: Rig) -> None:
    known, before = work(rig), lines(rig)
    rig.append("Inbox", "- [ ] Post letter\n")
    rig.run()
    rig.path("Inbox").replace(rig.path("Work"))
    assert [hold.kind for hold in rig.run().held] == ["list"]
    rig.engine.restore_file("Work.md")
    report = rig.run()
    assert (report.pushed, report.held) == (0, [])
    assert "Post letter" in rig.read("Work")
    assert {line for line in before if "^r-" in line} <= set(rig.read("Work (2)").splitlines())
    assert {one.title: one.id for one in rig.phone.reminders()}.items() >= known.items()
    rig.rest()


@pytest.mark.parametrize("format", ["todo.txt", "vdir"])
def test_a_file_comes_back_in_each_format(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, format: str
) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    with open_rig(tmp_path, empty_world(), format=format) as rig:
        rig.phone.create_list("Work")
        parent = rig.phone.create("Work", "Move house")
        for number in range(3):
            rig.phone.create("Work", f"Pack {number}", parent=parent)
        rig.run()
        known, place = ids(rig), "Work" if format == "vdir" else "Work.txt"
        before = rig.bytes_of_folder()
        shutil.rmtree(rig.folder / place) if format == "vdir" else os.unlink(rig.folder / place)
        rig.run()
        rig.engine.restore_file(place)
        report = rig.run()
        assert (report.pushed, report.held, ids(rig)) == (0, [], known)
        assert sorted(rig.bytes_of_folder()) == sorted(before)
        rig.rest()


def test_one_task_of_a_directory_is_restored_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    with open_rig(tmp_path, empty_world(), format="vdir") as rig:
        for title in ("One", "Two"):
            rig.phone.create("Inbox", title)
        rig.run()
        path = sorted(rig.bytes_of_folder())[0]
        (rig.folder / path).write_bytes(b"\xff\xfe\x00")
        rig.run()
        assert rig.engine.restore_file(path).kept == f".remindersd/replaced/{path}".replace(
            "Inbox/", "Inbox - "
        )
        report = rig.run()
        assert (report.pushed, report.held, rig.titles("Inbox")) == (0, [], {"One", "Two"})
        assert path in rig.bytes_of_folder()


def test_a_damaged_file_is_kept_whole_and_never_over_another(rig: Rig) -> None:
    work(rig)
    kept = []
    for _ in range(2):
        conflict_markers(rig)
        text = rig.read("Work")
        rig.run()
        path = rig.engine.restore_file(str(rig.path("Work"))).kept
        assert path is not None
        assert (rig.folder / path).read_text() == text
        kept.append(path)
        rig.run()
    assert kept[0] != kept[1]


def test_a_crash_before_the_damaged_file_is_moved_loses_nothing(rig: Rig) -> None:
    known = work(rig)
    conflict_markers(rig)
    rig.run()

    def crash(step: str) -> None:
        if step == "refile:aside":
            raise Crash

    rig.step = crash
    with pytest.raises(Crash):
        rig.engine.restore_file("Work.md")
    rig.step = lambda _: None
    rig.restart()
    assert rig.run().pushed == 0
    assert rig.engine.restore_file("Work.md").kept
    report = rig.run()
    assert (report.pushed, report.held, ids(rig)) == (0, [], known)


def test_what_is_in_order_is_not_written_over(rig: Rig) -> None:
    work(rig)
    text = rig.read("Work")
    with pytest.raises(CannotRestore, match=r"Work\.md is there and can be read"):
        rig.engine.restore_file("Work.md")
    for path in ("Nothing.md", "../Work.md", ""):
        with pytest.raises(CannotRestore, match="is no list's file"):
            rig.engine.restore_file(path)
    rig.run()
    assert rig.read("Work") == text


def test_edits_on_the_phone_meanwhile_are_in_the_file(rig: Rig) -> None:
    known = work(rig)
    delete_it(rig)
    rig.run()
    rig.phone.edit(known["Pack"], notes="boxes")
    rig.phone.delete(known["Paint"])
    rig.engine.restore_file("Work.md")
    rig.run()
    assert "> boxes" in rig.read("Work")
    assert "Paint" not in rig.read("Work")
    rig.rest()


# ---- lists


def deleted_on_the_phone(rig: Rig) -> None:
    rig.phone.delete_list("Work")


def deleted_by_approval(rig: Rig) -> None:
    rig.path("Work").unlink()
    rig.run()
    assert rig.engine.approve(["Work"])


@pytest.mark.parametrize(
    ("delete", "seen", "mode"),
    [
        (deleted_on_the_phone, True, "soft"),
        (deleted_on_the_phone, False, "soft"),
        (deleted_by_approval, True, "soft"),
        (deleted_by_approval, True, "purge"),
    ],
)
def test_a_deleted_list_comes_back_with_what_was_in_it(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    delete: Callable[[Rig], None],
    seen: bool,
    mode: str,
) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    with open_rig(tmp_path, empty_world(), mode=mode, hold_above="99") as rig:
        rig.run()
        known = work(rig)
        delete(rig)
        if seen:
            rig.run()
            rig.run()
            assert "Work" not in {one.name for one in rig.phone.lists()}
            assert rig.line("Work", "Later") == "## Later" if rig.path("Work").exists() else True
        restored = rig.engine.restore_list("Work")
        anew = mode == "purge" and delete is deleted_by_approval
        assert (restored.name, restored.deleted, restored.anew) == ("Work", True, anew)
        report = rig.run()
        assert (report.pushed, report.held) == (0, [])
        assert ids(rig) == known
        assert {one.problems for one in rig.phone.reminders("Work")} == {()}
        assert rig.shown("Pack").parent == known["Move house"]
        assert {"Move house", "Pack", "Done", "Paint #wall"} <= {
            line.partition("] ")[2].partition(" ^")[0].partition(" ✅")[0] for line in lines(rig)
        }
        rig.rest()
        with pytest.raises(CannotRestore, match=r"“Work” is not deleted; it is in Work\.md"):
            rig.engine.restore_list("Work")


@pytest.fixture
def purged(purging: Rig) -> Rig:
    """“Work” is gone for good, with all that was in it."""
    work(purging)
    deleted_by_approval(purging)
    purging.run()
    purging.run()
    return purging


def test_a_crash_at_any_step_of_it_is_gone_on_with(purged: Rig) -> None:
    left = 0

    def crash(_: str) -> None:
        nonlocal left
        left -= 1
        if left == 0:
            raise Crash

    purged.step = crash
    for stop_at in range(4, 300, 7):
        left = stop_at
        try:
            purged.engine.restore_list("Work")
        except Crash:
            purged.restart()
        except CannotRestore:
            break
    left = 0
    purged.run()
    assert stop_at > 20
    assert sorted(ids(purged)) == ["Done", "Move house", "Pack", "Paint"]
    purged.rest()


@pytest.mark.parametrize("known", [True, False])
def test_one_that_was_in_a_group_comes_back_with_it_where_icloud_lost_both(
    rig: Rig, monkeypatch: pytest.MonkeyPatch, known: bool
) -> None:
    """Or at the top, where nothing is known of the group any more."""
    rig.phone.create_list("Family", is_group=True)
    rig.phone.create_list("Home", "Family")
    for title in ("One", "Two", "Three"):
        rig.phone.create("Home", title)
    rig.run()
    before = rig.read("Family/Home")
    group = next(one.id for one in rig.phone.lists() if one.is_group)
    rig.world.zone.recreate()
    assert {hold.kind for hold in rig.run().held} == {"deletions"}
    if not known:
        gone = rig.store.mirror.gone
        forgotten = {f"List/{group}": {}}
        monkeypatch.setattr(rig.store.mirror, "gone", lambda name: forgotten.get(name, gone(name)))
    assert rig.engine.restore_list("Home").reminders == 3
    report = rig.run()
    report = rig.run()
    assert report.held == []
    assert rig.read("Family/Home") == before
    assert rig.titles("Home") == {"One", "Two", "Three"}
    there = {"Family": None, "Home": "Family"} if known else {"Home": None}
    assert {one.name: one.group for one in rig.phone.lists()} == there
    rig.rest()


@pytest.mark.parametrize("kind", ["lost_reply", "cut_before"])
@pytest.mark.parametrize("skip", [0, 2])
def test_a_lost_answer_is_gone_on_with_by_the_next_cycle(purged: Rig, kind: str, skip: int) -> None:
    purged.world.faults.fail(kind, "records/modify", skip=skip)  # type: ignore[arg-type]
    with pytest.raises(NetworkError):
        purged.engine.restore_list("Work")
    purged.run()
    if "Work" not in {one.name for one in purged.phone.lists()}:
        purged.engine.restore_list("Work")
    purged.run()
    assert sorted(ids(purged)) == ["Done", "Move house", "Pack", "Paint"]
    purged.rest()


def test_what_was_deleted_long_before_its_list_stays_deleted(purging: Rig) -> None:
    known = work(purging)
    purging.phone.delete(known["Paint"], hard=True)
    purging.run()
    purging.wait(3600)
    deleted_by_approval(purging)
    purging.run()
    purging.run()
    assert purging.engine.restore_list("Work").reminders == 3
    purging.run()
    assert "Paint" not in ids(purging)
    assert purging.engine.restore("Paint").anew
    purging.run()
    assert "Paint" in purging.read("Work")


def test_a_list_that_nobody_knows(rig: Rig) -> None:
    with pytest.raises(CannotRestore, match="no list is known that is called “Nothing”"):
        rig.engine.restore_list("Nothing")


# ---- what can be restored


def test_all_that_can_be_restored_is_named_with_its_key(rig: Rig) -> None:
    known = work(rig)
    block = rig.line("Work", "Paint").rpartition("^")[2]
    rig.phone.delete(known["Paint"])
    rig.phone.create_list("Old")
    rig.run()
    rig.phone.delete_list("Old")
    rig.run()
    rig.path("Inbox").unlink()
    rig.run()
    found = {
        (one.kind, one.key, one.title, one.how)
        for one in restorable(rig.store, int(rig.clock() * 1000))
    }
    assert found == {
        ("reminder", block, "Paint", "deleted"),
        ("list", "Old", "Old", "deleted"),
        ("file", "Inbox.md", "Inbox.md", "gone"),
    }
    rig.engine.restore_file("Inbox.md")
    rig.engine.restore_list("Old")
    rig.engine.restore(block)
    rig.run()
    assert restorable(rig.store, int(rig.clock() * 1000)) == []
    rig.path("Inbox").unlink()
    rig.engine.forget("Inbox")
    rig.run()
    [one] = restorable(rig.store, int(rig.clock() * 1000))
    assert (one.kind, one.key, one.how) == ("list", "Inbox", "not kept here")
