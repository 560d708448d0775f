"""The application on the control socket: its resources in their rooms, the status, the events.

Handlers only read and enqueue: what changes anything is done by the loop, in its own time.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import asdict, dataclass
from importlib.metadata import version
from typing import Any

from starlette.applications import Starlette
from starlette.requests import Request as Asked
from starlette.responses import Response
from starlette.routing import Route

from daemon.control.accounts import Accounts
from daemon.control.decisions import Decisions
from daemon.control.doing import Doing
from daemon.control.edits import Edits
from daemon.control.metering import Metering
from daemon.control.pauses import Pauses, pause_document
from daemon.control.polled import Polled
from daemon.control.reading import Reading
from daemon.control.streaming import Streams
from daemon.query.answers import COUNTS, Answers, NoMirror
from daemon.replies import HANDLERS, json_answer, no_query
from daemon.ricloud.routes import Ricloud
from daemon.running.requests import Request
from daemon.running.state import Board, Status
from daemon.running.tally import Tally
from daemon.settings.config import Config
from daemon.web import site
from daemon.web.sights import Sights
from daemon.wording.instants import instant
from sync.errors import RemindersdError

__all__ = ["Api", "Told"]

Document = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Told:
    """Resources that have rooms of their own."""

    ricloud: Ricloud
    polled: Polled
    accounts: Accounts
    pauses: Pauses
    tally: Tally
    sights: Sights


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
        self._config = config
        self._ricloud = ricloud = told.ricloud
        self._polled = told.polled
        self._accounts = accounts = told.accounts
        self._streams = Streams(board)
        reading = {
            "/status": self._status,
            "/events": self._events,
            "/openapi.json": self._description,
            **Reading(answers).reading,
            **Metering(board, answers, told.tally).reading,
            **accounts.reading,
            **told.sights.reading,
        }
        doing = {
            **Doing(ask, config, board).doing,
            **told.pauses.doing,
            **Decisions(ask).doing,
            **told.polled.doing,
            **accounts.doing,
        }
        self.own_routes = [
            *(Route(path, handler, methods=["GET"]) for path, handler in reading.items()),
            *(Route(path, handler, methods=["POST"]) for path, handler in doing.items()),
            *Edits(ask).routes,
        ]
        self.ricloud_served = ricloud.served
        self.app = Starlette(
            routes=[*self.own_routes, *ricloud.routes, *site.routes()],
            exception_handlers=HANDLERS,
        )
        self.app.state.paths = ", ".join(dict.fromkeys([*reading, *doing, *ricloud.paths]))

    def end_streams(self) -> None:
        """Let every event stream and every wait end; called in the server's thread."""
        self._ricloud.end_waiting()
        self._streams.end()

    # ---- reading

    async def _status(self, asked: Asked) -> Response:
        no_query(asked)
        config, status = self._config(), self._board.status
        try:
            counts: Document = await asyncio.wrap_future(self._answers.counts())
        except (NoMirror, RemindersdError):  # what is wrong with it is the loop's to say
            counts = dict.fromkeys((*COUNTS, "verified", "waiting", "last_run"))
        return json_answer(
            {
                "schema": 1,
                "state": status.state.value,
                "reason": status.reason,
                "paused": pause_document(status.pause),
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
                "progress": _progress(status),
            }
        )

    async def _description(self, asked: Asked) -> Response:
        from daemon.apidoc.openapi import openapi

        no_query(asked)
        return json_answer(openapi(version("remindersd")))

    async def _events(self, asked: Asked) -> Response:
        if "text/event-stream" not in asked.headers.get("accept", ""):
            return await self._ricloud.events(asked)
        no_query(asked)
        return self._streams.response(asked)


def _progress(status: Status) -> Document | None:
    if status.progress is None:
        return None
    return asdict(status.progress)


def _instant(seconds: float | None) -> str | None:
    return None if seconds is None else instant(seconds)
