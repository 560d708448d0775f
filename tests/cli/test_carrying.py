"""`export` and `import` as a person types them, without a daemon and through one."""

from __future__ import annotations

import json
import stat
from collections.abc import Iterator

import pytest

from sandbox.world import World
from tests.cli.conftest import FakeDaemon, Home, documents, served


@pytest.fixture
def world(home: Home) -> Iterator[World]:
    with served() as (world, url):
        home.write(account={"endpoint": url})
        yield world


def test_out_and_in_again(home: Home, world: World) -> None:
    assert home.run("export", str(home.path / "e.json")).exit_code == 1
    home.run("sync")
    path = home.path / "e.json"
    out = home.run("export", str(path))
    assert (out.exit_code, out.stdout) == (0, "")
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert (
        json.loads(home.run("export").stdout)["reminders"]
        == json.loads(path.read_text())["reminders"]
    )
    calendar = home.path / "e.ics"
    home.run("export", "--list", "Groceries", str(calendar))
    assert "SUMMARY:Milk\r\n" in calendar.read_bytes().decode()
    assert home.run("export", "--list", "Nothing").exit_code == 1
    same = home.run("import", str(path))
    assert same.exit_code == 0, same.output
    assert same.stdout.startswith("0 reminders added")
    lines = home.path / "Packing.md"
    lines.write_text("- [ ] Tent\n")
    would = home.run("import", "--dry-run", str(lines))
    assert would.stdout.splitlines()[:2] == [
        "would be made: the list “Packing”",
        "would be added: “Tent” in “Packing”",
    ]
    assert not (home.folder / "Packing.md").exists()
    done = documents(home.run("import", "--json", str(lines)))[0]
    assert [one["title"] for one in done["added"]] == ["Tent"]
    assert "- [ ] Tent ^r-" in (home.folder / "Packing.md").read_text()
    world.phone.sync()
    assert world.phone.find("Tent").list == "Packing"


@pytest.mark.parametrize("name", ["all.md", "todo.txt"])
def test_no_export_is_taken_for_a_list_of_tasks(home: Home, world: World, name: str) -> None:
    home.run("sync")
    path = home.path / name
    wrong = home.run("export", str(path))
    assert (wrong.exit_code, path.exists()) == (2, False)
    assert "--format" in wrong.stderr
    assert home.run("export", "--format", "json", str(path)).exit_code == 0
    assert json.loads(path.read_text())["schema"] == 1


def test_what_cannot_be_carried_in_is_told_with_its_name(home: Home, world: World) -> None:
    home.run("sync")
    path = home.path / "e.json"
    path.write_text("{")
    wrong = home.run("import", "--json", str(path))
    assert wrong.exit_code == 2
    assert str(path) in documents(wrong)[0]["error"]["message"]
    assert home.run("import", str(home.path / "nothing.json")).exit_code == 2


def test_a_running_daemon_carries_it_in(home: Home, fake_daemon: FakeDaemon) -> None:
    path = home.path / "Trip.md"
    path.write_text("- [ ] Tent\n")
    told = {"schema": 1, "dry_run": False, "lists": [], "added": [], "same": 1, "notes": []}
    told |= {"differing": [], "overwritten": False}
    fake_daemon.answers["POST /import"] = (200, told)
    fake_daemon.answers["POST /sync"] = (200, {"schema": 1})
    done = home.run("import", "--list", "Away", str(path))
    assert done.exit_code == 0, done.output
    body = {"file": str(path), "overwrite": False, "list": "Away", "dry_run": False}
    assert ("POST /import", body) in fake_daemon.asked
