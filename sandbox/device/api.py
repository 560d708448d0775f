"""Serves the phone over HTTP under /device, for demos and for checks written in any language."""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Awaitable, Callable
from dataclasses import asdict
from datetime import datetime
from typing import TYPE_CHECKING, Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from sandbox.device.exchange import UploadError
from sandbox.device.phone import Phone

if TYPE_CHECKING:
    from sandbox.world import World

_DUE = '"2026-03-02" | "2026-03-02T14:30" | "2026-03-02T14:30[Europe/Paris]" | null'
_EDITABLE: dict[str, tuple[type, ...]] = {
    "title": (str,),
    "notes": (str,),
    "due": (str, type(None)),
    "priority": (int,),
    "flagged": (bool,),
}
_OPTIONAL = (str, type(None))
_LIST: dict[str, tuple[type, ...]] = {
    "name": (str,),
    "group": _OPTIONAL,
    "color": (str,),
    "emblem": _OPTIONAL,
    "sorting": (str,),
}
_CREATABLE = _EDITABLE | {
    "list": (str,),
    "parent": (str, type(None)),
    "done": (bool,),
    "tags": (list,),
}
_IMAGE: dict[str, tuple[type, ...]] = {
    "name": (str,),
    "data": (str,),
    "width": (int,),
    "height": (int,),
    "uti": (str,),
}
_ALARM: dict[str, tuple[type, ...]] = {
    "at": (str,),
    "before": (str,),
    "latitude": (float, int),
    "longitude": (float, int),
    "title": (str,),
    "address": (str,),
    "radius": (float, int),
    "leaving": (bool,),
}
_INDEX = {
    "GET /device": "this index",
    "GET /device/lists": "what lists the phone shows",
    "GET /device/reminders?list=&completed=0|1": "what reminders it shows",
    "GET /device/reminders/{id}": "one reminder",
    "POST /device/reminders": (
        f"list, title [notes, due: {_DUE}, priority, flagged, parent, done, tags]"
    ),
    "PATCH /device/reminders/{id}": "any of title, notes, due, priority, flagged",
    "DELETE /device/reminders/{id}?hard=0|1": "softly as the app does, or for good",
    "DELETE /device/deleted": "lets what was softly deleted be gone for good",
    "POST /device/reminders/{id}/complete": "[when: ISO 8601 with offset]",
    "POST /device/reminders/{id}/occurrence": "[when]; completes what is due of a repeating one",
    "POST /device/reminders/{id}/reopen": "",
    "POST /device/reminders/{id}/move": "list",
    "POST /device/reminders/{id}/subtask": "parent (an id, or null for top level)",
    "POST /device/reminders/{id}/images": "name, data (base64) [width, height, uti]",
    "DELETE /device/reminders/{id}/attachments/{attachment}": "takes a link or an image off",
    "POST /device/reminders/{id}/alarms": (
        "at (a time) | before: '15 minutes before' |"
        " latitude, longitude [title, address, radius, leaving]"
    ),
    "DELETE /device/reminders/{id}/alarms/{alarm}": "takes an alarm or an early reminder off",
    "POST /device/reminders/{id}/alarms/{alarm}/acknowledge": "dismisses one that rang",
    "POST /device/lists": "name [group, is_group, color: #RRGGBB or a name of the app's]",
    "PATCH /device/lists/{id}": "any of name, group, color, emblem, sorting",
    "DELETE /device/lists/{id}": "softly, as the app does",
    "GET /device/lists/{id}/sections": "oldest first",
    "POST /device/lists/{id}/sections": "name",
    "PATCH /device/sections/{id}": "name",
    "DELETE /device/sections/{id}": "softly; its reminders are then in none",
    "PUT /device/reminders/{id}/section": "section: id or null",
    "POST /device/sync": "send and fetch now, also when offline",
    "PUT /device/offline": "offline: true | false",
}

_Handler = Callable[[Phone, Request, dict[str, Any]], Any]


class BadRequest(Exception):
    """A request that the phone cannot carry out; the text is the answer's one sentence."""


def routes(world: World) -> list[Route]:
    """Return the routes of `world.phone`."""
    return routes_of("", lambda request: world.phone)


