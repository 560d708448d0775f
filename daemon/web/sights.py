"""What the page shows of polls: where the devices were, and the photos with their thumbnails.

GET /devices                   each device with the places that it was at, the newest first
GET /photos?after=CURSOR       a page of photos, the newest first
GET /photos/{id}/thumbnail     its small picture, kept here once it was fetched
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any, Protocol

from starlette.requests import Request as Asked
from starlette.responses import Response

from daemon.replies import failure, json_answer, no_query
from daemon.web.thumbnails import Files, Thumbnails
from sync.errors import UsageError

__all__ = ["PAGE", "PLACES", "Reader", "Sights", "opened"]

PAGE = 60
"""Photos in one answer."""
PLACES = 200
"""Places of one device, at most."""

Document = dict[str, Any]
Rows = Callable[[str, tuple[Any, ...]], list[Document]]

_DEVICES = """SELECT id, name, model_name, battery_status, battery_percent FROM devices
    WHERE gone_utc IS NULL ORDER BY name, id"""
_PLACES = """SELECT at_utc AS at, latitude, longitude, horizontal_accuracy_m AS accuracy_m
    FROM device_locations WHERE device = ? ORDER BY at_utc DESC LIMIT ?"""
_SHOWN = "gone_utc IS NULL AND NOT hidden"
_PHOTOS = f"""SELECT id, filename, created_utc AS created, favorite FROM photos
    WHERE {_SHOWN} AND (coalesce(created_utc, ''), id) < (?, ?)
    ORDER BY coalesce(created_utc, '') DESC, id DESC LIMIT ?"""
_NEWEST = ("9", "")


class Reader(Protocol):
    """Who reads the mirror; ``daemon.query.answers.Answers`` is one."""

    def read(self, work: Callable[[Rows], Any], missing: Any = None) -> Future[Any]:
        """What ``work`` gives, or ``missing`` where there is no mirror yet."""


class Sights:
    """The resources; ``thumbnails`` fetches and keeps the small pictures."""

    def __init__(self, reader: Reader, thumbnails: Thumbnails) -> None:
        self._reader = reader
        self._thumbnails = thumbnails
        self.reading = {
            "/devices": self._devices,
            "/photos": self._photos,
            "/photos/{id}/thumbnail": self._thumbnail,
        }

    async def _devices(self, asked: Asked) -> Response:
        no_query(asked)
        found = await asyncio.wrap_future(self._reader.read(_devices_of, []))
        return json_answer({"schema": 1, "devices": found})

    async def _photos(self, asked: Asked) -> Response:
        no_query(asked, "after")
        after = _cursor(asked.query_params.get("after"))
        nothing: Document = {"total": 0, "photos": [], "next": None}
        page = await asyncio.wrap_future(
            self._reader.read(lambda rows: _page_of(rows, after), nothing)
        )
        return json_answer({"schema": 1, **page})

    async def _thumbnail(self, asked: Asked) -> Response:
        no_query(asked)
        id = asked.path_params["id"]
        found = await asyncio.wrap_future(self._thumbnails.of(id))
        if found is None:
            return failure(404, "not-found", f"there is no thumbnail of {id[:40]}", "see /photos")
        headers = {"Cache-Control": "private, max-age=86400", "X-Content-Type-Options": "nosniff"}
        return Response(found, 200, headers, "image/jpeg")


@contextmanager
def opened(reader: Reader, files: Files, state: Path) -> Iterator[Sights]:
    """The resources of a running daemon, whose state is in the directory ``state``."""

    def rows(sql: str, parameters: tuple[Any, ...]) -> list[Document]:
        found: list[Document] = reader.read(lambda read: read(sql, parameters)).result()
        return found

    with closing(Thumbnails(state / "thumbnails", rows, files)) as thumbnails:
        yield Sights(reader, thumbnails)


def _devices_of(rows: Rows) -> list[Document]:
    return [{**one, "places": rows(_PLACES, (one["id"], PLACES))} for one in rows(_DEVICES, ())]


def _page_of(rows: Rows, after: tuple[str, str]) -> Document:
    total = rows(f"SELECT count(*) AS total FROM photos WHERE {_SHOWN}", ())[0]["total"]
    found = rows(_PHOTOS, (*after, PAGE + 1))
    photos = [{**one, "favorite": bool(one["favorite"])} for one in found[:PAGE]]
    last = photos[-1] if len(found) > PAGE else None
    next = None if last is None else f"{last['created'] or ''}/{last['id']}"
    return {"total": total, "photos": photos, "next": next}


def _cursor(text: str | None) -> tuple[str, str]:
    if text is None:
        return _NEWEST
    created, slash, id = text.rpartition("/")
    if not slash or not id:
        raise UsageError("`after` must be what `next` of the page before said")
    return created, id
