"""The TCP port: only for who has the token and knows its name; the socket needs neither."""

from __future__ import annotations

import http.client
import json
import re
import socket
import stat
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from daemon.apidoc.openapi import OPERATIONS
from daemon.control.client import call
from daemon.control.tcp import bound_tcp
from daemon.control.token import find_token, new_token, token_of
from daemon.settings.address import Address, parse_listen
from daemon.settings.config import Config
from daemon.settings.reload import check_change
from sync.errors import UsageError
from tests.daemon.fakes import FakeEngine, config
from tests.daemon.serving import serving


def free() -> Address:
    with socket.create_server(("127.0.0.1", 0)) as probe:
        return Address("127.0.0.1", probe.getsockname()[1])


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("t")


@pytest.fixture(scope="module")
def address(place: Path) -> Iterator[Address]:
    """Of a daemon that all tests here ask; its token is in ``place/state``."""
    address = free()
    with serving(
        place, FakeEngine(), address=address, token=lambda: find_token(place / "state")
    ) as served:
        served[1].until("ok")
        yield address


def ask(
    address: Address, path: str, method: str = "GET", host: str = "", **headers: str
) -> tuple[int, dict[str, Any], dict[str, str]]:
    with closing(http.client.HTTPConnection(address.host, address.port, timeout=30)) as peer:
        peer.putrequest(method, path, skip_host=True)
        peer.putheader("Host", host or f"{address.host}:{address.port}")
        for name, value in headers.items():
            peer.putheader(name, value)
        peer.endheaders()
        answer = peer.getresponse()
        body = answer.read()
        return answer.status, json.loads(body) if body else {}, dict(answer.getheaders())


def test_who_has_the_token_is_answered(address: Address, place: Path) -> None:
    token = find_token(place / "state")
    for name in ("127.0.0.1", "localhost"):
        host = f"{name}:{address.port}"
        status, document, headers = ask(
            address, "/status", host=host, Authorization=f"Token {token}"
        )
        assert (status, document["state"]) == (200, "ok")
        assert not [name for name in headers if name.lower().startswith("access-control")]
    status, document, _ = ask(address, "/users", Authorization=f"Token {token}")
    assert (status, document["resource"]) == (200, "list")


def test_it_serves_what_the_socket_serves(address: Address, place: Path) -> None:
    token, gets = find_token(place / "state"), [one for one in OPERATIONS if one.method == "GET"]
    for path in sorted({re.sub(r"{\w+}", "1", one.path) for one in gets} - {"/metrics"}):
        status, *_ = ask(address, path, Authorization=f"Token {token}")
        socket_status, _ = call(place / "run" / "control.sock", "GET", path)
        assert (path, status) == (path, socket_status)
        assert (path, ask(address, path)[0]) == (path, 401)


@pytest.mark.parametrize(
    "authorization",
    [None, "Token", "Token wrong", "Token é", "Bearer {token}", "{token}", "Basic eDp5"],
)
def test_who_has_not_is_turned_away(
    address: Address, place: Path, authorization: str | None
) -> None:
    token = find_token(place / "state")
    headers = {} if authorization is None else {"Authorization": authorization.format(token=token)}
    for path in ("/status", "/nothing", "/sync"):
        status, document, answered = ask(address, path, **headers)
        assert (status, document["error"]["code"]) == (401, "unauthorised")
        assert answered["www-authenticate"] == "Token"
        assert token not in str(document)
    status, document, _ = ask(address, "/sessions", "POST", **headers)
    assert (status, document["error"]) == (401, "unauthorised")
    assert "remindersd token" in document["message"]


@pytest.mark.parametrize(
    "host", ["evil.example", "evil.example:{port}", "127.0.0.1", "localhost:1"]
)
def test_another_name_is_turned_away_whoever_asks(address: Address, place: Path, host: str) -> None:
    authorization = f"Token {find_token(place / 'state')}"
    named = host.format(port=address.port)
    status, document, _ = ask(address, "/status", host=named, Authorization=authorization)
    assert (status, document["error"]["code"]) == (403, "wrong-host")


def test_a_preflight_of_a_browser_is_turned_away(address: Address) -> None:
    status, _, headers = ask(address, "/sessions", "OPTIONS", Origin="https://evil.example")
    assert status == 401
    assert not [name for name in headers if name.lower().startswith("access-control")]


def test_the_socket_needs_neither(address: Address, place: Path) -> None:
    assert call(place / "run" / "control.sock", "GET", "/users")[0] == 200


def test_a_new_token_counts_at_once(address: Address, place: Path) -> None:
    old = find_token(place / "state")
    new = new_token(place / "state")
    assert ask(address, "/status", Authorization=f"Token {old}")[0] == 401
    assert ask(address, "/status", Authorization=f"Token {new}")[0] == 200


