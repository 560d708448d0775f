"""The paths of the ricloud API: what each method on them does.

``Ricloud-Await`` says for how many seconds an answer may be held back until a sign-in or a poll has
ended, up to ``AWAIT_MAX_S``. Who creates something and does not say waits that long, so that the
answer is the finished resource; the official client says 0 and asks again each second.
"""

from __future__ import annotations

import asyncio
import math
from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress
from typing import Any, TypeVar

from starlette.requests import ClientDisconnect
from starlette.requests import Request as Asked
from starlette.responses import Response
from starlette.routing import Route

from daemon.replies import json_answer
from daemon.ricloud.documents import KEY, ORGANISATION, envelope
from daemon.ricloud.mistakes import Mistake, invalid, refusal, unknown
from daemon.ricloud.office import Office
from daemon.ricloud.outcomes import failed_error, sentence
from daemon.ricloud.payload import request_in
from daemon.ricloud.reading import is_text, object_in, read_object, read_query, text_in, wish_in
from store.activity.ledger import Shelf
from store.errors import StoreError
from sync.errors import RemindersdError

__all__ = ["AWAIT_MAX_S", "Ricloud"]

AWAIT_MAX_S = 30.0

Document = dict[str, Any]
Handler = Callable[[Asked], Awaitable[Document]]
T = TypeVar("T")

_NOT_HERE = ("subscriptions", "tasks", "configs", "permissions")
_FILTERS = {
    "users": ("identifier",),
    "sources": ("user", "type", "identifier", "state"),
    "sessions": ("user", "source", "state"),
    "polls": ("user", "source", "session", "state"),
    "results": ("poll", "identifier", "type", "state"),
    "events": ("type", "action"),
}
_STATES = {("sessions", "active"): "succeeded"}
"""What a value of the filter ``state`` is called here."""


class Ricloud:
    """The routes over one office. ``/events`` is shared with the stream: see ``events``."""

    def __init__(self, office: Office) -> None:
        self._office = office
        self._waiting: set[asyncio.Event] = set()
        self._ending = False
        paths: dict[str, dict[str, Handler]] = {
            "/users": {"GET": self._listing("users"), "POST": self._add_user},
            "/sources": {"GET": self._listing("sources"), "POST": self._add_source},
            "/sessions": {"GET": self._listing("sessions"), "POST": self._add_session},
            "/sessions/{id}": {"GET": self._one("sessions"), "DELETE": self._end_session},
            "/polls": {"GET": self._listing("polls"), "POST": self._add_poll},
            "/polls/{poll}/results": {"GET": self._listing("results")},
            "/results": {"GET": self._listing("results")},
            "/results/ack": {"POST": self._acknowledge_some},
            "/results/{id}/ack": {"POST": self._acknowledge},
            **{
                f"/{name}/{{id}}": {"GET": self._one(name)}
                for name in ("users", "sources", "polls", "results", "events")
            },
            "/organisation": {"GET": _fixed(ORGANISATION)},
            "/key": {"GET": _fixed(KEY)},
            "/keys": {"GET": _fixed(envelope([KEY], "/keys"))},
            **{f"/{name}{rest}": {} for name in _NOT_HERE for rest in ("", "/{rest:path}")},
        }
        self.routes = [_route(path, handlers) for path, handlers in paths.items()]
        self.paths = [path for path, handlers in paths.items() if handlers]
        self.served = [(method, path) for path, known in paths.items() for method in known]

    async def events(self, asked: Asked) -> Response:
        """The API's list of events."""
        return await _answer(self._listing("events"), asked)

    def end_waiting(self) -> None:
        """Answer all who wait with what there is; called in the server's thread, when it ends."""
        self._ending = True
        for ended in self._waiting:
            ended.set()

    # ---- reading

    def _listing(self, name: str) -> Handler:
        async def handle(asked: Asked) -> Document:
            paging, wanted = read_query(asked, _FILTERS[name])
            wanted |= asked.path_params
            if name == "results":
                wanted.setdefault("state", "available")
            among = {key: (_STATES.get((name, value), value),) for key, value in wanted.items()}

            def read() -> Document:
                self._bring_up_to_date(name)
                try:
                    page = self._shelf(name).page(
                        among, after=paging.after, before=paging.before, limit=paging.limit
                    )
                except LookupError as error:
                    word = "after_id" if str(error.args[0]) == paging.after else "before_id"
                    raise invalid(word, "unknown", f"`{word}` names none of them") from None
                data = map(self._office.documents.of, page.rows)
                return envelope(data, asked.scope["path"], more=page.more, total=page.total)

            return await self._ask(read)

        return handle

    def _one(self, name: str) -> Handler:
        async def handle(asked: Asked) -> Document:
            await self._wait(asked, asked.path_params["id"], 0.0)
            return await self._show(name, asked.path_params["id"])

        return handle

    async def _show(self, name: str, id: str) -> Document:
        def read() -> Document:
            self._bring_up_to_date(name)
            row = self._shelf(name).get(id)
            if row is None:
                raise unknown(name.removesuffix("s"), id)
            return self._office.documents.of(row)

        return await self._ask(read)

    def _bring_up_to_date(self, name: str) -> None:
        """What is known of the world changes what resources are, without anybody's doing."""
        if name == "sessions":
            self._office.notice_end()
        if name in ("polls", "results"):
            self._office.tidy()

    # ---- doing

    async def _add_user(self, asked: Asked) -> Document:
        content = await read_object(asked, "identifier")
        identifier = text_in(content, "identifier") or ""
        return await self._ask(lambda: self._office.documents.of(self._office.user(identifier)))

    async def _add_source(self, asked: Asked) -> Document:
        content = await read_object(asked, "user", "type", "identifier")
        user, kind, name = (text_in(content, key) or "" for key in ("user", "type", "identifier"))

        def make() -> Document:
            return self._office.documents.of(self._office.source(user, kind, name))

        return await self._ask(make)

    async def _add_session(self, asked: Asked) -> Document:
        wish = wish_in(await read_object(asked, "source", "payload"))
        made = await self._ask(lambda: self._office.begin_session(wish))
        await self._wait(asked, made.id, AWAIT_MAX_S)
        return await self._show("sessions", made.id)

    async def _end_session(self, asked: Asked) -> Document:
        id = asked.path_params["id"]
        return await self._ask(lambda: self._office.documents.of(self._office.end_session(id)))

    async def _add_poll(self, asked: Asked) -> Document:
        content = await read_object(asked, "payload", "session", "source", "subscription")
        if content.get("subscription") is not None:
            raise invalid("subscription", "unsupported", "there are no subscriptions here")
        session = text_in(content, "session") or ""
        source = text_in(content, "source", needed=False)
        payload = dict(object_in(content, "payload"))
        request = request_in(payload)
        made = await self._ask(lambda: self._office.begin_poll(session, source, payload, request))
        await self._wait(asked, made.id, AWAIT_MAX_S)
        return await self._show("polls", made.id)

    async def _acknowledge(self, asked: Asked) -> Document:
        await read_object(asked)
        id = asked.path_params["id"]
        return await self._ask(lambda: self._office.documents.of(self._office.acknowledge(id)))

    async def _acknowledge_some(self, asked: Asked) -> Document:
        content = await read_object(asked, "results")
        ids = content.get("results")
        if not isinstance(ids, list) or not all(map(is_text, ids)):
            raise invalid("results", "not-a-list", "`results` must be a list of ids")

        def acknowledge() -> Document:
            taken = [self._office.acknowledge(id) for id in ids]
            return envelope(map(self._office.documents.of, taken), "/results/ack")

        return await self._ask(acknowledge)

    # ----

    async def _ask(self, job: Callable[[], T]) -> T:
        return await asyncio.wrap_future(self._office.ask(job))

    async def _wait(self, asked: Asked, id: str, default_s: float) -> None:
        """Hold back until what is pending under this id has ended, or the time is over."""
        pending = self._office.pending(id)
        wait_s = _await_s(asked.headers, default_s)
        if pending is None or wait_s == 0 or self._ending:
            return
        loop, ended = asyncio.get_running_loop(), asyncio.Event()

        def tell(_: object) -> None:
            with suppress(RuntimeError):  # the server has stopped, and nobody waits any more
                loop.call_soon_threadsafe(ended.set)

        pending.add_done_callback(tell)
        self._waiting.add(ended)
        try:
            with suppress(TimeoutError):
                await asyncio.wait_for(ended.wait(), wait_s)
        finally:
            self._waiting.discard(ended)

    def _shelf(self, name: str) -> Shelf[Any]:
        shelf: Shelf[Any] = getattr(self._office.ledger, name)
        return shelf


