"""A made-up person's home at a made-up time, and what of a real run is left out of its screens."""

from __future__ import annotations

import os
import re
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from itertools import count
from pathlib import Path

from tests.children import REPOSITORY

__all__ = ["NOW", "Household", "household"]

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
"""When all screens are made: a Monday morning."""

_BELIEVING = Path(__file__).parent / "believing"
_SHOWN = "/home/ada"
_RUN, _RUN_SHOWN = ".run", "/run/user/1000"
_ID = re.compile(r"\b[rl]-(?:[a-z2-7]{7}\b|[a-z2-7]{1,6}(?=…))")
_PORT = re.compile(r"\b127\.0\.0\.1:\d{5}\b")
_PLACE = re.compile(r"/tmp/remindersd-demo-\w{8}")
_TOOK = re.compile(r"\b\d\.\d s\b")
_SINCE = re.compile(r"\b\d+ seconds? ago\b|(?<=last sync  )now\b")
_UNTIL = re.compile(r"\bin \d+ seconds?\b")
_CLOCK = re.compile(r"\b09:0\d:\d\d\b")
_LETTERS = "a7k3x2mq5drw4bt6hjn"


class Started:
    """A process with a clock of its own, which only one that begins anew can have."""

    def __init__(self, arguments: Sequence[str], environment: Mapping[str, str]) -> None:
        self._child = subprocess.Popen(
            [sys.executable, "-m", "daemon", *arguments],
            env=environment,
            stdout=subprocess.PIPE,
            stderr=None,
            text=True,
        )

    def first_line(self) -> str:
        """The first line of its standard output."""
        assert self._child.stdout is not None
        return self._child.stdout.readline()

    def send(self, number: signal.Signals) -> None:
        """Send a signal."""
        self._child.send_signal(number)

    def kill(self) -> None:
        """End it at once."""
        self._child.kill()
        self._child.wait()
        if self._child.stdout is not None:
            self._child.stdout.close()


@dataclass
class Household:
    """Where Ada lives: ``path`` has as many letters as what is shown in its place."""

    path: Path
    offset_s: int
    _known: dict[str, str] = field(default_factory=dict)
    _started: list[Started] = field(default_factory=list)

    @property
    def environment(self) -> dict[str, str]:
        """Of her processes, which believe that it is ``NOW``."""
        return {
            "HOME": str(self.path),
            "XDG_RUNTIME_DIR": str(self.path / _RUN),
            "TZ": "Europe/London",
            "PYTHON_KEYRING_BACKEND": "keyring.backends.null.Keyring",
            "LD_PRELOAD": _library(),
            "FAKETIME": f"{self.offset_s:+d}",
            "FAKETIME_DONT_FAKE_MONOTONIC": "1",
            "PYTHONPATH": f"{_BELIEVING}:{REPOSITORY}",
        }

    def start(self, *arguments: str) -> Started:
        """``remindersd ARGUMENTS``, for as long as the home is there."""
        made = Started(arguments, {**self.environment, "PATH": "/usr/bin:/bin", "LANG": "C.UTF-8"})
        self._started.append(made)
        return made

    def leave(self) -> None:
        """End all that was started, and be gone."""
        for each in reversed(self._started):
            each.kill()
        shutil.rmtree(self.path, ignore_errors=True)

    def masked(self, screen: str, *, today: bool = False) -> str:
        """``screen`` with what differs from run to run replaced by what is as long.

        ``today`` moves the dates of files, for what would not believe in ``NOW``.
        """
        screen = screen.replace(f"{self.path}/{_RUN}", _RUN_SHOWN).replace(str(self.path), _SHOWN)
        screen = screen.replace(f"{sys.executable} -m daemon", "remindersd")
        screen = _PORT.sub("127.0.0.1:40112", screen)
        screen = _PLACE.sub("/tmp/remindersd-demo-k2x7a4mq", screen)
        screen = _UNTIL.sub("in 58 seconds", _SINCE.sub("2 seconds ago", screen))
        screen = _CLOCK.sub(f"{NOW:%H:%M:%S}", screen)
        screen = _TOOK.sub("0.4 s", _ID.sub(lambda found: self._name(found[0]), screen))
        return _moved(screen) if today else screen

    def _name(self, id: str) -> str:
        """Always the same for the first, the second, ... id that is shown."""
        if id not in self._known:
            number, letters = len(self._known) + 1, ""
            for _ in id[2:]:
                number = number * 7919 + 104729
                letters += _LETTERS[number // 97 % len(_LETTERS)]
            self._known[id] = id[:2] + letters
        return self._known[id]


def _moved(screen: str) -> str:
    today = datetime.now(UTC).date()

    def then(found: re.Match[str]) -> str:
        day = date.fromisoformat(found[0])
        is_real = abs(day - today) < abs(day - NOW.date())
        return (day + (NOW.date() - today) if is_real else day).isoformat()

    return re.sub(r"\b20\d\d-\d\d-\d\d\b", then, screen)


@contextmanager
def household() -> Iterator[Household]:
    """A home that is gone afterwards."""
    path = next(_made())
    (path / _RUN).mkdir(mode=0o700)
    offset = NOW - datetime.fromtimestamp(time.time(), UTC)
    home = Household(path, int(offset / timedelta(seconds=1)))
    try:
        yield home
    finally:
        home.leave()


def _made() -> Iterator[Path]:
    for number in count():
        path = Path(f"/tmp/ada{number}")
        try:
            path.mkdir(mode=0o700)
        except FileExistsError:
            continue
        assert len(str(path)) == len(_SHOWN), "too many homes in /tmp: remove those of /tmp/ada*"
        yield path


def _library() -> str:
    """What lets a process believe in another time; `faketime` knows where it is."""
    command = ["faketime", "-f", "+0", "printenv", "LD_PRELOAD"]
    quiet = {**os.environ, "LD_PRELOAD": ""}
    return subprocess.run(
        command, check=True, capture_output=True, text=True, env=quiet
    ).stdout.strip()