def routes_of(prefix: str, find: Callable[[Request], Phone]) -> list[Route]:
    """Return the routes of the phone that `find` gives (or LookupError), below `prefix`.

    The phone syncs before each answer and each edit, unless it is offline. Errors are 400,
    404, or 409 when the zone refuses an edit, with `{"error": one sentence}`.
    """
    table: list[tuple[str, str, _Handler]] = [
        ("GET", "/device", lambda phone, request, body: _INDEX),
        ("GET", "/device/lists", _lists),
        ("POST", "/device/lists", _create_list),
        ("PATCH", "/device/lists/{id}", _change_list),
        ("DELETE", "/device/lists/{id}", _delete_list),
        ("GET", "/device/lists/{id}/sections", _sections),
        ("POST", "/device/lists/{id}/sections", _create_section),
        ("PATCH", "/device/sections/{id}", _rename_section),
        ("DELETE", "/device/sections/{id}", _delete_section),
        ("PUT", "/device/reminders/{id}/section", _put_in_section),
        ("GET", "/device/reminders", _reminders),
        ("POST", "/device/reminders", _create),
        ("GET", "/device/reminders/{id}", _reminder),
        ("PATCH", "/device/reminders/{id}", _edit),
        ("DELETE", "/device/reminders/{id}", _delete),
        ("DELETE", "/device/deleted", _empty_deleted),
        ("POST", "/device/reminders/{id}/complete", _complete),
        ("POST", "/device/reminders/{id}/occurrence", _complete_occurrence),
        ("POST", "/device/reminders/{id}/reopen", _reopen),
        ("POST", "/device/reminders/{id}/move", _move),
        ("POST", "/device/reminders/{id}/subtask", _subtask),
        ("POST", "/device/reminders/{id}/images", _attach_image),
        ("DELETE", "/device/reminders/{id}/attachments/{attachment}", _detach),
        ("POST", "/device/reminders/{id}/alarms", _add_alarm),
        ("DELETE", "/device/reminders/{id}/alarms/{alarm}", _remove_alarm),
        ("POST", "/device/reminders/{id}/alarms/{alarm}/acknowledge", _acknowledge),
        ("POST", "/device/sync", _sync),
        ("PUT", "/device/offline", _offline),
    ]
    return [
        Route(prefix + path, _endpoint(find, handler), methods=[method])
        for method, path, handler in table
    ]


def _endpoint(
    find: Callable[[Request], Phone], handler: _Handler
) -> Callable[[Request], Awaitable[Response]]:
    async def endpoint(request: Request) -> Response:
        try:
            body = _body(await request.body())
            result = handler(find(request), request, body)
        except LookupError as error:
            return JSONResponse({"error": str(error.args[0])}, 404)
        except (BadRequest, ValueError) as error:
            return JSONResponse({"error": str(error)}, 400)
        except UploadError as error:
            return JSONResponse({"error": str(error)}, 409)
        status = 201 if request.method == "POST" and "id" in result else 200
        return _json(result, status)

    return endpoint


def _json(result: Any, status: int) -> Response:
    def instant(value: object) -> str:
        if isinstance(value, datetime):
            return value.isoformat().replace("+00:00", "Z")
        raise TypeError(f"{type(value).__name__} has no JSON form")

    text = json.dumps(result, default=instant, ensure_ascii=False)
    return Response(text, status, media_type="application/json")


def _body(raw: bytes) -> dict[str, Any]:
    if not raw.strip():
        return {}
    try:
        body = json.loads(raw)
    except ValueError as error:
        raise BadRequest(f"the body is not JSON: {error}") from error
    if not isinstance(body, dict):
        raise BadRequest("the body must be a JSON object")
    return body


def _checked(
    body: dict[str, Any], allowed: dict[str, tuple[type, ...]], *required: str
) -> dict[str, Any]:
    for key, value in body.items():
        if key not in allowed:
            raise BadRequest(f"unknown key {key!r}; accepted: {', '.join(allowed)}")
        if type(value) not in allowed[key]:
            names = " or ".join(kind.__name__ for kind in allowed[key])
            raise BadRequest(f"{key!r} must be {names}")
    missing = [key for key in required if key not in body]
    if missing:
        raise BadRequest(f"{missing[0]!r} is missing")
    return body


