"""A process that has imported every room, and does nothing but fork itself into our commands.

What a new process of Python imports before it does anything takes longer than most of what tests
want of it. A child of the nursery differs from a process that a person starts in that alone: it has
a session, directory, environment and streams of its own, and takes signals like any other.
"""

from __future__ import annotations

import atexit
import ctypes
import fcntl
import gc
import importlib
import json
import os
import pkgutil
import select
import signal
import socket
import sys
import termios
import threading
import time
from contextlib import suppress
from types import ModuleType
from typing import Any, TypedDict

__all__ = ["MOST", "Wanted", "be_ordinary"]

ROOMS = ("daemon", "sync", "store", "sandbox")
MOST = 1 << 17  # bytes of a request

_PR_SET_PDEATHSIG, _PR_CAPBSET_DROP = 1, 24
_OVERRIDES = (1, 2)  # CAP_DAC_OVERRIDE and CAP_DAC_READ_SEARCH: root's way past file modes
_LIBC = ctypes.CDLL(None, use_errno=True)  # loaded now: little is safe between fork and exec


class Wanted(TypedDict):
    """A request, as JSON; its streams come beside it, and where to tell how the process ended."""

    arguments: list[str]  # of Python: -c PROGRAM or -m daemon, and what these are told
    environment: dict[str, str]
    directory: str


def be_ordinary(parent: int) -> None:
    """In a new process: die with ``parent``, and be bound by file modes even as root."""
    _LIBC.prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
    for capability in _OVERRIDES:
        _LIBC.prctl(_PR_CAPBSET_DROP, capability, 0, 0, 0)  # refused where there is none to drop
    if os.getppid() != parent:
        os._exit(1)


def _import_all() -> None:
    sys.modules.setdefault("httpx._main", ModuleType("httpx._main"))  # as the command does
    for room in ROOMS:
        package = importlib.import_module(room)
        for module in pkgutil.walk_packages(package.__path__, f"{room}."):
            if not module.name.endswith("__main__"):
                importlib.import_module(module.name)
    gc.collect()
    gc.freeze()  # or each child would copy all of it, to count references


def _serve(channel: socket.socket) -> Wanted | None:
    """Fork what is asked for: in a child, what it is to be; in the nursery None, in the end."""
    children: dict[int, tuple[int, int]] = {}  # pidfd -> pid, where to tell of its end
    while True:
        for ready in select.select([channel, *children], [], [])[0]:
            if ready is not channel:
                _bury(ready, *children.pop(ready))
                continue
            data, streams, _, _ = socket.recv_fds(channel, MOST, 4)
            if not data:
                for pidfd, (pid, ended) in children.items():
                    os.kill(pid, signal.SIGKILL)
                    _bury(pidfd, pid, ended)
                return None
            parent = os.getpid()
            if (pid := os.fork()) == 0:
                channel.detach()
                return _be_born(json.loads(data), streams, parent)
            children[os.pidfd_open(pid)] = pid, streams.pop()
            for stream in streams:
                os.close(stream)
            channel.send(str(pid).encode())


def _bury(pidfd: int, pid: int, ended: int) -> None:
    code = os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
    with suppress(BrokenPipeError):  # nobody wants to know
        os.write(ended, str(code).encode())
    os.close(pidfd)
    os.close(ended)


def _be_born(wanted: Wanted, streams: list[int], parent: int) -> Wanted:
    os.setsid()
    be_ordinary(parent)
    # As in the foreground, also where the tests themselves are a shell's background job.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    for number, stream in enumerate(streams[:3]):
        os.dup2(stream, number)
    os.closerange(3, 1 + max(int(name) for name in os.listdir("/proc/self/fd")))
    if os.isatty(0):
        fcntl.ioctl(0, termios.TIOCSCTTY, 0)
    # What Python knows of its streams is from its start, when they were others.
    sys.stdin = os.fdopen(0, closefd=False)
    sys.stdout = os.fdopen(1, "w", closefd=False)
    sys.stderr = os.fdopen(2, "w", 1, errors="backslashreplace", closefd=False)
    os.chdir(wanted["directory"])
    os.environ.clear()
    os.environ.update(wanted["environment"])
    time.tzset()
    return wanted


def _live(arguments: list[str]) -> None:
    """Be the command, and end as Python does, but without taking a thousand modules apart."""
    kind, what, *told = arguments
    if kind == "-m":
        kind, what = "-c", f"from {what}.cli import main; main()"
    assert kind == "-c", arguments
    sys.argv = ["remindersd", *told]
    space: dict[str, Any] = {"__name__": "__main__"}
    try:
        exec(compile(what, "<string>", "exec"), space)
        code = 0
    except SystemExit as end:
        if not isinstance(end.code, int):
            raise
        code = end.code
    threading._shutdown()  # type: ignore[attr-defined]
    atexit._run_exitfuncs()
    with suppress(BrokenPipeError):
        sys.stdout.flush()
    os._exit(code)


if __name__ == "__main__":
    _import_all()
    born = _serve(socket.socket(fileno=int(sys.argv[1])))
    if born is not None:
        _live(born["arguments"])
