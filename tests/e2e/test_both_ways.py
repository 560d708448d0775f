"""What is typed reaches the phone, what the phone does reaches the file, and SQL says the same."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from tests.e2e.conftest import Making
from tests.e2e.harness import Daemon, Home, Sandbox
from tests.e2e.processes import until
from tests.e2e.saving import SAVES, Save, append, rename_save


@dataclass(frozen=True)
class Typed:
    """A new line; then what it becomes by one edit and by another, and what the phone shows of it.

    ``{id}`` stands for the id that the daemon wrote on the line.
    """

    new: str
    lines: tuple[str, str]
    shown: tuple[dict[str, Any], dict[str, Any]]

    @property
    def title(self) -> str:
        """The first word of the line that is edited; it stays."""
        return self.new.splitlines()[-1].split()[3]


TYPED = (
    Typed(
        "- [ ] Renamed",
        ("- [ ] Renamed once 🥛{id}", "- [ ] Renamed twice{id}"),
        ({"title": "Renamed once 🥛"}, {"title": "Renamed twice"}),
    ),
    Typed(
        "- [ ] Noted",
        ("- [ ] Noted{id}\n    > naïve\n    >\n    > ok?", "- [ ] Noted{id}\n    > ok?"),
        ({"notes": "naïve\n\nok?"}, {"notes": "ok?"}),
    ),
    Typed(
        "- [ ] Ticked",
        ("- [x] Ticked{id}", "- [ ] Ticked{id}"),
        ({"done": True}, {"done": False}),
    ),
    Typed(
        "- [ ] Due",
        ("- [ ] Due 📅 2027-03-01{id}", "- [ ] Due 📅 2027-03-04{id}"),
        ({"due": "2027-03-01"}, {"due": "2027-03-04"}),
    ),
    Typed(
        "- [ ] Cleared ⏰ 10:00 📅 2027-03-02",
        ("- [ ] Cleared ⏰ 11:15 📅 2027-03-02{id}", "- [ ] Cleared{id}"),
        ({"due": "2027-03-02T11:15[Europe/Paris]"}, {"due": None}),
    ),
    Typed(
        "- [ ] Travels ⏰ 09:30 📅 2027-03-03",
        (
            "- [ ] Travels ⏰ 09:30 Asia/Tokyo 📅 2027-03-03{id}",
            "- [ ] Travels ⏰ 09:30 floating 📅 2027-03-03{id}",
        ),
        ({"due": "2027-03-03T09:30[Asia/Tokyo]"}, {"due": "2027-03-03T09:30"}),
    ),
    Typed(
        "- [ ] Urgent",
        ("- [ ] Urgent ⏫{id}", "- [ ] Urgent 🔽{id}"),
        ({"priority": 1}, {"priority": 9}),
    ),
    Typed(
        "- [ ] Flagged",
        ("- [ ] Flagged 🚩{id}", "- [ ] Flagged{id}"),
        ({"flagged": True}, {"flagged": False}),
    ),
    Typed(
        "- [ ] Parent\n- [ ] Child",
        ("- [ ] Parent{parent}\n    - [ ] Child{id}", "- [ ] Parent{parent}\n- [ ] Child{id}"),
        ({"parent": "Parent"}, {"parent": None}),
    ),
)

# A reminder as the phone makes it, an edit of it there, and the line before and after.
PHONED: list[tuple[str, dict[str, Any], dict[str, Any], str, str]] = [
    ("Renamed", {}, {"title": "Renamed 🥛"}, "- [ ] Renamed", "- [ ] Renamed 🥛"),
    ("Noted", {}, {"notes": "one\n\ntwo"}, "- [ ] Noted", "- [ ] Noted"),
    ("Due", {}, {"due": "2027-03-01"}, "- [ ] Due", "- [ ] Due 📅 2027-03-01"),
    (
        "Moved",
        {"due": "2027-03-02T10:00[Europe/Paris]"},
        {"due": "2027-03-02T11:15[Europe/Paris]"},
        "- [ ] Moved ⏰ 10:00 📅 2027-03-02",
        "- [ ] Moved ⏰ 11:15 📅 2027-03-02",
    ),
    (
        "Travels",
        {"due": "2027-03-02T10:00[Europe/Paris]"},
        {"due": "2027-03-02T10:00[Asia/Tokyo]"},
        "- [ ] Travels ⏰ 10:00 📅 2027-03-02",
        "- [ ] Travels ⏰ 10:00 Asia/Tokyo 📅 2027-03-02",
    ),
    (
        "Cleared",
        {"due": "2027-03-02"},
        {"due": None},
        "- [ ] Cleared 📅 2027-03-02",
        "- [ ] Cleared",
    ),
    ("Urgent", {}, {"priority": 5}, "- [ ] Urgent", "- [ ] Urgent 🔼"),
    ("Flagged", {"flagged": True}, {"flagged": False}, "- [ ] Flagged 🚩", "- [ ] Flagged"),
]

PRIORITIES = {0: "none", 1: "high", 5: "medium", 9: "low"}


@pytest.fixture(scope="module")
def home(making: Making, sandbox: Sandbox) -> Home:
    return making.home(sandbox)


@pytest.fixture(scope="module")
def daemon(home: Home) -> Daemon:
    return home.daemon()


@pytest.fixture(autouse=True)
def _all_say_the_same(home: Home, daemon: Daemon, sandbox: Sandbox) -> Iterator[None]:
    """After each test here phone and SQL agree, and a further cycle has nothing to do."""
    yield
    daemon.sync()
    files = home.files()
    again = daemon.sync()
    assert (again["pulled"], again["pushed"], again["rendered"]) == (0, 0, 0)
    assert home.files() == files
    expected = {each["id"]: _as_row(each) for each in sandbox.reminders()}
    rows = home.view()
    assert {id: {key: row[key] for key in _AS_SHOWN} for id, row in rows.items()} == expected
    for row in rows.values():
        if row["file"] is not None:
            line = files[row["file"]].splitlines()[row["line"] - 1]
            assert line.lstrip().startswith("- [x]" if row["done"] else "- [ ]")


@pytest.mark.parametrize("how", SAVES)
def test_each_edit_of_a_file_reaches_the_phone(
    home: Home, daemon: Daemon, sandbox: Sandbox, how: str
) -> None:
    save, name, title = SAVES[how], f"Typed {how}.md", f"Typed {how}"
    heading = f"# Mine\n\nSaved by {how}.\n\n"
    save(home.folder / name, heading + "\n".join(case.new for case in TYPED) + "\n")
    marks = until(lambda: _marks(home, name))
    for step in (0, 1):
        text = _front(home, name) + heading + _typed(step, marks)
        save(home.folder / name, text)
        until(partial(_phone_shows, sandbox, title, step))
        daemon.sync()
        assert home.file(name) == text


@pytest.mark.parametrize("how", SAVES)
def test_a_line_moves_to_another_file_and_goes(
    home: Home, daemon: Daemon, sandbox: Sandbox, how: str
) -> None:
    save, source, target = SAVES[how], f"From {how}.md", f"To {how}.md"
    for name, lines in ((source, "- [ ] Wanders\n- [ ] Stays\n"), (target, "- [ ] Waits\n")):
        save(home.folder / name, lines)
    before = until(lambda: (home.mark(target, "Waits"), sandbox.shown("Wanders"))[1])
    line = home.line(source, "Wanders")
    save(home.folder / target, f"{home.file(target)}{line}\n")
    save(home.folder / source, home.file(source).replace(f"{line}\n", ""))
    after = until(lambda: _in_list(sandbox, "Wanders", f"To {how}"))
    assert after["id"] == before["id"]
    daemon.sync()
    assert "Wanders" not in home.file(source)
    save(home.folder / target, home.file(target).replace(f"{line}\n", ""))
    until(lambda: sandbox.titles(f"To {how}") == ["Waits"])
    assert sandbox.titles(f"From {how}") == ["Stays"]


def test_each_edit_on_the_phone_reaches_the_file(
    home: Home, daemon: Daemon, sandbox: Sandbox
) -> None:
    sandbox.ask("POST", "/device/lists", {"name": "Phoned"})
    ids = {title: sandbox.create("Phoned", title, **more) for title, more, *_ in PHONED}
    marks = until(lambda: {title: home.mark("Phoned.md", title) for title in ids})
    for title, _, _, line, _ in PHONED:
        assert home.line("Phoned.md", title) == line + marks[title]
    before = home.file("Phoned.md")
    for title, _, fields, _, _ in PHONED:
        sandbox.edit(ids[title], **fields)
    daemon.sync()
    expected = before
    for title, _, _, old, new in PHONED:
        expected = expected.replace(old + marks[title], new + marks[title])
    noted = f"- [ ] Noted{marks['Noted']}\n"
    notes = "    > one\n    >\n    > two\n"
    assert home.file("Phoned.md") == expected.replace(noted, noted + notes)


def test_what_the_phone_ticks_nests_moves_and_deletes(
    home: Home, daemon: Daemon, sandbox: Sandbox
) -> None:
    for name in ("Here", "There"):
        sandbox.ask("POST", "/device/lists", {"name": name})
    ids = {title: sandbox.create("Here", title) for title in ("Ticked", "Parent", "Child", "Gone")}
    marks = until(lambda: {title: home.mark("Here.md", title) for title in ids})
    sandbox.act(ids["Ticked"], "complete")
    sandbox.act(ids["Child"], "subtask", parent=ids["Parent"])
    sandbox.delete(ids["Gone"])
    until(lambda: "- [x] Ticked ✅ " in home.file("Here.md"))
    daemon.sync()
    text = home.file("Here.md")
    assert f"- [ ] Parent{marks['Parent']}\n    - [ ] Child{marks['Child']}\n" in text
    assert "Gone" not in text
    sandbox.act(ids["Ticked"], "reopen")
    sandbox.act(ids["Child"], "subtask", parent=None)
    sandbox.act(ids["Parent"], "move", list="There")
    until(lambda: home.line("There.md", "Parent") == f"- [ ] Parent{marks['Parent']}")
    daemon.sync()
    left = [line for line in home.file("Here.md").splitlines() if line.startswith("- ")]
    assert sorted(left) == sorted(f"- [ ] {title}{marks[title]}" for title in ("Ticked", "Child"))


def test_lists_are_made_and_renamed_on_either_side(
    home: Home, daemon: Daemon, sandbox: Sandbox
) -> None:
    rename_save(home.folder / "Garden.md", "- [ ] Order seeds\n")
    made = until(lambda: sandbox.lists()["Garden"])
    mark = until(lambda: home.mark("Garden.md", "Order seeds"))
    daemon.sync()
    (home.folder / "Garden.md").rename(home.folder / "Allotment.md")
    assert until(lambda: sandbox.lists()["Allotment"])["id"] == made["id"]
    assert _in_list(sandbox, "Order seeds", "Allotment")
    daemon.sync()
    text = home.file("Allotment.md")
    sandbox.ask("PATCH", f"/device/lists/{made['id']}", {"name": "Orchard"})
    assert until(lambda: home.file("Orchard.md")) == text
    assert home.line("Orchard.md", "Order seeds").endswith(mark)
    assert not (home.folder / "Allotment.md").exists()
    assert {"Garden", "Allotment"}.isdisjoint(sandbox.lists())


@pytest.mark.needs("sqlite3")
def test_the_sqlite3_program_reads_the_same_while_the_daemon_runs(
    home: Home, daemon: Daemon, sandbox: Sandbox
) -> None:
    daemon.sync()
    query = "SELECT id, title FROM reminders ORDER BY id"
    command = ["sqlite3", "-readonly", "-json", str(home.mirror), query]
    said = subprocess.run(command, capture_output=True, check=True, timeout=30)
    rows = {row["id"]: row["title"] for row in json.loads(said.stdout)}
    assert rows == {each["id"]: each["title"] for each in sandbox.reminders()}


# ---- both at once


def test_different_fields_of_one_reminder_are_both_kept(
    home: Home, daemon: Daemon, sandbox: Sandbox
) -> None:
    id, mark = _shared(home, sandbox, "Merged")
    daemon.sync()
    with daemon.frozen():
        sandbox.edit(id, title="Merged by phone", due="2027-05-01")
        _change(home, "Merge.md", f"- [ ] Merged{mark}", f"- [ ] Merged ⏫{mark}\n    > typed")
    until(lambda: sandbox.shown("Merged by phone")["notes"] == "typed")
    line = f"- [ ] Merged by phone ⏫ 📅 2027-05-01{mark}"
    until(lambda: home.line("Merge.md", "Merged") == line)
    shown = sandbox.shown("Merged by phone")
    assert (shown["id"], shown["priority"], shown["due"]) == (id, 1, "2027-05-01")
    assert f"{line}\n    > typed\n" in home.file("Merge.md")
    assert daemon.ask("/conflicts").document["conflicts"] == []


def test_the_same_field_changed_twice_is_a_conflict_and_both_values_are_kept(
    home: Home, daemon: Daemon, sandbox: Sandbox
) -> None:
    id, mark = _shared(home, sandbox, "Contested")
    daemon.sync()
    with daemon.frozen():
        sandbox.edit(id, title="As phoned")
        _change(home, "Merge.md", f"- [ ] Contested{mark}", f"- [ ] As typed{mark}")
    until(lambda: home.line("Merge.md", mark) == f"- [ ] As phoned{mark}")
    daemon.sync()
    assert sandbox.shown("As phoned")["id"] == id
    (conflict,) = daemon.ask("/conflicts").document["conflicts"]
    kept = (conflict["id"], conflict["field"], conflict["winner"], conflict["loser"])
    assert kept == (id, "title", "As phoned", "As typed")
    status = daemon.status()
    assert (status["state"], status["conflicts"]) == ("attention", 1)


# ---- what the tests above share


def _marks(home: Home, name: str) -> dict[str, str]:
    """The ids on the lines of TYPED, by title, once all are there."""
    titles = [case.title for case in TYPED] + ["Parent"]
    return {title: home.mark(name, f"] {title}") for title in titles}


def _typed(step: int, marks: dict[str, str]) -> str:
    """The tasks of the file after the first edit, or the second."""
    lines = [
        case.lines[step].format(id=marks[case.title], parent=marks["Parent"]) for case in TYPED
    ]
    return "\n".join(lines) + "\n"


def _front(home: Home, name: str) -> str:
    """The front matter that the daemon may have put before what was typed."""
    text = home.file(name)
    return text[: text.index("# Mine")]


def _phone_shows(sandbox: Sandbox, list_name: str, step: int) -> bool:
    shown = {each["title"].split()[0]: each for each in sandbox.reminders(list_name)}
    ids = {"Parent": shown["Parent"]["id"]}
    for case in TYPED:
        reminder, wanted = shown[case.title], case.shown[step]
        wanted = {key: ids.get(value, value) for key, value in wanted.items()}
        assert (case.title, wanted) == (case.title, {key: reminder[key] for key in wanted})
        assert not reminder["problems"]
        assert reminder["shown_due"] == reminder["due"]
    return True


def _in_list(sandbox: Sandbox, title: str, list_name: str) -> dict[str, Any]:
    shown = sandbox.shown(title)
    assert shown["list"] == list_name
    return shown


def _shared(home: Home, sandbox: Sandbox, title: str) -> tuple[str, str]:
    """A reminder typed into Merge.md: its id, and the id on its line."""
    append(home.folder / "Merge.md", f"- [ ] {title}")
    mark = until(lambda: home.mark("Merge.md", title))
    return until(lambda: sandbox.shown(title))["id"], mark


def _change(home: Home, name: str, old: str, new: str, save: Save = rename_save) -> None:
    text = home.file(name)
    assert text.count(old) == 1, text
    save(home.folder / name, text.replace(old, new))


def _as_row(shown: dict[str, Any]) -> dict[str, Any]:
    return {key: say(shown) for key, say in _AS_SHOWN.items()}


def _due(shown: dict[str, Any]) -> str | None:
    due: str | None = shown["due"]
    if due is None or "T" not in due:
        return due
    wall, _, zone = due.rstrip("]").partition("[")
    at = datetime.fromisoformat(wall)
    return (at.replace(tzinfo=ZoneInfo(zone)) if zone else at).isoformat()


_AS_SHOWN: dict[str, Callable[[dict[str, Any]], Any]] = {
    "list": lambda shown: shown["list"],
    "title": lambda shown: shown["title"],
    "notes": lambda shown: shown["notes"],
    "done": lambda shown: int(shown["done"]),
    "due": _due,
    "priority": lambda shown: PRIORITIES[shown["priority"]],
    "flagged": lambda shown: int(shown["flagged"]),
    "tags": lambda shown: ",".join(sorted(shown["tags"])),
    "parent": lambda shown: shown["parent"],
}
