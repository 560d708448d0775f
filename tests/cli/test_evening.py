"""An evening on which everything is interrupted: what the next verb says, and what it finds."""

from __future__ import annotations

import os
import socket
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from daemon import rebuilding
from sandbox.world import World
from sync.remote.cloudkit import CloudKit
from tests.cli.conftest import Home, served, served_to
from tests.signed_in import lend


@pytest.fixture
def world(home: Home) -> Iterator[World]:
    """A pretend iCloud that the home's config leads to, synced once."""
    with served_to(home) as world:
        yield world


class Killed(BaseException):
    """Nothing after it is done, but what the kernel does for a process that is gone."""


def killed(old: Callable[..., Any], *, after: bool = False) -> Callable[..., Any]:
    """A function in which the process is killed, at its beginning or at its end."""

    def dies(*given: Any, **more: Any) -> Any:
        if after:
            old(*given, **more)
        raise Killed

    return dies


def saved(path: Path, text: str) -> None:
    """Save a file, as if it had been a while ago."""
    path.write_text(text)
    before = time.time() - 60
    os.utime(path, (before, before))


def test_configs_of_other_names_are_named(home: Home) -> None:
    home.config.rename(home.config.with_name("work.yaml"))
    for verb in (["sync"], ["add", "Milk"], ["today"], ["status"]):
        refused = home.run(*verb)
        assert refused.exit_code == 2, verb
        assert f"name one with --config (there is {home.config.parent}/work.yaml)" in refused.stderr


def test_what_a_dead_daemon_left_behind_is_in_nobodys_way(home: Home, world: World) -> None:
    home.socket.parent.mkdir(mode=0o700, parents=True)
    with socket.socket(socket.AF_UNIX) as left:
        left.bind(str(home.socket))
    (home.state / "lock").write_text("1\n")  # of a process that lives and is another one
    assert "not running: start it with `remindersd run`" in home.run("status").stdout
    assert home.run("add", "Milk for two", "--list", "Groceries").exit_code == 0
    assert home.run("sync").exit_code == 0
    assert "Milk for two" in (home.folder / "Groceries.md").read_text()


def test_a_rebuild_that_was_killed_shows_no_empty_account(
    home: Home, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = home.run("lists").stdout
    with monkeypatch.context() as patched:
        patched.setattr(rebuilding, "make_anew", killed(rebuilding.make_anew, after=True))
        with pytest.raises(Killed):
            home.run("rebuild", "--yes")
    for verb in (["lists"], ["today"], ["search", "Milk"], ["show", "Milk"], ["flagged", "--json"]):
        shown = home.run(*verb)
        assert shown.exit_code == 1, verb
        assert "the account was not read yet" in shown.output, verb
    assert "mirror     new: the account was not read into it yet" in home.run("status").stdout
    added = home.run("add", "Milk", "--list", "Groceries")
    assert (added.exit_code, "the first `remindersd sync` brings the lists" in added.stderr) == (
        2,
        True,
    )
    assert home.run("sync").exit_code == 0
    assert home.run("lists").stdout == before


def test_an_import_that_was_killed_is_sent_by_the_next_sync_and_is_there_once(
    home: Home, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = home.path / "more.md"
    file.write_text("- [ ] Plant the lemon tree\n- [ ] Plant the fig tree\n")
    again = ("import", str(file), "--list", "Work", "--yes")
    with monkeypatch.context() as patched:
        patched.setattr(CloudKit, "modify", killed(CloudKit.modify, after=True))
        with pytest.raises(Killed):
            home.run(*again)
    assert "waiting    2 changes to send" in home.run("status").stdout
    assert home.run("sync").exit_code == 0
    assert "0 reminders added, 2 there just so" in home.run(*again).stdout
    world.phone.sync()
    titles = [one.title for one in world.phone.reminders("Work") if "tree" in one.title]
    assert sorted(titles) == ["Plant the fig tree", "Plant the lemon tree"]
    assert (home.folder / "Work.md").read_text().count(" tree") == 2


def test_an_undo_that_was_killed_is_done_by_the_next_undo(
    home: Home, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    groceries = home.folder / "Groceries.md"
    before = groceries.read_text()
    saved(groceries, before.replace("Coffee", "Cocoa"))
    assert home.run("sync").exit_code == 0
    for after in (False, True):  # before it was sent, and with nobody to hear the answer
        with monkeypatch.context() as patched:
            patched.setattr(CloudKit, "modify", killed(CloudKit.modify, after=after))
            with pytest.raises(Killed):
                home.run("undo", "2", "--yes")
        assert "cut off" in home.run("log").stdout
    done = home.run("undo", "2", "--yes")
    assert done.exit_code == 0, done.output
    assert home.run("sync").exit_code == 0
    assert groceries.read_text() == before
    world.phone.sync()
    assert world.phone.find("Coffee").title == "Coffee"


def test_a_comparison_that_was_killed_changes_nothing(
    home: Home, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patched:
        patched.setattr(CloudKit, "changes", killed(CloudKit.changes, after=True))
        with pytest.raises(Killed):
            home.run("verify")
    assert home.run("status").exit_code == 0
    assert "everything agrees" in home.run("verify").stdout


# ---- ctrl-C in a conversation; a prompt hears the end of what is typed just so


@pytest.fixture
def newcomer(home: Home, monkeypatch: pytest.MonkeyPatch) -> Iterator[tuple[Home, str]]:
    """A home without a config, whose session is known to a pretend iCloud."""
    monkeypatch.setattr("daemon.cli.setup.SYSTEMD", home.path / "nowhere")
    monkeypatch.setattr("daemon.cli.setup.talking", lambda: True)
    with served() as (world, url):
        home.config.unlink()
        lend(world.account, url, home.path, "default")
        yield home, url


def test_init_that_is_interrupted_leaves_no_config_or_says_how_to_go_on(
    newcomer: tuple[Home, str],
) -> None:
    home, url = newcomer
    said = ["ada@example.test", str(home.folder), "markdown", "echo correct horse battery", "y"]
    for answers in (0, 2, 4, 5):
        stopped = home.run(
            "init", "--endpoint", url, stdin="".join(f"{a}\n" for a in said[:answers])
        )
        assert stopped.exit_code not in (0, 2), answers
        assert home.config.exists() is (answers >= 4)
        assert ("remindersd login" in stopped.stdout) is (answers >= 4)
        home.config.unlink(missing_ok=True)
        assert not (home.state / "mirror.sqlite").exists()
    # So other answers than those of the first try are no other folder of the same mirror.
    done = home.run(
        "init", "--endpoint", url, "--apple-id", said[0], "--folder", str(home.path / "Other"),
        stdin="markdown\necho correct horse battery\ny\n\ny\n",
    )  # fmt: skip
    assert done.exit_code == 0, done.output
    assert (home.path / "Other" / "Groceries.md").exists()


def test_resolve_that_is_interrupted_says_what_it_has_done(
    home: Home, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("daemon.cli.deciding.talking", lambda: True)
    groceries = home.folder / "Groceries.md"
    world.phone.sync()
    for title, other in (("Coffee", "Tea"), ("Milk", "Cream")):
        world.phone.edit(world.phone.find(title).id, title=other)
    text = groceries.read_text().replace("Coffee", "Cocoa").replace("Milk", "Oat milk")
    saved(groceries, text)
    assert home.run("sync").exit_code == 4
    stopped = home.run("resolve", stdin="other\n")
    assert stopped.exit_code not in (0, 2)
    assert "1: title: the other value is taken, on both sides" in stopped.stdout
    assert home.run("conflicts").stdout.count("title") == 1
