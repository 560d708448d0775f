"""What cannot be known is named, with the way out; nothing is deleted, and the rest flows."""

from __future__ import annotations

import errno
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from sync.cycle.report import Report
from tests.rig import Rig

Restore = Callable[[], object]


def three_lists(rig: Rig) -> None:
    """Inbox, Work and Plans (in the group Office), with three tasks each."""
    rig.phone.create_list("Work")
    rig.phone.create_list("Office", is_group=True)
    rig.phone.create_list("Plans", "Office")
    rig.run()
    for name in ("Inbox", "Work", "Office/Plans"):
        rig.append(name, "".join(f"- [ ] {name[-5:]} {number}\n" for number in (1, 2, 3)))
    rig.run()


def titles(rig: Rig) -> set[str]:
    return {one.title for one in rig.phone.reminders()}


def closed(monkeypatch: pytest.MonkeyPatch, directory: Path) -> Restore:
    """As if a directory were another user's; root, who runs tests, may read everything."""
    real = os.scandir

    def scandir(path: Any) -> Any:
        if Path(path) == directory:
            raise PermissionError(errno.EACCES, os.strerror(errno.EACCES), str(path))
        return real(path)

    monkeypatch.setattr(os, "scandir", scandir)
    return lambda: monkeypatch.setattr(os, "scandir", real)


def whole_folder(rig: Rig, monkeypatch: pytest.MonkeyPatch) -> Restore:
    return closed(monkeypatch, rig.folder)


def one_group(rig: Rig, monkeypatch: pytest.MonkeyPatch) -> Restore:
    return closed(monkeypatch, rig.folder / "Office")


def spoiled(rig: Rig, spoil: Callable[[Path], object]) -> Restore:
    path, text = rig.path("Work"), rig.read("Work")
    spoil(path)

    def restore() -> None:
        path.unlink(missing_ok=True)
        rig.save("Work", text)

    return restore


def emptied(rig: Rig, _: pytest.MonkeyPatch) -> Restore:
    return spoiled(rig, lambda path: path.write_bytes(b""))


def shrunk(rig: Rig, _: pytest.MonkeyPatch) -> Restore:
    return spoiled(rig, lambda path: path.write_bytes(path.read_bytes()[:20]))


def half_merged(rig: Rig, _: pytest.MonkeyPatch) -> Restore:
    return spoiled(rig, lambda path: path.write_bytes(b"<<<<<<< HEAD\n" + path.read_bytes()))


def a_link_to_itself(rig: Rig, _: pytest.MonkeyPatch) -> Restore:
    def loop(path: Path) -> None:
        path.unlink()
        path.symlink_to(path.name)

    return spoiled(rig, loop)


def unmounted(rig: Rig, _: pytest.MonkeyPatch) -> Restore:
    """The mount point is there, with nothing in it."""
    away = rig.home / "away"
    rig.folder.rename(away)
    rig.folder.mkdir()

    def restore() -> None:
        rig.folder.rmdir()
        away.rename(rig.folder)

    return restore


@pytest.mark.parametrize(
    ("lose", "names", "way_out", "flows"),
    [
        (whole_folder, "Todo", "cannot be read", False),
        (unmounted, "Todo", "remindersd approve folder", False),
        (one_group, "Office", "make it readable", True),
        (emptied, "Work.md", "restore --file Work.md", True),
        (shrunk, "Work.md", "restore --file Work.md", True),
        (half_merged, "Work.md", "restore --file Work.md", True),
        (a_link_to_itself, "Work.md", "restore --file Work.md", True),
    ],
)
def test_it_is_named_and_deletes_nothing(
    rig: Rig,
    monkeypatch: pytest.MonkeyPatch,
    lose: Callable[[Rig, pytest.MonkeyPatch], Restore],
    names: str,
    way_out: str,
    flows: bool,
) -> None:
    three_lists(rig)
    before = titles(rig)
    restore = lose(rig, monkeypatch)
    rig.phone.edit(rig.shown("Inbox 1").id, title="Inbox one")
    reports: list[Report] = []
    for _ in range(2):
        rig.wait(3600)
        reports.append(rig.run())
    told = [hold.reason for hold in reports[-1].held if names in hold.reason]
    assert any(way_out in reason for reason in told), reports[-1].held
    assert reports[0].exit_code in (3, 4)
    assert titles(rig) == (before - {"Inbox 1"}) | {"Inbox one"}
    assert {hold.reason for hold in rig.store.attention.holds()} >= set(told)  # so does `status`
    if flows:
        assert "Inbox one" in rig.read("Inbox")
    restore()
    report = rig.run()
    assert (report.held, report.pushed) == ([], 0)
    assert "Inbox one" in rig.read("Inbox")


def spoil_title(rig: Rig, id: str) -> None:
    record = {
        "recordName": f"Reminder/{id}",
        "recordType": "Reminder",
        "fields": {"TitleDocument": {"type": "STRING", "value": "AAAA"}},
    }
    rig.world.zone.modify([{"operationType": "forceUpdate", "record": record}])


@pytest.mark.parametrize("deleted", [False, True])
def test_a_title_that_cannot_be_read_is_named_and_its_line_left_alone(
    rig: Rig, deleted: bool
) -> None:
    three_lists(rig)
    line, known = rig.line("Work", "Work 2"), rig.shown("Work 2").id
    spoil_title(rig, known)
    if deleted:
        rig.replace("Work", line + "\n", "")
    rig.replace("Work", "- [ ] Work 1", "- [x] Work 1")
    with rig.counting() as sent:
        for _ in range(2):
            report = rig.run()
    assert [(hold.id, hold.kind) for hold in report.held] == [(known, "unreadable")]
    assert "title" in report.held[0].reason
    assert rig.shown("Work 1").done
    assert (line in rig.read("Work")) is not deleted
    touched = str([one["body_summary"] for one in sent if "modify" in str(one["path"])])
    assert known not in touched
    [record] = rig.world.zone.lookup([f"Reminder/{known}"])
    assert not record["fields"].get("Deleted", {}).get("value")
