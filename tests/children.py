"""Starts our commands as processes from the nursery: without the second that their imports take.

That they start without it is tested where they are started as a person does: in the tests of the
demo, of the service, and of what imports nothing heavy.
"""

from __future__ import annotations

import json
import os
import select
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import IO, Any

from tests.nursery import MOST, Wanted, be_ordinary

__all__ = ["REPOSITORY", "Child", "close", "start"]

REPOSITORY = Path(__file__).parents[1]


class Child:
    """A process of the nursery, with what the tests use of ``subprocess.Popen``.

    ``stdin``, ``stdout`` and ``stderr`` are its pipes, and ``None`` where it got something else.
    """

    def __init__(self, pid: int, pipes: list[IO[Any] | None], ending: int, text: bool) -> None:
        self.pid = pid
        self.stdin, self.stdout, self.stderr = pipes
        self.returncode: int | None = None
        self._ending = ending  # where its exit code comes
        self._text = text

    def __enter__(self) -> Child:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        for pipe in (self.stdin, self.stdout, self.stderr):
            if pipe is not None:
                pipe.close()
        self.wait()

    def poll(self) -> int | None:
        """Its exit code, negative for a signal; None while it runs."""
        with suppress(subprocess.TimeoutExpired):
            self.wait(0)
        return self.returncode

    def wait(self, timeout: float | None = None) -> int:
        """Its exit code; raises TimeoutExpired if it still runs after so many seconds."""
        if self.returncode is None:
            if not select.select([self._ending], [], [], timeout)[0]:
                raise subprocess.TimeoutExpired("remindersd", timeout or 0)
            code = os.read(self._ending, 16)
            os.close(self._ending)
            assert code, "the nursery has ended"
            self.returncode = int(code)
        return self.returncode

    def communicate(self, typed: Any = None, timeout: float | None = None) -> tuple[Any, Any]:
        """What it prints until its end, with ``typed`` on its standard input; as Popen's."""
        deadline = time.monotonic() + (3600 if timeout is None else timeout)
        if self.stdin is not None:
            with suppress(BrokenPipeError):
                if typed is not None:
                    self.stdin.write(typed)
                self.stdin.close()
        said = {pipe: b"" for pipe in (self.stdout, self.stderr) if pipe is not None}
        waiting = list(said)
        while waiting:
            ready = select.select(waiting, [], [], max(0.0, deadline - time.monotonic()))[0]
            if not ready:
                raise subprocess.TimeoutExpired("remindersd", timeout or 0)
            for pipe in ready:
                more = os.read(pipe.fileno(), 65536)
                said[pipe] += more
                if not more:
                    waiting.remove(pipe)
                    pipe.close()
        self.wait(max(0.0, deadline - time.monotonic()))
        told = [said.get(pipe) if pipe is not None else None for pipe in (self.stdout, self.stderr)]
        out, err = (one.decode() if self._text and one is not None else one for one in told)
        return out, err

    def send_signal(self, number: int) -> None:
        """Send a signal, unless it has ended."""
        if self.poll() is None:
            os.kill(self.pid, number)

    def terminate(self) -> None:
        """Ask it to end."""
        self.send_signal(signal.SIGTERM)

    def kill(self) -> None:
        """End it at once."""
        self.send_signal(signal.SIGKILL)


def start(
    arguments: Sequence[str],
    environment: Mapping[str, str],
    streams: tuple[int, int, int] = (subprocess.PIPE, subprocess.PIPE, subprocess.PIPE),
    *,
    text: bool = False,
) -> Child:
    """``python ARGUMENTS``, -c PROGRAM ... or -m daemon ..., in a session of its own.

    ``streams`` are PIPE, DEVNULL or open files. A terminal as the first of them becomes the one
    that controls it.
    """
    wanted = Wanted(
        arguments=list(arguments), environment=dict(environment), directory=str(REPOSITORY)
    )
    data = json.dumps(wanted).encode()
    assert len(data) <= MOST
    pipes: list[IO[Any] | None] = [None, None, None]
    theirs = list(streams)
    made = []
    for number, stream in enumerate(streams):
        if stream == subprocess.DEVNULL:
            theirs[number] = os.open(os.devnull, os.O_RDWR)
            made.append(theirs[number])
        elif stream == subprocess.PIPE:
            ends = os.pipe()
            ours = number == 0
            pipes[number] = os.fdopen(ends[ours], ("w" if ours else "r") + ("" if text else "b"))
            theirs[number] = ends[not ours]
            made.append(ends[not ours])
    ending, ended = os.pipe()
    channel = _the_nursery().channel
    socket.send_fds(channel, [data], [*theirs, ended])
    for each in (*made, ended):
        os.close(each)
    pid = channel.recv(16)
    assert pid, "the nursery has ended"
    return Child(int(pid), pipes, ending, text)


class _Nursery:
    def __init__(self) -> None:
        self.channel, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        parent = os.getpid()
        with theirs:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "tests.nursery", str(theirs.fileno())],
                cwd=REPOSITORY,
                env={name: value for name, value in os.environ.items() if name != "PYTHONHASHSEED"},
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                pass_fds=[theirs.fileno()],
                start_new_session=True,
                preexec_fn=lambda: be_ordinary(parent),
            )

    def close(self) -> None:
        self.channel.close()
        self.process.wait(30)


_nurseries: list[_Nursery] = []


def _the_nursery() -> _Nursery:
    if not _nurseries:
        _nurseries.append(_Nursery())
    return _nurseries[0]


def close() -> None:
    """End the nursery of this process, if it has one, and all that still runs of its children."""
    while _nurseries:
        _nurseries.pop().close()
