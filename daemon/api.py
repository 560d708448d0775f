"""The resources of the control socket: what each request reads, or asks the loop for.

Handlers only read and enqueue: what changes anything is done by the loop, in its own time.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from starlette.applications import Starlette
from starlette.requests import Request as Asked
from starlette.responses import Response, StreamingResponse
from starlette.routing import Route

from daemon.accounts import Accounts
from daemon.answers import COUNTS, Answers, NoMirror
from daemon.changes import undo_document
from daemon.config import Config
from daemon.decisions import Decisions
from daemon.filters import read_filters
from daemon.polled import Polled
from daemon.replies import HANDLERS, failure, json_answer, no_query, read_body
from daemon.requests import Cycler, Request
from daemon.ricloud.routes import Ricloud
from daemon.state import Board, Event
from daemon.words import instant
from store.raw import dumps
from sync.core.actions import Hold
from sync.cycle.carrying import Brought, Options
from sync.cycle.refiling import Refiled
from sync.cycle.relisting import Relisted
from sync.cycle.restoring import Restored
from sync.cycle.undoing import Undone
from sync.cycle.verdict import Verdict
from sync.errors import RemindersdError, UsageError

__all__ = ["Api", "Told"]

RUNS_MAX = 1000
# Events that a reader may be behind before it is cut off; it can come again.
BEHIND_MAX = 256

Document = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Told:
    """Resources that have rooms of their own."""

    ricloud: Ricloud
    polled: Polled
    accounts: Accounts


class Api:
    """The application. ``ask`` passes a request to the loop, ``config`` gives the one in use."""

    def __init__(
        self,
        board: Board,
        answers: Answers,
        ask: Callable[[Request], Any],
        config: Callable[[], Config],
        told: Told,
    ) -> None:
        self._board = board
        self._answers = answers
        self._ask = ask
        self._config = config
        self._ricloud = ricloud = told.ricloud
        self._polled = told.polled
        self._accounts = accounts = told.accounts
        self._streams: set[asyncio.Queue[Event | None]] = set()
        self._closing = False
        reading = {
            "/status": self._status,
            "/lists": self._lists,
            "/reminders": self._reminders,
            "/reminders/{id}": self._reminder,
            "/conflicts": self._conflicts,
            "/held": self._held,
            "/parked": self._parked,
            "/restorable": self._restorable,
            "/runs": self._runs,
            "/runs/{id}": self._run,
            "/changes": self._changes,
            "/events": self._events,
            **accounts.reading,
        }
        doing = {
            "/sync": self._sync,
            "/approve": self._approve,
            "/forget": self._forget,
            "/merge": self._merge,
            "/restore": self._restore,
            "/undo": self._undo,
            "/verify": self._verify,
            "/import": self._import,
            **Decisions(ask).doing,
            **told.polled.doing,
            **accounts.doing,
        }
        self.app = Starlette(
            routes=[
                *(Route(path, handler, methods=["GET"]) for path, handler in reading.items()),
                *(Route(path, handler, methods=["POST"]) for path, handler in doing.items()),
                *ricloud.routes,
            ],
            exception_handlers=HANDLERS,
        )
        self.app.state.paths = ", ".join(dict.fromkeys([*reading, *doing, *ricloud.paths]))

    def end_streams(self) -> None:
        """Let every event stream and every wait end; called in the server's thread."""
        self._ricloud.end_waiting()
        self._closing = True
        for stream in self._streams:
            stream.put_nowait(None)

    # ---- reading

    async def _status(self, asked: Asked) -> Response:
        no_query(asked)
        config, status = self._config(), self._board.status
        try:
            counts: Document = await asyncio.wrap_future(self._answers.counts())
        except (NoMirror, RemindersdError):  # what is wrong with it is the loop's to say
            counts = dict.fromkeys((*COUNTS, "verified", "waiting"))
        return json_answer(
            {
                "schema": 1,
                "state": status.state.value,
                "reason": status.reason,
                "profile": config.profile,
                "account": config.account.apple_id,
                "sign_in": self._accounts.told(),
                "region": config.account.region,
                "endpoint": config.account.endpoint,
                "folder": str(config.folder),
                "last_success": _instant(status.last_success),
                "next_run": _instant(status.next_run),
                **counts,
                "polls": self._polled.document(),
                "problems": list(status.problems),
                "config_problem": status.config_problem,
                "watch_problem": status.watch_problem,
            }
        )

    async def _lists(self, asked: Asked) -> Response:
        no_query(asked)
        return json_answer(await asyncio.wrap_future(self._answers.lists()))

    async def _reminders(self, asked: Asked) -> Response:
        filters = read_filters(asked.query_params.multi_items())
        return json_answer(await asyncio.wrap_future(self._answers.reminders(filters)))

    async def _reminder(self, asked: Asked) -> Response:
        no_query(asked)
        id = asked.path_params["id"]
        found = await asyncio.wrap_future(self._answers.reminder(id))
        if found is None:
            return failure(404, "not-found", f"there is no reminder {id}", "see /reminders")
        return json_answer(found)

    async def _conflicts(self, asked: Asked) -> Response:
        no_query(asked)
        return json_answer(await asyncio.wrap_future(self._answers.conflicts()))

    async def _parked(self, asked: Asked) -> Response:
        no_query(asked)
        return json_answer(await asyncio.wrap_future(self._answers.parked()))

    async def _held(self, asked: Asked) -> Response:
        no_query(asked)
        return json_answer(await asyncio.wrap_future(self._answers.held()))

    async def _restorable(self, asked: Asked) -> Response:
        no_query(asked)
        return json_answer(await asyncio.wrap_future(self._answers.restorable()))

    async def _runs(self, asked: Asked) -> Response:
        no_query(asked, "limit")
        given = asked.query_params.get("limit", "50")
        if not (given.isascii() and given.isdigit() and 1 <= int(given[:9]) <= RUNS_MAX):
            raise UsageError(f"`limit` must be a number from 1 to {RUNS_MAX}")
        return json_answer(await asyncio.wrap_future(self._answers.runs(int(given))))

    async def _run(self, asked: Asked) -> Response:
        no_query(asked)
        given = asked.path_params["id"]
        number = int(given[:18]) if given.isascii() and given.isdigit() else 0
        found = await asyncio.wrap_future(self._answers.run(number))
        if found is None:
            return failure(404, "not-found", f"there is no run {given}", "see /runs")
        return json_answer(found)

    async def _changes(self, asked: Asked) -> Response:
        no_query(asked, "of")
        key = asked.query_params.get("of", "")
        if not key:
            raise UsageError("`of` must name a reminder or list", "by its id, ^r-... or title")
        return json_answer(await asyncio.wrap_future(self._answers.changes(key)))

    async def _events(self, asked: Asked) -> Response:
        if "text/event-stream" not in asked.headers.get("accept", ""):
            return await self._ricloud.events(asked)
        no_query(asked)
        return StreamingResponse(
            self._stream(), media_type="text/event-stream", headers={"Cache-Control": "no-store"}
        )

    async def _stream(self) -> AsyncIterator[bytes]:
        loop = asyncio.get_running_loop()
        queue: asyncio.Queue[Event | None] = asyncio.Queue()

        def put(event: Event) -> None:
            if queue.qsize() < BEHIND_MAX:
                queue.put_nowait(event)
            elif queue.qsize() == BEHIND_MAX:
                queue.put_nowait(None)

        def hear(event: Event) -> None:
            if not loop.is_closed():
                loop.call_soon_threadsafe(put, event)

        self._streams.add(queue)
        try:
            with self._board.listening(hear) as now:
                event: Event | None = now
                while event is not None and not self._closing:
                    yield b"event: %s\ndata: %s\n\n" % (
                        event.name.encode(),
                        dumps(event.data),
                    )
                    event = await queue.get()
        finally:
            self._streams.discard(queue)

    # ---- asking the loop

    async def _sync(self, asked: Asked) -> Response:
        body = await read_body(asked, "approve", "plan_only")
        request = Request(approve=body.flag("approve"), plan_only=body.flag("plan_only"))
        if request.approve and request.plan_only:
            raise UsageError("`approve` and `plan_only` in the body exclude each other")
        report = await asyncio.wrap_future(self._ask(request))
        return json_answer(report.document())

    async def _approve(self, asked: Asked) -> Response:
        body = await read_body(asked, "keys")
        approved: list[Hold] = await asyncio.wrap_future(
            self._ask(Request(keys=body.texts("keys")))
        )
        found = [
            {"id": hold.id, "kind": str(hold.kind), "reason": hold.reason} for hold in approved
        ]
        return json_answer({"schema": 1, "approved": found})

    async def _forget(self, asked: Asked) -> Response:
        body = await read_body(asked, "key")
        key = body.text("key")
        forgot = await asyncio.wrap_future(self._ask(Request(work=lambda e: e.forget(key))))
        return json_answer(forgot.document())

    async def _merge(self, asked: Asked) -> Response:
        body = await read_body(asked, "path")
        path = body.text("path")
        merged = await asyncio.wrap_future(self._ask(Request(work=lambda e: e.merge(path))))
        return json_answer(merged.document())

    async def _restore(self, asked: Asked) -> Response:
        body = await read_body(asked, "id", "list", "file")
        if len(body.content) > 1:
            raise UsageError("`id`, `list` and `file` in the body exclude each other")
        if "list" in body.content:
            name = body.text("list")
            request = Request(work=lambda engine: engine.restore_list(name))
        elif "file" in body.content:
            path = body.text("file")
            request = Request(work=lambda engine: engine.restore_file(path))
        else:
            request = Request(restore=body.text("id"))
        restored: Restored | Relisted | Refiled = await asyncio.wrap_future(self._ask(request))
        return json_answer(restored.document())

    async def _undo(self, asked: Asked) -> Response:
        body = await read_body(asked, "run", "dry_run")
        run, dry_run = body.number("run"), body.flag("dry_run")
        work = Request(work=lambda engine: engine.undo(run, dry_run=dry_run))
        undone: Undone = await asyncio.wrap_future(self._ask(work))
        most = self._config().reminders.deletions.hold_above
        return json_answer(undo_document(undone, dry_run=dry_run, hold_above=most))

    async def _verify(self, asked: Asked) -> Response:
        body = await read_body(asked, "repair")
        repair = body.flag("repair")
        work = Request(work=lambda engine: engine.verify(repair=repair))
        verdict: Verdict = await asyncio.wrap_future(self._ask(work))
        return json_answer(verdict.document())

    async def _import(self, asked: Asked) -> Response:
        body = await read_body(asked, "file", "list", "overwrite", "dry_run")
        path = Path(body.text("file"))
        if not path.is_absolute():
            raise UsageError("`file` in the body must be an absolute path")
        options = Options(
            list=body.text("list") if "list" in body.content else "",
            overwrite=body.flag("overwrite"),
            dry_run=body.flag("dry_run"),
        )

        def work(engine: Cycler) -> Brought:
            return engine.carry_in(path.read_bytes(), path, options)

        told: Brought = await asyncio.wrap_future(self._ask(Request(work=work)))
        return json_answer(told.document())


def _instant(seconds: float | None) -> str | None:
    return None if seconds is None else instant(seconds)
