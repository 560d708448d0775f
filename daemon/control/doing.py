"""What the control socket passes on to the loop: a cycle, an approval, bringing back, undoing."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

from starlette.requests import Request as Asked
from starlette.responses import Response

from daemon.control.pauses import pause_document
from daemon.query.changes import undo_document
from daemon.replies import json_answer, read_body
from daemon.running.requests import Cycler, Request
from daemon.running.state import Board
from daemon.settings.config import Config
from sync.core.actions import Hold
from sync.cycle.asked.carrying import Brought, Options
from sync.cycle.asked.refiling import Refiled
from sync.cycle.asked.relisting import Relisted
from sync.cycle.asked.restoring import Restored
from sync.cycle.asked.undoing import Undone
from sync.cycle.checking.verdict import Verdict
from sync.errors import UsageError

__all__ = ["Doing"]

Handler = Callable[[Asked], Awaitable[Response]]


class Doing:
    """The resources that change something; ``ask`` passes a request to the loop."""

    def __init__(
        self, ask: Callable[[Request], Any], config: Callable[[], Config], board: Board
    ) -> None:
        self._ask = ask
        self._board = board
        self._config = config
        self.doing: dict[str, Handler] = {
            "/sync": self._sync,
            "/approve": self._approve,
            "/forget": self._forget,
            "/merge": self._merge,
            "/restore": self._restore,
            "/undo": self._undo,
            "/verify": self._verify,
            "/import": self._import,
        }

    async def _sync(self, asked: Asked) -> Response:
        body = await read_body(asked, "approve", "plan_only")
        request = Request(approve=body.flag("approve"), plan_only=body.flag("plan_only"))
        if request.approve and request.plan_only:
            raise UsageError("`approve` and `plan_only` in the body exclude each other")
        report = await asyncio.wrap_future(self._ask(request))
        paused = pause_document(self._board.status.pause)
        return json_answer({**report.document(), "paused": paused})

    async def _approve(self, asked: Asked) -> Response:
        body = await read_body(asked, "keys")
        keys = body.texts("keys")
        work = Request(work=lambda engine: engine.approve(keys))
        approved: list[Hold] = await asyncio.wrap_future(self._ask(work))
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
            id = body.text("id")
            request = Request(work=lambda engine: engine.restore(id))
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
