"""The daemon as a process, with the real engine and the pretend iCloud behind it."""

from __future__ import annotations

import json
import os
import signal
import socket as sockets
import subprocess
import sys
import threading
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from daemon import service
from daemon.compose import open_store
from daemon.control.client import call, events
from daemon.running.agenda import Kind
from daemon.settings.config import load_config
from sandbox.serve import start_in_thread
from sandbox.world import make_world
from tests import children
from tests.daemon.fakes import config

WAIT_S = 60  # only ever used up by a test that fails

RUN = (
    "import sys, pathlib; from daemon.service import run; sys.exit(run(pathlib.Path(sys.argv[1])))"
)


@dataclass
class Machine:
    """Directories of a test's own, and a config that points at a sandbox."""

    home: Path
    url: str
    password: str
    apple_id: str

    def __post_init__(self) -> None:
        (self.home / "run").mkdir(mode=0o700)
        (self.home / "password").write_text(self.password)
        self.write()

    @property
    def folder(self) -> Path:
        return self.home / "Todo"

    @property
    def config(self) -> Path:
        return self.home / "config.yaml"

    @property
    def socket(self) -> Path:
        return self.home / "run" / "remindersd" / "default.sock"

    @property
    def state(self) -> Path:
        return self.home / "state" / "remindersd" / "default"

    def write(self, more: str = "", apple_id: str = "") -> None:
        self.config.write_text(
            f"account:\n  apple_id: {apple_id or self.apple_id}\n"
            f"  password_command: [cat, {self.home / 'password'}]\n"
            f"  endpoint: {self.url}\n"
            f"folder: {self.folder}\n{more}"
        )

    def start(
        self, *, afresh: bool = False, **environment: str
    ) -> subprocess.Popen[str] | children.Child:
        """A daemon; ``afresh`` as a process that has imported nothing yet."""
        env = {
            **{k: v for k, v in os.environ.items() if not k.startswith(("XDG_", "NOTIFY"))},
            "HOME": str(self.home),
            "XDG_STATE_HOME": str(self.home / "state"),
            "XDG_RUNTIME_DIR": str(self.home / "run"),
            **environment,
        }
        program = ["-c", RUN, str(self.config)]
        if afresh:
            command = [sys.executable, *program]
            return subprocess.Popen(command, env=env, stderr=subprocess.PIPE, text=True)
        streams = subprocess.DEVNULL, subprocess.DEVNULL, subprocess.PIPE
        return children.start(program, env, streams, text=True)

    def exit_of(self) -> tuple[int, str]:
        """The exit code of a daemon that is not to stay, and what it said."""
        process = self.start()
        _, said = process.communicate(timeout=WAIT_S)
        return process.returncode, said

    def phone(self, method: str, path: str, body: Any = None) -> Any:
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(
            f"{self.url}/device/{path}", data, {"Content-Type": "application/json"}, method=method
        )
        with urllib.request.urlopen(request, timeout=WAIT_S) as response:
            return json.loads(response.read())


@pytest.fixture(scope="module")
def url() -> Iterator[tuple[str, Any]]:
    world = make_world()
    with start_in_thread(world) as url:
        yield url, world.account


@pytest.fixture
def machine(tmp_path: Path, url: tuple[str, Any]) -> Machine:
    origin, account = url
    return Machine(tmp_path, origin, account.password, account.apple_id)


@contextmanager
def running(
    machine: Machine, *, afresh: bool = False
) -> Iterator[tuple[subprocess.Popen[str] | children.Child, list[str]]]:
    """A daemon that has said READY; at the end it is stopped and must exit with 0."""
    messages: list[str] = []
    ready = threading.Event()
    with sockets.socket(sockets.AF_UNIX, sockets.SOCK_DGRAM) as systemd:
        systemd.bind(str(machine.home / "notify"))

        def read() -> None:
            while message := systemd.recv(500).decode():
                messages.append(message)
                if message == "READY=1":
                    ready.set()

        reader = threading.Thread(target=read)
        reader.start()
        process = machine.start(afresh=afresh, NOTIFY_SOCKET=str(machine.home / "notify"))
        try:
            assert ready.wait(WAIT_S)
            yield process, messages
            process.send_signal(signal.SIGTERM)
            assert process.wait(WAIT_S) == 0
        finally:
            process.kill()
            process.communicate()
            with sockets.socket(sockets.AF_UNIX, sockets.SOCK_DGRAM) as end:
                end.sendto(b"", str(machine.home / "notify"))
            reader.join()
    assert "STOPPING=1" in messages


