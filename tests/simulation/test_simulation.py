"""Histories of people and faults end well: nothing lost, nothing twice, both sides the same.

``REMINDERSD_HISTORIES=10000`` lives through so many. A history that ends badly is told, and shrunk,
by ``python -m tests.simulation SEED``.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest

from tests.simulation import caller, typist
from tests.simulation.catalogue import BETWEEN, CALLS, EDITS, STEPS
from tests.simulation.history import History
from tests.simulation.living import live
from tests.simulation.runner import ROOT, run_histories
from tests.simulation.shrink import shrink
from tests.simulation.spare import is_spared, sparing
from tests.simulation.story import Event, Story, choose
from tests.simulation.trace import trace

HISTORIES = int(os.environ.get("REMINDERSD_HISTORIES", "2000"))
SOON = {"call": 6, "step": 60}
FIRST = int(os.environ.get("REMINDERSD_FIRST_HISTORY", "1"))

PLANNED = {*BETWEEN, *CALLS, *STEPS} - set(EDITS)
SEAMS = {
    "crash at a commit, before",
    "crash at a commit, after",
    "crash at a change of a file",
    "crash at a turn of the cycle",
}
PEOPLE = {f"file: {act.__name__}" for act in typist.ACTS}
PEOPLE |= {f"phone: {act.__name__}" for act in caller.ACTS}
PEOPLE |= {"terminal: undo", "terminal: restore"}
PEOPLE |= {f"{where}: {what}" for where in ("file", "phone") for what in ("rule", "occurrence")}
KINDS = PLANNED | SEAMS | PEOPLE | {"phone: delete softly", "phone: delete for good"}


@pytest.mark.timeout(86_400)
def test_every_history_ends_well_and_faults_of_each_kind_occur() -> None:
    """Of few histories none is sure to have a given kind; of these, most kinds are due to come."""
    tally = run_histories(FIRST, FIRST + HISTORIES - 1, jobs=2, gently=True)
    assert tally.histories == HISTORIES
    again = "\n".join(f"python -m tests.simulation {seed}" for seed in sorted(tally.failed))
    assert tally.failed == {}, f"{again}\n{json.dumps(tally.failed, indent=1)[:4000]}"
    if HISTORIES >= 500:
        rare = {kind: tally.struck[kind] for kind in KINDS if tally.struck[kind] * 100 < HISTORIES}
        assert rare == {}
    else:
        assert len(tally.struck.keys() & KINDS) * 10 > len(KINDS) * 7


def test_each_kind_of_fault_is_planned_in_three_histories_of_a_hundred() -> None:
    """Early enough in a cycle to come: among its first calls and effects."""
    planned: Counter[str] = Counter()
    for seed in range(1, 501):
        near = [event for event in choose(seed).events if event.at <= SOON.get(event.seam, 99)]
        planned.update({event.what for event in near})
    assert {kind: planned[kind] for kind in PLANNED if planned[kind] < 15} == {}


@pytest.mark.parametrize("seed", [1, 2, 3, 4, 5, 6])
def test_a_history_lived_twice_is_the_same(tmp_path: Path, seed: int) -> None:
    one, other = (trace(choose(seed), tmp_path / name) for name in ("one", "other"))
    assert one == other


def test_nor_does_what_was_lived_before_in_the_same_database_matter(tmp_path: Path) -> None:
    """In most it is: one history's machine gets the database of the one before, emptied."""
    alone = trace(choose(9), tmp_path / "home")
    shutil.rmtree(tmp_path / "home")
    with sparing(tmp_path / "spare"):
        for seed in (2, 3):
            live(choose(seed), tmp_path / "home")
        assert is_spared(tmp_path / "home" / "state" / "mirror.db")
        assert trace(choose(9), tmp_path / "home") == alone


def test_a_history_does_not_depend_on_the_order_of_sets(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "tests.simulation", "--trace", "3"]
    traces = [
        subprocess.run(
            command,
            cwd=ROOT,
            env={**os.environ, "PYTHONPATH": str(ROOT), "PYTHONHASHSEED": seed},
            check=True,
            capture_output=True,
        ).stdout
        for seed in ("1", "2")
    ]
    assert traces[0] == traces[1] != b""


def test_a_story_can_be_saved() -> None:
    story = choose(7)
    assert Story.read(story.told()) == story


def test_a_story_that_ends_badly_is_shrunk() -> None:
    story = choose(11)
    culprits = {story.events[3], story.events[-4]}
    short = shrink(story, lambda one: {e.dice for e in culprits} <= {e.dice for e in one.events})
    assert {event.dice for event in short.events} == {event.dice for event in culprits}
    assert short.traits == frozenset()


def test_no_answer_to_a_process_before_comes_to_a_new_one(tmp_path: Path) -> None:
    """Of an account that it does not know yet, it would tell that nothing is new in it."""
    loss = Event(1, "between", 1, "database lost", 1)
    answer = Event(1, "call", 2, "answer of before", 1)
    story = Story(0, 2, {}, frozenset({"met before"}), (loss, answer))
    verdict = live(story, tmp_path / "home")
    assert verdict.wrong == []
    assert "    call private/records/changes: answer of before" in verdict.told
    assert not [line for line in verdict.told if line.startswith("    held: file")]


def test_no_page_that_a_process_died_with_comes_in_the_place_of_one_before(
    tmp_path: Path,
) -> None:
    events = (
        Event(1, "between", 0, "phone edit", 2033623025),
        Event(1, "between", 1, "phone edit", 652348959),
        Event(1, "step", 2, "crash", 3564445816),
        Event(2, "call", 1, "page again", 2222550291),
    )
    settings = {"conflicts": "cloud", "mode": "purge", "grace": "0s", "hold_above": "1"}
    traits = frozenset({"met before", "one thing", "small pages"})
    verdict = live(Story(48628, 3, settings, traits, events), tmp_path / "home")
    assert "    crash (at commit:page:before)" in verdict.told
    assert verdict.wrong == []


def test_who_is_told_what_a_lagging_read_said_once_more_could_not_know_better(
    tmp_path: Path,
) -> None:
    """An account that seems to be lost, and of which somebody lets all lines go."""
    events = (
        Event(0, "between", 1, "token expired", 1),
        Event(0, "between", 2, "read lag", 1),
        Event(1, "between", 1, "approval", 1),
        Event(1, "call", 1, "answer of before", 1),
    )
    verdict = live(Story(0, 2, {}, frozenset({"met before"}), events), tmp_path / "home")
    assert verdict.wrong == []
    assert any(line.startswith("    run: files: −") for line in verdict.told)


def test_a_lost_word_would_be_noticed(tmp_path: Path) -> None:
    """The simulator is no ornament: an engine that forgets a conflict's loser is found out."""
    story = Story(0, 1, {}, frozenset(), ())
    verdict = live(story, tmp_path / "home")
    assert verdict.wrong == []
    history = History(story, tmp_path / "other")
    (tmp_path / "other").mkdir()
    history.tale.say(["w999"])
    assert history.run().wrong == ["lost: ['w999']"]
    history.machine.stop()


@pytest.mark.parametrize("seed", [67602, 68258])
def test_a_line_that_waits_goes_on_to_wait_where_its_reminder_was_in_another_list(
    tmp_path: Path, seed: int
) -> None:
    """A phone moved and deleted it, its line was pasted, and something else changes in that list.

    A plan of that list alone told nobody any more that the line waits for a person.
    """
    assert live(choose(seed), tmp_path / "home").wrong == []
