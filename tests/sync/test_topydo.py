"""topydo's own command line on our files: what it lists, adds, edits and completes is the same on
the phone. It finds its config in the test's own directory."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

import pytest

from tests.rig import Rig, empty_world, open_rig


@dataclass
class Topydo:
    """A person at a terminal."""

    rig: Rig
    home: Path

    def __call__(self, *words: str, answer: str = "") -> str:
        """What topydo says; it archives into ``done.txt`` unless ``-a`` comes first."""
        folder = self.rig.folder
        files = ("-C", "0", "-t", str(folder / "Inbox.txt"), "-d", str(folder / "done.txt"))
        done = subprocess.run(
            [sys.executable, "-m", "topydo", *files, *words],
            env={**os.environ, "HOME": str(self.home), "LC_ALL": "C.UTF-8"},
            cwd=self.home,
            input=answer,
            capture_output=True,
            text=True,
            timeout=60,
        )
        assert (done.returncode, done.stderr) == (0, ""), done.stderr
        return done.stdout

    def list(self) -> list[str]:
        """The words of open tasks, as ``topydo ls -x`` shows them: those with subtasks too."""
        lines = self("ls", "-x").splitlines()
        words = [line.rpartition("|")[2].strip() for line in lines]
        return [each for each in words if not each.startswith("x ")]

    def number(self, words: str) -> str:
        [line] = [line for line in self("ls", "-x").splitlines() if words in line]
        return line.split("|")[1].strip()


@pytest.fixture
def todo(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Topydo]:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    with open_rig(tmp_path, empty_world(), format="todo.txt") as rig:
        rig.run()
        home = tmp_path / "topydo"
        home.mkdir()
        yield Topydo(rig, home)


def test_what_the_phone_does_topydo_lists(todo: Topydo) -> None:
    rig = todo.rig
    trip = rig.phone.create("Inbox", "Trip", due="2026-12-14T09:30[Europe/Paris]", priority=1)
    pack = rig.phone.create("Inbox", "Pack", parent=trip)
    rig.run()
    assert todo.list() == ["(A) Trip at:0930 due:2026-12-14", "Pack"]
    rig.phone.edit(pack, title="Pack socks")
    rig.phone.edit(trip, priority=5, due="2026-12-15")
    rig.run()
    assert todo.list() == ["(B) Trip due:2026-12-15", "Pack socks"]
    rig.phone.complete(pack)
    rig.run()
    assert todo.list() == ["(B) Trip due:2026-12-15"]
    rig.rest()


def test_what_topydo_adds_and_edits_the_phone_shows(todo: Topydo) -> None:
    rig = todo.rig
    todo("add", "(B) Buy oat milk due:2026-12-20 rec:2w @shop")
    todo("add", "Call Ann")
    rig.run()
    milk = rig.shown("Buy oat milk")
    assert (milk.priority, milk.due, milk.repeat) == (5, "2026-12-20", "weekly/2/")
    assert set(milk.tags) == {"shop"}
    rig.rest()
    ann = rig.shown("Call Ann").id
    todo("pri", todo.number("Call Ann"), "A")
    todo("tag", todo.number("Call Ann"), "due", "2026-12-24")
    todo("append", todo.number("Call Ann"), "@phone")
    todo("tag", todo.number("oat milk"), "due", "2026-12-21")
    rig.run()
    shown = rig.shown("Call Ann")
    assert (shown.id, shown.priority, shown.due) == (ann, 1, "2026-12-24")
    assert set(shown.tags) == {"phone"}
    assert rig.shown("Buy oat milk").due == "2026-12-21"
    rig.rest()
    todo("del", todo.number("Call Ann"))
    rig.run()
    assert rig.titles("Inbox") == {"Buy oat milk"}


@pytest.mark.parametrize("flags", [(), ("-a",)])
def test_topydo_completes_with_and_without_its_archive(
    todo: Topydo, flags: tuple[str, ...]
) -> None:
    rig = todo.rig
    rig.append("Inbox", "(A) Buy milk @shop\nCall Ann\n")
    rig.run()
    milk = rig.shown("Buy milk").id
    todo(*flags, "do", todo.number("Buy milk"))
    assert (rig.folder / "done.txt").exists() == (not flags)
    rig.run()
    shown = rig.shown("Buy milk")
    assert (shown.id, shown.done, shown.list) == (milk, True, "Inbox")
    assert [one.name for one in rig.phone.lists()] == ["Inbox"]
    assert todo.list() == ["Call Ann"]
    rig.rest()
    rig.phone.reopen(milk)
    rig.run()
    kept = "" if flags else "(A) "  # a completed line has no priority with topydo
    assert [line for line in todo.list() if "milk" in line] == [f"{kept}Buy milk @shop"]
    rig.rest()


@pytest.mark.parametrize(("flags", "rec"), [((), "rec:1w"), (("-a",), "rec:+1w")])
def test_topydo_completes_one_occurrence_and_only_one(
    todo: Topydo, flags: tuple[str, ...], rec: str
) -> None:
    rig = todo.rig
    rig.append("Inbox", f"Water due:2026-12-14 {rec}\nCall Ann\n")
    rig.run()
    id = rig.shown("Water").id
    today = date.today()
    todo(*flags, "do", todo.number("Water"))
    rig.run()
    rig.run()
    found = [one for one in rig.phone.reminders("Inbox") if one.title == "Water"]
    since = date(2026, 12, 14) if "+" in rec else today
    following = (since + timedelta(days=7)).isoformat()
    assert sorted((one.done, one.id == id, one.due) for one in found) == [
        (False, True, following),
        (True, False, "2026-12-14"),
    ]
    assert next(line for line in todo.list() if "Water" in line).endswith(f"due:{following}")
    rig.rest()


def test_topydo_completes_a_task_with_subtasks(todo: Topydo) -> None:
    rig = todo.rig
    trip = rig.phone.create("Inbox", "Trip")
    rig.phone.create("Inbox", "Pack", parent=trip)
    rig.run()
    todo("do", todo.number("Trip"), answer="n\n")
    assert "id:" not in rig.read("done")  # it takes the id off
    rig.run()
    assert (rig.shown("Trip").id, rig.shown("Trip").done) == (trip, True)
    assert not rig.shown("Pack").done
    rig.rest()
