"""Does one job after the other in a thread of its own, so that nobody who asks has to wait there.

The thread does not hold up the end of the process: a job may be waiting for Apple.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import Future
from queue import SimpleQueue
from typing import Any, TypeVar

__all__ = ["Worker"]

T = TypeVar("T")


class Worker:
    """A thread, and the jobs that wait for it."""

    def __init__(self, name: str) -> None:
        self._jobs: SimpleQueue[tuple[Future[Any], Callable[[], Any]] | None] = SimpleQueue()
        self._thread = threading.Thread(target=self._run, name=name, daemon=True)
        self._thread.start()

    def do(self, job: Callable[[], T]) -> Future[T]:
        """What ``job`` will give, or raise, when its turn has come."""
        answer: Future[T] = Future()
        self._jobs.put((answer, job))
        return answer

    def close(self, patience_s: float) -> bool:
        """Take no more jobs, and wait so long for those that are there; whether all are done."""
        self._jobs.put(None)
        self._thread.join(patience_s)
        return not self._thread.is_alive()

    def _run(self) -> None:
        while (entry := self._jobs.get()) is not None:
            answer, job = entry
            if not answer.set_running_or_notify_cancel():
                continue
            try:
                result = job()
            except Exception as error:  # noqa: BLE001 - whoever asked is told; the next job is done
                answer.set_exception(error)
            else:
                answer.set_result(result)
