"""The phone's lists and sections over HTTP: what is shown of them, and edits of them."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from starlette.requests import Request

from sandbox.device.asked import OPTIONAL, Handler, Kinds, checked, fresh
from sandbox.device.phone import Phone

_LIST: Kinds = {
    "name": (str,),
    "group": OPTIONAL,
    "color": (str,),
    "emblem": OPTIONAL,
    "sorting": (str,),
}


def _lists(phone: Phone, request: Request, body: dict[str, Any]) -> Any:
    return [asdict(entry) for entry in fresh(phone).lists()]


def _create_list(phone: Phone, request: Request, body: dict[str, Any]) -> Any:
    kinds = {"name": (str,), "group": OPTIONAL, "is_group": (bool,), "color": (str,)}
    identity = fresh(phone).create_list(**checked(body, kinds, "name"))
    return _shown_list(phone, identity)


def _change_list(phone: Phone, request: Request, body: dict[str, Any]) -> Any:
    identity = request.path_params["id"]
    fresh(phone).change_list(identity, **checked(body, _LIST))
    return _shown_list(phone, identity)


def _shown_list(phone: Phone, which: str) -> dict[str, Any]:
    return next(asdict(entry) for entry in phone.lists() if which in (entry.id, entry.name))


def _delete_list(phone: Phone, request: Request, body: dict[str, Any]) -> Any:
    fresh(phone).delete_list(request.path_params["id"])
    return {"deleted": request.path_params["id"]}


def _sections(phone: Phone, request: Request, body: dict[str, Any]) -> Any:
    return [asdict(entry) for entry in fresh(phone).sections(request.path_params["id"])]


def _create_section(phone: Phone, request: Request, body: dict[str, Any]) -> Any:
    name = checked(body, {"name": (str,)}, "name")["name"]
    return {"id": fresh(phone).create_section(request.path_params["id"], name), "name": name}


def _rename_section(phone: Phone, request: Request, body: dict[str, Any]) -> Any:
    name = checked(body, {"name": (str,)}, "name")["name"]
    fresh(phone).rename_section(request.path_params["id"], name)
    return {"id": request.path_params["id"], "name": name}


def _delete_section(phone: Phone, request: Request, body: dict[str, Any]) -> Any:
    fresh(phone).delete_section(request.path_params["id"])
    return {"deleted": request.path_params["id"]}


HANDLERS: list[tuple[str, str, Handler]] = [
    ("GET", "/device/lists", _lists),
    ("POST", "/device/lists", _create_list),
    ("PATCH", "/device/lists/{id}", _change_list),
    ("DELETE", "/device/lists/{id}", _delete_list),
    ("GET", "/device/lists/{id}/sections", _sections),
    ("POST", "/device/lists/{id}/sections", _create_section),
    ("PATCH", "/device/sections/{id}", _rename_section),
    ("DELETE", "/device/sections/{id}", _delete_section),
]
