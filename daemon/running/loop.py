"""The one control loop: takes triggers from any thread and runs one cycle at a time, in this one.

Rules: (1) only this thread touches the engine; (2) a request that comes while a cycle runs is
served by the next one, since it may be about something newer; (3) whoever waits gets an answer,
also at the end; (4) a failure is a state and a pause, never the end, unless nothing can be
trusted any more (a damaged mirror) or nothing has begun (a config that does not fit).
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from contextlib import ExitStack
from dataclasses import replace
from queue import Empty, SimpleQueue
from typing import Any

from daemon.running.agenda import Agenda, Kind, until_next
from daemon.running.bugs import unexpected
from daemon.running.pausing import Pausing
from daemon.running.reporting import Reporting
from daemon.running.requests import Cycler, Errand, Order, Request, Stopping, Surroundings
from daemon.running.state import State
from daemon.running.troubles import judge
from daemon.settings.config import Config
from daemon.settings.reload import check_change
from daemon.wording.storage import as_ours
from store.db import Store
from store.errors import StoreError
from sync.cycle.checking.verdict import Verdict, Verified
from sync.cycle.report import Report
from sync.errors import MirrorDamaged, RemindersdError, UsageError
from sync.machine import told as told_by_machine

__all__ = ["Loop"]

# How long a `sync` waits for files that are being saved and records that change meanwhile.
PATIENCE_S = 20.0

_log = logging.getLogger(__name__)


class Loop:
    """Runs cycles over the engine of ``config`` until it is told to stop."""

    def __init__(self, config: Config, around: Surroundings) -> None:
        self._config = config
        self._around = around
        self._inbox: SimpleQueue[Kind | Request | Errand | Callable[[], None]] = SimpleQueue()
        self._agenda = Agenda()
        self._requests: list[Request] = []
        self._opened = ExitStack()
        self._engine: Cycler | None = None
        self._began = False
        self._stopping = False
        self._failures = 0
        self._reporting = Reporting(around, lambda work: self._attempt(lambda one: one.lend(work)))
        self._pausing = Pausing(around, self._reporting, self._agenda)
        self.stepped = self._reporting.stepped
        self.gauged = self._reporting.gauged
        self._ended: RemindersdError | None = None
        self._gate = threading.Lock()  # never taken by a signal handler

    # ---- for any thread; the first four also for signal handlers: SimpleQueue is reentrant

    def want(self, kind: Kind) -> None:
        """Ask for a cycle, without waiting for it."""
        self._inbox.put(kind)

    def stop(self) -> None:
        """End after the cycle that runs now."""
        self._inbox.put(self._stop)

    def reload(self) -> None:
        """Read the config again, between two cycles."""
        self._inbox.put(self._reload)

    def fail(self, error: RemindersdError) -> None:
        """End with ``error``, which another thread has met, after the cycle that runs now."""

        def end() -> None:
            raise error

        self._inbox.put(end)

    def start_anew(self) -> None:
        """Let go of the engine, and of every connection, and begin as after a start."""
        self._inbox.put(self._start_anew)

    def soon(self, work: Callable[[], None]) -> None:
        """Have ``work`` called between two cycles; it must return at once."""
        self._inbox.put(work)

    def ask(self, request: Request) -> Future[Any]:
        """Ask and be answered: a Report, what its work gave, or a RemindersdError."""
        return self._send(request)

    def lend(self, work: Callable[[Store], Any]) -> Future[Any]:
        """Let ``work`` use the mirror between two cycles; what it gives, or a RemindersdError."""
        return self._send(Errand(work))

    def pause(self, until: float | None) -> Future[Any]:
        """Let nothing go by itself, until that Unix time or (``None``) until ``go_on``."""
        return self._send(Order(lambda _: self._pausing.pause(until)))

    def go_on(self) -> Future[Any]:
        """Let all go by itself again."""
        return self._send(Order(lambda _: self._pausing.resume()))

    def _send(self, asked: Request | Errand) -> Future[Any]:
        with self._gate:
            if self._ended is None:
                self._inbox.put(asked)
                return asked.answer
        asked.answer.set_exception(self._ended)
        return asked.answer

    # ---- the loop

    def run(self) -> None:
        """Until ``stop``; raises MirrorDamaged, or UsageError if the first start cannot be."""
        end: RemindersdError = Stopping("remindersd is stopping", "ask again when it runs")
        try:
            # Opened before we say that we are ready: a config that does not fit ends us here.
            self._attempt(lambda _engine: None)
            self._around.before_cycle()
            self.want(Kind.START)
            self._around.notifier.ready()
            while not self._stopping:
                self._receive()
                self._serve()
        except RemindersdError as error:
            end = error
            raise
        finally:
            self._around.notifier.stopping()
            self._end(end)

    def _receive(self) -> None:
        """Wait until something comes or is due, and take in all that came."""
        self._pausing.heed(is_asked=bool(self._requests))
        due_at = self._agenda.next_at()
        wait_s = None if due_at is None else max(0.0, due_at - self._around.monotonic())
        wait_s = self._pausing.at_most(wait_s)
        try:
            came = self._inbox.get(timeout=wait_s)
            while True:
                self._take(came)
                came = self._inbox.get_nowait()
        except Empty:
            return

    def _take(self, came: Kind | Request | Errand | Callable[[], None]) -> None:
        now = self._around.monotonic()
        if isinstance(came, Kind):
            self._agenda.want(came, now)
        elif isinstance(came, Request):
            came.asked = now
            self._requests.append(came)
            self._agenda.want(Kind.PLAN if came.plan_only else Kind.SYNC, now)
        elif isinstance(came, Errand):
            self._run_errand(came)
        else:
            came()

    def _run_errand(self, errand: Errand) -> None:
        try:
            result = self._carried_out(errand)
        except RemindersdError as error:
            errand.finish(error)
            raise
        errand.finish(result)

    def _carried_out(self, errand: Errand) -> Any:
        if not isinstance(errand, Order):
            return self._attempt(lambda engine: engine.lend(errand.work))
        try:
            return errand.work(None)
        except OSError as error:
            return told_by_machine(error) or unexpected(error)

    def _stop(self) -> None:
        self._stopping = True

    def _serve(self) -> None:
        """Run what is due, if anything is, and say when the next is."""
        self._pausing.heed(is_asked=bool(self._requests))
        kinds = [] if self._stopping else self._agenda.take(self._around.monotonic())
        if kinds:
            self._around.before_cycle()
        if Kind.PLAN in kinds:
            self._plan()
        if Kind.VERIFY in kinds:
            self._check_up()
        if any(kind is not Kind.PLAN for kind in kinds):
            self._cycle(next(kind for kind in kinds if kind is not Kind.PLAN))
        self._say_next_run()

    def _plan(self) -> None:
        result = self._attempt(lambda engine: engine.cycle(Kind.PLAN.value, plan_only=True))
        for request in [request for request in self._requests if request.plan_only]:
            self._answer(request, result)

    def _cycle(self, kind: Kind) -> None:
        for request in list(self._requests):
            if request.work is not None:
                self._answer(request, self._attempt(request.work))
        waiting = [request for request in self._requests if not request.plan_only]
        name = Kind.SYNC if waiting else kind
        approve = any(request.approve for request in waiting)
        self._reporting.begins(name.value, is_asked=bool(waiting))
        began = self._around.monotonic()
        result = self._attempt(lambda engine: engine.cycle(name.value, approve=approve))
        took_s = self._around.monotonic() - began
        if isinstance(result, Report):
            self._succeeded(result, waiting, took_s)
        else:
            self._failed(result, took_s, is_asked=bool(waiting))
            for request in waiting:
                self._answer(request, result)

    def _attempt(self, work: Callable[[Cycler], Any]) -> Any:
        """What ``work`` gives, or the RemindersdError that it ended with."""
        try:
            return work(self._running_engine())
        except MirrorDamaged:
            raise
        except RemindersdError as error:
            if isinstance(error, UsageError) and not self._began:
                raise
            return error
        except StoreError as error:
            ours = as_ours(error)
            if isinstance(ours, MirrorDamaged):
                raise ours from error
            return ours
        except OSError as error:
            return told_by_machine(error) or unexpected(error)
        except Exception as error:  # noqa: BLE001 - the one place: a bug is a state, not the end
            return unexpected(error)
        finally:
            self._reporting.rests()

    def _running_engine(self) -> Cycler:
        if self._engine is None:
            self._engine = self._opened.enter_context(self._around.open_engine(self._config))
            self._began = True
        return self._engine

    # ---- what came of it

    def _succeeded(self, report: Report, waiting: Sequence[Request], took_s: float) -> None:
        now = self._around.monotonic()
        self._failures = 0
        again_s = self._agenda.go_on(now, report.retry_after_s)
        self._plan_checkup(now)
        self._reporting.succeeded(report, now, took_s)
        for request in waiting:
            earlier = request.so_far
            request.so_far = replace(report).after(earlier) if earlier else report
            if again_s is None or now + again_s - request.asked > PATIENCE_S:
                self._answer(request, request.so_far)

    def _plan_checkup(self, now: float) -> None:
        """Say when all is to be compared again; the wall clock counts, across restarts."""
        every_s = self._config.reminders.verify
        verified = None if every_s is None else self._attempt(lambda engine: engine.verified())
        if every_s is None or not isinstance(verified, Verified):
            self._agenda.at(Kind.VERIFY, None)
        else:
            left_s = until_next(verified, every_s, self._around.wall())
            self._agenda.at(Kind.VERIFY, now + left_s)

    def _check_up(self) -> None:
        """Compare everything; what fails is tried again after the next cycle that goes through."""
        verdict = self._attempt(lambda engine: engine.verify(repair=True))
        if isinstance(verdict, Verdict):
            found, left = len(verdict.found), len(verdict.left)
            level = logging.WARNING if found else logging.INFO
            _log.log(level, "verified: %d differences found, %d left", found, left)

    def _failed(self, error: RemindersdError, took_s: float, *, is_asked: bool) -> None:
        # A person who asks again and again must not make us wait ever longer.
        if not (is_asked and self._failures):
            self._failures += 1
        now = self._around.monotonic()
        trouble = judge(error, self._failures, self._around.random)
        self._agenda.pause(now + trouble.wait_s, trouble.passes)
        self._reporting.failed(error, trouble, now, took_s)

    def _say_next_run(self) -> None:
        self._pausing.heed(is_asked=bool(self._requests))
        due_at, pause = self._agenda.next_at(), self._reporting.pause
        own = None
        if due_at is not None:
            own = self._around.wall() + max(0.0, due_at - self._around.monotonic())
        others = self._around.next_poll() if pause is None else pause.until
        self._reporting.next_run((own, None if self._failures else others))

    # ---- reload and end

    def _reload(self) -> None:
        """A config that is wrong, or that needs a restart, is not taken; the old one stays."""
        self._around.notifier.reloading()
        try:
            config = self._around.read_config()
            check_change(self._config, config)
            self._open_with(config)
        except UsageError as error:
            problem = f"{error.message}; the config of before stays in use"
            _log.warning("%s (%s)", problem, error.hint)
            self._around.board.change(config_problem=problem)
        else:
            self._around.adopt(config)
            self._around.board.change(config_problem=None)
            self._begin_again()
            _log.info("the config was read again")
        self._around.notifier.ready()

    def _open_with(self, config: Config) -> None:
        """Open an engine for ``config``; a UsageError leaves all as it was, but for a new start."""
        before, self._config = self._config, config
        self._close_engine()
        try:
            error = self._attempt(lambda _engine: None)
            if isinstance(error, UsageError):
                raise error
        except UsageError:
            self._config = before
            raise

    def _start_anew(self) -> None:
        self._close_engine()
        self._begin_again()

    def _begin_again(self) -> None:
        self._agenda.want(Kind.START, self._around.monotonic())
        if self._around.board.status.state is not State.OFFLINE:
            # What was wrong may be put right by it; no network, or a wait, is not.
            self._agenda.go_on(self._around.monotonic(), None)

    def _close_engine(self) -> None:
        self._engine = None
        self._opened.close()

    def _end(self, error: RemindersdError) -> None:
        with self._gate:
            self._ended = error
        while True:
            try:
                came = self._inbox.get_nowait()
            except Empty:
                break
            if isinstance(came, Request):
                self._requests.append(came)
            elif isinstance(came, Errand):
                came.finish(error)
        for request in list(self._requests):
            self._answer(request, error)
        self._close_engine()
        self._reporting.ended()

    def _answer(self, request: Request, result: object) -> None:
        self._requests.remove(request)
        if not request.answer.set_running_or_notify_cancel():
            return  # whoever asked has gone
        if isinstance(result, RemindersdError):
            request.answer.set_exception(result)
        else:
            request.answer.set_result(result)
