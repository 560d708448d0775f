"""How much memory a first pull takes at most, in a process that does nothing else.

    python -m benchmarks.memory URL FOLDER

is that process: it reads the account at ``URL`` into a new mirror and says how many bytes of memory
it ever had.
"""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

from benchmarks.cloud import pretend_cloud
from benchmarks.result import Bench, Result
from benchmarks.wire import signed_in
from store.db import Store
from sync.cycle.observing import observe
from sync.cycle.observing.ahead import Ahead

__all__ = ["BENCHES", "measure", "peak_bytes"]

_LISTS = 8
_MOST_MB = 120


def measure(home: Path, reminders: int) -> Iterator[Result]:
    """The account of that size against an empty one."""
    empty = _peak_of_pull(home / "empty", 0)
    full = _peak_of_pull(home / "full", reminders)
    more = full - empty
    said = f"{full / 1e6:,.0f} MB, with an empty account {empty / 1e6:,.0f} MB"
    said += f"; {reminders:,} reminders"
    name = "more than an empty account"
    yield Result("peak memory of a first pull", name, more / 1e6, "MB", _MOST_MB, said, cost=more)


def _peak_of_pull(home: Path, reminders: int) -> int:
    home.mkdir()
    with pretend_cloud(reminders, _LISTS if reminders else 1) as cloud:
        command = [sys.executable, "-m", "benchmarks.memory", cloud.url, str(home)]
        root = Path(__file__).resolve().parent.parent
        done = subprocess.run(command, cwd=root, check=True, stdout=subprocess.PIPE)
    told = json.loads(done.stdout)
    if told["reminders"] != reminders:
        raise RuntimeError(f"{told['reminders']} of {reminders} reminders were read")
    return int(told["peak_bytes"])


def peak_bytes() -> int:
    """The most memory that this process ever had at once, mapped libraries too."""
    lines = Path("/proc/self/status").read_text(encoding="ascii").splitlines()
    (kilobytes,) = (line.split()[1] for line in lines if line.startswith("VmHWM:"))
    return int(kilobytes) * 1024


def _pull(url: str, home: Path) -> dict[str, int]:
    import daemon.cli  # noqa: F401 - what a daemon has loaded is in both figures

    with signed_in(home / "session", url) as cloud, Store.open(home / "mirror.sqlite") as store:
        with Ahead(cloud) as feed:
            observe.pull(feed, store)
        peak = peak_bytes()
        reminders = sum(1 for _ in store.mirror.reminders())
    return {"peak_bytes": peak, "reminders": reminders}


BENCHES = (Bench("memory", measure, 100_000, (1_000, 10_000)),)


if __name__ == "__main__":
    sys.stdout.write(json.dumps(_pull(sys.argv[1], Path(sys.argv[2]))))
