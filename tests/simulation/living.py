"""A story is lived through by one machine or by two, as it says."""

from __future__ import annotations

import shutil
from pathlib import Path

from tests.simulation.history import History, Verdict
from tests.simulation.pair import Pair
from tests.simulation.story import Story


def history_of(story: Story, home: Path) -> History:
    """The history of a story, in the directory ``home``, which is there."""
    return (Pair if "two machines" in story.traits else History)(story, home)


def live(story: Story, home: Path) -> Verdict:
    """One history in the directory ``home``, which is made and gone afterwards."""
    shutil.rmtree(home, ignore_errors=True)
    home.mkdir()
    try:
        history = history_of(story, home)
        verdict = history.run()
        for machine in history.machines:
            machine.retire()
        return verdict
    finally:
        shutil.rmtree(home)
