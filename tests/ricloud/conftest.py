"""A daemon with fakes behind the API, asked as any HTTP client would."""

from __future__ import annotations

import http.client
import json
import socket
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from daemon.ricloud.office import Office
from tests.daemon.fakes import FakeEngine
from tests.daemon.serving import serving
from tests.ricloud.fakes import ACCOUNT, PASSWORD, Clock, FakePoller, FakeSignIn, an_office


class _Local(http.client.HTTPConnection):
    def __init__(self, path: Path) -> None:
        super().__init__("x", timeout=30)
        self._path = path

    def connect(self) -> None:
        self.sock = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self.sock.settimeout(self.timeout)
        self.sock.connect(str(self._path))


@dataclass(frozen=True)
class Client:
    """Asks the daemon at a socket; what it is asked is in no way checked here."""

    path: Path

    def ask(
        self, method: str, path: str, body: Any = None, **headers: str
    ) -> tuple[int, dict[str, Any]]:
        """The status and the document; ``body`` is bytes, or what JSON is made of."""
        data = body if isinstance(body, bytes) or body is None else json.dumps(body).encode()
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        with closing(_Local(self.path)) as connection:
            connection.request(method, path, data, named)
            answer = connection.getresponse()
            return answer.status, json.loads(answer.read())

    def get(self, path: str, **headers: str) -> dict[str, Any]:
        """The document of a GET that succeeds."""
        status, document = self.ask("GET", path, **headers)
        assert status == 200, document
        return document

    def post(self, path: str, body: Any = None, **headers: str) -> dict[str, Any]:
        """The document of a POST that succeeds."""
        status, document = self.ask("POST", path, body, **headers)
        assert status == 200, document
        return document

    def mistake(
        self, method: str, path: str, body: Any = None, **headers: str
    ) -> tuple[int, str, dict[str, list[str]]]:
        """The status, error and parameters of a refusal, which has a sentence in one line."""
        status, document = self.ask(method, path, body, **headers)
        assert 400 <= status < 500, document
        assert set(document) <= {"error", "message", "params"}
        assert document["message"]
        assert "\n" not in document["message"]
        return status, document["error"], document.get("params", {})

    def session(self, password: str = PASSWORD, **payload: str) -> dict[str, Any]:
        """An attempt to sign in, to its end."""
        source = {"user": "1", "type": "icloud.account", "identifier": ACCOUNT}
        wanted = {"source": source, "payload": {"password": password, **payload}}
        return self.post("/sessions", wanted)

    def poll(self, **payload: Any) -> dict[str, Any]:
        """A poll with a new session, to its end."""
        return self.post("/polls", {"session": self.session()["id"], "payload": payload})


@pytest.fixture
def sign_in() -> FakeSignIn:
    return FakeSignIn()


@pytest.fixture
def poller() -> FakePoller:
    return FakePoller()


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def office(
    tmp_path: Path, sign_in: FakeSignIn, poller: FakePoller, clock: Clock
) -> Iterator[Office]:
    with an_office(tmp_path / "state", sign_in, poller, clock) as office:
        yield office


@pytest.fixture
def client(tmp_path: Path, office: Office) -> Iterator[Client]:
    with serving(tmp_path, FakeEngine(), office) as (socket, _):
        yield Client(socket)
