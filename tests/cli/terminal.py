"""A terminal of its own for a command: what it shows, and what a person types into it."""

from __future__ import annotations

import os
import pty
import select
import subprocess
import sys
import termios
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests import children
from tests.children import REPOSITORY, Child
from tests.cli.conftest import Home

PATIENCE_S = 60  # only ever used up by a test that fails


class Terminal:
    """``shown`` is all that appeared so far; ``process`` is what runs in it."""

    def __init__(self, process: subprocess.Popen[bytes] | Child, master: int) -> None:
        self.process = process
        self.shown = ""
        self._master = master
        self._read = 0
        self._again = b""

    def expect(self, text: str) -> str:
        """Wait until ``text`` appears after what was expected before; what came until then."""
        while text not in self.shown[self._read :]:
            if not self._more():
                raise AssertionError(f"{text!r} never came: {self.shown!r}")
        begin, self._read = self._read, self.shown.index(text, self._read) + len(text)
        return self.shown[begin : self._read]

    def type(self, line: str) -> None:
        """Type a line."""
        os.write(self._master, f"{line}\n".encode())

    def interrupt(self) -> None:
        """Press ctrl-C, and now and then again until something comes of it.

        Python may sleep through a signal that comes just before it waits for a key.
        """
        self._again = b"\x03"
        os.write(self._master, self._again)

    def echoes(self) -> bool:
        """Whether what is typed now is shown."""
        return bool(termios.tcgetattr(self._master)[3] & termios.ECHO)

    def arguments(self) -> str:
        """What anybody on this machine sees of the process."""
        line = Path(f"/proc/{self.process.pid}/cmdline").read_bytes()
        return line.replace(b"\0", b" ").decode()

    def end(self) -> int:
        """Wait until it ends; its exit code."""
        while self._more():
            pass
        return self.process.wait(PATIENCE_S)

    def _more(self) -> bool:
        for _ in range(PATIENCE_S // 5):
            if select.select([self._master], [], [], 5.0)[0]:
                break
            if self._again:
                os.write(self._master, self._again)
        else:
            raise AssertionError(f"nothing came for {PATIENCE_S} s: {self.shown!r}")
        try:
            data = os.read(self._master, 4096)
        except OSError:  # the other end is closed
            return False
        self.shown += data.decode()
        return bool(data)


@contextmanager
def terminal(home: Home, *arguments: str, afresh: bool = False) -> Iterator[Terminal]:
    """The command line in a terminal, in this home; ``afresh`` with its own name in the system."""
    master, slave = pty.openpty()
    environment = {**os.environ, **home.environment, "NO_COLOR": "1", "TERM": "dumb"}
    process: subprocess.Popen[bytes] | Child
    if afresh:
        process = subprocess.Popen(
            [sys.executable, "-m", "daemon", *arguments],
            env=environment,
            cwd=REPOSITORY,
            stdin=slave,
            stdout=slave,
            stderr=slave,
            preexec_fn=lambda: os.login_tty(0),
        )
    else:
        process = children.start(("-m", "daemon", *arguments), environment, (slave, slave, slave))
    os.close(slave)
    try:
        yield Terminal(process, master)
    finally:
        if process.poll() is None:
            process.kill()
            process.wait()
        os.close(master)
