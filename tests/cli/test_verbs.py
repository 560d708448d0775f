"""The verbs against a pretend iCloud, without and with a daemon that runs."""

from __future__ import annotations

import shutil
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from daemon.cli.told import _subject
from daemon.control.client import NotRunning, call
from sandbox.world import World
from store.db import Store
from tests.cli.conftest import FakeDaemon, Home, documents, served


@pytest.fixture
def world(home: Home) -> Iterator[World]:
    """A pretend iCloud to which the config of ``home`` leads."""
    with served() as (world, url):
        home.write(account={"endpoint": url})
        yield world


@pytest.fixture
def guarded_world(home: Home) -> Iterator[World]:
    """One whose account asks for a code."""
    with served("2fa") as (world, url):
        home.write(account={"endpoint": url})
        yield world


# ---- one cycle without a daemon


def test_a_dry_run_changes_no_file_and_a_sync_then_does(home: Home, world: World) -> None:
    planned = home.run("sync", "--dry-run")
    assert planned.exit_code == 0, planned.output
    assert "in the files" in planned.stdout
    assert "“Milk” in “Groceries”" in planned.stdout
    assert not list(home.folder.glob("*.md"))

    done = home.run("sync", "--json")
    assert done.exit_code == 0, done.output
    (told,) = documents(done)
    assert (told["schema"], told["result"], told["files"]) == (1, "done", 6)
    assert "- [ ] Milk" in (home.folder / "Groceries.md").read_text()

    again = home.run("sync")
    assert again.stdout == "synced: nothing to do\n"
    assert home.run("plan").stdout == "nothing would change\n"


def test_a_deleted_reminder_is_restored(home: Home, world: World) -> None:
    home.run("sync")
    milk = world.phone.find("Milk")
    world.phone.delete(milk.id, hard=True)
    home.run("sync")
    groceries = home.folder / "Groceries.md"
    assert "Milk" not in groceries.read_text()
    restored = home.run("restore", milk.id)
    assert restored.exit_code == 0, restored.output
    assert restored.stdout.startswith("restored “Milk” in “Groceries” (made anew")
    assert "- [ ] Milk" in groceries.read_text()
    again = home.run("restore", milk.id, "--json")
    assert (again.exit_code, documents(again)[0]["error"]["code"]) == (1, "not-restorable")


def test_without_a_daemon_the_mirror_is_shown(home: Home, world: World) -> None:
    home.run("sync")
    status = documents(home.run("status", "--json"))[0]
    assert status["running"] is False
    assert (status["account"], status["folder"]) == ("ada@example.test", str(home.folder))
    assert (status["pending"], status["held"], status["conflicts"]) == (0, 0, 0)
    lists = documents(home.run("lists", "--json"))[0]["lists"]
    groceries = next(entry for entry in lists if entry["name"] == "Groceries")
    assert groceries["file"] == "Groceries.md"
    shown = home.run("lists").stdout
    assert shown.splitlines()[0].split() == ["LIST", "GROUP", "OPEN", "TOTAL", "FILE"]
    assert "Family/Home.md" in shown
    assert "\x1b" not in shown
    assert home.run("conflicts").stdout == "no conflicts\n"


def test_a_cycle_that_left_something_waiting_counts_as_the_last_sync(home: Home) -> None:
    with Store.open(home.state / "mirror.sqlite") as store, store.commit("runs"):
        store.journal.finish(store.journal.start("sync", 1), "attention", {}, 1767225600000)
        store.journal.finish(store.journal.start("sync", 2), "failed", {}, 1767225700000)
    status = documents(home.run("status", "--json"))[0]
    assert status["last_success"] == "2026-01-01T00:00:00+00:00"


