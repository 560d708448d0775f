"""What the page shows of polls, read from a mirror that was filled by real polls."""

from __future__ import annotations

import asyncio
import os
import stat
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import httpx
import pytest
from starlette.applications import Starlette
from starlette.routing import Route

from daemon.query.answers import Answers
from daemon.replies import HANDLERS
from daemon.web.sights import PAGE, Sights
from daemon.web.thumbnails import Thumbnails
from sync.polls.asked import PollOutcome, PollRequest, PollResult, unheard
from sync.polls.roster import PollSettings, Roster
from tests.daemon.fitting import misfits_of
from tests.polls.conftest import Bench


class Page:
    """The resources over one mirror, and what was fetched for them."""

    def __init__(self, bench: Bench, answers: Answers) -> None:
        self.settings = PollSettings()
        self.roster = Roster(bench.around, "ada@example.test", lambda: self.settings)
        self.kept = bench.home / "thumbnails"
        self.fetched: list[str] = []

        def rows(sql: str, parameters: tuple[Any, ...]) -> list[dict[str, Any]]:
            return answers.read(lambda read: read(sql, parameters)).result()

        self.thumbnails = Thumbnails(self.kept, rows, self)
        sights = Sights(answers, self.thumbnails)
        routes = [Route(path, handler) for path, handler in sights.reading.items()]
        self._app = Starlette(routes=routes, exception_handlers=HANDLERS)

    def run(self, request: PollRequest) -> PollOutcome:
        self.fetched += request.files
        spool = self.kept.with_name("fetched.jpg")
        spool.write_bytes(b"\xff\xd8picture")
        return PollOutcome((PollResult(request.files[0], "jpg", spool),), ())

    def get(self, path: str) -> httpx.Response:
        async def ask() -> httpx.Response:
            transport = httpx.ASGITransport(self._app, raise_app_exceptions=False)
            async with httpx.AsyncClient(transport=transport, base_url="http://x") as client:
                return await client.get(path)

        answer = asyncio.run(ask())
        if "thumbnail" not in path:
            where = path.partition("?")[0]
            assert misfits_of("GET", where, answer.status_code, answer.json()) == []
        return answer


@pytest.fixture
def page(bench: Bench) -> Iterator[Page]:
    with closing(Answers(bench.home / "mirror.sqlite")) as answers:
        made = Page(bench, answers)
        with closing(made.thumbnails):
            yield made


def test_each_device_has_its_places(page: Page) -> None:
    assert page.get("/devices").json()["devices"] == []
    page.roster.refresh("devices", unheard)
    imac, iphone = page.get("/devices").json()["devices"]
    assert (imac["name"], imac["places"]) == ("John's iMac", [])
    assert iphone["name"] == "John's iPhone 11"
    [place] = iphone["places"]
    assert (place["latitude"], place["longitude"]) == (51.5079, -0.0877)
    assert place["at"].endswith("Z")


def test_photos_come_page_by_page_each_once(page: Page, bench: Bench) -> None:
    bench.world.services.photos.generate(PAGE + 20)
    page.roster.refresh("photos", unheard)
    first = page.get("/photos").json()
    second = page.get(f"/photos?after={first['next']}").json()
    assert (first["total"], len(first["photos"]), len(second["photos"])) == (PAGE + 21, PAGE, 21)
    assert second["next"] is None
    ids = [one["id"] for one in first["photos"] + second["photos"]]
    assert len(set(ids)) == PAGE + 21
    taken = [one["created"] for one in first["photos"] + second["photos"]]
    assert taken == sorted(taken, reverse=True)


def test_without_a_poll_there_are_no_photos(page: Page) -> None:
    found = page.get("/photos").json()
    assert (found["total"], found["photos"], found["next"]) == (0, [], None)


@pytest.mark.parametrize("after", ["x", "/", "2026-01-01T00:00:00Z/"])
def test_a_cursor_that_nobody_gave_is_refused(page: Page, after: str) -> None:
    answer = page.get(f"/photos?after={after}")
    assert answer.status_code == 400
    assert "next" in answer.json()["error"]["message"]


def test_a_thumbnail_is_fetched_once_and_kept_for_its_owner_alone(page: Page) -> None:
    page.roster.refresh("photos", unheard)
    [photo] = page.get("/photos").json()["photos"]
    first = page.get(f"/photos/{photo['id']}/thumbnail")
    assert (first.status_code, first.headers["content-type"]) == (200, "image/jpeg")
    assert first.content.startswith(b"\xff\xd8")
    assert page.get(f"/photos/{photo['id']}/thumbnail").content == first.content
    assert len(page.fetched) == 1
    assert page.fetched[0].startswith("icpl://")
    assert not page.kept.with_name("fetched.jpg").exists()
    [kept] = page.kept.iterdir()
    assert stat.S_IMODE(kept.stat().st_mode) == 0o600
    assert stat.S_IMODE(page.kept.stat().st_mode) == 0o700


def test_a_thumbnail_in_the_folder_of_photos_is_not_fetched_again(page: Page, bench: Bench) -> None:
    page.settings = PollSettings(download=bench.home / "Pictures", roles=("resJPEGThumb",))
    page.roster.refresh("photos", unheard)
    page.roster.download(unheard)
    [photo] = page.get("/photos").json()["photos"]
    assert page.get(f"/photos/{photo['id']}/thumbnail").content.startswith(b"\xff\xd8")
    assert page.fetched == []


def test_only_so_many_are_kept(page: Page, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("daemon.web.thumbnails.KEPT_MAX", 2)

    class Some:
        def run(self, request: PollRequest) -> PollOutcome:
            return PollOutcome((PollResult("id", "jpg", b"picture"),), ())

    kept = tmp_path / "few"
    with closing(Thumbnails(kept, lambda _sql, _given: [{"id": "i", "path": None}], Some())) as few:
        for number in range(4):
            id = f"{number:016x}"
            assert few.of(id).result() == b"picture"
            os.utime(kept / f"{id}.jpg", (number, number))
    assert sorted(path.stem for path in kept.iterdir()) == [f"{2:016x}", f"{3:016x}"]


@pytest.mark.parametrize("id", ["0" * 16, "A" * 16, "0" * 17, "x"])
def test_what_is_no_photo_has_no_thumbnail(page: Page, id: str) -> None:
    answer = page.get(f"/photos/{id}/thumbnail")
    assert answer.status_code == 404
    assert answer.json()["error"]["code"] == "not-found"
    assert page.fetched == []
