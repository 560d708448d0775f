"""The asset host: takes the bytes of an upload, gives those of a link, and knows no cookies."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Final

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from sandbox.cloud.assets import AssetRefused, AssetShelf
from sandbox.cloud.call import Call
from sandbox.cloud.fields import Json
from sandbox.cloud.links import ORIGIN
from sandbox.cloud.modify import RequestError

if TYPE_CHECKING:
    from sandbox.world import World

MAX_TOKENS: Final = 200
_BYTES: Final = "application/octet-stream"
_RANGE: Final = re.compile(r"bytes=(\d*)-(\d*)", re.ASCII)


def routes(world: World) -> list[Route]:
    """POST /U/{ticket} takes a file, GET /B/{key}/{name} gives one.

    Nobody signs in here: the address is the permission, and a request that carries a cookie is
    refused, since a client must not send an account's cookies to a host that does not need them.
    """

    async def upload(request: Request) -> Response:
        data = await request.body()
        return _answer(request, lambda shelf: _received(shelf, request, data))

    async def download(request: Request) -> Response:
        return _answer(request, lambda shelf: _served(shelf, request))

    def _answer(request: Request, act: Callable[[AssetShelf], Response]) -> Response:
        if "cookie" in request.headers:
            return JSONResponse({"error": "the asset host wants no cookies"}, 400)
        refusal = AssetRefused(404, "no such address")
        for zone in (world.zone, *world.shared.zones, *world.services.zones):
            try:
                return act(zone.assets)
            except AssetRefused as error:
                refusal = min(refusal, error, key=lambda each: each.status == 404)
        return JSONResponse({"error": str(refusal)}, refusal.status)

    return [
        Route("/U/{ticket}", upload, methods=["POST"]),
        Route("/B/{key}/{name}", download, methods=["GET"]),
    ]


def _received(shelf: AssetShelf, request: Request, data: bytes) -> Response:
    return JSONResponse({"singleFile": shelf.receive(request.path_params["ticket"], data)})


def _served(shelf: AssetShelf, request: Request) -> Response:
    query = request.query_params
    data = shelf.serve(request.path_params["key"], query.get("e", ""), query.get("s", ""))
    headers = {"accept-ranges": "bytes"}
    wanted = request.headers.get("range")
    if wanted is None:
        return Response(data, media_type=_BYTES, headers=headers)
    span = _span(wanted, len(data))
    if span is None:
        return Response(status_code=416, headers={"content-range": f"bytes */{len(data)}"})
    start, end = span
    headers["content-range"] = f"bytes {start}-{end - 1}/{len(data)}"
    return Response(data[start:end], 206, media_type=_BYTES, headers=headers)


def _span(wanted: str, size: int) -> tuple[int, int] | None:
    """First byte and the one after the last of a Range header; None for what cannot be given."""
    found = _RANGE.fullmatch(wanted.strip())
    if found is None or not any(found.groups()):
        return None
    first, last = found.groups()
    if not first:
        start, end = max(0, size - int(last)), size
    else:
        start, end = int(first), min(size, int(last) + 1) if last else size
    return (start, end) if start < end else None


def assets_upload(call: Call) -> Json:
    """`assets/upload`: an upload address for each record and field that is named."""
    zone = call.only_zone()
    wanted = call.body.get("tokens")
    if not isinstance(wanted, list) or not wanted:
        raise RequestError("tokens must be a list of objects with recordName and fieldName")
    if len(wanted) > MAX_TOKENS:
        raise RequestError(f"{len(wanted)} tokens, the limit is {MAX_TOKENS}")
    return {"tokens": [_token(zone.assets, entry) for entry in wanted]}


def _token(shelf: AssetShelf, entry: Any) -> Json:
    match entry:
        case {"recordName": str(record), "fieldName": str(field), "recordType": str()}:
            address = f"{ORIGIN}/U/{shelf.ticket(record, field)}"
            return {"recordName": record, "fieldName": field, "url": address}
    raise RequestError("each of tokens needs recordType, recordName and fieldName")
