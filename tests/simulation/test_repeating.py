"""What becomes of a reminder that repeats is judged: each tick completes one occurrence, once."""

from __future__ import annotations

from pathlib import Path

import pytest

from store.model import Field
from sync.core import plan
from sync.core.actions import Plan, SetLine
from sync.core.matching import match
from sync.core.repeating.series import Tick
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


def forgets(tick: Tick) -> Plan:
    return Plan(renders=(SetLine(tick.id, {Field.DONE: None}),))


@pytest.mark.parametrize("story", [STORY, BY_HAND, choose(RENAMED)])
def test_a_history_in_which_a_reminder_repeats_ends_well(tmp_path: Path, story: Story) -> None:
    verdict = live(story, tmp_path / "home")
    assert verdict.wrong == []
    assert verdict.struck["file: occurrence"] + verdict.struck["file: tick"] == 1


def test_a_tick_that_is_lost_is_seen(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(plan, "tick_means", forgets)
    wrong = live(BY_HAND, tmp_path / "home").wrong
    assert [one for one in wrong if one.startswith("a tick is lost: ")]


def test_a_tick_that_counts_twice_is_seen(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(plan, "_is_over", lambda case, remote: False)
    wrong = live(choose(RENAMED), tmp_path / "home").wrong
    assert wrong == ["2 occurrences are done, by 1 ticks"]


def test_a_second_series_is_seen(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(match, "_goes_on_from", lambda ticked, line, matched: False)
    wrong = live(STORY, tmp_path / "home").wrong
    assert [one for one in wrong if one.startswith("the series goes on twice: ")]


def test_nothing_repeats_in_most_stories_nor_on_two_machines() -> None:
    having = [seed for seed in range(1, 501) if "repeats" in choose(seed).traits]
    assert 40 < len(having) < 80
    assert not any(e.what in ASKS for seed in having for e in choose(seed).events)
    others = [seed for seed in range(1, 501) if seed not in having]
    stories = [*map(choose, others), *map(choose_two, range(1, 501))]
    assert not any(event.what in SERIES for story in stories for event in story.events)