def test_a_lost_marker_is_told_and_the_folder_taken_back(home: Home, world: World) -> None:
    home.run("sync")
    shutil.rmtree(home.folder / ".remindersd")
    lost = home.run("sync")
    assert lost.exit_code == 3, lost.output
    assert lost.stdout.startswith("synced in part: ")
    assert "`remindersd approve folder`" in lost.stdout
    assert "`remindersd approve folder`" in home.run("status").stdout
    taken = home.run("approve", "folder")
    assert taken.exit_code == 0, taken.output
    assert taken.stdout.startswith("approved: the folder is the synced one")
    again = home.run("sync")
    assert (again.exit_code, again.stdout) == (0, "synced: nothing to do\n")
    assert home.run("approve", "folder").exit_code == 1


def test_what_is_held_is_told_by_title_and_file() -> None:
    hold = {"id": "A1", "kind": "read-only", "title": "Milk", "file": "Shop.md", "reason": "why"}
    assert _subject(hold) == "“Milk” in Shop.md: "
    assert _subject({**hold, "reason": "“Milk” of Shop.md waits"}) == ""
    assert _subject({**hold, "title": None, "file": None}) == ""


def test_a_new_file_waits_until_it_is_approved(home: Home, world: World) -> None:
    home.run("sync")
    _write_and_rest(home.folder / "Packing.md", "- [ ] Tent\n")
    waiting = home.run("sync")
    assert waiting.exit_code == 4, waiting.output
    assert "Packing.md" in waiting.stdout
    assert "remindersd approve" in waiting.stdout
    assert [entry.name for entry in world.phone.lists()].count("Packing") == 0

    approved = home.run("approve", "Packing.md", "--json")
    assert approved.exit_code == 0, approved.output
    assert [hold["id"] for hold in documents(approved)[0]["approved"]] == ["Packing.md"]
    assert home.run("sync").exit_code == 0
    world.phone.sync()
    assert [shown.title for shown in world.phone.reminders("Packing")] == ["Tent"]
    assert home.run("approve").stdout.startswith("nothing was waiting (")
    unknown = home.run("approve", "Packing.md")
    assert unknown.exit_code == 1
    assert "Packing.md" in unknown.stderr


def test_a_first_plan_waits_and_status_says_so(home: Home, world: World) -> None:
    home.folder.mkdir()
    _write_and_rest(home.folder / "Groceries.md", "- [ ] Milk\n- [ ] Soap\n")
    waiting = home.run("sync", "--json")
    assert waiting.exit_code == 4, waiting.output
    assert [hold["kind"] for hold in documents(waiting)[0]["new_holds"]] == ["first-plan"]
    assert (home.folder / "Groceries.md").read_text() == "- [ ] Milk\n- [ ] Soap\n"
    shown = home.run("status").stdout
    assert "1 thing held back" in shown
    assert "[first-plan]" in shown


def test_yes_lets_a_first_plan_go_ahead(home: Home, world: World) -> None:
    home.folder.mkdir()
    _write_and_rest(home.folder / "Groceries.md", "- [ ] Milk\n- [ ] Soap\n")
    yes = home.run("sync", "--yes")
    assert yes.exit_code == 0, yes.output
    world.phone.sync()
    titles = [reminder.title for reminder in world.phone.reminders("Groceries")]
    assert titles.count("Milk") == 1
    assert titles.count("Soap") == 1


def test_a_service_that_refuses_connections_ends_with_6(home: Home) -> None:
    home.write(account={"endpoint": "http://127.0.0.1:1"})
    result = home.run("sync")
    assert result.exit_code == 6, result.output


def test_before_anything_there_is_nothing_to_show(home: Home) -> None:
    assert home.run("status").exit_code == 0
    assert "not running" in home.run("status").stdout
    result = home.run("lists")
    assert result.exit_code == 1
    assert "remindersd sync" in result.stderr


# ---- sign-in


def test_a_wrong_password_ends_with_12(home: Home, guarded_world: World) -> None:
    home.write(account={"password_command": ["echo", "wrong"]})
    for verb in ("login", "sync"):
        result = home.run(verb)
        assert result.exit_code == 12, result.output
        assert "wrong" not in result.output.replace("wrong password", "")


