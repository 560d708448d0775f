"""What is measured, in a form that Prometheus reads."""

from __future__ import annotations

import math
import re
from pathlib import Path

import pytest

from daemon.control.exposition import Metric, Sample, exposed, summary
from sync.errors import NetworkError
from tests.daemon.fakes import FakeEngine, report
from tests.daemon.serving import asked_plainly, fill, serving

LINE = re.compile(r"[a-z_]+(\{[a-z]+=\"([^\"\\\n]|\\.)*\"(,[a-z]+=\"([^\"\\\n]|\\.)*\")*\})? \S+")


def test_the_form() -> None:
    told = exposed(
        [
            Metric("a", "What it is.", "gauge", [Sample(1.5, {"name": 'x"y\\z\n'}), Sample(2.0)]),
            Metric("empty", "Nothing.", "gauge", []),
            summary("s", "Times.", (0.1, 0.2, 0.3, 4.0), 4, 4.6),
        ]
    )
    assert told.decode() == (
        '# HELP a What it is.\n# TYPE a gauge\na{name="x\\"y\\\\z\\n"} 1.5\na 2\n'
        "# HELP s Times.\n# TYPE s summary\n"
        's{quantile="0.5"} 0.2\ns{quantile="0.9"} 4\ns{quantile="0.99"} 4\ns_sum 4.6\ns_count 4\n'
    )
    assert "NaN" in exposed([summary("s", "Times.", (), 0, 0.0)]).decode()
    assert math.isnan(float("NaN"))


def test_what_is_measured(tmp_path: Path) -> None:
    engine = FakeEngine(report("start", pulled=4, requests=2))
    with serving(tmp_path, engine) as (socket, running):
        running.until("ok")
        engine.results = [NetworkError("no route"), report("sync", pushed=1, requests=3)]
        with pytest.raises(NetworkError):
            running.ask().result()
        running.ask().result()
        fill(tmp_path / "mirror.db")
        head, told = asked_plainly(socket, "/metrics")
    assert "text/plain; version=0.0.4" in head
    values = dict(line.rsplit(" ", 1) for line in told.splitlines() if not line.startswith("#"))
    assert all(LINE.fullmatch(line) for line in told.splitlines() if not line.startswith("#"))
    wanted = {
        'remindersd_state{state="ok"}': "1",
        'remindersd_state{state="offline"}': "0",
        'remindersd_cycles_total{result="done"}': "2",
        'remindersd_cycles_total{result="failed"}': "1",
        'remindersd_failures_total{kind="network"}': "1",
        "remindersd_requests_total": "5",
        "remindersd_pulled_total": "4",
        "remindersd_pushed_total": "1",
        "remindersd_pending": "1",
        "remindersd_held": "1",
        "remindersd_conflicts": "1",
        "remindersd_parked": "1",
        'remindersd_reminders{list="Home",id="HOME",state="open"}': "2",
        'remindersd_reminders{list="Home",id="HOME",state="done"}': "1",
        "remindersd_cycle_duration_seconds_count": "3",
    }
    assert wanted.items() <= values.items()
    assert float(values["remindersd_last_success_timestamp_seconds"]) > 1e9
    assert float(values["process_resident_memory_bytes"]) > 1e6
    assert int(values["process_open_fds"]) > 3


def test_without_a_mirror_the_rest_is_measured(tmp_path: Path) -> None:
    with serving(tmp_path, FakeEngine()) as (socket, running):
        running.until("ok")
        told = asked_plainly(socket, "/metrics")[1]
    assert "remindersd_cycles_total" in told
    assert "remindersd_reminders{" not in told