def test_where_the_token_cannot_be_read_nobody_is_let_in(
    address: Address, place: Path, caplog: pytest.LogCaptureFixture
) -> None:
    token = find_token(place / "state")
    path = place / "state" / "token"
    path.write_text("")
    status, document, _ = ask(address, "/status", Authorization=f"Token {token}")
    assert (status, str(path) in str(document)) == (401, False)
    assert ask(address, "/status", Authorization="Token ")[0] == 401
    assert str(path) in caplog.text
    new_token(place / "state")


def test_a_port_that_is_taken_is_a_usage_error() -> None:
    address = free()
    with (
        bound_tcp(address),
        pytest.raises(UsageError, match="cannot listen") as caught,
        bound_tcp(address),
    ):
        pass
    assert "control.listen" in caught.value.hint


# ---- the address


@pytest.mark.parametrize(
    ("text", "url", "names"),
    [
        ("127.0.0.1:8474", "http://127.0.0.1:8474", {"127.0.0.1:8474", "localhost:8474"}),
        ("localhost:1", "http://127.0.0.1:1", {"127.0.0.1:1", "localhost:1"}),
        ("127.8.0.1:65535", "http://127.8.0.1:65535", {"127.8.0.1:65535", "localhost:65535"}),
        ("[::1]:8474", "http://[::1]:8474", {"[::1]:8474", "localhost:8474"}),
    ],
)
def test_an_address_of_this_machine(text: str, url: str, names: set[str]) -> None:
    address = parse_listen(text)
    assert (address.url, address.names) == (url, names)


@pytest.mark.parametrize(
    "text",
    [
        *("", "8474", ":8474", "127.0.0.1", "127.0.0.1:", "127.0.0.1:0", "127.0.0.1:65536"),
        *("0.0.0.0:1", "192.168.1.2:80", "example.com:80", "::1:8474", "[127.0.0.1]:1", "*:80"),
        *("[::ffff:127.0.0.1]:1", "127.0.0.1:²", "http://127.0.0.1:80", "[::]:80", "127.0.0.1:-1"),
        "127.0.0.1: 80",
    ],
)
def test_every_other_address_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"127\.0\.0\.1:8474"):
        parse_listen(text)


def test_another_address_needs_a_restart_and_another_token_does_not(tmp_path: Path) -> None:
    before = config(tmp_path, control={"listen": "127.0.0.1:8474"})
    with pytest.raises(UsageError, match=r"`control\.listen` cannot change while remindersd runs"):
        check_change(before, config(tmp_path, control={"listen": "127.0.0.1:8475"}))
    same = {"listen": "127.0.0.1:8474", "token": "a-token-of-my-own"}
    check_change(before, config(tmp_path, control=same))


# ---- the token


def test_a_token_is_made_once_and_kept_for_its_owner(tmp_path: Path) -> None:
    state = tmp_path / "state"
    token = find_token(state)
    assert len(token) >= 40
    assert find_token(state) == token
    assert stat.S_IMODE((state / "token").stat().st_mode) == 0o600
    assert stat.S_IMODE(state.stat().st_mode) == 0o700
    (state / "token").chmod(0o644)
    assert find_token(state) == token
    assert stat.S_IMODE((state / "token").stat().st_mode) == 0o600
    assert new_token(state) != token
    assert [path.name for path in state.iterdir()] == ["token"]


@pytest.mark.parametrize("content", [b"", b"\n", b"\xff"])
def test_a_token_that_is_none_is_said_with_the_way_out(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "token").write_bytes(content)
    with pytest.raises(UsageError, match="no token") as caught:
        find_token(tmp_path)
    assert "--new" in caught.value.hint


def configured(tmp_path: Path, mode: int) -> Config:
    given = config(tmp_path, control={"token": "a-token-of-my-own"})
    given.source.touch()
    given.source.chmod(mode)
    return given


def test_a_token_of_the_config_is_taken_where_nobody_else_can_read_it(tmp_path: Path) -> None:
    private = configured(tmp_path, 0o600)
    assert token_of(private) == "a-token-of-my-own"
    assert "of-my-own" not in repr(private)
    with pytest.raises(UsageError, match="others can read") as caught:
        token_of(configured(tmp_path, 0o640))
    assert "chmod 600" in caught.value.hint


@pytest.mark.parametrize(
    "token", ["short", "with spaces in between", "ünicode-ünicode", 1234567890]
)
def test_a_token_of_the_config_has_to_be_one(tmp_path: Path, token: object) -> None:
    with pytest.raises(ValueError, match="16 characters") as caught:
        config(tmp_path, control={"token": token})
    assert "control" in str(caught.value)
