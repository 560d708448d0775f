"""A disk that is full, for the folder or for what is remembered: said, waited for, nothing lost."""

from __future__ import annotations

import errno
import os
import resource
import sqlite3
import subprocess
from collections import Counter
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest

from tests.e2e.conftest import Making
from tests.e2e.harness import Daemon, Home, Sandbox
from tests.e2e.processes import until
from tests.e2e.saving import append

ROOM = "4m"
LONG = "words " * 500


@contextmanager
def small_disk(place: Path) -> Iterator[Path]:
    """A file system of its own, with little room, at ``place``; what filled it ends with it."""
    if os.geteuid() != 0:
        pytest.skip("needs root, to mount a small disk")
    place.mkdir(parents=True, mode=0o700)
    mount = ["mount", "-t", "tmpfs", "-o", f"size={ROOM},mode=0700", "tmpfs", str(place)]
    if subprocess.run(mount, check=False, capture_output=True).returncode != 0:
        pytest.skip("needs a mount that this machine does not allow")
    try:
        yield place
    finally:
        subprocess.run(["umount", "--lazy", str(place)], check=True)


@contextmanager
def full(disk: Path) -> Iterator[None]:
    """No byte can be added to ``disk`` while the context lasts."""
    filler = disk / ".filler"
    size = 65536
    with filler.open("wb", buffering=0) as file:
        while size:
            try:
                file.write(b"x" * size)
            except OSError as error:
                if error.errno != errno.ENOSPC:
                    raise
                size //= 16
    yield
    filler.unlink()


def agrees(home: Home, sandbox: Sandbox, name: str) -> bool:
    """Both sides show the same of one list, and nothing twice."""
    lines = (line for line in home.file(f"{name}.md").splitlines() if line.startswith("- ["))
    written = Counter(line[6:].split(" ^r-")[0] for line in lines)
    shown = Counter(sandbox.titles(name))
    assert shown == written, f"phone {shown - written}, file {written - shown}"
    assert max(shown.values(), default=0) <= 1
    return True


def is_sound(home: Home) -> bool:
    """The mirror is as a database should be."""
    with closing(sqlite3.connect(home.mirror)) as database:
        return database.execute("PRAGMA integrity_check").fetchall() == [("ok",)]


@pytest.mark.needs("mount")
def test_a_full_disk_under_the_folder(making: Making, sandbox: Sandbox) -> None:
    home = making.home(sandbox)
    with small_disk(home.folder):
        daemon = home.daemon()
        append(home.folder / "Small.md", "- [ ] first")
        until(lambda: agrees(home, sandbox, "Small") and home.mark("Small.md", "first"))
        daemon.sync()
        before = home.files()
        with full(home.folder):
            id = sandbox.create("Small", "From the phone", notes=LONG)
            for _ in range(2):
                assert any("disk full" in said for said in daemon.sync()["problems"])
            status = daemon.status()
            assert status["state"] == "attention"
            assert "disk full" in status["reason"]
            assert home.files() == before
            sandbox.create("Work", "Elsewhere")
            daemon.sync()
            assert home.files() == before
            daemon.process.kill()
            daemon = Daemon(home)
            until(lambda: daemon.status()["last_success"])
        until(lambda: agrees(home, sandbox, "Small") and home.mark("Small.md", "From the phone"))
        assert sandbox.shown("From the phone")["id"] == id
        until(lambda: home.mark("Work.md", "Elsewhere"))
        until(lambda: daemon.sync() and daemon.status()["state"] == "ok")
        assert daemon.process.end() == 0
    assert is_sound(home)


@pytest.mark.needs("mount")
def test_a_full_disk_under_what_is_remembered(making: Making, sandbox: Sandbox) -> None:
    home = making.home(sandbox)
    with small_disk(home.state):
        daemon = home.daemon()
        append(home.folder / "Memory.md", "- [ ] first")
        until(lambda: agrees(home, sandbox, "Memory") and home.mark("Memory.md", "first"))
        daemon.sync()
        with full(home.state):
            append(home.folder / "Memory.md", "- [ ] Typed while it was full")
            sandbox.create("Memory", "Phoned while it was full", notes=LONG * 20)
            until(lambda: daemon.status()["state"] == "attention")
            reason = daemon.status()["reason"]
            assert str(home.mirror) in reason
            assert "full" in reason
            daemon.process.kill()  # and it can be started there, to say the same
            daemon = Daemon(home)
            until(lambda: daemon.status()["state"] == "attention")
            assert daemon.process.running
            append(home.folder / "Memory.md", "- [ ] Typed after the start")
        daemon.sync()
        until(lambda: agrees(home, sandbox, "Memory"))
        assert sandbox.titles("Memory") == [
            "Phoned while it was full",
            "Typed after the start",
            "Typed while it was full",
            "first",
        ]
        until(lambda: daemon.sync() and daemon.status()["state"] == "ok")
        assert daemon.process.end() == 0
        assert is_sound(home)


def test_a_limit_on_the_size_of_files(making: Making, sandbox: Sandbox) -> None:
    home = making.home(sandbox)
    daemon = home.daemon()
    append(home.folder / "Limited.md", "- [ ] first")
    until(lambda: agrees(home, sandbox, "Limited") and home.mark("Limited.md", "first"))
    daemon.sync()
    unlimited = resource.prlimit(daemon.process.pid, resource.RLIMIT_FSIZE)
    resource.prlimit(daemon.process.pid, resource.RLIMIT_FSIZE, (512, unlimited[1]))
    append(home.folder / "Limited.md", "- [ ] Typed")
    sandbox.create("Limited", "Phoned", notes=LONG)
    until(lambda: daemon.status()["state"] == "attention")
    assert daemon.status()["reason"].startswith(str(home.mirror))
    resource.prlimit(daemon.process.pid, resource.RLIMIT_FSIZE, unlimited)
    daemon.sync()
    until(lambda: agrees(home, sandbox, "Limited"))
    assert sandbox.titles("Limited") == ["Phoned", "Typed", "first"]
    until(lambda: daemon.sync() and daemon.status()["state"] == "ok")
    assert daemon.process.end() == 0
    assert is_sound(home)
