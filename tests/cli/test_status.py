"""`status` answers at a glance: does it work, when did it last, what waits, what needs you?"""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from daemon.cli.statuswords import facts, line, waybar
from sync.core.matching.identity import block_id
from tests.cli.conftest import FakeDaemon, Home
from tests.cli.terminal import terminal

WELL: dict[str, Any] = {
    **{"running": True, "state": "ok", "reason": "", "account": "ada@example.test"},
    **{"folder": "/home/ada/Todo", "last_success": None, "next_run": None},
    **{"pending": 0, "held": 0, "conflicts": 0, "parked": 0, "waiting": None},
}
SIGNED_OUT = {"state": "signed-out", "sentence": "nobody is in", "hint": "log in", "until": None}


def ago(**span: float) -> str:
    return (datetime.now(UTC) - timedelta(**span)).isoformat()


def test_well_is_said_in_four_answers() -> None:
    told = dict(facts({**WELL, "last_success": ago(minutes=2), "next_run": ago(seconds=-30)}))
    assert (told["state"], told["last sync"]) == ("ok", "2 minutes ago")
    assert told["needs you"] == "nothing"
    assert told["next sync"].startswith("in ")
    assert "waiting" not in told


def test_what_waits_is_told_apart_from_what_needs_a_person() -> None:
    waiting = {"deletions": 2, "until": ago(seconds=-90)}
    told = {**WELL, "pending": 3, "held": 5, "waiting": waiting, "conflicts": 1, "parked": 2}
    shown = dict(facts(told))
    assert shown["waiting"] == "3 changes to send, 2 deletions in 1 minute"
    assert shown["needs you"] == "3 things held back, 1 conflict, 2 changes refused by iCloud"
    assert waybar(told)["text"] == "6"


def test_of_the_work_under_way_it_says_how_far_how_fast_and_how_long() -> None:
    sending = {"said": "sending to iCloud, 40 of 100 changes", "done": 40, "total": 100}
    told = dict(facts({**WELL, "progress": {**sending, "rate": 4.0, "left_s": 15.0}}))
    assert told["under way"] == "sending to iCloud, 40 of 100 changes, 4.0/s, 15 seconds left"
    told = dict(facts({**WELL, "progress": {**sending, "rate": None, "left_s": None}}))
    assert told["under way"] == "sending to iCloud, 40 of 100 changes"


def test_a_line_says_the_same() -> None:
    assert line({**WELL, "last_success": ago(minutes=5)}) == "ok, synced 5 minutes ago"
    told = {**WELL, "state": "attention", "conflicts": 1, "pending": 1}
    assert line(told) == "attention, 1 conflict, 1 change to send"
    assert line({**WELL, "running": False}) == "not running"
    assert line({**WELL, "sign_in": SIGNED_OUT}) == "ok, your sign-in"


@pytest.mark.parametrize(
    ("changes", "text", "classes"),
    [
        ({}, "", ["ok"]),
        ({"state": "syncing"}, "", ["syncing"]),
        ({"state": "offline"}, "offline", ["offline"]),
        ({"running": False}, "not running", ["not-running"]),
        ({"state": "attention", "held": 2}, "2", ["attention", "held", "needs-you"]),
        ({"state": "sign-in", "sign_in": SIGNED_OUT}, "sign-in", ["sign-in", "needs-you"]),
    ],
)
def test_a_bar_is_silent_when_all_is_well(
    changes: dict[str, Any], text: str, classes: list[str]
) -> None:
    shown = waybar({**WELL, **changes})
    assert (shown["text"], shown["class"], shown["alt"]) == (text, classes, classes[0])


def test_the_tooltip_cannot_be_markup() -> None:
    shown = waybar({**WELL, "state": "attention", "reason": "“<b>R&D</b>” waits"})
    assert "“&lt;b&gt;R&amp;D&lt;/b&gt;” waits" in shown["tooltip"]


def test_the_formats_are_one_line_each(home: Home, fake_daemon: FakeDaemon) -> None:
    assert home.run("status", "--format", "line").stdout == "ok\n"
    bar = home.run("status", "--format", "waybar").stdout
    assert bar.count("\n") == 1
    assert json.loads(bar)["alt"] == "ok"
    both = home.run("status", "--format", "line", "--json")
    assert (both.exit_code, "exclude" in both.stderr) == (2, True)


def test_however_much_waits_it_fits_on_a_screen(home: Home, fake_daemon: FakeDaemon) -> None:
    hold = {"key": "k", "kind": "new-list", "title": None, "reason": "why", "until_ms": None}
    held = [{**hold, "id": f"{n}.md", "file": f"{n}.md"} for n in range(50)]
    one = {"what": "update", "title": "Milk", "id": "A", "list": "Shop", "reason": "no"}
    one |= {"since": None, "again": None, "wanted": {}}
    parked = [{**one, "number": n} for n in range(50)]
    told = home.status(held=50, parked=50, conflicts=50, state="attention")
    fake_daemon.answers["GET /status"] = (200, told)
    fake_daemon.answers["GET /held"] = (200, {"schema": 1, "held": held})
    fake_daemon.answers["GET /parked"] = (200, {"schema": 1, "parked": parked})
    shown = home.run("status").stdout.splitlines()
    assert len(shown) <= 24
    assert "  ... and 46 more" in shown
    assert "50 things held back, 50 conflicts, 50 changes refused by iCloud" in " ".join(shown)


def test_what_waits_for_one_reason_is_told_below_it(home: Home, fake_daemon: FakeDaemon) -> None:
    hold = {"kind": "deletions", "reason": "too many", "until_ms": None}
    held = [{**hold, "id": f"{n}", "title": f"Milk {n}"} for n in range(3)]
    other = {**hold, "id": "Packing.md", "title": None, "kind": "new-list", "reason": "it is new"}
    fake_daemon.answers["GET /status"] = (200, home.status(held=4, state="attention"))
    held.insert(1, other)
    fake_daemon.answers["GET /held"] = (200, {"schema": 1, "held": held})
    shown = home.run("status").stdout.splitlines()
    begin = shown.index("4 things held back:")
    assert shown[begin + 1 : begin + 6] == [
        "  too many:",
        *(f"    “Milk {n}”  [{block_id(str(n))}]" for n in range(3)),
        "  it is new  [Packing.md]",
    ]


def test_following_shows_changes_until_ctrl_c(home: Home, fake_daemon: FakeDaemon) -> None:
    with terminal(home, "status", "--follow") as shown:
        shown.expect("state      ok")
        shown.expect("ctrl-C ends")
        told = home.status(state="attention", reason="1 conflict to look at", conflicts=1)
        fake_daemon.answers["GET /status"] = (200, told)
        shown.expect("state      attention: 1 conflict to look at")
        shown.interrupt()
        shown.interrupt()  # in a hurry
        assert shown.end() == 0
    assert "\x1b[?1049l" in shown.shown
    assert "\x1b[3" not in shown.shown  # NO_COLOR is set there
