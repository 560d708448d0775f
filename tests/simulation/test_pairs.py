"""Histories of two machines, with their own folders or with one that is carried, end well."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.simulation.carrier import Carrier
from tests.simulation.living import live
from tests.simulation.pair import Pair
from tests.simulation.story import Event, Story, choose_two
from tests.simulation.tale import MARK


@pytest.mark.parametrize("seed", range(1, 13))
def test_a_history_of_two_machines_ends_well(tmp_path: Path, seed: int) -> None:
    assert live(choose_two(seed), tmp_path / "home").wrong == []


def test_nothing_is_carried_to_what_stands_where_a_folder_is_away(tmp_path: Path) -> None:
    folders = (tmp_path / "one", tmp_path / "other")
    for folder in folders:
        folder.mkdir()
    (folders[0] / "Inbox.md").write_text("- [ ] Typed\n")
    carrier = Carrier(folders, ours=False)
    assert carrier.carry() == ["carrier: Inbox.md from LAPTOP2"]
    folders[0].rename(tmp_path / "away")
    assert carrier.carry() == []
    folders[0].mkdir()
    (folders[1] / "Inbox.md").write_text("- [ ] Edited\n")
    assert carrier.carry() == []
    folders[0].rmdir()
    (tmp_path / "away").rename(folders[0])
    assert carrier.carry() == ["carrier: Inbox.md from DESKTOP"]


def test_what_is_refused_and_tried_again_by_itself_is_waited_for(tmp_path: Path) -> None:
    """It may be sent, and written by the other machine, long after both had nothing to do."""
    events = (
        Event(0, "call", 3, "item QUOTA_EXCEEDED", 970028295),
        Event(3, "between", 1, "file edit", 954165708),
        Event(3, "between", 5, "file edit", 2834015169),
        Event(3, "between", 5, "other machine runs", 3432945507),
    )
    settings = {"conflicts": "files", "mode": "purge", "grace": "30s", "hold_above": "5"}
    traits = frozenset({"likes to retitle", "two machines"})
    verdict = live(Story(433, 4, settings, traits, events), tmp_path / "home")
    assert "    problem: not accepted by iCloud: QUOTA_EXCEEDED: injected" in verdict.told
    assert verdict.wrong == []


def test_a_line_that_is_deleted_and_back_at_either_machine_is_seen(tmp_path: Path) -> None:
    pair = Pair(choose_two(8), tmp_path)
    assert pair.run().wrong == []
    assert [*pair.came_back(set())] == []
    [(_, said), *_] = pair.witness.there()
    pair.tale.deleted = set(MARK.findall(said.title)[:1])
    pair.tale.touched.clear()
    assert [*pair.came_back(set())] == [f"deleted and back: {sorted(pair.tale.deleted)}"]
    for machine in pair.machines:
        machine.stop()
