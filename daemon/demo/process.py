"""Runs our own command as a process that knows nothing of the person, and always ends with us."""

from __future__ import annotations

import ctypes
import os
import signal
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

__all__ = ["last_line", "our_command", "surroundings"]

END_S = 10.0

_KEPT = ("PATH", "LANG", "LANGUAGE", "TZ", "PYTHONPATH", "PYTHONUTF8", "PYTHONWARNINGS")
_PR_SET_PDEATHSIG = 1
_LIBC = ctypes.CDLL(None)  # loaded now: little is safe between fork and exec


def surroundings(home: Path) -> dict[str, str]:
    """An environment with nothing of the person's but language, time zone and where Python is.

    So there are no proxies in it, no config, no state and no service manager.
    """
    kept = {
        name: value for name, value in os.environ.items() if name in _KEPT or name.startswith("LC_")
    }
    return kept | {
        "HOME": str(home),
        "XDG_STATE_HOME": str(home / "state"),
        "XDG_CONFIG_HOME": str(home / "config"),
    }


@contextmanager
def our_command(
    arguments: Sequence[str], environment: Mapping[str, str], log: Path
) -> Iterator[subprocess.Popen[bytes]]:
    """``remindersd ARGUMENTS`` while the context lasts; its standard error goes to ``log``."""
    parent = os.getpid()
    # -P: a folder named daemon where the person happens to be must not be taken for ours.
    command = [sys.executable, "-P", "-m", "daemon", *arguments]
    with (
        log.open("wb") as errors,
        subprocess.Popen(
            command,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=errors,
            start_new_session=True,  # Ctrl-C is for us alone; we end them in order
            preexec_fn=lambda: _end_with(parent),
        ) as process,
    ):
        try:
            yield process
        finally:
            _end(process)


def last_line(log: Path) -> str:
    """The last thing that a process said."""
    lines = log.read_text(encoding="utf-8", errors="replace").split("\n")
    return next((line for line in reversed(lines) if line.strip()), "it did not say why")


def _end_with(parent: int) -> None:
    """In the new process: be told to end when the demo dies, however it does."""
    _LIBC.prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)
    if os.getppid() != parent:
        os._exit(1)


def _end(process: subprocess.Popen[bytes]) -> None:
    process.terminate()
    try:
        process.wait(END_S)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
