"""Makes requests go wrong as switched on, and writes down every request."""

from __future__ import annotations

from asyncio import sleep
from typing import TYPE_CHECKING, Any, Final

import orjson
from pydantic import ValidationError
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import Route
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from sandbox.cloud.fields import Json
from sandbox.trouble import CodeFault, Faults, HttpFault

if TYPE_CHECKING:
    from sandbox.world import World

__all__ = ["CodeFault", "ConnectionCut", "FaultMiddleware", "Faults", "HttpFault", "routes"]

_OWN_PATHS: Final = "/sandbox/"
_PAGE: Final = b"<!DOCTYPE html><html><head><title>iCloud</title></head><body>Hello</body></html>"
_GARBAGE: Final = b"\x1f\x8b\x08\x00garbage instead of a deflate stream"


class ConnectionCut(ConnectionError):
    """The connection ends here; raised where no real connection can be closed."""


class FaultMiddleware:
    """Outermost layer of the app: logs each request, then lets it through or spoils it."""

    def __init__(self, app: ASGIApp, faults: Faults) -> None:
        self._app = app
        self._faults = faults

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request; paths under /sandbox/ are neither logged nor spoiled."""
        if scope["type"] != "http" or scope["path"].startswith(_OWN_PATHS):
            await self._app(scope, receive, send)
            return
        body = await _read(receive)
        entry = _entry(scope, body)
        self._faults.requests.append(entry)
        fault = self._faults.http_fault(scope["path"], body)
        counted = _counting(send, entry)
        if fault is None:
            await self._app(scope, _replay(body, receive), counted)
            return
        entry["fault"] = fault.kind
        await self._spoil(fault, scope, body, receive, counted)

    async def _spoil(
        self, fault: HttpFault, scope: Scope, body: bytes, receive: Receive, send: Send
    ) -> None:
        match fault.kind:
            case "status":
                await _refusal(fault)(scope, receive, send)
                return
            case "html":
                await Response(_PAGE, media_type="text/html")(scope, receive, send)
                return
            case "cut_before":
                await _cut(receive)
                return
            case "slow":
                await sleep(fault.seconds)
                await self._app(scope, _replay(body, receive), send)
                return
        done = _Capture()
        await self._app(scope, _replay(body, receive), done)
        await _spoil_answer(fault, done, receive, send)


def _refusal(fault: HttpFault) -> Response:
    if fault.text is not None:
        return PlainTextResponse(fault.text, fault.status, headers=fault.headers())
    return JSONResponse(fault.body(), fault.status, headers=fault.headers())


class _Capture:
    """A `send` that keeps the answer instead of sending it."""

    def __init__(self) -> None:
        self.start: Message = {}
        self.body = b""

    async def __call__(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self.start = message
        else:
            self.body += message.get("body", b"")

    def started(self, body: bytes, *, length: int, encoding: bytes | None = None) -> list[Message]:
        """The answer with another body, announcing `length` bytes."""
        kept = [pair for pair in self.start["headers"] if pair[0].lower() != b"content-length"]
        kept.append((b"content-length", str(length).encode()))
        if encoding is not None:
            kept.append((b"content-encoding", encoding))
        start = {**self.start, "headers": kept}
        return [
            start,
            {"type": "http.response.body", "body": body, "more_body": length > len(body)},
        ]


async def _spoil_answer(fault: HttpFault, done: _Capture, receive: Receive, send: Send) -> None:
    """Send, or lose, the answer of a request that was acted upon."""
    half = done.body[: len(done.body) // 2]
    messages: list[Message] = []
    match fault.kind:
        case "truncated":
            messages = done.started(half, length=len(half))
        case "gzip":
            messages = done.started(_GARBAGE, length=len(_GARBAGE), encoding=b"gzip")
        case "cut_body":
            messages = done.started(half, length=len(done.body))
    for message in messages:
        await send(message)
    if fault.kind in ("cut_body", "lost_reply"):
        await _cut(receive)


async def _cut(receive: Receive) -> None:
    """Close the connection under the server, so that the client sees it end."""
    cycle = getattr(receive, "__self__", None)
    transport = getattr(cycle, "transport", None)
    if transport is None:
        raise ConnectionCut("the sandbox cut this connection")
    transport.close()
    while (await receive())["type"] != "http.disconnect":
        pass


async def _read(receive: Receive) -> bytes:
    body = b""
    while True:
        message = await receive()
        if message["type"] != "http.request":
            return body
        body += bytes(message.get("body", b""))
        if not message.get("more_body", False):
            return body


def _replay(body: bytes, receive: Receive) -> Receive:
    """A `receive` that gives a body which was read already, then what really comes."""
    waiting: list[Message] = [{"type": "http.request", "body": body, "more_body": False}]

    async def replay() -> Message:
        return waiting.pop() if waiting else await receive()

    return replay


def _counting(send: Send, entry: Json) -> Send:
    async def counted(message: Message) -> None:
        if message["type"] == "http.response.start":
            entry["status"] = message["status"]
        else:
            entry["bytes"] += len(message.get("body", b""))
        await send(message)

    return counted


def _entry(scope: Scope, body: bytes) -> Json:
    headers = {name: value for name, value in scope["headers"] if name == b"host"}
    return {
        "method": scope["method"],
        "path": scope["path"],
        "query": scope["query_string"].decode("latin-1"),
        "host": headers.get(b"host", b"").decode("latin-1"),
        "status": None,
        "bytes_in": len(body),
        "bytes": 0,
        "body_summary": _summary(scope["path"], body),
        "fault": None,
    }


def _summary(path: str, body: bytes) -> Json | None:
    """What a CloudKit request asked for; never values, and nothing of sign-in bodies."""
    if not path.startswith("/database/"):
        return None
    try:
        asked = orjson.loads(body)
    except orjson.JSONDecodeError:
        return None
    if not isinstance(asked, dict):
        return None
    summary: Json = {"keys": sorted(asked)}
    operations = asked.get("operations")
    if isinstance(operations, list):
        summary["operations"] = [_operation(each) for each in operations]
    if isinstance(asked.get("records"), list):
        summary["records"] = len(asked["records"])
    return summary


def _operation(raw: Any) -> str:
    """Such as "update Reminder/3F0C..."."""
    if not isinstance(raw, dict) or not isinstance(raw.get("record"), dict):
        return "malformed"
    return f"{raw.get('operationType')} {raw['record'].get('recordName')}"


def routes(world: World) -> list[Route]:
    """The control routes: /sandbox/faults (GET, PUT, DELETE) and /sandbox/requests (GET, DELETE).

    PUT sets the switches it names and keeps the others; beside the switches it takes
    `expire_tokens` ("zone", "body" or "http"), which expires every token issued so far,
    `zone_present` (false for an account without Reminders) and `recreate_zone` (true empties it).
    """
    faults = world.faults

    def shown() -> Response:
        state = faults.model_dump() | {"zone_present": world.zone.present}
        return JSONResponse(state)

    async def change_faults(request: Request) -> Response:
        if request.method == "DELETE":
            faults.clear()
            world.zone.present = True
        elif request.method == "PUT":
            try:
                _put(world, orjson.loads(await request.body()))
            except ValidationError as error:
                return JSONResponse({"error": _sentence(error)}, 400)
            except (ValueError, TypeError) as error:
                return JSONResponse({"error": f"not a set of switches: {error}"}, 400)
        return shown()

    async def requests(request: Request) -> Response:
        if request.method == "DELETE":
            faults.requests.clear()
        return JSONResponse(list(faults.requests))

    return [
        Route("/sandbox/faults", change_faults, methods=["GET", "PUT", "DELETE"]),
        Route("/sandbox/requests", requests, methods=["GET", "DELETE"]),
    ]


def _put(world: World, wanted: Any) -> None:
    if not isinstance(wanted, dict):
        raise ValueError("the body must be a JSON object")
    form = wanted.pop("expire_tokens", None)
    present = _flag(wanted, "zone_present", world.zone.present)
    recreate = _flag(wanted, "recreate_zone", False)
    if form is not None:
        wanted["token_expiry"] = form
    world.faults.set(wanted)
    if form is not None:
        world.zone.expire_tokens()
    if recreate:
        world.zone.recreate()
    world.zone.present = present


def _flag(wanted: Json, name: str, unset: bool) -> bool:
    value = wanted.pop(name, unset)
    if not isinstance(value, bool):
        raise ValueError(f"{name} must be true or false")
    return value


def _sentence(error: ValidationError) -> str:
    first = error.errors()[0]
    place = ".".join(str(part) for part in first["loc"])
    return f"{place}: {first['msg']}"
