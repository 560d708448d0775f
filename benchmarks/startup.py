"""How much longer a verb takes to start than Python itself."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from statistics import median

from benchmarks.pull import make_pages, pull_into
from benchmarks.result import Bench, Result
from benchmarks.timing import in_turns, more
from daemon.settings.paths import MIRROR
from store.db import Store

__all__ = ["BENCHES", "measure", "measure_mirror", "more_than_python"]

_GROUP = "start"
_ROUNDS = 9
_TARGET_S = 0.15
_PYTHON = ("-c", "pass")
_CONFIG = "account: {apple_id: ada@example.test}\nfolder: ~/Todo\n"


def measure(home: Path, rounds: int) -> Iterator[Result]:
    """CPU seconds of whole processes; ``status`` finds a config, and no daemon and no mirror."""
    verbs = {
        "remindersd --help": ["--help"],
        "remindersd status, without a daemon": _status(home),
    }
    yield from more_than_python(home, rounds, verbs)


def measure_mirror(home: Path, reminders: int, rounds: int) -> Iterator[Result]:
    """``status`` where a daemon that is gone has left a mirror of so many reminders."""
    state = home / "state" / "remindersd" / "default"
    with Store.open(state / MIRROR) as store:
        pull_into(store, make_pages(reminders))
    verbs = {"remindersd status, of a mirror": _status(home)}
    yield from more_than_python(home, rounds, verbs, XDG_STATE_HOME=str(home / "state"))


def _status(home: Path) -> list[str]:
    config = home / "config.yaml"
    config.write_text(_CONFIG)
    return ["--config", str(config), "status"]


def more_than_python(
    home: Path, rounds: int, verbs: Mapping[str, Sequence[str]], **environment: str
) -> Iterator[Result]:
    """For each verb, by the name of its line, what it takes more than a Python that does nothing.

    ``home`` is the person's, ``environment`` what they have set beside nothing.
    """
    root = Path(__file__).resolve().parent.parent
    homes = {"HOME": str(home), "XDG_RUNTIME_DIR": "", "XDG_STATE_HOME": "", "XDG_CONFIG_HOME": ""}
    around = {**os.environ, **homes, "PYTHONPATH": str(root), **environment}
    commands = {name: ("-m", "daemon", *verb) for name, verb in verbs.items()}
    commands["python"] = _PYTHON

    def timed(given: tuple[str, ...]) -> Callable[[], float]:
        return lambda: _cpu_s(given, around)

    took = in_turns(rounds, {name: timed(given) for name, given in commands.items()})
    bare = took.pop("python")
    for name, each in took.items():
        cost, line = median(each), f"{name}, more than python"
        said = f"{cost * 1e3:.0f} ms, python alone {median(bare) * 1e3:.0f} ms"
        yield Result(_GROUP, line, more(each, bare), "s", _TARGET_S, said, cost=cost)


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


def _at(home: Path, _size: int) -> Iterator[Result]:
    return measure(home, _ROUNDS)


def _of_mirror(home: Path, reminders: int) -> Iterator[Result]:
    return measure_mirror(home, reminders, _ROUNDS)


BENCHES = (
    Bench("start", _at, 1),
    Bench("status", _of_mirror, 10_000, (1_000, 100_000)),
)
