"""Hand-made files of every sort pass through a sync with not a byte changed but what was edited."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from sync.cycle.observing.awaited import WAIT_S
from sync.local.markdown import TodoFile, parse
from tests.rig import Rig, empty_world, open_rig

GOLDEN = Path(__file__).parent.parent / "golden" / "markdown"
FILES = sorted(GOLDEN.glob("*.md"))
STAMP = re.compile(rb" ?\^r-[0-9a-z]+")
FLAG = re.compile(" *🚩 *".encode())


@pytest.fixture(scope="module", params=FILES, ids=lambda path: path.stem)
def ugly(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[Rig, bytes]]:
    """A rig whose “Inbox” is an ugly file, synced, and the bytes that were put there.

    The tests share it in their order, so the ones that change it come last.
    """
    with open_rig(tmp_path_factory.mktemp("ugly"), empty_world(), show="36500d") as rig:
        rig.run()
        ours = re.search(rb"icloud-id: (\S+)", rig.path("Inbox").read_bytes())
        assert ours is not None
        data = request.param.read_bytes()
        data = re.sub(rb"(icloud-id: )l-\w+", rb"\g<1>" + ours[1], data)
        rig.path("Inbox").write_bytes(data)
        rig.run()
        rig.wait(WAIT_S)  # an id that we do not know may be another machine's
        rig.run()
        yield rig, data


def parsed(rig: Rig) -> TodoFile:
    return parse(rig.path("Inbox").read_bytes(), "Europe/Paris")


def changed(before: bytes, after: bytes) -> list[tuple[bytes, bytes]]:
    """The lines that differ; none may have come or gone."""
    old, new = before.split(b"\n"), after.split(b"\n")
    assert len(old) == len(new), after.decode()
    return [pair for pair in zip(old, new, strict=True) if pair[0] != pair[1]]


def unflagged(line: bytes) -> bytes:
    """The line without its flag, and without the spaces that set a token apart."""
    return FLAG.sub(b"", line).replace(b" ", b"")


def test_only_ids_are_added(ugly: tuple[Rig, bytes]) -> None:
    rig, data = ugly
    after = rig.path("Inbox").read_bytes()
    for old, new in changed(data, after):
        assert STAMP.sub(b"", new) == STAMP.sub(b"", old)
    rig.rest()


def test_what_it_says_is_what_the_phone_shows(ugly: tuple[Rig, bytes]) -> None:
    rig, _ = ugly
    shown = {(one.title, one.notes, one.done) for one in rig.phone.reminders()}
    said = {
        (task.reminder.title, task.reminder.notes, task.reminder.done is not None)
        for task in parsed(rig).tasks
        if task.block
    }
    assert shown == said
    assert all(one.problems == () for one in rig.phone.reminders())


def test_one_remote_change_changes_one_token(ugly: tuple[Rig, bytes]) -> None:
    rig, _ = ugly
    blocks = {block.block: id for id, block in rig.store.places.all_blocks().items()}
    shown = {one.id: one for one in rig.phone.reminders()}
    for task in parsed(rig).tasks[:3]:
        id = blocks.get(task.block or "")
        if id not in shown:
            continue
        before = rig.path("Inbox").read_bytes()
        rig.phone.edit(id, flagged=not shown[id].flagged)
        report = rig.run()
        assert report.problems == []
        pairs = changed(before, rig.path("Inbox").read_bytes())
        assert len(pairs) == 1, pairs
        old, new = pairs[0]
        assert unflagged(new) == unflagged(old)
    rig.rest()


def test_all_of_it_gone_on_the_phone_leaves_the_prose(ugly: tuple[Rig, bytes]) -> None:
    """What was no task before is there afterwards, in its order, byte for byte."""
    rig, data = ugly
    prose = [line for line in data.split(b"\n") if line.strip() and line[:1].isalpha()]
    for one in rig.phone.reminders():
        if one.parent is None:
            rig.phone.delete(one.id)
    rig.run()
    rig.engine.approve()
    rig.run()
    after = rig.path("Inbox").read_bytes()
    kept = [line for line in after.split(b"\n") if line in prose]
    assert kept == prose
    assert rig.phone.reminders() == []


def test_a_date_with_a_slip_is_taken_when_it_is_corrected(rig: Rig) -> None:
    rig.append("Inbox", "- [ ] Typed 📅 2026-13-45\n")
    rig.run()
    rig.replace("Inbox", "2026-13-45", "2026-12-14")
    report = rig.run()
    assert (report.conflicts, report.problems) == ([], [])
    assert rig.shown("Typed").due == "2026-12-14"
    assert "- [ ] Typed 📅 2026-12-14 ^r-" in rig.read("Inbox")
    rig.rest()


def test_a_slip_corrected_while_a_phone_says_otherwise_is_a_conflict(rig: Rig) -> None:
    rig.append("Inbox", "- [ ] Typed 📅 2026-13-45\n")
    rig.run()
    rig.phone.edit(rig.shown("Typed").id, due="2026-12-20")
    rig.replace("Inbox", "2026-13-45", "2026-12-14")
    assert [str(one.field) for one in rig.run().conflicts] == ["due"]
    assert rig.shown("Typed").due == "2026-12-20"
    rig.rest()


def test_a_line_that_a_phone_moves_ends_as_before_where_a_file_mixes_both(rig: Rig) -> None:
    """Pasted from a file of Windows, some lines end as there; none may follow its neighbour."""
    rig.append("Inbox", "- [ ] Trip\r\n- [ ] Pack\r\n    > n\r\n- [ ] Bread\n- [ ] Milk\n")
    rig.run()
    before = sorted(rig.read("Inbox").splitlines(keepends=True))
    for title, above in ("Pack", "Bread"), ("Milk", "Trip"), ("Pack", None), ("Milk", None):
        parent = None if above is None else rig.shown(above).id
        rig.phone.make_subtask(rig.shown(title).id, parent)
        rig.run()
        after = rig.read("Inbox").splitlines(keepends=True)
        [line] = [one for one in after if title in one]
        assert line.startswith(" ") == (parent is not None)
        assert sorted(one.lstrip(" ") for one in after) == sorted(one.lstrip(" ") for one in before)
    assert sorted(after) == before
    rig.rest()


@pytest.mark.parametrize("place", [b"caf\xe9.md", b"caf\xe9/Trip.md"])
def test_a_line_in_a_file_whose_name_is_no_text_is_not_gone(tmp_path: Path, place: bytes) -> None:
    with open_rig(tmp_path, empty_world()) as rig:
        rig.run()
        rig.append("Inbox", "- [ ] Milk\n- [ ] Bread\n")
        rig.run()
        inbox = rig.path("Inbox")
        there = Path(os.fsdecode(os.fsencode(inbox.parent) + b"/" + place))
        there.parent.mkdir(exist_ok=True)
        there.write_text(rig.line("Inbox", "Milk") + "\n")
        lines = inbox.read_text().splitlines(keepends=True)
        inbox.write_text("".join(line for line in lines if "Milk" not in line))
        told = rig.run()
        assert rig.titles("Inbox") == {"Milk", "Bread"}
        said = [*told.problems, *(hold.reason for hold in told.held)]
        assert "its name is not UTF-8" in " ".join(said)
        there.unlink()
        if there.parent != inbox.parent:
            there.parent.rmdir()
        rig.run()
        assert rig.titles("Inbox") == {"Bread"}
