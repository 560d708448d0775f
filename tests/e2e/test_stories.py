"""What a person types who decides, takes back and makes good, each time beside a running daemon."""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Iterator
from contextlib import closing

import pytest

from tests.e2e.conftest import Making
from tests.e2e.harness import Daemon, Home, Sandbox
from tests.e2e.processes import until
from tests.e2e.saving import rename_save
from tests.e2e.terminal import CTRL_C, typed


@pytest.fixture(scope="module")
def home(making: Making, sandbox: Sandbox) -> Home:
    return making.home(sandbox)


@pytest.fixture(scope="module")
def daemon(home: Home) -> Iterator[Daemon]:
    daemon = home.daemon()
    yield daemon
    assert daemon.process.end() == 0


def save(home: Home, name: str, text: str) -> None:
    rename_save(home.folder / f"{name}.md", text)


def replace(home: Home, name: str, old: str, new: str) -> None:
    text = home.file(f"{name}.md")
    assert text.count(old) == 1, text
    save(home, name, text.replace(old, new))


def begin(home: Home, daemon: Daemon, name: str, *titles: str) -> None:
    """A list of its own for the story, on both sides."""
    save(home, name, "".join(f"- [ ] {title}\n" for title in titles))
    until(lambda: [home.mark(f"{name}.md", title) for title in titles])
    daemon.sync()


def test_a_conflict_is_asked_about_and_resolved(
    home: Home, daemon: Daemon, sandbox: Sandbox
) -> None:
    begin(home, daemon, "Conflict", "Tea", "Jam")
    with daemon.frozen():
        for old, phoned, here in (("Tea", "Green tea", "Black tea"), ("Jam", "Honey", "Butter")):
            sandbox.edit(sandbox.shown(old)["id"], title=phoned)
            replace(home, "Conflict", f"] {old}", f"] {here}")
    until(lambda: daemon.status()["conflicts"] == 2)
    wins = [one["winner"] for one in daemon.ask("/conflicts").document["conflicts"]]
    answers = ["other\n" if winner == "Green tea" else "\n" for winner in wins]
    asked = typed(home, "resolve", turns=[("take (", answer) for answer in answers])
    assert asked.code == 0, asked.text
    assert "  shown  Green tea\n  other  Black tea  (said in the file, " in asked.text
    assert "the other value is taken, on both sides" in asked.text
    until(lambda: home.mark("Conflict.md", "Black tea"))
    assert sandbox.titles("Conflict") == ["Black tea", "Honey"]
    (left,) = daemon.ask("/conflicts").document["conflicts"]
    assert (left["winner"], left["loser"]) == ("Honey", "Butter")
    decided = home.run("resolve", str(left["number"]), "--take", "shown")
    assert (decided.code, decided.out.endswith(": title: stays as it is shown\n")) == (0, True)
    assert home.run("conflicts").out == "no conflicts\n"


def numbers(parked: str) -> list[str]:
    """Those of soap and towel, as `parked` shows them."""
    found = re.findall(r"^  (\d+): .*“(Soap|Towel)”", parked, re.MULTILINE)
    return [number for number, _ in sorted(found, key=lambda one: one[1])]


def test_what_is_refused_is_shown_tried_again_and_given_up(
    home: Home, daemon: Daemon, sandbox: Sandbox
) -> None:
    begin(home, daemon, "Refused", "Soap", "Towel")
    bad = [{"code": "BAD_REQUEST", "match": "Reminder/", "reason": "because", "times": 1000}]
    sandbox.faults(items=bad)
    text = home.file("Refused.md").replace("] Soap", "] Soft soap")
    save(home, "Refused", text.replace("] Towel", "] Bath towel"))
    until(lambda: daemon.status()["parked"] == 2)
    shown = home.run("parked").out
    assert "2 changes refused by iCloud:\n" in shown
    assert "title changed of “Soap” in Refused" in shown
    assert "BAD_REQUEST: because\n     title: Soft soap\n" in shown
    soap, towel = numbers(shown)
    again = home.run("retry", soap)
    assert (again.code, again.out) == (3, f"{soap}: title changed of “Soap”: refused again\n")
    sandbox.faults(items=[])
    soap, towel = numbers(home.run("parked").out)
    assert home.run("retry", soap).out.endswith(": sent\n")
    assert sandbox.shown("Soft soap")
    dropped = home.run("drop", towel)
    assert (dropped.code, "its line goes back to what iCloud has" in dropped.out) == (0, True)
    until(lambda: home.line("Refused.md", "] Towel"))
    assert sandbox.titles("Refused") == ["Soft soap", "Towel"]
    assert home.run("parked").out == "nothing was refused\n"
    assert "2 refused" in home.run("log").out