def test_a_needed_code_ends_with_11(home: Home, guarded_world: World) -> None:
    for verb in ("sync", "login"):
        result = home.run(verb)
        assert result.exit_code == 11, result.output
    assert "--code -" in result.stderr


def test_a_code_from_standard_input_signs_in_for_good(home: Home, guarded_world: World) -> None:
    code = guarded_world.account.code
    result = home.run("login", "--code", "-", stdin=f"{code}\n")
    assert result.exit_code == 0, result.output
    assert "signed in as ada@example.test" in result.stdout
    assert "remindersd run" in result.stdout
    home.write(account={"password_command": ["false"]})
    assert home.run("sync").exit_code == 0


def test_codes_that_are_wrong_end_with_11(home: Home, guarded_world: World) -> None:
    result = home.run("login", "--code", "-", stdin="000000\n")
    assert result.exit_code == 11, result.output


def test_no_password_and_no_terminal_ends_with_11(home: Home) -> None:
    home.write(account={"password_command": None})
    result = home.run("login")
    assert result.exit_code == 11
    assert "password_command" in result.stderr


def test_after_logout_nobody_is_signed_in(home: Home, guarded_world: World) -> None:
    home.run("login", "--code", "-", stdin=f"{guarded_world.account.code}\n")
    assert home.run("logout").exit_code == 0
    assert home.run("sync").exit_code == 11


# ---- through the daemon


def test_what_is_asked_of_the_daemon(home: Home, fake_daemon: FakeDaemon) -> None:
    told = {"schema": 1, "approved": []}
    fake_daemon.answers["POST /approve"] = 200, told
    home.run("sync", "--yes")
    home.run("plan")
    home.run("sync", "--dry-run")
    home.run("approve", "Packing.md")
    assert [what for what in fake_daemon.asked if what != ("GET /status", None)] == [
        ("POST /sync", {"approve": True}),
        ("POST /sync", {"plan_only": True}),
        ("POST /sync", {"plan_only": True}),
        ("POST /approve", {"keys": ["Packing.md"]}),
    ]


def test_what_was_approved_is_summed_up(home: Home, fake_daemon: FakeDaemon) -> None:
    deletions = [{"id": str(n), "kind": "deletions", "reason": "many"} for n in range(7)]
    reasons = {"list": "approve “Old” by its name", "unshared": "approve “Trip” by its name"}
    other = [
        {"id": "Packing.md", "kind": "new-list", "reason": "has tasks but is no list yet"},
        {"id": "Trips", "kind": "new-list", "reason": "Trips has lists but is no group yet"},
        *({"id": kind, "kind": kind, "reason": reason} for kind, reason in reasons.items()),
    ]
    told = {"schema": 1, "approved": [*deletions, *other]}
    fake_daemon.answers["POST /approve"] = 200, told
    assert home.run("approve").stdout.splitlines() == [
        "approved: Packing.md becomes a list",
        "approved: Trips becomes a group",
        "approved: “Old” is deleted in iCloud, with all that is in it",
        "approved: “Trip” is no longer here; its lines leave their file",
        "approved: 7 deletions",
        "the next sync does it",
    ]


def test_a_list_that_is_not_shared_any_more_goes_by_its_name(
    home: Home, fake_daemon: FakeDaemon
) -> None:
    hold = {"id": "L1", "kind": "unshared", "reason": "“Trip” is no longer shared with you"}
    fake_daemon.answers["POST /approve"] = 200, {"schema": 1, "approved": [hold]}
    assert home.run("approve", "Trip").exit_code == 0
    assert home.run("approve", "Trips").exit_code == 1


