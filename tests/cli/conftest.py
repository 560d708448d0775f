"""The command line in this process or as one of its own, with a private home, and things to ask."""

from __future__ import annotations

import json
import os
import socketserver
import subprocess
import sys
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from typing import Any

import pytest
import yaml
from click.testing import CliRunner, Result

from daemon.cli import cli
from sandbox.world import World, make_world
from tests import children
from tests.children import REPOSITORY, Child
from tests.lending import serving, shortened
from tests.signed_in import keep, lend


@dataclass
class Home:
    """A person's home, with a config in it that a test may change."""

    path: Path
    config: Path
    content: dict[str, Any]

    @property
    def folder(self) -> Path:
        return Path(self.content["folder"])

    @property
    def state(self) -> Path:
        return self.path / "state" / "remindersd" / "default"

    @property
    def socket(self) -> Path:
        return self.path / "run" / "remindersd" / "default.sock"

    @property
    def environment(self) -> dict[str, str]:
        return {
            "HOME": str(self.path),
            "XDG_CONFIG_HOME": str(self.path / "config"),
            "XDG_STATE_HOME": str(self.path / "state"),
            "XDG_RUNTIME_DIR": str(self.path / "run"),
            "PYTHON_KEYRING_BACKEND": "keyring.backends.null.Keyring",
        }

    def status(self, **changes: Any) -> dict[str, Any]:
        """What a daemon that is well, and runs with this config, answers to GET /status."""
        account = self.content["account"]
        return {
            **{"state": "ok", "reason": "", "profile": "default"},
            **{"held": 0, "parked": 0, "conflicts": 0},
            **{"account": account["apple_id"], "endpoint": account["endpoint"]},
            **{"folder": str(self.folder), "last_success": None, "next_run": None},
            **changes,
        }

    def write(self, **changes: Any) -> None:
        """Write the config; ``account`` is changed key by key."""
        account = {**self.content["account"], **changes.pop("account", {})}
        self.content = {**self.content, **changes, "account": account}
        self.config.parent.mkdir(parents=True, exist_ok=True)
        self.config.write_text(yaml.safe_dump(self.content), encoding="utf-8")

    def run(self, *arguments: str, stdin: str | None = None) -> Result:
        """The command line in this process, without a terminal."""
        return CliRunner().invoke(cli, arguments, input=stdin, env=self.environment)

    def start(self, *arguments: str, more: Mapping[str, str] | None = None) -> Child:
        """The command line as a process; ``more`` goes into its environment."""
        return self.start_python("-m", "daemon", *arguments, more=more)

    def start_python(self, *arguments: str, more: Mapping[str, str] | None = None) -> Child:
        """Python as a process, in this home, with all that we ever import."""
        environment = {**os.environ, **self.environment, **(more or {})}
        streams = subprocess.DEVNULL, subprocess.PIPE, subprocess.PIPE
        return children.start(arguments, environment, streams, text=True)

    def start_afresh(
        self, *arguments: str, more: Mapping[str, str] | None = None
    ) -> subprocess.Popen[str]:
        """The same as a process that has imported nothing yet."""
        return subprocess.Popen(
            [sys.executable, *arguments],
            env={**os.environ, **self.environment, **(more or {})},
            cwd=REPOSITORY,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )


@pytest.fixture
def home(tmp_path_factory: pytest.TempPathFactory) -> Home:
    """A home with a config that leads nowhere."""
    path = tmp_path_factory.mktemp("h")  # short, since the path of a socket has to be
    (path / "run").mkdir(mode=0o700)
    content = {
        "account": {
            "apple_id": "ada@example.test",
            "password_command": ["echo", "correct horse battery"],
            "endpoint": "http://127.0.0.1:9",
        },
        "folder": str(path / "Todo"),
    }
    made = Home(path, path / "config" / "remindersd" / "config.yaml", content)
    made.write()
    return made


@contextmanager
def served(mfa: str = "none") -> Iterator[tuple[World, str]]:
    """A pretend iCloud and its URL."""
    world = make_world(mfa=mfa)
    with serving(world) as url, shortened():
        yield world, url


@contextmanager
def served_to(home: Home) -> Iterator[World]:
    """A pretend iCloud that the home's config leads to; signed in and synced once."""
    with served() as (world, url):
        home.write(account={"endpoint": url})
        lend(world.account, url, home.path, "default")
        synced = home.run("sync")
        assert synced.exit_code == 0, synced.output
        keep(world.account, url, home.path, "default")
        yield world


Answer = tuple[int, Mapping[str, Any]]


@dataclass
class FakeDaemon:
    """Answers on a socket with what a test put in ``answers``, and remembers what was asked."""

    answers: dict[str, Answer] = field(default_factory=dict)
    asked: list[tuple[str, Any]] = field(default_factory=list)


@pytest.fixture
def fake_daemon(home: Home) -> Iterator[FakeDaemon]:
    """A fake daemon on the socket of ``home``."""
    fake = FakeDaemon({"GET /status": (200, home.status())})

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self._answer("GET")

        def do_POST(self) -> None:
            self._answer("POST")

        def do_PATCH(self) -> None:
            self._answer("PATCH")

        def do_DELETE(self) -> None:
            self._answer("DELETE")

        def _answer(self, method: str) -> None:
            length = int(self.headers.get("Content-Length", 0))
            body = self.rfile.read(length)
            what = f"{method} {self.path}"
            fake.asked.append((what, json.loads(body) if body else None))
            missing = {"schema": 1, "error": {"code": "not-found", "message": what, "hint": ""}}
            status, document = fake.answers.get(what, (404, missing))
            data = json.dumps(document).encode()
            self.send_response(status)
            self.send_header("Content-Length", str(len(data)))
            self.end_headers()
            self.wfile.write(data)

        def log_message(self, format: str, *arguments: object) -> None:
            pass

        def address_string(self) -> str:
            return "unix"

    home.socket.parent.mkdir(mode=0o700, parents=True)
    with socketserver.ThreadingUnixStreamServer(str(home.socket), Handler) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
        thread.start()
        try:
            yield fake
        finally:
            server.shutdown()
            thread.join()


def documents(result: Result) -> list[Any]:
    """Every JSON document on standard output."""
    decoder, text, found = json.JSONDecoder(), result.stdout.strip(), []
    while text:
        document, end = decoder.raw_decode(text)
        found.append(document)
        text = text[end:].lstrip()
    return found
