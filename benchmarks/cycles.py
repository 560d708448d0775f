"""Cycles of a whole engine with thousands of tasks: idle, after one edit, after thousands."""

from __future__ import annotations

import math
import os
from collections.abc import Iterator
from pathlib import Path

from benchmarks.cloud import retitle
from benchmarks.result import Result
from benchmarks.stage import Counted, Stage, open_stage

__all__ = ["measure_bulk", "measure_small"]

_SLACK = 2  # requests beside those that carry operations


def measure_small(home: Path, tasks: int, files: int, rounds: int) -> Iterator[Result]:
    """Idle, and one line edited: what the many tasks cost more than an empty folder."""
    with (
        open_stage(home / "empty", "empty", 0, 0) as empty,
        open_stage(home / "full", "full", tasks, files) as full,
    ):
        for stage in (empty, full):
            stage.cycle()  # the connection may have been closed while the other was made
        nothing, idle = [empty.cycle()], [full.cycle()]
        for _ in range(rounds):
            nothing.append(empty.cycle())
            idle.append(full.cycle())
        edited, after = [], []
        for number in range(rounds):
            edit_one_line(full, number)
            edited.append(full.cycle())
            after.append(_until_quiet(full))
    where = f"idle, {tasks:,} tasks in {files} files"
    yield Result(where, "requests", max(one.requests for one in idle), "requests", 1)
    yield Result(where, "files opened", max(one.opened for one in idle), "files", 0)
    yield Result(where, "cycles that wrote to the mirror", _stored(idle), "cycles", 0)
    yield Result(where, "files written", max(one.file_writes for one in idle), "files", 0)
    rest, quiet = _least_ms(idle), _least_ms(nothing)
    said = f"{rest:.1f} ms, with an empty folder {quiet:.1f} ms"
    yield Result(where, "CPU more than an empty folder", rest - quiet, "ms", 30, said)
    where = f"one line edited, {tasks:,} tasks in {files} files"
    yield Result(where, "requests", max(one.requests for one in edited), "requests", 2)
    yield Result(where, "files opened", max(one.opened for one in edited), "files", 1)
    work = _least_ms(edited)
    said = f"{work:.1f} ms, idle {rest:.1f} ms"
    yield Result(where, "CPU more than idle", work - rest, "ms", 60, said)
    said = "cycles that see our own edit come back, until one is idle"
    echo = min(after) * 1e3
    yield Result(where, "CPU of the cycles after it", echo, "ms", None, said)


def measure_bulk(home: Path, tasks: int, files: int, new: int, into: int) -> Iterator[Result]:
    """Thousands of lines typed, and thousands of reminders changed on the phone."""
    with open_stage(home / "bulk", "bulk", tasks, files) as stage:
        yield from _new_lines(stage, new, into)
        stage.settle()
        every = max(1, (tasks + new) // new)
        count = stage.cloud.ask(retitle, every)
        cycle = stage.cycle()
        where = f"{count:,} reminders changed on the phone, in {files} files"
        yield Result(where, "writes of one file", cycle.file_writes / files, "writes", 1)
        yield Result(where, "requests that write", cycle.writes, "requests", 0)
        yield Result(where, "CPU", cycle.cpu_s, "s")


def _new_lines(stage: Stage, new: int, into: int) -> Iterator[Result]:
    for path in sorted(stage.folder.glob("*.md"))[:into]:
        lines = [f"- [ ] Typed in {path.stem}, line {number}\n" for number in range(new // into)]
        with path.open("a", encoding="utf-8") as file:
            file.writelines(lines)
    cycle = stage.cycle()
    where = f"{new:,} new lines in {into} files"
    fewest = math.ceil(cycle.operations / 200)
    said = f"{cycle.operations:,} operations"
    yield Result(where, "requests", cycle.requests, "requests", fewest + _SLACK, said)
    yield Result(where, "writes of one file", cycle.file_writes / into, "writes", 1)
    yield Result(where, "CPU", cycle.cpu_s, "s")


def edit_one_line(stage: Stage, number: int) -> None:
    """Change one title as an editor does: a new file, renamed over the old one."""
    path = sorted(stage.folder.glob("*.md"))[number]
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


def _least_ms(cycles: list[Counted]) -> float:
    return min(cycle.cpu_s for cycle in cycles) * 1e3
