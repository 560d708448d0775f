"""The daemon lives a whole day under its unit: filters of system calls, files that it may write.

What sets them is ours (``tests.service.confined``), what they say is the unit's.
"""

from __future__ import annotations

import os
import re
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
import yaml

from daemon.control.client import NotRunning, call
from daemon.settings.config import load_config
from daemon.systemd.units import unit_of
from sandbox.serve import start_in_thread
from sandbox.world import World, make_world
from tests.service.confined import CANNOT

REPOSITORY = Path(__file__).parents[2]
WAIT_S = 60  # only ever used up by a test that fails

pytestmark = pytest.mark.needs("systemd-analyze")

TRIES = """
import ctypes, mmap, os, socket, sys
inside, outside = sys.argv[1:]
def refused(attempt):
    try:
        attempt()
    except OSError:
        return True
open(inside, "w").close()
everything = mmap.PROT_READ | mmap.PROT_WRITE | mmap.PROT_EXEC
print([name for name, attempt in {
    "write": lambda: open(outside, "w"),
    "own": lambda: os.chown(inside, os.getuid(), os.getgid()),
    "nice": lambda: os.nice(1),
    "execute": lambda: mmap.mmap(-1, 4096, prot=everything),
    "packets": lambda: socket.socket(socket.AF_PACKET, socket.SOCK_RAW),
    "setuid": lambda: os.chmod(inside, 0o4755),
    "namespace": lambda: ctypes.CDLL(None).unshare(0x10000000) and os.chroot("/"),
}.items() if not refused(attempt)])
"""


