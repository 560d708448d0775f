"""What ``GET /metrics`` measures: cycles, what waits, reminders by list, and the process itself."""

from __future__ import annotations

import asyncio
import os
import threading
from collections.abc import Awaitable, Callable, Iterator, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

from starlette.requests import Request as Asked
from starlette.responses import Response

from daemon.control.exposition import CONTENT_TYPE, Metric, Sample, exposed, summary
from daemon.query.answers import COUNTS, Answers, NoMirror
from daemon.replies import no_query
from daemon.running.state import Board, State, Status
from daemon.running.tally import Counted, Tally
from sync.errors import RemindersdError

__all__ = ["Metering", "metrics_of"]

Document = Mapping[str, Any]
Handler = Callable[[Asked], Awaitable[Response]]

_WAITING = {
    "pending": "Changes that are still to be sent to iCloud.",
    "held": "Things that wait for a person, or for time.",
    "conflicts": "Conflicts that nobody decided.",
    "parked": "Changes that iCloud refused.",
}
_MOVED = {
    "requests": "Requests that cycles sent to iCloud.",
    "pulled": "Records read from iCloud.",
    "pushed": "Changes that iCloud acknowledged.",
    "rendered": "Lines written into files.",
    "files": "Files written.",
}


class Metering:
    """The resource; ``tally`` is filled by the loop."""

    def __init__(self, board: Board, answers: Answers, tally: Tally) -> None:
        self._board = board
        self._answers = answers
        self._tally = tally
        self.reading: dict[str, Handler] = {"/metrics": self._metrics}

    async def _metrics(self, asked: Asked) -> Response:
        no_query(asked)
        counts: dict[str, Any] = {}
        lists: dict[str, Any] = {}
        with suppress(NoMirror, RemindersdError):  # then those are left out
            counts = await asyncio.wrap_future(self._answers.counts())
            lists = await asyncio.wrap_future(self._answers.lists())
        found = metrics_of(self._board.status, self._tally.counted(), counts, lists)
        return Response(exposed([*found, *_process()]), media_type=CONTENT_TYPE)


def metrics_of(
    status: Status, counted: Counted, counts: Document, lists: Document
) -> Iterator[Metric]:
    """All but what the process itself takes."""
    states = [Sample(state is status.state, {"state": state.value}) for state in State]
    yield Metric("remindersd_state", "1 for the state that the daemon is in.", "gauge", states)
    times = (
        ("last_success", "When the last cycle ended that went through.", status.last_success),
        ("next_run", "When the next cycle or poll is planned.", status.next_run),
    )
    for name, meaning, at in times:
        samples = [] if at is None else [Sample(at)]
        yield Metric(f"remindersd_{name}_timestamp_seconds", meaning, "gauge", samples)
    yield _counter("cycles", "Cycles by result.", "result", counted.cycles)
    yield _counter("failures", "Cycles that failed, by kind.", "kind", counted.failures)
    for name, meaning in _MOVED.items():
        samples = [Sample(counted.moved.get(name, 0))]
        yield Metric(f"remindersd_{name}_total", meaning, "counter", samples)
    ran = sum(counted.cycles.values())
    name = "remindersd_cycle_duration_seconds"
    yield summary(name, "How long cycles took.", counted.durations_s, ran, counted.total_s)
    for name in COUNTS:
        found = counts.get(name)
        samples = [] if found is None else [Sample(found)]
        yield Metric(f"remindersd_{name}", _WAITING[name], "gauge", samples)
    yield Metric(
        "remindersd_reminders",
        "Reminders by list and state.",
        "gauge",
        [
            Sample(count, {"list": str(one["name"]), "id": one["id"], "state": state})
            for one in lists.get("lists", ())
            for state, count in (("open", one["open"]), ("done", one["total"] - one["open"]))
        ],
    )


def _counter(name: str, meaning: str, label: str, counts: Mapping[str, int]) -> Metric:
    samples = [Sample(count, {label: value}) for value, count in sorted(counts.items())]
    return Metric(f"remindersd_{name}_total", meaning, "counter", samples)


def _process() -> Iterator[Metric]:
    """What the process takes, by the names that everybody's dashboards know."""
    with suppress(OSError, ValueError, IndexError):
        pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1])
        memory = [Sample(pages * os.sysconf("SC_PAGE_SIZE"))]
        yield Metric("process_resident_memory_bytes", "Memory in use.", "gauge", memory)
        descriptors = [Sample(len(os.listdir("/proc/self/fd")))]
        yield Metric("process_open_fds", "Open file descriptors.", "gauge", descriptors)
    took = os.times()
    cpu = [Sample(took.user + took.system)]
    yield Metric("process_cpu_seconds_total", "Processor time used.", "counter", cpu)
    threads = [Sample(threading.active_count())]
    yield Metric("remindersd_threads", "Threads of the daemon.", "gauge", threads)
