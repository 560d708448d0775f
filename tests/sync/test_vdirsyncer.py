"""vdirsyncer between our folder and another vdir: what it carries is what the phone has."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.rig import Rig, empty_world, open_rig

CONFIG = """\
[general]
status_path = "{home}/status/"

[pair tasks]
a = "files"
b = "server"
collections = ["from a", "from b"]
metadata = ["displayname", "color"]
conflict_resolution = null

[storage files]
type = "filesystem"
path = "{folder}"
fileext = ".ics"

[storage server]
type = "filesystem"
path = "{home}/server"
fileext = ".ics"
"""
FOREIGN = """\
BEGIN:VCALENDAR\r
VERSION:2.0\r
PRODID:-//elsewhere//EN\r
BEGIN:VTODO\r
UID:elsewhere-1\r
DTSTAMP:20261101T120000Z\r
SUMMARY:From elsewhere\r
X-KEPT:as it is\r
END:VTODO\r
END:VCALENDAR\r
"""


class Server:
    """The other vdir, and what carries it over."""

    def __init__(self, rig: Rig, home: Path) -> None:
        self.rig, self.home, self.path = rig, home, home / "server"
        self.path.mkdir(parents=True)
        (home / "config").write_text(CONFIG.format(home=home, folder=rig.folder))

    def meet(self) -> None:
        """For the first time: lists, tasks, then the names and colours of lists."""
        self._run("discover", "sync", "metasync")

    def carry(self) -> None:
        """Tasks, both ways."""
        self._run("sync")

    def _run(self, *verbs: str) -> None:
        for verb in verbs:
            done = subprocess.run(
                [sys.executable, "-m", "vdirsyncer", "-c", str(self.home / "config"), verb],
                env={**os.environ, "HOME": str(self.home), "LC_ALL": "C.UTF-8"},
                input="y\n" * 20,
                capture_output=True,
                text=True,
                timeout=60,
            )
            assert done.returncode == 0, done.stderr

    def task(self, title: str) -> Path:
        found = [
            path
            for path in self.path.rglob("*.ics")
            if f"SUMMARY:{title}\r\n" in path.read_bytes().decode()
        ]
        assert len(found) == 1, found
        return found[0]

    def change(self, title: str, old: str, new: str) -> None:
        path = self.task(title)
        text = path.read_bytes().decode()
        assert text.count(old) == 1
        path.write_bytes(text.replace(old, new).encode())


@pytest.fixture
def server(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Server]:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    with open_rig(tmp_path, empty_world(), format="vdir") as rig:
        rig.run()
        yield Server(rig, tmp_path / "vdirsyncer")


def test_what_it_carries_is_what_the_phone_has(server: Server) -> None:
    rig = server.rig
    rig.phone.create("Inbox", "Call Ann", due="2026-12-14T09:30[Asia/Tokyo]", priority=1)
    rig.phone.create("Inbox", "Buy milk")
    rig.run()
    server.meet()
    inbox = server.task("Call Ann").parent
    assert (inbox / "displayname").read_text().strip() == "Inbox"
    assert (inbox / "color").read_text().strip().startswith("#")

    server.change("Buy milk", "SUMMARY:Buy milk", "SUMMARY:Buy oat milk")
    (inbox / "elsewhere-1.ics").write_bytes(FOREIGN.encode())
    server.task("Call Ann").unlink()
    server.carry()
    rig.run()
    assert rig.titles("Inbox") == {"Buy oat milk", "From elsewhere"}
    rig.rest()

    rig.phone.complete(rig.shown("From elsewhere").id)
    rig.run()
    server.carry()
    text = server.task("From elsewhere").read_bytes().decode()
    assert "STATUS:COMPLETED\r\n" in text
    assert "X-KEPT:as it is\r\n" in text
    before = rig.bytes_of_folder()
    server.carry()
    rig.rest()
    assert rig.bytes_of_folder() == before
