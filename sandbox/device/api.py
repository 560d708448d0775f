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

from sandbox.device.asked import BadRequest, Handler, Kinds, body_of, checked, flag, fresh, when_of
from sandbox.device.exchange import UploadError
from sandbox.device.listapi import HANDLERS
from sandbox.device.phone import Phone

if TYPE_CHECKING:
    from sandbox.world import World

_DUE = '"2026-03-02" | "2026-03-02T14:30" | "2026-03-02T14:30[Europe/Paris]" | null'
_EDITABLE: Kinds = {
    "title": (str,),
    "notes": (str,),
    "due": (str, type(None)),
    "priority": (int,),
    "flagged": (bool,),
}
_CREATABLE = _EDITABLE | {
    "list": (str,),
    "parent": (str, type(None)),
    "done": (bool,),
    "tags": (list,),
}
_IMAGE: Kinds = {
    "name": (str,),
    "data": (str,),
    "width": (int,),
    "height": (int,),
    "uti": (str,),
}
_ALARM: Kinds = {
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


def routes(world: World) -> list[Route]:
    """Return the routes of `world.phone`."""
    return routes_of("", lambda request: world.phone)


def routes_of(prefix: str, find: Callable[[Request], Phone]) -> list[Route]:
    """Return the routes of the phone that `find` gives (or LookupError), below `prefix`.

    The phone syncs before each answer and each edit, unless it is offline. Errors are 400,
    404, or 409 when the zone refuses an edit, with `{"error": one sentence}`.
    """
    table: list[tuple[str, str, Handler]] = [
        ("GET", "/device", lambda phone, request, body: _INDEX),
        *HANDLERS,
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
    find: Callable[[Request], Phone], handler: Handler
) -> Callable[[Request], Awaitable[Response]]:
    async def endpoint(request: Request) -> Response:
        try:
            body = body_of(await request.body())
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


def _shown(phone: Phone, identity: str) -> dict[str, Any]:
    return asdict(phone.get(identity))


def _reminders(phone: Phone, request: Request, body: dict[str, Any]) -> Any:
    completed = flag(request, "completed", True)
    found = fresh(phone).reminders(request.query_params.get("list"), completed=completed)
    return [asdict(entry) for entry in found]


def _reminder(phone: Phone, request: Request, body: dict[str, Any]) -> Any:
    return _shown(fresh(phone), request.path_params["id"])


def _create(phone: Phone, request: Request, body: dict[str, Any]) -> Any:
    values = dict(checked(body, _CREATABLE, "list", "title"))
    if not all(isinstance(tag, str) for tag in values.get("tags", [])):
        raise BadRequest("'tags' must be strings")
    list_name, title = values.pop("list"), values.pop("title")
    return _shown(phone, fresh(phone).create(list_name, title, **values))


def _edit(phone: Phone, request: Request, body: dict[str, Any]) -> Any:
    fresh(phone).edit(request.path_params["id"], **checked(body, _EDITABLE))
    return _shown(phone, request.path_params["id"])


def _delete(phone: Phone, request: Request, body: dict[str, Any]) -> Any:
    fresh(phone).delete(request.path_params["id"], hard=flag(request, "hard", False))
    return {"deleted": request.path_params["id"]}


def _empty_deleted(phone: Phone, request: Request, body: dict[str, Any]) -> Any:
    return {"deleted": fresh(phone).empty_deleted()}


def _complete(phone: Phone, request: Request, body: dict[str, Any]) -> Any:
    fresh(phone).complete(request.path_params["id"], when_of(body))
    return _shown(phone, request.path_params["id"])


def _complete_occurrence(phone: Phone, request: Request, body: dict[str, Any]) -> Any:
    """Answers with what is then completed: the copy that stays, or the last occurrence itself."""
    return _shown(phone, fresh(phone).complete_occurrence(request.path_params["id"], when_of(body)))


def _reopen(phone: Phone, request: Request, body: dict[str, Any]) -> Any:
    fresh(phone).reopen(request.path_params["id"])
    return _shown(phone, request.path_params["id"])


def _move(phone: Phone, request: Request, body: dict[str, Any]) -> Any:
    fresh(phone).move(request.path_params["id"], checked(body, {"list": (str,)}, "list")["list"])
    return _shown(phone, request.path_params["id"])


def _subtask(phone: Phone, request: Request, body: dict[str, Any]) -> Any:
    values = checked(body, {"parent": (str, type(None))}, "parent")
    fresh(phone).make_subtask(request.path_params["id"], values["parent"])
    return _shown(phone, request.path_params["id"])


def _attach_image(phone: Phone, request: Request, body: dict[str, Any]) -> Any:
    values = checked(body, _IMAGE, "name", "data")
    try:
        data = base64.b64decode(values["data"], validate=True)
    except binascii.Error:
        raise BadRequest("'data' must be base64") from None
    size = (values.get("width", 0), values.get("height", 0))
    uti = values.get("uti", "public.jpeg")
    identity = request.path_params["id"]
    return {
        "id": fresh(phone).attach_image(identity, values["name"], data, size=size, uti=uti),
        "reminder": _shown(phone, identity),
    }


def _detach(phone: Phone, request: Request, body: dict[str, Any]) -> Any:
    identity = request.path_params["id"]
    fresh(phone).detach(identity, request.path_params["attachment"])
    return _shown(phone, identity)


def _add_alarm(phone: Phone, request: Request, body: dict[str, Any]) -> Any:
    values, identity = dict(checked(body, _ALARM)), request.path_params["id"]
    match values:
        case {"at": at, **rest} if not rest:
            alarm = fresh(phone).add_alarm(identity, at)
        case {"before": words, **rest} if not rest:
            alarm = fresh(phone).add_early(identity, words)
        case {"latitude": _, "longitude": _} if not values.keys() & {"at", "before"}:
            alarm = fresh(phone).add_place(identity, **values)
        case _:
            raise BadRequest("an alarm is 'at' a time, 'before', or at 'latitude', 'longitude'")
    return {"id": alarm, "reminder": _shown(phone, identity)}


def _remove_alarm(phone: Phone, request: Request, body: dict[str, Any]) -> Any:
    identity = request.path_params["id"]
    fresh(phone).remove_alarm(identity, request.path_params["alarm"])
    return _shown(phone, identity)


def _acknowledge(phone: Phone, request: Request, body: dict[str, Any]) -> Any:
    identity = request.path_params["id"]
    fresh(phone).acknowledge(identity, request.path_params["alarm"])
    return _shown(phone, identity)


def _put_in_section(phone: Phone, request: Request, body: dict[str, Any]) -> Any:
    section = checked(body, {"section": (str, type(None))}, "section")["section"]
    fresh(phone).put_in_section(request.path_params["id"], section)
    return _shown(phone, request.path_params["id"])


def _sync(phone: Phone, request: Request, body: dict[str, Any]) -> Any:
    phone.sync()
    return {"synced": True}


def _offline(phone: Phone, request: Request, body: dict[str, Any]) -> Any:
    phone.offline = checked(body, {"offline": (bool,)}, "offline")["offline"]
    return {"offline": phone.offline}
