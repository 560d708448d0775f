"""A crash at any effect of a story changes nothing of its end, and neither does another one after.

``make test`` takes three stories and each of their effects; ``REMINDERSD_SOAK=1`` all stories, all
ways. ``python -m tests.simulation --sweep "conflicts: crash@17"`` plays one of them again.
"""

from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path

import pytest

from tests.simulation import sweep
from tests.simulation.reading import Said
from tests.simulation.scenarios import SCENARIOS
from tests.simulation.stage import Strike, fits, play
from tests.simulation.sweep import ALL, WAYS, Grid, Swept, run_sweep, strikes, strikes_in, words_of

SOAK = os.environ.get("REMINDERSD_SOAK") == "1"
SWEPT = ("new lines", "conflicts", "deletions")


def judged(found: Swept) -> None:
    assert not found.failed, "\n".join(
        f'python -m tests.simulation --sweep "{again}"\n  {wrong[:6]}'
        for again, wrong in found.failed.items()
    )


@pytest.mark.timeout(3600)
@pytest.mark.parametrize("name", SCENARIOS if SOAK else SWEPT)
def test_a_crash_at_any_effect_changes_nothing_of_the_end(name: str) -> None:
    found = sweep.sweep(name, "crash")
    judged(found)
    assert found.struck == found.plays == found.effects > 50


@pytest.mark.timeout(86_400)
@pytest.mark.soak
@pytest.mark.parametrize("name", SCENARIOS)
@pytest.mark.parametrize("way", WAYS[1:])
def test_nor_do_two_crashes_and_an_edit_before_one_is_kept(name: str, way: str) -> None:
    judged(run_sweep(name, way, ALL, jobs=1))


@pytest.mark.parametrize(("name", "way"), [("new lines", "twice"), ("moves", "edits")])
def test_a_few_of_these(name: str, way: str) -> None:
    found = sweep.sweep(name, way, part=7, parts=29 if way == "twice" else 241)
    judged(found)
    assert found.plays > 10


def test_each_story_ends_well_in_calm(tmp_path: Path) -> None:
    for name, scenario in SCENARIOS.items():
        stage, end = play(scenario, tmp_path / "home")
        assert end is not None, (name, stage.verdict.wrong)
        assert len(stage.steps) > 50, name


@pytest.mark.parametrize(
    "words",
    [
        "first contact: file edit@8#12008, crash@12#0",
        "first contact: phone edit@7#23007, crash@23#0",
        "first contact: file edit@24#1032024, crash@32#0",
        "first contact: file edit@22#35, crash@33#0",
        "first contact: file edit@18#23018, crash@23#0",
        "archive: file edit@31#34031, crash@34#0",
        "archive: file edit@14#1032014, crash@32#0",
        "sections and alarms: file edit@2#12002, crash@12#0",
    ],
)
def test_what_no_program_can_tell_is_no_fault(words: str, tmp_path: Path) -> None:
    """A line is changed or goes before it met its reminder, or when it is to leave anyway.

    Or a phone put it into another section, or gave it an alarm: these are edits, too. Or it was
    copied, and one of the two is in the archive.
    """
    name, struck = strikes_in(words)
    stage, _ = play(SCENARIOS[name], tmp_path / "home", struck)
    assert not stage.verdict.wrong
    assert any(act.startswith(("file: ", "phone: ")) for act in stage.verdict.struck)


def test_what_a_line_is_known_by() -> None:
    """Its title alone, once it was known; what else it says tells nothing about that."""
    said = Said("Inbox", "w1 t2", due="2060-01-01")
    assert fits(replace(said, priority=5), said, known=False)
    assert not fits(replace(said, due=""), said, known=False)
    assert fits(replace(said, due=""), said, known=True)
    assert not fits(replace(said, title="w1 t3"), said, known=True)


def test_a_different_end_would_be_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each play but the calm one has a reminder more."""
    told = iter([False, True])

    def played(scenario, home, struck=()):  # type: ignore[no-untyped-def]
        stage, end = play(scenario, home, ())
        if next(told):
            end.shown.append(("Inbox", "one more"))
        return stage, end

    monkeypatch.setattr(sweep, "play", played)
    found = sweep.sweep("new lines", "crash", Grid(stride=1000))
    assert list(found.failed.values()) == [["shown, but not in calm: ('Inbox', 'one more')"]]


def test_what_strikes() -> None:
    assert len(list(strikes("crash", 70))) == 70
    edited = [(edit.at, crash.at) for edit, crash in strikes("edits", 30)]
    assert len(edited) == 2 * (sum(range(21)) + 9 * 20)
    assert all(0 < crash - edit <= 20 for edit, crash in edited)
    twice = [(one.at, two.at) for one, two in strikes("twice", 30, Grid(12, 5, (1, 4)))]
    assert twice == [(5, 6), (5, 9), (17, 18), (17, 21), (29, 30), (29, 33)]
    other = Grid(dice=7).options
    assert other == ["--stride=1", "--first=1", "--again=1,2,5,9,14,21,33,50", "--dice=7"]


def test_a_play_can_be_named() -> None:
    struck = [Strike(3, "file edit", 77), Strike(9, "crash")]
    assert strikes_in(words_of("conflicts", struck)) == ("conflicts", struck)
