"""What becomes of a reminder that repeats is judged: each tick completes one occurrence, once."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from store.model import AllDay, Field
from sync.core import plan
from sync.core.actions import Complete, Plan, SetLine
from sync.core.matching.handing import _Offered
from sync.core.repeating.series import Tick, tick_means
from tests.simulation.catalogue import ASKS, SERIES
from tests.simulation.living import live
from tests.simulation.story import Event, Story, choose, choose_two

RULE = Event(0, "between", -1, "rule", 1)
STORY = Story(
    1,
    2,
    {},
    frozenset({"met before", "repeats"}),
    (RULE, Event(1, "between", 0, "file occurrence", 4)),
)
"""A reminder gets a rule, and somebody ticks its line; the editor types the next one beside it."""
BY_HAND = STORY.with_events([RULE, Event(1, "between", 0, "file occurrence", 1)])
"""The editor types nothing beside it."""
RENAMED = 1378
"""A seed: the file is renamed before the line that was ticked can be set back."""

PASTED = 23510
"""A seed: a line that was cut is pasted where the one that we put in for it is ticked."""


def forgets(tick: Tick) -> Plan:
    return Plan(renders=(SetLine(tick.id, {Field.DONE: None}),))


def leaves_ticked(day: str) -> Callable[[Tick], Plan | None]:
    """The line goes on from this day and is not open."""

    def means(tick: Tick) -> Plan | None:
        plan = tick_means(tick)
        if plan is None or tick.base_due != AllDay(date.fromisoformat(day)):
            return plan
        [complete] = plan.pushes
        assert isinstance(complete, Complete)
        following = {Field.DUE: complete.occurrence.next_due}
        return replace(plan, renders=(SetLine(tick.id, following),))

    return means


@pytest.mark.parametrize("story", [STORY, BY_HAND, choose(RENAMED)])
def test_a_history_in_which_a_reminder_repeats_ends_well(tmp_path: Path, story: Story) -> None:
    verdict = live(story, tmp_path / "home")
    assert verdict.wrong == []
    assert verdict.struck["file: occurrence"] + verdict.struck["file: tick"] == 1


def test_what_is_pasted_beside_its_own_ticked_line_is_a_copy(tmp_path: Path) -> None:
    assert live(choose(PASTED), tmp_path / "home").wrong == []


def test_a_tick_that_is_lost_is_seen(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(plan, "tick_means", forgets)
    wrong = live(BY_HAND, tmp_path / "home").wrong
    assert [one for one in wrong if one.startswith("a tick is lost: ")]


def test_a_tick_that_counts_twice_is_seen(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(plan, "tick_means", leaves_ticked("2061-03-26"))
    wrong = live(BY_HAND, tmp_path / "home").wrong
    assert wrong == ["2 occurrences are done, by 1 ticks"]


def test_an_occurrence_that_is_open_again_is_seen(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(plan, "_is_over", lambda case, remote: False)
    wrong = live(choose(RENAMED), tmp_path / "home").wrong
    assert [one.partition(": ")[0] for one in wrong] == ["an occurrence is open that was completed"]


def test_a_second_series_is_seen(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(_Offered, "_repeats", lambda self, line: False)
    wrong = live(STORY, tmp_path / "home").wrong
    assert [one for one in wrong if one.startswith("the series goes on twice: ")]


def test_something_repeats_in_one_of_six_stories() -> None:
    having = [seed for seed in range(1, 501) if "repeats" in choose(seed).traits]
    undone = [seed for seed in having if any(e.what in ASKS for e in choose(seed).events)]
    assert 40 < len(having) - len(undone) < 80
    assert 10 < len(undone) < 40
    others = [choose(seed) for seed in range(1, 501) if seed not in having]
    pairs = [choose_two(seed) for seed in range(1, 501)]
    others += [story for story in pairs if "repeats" not in story.traits]
    assert 20 < len([story for story in pairs if "repeats" in story.traits]) < 40
    assert not any(event.what in SERIES for story in others for event in story.events)