def _flag(request: Request, name: str, default: bool) -> bool:
    raw = request.query_params.get(name, "1" if default else "0")
    if raw not in ("0", "1"):
        raise BadRequest(f"{name}={raw} must be 0 or 1")
    return raw == "1"


def _fresh(phone: Phone) -> Phone:
    if not phone.offline:
        phone.sync()
    return phone


def _shown(phone: Phone, identity: str) -> dict[str, Any]:
    return asdict(phone.get(identity))


def _lists(phone: Phone, request: Request, body: dict[str, Any]) -> Any:
    return [asdict(entry) for entry in _fresh(phone).lists()]


def _reminders(phone: Phone, request: Request, body: dict[str, Any]) -> Any:
    completed = _flag(request, "completed", True)
    found = _fresh(phone).reminders(request.query_params.get("list"), completed=completed)
    return [asdict(entry) for entry in found]


def _reminder(phone: Phone, request: Request, body: dict[str, Any]) -> Any:
    return _shown(_fresh(phone), request.path_params["id"])


def _create(phone: Phone, request: Request, body: dict[str, Any]) -> Any:
    values = dict(_checked(body, _CREATABLE, "list", "title"))
    if not all(isinstance(tag, str) for tag in values.get("tags", [])):
        raise BadRequest("'tags' must be strings")
    list_name, title = values.pop("list"), values.pop("title")
    return _shown(phone, _fresh(phone).create(list_name, title, **values))


def _edit(phone: Phone, request: Request, body: dict[str, Any]) -> Any:
    _fresh(phone).edit(request.path_params["id"], **_checked(body, _EDITABLE))
    return _shown(phone, request.path_params["id"])


def _delete(phone: Phone, request: Request, body: dict[str, Any]) -> Any:
    _fresh(phone).delete(request.path_params["id"], hard=_flag(request, "hard", False))
    return {"deleted": request.path_params["id"]}


def _empty_deleted(phone: Phone, request: Request, body: dict[str, Any]) -> Any:
    return {"deleted": _fresh(phone).empty_deleted()}


def _when(body: dict[str, Any]) -> datetime | None:
    raw = _checked(body, {"when": (str,)}).get("when")
    when = datetime.fromisoformat(raw) if raw else None
    if when is not None and when.tzinfo is None:
        raise BadRequest("'when' needs an offset, such as 2026-03-02T14:30:00Z")
    return when


def _complete(phone: Phone, request: Request, body: dict[str, Any]) -> Any:
    _fresh(phone).complete(request.path_params["id"], _when(body))
    return _shown(phone, request.path_params["id"])


def _complete_occurrence(phone: Phone, request: Request, body: dict[str, Any]) -> Any:
    """Answers with what is then completed: the copy that stays, or the last occurrence itself."""
    return _shown(phone, _fresh(phone).complete_occurrence(request.path_params["id"], _when(body)))


def _reopen(phone: Phone, request: Request, body: dict[str, Any]) -> Any:
    _fresh(phone).reopen(request.path_params["id"])
    return _shown(phone, request.path_params["id"])


def _move(phone: Phone, request: Request, body: dict[str, Any]) -> Any:
    _fresh(phone).move(request.path_params["id"], _checked(body, {"list": (str,)}, "list")["list"])
    return _shown(phone, request.path_params["id"])


def _subtask(phone: Phone, request: Request, body: dict[str, Any]) -> Any:
    values = _checked(body, {"parent": (str, type(None))}, "parent")
    _fresh(phone).make_subtask(request.path_params["id"], values["parent"])
    return _shown(phone, request.path_params["id"])


def _attach_image(phone: Phone, request: Request, body: dict[str, Any]) -> Any:
    values = _checked(body, _IMAGE, "name", "data")
    try:
        data = base64.b64decode(values["data"], validate=True)
    except binascii.Error:
        raise BadRequest("'data' must be base64") from None
    size = (values.get("width", 0), values.get("height", 0))
    uti = values.get("uti", "public.jpeg")
    identity = request.path_params["id"]
    return {
        "id": _fresh(phone).attach_image(identity, values["name"], data, size=size, uti=uti),
        "reminder": _shown(phone, identity),
    }


