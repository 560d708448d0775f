"""The files of the page: for everybody who names this daemon, and with a policy that is shut."""

from __future__ import annotations

import http.client
import re
import socket
from collections.abc import Iterator
from contextlib import closing
from importlib.resources import files
from pathlib import Path

import pytest

from daemon.settings.address import Address
from daemon.web.site import FILES
from tests.daemon.fakes import FakeEngine
from tests.daemon.serving import serving
from tests.daemon.test_tcp import free


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Address]:
    address = free()
    place = tmp_path_factory.mktemp("s")
    with serving(place, FakeEngine(), address=address, token=lambda: "right") as served:
        served[1].until("ok")
        yield address


def ask(
    address: Address, path: str, method: str = "GET", host: str = ""
) -> tuple[int, bytes, dict[str, str]]:
    with closing(http.client.HTTPConnection(address.host, address.port, timeout=30)) as peer:
        peer.putrequest(method, path, skip_host=True)
        peer.putheader("Host", host or f"{address.host}:{address.port}")
        peer.endheaders()
        answer = peer.getresponse()
        return answer.status, answer.read(), dict(answer.getheaders())


def test_every_file_is_given_without_a_token(address: Address) -> None:
    assert {"/", "/page/main.js", "/page/style.css", "/page/icon.svg"} <= set(FILES)
    for path, name in FILES.items():
        status, content, headers = ask(address, path)
        assert status == 200
        assert content == files("daemon.web").joinpath("page", name).read_bytes()
        policy = headers["content-security-policy"]
        assert "default-src 'none'" in policy
        assert "unsafe" not in policy
        assert headers["x-content-type-options"] == "nosniff"


def test_on_the_socket_nobody_has_to_name_a_host(tmp_path: Path) -> None:
    with serving(tmp_path, FakeEngine()) as (path, running):
        running.until("ok")
        for target, begins in (("/", b"HTTP/1.1 200"), ("/none", b"HTTP/1.1 404")):
            with socket.socket(socket.AF_UNIX) as peer:
                peer.connect(str(path))
                peer.sendall(f"GET {target} HTTP/1.0\r\n\r\n".encode())
                with peer.makefile("rb") as answer:
                    said = answer.read()
            assert said.startswith(begins)
            assert target == "/" or b"there is no /none" in said


def test_nothing_else_is(address: Address) -> None:
    for path in ("/status", "/page/", "/page/../api.py", "/page/none.js", "/devices", "/photos"):
        assert ask(address, path)[0] == 401
    assert ask(address, "/", "POST")[0] == 401


def test_a_page_whose_name_was_pointed_here_gets_nothing(address: Address) -> None:
    assert ask(address, "/", host="evil.example:80")[0] == 403


def test_the_page_asks_nobody_else() -> None:
    namespaces = {"http://www.w3.org/2000/svg"}
    for name in FILES.values():
        text = files("daemon.web").joinpath("page", name).read_text("utf-8")
        assert set(re.findall(r"(?:https?:)//[^\s\"'`]+", text)) <= namespaces, name
        assert "innerHTML" not in text, name


def test_each_path_in_the_page_is_a_file_of_it(address: Address) -> None:
    for name in FILES.values():
        text = files("daemon.web").joinpath("page", name).read_text("utf-8")
        for path in re.findall(r"(?:src|href)=\"(/page/[^\"]+)\"", text):
            assert path in FILES, (name, path)
        for path in re.findall(r"from \"\./([^\"]+)\"", text):
            assert f"/page/{path}" in FILES, (name, path)
