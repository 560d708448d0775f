"""The table of operations says what the application serves, and what that answers."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

import pytest
from openapi_spec_validator import validate
from starlette.routing import Route

from daemon.acting.wanted import CHANGING, MAKING
from daemon.apidoc.__main__ import main
from daemon.apidoc.openapi import OPERATIONS, openapi
from daemon.apidoc.operation import Operation
from daemon.apidoc.page import BEGIN, END, renewed
from daemon.control.client import call
from store.activity.journal import HistoryRow
from store.db import Store
from store.model import Early, Place, Unit, Zoned
from sync.cycle.checking.verdict import VERIFIED, Verified
from tests.daemon.fakes import FakeEngine
from tests.daemon.fitting import misfits_of
from tests.daemon.serving import fill, serving
from tests.store.samples import alarm, reminder, trigger

DOCS = Path(__file__).parents[2] / "docs" / "api.md"


@pytest.fixture(scope="module")
def socket(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    place = tmp_path_factory.mktemp("s")
    with serving(place, FakeEngine()) as (socket, running):
        running.until("ok")
        fill(place / "mirror.db")
        fill_more(place / "mirror.db")
        yield socket


def fill_more(path: Path) -> None:
    """What else there can be to tell of: alarms, a deleted reminder, a poll, a change, a check."""
    before = frozenset({Early(10, Unit.MINUTE)})
    with Store.open(path) as store, store.commit("fill more"):
        store.mirror.put(
            [
                reminder("OLD", title="Old", deleted=True),
                reminder("RING", title="Ring", early=before, alarm_ids=("A1", "A2")),
                alarm("A1", "RING"),
                trigger("T1", "A1", kind="Date", at=Zoned(datetime(2026, 3, 2, 9), "Europe/Paris")),
                alarm("A2", "RING"),
                trigger(
                    "T2", "A2", kind="Location", place=Place(True, 1.5, 2.5, 100.0, title="Home")
                ),
            ]
        )
        store.polls.failed("photos", 1767225600000, "network", "no network")
        store.meta.set(VERIFIED, Verified(1767225600000, "differs", 2).text())
        run = store.journal.runs(1)[0].id
        values = ("Milk", "Buy milk", "Home.md")
        row = HistoryRow(run, 1767225600000, "file", "MILK", "title", *values)
        store.journal.record([row], run)


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


def test_what_is_answered_otherwise_than_is_told_is_found() -> None:
    lists = {"schema": 1, "lists": []}
    assert misfits_of("GET", "/lists", 200, lists) == []
    for wrong in ({"schema": 1}, {**lists, "more": 1}, {**lists, "lists": [{"id": 1}]}):
        assert misfits_of("GET", "/lists", 200, wrong)
    assert misfits_of("GET", "/lists", 418, lists)
    assert misfits_of("GET", "/lists", 503, lists)


@pytest.mark.parametrize(
    "path",
    [
        *("/status", "/reminders?smart=today", "/reminders/MILK", "/lists", "/runs", "/held"),
        *("/conflicts", "/parked", "/restorable", "/changes?of=MILK", "/runs/1", "/account"),
    ],
)
def test_answers_are_as_is_told(socket: Path, path: str) -> None:
    status, told = call(socket, "GET", path)
    assert (status, misfits_of("GET", path.partition("?")[0], status, told)) == (200, [])
    assert any(told[name] for name in told.keys() - {"schema"})  # there was something to be told


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
