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

from tests.cli.conftest import REPOSITORY, Home

PATIENCE_S = 60  # only ever used up by a test that fails


class Terminal:
    """``shown`` is all that appeared so far; ``process`` is what runs in it."""

    def __init__(self, process: subprocess.Popen[bytes], master: int) -> None:
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
def terminal(home: Home, *arguments: str) -> Iterator[Terminal]:
    """The command line in a terminal, in this home."""
    master, slave = pty.openpty()
    process = subprocess.Popen(
        [sys.executable, "-m", "daemon", *arguments],
        env={**os.environ, **home.environment, "NO_COLOR": "1", "TERM": "dumb"},
        cwd=REPOSITORY,
        stdin=slave,
        stdout=slave,
        stderr=slave,
        start_new_session=True,
        preexec_fn=_take_terminal,
    )
    os.close(slave)
    try:
        yield Terminal(process, master)
    finally:
        if process.poll() is None:
            process.kill()
            process.wait()
        os.close(master)


def _take_terminal() -> None:
    """Make standard input the controlling terminal, so that ctrl-C is a signal."""
    import fcntl

    fcntl.ioctl(0, termios.TIOCSCTTY, 0)
