"""Cycles of a whole engine with thousands of tasks: idle, after one edit, after thousands."""

from __future__ import annotations

import math
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from statistics import median

from benchmarks.cloud import retitle
from benchmarks.result import Bench, Result
from benchmarks.stage import Counted, Stage, open_stage
from benchmarks.timing import more

__all__ = ["BENCHES", "look_into", "measure_bulk", "measure_small"]

_IDLE, _EDITED = "idle cycle", "one line edited"
_TYPED, _PHONE = "new lines in many files", "changes on the phone in all files"
_SLACK = 2  # requests beside those that carry operations
_ROUNDS = 5
_IN_FILE = 50  # tasks
_TYPED_IN_FILE = 100


def measure_small(home: Path, tasks: int, files: int, rounds: int) -> Iterator[Result]:
    """Idle, and one line edited: what the many tasks cost more than an empty folder."""
    with (
        open_stage(home / "empty", "empty", 0, 0) as empty,
        open_stage(home / "full", "full", tasks, files) as full,
    ):
        for stage in (empty, full):
            stage.cycle()  # the connection may have been closed while the other was made
        nothing, idle, edited, after = [], [], [], []
        for number in range(rounds):
            nothing.append(empty.cycle())
            idle.append(full.cycle())
            edit_one_line(full, number)
            edited.append(full.cycle())
            after.append(_until_quiet(full))
    yield Result(_IDLE, "requests", max(one.requests for one in idle), "requests", 1)
    yield Result(_IDLE, "files opened", max(one.opened for one in idle), "files", 0)
    yield Result(_IDLE, "cycles that wrote to the mirror", _stored(idle), "cycles", 0)
    yield Result(_IDLE, "files written", max(one.file_writes for one in idle), "files", 0)
    rest, quiet, work = _ms(idle), _ms(nothing), _ms(edited)
    size = f"{tasks:,} tasks in {files} files"
    said = f"{median(rest):.1f} ms, with an empty folder {median(quiet):.1f} ms; {size}"
    extra, cost = more(rest, quiet), median(rest)
    yield Result(_IDLE, "CPU more than an empty folder", extra, "ms", 30, said, cost=cost)
    yield Result(_EDITED, "requests", max(one.requests for one in edited), "requests", 2)
    yield Result(_EDITED, "files opened", max(one.opened for one in edited), "files", 1)
    said = f"{median(work):.1f} ms, idle {median(rest):.1f} ms"
    extra, cost = more(work, rest), median(work)
    yield Result(_EDITED, "CPU more than idle", extra, "ms", 60, said, cost=cost)
    said = "cycles that see our own edit come back, until one is idle"
    echo = median(after) * 1e3
    yield Result(_EDITED, "CPU of the cycles after it", echo, "ms", None, said, cost=echo)


def measure_bulk(home: Path, tasks: int, files: int, new: int, into: int) -> Iterator[Result]:
    """Thousands of lines typed, and thousands of reminders changed on the phone."""
    with open_stage(home / "bulk", "bulk", tasks, files) as stage:
        yield from _new_lines(stage, new, into)
        stage.settle()
        count = stage.cloud.ask(retitle, max(1, (tasks + new) // new))
        cycle = stage.cycle()
    each = f"{count:,} reminders in {files} files"
    yield Result(_PHONE, "writes of one file", cycle.file_writes / files, "writes", 1, each)
    yield Result(_PHONE, "fsyncs of one file", cycle.synced / files, "fsyncs", 1)
    said = "with its receipt, and the directories of both"
    yield Result(_PHONE, "fsyncs in all, per file", cycle.syncs / files, "fsyncs", None, said)
    yield Result(_PHONE, "requests that write", cycle.writes, "requests", 0)
    yield Result(_PHONE, "CPU", cycle.cpu_s, "s", cost=cycle.cpu_s)


def _new_lines(stage: Stage, new: int, into: int) -> Iterator[Result]:
    for path in sorted(stage.folder.glob("*.md"))[:into]:
        lines = [f"- [ ] Typed in {path.stem}, line {number}\n" for number in range(new // into)]
        with path.open("a", encoding="utf-8") as file:
            file.writelines(lines)
    cycle = stage.cycle()
    fewest = math.ceil(cycle.operations / 200)
    said = f"{cycle.operations:,} operations, {new:,} lines in {into} files"
    yield Result(_TYPED, "requests", cycle.requests, "requests", fewest + _SLACK, said)
    yield Result(_TYPED, "writes of one file", cycle.file_writes / into, "writes", 1)
    yield Result(_TYPED, "CPU", cycle.cpu_s, "s", cost=cycle.cpu_s)


@contextmanager
def look_into(home: Path, tasks: int) -> Iterator[Callable[[], object]]:
    """One line edited, to be profiled."""
    with open_stage(home / "looked-into", "looked-into", tasks, _files(tasks)) as stage:
        stage.cycle()
        edit_one_line(stage, 0)
        yield stage.cycle


def edit_one_line(stage: Stage, number: int) -> None:
    """Change one title as an editor does: a new file, renamed over the old one."""
    paths = sorted(stage.folder.glob("*.md"))
    path = paths[number % len(paths)]
    new = path.with_name(f".{path.name}.tmp")
    new.write_bytes(path.read_bytes().replace(b"Call the", b"Visit the", 1))
    os.replace(new, path)


def _until_quiet(stage: Stage) -> float:
    """CPU seconds of the cycles until one finds nothing and stores nothing, without that one."""
    took_s = 0.0
    for _ in range(6):
        cycle = stage.cycle()
        if not cycle.stored and cycle.report.idle:
            # A cycle that finds nothing may still have planned; only a quiet one is cheap.
            return took_s + max(0.0, cycle.cpu_s - stage.cycle().cpu_s)
        took_s += cycle.cpu_s
    raise RuntimeError("one edit keeps the two sides busy")


def _stored(cycles: list[Counted]) -> int:
    return sum(cycle.stored for cycle in cycles)


def _ms(cycles: list[Counted]) -> list[float]:
    return [cycle.cpu_s * 1e3 for cycle in cycles]


def _files(tasks: int) -> int:
    return max(1, tasks // _IN_FILE)


def _small(home: Path, tasks: int) -> Iterator[Result]:
    return measure_small(home, tasks, _files(tasks), _ROUNDS)


def _bulk(home: Path, tasks: int) -> Iterator[Result]:
    new = tasks // 2
    return measure_bulk(home, tasks, _files(tasks), new, max(1, new // _TYPED_IN_FILE))


BENCHES = (
    Bench("cycles", _small, 10_000, (1_000, 100_000), look_into),
    Bench("bulk", _bulk, 10_000, (1_000, 100_000)),
)