def test_conflicts_show_both_values(home: Home, fake_daemon: FakeDaemon) -> None:
    entry = {
        **{"number": 7, "id": "A1", "title": "Milk", "field": "notes"},
        **{"winner": "one\ntwo", "loser": "x" * 50, "loser_side": "file"},
        **{"list": None, "at": "2026-03-01T10:00:00+00:00", "now": None},
    }
    fake_daemon.answers["GET /conflicts"] = 200, {"schema": 1, "conflicts": [entry]}
    _, shown, _ = home.run("conflicts").stdout.splitlines()
    columns = [cell.strip() for cell in shown.split("  ") if cell.strip()]
    assert columns[:-1] == ["7", "Milk", "notes", "one two", "x" * 39 + "…", "file"]


@pytest.mark.parametrize(
    ("field", "winner", "loser", "told"),
    [
        ("done", None, True, ["open", "done"]),
        ("done", "2026-03-01", None, ["2026-03-01", "open"]),
        ("flagged", False, True, ["no flag", "flag"]),
        ("due", None, "2026-03-01", ["none", "2026-03-01"]),
    ],
)
def test_conflicts_are_told_in_words(
    home: Home, fake_daemon: FakeDaemon, field: str, winner: object, loser: object, told: list[str]
) -> None:
    entry = {
        **{"number": 7, "id": "A1", "title": "Milk", "field": field},
        **{"winner": winner, "loser": loser, "loser_side": "file"},
        **{"list": None, "at": "2026-03-01T10:00:00+00:00", "now": None},
    }
    fake_daemon.answers["GET /conflicts"] = 200, {"schema": 1, "conflicts": [entry]}
    _, shown, _ = home.run("conflicts").stdout.splitlines()
    columns = [cell.strip() for cell in shown.split("  ") if cell.strip()]
    assert columns[:-1] == ["7", "Milk", field, *told, "file"]


def test_a_title_cannot_steer_the_terminal(home: Home, fake_daemon: FakeDaemon) -> None:
    entry = {"name": "a\x1b]0;b\x07\nc\u202e", "group": None, "open": 1, "total": 1, "file": None}
    fake_daemon.answers["GET /lists"] = 200, {"schema": 1, "lists": [entry]}
    shown = home.run("lists").stdout
    assert "a\\x1b]0;b\\x07\\nc\\u202e" in shown
    assert len(shown.splitlines()) == 2


def test_a_daemon_serves_the_verbs_and_keeps_a_second_one_out(home: Home, world: World) -> None:
    daemon = home.start("run")
    try:
        _wait_for_first_sync(home)
        status = documents(home.run("status", "--json"))[0]
        assert (status["running"], status["state"]) == (True, "ok")
        assert home.run("status").stdout.startswith(("state      ok\n", "state      syncing\n"))
        world.phone.create("Groceries", "Figs")
        assert home.run("sync").exit_code == 0
        assert "- [ ] Figs" in (home.folder / "Groceries.md").read_text()
        assert home.run("plan").stdout == "nothing would change\n"
        assert "Groceries.md" in home.run("lists").stdout
        second = home.start("run")
        _, said = second.communicate(timeout=60)
        assert second.returncode == 5
        assert str(daemon.pid) in said
    finally:
        daemon.terminate()
        _, said = daemon.communicate(timeout=60)
    assert daemon.returncode == 0, said


def _write_and_rest(path: Path, text: str) -> None:
    """Write a file and let it come of the age at which no editor can be at it any more."""
    path.write_text(text, encoding="utf-8")
    while time.time() - path.stat().st_ctime < 1.0:
        time.sleep(0.05)


def _wait_for_first_sync(home: Home) -> None:
    """The daemon answers a sync when it is done, so waiting for the socket is enough."""
    for _ in range(600):
        try:
            status, _ = call(home.socket, "POST", "/sync", {}, timeout=60)
        except NotRunning:
            time.sleep(0.05)
        else:
            assert status == 200
            return
    raise AssertionError("the daemon does not listen")