def test_a_day_in_the_life(machine: Machine) -> None:
    with running(machine, afresh=True) as (process, messages):
        done = call(machine.socket, "POST", "/sync", timeout=WAIT_S)
        assert done[0] == 200, done
        status = call(machine.socket, "GET", "/status")[1]
        assert (status["state"], status["account"]) == ("ok", machine.apple_id), status
        work = machine.folder / "Work.md"
        stream = events(machine.socket)
        assert next(stream)[0] == "state"

        # A person writes a line, as an editor saves: the watcher starts the cycle.
        staged = machine.folder / ".Work.md.new"
        staged.write_bytes(work.read_bytes() + b"- [ ] Call the plumber\n")
        staged.rename(work)
        pushed = next(data for name, data in stream if name == "cycle" and data["pushed"])
        assert pushed["trigger"] in ("files", "retry")
        titles = {entry["title"] for entry in machine.phone("GET", "reminders?list=Work")}
        assert "Call the plumber" in titles

        # The phone adds one: a sync brings it into the file and the mirror.
        machine.phone("POST", "reminders", {"list": "Work", "title": "Water the fern"})
        assert call(machine.socket, "POST", "/sync", timeout=WAIT_S)[1]["rendered"] == 1
        assert "Water the fern" in work.read_text()
        found = call(machine.socket, "GET", "/reminders?text=fern")[1]["reminders"]
        assert [(entry["list"], entry["file"]) for entry in found] == [("Work", "Work.md")]

        # A second daemon is one too many.
        code, said = machine.exit_of()
        assert code == 5
        assert str(process.pid) in said

        # A config that is wrong changes nothing, and is told.
        machine.write("foldr: x\n")
        process.send_signal(signal.SIGHUP)
        assert "unknown key `foldr`" in _until_config_problem(machine)
        stream.close()
    same = "iCloud and the files say the same"
    assert {f"STATUS=ok: {same}", f"STATUS=syncing: making {same}"} <= set(messages)
    assert any(message.startswith("RELOADING=1\nMONOTONIC_USEC=") for message in messages)
    assert not machine.socket.exists()


def _until_config_problem(machine: Machine) -> str:
    """The signal arrives when it does; each request gives the loop a turn."""
    for _ in range(200):
        call(machine.socket, "POST", "/sync", timeout=WAIT_S)
        problem = call(machine.socket, "GET", "/status")[1]["config_problem"]
        if problem is not None:
            return str(problem)
    raise AssertionError("the reload was not noticed")


def test_no_network_at_the_start_is_a_state(machine: Machine) -> None:
    with sockets.socket() as nobody:
        nobody.bind(("127.0.0.1", 0))
        machine.url = f"http://127.0.0.1:{nobody.getsockname()[1]}"
        machine.write()
        with running(machine):
            status, document = call(machine.socket, "POST", "/sync", timeout=WAIT_S)
            assert (status, document["error"]["code"]) == (503, "network")
            assert call(machine.socket, "GET", "/status")[1]["state"] == "offline"


def test_a_wrong_password_is_a_state(machine: Machine) -> None:
    (machine.home / "password").write_text("wrong")
    with running(machine):
        status, document = call(machine.socket, "POST", "/sync", timeout=WAIT_S)
        assert (status, document["error"]["code"]) == (403, "wrong-password")
        assert call(machine.socket, "GET", "/status")[1]["state"] == "sign-in"


@pytest.fixture
def refusal(
    machine: Machine, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> Callable[[], tuple[int, str]]:
    """Runs a daemon that is not to stay, in this process: its exit code, and what it said."""
    monkeypatch.setenv("XDG_STATE_HOME", str(machine.home / "state"))
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(machine.home / "run"))
    monkeypatch.delenv("NOTIFY_SOCKET", raising=False)
    monkeypatch.setattr(service, "set_up", lambda **_: None)
    return lambda: (service.run(machine.config), caplog.text)


@pytest.mark.parametrize(
    ("more", "named"),
    [
        ("foldr: x\n", "line 6: unknown key `foldr`"),
        (f"control: {{socket: /tmp/{'x' * 120}.sock}}\n", "set control.socket"),
    ],
)
def test_what_cannot_start_says_why(
    machine: Machine, refusal: Callable[[], tuple[int, str]], more: str, named: str
) -> None:
    machine.write(more)
    code, said = refusal()
    assert code == 2
    assert named in said
    assert "Traceback" not in said


def test_another_accounts_mirror_is_refused(
    machine: Machine, refusal: Callable[[], tuple[int, str]]
) -> None:
    open_store(load_config(machine.config)).close()
    machine.write(apple_id="bob@example.test")
    code, said = refusal()
    assert code == 2
    assert "bob@example.test" in said
    assert "Traceback" not in said


def test_a_damaged_mirror_ends_with_20_and_is_kept(
    machine: Machine, refusal: Callable[[], tuple[int, str]]
) -> None:
    machine.state.mkdir(parents=True, mode=0o700)
    (machine.state / "mirror.sqlite").write_bytes(b"no database" * 100)
    code, said = refusal()
    assert code == 20
    assert "Traceback" not in said
    kept = list(machine.state.glob("mirror.damaged-*.sqlite"))
    assert [one.read_bytes() for one in kept] == [b"no database" * 100]
    assert not (machine.state / "mirror.sqlite").exists()  # a person decides what takes its place
    assert not machine.socket.exists()


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_during_the_start_ends_it_with_0(
    monkeypatch: pytest.MonkeyPatch, number: signal.Signals
) -> None:
    before = signal.getsignal(number)

    def interrupted(_path: Path | None) -> None:
        os.kill(os.getpid(), number)

    monkeypatch.setattr(service, "load_config", interrupted)
    monkeypatch.setattr(service, "set_up", lambda **_: None)
    assert service.run(None) == 0
    assert signal.getsignal(number) is before


def test_clocks_that_parted_plan_anew_and_run_a_cycle(tmp_path: Path) -> None:
    wanted: list[Kind] = []
    senses = service._Senses(config(tmp_path), wanted.append)
    senses.schedule.start()
    try:
        scheduler: Any = senses.schedule._scheduler
        job = scheduler.get_job("reminders")
        job.modify(next_run_time=job.next_run_time + timedelta(hours=1))
        senses.on_drift("the clock was set by -3600 s")
        next_run = senses.schedule.next_run()
        assert next_run is not None
        assert next_run - time.time() < 70
    finally:
        senses.schedule.stop()
    assert wanted == [Kind.RESUME]
