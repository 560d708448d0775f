"""What else writes into the folder: vim and all it leaves, Syncthing, more than can be told."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest

from tests.e2e.conftest import Making
from tests.e2e.harness import Daemon, Home, Sandbox
from tests.e2e.processes import until
from tests.e2e.saving import append

QUEUED = Path("/proc/sys/fs/inotify/max_queued_events")
COPY = "Groceries.sync-conflict-20261122-013000-ABCDEFG.md"


@pytest.fixture(scope="module")
def home(making: Making, sandbox: Sandbox) -> Home:
    return making.home(sandbox)


@pytest.fixture(scope="module")
def daemon(home: Home) -> Daemon:
    return home.daemon()


# ---- vim


@pytest.mark.needs("vim")
@pytest.mark.parametrize("backup", ["backup", "nobackup writebackup"])
@pytest.mark.parametrize("copy", ["yes", "no", "auto"])
def test_what_is_saved_in_vim_reaches_the_phone_and_its_other_files_become_nothing(
    home: Home, daemon: Daemon, sandbox: Sandbox, backup: str, copy: str
) -> None:
    """``backupcopy=yes`` writes in place, ``no`` renames the old file away and writes a new one."""
    path = home.folder / "Groceries.md"
    lists, files = sandbox.lists().keys(), home.files().keys()
    # An ordinary vim, with everything that it may leave beside a file.
    options = (
        f"set {backup} backupcopy={copy} backupdir=. backupskip= directory=. undofile undodir=."
    )
    with subprocess.Popen(
        ["vim", "-e", "-s", "-N", "-u", "NONE", "-i", "NONE", f"+{options}", path.name],
        cwd=home.folder,
        stdin=subprocess.PIPE,
        text=True,
        env={"PATH": os.environ["PATH"], "HOME": str(home.place), "TERM": "dumb"},
    ) as vim:
        assert vim.stdin is not None
        print(r"edit!|%s/\] Milk\>/] Milk from the hill/|write", file=vim.stdin, flush=True)
        until(lambda: sandbox.shown("Milk from the hill"))
        assert (home.folder / f".{path.name}.swp").exists()
        daemon.sync()
        print(r"%s/Milk from the hill/Milk/|write|quit", file=vim.stdin, flush=True)
        assert vim.wait(30) == 0
    until(lambda: sandbox.shown("Milk"))
    daemon.sync()
    left = home.folder / f"{path.name}~"
    assert left.exists() == (backup == "backup")
    left.unlink(missing_ok=True)
    assert sandbox.lists().keys() == lists
    assert home.files().keys() == files
    assert daemon.status()["held"] == 0
    assert "Milk from the hill" not in sandbox.titles()


# ---- Syncthing


def test_what_syncthing_brings_and_the_copies_it_makes_of_conflicts(
    home: Home, daemon: Daemon, sandbox: Sandbox
) -> None:
    path, lists = home.folder / "Groceries.md", sandbox.lists().keys()
    append(path, "- [ ] Only here")
    until(lambda: home.mark("Groceries.md", "Only here"))
    ours = home.file("Groceries.md")
    theirs = ours.replace(home.line("Groceries.md", "Only here"), "- [ ] From the laptop")
    path.rename(home.folder / COPY)
    (home.folder / ".syncthing.Groceries.md.tmp").write_text(theirs[:20])
    daemon.sync()
    _bring(path, theirs)
    until(lambda: home.mark("Groceries.md", "From the laptop"))
    daemon.sync()
    assert sandbox.lists().keys() == lists
    assert sandbox.shown("From the laptop")["list"] == "Groceries"
    assert home.mark("Groceries.md", "Only here")  # what stands in the copy is not gone
    (home.folder / COPY).unlink()
    until(lambda: daemon.status()["state"] == "ok")
    daemon.sync()
    assert sandbox.shown("Only here")
    assert home.mark("Groceries.md", "Only here")
    assert sandbox.titles("Groceries").count("Milk") == 1


def _bring(path: Path, text: str) -> None:
    draft = path.with_name(f".syncthing.{path.name}.tmp")
    draft.write_text(text)
    draft.replace(path)


# ---- more than the kernel can tell


def test_a_save_is_found_though_the_queue_of_events_was_full(
    making: Making, sandbox: Sandbox
) -> None:
    home = making.home(sandbox)
    home.configure(every="1h")  # no timer finds it
    daemon = home.daemon()
    daemon.sync()  # so that it stands idle when it is frozen
    noise = [home.folder / ".one", home.folder / ".other"]  # in turns: equal ones count once
    with daemon.frozen():
        for number in range(int(QUEUED.read_text())):
            noise[number % 2].write_bytes(b"x")
        append(home.folder / "Work.md", "- [ ] Saved when nobody could be told")
    until(lambda: sandbox.shown("Saved when nobody could be told"))
    until(lambda: "changes of files may have been missed" in daemon.process.said())
    append(home.folder / "Work.md", "- [ ] Saved later")
    until(lambda: sandbox.shown("Saved later"))
    assert daemon.process.end() == 0
