"""What an undo or a restore does in a history is judged: all that was asked for, and no more."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from sync.core.trails import Trails
from sync.core.undo import Now, TakeBack, take_back
from sync.cycle.asked import undoing
from sync.cycle.engine import Engine
from sync.errors import CannotRestore, CannotUndo
from tests.simulation.catalogue import ASKS
from tests.simulation.living import live
from tests.simulation.story import Event, Story, choose, choose_two

STORY = Story(
    1,
    2,
    {},
    frozenset({"met before", "likes to retitle"}),
    (
        Event(0, "between", 0, "file edit", 2),
        Event(0, "between", 1, "file edit", 5),
        Event(1, "after", 0, "undo", 1),
    ),
)
"""Somebody retitles lines, and has that taken back."""


def nothing(trails: Trails, now: Now) -> TakeBack:
    return TakeBack()


def everything(trails: Trails, now: Now) -> TakeBack:
    return TakeBack(deletions=sorted(now.reminders))


def half(trails: Trails, now: Now) -> TakeBack:
    """It is done, and then refused."""
    take = take_back(trails, now)
    if not take.writes:
        raise CannotUndo("planted")
    return take


def test_a_history_in_which_something_is_undone_ends_well(tmp_path: Path) -> None:
    verdict = live(STORY, tmp_path / "home")
    assert verdict.wrong == []
    assert verdict.struck["terminal: undo"] == 1


@pytest.mark.parametrize(
    ("bug", "seen"),
    [
        (nothing, "undone, and not as before: "),
        (everything, "undo took away what its run had not: "),
        (half, "an undo was refused, and "),
    ],
)
def test_an_undo_that_does_otherwise_is_seen(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    bug: Callable[[Trails, Now], TakeBack],
    seen: str,
) -> None:
    monkeypatch.setattr(undoing, "take_back", bug)
    wrong = live(STORY, tmp_path / "home").wrong
    assert [one for one in wrong if one.startswith(seen)]


BACK = replace(
    STORY,
    traits=frozenset({"met before", "likes to delete"}),
    events=(Event(0, "between", 0, "phone edit", 4), Event(1, "after", 0, "bring back", 1)),
)
"""Somebody deletes a reminder on a phone, and restores it."""


def test_a_history_in_which_something_is_restored_ends_well(tmp_path: Path) -> None:
    verdict = live(BACK, tmp_path / "home")
    assert verdict.wrong == []
    assert verdict.struck["terminal: restore"] == 1


def test_one_that_is_restored_before_any_cycle_goes_when_that_is_undone(tmp_path: Path) -> None:
    """That a phone deleted it is of no run: iCloud says afterwards what it said just before."""
    [deletes, _] = BACK.events
    asks = (Event(0, "between", 1, "bring back", 1), Event(1, "after", 0, "undo", 1))
    verdict = live(replace(BACK, events=(deletes, *asks)), tmp_path / "home")
    assert verdict.wrong == []
    assert verdict.struck["terminal: restore"] == verdict.struck["terminal: undo"] == 1


def test_what_is_restored_while_icloud_is_slow_to_tell_may_go_again(tmp_path: Path) -> None:
    """That a phone deleted it, too, is heard of later."""
    events = (
        Event(0, "between", 1, "phone edit", 925571081),
        Event(0, "between", 3, "file edit", 2389874869),
        Event(0, "between", 4, "read lag", 1),
        Event(0, "after", 0, "bring back", 1),
    )
    traits = frozenset({*BACK.traits, "one thing"})
    story = Story(45817, 1, {"mode": "purge", "grace": "30s"}, traits, events)
    verdict = live(story, tmp_path / "home")
    assert verdict.wrong == []
    assert verdict.struck["terminal: restore"] == 1


def told(engine: Engine, key: str) -> str:
    return key


def refused(engine: Engine, key: str) -> None:
    restore(engine, key)
    raise CannotRestore("planted")


restore = Engine.restore


@pytest.mark.parametrize(
    ("bug", "seen"), [(told, "restored, and not there: "), (refused, "restore was refused, and ")]
)
def test_a_restore_that_does_otherwise_is_seen(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    bug: Callable[[Engine, str], object],
    seen: str,
) -> None:
    monkeypatch.setattr(Engine, "restore", bug)
    wrong = live(BACK, tmp_path / "home").wrong
    assert [one for one in wrong if one.startswith(seen)]


def test_nobody_undoes_anything_in_most_stories_nor_on_two_machines() -> None:
    having = [seed for seed in range(1, 501) if any(e.what in ASKS for e in choose(seed).events)]
    assert 50 < len(having) < 100
    assert not any(e.what in ASKS for seed in having for e in choose_two(seed).events)
