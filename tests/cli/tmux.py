"""A terminal as people have one: tmux draws it, keys are sent to it, and what it shows is read."""

from __future__ import annotations

import shlex
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Protocol

from tests.children import REPOSITORY

PATIENCE_S = 90  # only ever used up by a test that fails
ENDED = "echo end''ed: $?"  # not to be mistaken for what is typed
_LOOK_EVERY_S = 0.1


class Inhabited(Protocol):
    """A home, and the environment that its person has there."""

    @property
    def path(self) -> Path: ...

    @property
    def environment(self) -> dict[str, str]: ...


class Screen:
    """One window of a tmux server of its own, in which a shell runs in this home."""

    def __init__(self, server: str) -> None:
        self._server = server
        self._runs = 0

    def type(self, text: str, *, enter: bool = True) -> None:
        """Type ``text``, and press the Enter key."""
        self._tmux("send-keys", "-t", "0", "-l", text)
        if enter:
            self.press("Enter")

    def press(self, key: str) -> None:
        """Press one key, by tmux's name of it: ``Enter``, ``C-c``."""
        self._tmux("send-keys", "-t", "0", key)

    def shown(self) -> str:
        """What is to be seen now."""
        return self._tmux("capture-pane", "-t", "0", "-p", "-J")

    def painted(self) -> str:
        """The same row by row, with the codes of its colours."""
        return self._tmux("capture-pane", "-t", "0", "-p", "-e")

    def until(self, *words: str) -> str:
        """Wait until all of ``words`` are to be seen at once; the screen then."""
        for _ in range(int(PATIENCE_S / _LOOK_EVERY_S)):
            shown = self.shown()
            if all(word in shown for word in words):
                return shown
            time.sleep(_LOOK_EVERY_S)
        raise AssertionError(f"{words} never came: {self.shown()}")

    def run(self, command: str) -> str:
        """Run a command to its end on an empty screen; what is shown then, exit code included."""
        self._runs += 1
        self.type(f"clear; {command}; echo {self._runs} end''ed: $?")
        return self.until(f"{self._runs} ended: ")

    def _tmux(self, *words: str) -> str:
        command = ["tmux", "-L", self._server, *words]
        return subprocess.run(command, check=True, capture_output=True, text=True).stdout


@contextmanager
def screen(home: Inhabited, rows: int = 24) -> Iterator[Screen]:
    """A window of 100 columns with ``remindersd`` in it."""
    command = home.path / "remindersd"
    command.write_text(f'#!/bin/sh\nexec {shlex.quote(sys.executable)} -m daemon "$@"\n')
    command.chmod(0o700)
    server = f"remindersd-{home.path.name}-{time.monotonic_ns()}"
    environment = {**home.environment, "PATH": f"{home.path}:/usr/bin:/bin", "LANG": "C.UTF-8"}
    environment.setdefault("PYTHONPATH", str(REPOSITORY))
    subprocess.run(
        ["tmux", "-f", "/dev/null", "-L", server, "new-session", "-d", "-x", "100", "-y", str(rows),
         "env", "-i", "TERM=screen", "PS1=$ ", *(f"{k}={v}" for k, v in environment.items()), "sh"],
        check=True,
    )  # fmt: skip
    try:
        yield Screen(server)
    finally:
        subprocess.run(["tmux", "-L", server, "kill-server"], check=False)
