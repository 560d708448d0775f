"""What a daemon takes that has nothing to do: CPU, memory of its own, and how often it wakes up."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from benchmarks.cloud import pretend_cloud
from benchmarks.result import Bench, Result
from benchmarks.startup import more_than_python
from daemon.control.client import NotRunning, call
from sandbox.world import APPLE_ID, PASSWORD

__all__ = ["BENCHES", "measure"]

_GROUP = "daemon with nothing to do"
_CONFIG = """\
profile: resting
account: {{apple_id: {apple_id}, password_command: [cat, {password}], endpoint: '{url}'}}
folder: {folder}
reminders: {{new_lists: 'yes'}}
control: {{socket: {socket}}}
"""
_IN_LIST = 50  # reminders
_REMINDERS = 1_000
_SECONDS, _FEWER_SECONDS = 600, 120  # of the size that has a target, and of others
_STARTED_S = 900.0
_RESTED_S = 60.0  # by then the first polls have been, and the process that they have is gone
_TICK_S = 1 / os.sysconf("SC_CLK_TCK")
_EVERY_S = 60.0  # a cycle, as the config has it by itself
_ROUNDS = 9
_OWN = 20
"""Switches a minute that go with the daemon's own timers: the scheduler, the loop, the watchdog,
and each wait for iCloud's answer. Anything that polls each second has three times as many."""


def measure(home: Path, reminders: int, seconds: int) -> Iterator[Result]:
    """So many seconds of a daemon that is at rest, and a verb that asks it."""
    lists = max(1, reminders // _IN_LIST)
    with pretend_cloud(reminders, lists) as cloud, _daemon(home, cloud.url) as (process, config):
        time.sleep(_RESTED_S)
        before = _seen(process.pid)
        started = time.monotonic()
        time.sleep(seconds)
        after = _seen(process.pid)
        passed_s = time.monotonic() - started
        verb = {"remindersd status, of a daemon": ["--config", str(config), "status"]}
        asked = [*more_than_python(home, _ROUNDS, verb, XDG_STATE_HOME=str(home / "state"))]
    share = 100 * (after.cpu_s - before.cpu_s) / passed_s
    said = f"{passed_s:.0f} s, {reminders:,} reminders in {lists:,} files, a cycle each minute"
    yield Result(_GROUP, "share of a core", share, "%", 0.2, said, cost=share)
    held = after.private
    yield Result(_GROUP, "private memory", held / 1e6, "MB", 80, cost=held)
    woken = (after.switches - before.switches) / passed_s * _EVERY_S
    said = "voluntary switches of all its threads"
    yield Result(_GROUP, "wake-ups a minute", woken, "wake-ups", _OWN, said, cost=woken)
    yield from asked


@dataclass(frozen=True, slots=True)
class _Seen:
    """All that a process, its threads and its children came to: CPU seconds, bytes, switches."""

    cpu_s: float
    private: int
    switches: int


def _seen(pid: int) -> _Seen:
    cpu_s, private, switches = 0.0, 0, 0
    for one in _family(pid):
        place = Path(f"/proc/{one}")
        fields = (place / "stat").read_text().rpartition(")")[2].split()
        cpu_s += sum(map(int, fields[11:15])) * _TICK_S  # with that of children that have ended
        private += 1024 * sum(
            int(line.split()[1])
            for line in (place / "smaps_rollup").read_text().splitlines()
            if line.startswith("Private_")
        )
        for thread in (place / "task").iterdir():
            told = dict(line.split(":\t") for line in (thread / "status").read_text().splitlines())
            switches += int(told["voluntary_ctxt_switches"])
    return _Seen(cpu_s, private, switches)


def _family(pid: int) -> list[int]:
    children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    return [pid, *(one for child in children for one in _family(int(child)))]


@contextmanager
def _daemon(home: Path, url: str) -> Iterator[tuple[subprocess.Popen[bytes], Path]]:
    """A daemon that has signed in and has done all that there was to do."""
    (home / "password").write_text(PASSWORD)
    config, socket = home / "config.yaml", home / "socket"
    config.write_text(
        _CONFIG.format(
            apple_id=APPLE_ID,
            password=home / "password",
            url=url,
            folder=home / "Todo",
            socket=socket,
        )
    )
    root, unused = Path(__file__).resolve().parent.parent, home / "unused"
    unused.mkdir()
    # httpcore loads trio where it finds it; here it is only for the sake of what tests use.
    (unused / "trio.py").write_text("raise ImportError\n")
    around = {**os.environ, "HOME": str(home), "PYTHONPATH": f"{unused}:{root}"}
    around |= {"XDG_STATE_HOME": str(home / "state"), "XDG_RUNTIME_DIR": ""}
    command = [sys.executable, "-m", "daemon", "--config", str(config)]
    _run([*command, "login"], around)
    _run([*command, "sync", "--yes"], around)
    with subprocess.Popen(
        [*command, "run"], env=around, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    ) as process:
        try:
            _until(lambda: _is_ready(socket))
            yield process, config
        finally:
            process.terminate()


def _run(command: list[str], around: dict[str, str]) -> None:
    done = subprocess.run(command, env=around, capture_output=True, stdin=subprocess.DEVNULL)
    if done.returncode:
        raise RuntimeError(f"{command[-1]} failed: {done.stderr.decode()}")


def _is_ready(socket: Path) -> bool:
    try:
        _, told = call(socket, "GET", "/status")
    except NotRunning:
        return False
    return told["state"] == "ok" and told["last_success"] is not None


def _until(is_so: Callable[[], bool]) -> None:
    end = time.monotonic() + _STARTED_S
    while not is_so():
        if time.monotonic() > end:
            raise RuntimeError(f"the daemon was not ready in {_STARTED_S:.0f} s")
        time.sleep(0.2)


def _at(home: Path, reminders: int) -> Iterator[Result]:
    return measure(home, reminders, _SECONDS if reminders == _REMINDERS else _FEWER_SECONDS)


BENCHES = (Bench("rest", _at, _REMINDERS, (10_000, 100_000)),)