def _detach(phone: Phone, request: Request, body: dict[str, Any]) -> Any:
    identity = request.path_params["id"]
    _fresh(phone).detach(identity, request.path_params["attachment"])
    return _shown(phone, identity)


def _add_alarm(phone: Phone, request: Request, body: dict[str, Any]) -> Any:
    values, identity = dict(_checked(body, _ALARM)), request.path_params["id"]
    match values:
        case {"at": at, **rest} if not rest:
            alarm = _fresh(phone).add_alarm(identity, at)
        case {"before": words, **rest} if not rest:
            alarm = _fresh(phone).add_early(identity, words)
        case {"latitude": _, "longitude": _} if not values.keys() & {"at", "before"}:
            alarm = _fresh(phone).add_place(identity, **values)
        case _:
            raise BadRequest("an alarm is 'at' a time, 'before', or at 'latitude', 'longitude'")
    return {"id": alarm, "reminder": _shown(phone, identity)}


def _remove_alarm(phone: Phone, request: Request, body: dict[str, Any]) -> Any:
    identity = request.path_params["id"]
    _fresh(phone).remove_alarm(identity, request.path_params["alarm"])
    return _shown(phone, identity)


def _acknowledge(phone: Phone, request: Request, body: dict[str, Any]) -> Any:
    identity = request.path_params["id"]
    _fresh(phone).acknowledge(identity, request.path_params["alarm"])
    return _shown(phone, identity)


def _create_list(phone: Phone, request: Request, body: dict[str, Any]) -> Any:
    kinds = {"name": (str,), "group": _OPTIONAL, "is_group": (bool,), "color": (str,)}
    identity = _fresh(phone).create_list(**_checked(body, kinds, "name"))
    return _shown_list(phone, identity)


def _change_list(phone: Phone, request: Request, body: dict[str, Any]) -> Any:
    identity = request.path_params["id"]
    _fresh(phone).change_list(identity, **_checked(body, _LIST))
    return _shown_list(phone, identity)


def _shown_list(phone: Phone, which: str) -> dict[str, Any]:
    return next(asdict(entry) for entry in phone.lists() if which in (entry.id, entry.name))


def _delete_list(phone: Phone, request: Request, body: dict[str, Any]) -> Any:
    _fresh(phone).delete_list(request.path_params["id"])
    return {"deleted": request.path_params["id"]}


def _sections(phone: Phone, request: Request, body: dict[str, Any]) -> Any:
    return [asdict(entry) for entry in _fresh(phone).sections(request.path_params["id"])]


def _create_section(phone: Phone, request: Request, body: dict[str, Any]) -> Any:
    name = _checked(body, {"name": (str,)}, "name")["name"]
    return {"id": _fresh(phone).create_section(request.path_params["id"], name), "name": name}


def _rename_section(phone: Phone, request: Request, body: dict[str, Any]) -> Any:
    name = _checked(body, {"name": (str,)}, "name")["name"]
    _fresh(phone).rename_section(request.path_params["id"], name)
    return {"id": request.path_params["id"], "name": name}


def _delete_section(phone: Phone, request: Request, body: dict[str, Any]) -> Any:
    _fresh(phone).delete_section(request.path_params["id"])
    return {"deleted": request.path_params["id"]}


def _put_in_section(phone: Phone, request: Request, body: dict[str, Any]) -> Any:
    section = _checked(body, {"section": (str, type(None))}, "section")["section"]
    _fresh(phone).put_in_section(request.path_params["id"], section)
    return _shown(phone, request.path_params["id"])


def _sync(phone: Phone, request: Request, body: dict[str, Any]) -> Any:
    phone.sync()
    return {"synced": True}


def _offline(phone: Phone, request: Request, body: dict[str, Any]) -> Any:
    phone.offline = _checked(body, {"offline": (bool,)}, "offline")["offline"]
    return {"offline": phone.offline}
