"""Reads how much of the machine a process takes, and how much it has written down."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import closing, suppress
from dataclasses import dataclass
from pathlib import Path

__all__ = ["Effort", "Sample", "effort", "sample"]

# What is meant to be kept of what was done, for a time or up to a number.
_REMEMBERED = {
    "tombstones": "SELECT count(*) FROM record WHERE deleted",
    "live records": "SELECT count(*) FROM record WHERE NOT deleted",
}


@dataclass(frozen=True, slots=True)
class Sample:
    """A process and its database at one moment; sizes in bytes, ``rows`` by table."""

    private: int
    files: int
    threads: int
    database: int
    wal: int
    rows: Mapping[str, int]

    def measures(self) -> Iterator[tuple[str, int]]:
        """Each figure with its name."""
        yield "private memory", self.private
        yield "file descriptors", self.files
        yield "threads", self.threads
        yield "database", self.database
        yield "write-ahead log", self.wal
        for table, count in self.rows.items():
            yield f"rows: {table}", count


@dataclass(frozen=True, slots=True)
class Effort:
    """What a process has done since its start: processor seconds, and how often it was woken."""

    cpu_s: float
    wakes: int

    def since(self, before: Effort) -> Effort:
        """Between two moments."""
        return Effort(self.cpu_s - before.cpu_s, self.wakes - before.wakes)


def sample(pid: int, mirror: Path) -> Sample:
    """How it stands now with the process, and with the database at ``mirror``."""
    process = Path("/proc") / str(pid)
    pages = (process / "smaps_rollup").read_text().splitlines()
    wal = mirror.with_name(f"{mirror.name}-wal")
    return Sample(
        private=1024 * sum(int(line.split()[1]) for line in pages if line.startswith("Private_")),
        files=len(os.listdir(process / "fd")),
        threads=len(os.listdir(process / "task")),
        database=mirror.stat().st_size,
        wal=wal.stat().st_size if wal.exists() else 0,
        rows=_rows(mirror),
    )


def effort(pid: int) -> Effort:
    """Of all threads that there are; one that has ended is counted no more."""
    spent_ns = wakes = 0
    for task in (Path("/proc") / str(pid) / "task").iterdir():
        with suppress(FileNotFoundError):  # it has just ended
            spent_ns += int((task / "schedstat").read_text().split()[0])
            status = dict(
                line.split(":\t", 1) for line in (task / "status").read_text().splitlines()
            )
            wakes += int(status["voluntary_ctxt_switches"])
    return Effort(spent_ns / 1e9, wakes)


def _rows(mirror: Path) -> dict[str, int]:
    with closing(sqlite3.connect(f"file:{mirror}?mode=ro", uri=True, timeout=30)) as database:
        names = database.execute(
            """SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_%'
            ORDER BY name"""
        )
        counting = {name: f'SELECT count(*) FROM "{name}"' for (name,) in names} | _REMEMBERED
        return {name: database.execute(query).fetchone()[0] for name, query in counting.items()}
