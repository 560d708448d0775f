"""On what was it measured, and what else did that machine do?"""

from __future__ import annotations

import os
import platform
import sqlite3
from dataclasses import dataclass
from pathlib import Path

__all__ = ["Machine", "this_machine"]


@dataclass(frozen=True, slots=True)
class Machine:
    """The facts without which no figure means anything; ``load`` is that of the last minute."""

    processor: str
    cpus: int
    memory_mb: int
    system: str
    python: str
    sqlite: str
    load: float

    def __str__(self) -> str:
        return (
            f"{self.processor}, {self.cpus} CPUs, {self.memory_mb:,} MB, {self.system}, "
            f"Python {self.python}, SQLite {self.sqlite}, load {self.load:.1f}"
        )


def this_machine() -> Machine:
    """What this process runs on."""
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    return Machine(
        processor=_processor(),
        cpus=len(os.sched_getaffinity(0)),
        memory_mb=memory // 2**20,
        system=f"{platform.system()} {platform.release()}",
        python=platform.python_version(),
        sqlite=sqlite3.sqlite_version,
        load=os.getloadavg()[0],
    )


def _processor() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    except OSError:
        lines = []
    names = (line.partition(":")[2].strip() for line in lines if line.startswith("model name"))
    return next(names, platform.machine())
