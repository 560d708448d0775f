"""A served sandbox says where it is in one line, keeps quiet, and ends cleanly."""

from __future__ import annotations

import json
import os
import signal
import socket
import stat
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import httpx
import pytest
import yaml

from sandbox.app import create_app
from sandbox.serve import StopSignals, serve, start_in_thread
from sandbox.state import StateKeeper, UnreadableState, load_world, save_world
from sandbox.world import make_world
from tests import children
from tests.sandbox.redirect import client

PROGRAM = """
import sys
from pathlib import Path
from sandbox.serve import serve
state = Path(sys.argv[2]) if sys.argv[2] else None
switches, services = {"code": "135790"}, {"notes": "absent"}
sys.exit(serve(0, 3, sys.argv[1], state=state, switches=switches, services=services, photos=2))
"""


@contextmanager
def served(
    tmp_path: Path, mfa: str = "none", state: Path | None = None
) -> Iterator[tuple[children.Child, dict[str, Any]]]:
    """Run a sandbox in a process of its own; yields it and its announcement."""
    temporary = tmp_path / "tmp"
    temporary.mkdir(exist_ok=True)
    environment = {**os.environ, "TMPDIR": str(temporary)}
    program = ("-c", PROGRAM, mfa, str(state or ""))
    streams = subprocess.DEVNULL, subprocess.PIPE, subprocess.PIPE
    with children.start(program, environment, streams, text=True) as process:
        assert process.stdout is not None
        try:
            line = process.stdout.readline()
            assert line, process.communicate()[1]
            yield process, json.loads(line)
        finally:
            process.terminate()


def get(url: str) -> httpx.Response:
    with httpx.Client(trust_env=False) as http:
        return http.get(url)


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


@pytest.mark.parametrize("which", [signal.SIGINT, signal.SIGTERM])
def test_one_line_on_standard_output_and_a_clean_end(tmp_path: Path, which: int) -> None:
    with served(tmp_path) as (process, line):
        assert set(line) == {"url", "apple_id", "password", "code", "device", "config"}
        assert line["device"] == line["url"] + "/device"
        assert line["code"] == "135790"  # as switched
        assert get(line["url"] + "/sandbox/services").json()["notes"] == "absent"
        assert get(line["url"] + "/sandbox/photos").json()["count"] == 3
        for path in ("/nowhere", "/device", "/appleauth/auth"):
            get(line["url"] + path)
        process.send_signal(which)
        out, errors = process.communicate()
        assert (process.returncode, out) == (0, ""), errors


def test_the_config_is_private_and_complete(tmp_path: Path) -> None:
    with served(tmp_path) as (_, line):
        config = yaml.safe_load(line["config"])
        folder = Path(config["folder"])
        assert folder.is_relative_to(tmp_path)
        assert (mode(folder), mode(folder.parent)) == (0o700, 0o700)
        assert not list(folder.iterdir())
        account = config["account"]
        assert (account["apple_id"], account["endpoint"]) == (line["apple_id"], line["url"])
        assert line["password"] not in line["config"]
        told = subprocess.run(account["password_command"], capture_output=True, check=True)
        assert told.stdout.decode().rstrip("\n") == line["password"]
        assert mode(Path(account["password_command"][-1])) == 0o600
        assert config["reminders"] == {"every": "1m"}


def test_every_sandbox_has_a_profile_and_a_folder_of_its_own(tmp_path: Path) -> None:
    with served(tmp_path) as (_, one), served(tmp_path) as (_, two):
        first, second = yaml.safe_load(one["config"]), yaml.safe_load(two["config"])
    assert first["profile"] != second["profile"]
    assert first["folder"] != second["folder"]


def test_a_taken_port_is_one_clean_line(capsys: pytest.CaptureFixture[str]) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        assert serve(port) == 1
    shown = capsys.readouterr()
    assert shown.out == ""
    assert shown.err.count("\n") == 1
    assert f"127.0.0.1:{port}: Address already in use; choose another" in shown.err


def test_an_impossible_port_is_one_clean_line(capsys: pytest.CaptureFixture[str]) -> None:
    assert serve(70000) == 1
    assert capsys.readouterr().err.startswith("sandbox: there is no port 70000; ")