@dataclass
class Home:
    """A person's home with a config, and a unit made for it."""

    path: Path
    url: str
    world: World
    said: list[str] = field(default_factory=list)
    log: str = ""

    def __post_init__(self) -> None:
        for name in ("run", "run/remindersd", "Todo", "Pictures"):
            (self.path / name).mkdir(mode=0o700)
        self.state.mkdir(parents=True)
        self.write(every="1h")

    @property
    def config(self) -> Path:
        return self.path / "config.yaml"

    @property
    def state(self) -> Path:
        return self.path / "state" / "remindersd" / "default"

    @property
    def socket(self) -> Path:
        return self.path / "run" / "remindersd" / "default.sock"

    @property
    def environment(self) -> dict[str, str]:
        kept = {name: os.environ[name] for name in ("PATH", "PYTHONPATH") if name in os.environ}
        return kept | {
            "HOME": str(self.path),
            "XDG_STATE_HOME": str(self.path / "state"),
            "XDG_RUNTIME_DIR": str(self.path / "run"),
            "PYTHON_KEYRING_BACKEND": "keyring.backends.null.Keyring",
            "PYTHONDONTWRITEBYTECODE": "1",
        }

    def write(self, **reminders: str) -> None:
        account = self.world.account
        content = {
            "account": {
                "apple_id": account.apple_id,
                "password_command": ["echo", account.password],
                "endpoint": self.url,
            },
            "folder": str(self.path / "Todo"),
            "reminders": reminders,
            "polls": {"photos": {"download": str(self.path / "Pictures"), "files": "thumbnails"}},
        }
        self.config.write_text(yaml.safe_dump(content))

    def start(self, *command: str, **environment: str) -> subprocess.Popen[str]:
        """``command`` as confined as the unit for this config says."""
        unit = self.path / "remindersd.service"
        text = unit_of(load_config(self.config), ["/opt/bin/remindersd"], self.environment).text
        unit.write_text(text)
        return subprocess.Popen(
            [sys.executable, "-m", "tests.service.confined", str(unit), sys.executable, *command],
            env=self.environment | environment,
            cwd=REPOSITORY,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    def ask(self, method: str, path: str, body: Any = None) -> dict[str, Any]:
        status, document = call(self.socket, method, path, body, timeout=WAIT_S)
        assert status == 200, document
        return document


@pytest.fixture
def home(
    tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Home]:
    path = tmp_path_factory.mktemp("c")  # short, since the path of a socket has to be
    monkeypatch.setenv("HOME", str(path))
    monkeypatch.setenv("XDG_STATE_HOME", str(path / "state"))
    world = make_world()
    with start_in_thread(world) as url:
        yield Home(path, url, world)


def give_up_on(process: subprocess.Popen[str], said: str) -> None:
    """A machine that cannot confine is named."""
    if process.returncode == CANNOT:
        pytest.skip(said)


def test_what_a_unit_forbids_is_refused(home: Home) -> None:
    """Otherwise the other test would show nothing."""
    inside, outside = home.path / "Todo" / "inside", home.path / "outside"
    process = home.start("-c", TRIES, str(inside), str(outside))
    out, err = process.communicate(timeout=WAIT_S)
    give_up_on(process, err)
    assert (out, process.returncode) == ("[]\n", 0), err
    assert inside.exists()
    assert not outside.exists()


def assert_it_runs(process: subprocess.Popen[str]) -> None:
    if process.poll() is not None:
        _, said = process.communicate()
        give_up_on(process, said)
        pytest.fail(f"it ended with {process.returncode}: {said}")


@contextmanager
def running(home: Home) -> Iterator[subprocess.Popen[str]]:
    """A daemon that was ready, and that ends with 0 when it is stopped."""
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as systemd:
        systemd.bind(str(home.path / "notify"))
        systemd.settimeout(1)
        process = home.start(
            *("-m", "daemon", "--debug", "--config", str(home.config), "run"),
            NOTIFY_SOCKET=str(home.path / "notify"),
            WATCHDOG_USEC="900000",
        )

        def hear(word: str) -> None:
            while not home.said or home.said[-1] != word:
                try:
                    home.said.append(systemd.recv(500).decode())
                except TimeoutError:
                    assert_it_runs(process)

        try:
            hear("READY=1")
            hear("WATCHDOG=1")
            yield process
            process.send_signal(signal.SIGTERM)
            hear("STOPPING=1")
            _, home.log = process.communicate(timeout=WAIT_S)
            assert process.returncode == 0, home.log
        finally:
            process.kill()
            process.communicate()


@pytest.mark.timeout(300)  # some seconds of work, on a machine that may be busy
def test_the_daemon_does_all_of_its_work_as_confined_as_its_unit_says(home: Home) -> None:
    todo = home.path / "Todo"
    with running(home) as process:
        assert home.ask("POST", "/sync")["result"] == "done"
        work = todo / "Work.md"
        staged = todo / ".Work.md.new"
        staged.write_bytes(work.read_bytes() + b"- [ ] Call the plumber\n")
        staged.rename(work)
        assert home.ask("POST", "/sync")["problems"] == []
        home.world.phone.sync()
        assert home.world.phone.find("Call the plumber")
        home.world.phone.create("Work", "Water the fern")
        assert home.ask("POST", "/sync")["rendered"] == 1
        assert "Water the fern" in work.read_text()
        last = home.ask("GET", "/status")["last_run"]
        assert home.ask("GET", f"/runs/{last}")["run"]["id"] == last
        home.ask("POST", "/poll", {"service": "contacts"})
        home.ask("POST", "/poll/download")
        assert any(path.is_file() for path in (home.path / "Pictures").rglob("*"))
        home.write(every="2h")
        process.send_signal(signal.SIGHUP)
        assert home.ask("GET", "/status")["config_problem"] is None
    assert home.state.joinpath("mirror.sqlite").stat().st_mode & 0o077 == 0
    with pytest.raises(NotRunning):
        call(home.socket, "GET", "/status")
    for word in ("Traceback", "this is a bug", "EPERM", "not permitted", "Read-only"):
        assert word not in home.log
    assert f"synced run={last} trigger=sync " in home.log
    assert_it_keeps_what_it_saw_to_itself(home)


def assert_it_keeps_what_it_saw_to_itself(home: Home) -> None:
    """In a whole day at the level of debugging."""
    assert "the config was read again" in home.log
    account = home.world.account
    titles = [one.title for one in home.world.phone.reminders()]
    notes = [one.notes for one in home.world.phone.reminders() if one.notes]
    lists = [one.name for one in home.world.phone.lists()]
    session = home.state.joinpath("session")
    tokens = [
        token
        for path in session.rglob("*")
        if path.is_file()
        for token in re.findall(r"[A-Za-z0-9+/=_-]{24,}", path.read_text(errors="replace"))
    ]
    assert len(titles) > 30
    assert len(tokens) > 3
    seen = home.log.replace(str(home.path), "")
    secrets = [account.password, account.apple_id, *titles, *notes, *lists, *tokens]
    assert [secret for secret in secrets if secret in seen] == []
