"""The verbs that show reminders, from the mirror as it was left and through a daemon."""

from __future__ import annotations

import subprocess
import sys
from datetime import UTC, datetime, timedelta
from urllib.parse import quote

import pytest

from store.db import Store
from store.local.places import LineRow
from store.model import AllDay, Floating, Priority
from tests.cli.conftest import FakeDaemon, Home, documents
from tests.store.samples import a_list, reminder, tag

TODAY = datetime.now(UTC).date()


@pytest.fixture
def filled(home: Home) -> Home:
    noon = datetime.combine(TODAY + timedelta(days=1), datetime.min.time().replace(hour=12))
    with Store.open(home.state / "mirror.sqlite") as store, store.commit("fill"):
        store.meta.set("home_zone", "UTC")
        store.mirror.put(
            [
                a_list("HOME"),
                reminder("MILK", title="Buy milk", due=AllDay(TODAY - timedelta(days=1))),
                reminder("CALL", title="Call", due=Floating(noon), priority=Priority.MEDIUM),
                reminder("SUB", title="Oat", parent_id="MILK", done=True),
                reminder("FLAG", title="Evil \x1b[31m", flagged=True, tag_ids=("T",), notes="a\nb"),
                tag("T", "FLAG", "red"),
            ]
        )
        store.places.set_block("MILK", "r-4k7q2mx", own=True)
        store.places.set_lines("Home.md", [LineRow("MILK", "Home.md", 4)])
    return home


def test_smart_lists_without_a_daemon(filled: Home) -> None:
    assert filled.run("today").stdout.splitlines() == [
        "WHEN       REMINDER  LIST  ID",
        "yesterday  Buy milk  Home  r-4k7q2mx",
    ]
    assert filled.run("overdue").stdout == filled.run("today").stdout
    assert "tomorrow 12:00  !! Call " in filled.run("scheduled").stdout
    assert r"Evil \x1b[31m 🚩 #red" in filled.run("flagged").stdout
    told = documents(filled.run("today", "--json"))[0]
    assert (told["schema"], [one["id"] for one in told["reminders"]]) == (1, ["MILK"])


def test_show_tells_all_and_the_subtasks(filled: Home) -> None:
    shown = filled.run("show", "4k7q2mx")
    assert shown.exit_code == 0, shown.output
    assert shown.stdout.splitlines() == [
        "☐ Buy milk",
        "list      Home",
        f"due       {TODAY - timedelta(days=1)}",
        "subtasks  1 subtask",
        "file      Home.md:5",
        "id        r-4k7q2mx MILK",
        "          [x] Oat",
    ]
    assert filled.run("show", "evil").stdout.splitlines()[-2:] == ["          a", "          b"]
    missing = filled.run("show", "nobody", "--json")
    assert (missing.exit_code, documents(missing)[0]["error"]["code"]) == (2, "not-found")


def test_search(filled: Home) -> None:
    assert filled.run("search", "oat").stdout.splitlines()[1].split() == [
        *("done", "Oat", "Home", "SUB"),
    ]
    assert filled.run("search", "--open", "oat").stdout == "nothing is found\n"
    assert filled.run("search").exit_code == 2


def test_before_there_is_a_mirror_that_is_said(home: Home) -> None:
    told = home.run("today", "--json")
    assert (told.exit_code, documents(told)[0]["error"]["code"]) == (1, "not-there")


def test_a_damaged_mirror_is_told_with_the_way_out(home: Home) -> None:
    home.state.mkdir(parents=True)
    (home.state / "mirror.sqlite").write_bytes(b"no database at all" * 500)
    told = home.run("today")
    assert told.exit_code == 20
    assert "remindersd rebuild" in told.stderr


def test_a_daemon_is_asked_if_one_runs(home: Home, fake_daemon: FakeDaemon) -> None:
    empty = {"schema": 1, "reminders": [], "day": str(TODAY), "time_zone": "UTC", "next": None}
    fake_daemon.answers["GET /reminders?smart=flagged"] = (200, empty)
    assert home.run("flagged").stdout == "nothing has a flag\n"
    wrong = {"code": "not-found", "message": "“Müll” may be 2 reminders", "hint": "name one"}
    fake_daemon.answers[f"GET /reminders/{quote('Müll')}"] = (404, {"schema": 1, "error": wrong})
    refused = home.run("show", "Müll")
    assert (refused.exit_code, "may be 2 reminders" in refused.stderr) == (2, True)


def test_nothing_heavy_is_imported_on_their_way(filled: Home) -> None:
    heavy = {
        *("httpx", "pydantic", "starlette", "uvicorn", "sqlite_utils", "pyicloud", "requests"),
        *("google.protobuf", "markdown_it", "apscheduler", "rich", "dateutil", "icalendar"),
    }
    script = f"""
import sys
from daemon.cli import cli
for verb in (["today"], ["show", "milk"], ["search", "milk"]):
    try:
        cli(verb)
    except SystemExit as end:
        assert end.code == 0, (verb, end.code)
print(sorted({heavy!r} & set(sys.modules)))
"""
    done = subprocess.run(
        [sys.executable, "-c", script],
        env={**filled.environment, "PYTHONPATH": ":".join(sys.path)},
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout.splitlines()[-1] == "[]"
