"""Asks what pyicloud speaks, in a process of its own: one errand after another, then it ends.

What an errand needs of the daemon meanwhile (the pace of requests, a wait, to say how far it is) is
asked back over the same line, so that what Apple asks of one part holds for the others.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from dataclasses import dataclass
from multiprocessing.connection import Connection
from pathlib import Path
from pickle import PicklingError
from random import random
from time import monotonic, sleep
from typing import Any

from daemon.process.private import write_no_core
from sync.errors import RemindersdError
from sync.machine import told
from sync.polls.around import Meanwhile
from sync.remote.account import Account
from sync.remote.limiter import Limiter
from sync.remote.session import Session

__all__ = ["CALL", "DONE", "FAILED", "LOST", "Errand", "serve"]

CALL, DONE, FAILED, LOST = "call", "done", "failed", "lost"
"""What the helper says first: do this for me, here it is, it failed, this is a bug."""


@dataclass(frozen=True, slots=True)
class Errand:
    """``work`` is to be carried out on the service ``key`` of ``account``; see ``Around.ask``."""

    account: Account
    directory: Path
    key: str
    work: Callable[[Any, Meanwhile], Any]


def serve(line: Any) -> None:
    """Carry out errands until whoever gives them has hung up."""
    while True:
        try:
            errand = line.recv()
        except EOFError:
            return
        answer = _carried_out(errand, line)
        try:
            line.send(answer)
        except (PicklingError, AttributeError, TypeError) as error:  # it is no plain value
            line.send((LOST, type(error).__name__))


def _carried_out(errand: Errand, line: Any) -> tuple[str, Any]:
    from sync.polls.services import ask

    def call(name: str, *args: Any) -> Any:
        line.send((CALL, (name, args)))
        value, error = line.recv()
        if error is not None:
            raise error
        return value

    # A password is never sent for a poll: that is the business of the reminders' cycles.
    pace = _Pace(call)
    session = Session(errand.account, errand.directory, lambda: None, limiter=pace)
    meanwhile = Meanwhile(
        wait=lambda seconds: call("sleep", seconds),
        progress=lambda target, done, total: call("progress", target, done, total),
    )
    try:
        return DONE, ask(session, errand.key, lambda service: errand.work(service, meanwhile))
    except RemindersdError as error:
        return FAILED, error
    except OSError as error:
        ours = told(error)
        return (LOST, type(error).__name__) if ours is None else (FAILED, ours)
    except Exception as error:  # noqa: BLE001 - a bug is told by its name, and not by its text
        return LOST, type(error).__name__


class _Pace(Limiter):
    """The daemon's own limiter, at the other end of the line."""

    def __init__(self, call: Callable[..., Any]) -> None:
        super().__init__(monotonic, sleep, random)
        self._call = call

    def wait(self) -> None:
        self._call("wait")

    def succeeded(self) -> None:
        self._call("succeeded")

    def refused(self, retry_after_s: float | None = None) -> float:
        return float(self._call("refused", retry_after_s))

    def unreached(self) -> None:
        self._call("unreached")


if __name__ == "__main__":
    write_no_core()  # the kernel forgets at the start of a program what ours had asked for
    serve(Connection(int(sys.argv[1])))