def _await_s(headers: Mapping[str, str], default_s: float) -> float:
    """The seconds that ``Ricloud-Await`` allows."""
    given = headers.get("ricloud-await")
    if given is None:
        return default_s
    try:
        wait_s = float(given)
    except ValueError:
        wait_s = math.nan
    if not wait_s >= 0:
        raise invalid("Ricloud-Await", "not-a-number", "`Ricloud-Await` must be in seconds")
    return min(wait_s, AWAIT_MAX_S)


def _fixed(document: Document) -> Handler:
    async def handle(asked: Asked) -> Document:
        return document

    return handle


def _route(path: str, handlers: Mapping[str, Handler]) -> Route:
    async def handle(asked: Asked) -> Response:
        method = "GET" if asked.method == "HEAD" else asked.method
        handler = handlers.get(method)
        if handler is None:
            return refusal(_no_method(asked, handlers))
        return await _answer(handler, asked)

    # Every method comes here: also what is not served has to be answered in the API's way.
    return Route(path, handle, methods=["GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"])


def _no_method(asked: Asked, handlers: Mapping[str, Handler]) -> Mistake:
    path = asked.scope["path"][:200]
    if not handlers:
        return Mistake(404, "unsupported", f"remindersd has no {path}")
    allowed = ", ".join(handlers)
    message = f"{path} does not know {asked.method}; use {allowed}"
    return Mistake(405, "method-not-allowed", message, headers={"Allow": allowed})


async def _answer(handler: Handler, asked: Asked) -> Response:
    try:
        return json_answer(await handler(asked))
    except Mistake as mistake:
        return refusal(mistake)
    except ClientDisconnect:
        return refusal(Mistake(400, "cut", "the request was cut short"))  # nobody reads it
    except (RemindersdError, StoreError, OSError) as error:
        return refusal(Mistake(409, failed_error(error), sentence(error)))
