"""The table of operations says what the application serves, and what that answers."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from openapi_spec_validator import validate
from starlette.routing import Route

from daemon.acting.wanted import CHANGING, MAKING
from daemon.apidoc.__main__ import main
from daemon.apidoc.openapi import OPERATIONS, openapi
from daemon.apidoc.operation import Operation
from daemon.apidoc.page import BEGIN, END, renewed
from daemon.apidoc.schemas import SCHEMAS
from daemon.control.client import call
from tests.daemon.fakes import FakeEngine
from tests.daemon.serving import fill, serving

DOCS = Path(__file__).parents[2] / "docs" / "api.md"


@pytest.fixture(scope="module")
def socket(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    place = tmp_path_factory.mktemp("s")
    with serving(place, FakeEngine()) as (socket, running):
        running.until("ok")
        fill(place / "mirror.db")
        yield socket


def operation(method: str, path: str) -> Operation:
    return next(one for one in OPERATIONS if (one.method, one.path) == (method, path))


def test_it_is_sound_openapi(socket: Path) -> None:
    status, document = call(socket, "GET", "/openapi.json")
    assert status == 200
    validate(document)
    ids = [one["operationId"] for path in document["paths"].values() for one in path.values()]
    assert len(ids) == len(set(ids)) == len(OPERATIONS)


def test_every_route_is_in_it_and_no_other(tmp_path: Path) -> None:
    with serving(tmp_path, FakeEngine()) as (_, running):
        api = running.api
        served = set(api.ricloud_served)
        for route in api.app.routes:
            assert isinstance(route, Route)
            path = re.sub(r"{(\w+):\w+}", r"{\1}", route.path)
            if route in api.own_routes:
                served |= {(method, path) for method in route.methods - {"HEAD"}}
    assert {(one.method, one.path) for one in OPERATIONS} == served


def test_the_page_is_current() -> None:
    assert main(["--check", str(DOCS)]) == 0


def test_a_page_that_is_not_current_is_told_and_mended(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    page = tmp_path / "api.md"
    page.write_text(f"Mine\n{BEGIN}\nold\n{END}\nMine, too\n")
    assert main(["--check", str(page)]) == 1
    assert "run `make apidoc`" in capsys.readouterr().err
    assert main([str(page)]) == main(["--check", str(page)]) == 0
    text = page.read_text()
    assert text.startswith("Mine\n")
    assert text.endswith("\nMine, too\n")
    assert "| `GET /status` |" in text
    with pytest.raises(ValueError, match="there is no"):
        renewed("nothing of ours", OPERATIONS)


@pytest.mark.parametrize("path", ["/status", "/reminders?smart=today", "/lists", "/runs", "/held"])
def test_answers_have_the_members_that_are_named(socket: Path, path: str) -> None:
    told = call(socket, "GET", path)[1]
    named = operation("GET", path.partition("?")[0]).answer
    assert set(told) == {"schema", *named}


@pytest.mark.parametrize(
    ("path", "member", "name"),
    [
        ("/reminders", "reminders", "Reminder"),
        ("/lists", "lists", "List"),
        ("/runs", "runs", "Run"),
    ],
)
def test_things_have_the_members_that_are_named(
    socket: Path, path: str, member: str, name: str
) -> None:
    for one in call(socket, "GET", path)[1][member]:
        assert set(one) == set(SCHEMAS[name])


def test_a_sync_has_the_members_that_are_named(socket: Path) -> None:
    told = call(socket, "POST", "/sync")[1]
    assert set(told) == {"schema", *operation("POST", "/sync").answer}


def test_bodies_are_those_that_are_read(socket: Path) -> None:
    assert set(operation("POST", "/reminders").body or ()) == {*MAKING, "dry_run"}
    assert set(operation("PATCH", "/reminders/{key}").body or ()) == {*CHANGING, "dry_run"}
    for one in OPERATIONS:
        if one.section in ("ricloud", "Reminders") or one.body is None:
            continue
        path = re.sub(r"{\w+}", "1", one.path)
        error = call(socket, one.method, path, {"nonsense": 1})[1]["error"]
        known = error["hint"].removeprefix("there is ").split(", ") if one.body else [""]
        assert (one.path, sorted(known)) == (one.path, sorted(one.body) or [""])


def test_parameters_are_those_that_are_read(socket: Path) -> None:
    for one in OPERATIONS:
        if one.section in ("ricloud", "Events") or one.method != "GET":
            continue
        path = re.sub(r"{\w+}", "MILK", one.path)
        error = call(socket, "GET", f"{path}?nonsense=1")[1]["error"]
        names = error["hint"].removeprefix("there are ").removeprefix("there is ").split(", ")
        known = [] if names == ["none here"] else names
        assert (one.path, sorted(known)) == (one.path, sorted(p.name for p in one.query))


def test_the_document_names_its_version() -> None:
    assert openapi("1.2.3")["info"]["version"] == "1.2.3"