def test_a_run_is_taken_back_when_a_person_says_yes(
    home: Home, daemon: Daemon, sandbox: Sandbox
) -> None:
    begin(home, daemon, "Undo", "Salt", "Pepper")
    text = home.file("Undo.md")
    replace(home, "Undo", "] Salt", "] Sugar")
    until(lambda: sandbox.shown("Sugar"))
    daemon.sync()
    asked = typed(home, "undo", turns=[("Take this back?", CTRL_C)])
    assert (asked.code, "“Sugar” in “Undo”: title: Sugar → Salt" in asked.text) == (130, True)
    assert sandbox.titles("Undo") == ["Pepper", "Sugar"]
    done = typed(home, "undo", turns=[("Take this back?", "y\n")])
    assert (done.code, "was taken back, by run" in done.text) == (0, True), done.text
    assert sandbox.titles("Undo") == ["Pepper", "Salt"]
    assert home.file("Undo.md") == text


def test_a_difference_that_should_not_be_is_found_and_mended(
    home: Home, daemon: Daemon, sandbox: Sandbox
) -> None:
    begin(home, daemon, "Verify", "Flour")
    with closing(sqlite3.connect(home.mirror, timeout=20)) as database, database:
        database.execute("UPDATE reminder SET title = 'Silk' WHERE title = 'Flour'")
    mended = home.run("verify", "--repair")
    assert (mended.code, "1 difference, 1 mended:\n" in mended.out) == (0, True), mended.out
    agreed = home.run("verify")
    assert (agreed.code, "\neverything agrees\n" in agreed.out) == (0, True), agreed.out
    assert home.line("Verify.md", "] Flour")
    assert sandbox.titles("Verify") == ["Flour"]


def test_a_list_is_forgotten_and_comes_back(home: Home, daemon: Daemon, sandbox: Sandbox) -> None:
    begin(home, daemon, "Forget", "Rope")
    (home.folder / "Forget.md").unlink()
    until(lambda: daemon.status()["held"] == 1)
    assert "remindersd forget" in home.run("status").out
    forgot = home.run("forget", "Forget")
    assert (forgot.code, "is not kept here any more" in forgot.out) == (0, True), forgot.out
    assert "not kept here" in home.run("lists").out
    assert sandbox.titles("Forget") == ["Rope"]
    assert "Forget.md" not in home.files()
    back = home.run("restore", "--list", "Forget")
    assert (back.code, back.out) == (0, "“Forget” is kept here again\n")
    until(lambda: home.mark("Forget.md", "Rope"))


def test_a_conflict_copy_is_merged(home: Home, daemon: Daemon, sandbox: Sandbox) -> None:
    begin(home, daemon, "Merge", "Nails")
    copy = "Merge.sync-conflict-20260212-103000-AB12CD3.md"
    rename_save(home.folder / copy, home.file("Merge.md") + "- [ ] Screws\n")
    until(lambda: daemon.status()["held"] == 1)
    assert f"remindersd merge '{copy}'" in home.run("status").out
    merged = home.run("merge", copy)
    assert merged.code == 0, merged.err
    assert merged.out.startswith("Merge.md: + “Screws”\nthe copy is kept: .remindersd/replaced/")
    until(lambda: home.mark("Merge.md", "Screws"))
    assert sandbox.titles("Merge") == ["Nails", "Screws"]
    assert copy not in home.files()


def test_a_file_is_carried_in_when_a_person_says_yes(
    home: Home, daemon: Daemon, sandbox: Sandbox
) -> None:
    begin(home, daemon, "Import", "Glue")
    letter = home.place / "Import.md"
    letter.write_text("- [ ] Glue\n- [ ] Tape\n")
    refused = typed(home, "import", str(letter), turns=[("go ahead?", "\n")])
    assert (refused.code, "nothing was changed" in refused.text) == (0, True), refused.text
    assert sandbox.titles("Import") == ["Glue"]
    done = typed(home, "import", str(letter), turns=[("go ahead?", "y\n")])
    assert (done.code, "\n1 reminder added, 1 there just so, 0" in done.text) == (0, True)
    assert sandbox.titles("Import") == ["Glue", "Tape"]
    until(lambda: home.mark("Import.md", "Tape"))


def test_a_damaged_mirror_ends_the_daemon_and_is_made_anew_without_a_question(
    making: Making, sandbox: Sandbox
) -> None:
    home = making.home(sandbox)
    home.configure(every="1h")
    daemon = home.daemon()
    before = home.files(), sandbox.reminders()
    for path in (home.mirror, home.mirror.with_name(f"{home.mirror.name}-wal")):
        with path.open("r+b") as file:  # as a sick disk does it, beneath those that have it open
            file.write(b"\xff" * path.stat().st_size)
    answer = daemon.ask("/reminders")
    assert answer.document["error"]["code"] == "mirror", answer
    ended = daemon.process.done()
    assert (ended.code, "remindersd rebuild" in ended.err) == (20, True), ended.err
    made = typed(home, "rebuild")
    assert (made.code, "the mirror was made anew; the old one is kept as" in made.text) == (0, True)
    assert (home.files(), sandbox.reminders()) == before
