"""Types our commands at a terminal, as a person does who is asked something there."""

from __future__ import annotations

import fcntl
import os
import select
import struct
import termios
import time
from collections.abc import Sequence
from dataclasses import dataclass

from tests.children import start
from tests.e2e.harness import Home, surroundings
from tests.e2e.processes import DEADLINE_S

__all__ = ["CTRL_C", "Shown", "typed"]

CTRL_C = "\x03"

Turn = tuple[str, str]  # what is asked, and what is typed then


@dataclass(frozen=True, slots=True)
class Shown:
    """How a command ended, and all that stood on the screen, what was typed included."""

    code: int
    text: str


def typed(home: Home, *arguments: str, turns: Sequence[Turn] = (), kind: str = "dumb") -> Shown:
    """``remindersd ARGUMENTS`` at a terminal of its own; each turn waits for its question.

    ``kind`` is what $TERM says of the terminal. Raises AssertionError where a question does not
    come, or the command does not end.
    """
    master, slave = os.openpty()
    fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", 50, 200, 0, 0))
    process = start(
        ("-m", "daemon", "--config", str(home.config_file), *arguments),
        {**surroundings(home.place), "TERM": kind},
        (slave, slave, slave),
    )
    os.close(slave)
    screen = ""
    try:
        for question, answer in turns:
            seen = len(screen)
            while question not in screen[seen:]:
                new = _read(master)
                assert new, f"“{question}” was not asked:\n{screen}"
                screen += new
            os.write(master, answer.encode())
        # Python may sleep through a signal that comes just before it waits for a key: press again.
        again = CTRL_C if turns and turns[-1][1] == CTRL_C else ""
        while new := _read(master, again):
            screen += new
        return Shown(process.wait(DEADLINE_S), screen)
    finally:
        if process.poll() is None:
            process.kill()
            process.wait()
        os.close(master)


def _read(master: int, again: str = "") -> str:
    """What comes next on the screen; "" at the end of the command, or of our patience.

    While nothing comes ``again`` is typed, each second.
    """
    deadline = time.monotonic() + DEADLINE_S
    try:
        while (left_s := deadline - time.monotonic()) > 0:
            if select.select([master], [], [], min(left_s, 1.0) if again else left_s)[0]:
                break
            os.write(master, again.encode())
        data = os.read(master, 65536) if left_s > 0 else b""
    except OSError:  # the other end is closed
        return ""
    return data.decode(errors="replace").replace("\r\n", "\n")
