"""Runs any number of inputs over processes, and says what came of them and how to see it again."""

from __future__ import annotations

import multiprocessing
import os
import tempfile
import time
from argparse import ArgumentParser, Namespace
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from itertools import islice
from math import inf
from pathlib import Path

from tests.fuzz.engine import Failure, Outcome, Target, run, shrunk, verdict, watching
from tests.fuzz.targets import TARGETS

CHUNK = 500  # inputs that one process takes at once

__all__ = ["keep", "main"]

Task = tuple[str, str, int, int]  # target, seed, first and last input


def main(arguments: Sequence[str] | None = None) -> int:
    """0 if everything held, 1 if not."""
    asked = _asked(arguments)
    if asked.again is not None:
        return _again(asked)
    chosen = [TARGETS[name] for name in asked.target or TARGETS]
    seed = asked.seed if asked.seed is not None else str(time.time_ns())
    began = time.monotonic()
    outcomes: dict[str, Outcome] = {target.name: Outcome() for target in chosen}
    seconds = dict.fromkeys(outcomes, 0.0)
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(asked.jobs, mp_context=context) as pool:
        tasks = _tasks(chosen, seed, asked.inputs)
        while batch := list(islice(tasks, asked.jobs * 8)):
            for name, outcome, used_s in pool.map(_chunk, batch):
                seconds[name] += used_s
                for failure in outcomes[name].add(outcome):
                    keep(failure, asked.out)  # at once: a long run may be cut off
            if time.monotonic() - began > asked.minutes * 60:
                break
    for name, outcome in outcomes.items():
        _tell(name, outcome, seconds[name])
    total = sum(outcome.words.total() for outcome in outcomes.values())
    failures = sum(len(outcome.failures) for outcome in outcomes.values())
    took_s = time.monotonic() - began
    print(f"{total} inputs in {took_s:.0f} s, {total / took_s:.0f}/s, seed {seed}", end="; ")
    print(f"{failures} kinds of failure" if failures else "everything held")
    return 1 if failures else 0


def _asked(arguments: Sequence[str] | None) -> Namespace:
    parser = ArgumentParser(
        "python -m tests.fuzz",
        description="Bent and broken inputs for all that reads what comes from outside.",
    )
    parser.add_argument("target", nargs="*", help=f"{', '.join(TARGETS)}; all of them without one")
    parser.add_argument("--inputs", type=int, default=20_000, help="how many, over all targets")
    parser.add_argument("--minutes", type=float, default=inf, help="begin no more after these")
    parser.add_argument("--seed", help="any text; another one each time without it")
    parser.add_argument("--jobs", type=int, default=os.cpu_count(), help="processes")
    parser.add_argument("--out", type=Path, default=Path("fuzz-failures"), help="for what fails")
    parser.add_argument("--again", type=Path, metavar="FILE", help="check one kept input again")
    parser.add_argument("--choice", type=int, default=0, help="what was done with that input")
    asked = parser.parse_args(arguments)
    for name in asked.target:
        if name not in TARGETS:
            parser.error(f"there is no target {name}; there is {', '.join(TARGETS)}")
    if asked.again is not None and len(asked.target) != 1:
        parser.error("name the target of that input, and no other")
    return asked


def _tasks(targets: Sequence[Target], seed: str, inputs: int) -> Iterator[Task]:
    """All targets go forward alike: a run that is cut short has some of each."""
    shares = sum(target.share for target in targets)
    found: list[tuple[float, Task]] = []
    for target in targets:
        count = max(1, inputs * target.share // shares)
        for first in range(0, count, CHUNK):
            task = (target.name, seed, first, min(first + CHUNK, count))
            found.append((first / count, task))
    return (task for _, task in sorted(found))


def _chunk(task: Task) -> tuple[str, Outcome, float]:
    name, seed, first, end = task
    began = time.process_time()
    with tempfile.TemporaryDirectory(dir=_memory()) as directory:
        outcome = run(TARGETS[name], seed, range(first, end), Path(directory))
    return name, outcome, time.process_time() - began


def _memory() -> str | None:
    return "/dev/shm" if os.access("/dev/shm", os.W_OK) else None


def _tell(name: str, outcome: Outcome, used_s: float) -> None:
    total = outcome.words.total()
    parts = ", ".join(f"{word} {100 * n / total:.1f}%" for word, n in outcome.words.most_common())
    print(f"{name:12} {total:8} inputs {used_s:7.1f} s {total / max(used_s, 0.01):7.0f}/s  {parts}")


def keep(failure: Failure, folder: Path) -> None:
    """Write down the smallest input found that fails so, and say how to see it fail again."""
    target = TARGETS[failure.target]
    with (
        tempfile.TemporaryDirectory(dir=_memory()) as directory,
        target.opened(Path(directory)) as check,
    ):
        failure = shrunk(failure, check)
    folder.mkdir(exist_ok=True)
    path = folder / f"{failure.target}-{failure.signature}"
    path.write_bytes(failure.data)
    print(f"\n{failure.story}")
    print(f"{len(failure.data)} bytes: {failure.data[:300]!r}")
    command = f"python -m tests.fuzz {failure.target} --again {path} --choice {failure.choice}"
    print(f"again: {command}", flush=True)


def _again(asked: Namespace) -> int:
    [name] = asked.target
    with (
        tempfile.TemporaryDirectory(dir=_memory()) as directory,
        TARGETS[name].opened(Path(directory)) as check,
        watching(),
    ):
        word, failure = verdict(name, check, asked.again.read_bytes(), asked.choice)
    print(failure.story if failure is not None else word)
    return 0 if failure is None else 1
