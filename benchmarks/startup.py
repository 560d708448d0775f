"""How much longer a verb takes to start than Python itself."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path

from benchmarks.result import Result

__all__ = ["measure"]

_COMMANDS = {
    "python -c pass": ("-c", "pass"),
    "remindersd --help": ("-m", "daemon", "--help"),
    "remindersd status": ("-m", "daemon", "status"),
}


def measure(home: Path, rounds: int) -> Iterator[Result]:
    """CPU seconds of whole processes; ``status`` finds no daemon and no mirror."""
    root = Path(__file__).resolve().parent.parent
    homes = {"HOME": str(home), "XDG_RUNTIME_DIR": "", "XDG_STATE_HOME": "", "XDG_CONFIG_HOME": ""}
    environment = {**os.environ, **homes, "PYTHONPATH": str(root)}
    best = dict.fromkeys(_COMMANDS, float("inf"))
    for _ in range(rounds):
        for name, arguments in _COMMANDS.items():
            best[name] = min(best[name], _cpu_s(arguments, environment))
    bare = best.pop("python -c pass")
    for name, took in best.items():
        said = f"{took * 1e3:.0f} ms, python alone {bare * 1e3:.0f} ms"
        yield Result("start", f"{name} more than python", took - bare, "s", 0.15, said)


def _cpu_s(arguments: tuple[str, ...], environment: Mapping[str, str]) -> float:
    process = subprocess.Popen(
        [sys.executable, *arguments],
        env=environment,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    return usage.ru_utime + usage.ru_stime
