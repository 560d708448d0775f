"""The soak in small, and that it would see what grows."""

from __future__ import annotations

import os
import sqlite3
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest

from tests.soak.acts import ACTS, script
from tests.soak.course import Course, courses
from tests.soak.gauge import Sample, effort, sample
from tests.soak.rounds import Rounds

SAMPLE = Sample(private=90 << 20, files=20, threads=9, database=1 << 20, wal=4096, rows={"run": 50})


def test_both_sides_are_equal_after_each_round_and_nothing_is_left_open(tmp_path: Path) -> None:
    for name in ("cloud", "home"):
        (tmp_path / name).mkdir()
    with Rounds(tmp_path, seed=5, acts=8, pace_s=0.02, size=3) as rounds:
        rounds.live(2)
        assert rounds.crowd.wrong == []
        assert "Traceback" not in rounds.daemon.process.said()
    before, after = rounds.lived.samples
    # Not yet warm: each service gets a thread when it is first polled. What was left open by each
    # request, or by each cycle, would be far more.
    assert after.files <= before.files + 5
    assert after.threads <= before.threads + 12
    assert after.rows["outbox"] == 0
    assert rounds.lived.acts.total() == 16
    assert rounds.lived.cycles > 6
    assert rounds.lived.events > 6


def test_a_script_has_each_act_and_is_the_same_for_a_seed() -> None:
    assert set(script(3, 100)) == set(ACTS)
    assert len(script(3, 100)) == 100
    assert script(3, 100) == script(3, 100) != script(4, 100)


@pytest.mark.parametrize(
    ("name", "values", "grows"),
    [
        ("private memory", [60, 90, 91, 91, 91, 91], False),
        ("private memory", [60, 90, 91, 92, 93, 94], True),
        ("private memory", [99, 99, 91, 91, 80, 91], False),
        ("threads", [9, 9, 9, 9, 9, 9], False),
        ("threads", [9, 9, 9, 9, 10, 10], True),
        ("rows: run", [9, 90, 100, 100, 101, 102], False),
        ("rows: run", [9, 90, 100, 110, 120, 130], True),
        ("rows: render_change", [301, 258, 307, 227, 378, 300, 334, 322, 363], False),
        ("rows: render_change", [301, 258, 307, 227, 378, 300, 384, 392, 363], True),
    ],
)
def test_the_last_third_is_held_against_the_one_before(
    name: str, values: list[int], grows: bool
) -> None:
    scale = 1 << 20 if name == "private memory" else 1
    assert Course(name, [value * scale for value in values]).grows is grows


def test_each_figure_has_its_course() -> None:
    samples = [replace(SAMPLE, files=20 + number) for number in range(6)]
    found = {course.name: course for course in courses(samples)}
    assert [name for name, course in found.items() if course.grows] == ["file descriptors"]
    assert list(found["rows: run"].values) == [50] * 6


def test_a_process_and_its_database_are_measured(tmp_path: Path) -> None:
    mirror = tmp_path / "mirror.sqlite"
    with closing(sqlite3.connect(mirror)) as database:
        database.execute("CREATE TABLE record (deleted INTEGER)")
        database.executemany("INSERT INTO record VALUES (?)", [(0,), (1,), (1,)])
        database.commit()
        before = sample(os.getpid(), mirror)
        held = bytearray(os.urandom(8 << 20))
        with mirror.open("rb"):
            after = sample(os.getpid(), mirror)
    assert after.rows == {"record": 3, "tombstones": 2, "live records": 1}
    assert after.private - before.private > len(held) // 2
    assert after.files == before.files + 1
    assert after.database == mirror.stat().st_size


def test_work_is_counted_for_the_process_that_does_it() -> None:
    before = effort(os.getpid())
    assert sum(range(2_000_000)) > 0
    spent = effort(os.getpid()).since(before)
    assert spent.cpu_s > 0
    assert spent.wakes >= 0