@pytest.mark.parametrize("which", [signal.SIGINT, signal.SIGTERM])
def test_a_stop_before_the_server_runs_is_clean_too(which: signal.Signals) -> None:
    before = signal.getsignal(which)
    with pytest.raises(SystemExit) as stopped, StopSignals().on_signals():
        signal.raise_signal(which)
    assert stopped.value.code == 0
    assert signal.getsignal(which) == before


def test_a_client_that_stays_connected_does_not_hold_up_the_end() -> None:
    with httpx.Client(trust_env=False) as http:
        with start_in_thread(make_world(reminders=0)) as url:
            assert http.get(url + "/device").status_code == 200
        with pytest.raises(httpx.TransportError):
            http.get(url + "/device")


def test_it_listens_on_loopback_only_and_lets_the_port_go() -> None:
    with start_in_thread(make_world(reminders=0)) as url:
        address = urlsplit(url)
        assert address.hostname == "127.0.0.1"
        assert address.port is not None
    with socket.create_server(("127.0.0.1", address.port)):
        pass  # a listener left behind would refuse this


def test_unknown_paths_and_methods_are_answered_in_json() -> None:
    with start_in_thread(make_world(reminders=0)) as url:
        unknown = get(url + "/nowhere")
        wrong_method = get(url + "/setup/ws/1/accountLogin")
    assert (unknown.status_code, unknown.json()) == (
        404,
        {"error": "the sandbox has nothing at /nowhere"},
    )
    assert (wrong_method.status_code, wrong_method.json()) == (
        405,
        {"error": "/setup/ws/1/accountLogin does not take GET"},
    )


@pytest.mark.parametrize("body", ["{", "[1]", '"text"'])
def test_a_body_that_is_no_object_is_refused(body: str) -> None:
    with start_in_thread(make_world(reminders=0)) as url, httpx.Client(trust_env=False) as http:
        answer = http.post(url + "/setup/ws/1/accountLogin", content=body)
    assert answer.status_code == 400
    assert answer.json()["error"].startswith("the body is not")


def test_a_kept_world_goes_on_where_it_stopped(tmp_path: Path) -> None:
    state, home = tmp_path / "state.json", tmp_path / "session"
    with served(tmp_path, "2fa", state) as (_, line):
        service, _ = client(line["url"], home, line["apple_id"], line["password"])
        service.authenticate()
        assert service.validate_2fa_code(line["code"])
        service.session.close()
    assert mode(state) == 0o600
    with served(tmp_path, "none", state) as (_, line):
        service, wire = client(line["url"], home, line["apple_id"], None)
        service.authenticate()
        service.session.close()
        shown = get(line["device"] + "/reminders").json()
    assert wire.seen == ["POST setup.icloud.com/setup/ws/1/validate 200"]
    assert len(shown) == 3


def test_keeping_loses_nothing(tmp_path: Path) -> None:
    world = make_world(reminders=25)
    save_world(world, tmp_path / "state.json")
    again = load_world(tmp_path / "state.json")
    assert again.account.dump() == world.account.dump()
    assert again.zone.dump() == world.zone.dump()
    again.phone.sync()
    world.phone.sync()
    assert again.phone.reminders() == world.phone.reminders()


def test_only_changes_are_written(tmp_path: Path) -> None:
    world, path = make_world(reminders=0), tmp_path / "state.json"
    keeper = StateKeeper(create_app(world), world, path)
    first = path.stat().st_ino
    keeper.save()
    assert path.stat().st_ino == first
    world.account.grant_trust()
    keeper.save()
    assert path.stat().st_ino != first
    assert load_world(path).account.trust_tokens == world.account.trust_tokens


@pytest.mark.parametrize("text", ["", "{}", "[]", '{"version": 99}', "todo: milk"])
def test_a_foreign_state_file_is_refused_and_left_alone(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], text: str
) -> None:
    path = tmp_path / "state.json"
    path.write_text(text)
    with pytest.raises(UnreadableState, match="move it away"):
        load_world(path)
    assert serve(0, state=path) == 1
    assert str(path) in capsys.readouterr().err
    assert path.read_text() == text
