"""``python -m tests.soak``: hours of a daemon, compressed; and what it takes at rest."""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from functools import partial
from math import inf
from pathlib import Path
from typing import Any
from unittest.mock import patch

from tests.children import REPOSITORY
from tests.e2e import processes
from tests.nursery import be_ordinary
from tests.soak.course import LASTING, courses
from tests.soak.gauge import effort
from tests.soak.rounds import Lived, Rounds

MEMORY = Path("/dev/shm")


def main() -> int:
    """The exit code: 1 if anything grows, or was answered amiss."""
    parser = argparse.ArgumentParser(prog="python -m tests.soak", description=__doc__)
    parser.add_argument("--rounds", type=int, default=24, help="of equal work (24)")
    parser.add_argument("--acts", type=int, default=120, help="in each round (120)")
    parser.add_argument("--minutes", type=float, default=inf, help="begin no round after these")
    parser.add_argument("--pace", type=float, default=0.25, help="seconds between two acts (0.25)")
    parser.add_argument("--idle", type=float, default=5.0, help="minutes of rest, twice (5)")
    parser.add_argument("--seed", type=int, default=1, help="of all choices (1)")
    parser.add_argument("--out", type=Path, help="a file for all samples, as JSON")
    given = parser.parse_args()
    where = MEMORY if MEMORY.is_dir() else None
    with (
        tempfile.TemporaryDirectory(dir=where, prefix="soak") as place,
        # As a person starts them: a fork of the tests' own process would share its memory.
        patch.object(processes, "start", _started),
    ):
        for name in ("cloud", "home"):
            Path(place, name).mkdir()
        try:
            with Rounds(Path(place), given.seed, given.acts, given.pace) as rounds:
                say = partial(print, flush=True)
                rounds.live(given.rounds, say, given.minutes * 60)
                grown = _tell(rounds.lived)
                _rest(rounds, given.idle * 60)
        finally:
            log = Path(place, "home", "daemon.log")
            said = log.read_text(encoding="utf-8") if log.exists() else ""
            print(f"tracebacks in the log: {said.count('Traceback')}")
    if given.out:
        given.out.write_text(json.dumps([dict(one.measures()) for one in rounds.lived.samples]))
    wrong = rounds.crowd.wrong
    print(f"{len(wrong)} answers amiss", *wrong[:5], sep="\n  ")
    return int(bool(grown or wrong or "Traceback" in said))


def _started(
    arguments: Sequence[str], environment: Mapping[str, str], streams: tuple[int, int, int]
) -> subprocess.Popen[Any]:
    """As ``children.start``, without the nursery."""
    parent = os.getpid()
    return subprocess.Popen(
        [sys.executable, *arguments],
        env=dict(environment),
        cwd=REPOSITORY,
        stdin=streams[0],
        stdout=streams[1],
        stderr=streams[2],
        start_new_session=True,
        preexec_fn=lambda: be_ordinary(parent),
    )


def _tell(lived: Lived) -> list[str]:
    """A table of all that was measured; what grows of what should not."""
    total = lived.acts.total()
    print(f"\n{total} acts, {lived.cycles} cycles, {lived.events} events heard,", end=" ")
    print(f"{lived.requests} requests answered\n")
    print(f"{'':32} {'first':>12} {'middle third':>14} {'last third':>14}")
    grown = []
    for course in courses(lived.samples):
        verdict = ""
        if course.grows:
            verdict = "grows, as it has to" if course.name in LASTING else "GROWS"
            grown += [course.name] if verdict == "GROWS" else []
        if verdict or course.last:
            figures = f"{course.values[0]:12} {course.middle:14.0f} {course.last:14.0f}"
            print(f"{course.name:32} {figures}  {verdict}", flush=True)
    return grown


def _rest(rounds: Rounds, seconds: float) -> None:
    """With the page open, and then alone."""
    rounds.rests()
    for who in ("with the page open and a bar that looks", "alone"):
        if who == "alone":
            rounds.crowd.__exit__()
        time.sleep(min(70.0, seconds))  # what the last change left to do is done
        before, began = effort(rounds.pid), time.monotonic()
        time.sleep(seconds)
        spent, minutes = effort(rounds.pid).since(before), (time.monotonic() - began) / 60
        print(
            f"at rest {who}: {1000 * spent.cpu_s / minutes:.0f} ms of processor time and"
            f" {spent.wakes / minutes:.0f} wakes a minute",
            flush=True,
        )


if __name__ == "__main__":
    sys.exit(main())
