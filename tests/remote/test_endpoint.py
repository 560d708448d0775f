"""Where requests go: to one loopback origin, past nothing, and never to strangers."""

from __future__ import annotations

import logging
import socket
import ssl
import threading
from collections.abc import Iterator
from http.cookiejar import CookieJar
from pathlib import Path
from typing import Any

import httpx
import pytest
import requests

from sync.errors import BadResponse, NetworkError, RemindersdError, UsageError
from sync.remote.account import Account
from sync.remote.adapter import RedirectAdapter, install
from sync.remote.client import CONNECT_TIMEOUT_S, READ_TIMEOUT_S, _trust, make_client
from sync.remote.endpoint import Endpoint, is_apple_host, parse_endpoint
from sync.remote.limiter import Limiter
from sync.remote.redirect import redirect_transport
from sync.remote.session import Session
from sync.remote.setup import connection
from sync.remote.stored import SessionStore
from sync.remote.transport import Transport
from tests.remote.conftest import Cloud, SessionMaker, log_in


@pytest.mark.parametrize(
    ("text", "host", "port"),
    [
        ("http://127.0.0.1:8475", "127.0.0.1", 8475),
        ("http://127.255.3.4:1", "127.255.3.4", 1),
        ("http://[::1]:65535", "::1", 65535),
        ("http://localhost:8475", "localhost", 8475),
        ("http://LOCALHOST:8475/", "localhost", 8475),
    ],
)
def test_a_loopback_origin_is_an_endpoint(text: str, host: str, port: int) -> None:
    assert parse_endpoint(text) == Endpoint(host, port)


def test_no_endpoint_means_apple() -> None:
    assert parse_endpoint(None) is None


@pytest.mark.parametrize(
    "text",
    [
        "",
        "127.0.0.1:8475",
        "https://127.0.0.1:8475",
        "ftp://127.0.0.1:8475",
        "http://127.0.0.1",
        "http://127.0.0.1:0",
        "http://127.0.0.1:65536",
        "http://127.0.0.1:eighty",
        "http://127.0.0.1:8475/path",
        "http://127.0.0.1:8475?q=1",
        "http://127.0.0.1:8475#f",
        "http://me:secret@127.0.0.1:8475",
        "http://0.0.0.0:8475",
        "http://192.168.0.1:8475",
        "http://127.0.0.1.example.com:8475",
        "http://localhost.example.com:8475",
        "http://[::]:8475",
        "http://[::ffff:127.0.0.1]:8475",
        "http://[::1:8475",
        "http://2130706433:8475",
        "http://setup.icloud.com:80",
    ],
)
def test_anything_else_is_refused_by_its_key(text: str) -> None:
    with pytest.raises(UsageError, match=r"account\.endpoint") as caught:
        parse_endpoint(text)
    assert "127.0.0.1:8475" in caught.value.hint
    assert "secret" not in str(caught.value)


@pytest.mark.parametrize(
    ("host", "apple"),
    [
        ("setup.icloud.com", True),
        ("p42-ckdatabasews.icloud.com.cn", True),
        ("idmsa.apple.com", True),
        ("cvws.icloud-content.com", True),
        ("SETUP.ICLOUD.COM.", True),
        ("evilicloud.com", False),
        ("icloud.com.example.com", False),
        ("example.com", False),
        ("127.0.0.1", False),
        ("", False),
    ],
)
def test_apple_hosts_are_known_by_their_domain(host: str, apple: bool) -> None:
    assert is_apple_host(host) is apple


class Catcher:
    """A bare server that keeps what it was sent and answers every request alike."""

    def __init__(self) -> None:
        self.socket = socket.create_server(("127.0.0.1", 0))
        self.port: int = self.socket.getsockname()[1]
        self.heard: list[bytes] = []
        self.extra = b'Set-Cookie: A="1=2"; Domain=.icloud.com; Path=/; Secure\r\n'
        self._thread = threading.Thread(target=self._serve, daemon=True)
        self._thread.start()

    @property
    def endpoint(self) -> Endpoint:
        return Endpoint("127.0.0.1", self.port)

    def _serve(self) -> None:
        while True:
            try:
                talk, _ = self.socket.accept()
            except OSError:
                return
            with talk:
                heard = b""
                while b"\r\n\r\n" not in heard or not _is_whole(heard):
                    more = talk.recv(65536)
                    if not more:
                        break
                    heard += more
                self.heard.append(heard)
                talk.sendall(
                    b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n"
                    + self.extra
                    + b"\r\n{}"
                )

    def close(self) -> None:
        # A closed listener does not wake accept() everywhere; a last connection does.
        self.socket.shutdown(socket.SHUT_RDWR)
        self.socket.close()
        self._thread.join()


def _is_whole(heard: bytes) -> bool:
    head, _, body = heard.partition(b"\r\n\r\n")
    for line in head.lower().split(b"\r\n"):
        if line.startswith(b"content-length:"):
            return len(body) >= int(line.partition(b":")[2])
    return True


@pytest.fixture
def catcher() -> Iterator[Catcher]:
    made = Catcher()
    yield made
    made.close()


@pytest.fixture
def trap(monkeypatch: pytest.MonkeyPatch) -> Iterator[Catcher]:
    """A server that every proxy variable points at, and to which nothing must come."""
    made = Catcher()
    for name in ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY"):
        for variable in (name, name.lower()):
            monkeypatch.setenv(variable, f"http://127.0.0.1:{made.port}")
    monkeypatch.setenv("NO_PROXY", "")
    yield made
    made.close()


URL = "https://p42-ckdatabasews.icloud.com:443/database/1/x%20y?a=1&b=%2F"


def test_httpx_requests_arrive_unchanged_but_for_the_address(catcher: Catcher) -> None:
    with httpx.Client(transport=redirect_transport(catcher.endpoint), trust_env=False) as client:
        response = client.post(URL, content=b"body")
        assert str(response.url) == "https://p42-ckdatabasews.icloud.com/database/1/x%20y?a=1&b=%2F"
        [cookie] = client.cookies.jar
        assert (cookie.domain, cookie.secure, cookie.value) == (".icloud.com", True, '"1=2"')
        client.post(URL)
    first, second = catcher.heard
    assert first.startswith(b"POST /database/1/x%20y?a=1&b=%2F HTTP/1.1\r\n")
    assert b"host: p42-ckdatabasews.icloud.com\r\n" in first.lower()
    assert first.endswith(b"\r\n\r\nbody")
    assert b'cookie: a="1=2"' in second.lower()


def test_requests_requests_arrive_unchanged_but_for_the_address(
    catcher: Catcher, limiter: Limiter
) -> None:
    with requests.Session() as session:
        tap = install(session, catcher.endpoint, limiter)
        response = session.post(URL, data=b"body")
        assert response.url == URL
        assert response.request.url == URL
        assert response.cookies.get("A") == '"1=2"'
        jar: Any = session.cookies
        [cookie] = jar
        assert (cookie.domain, cookie.secure) == (".icloud.com", True)
        session.post(URL)
    assert tap.last is not None
    assert (tap.last.status, tap.last.place) == (
        200,
        "p42-ckdatabasews.icloud.com/database/1/x y",
    )
    first, second = catcher.heard
    assert first.startswith(b"POST /database/1/x%20y?a=1&b=%2F HTTP/1.1\r\n")
    assert b"host: p42-ckdatabasews.icloud.com\r\n" in first.lower()
    assert first.endswith(b"\r\n\r\nbody")
    assert b'cookie: a="1=2"' in second.lower()


def test_redirects_stay_inside(catcher: Catcher, limiter: Limiter) -> None:
    with requests.Session() as session:
        install(session, catcher.endpoint, limiter)
        with pytest.raises(NetworkError, match=r"example\.com"):
            session.get("https://example.com/")
    with (
        httpx.Client(transport=redirect_transport(catcher.endpoint)) as client,
        pytest.raises(NetworkError, match=r"example\.com"),
    ):
        client.get("https://example.com/")
    assert catcher.heard == []


def test_cookies_go_to_apple_alone_without_an_endpoint_too(
    signed_in: SessionStore, cloud: Cloud
) -> None:
    def nobody(request: httpx.Request) -> httpx.Response:
        raise AssertionError(f"sent to {request.url}")

    with (
        make_client(cloud.account(), signed_in.cookies(), httpx.MockTransport(nobody)) as client,
        pytest.raises(BadResponse),
    ):
        client.get("https://example.com/")


@pytest.mark.parametrize(
    "address",
    ["https://example.com:443", "http://p42.icloud.com", "p42.icloud.com", "https://[", 7, None],
)
def test_a_database_elsewhere_is_not_believed(signed_in: SessionStore, address: object) -> None:
    document = {"dsInfo": {"dsid": "1"}, "webservices": {"ckdatabasews": {"url": address}}}
    with pytest.raises(RemindersdError):
        connection(document, {}, signed_in.cookies())


def test_every_request_has_a_timeout(
    monkeypatch: pytest.MonkeyPatch, limiter: Limiter, cloud: Cloud, signed_in: SessionStore
) -> None:
    given: list[Any] = []

    def send(self: Any, request: Any, stream: bool, timeout: Any, *rest: Any, **more: Any) -> Any:
        given.append(timeout)
        raise requests.ConnectionError

    monkeypatch.setattr("requests.adapters.HTTPAdapter.send", send)
    for endpoint in (None, Endpoint("127.0.0.1", 9)):
        with requests.Session() as session:
            install(session, endpoint, limiter)
            for timeout in (None, 3):
                with pytest.raises(requests.ConnectionError):
                    session.get("https://setup.icloud.com/", timeout=timeout)
    usual = (CONNECT_TIMEOUT_S, READ_TIMEOUT_S)
    assert given == [usual, 3, usual, 3]
    with make_client(cloud.account(), signed_in.cookies()) as client:
        assert (client.timeout.connect, client.timeout.read) == usual


def test_certificates_are_read_once_for_all_clients(monkeypatch: pytest.MonkeyPatch) -> None:
    read: list[ssl.SSLContext] = []

    def noted() -> ssl.SSLContext:
        read.append(ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT))
        return read[-1]

    monkeypatch.setattr(httpx, "create_ssl_context", noted)
    _trust.cache_clear()
    account = Account("ada@example.test", "world", None)
    for _ in range(3):
        make_client(account, CookieJar()).close()
    _trust.cache_clear()
    assert [one.verify_mode for one in read] == [ssl.CERT_REQUIRED]


def test_nothing_goes_to_a_proxy(
    trap: Catcher, open_session: SessionMaker, limiter: Limiter, cloud: Cloud
) -> None:
    session = open_session()
    transport = Transport(session, limiter)
    transport.post("private/zones/list", {})  # password sign-in, by pyicloud
    transport.close()
    service = open_session(password=None).service()  # our own requests, then pyicloud's
    assert service.reminders.lists()
    service.session.request_raw("GET", "https://www.icloud.com/")
    service.session.close()
    session.logout()
    assert trap.heard == []
    assert cloud.hosts() == {
        "idmsa.apple.com",
        "setup.icloud.com",
        "p42-ckdatabasews.icloud.com",
        "www.icloud.com",
    }


def test_the_trap_would_have_caught_it(trap: Catcher) -> None:
    requests.get("http://www.icloud.com/", timeout=5)
    assert len(trap.heard) == 1


def test_the_push_bridge_is_refused_and_the_code_still_works(
    open_session: SessionMaker, cloud: Cloud, monkeypatch: pytest.MonkeyPatch
) -> None:
    from pyicloud.hsa2_bridge import Hsa2BootContext, _RawWebSocketClient

    opened: list[object] = []
    monkeypatch.setattr(_RawWebSocketClient, "__init__", lambda *given: opened.append(given))
    offers: list[bool] = []
    real_auth = Hsa2BootContext.as_auth_data

    def note(context: Hsa2BootContext) -> dict[str, Any]:
        offers.append(context.auth_initial_route == "auth/bridge/step")
        return real_auth(context)

    monkeypatch.setattr(Hsa2BootContext, "as_auth_data", note)
    cloud.world.account.change({"mfa": "2fa", "bridge": True})
    code = cloud.world.account.code
    opened_by_code = log_in(open_session(), cloud.world.account.password, lambda _: code)
    assert opened_by_code.dsid
    assert offers == [True]  # the bridge was on offer
    assert opened == []


def test_no_secret_is_told(
    open_session: SessionMaker,
    cloud: Cloud,
    signed_in: SessionStore,
    limiter: Limiter,
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level(logging.INFO, logger="sync")
    secrets = {str(cookie.value).strip('"') for cookie in signed_in.cookies()}
    secrets |= {value for value in signed_in.data().values() if value} | {
        cloud.world.account.dsid,
        cloud.world.account.password,
    }
    transport = Transport(open_session(), limiter)
    told = [repr(open_session().connect())]
    kind: Any
    options: Any
    for kind, options in [
        ("html", {}),
        ("truncated", {}),
        ("cut_before", {"times": 2}),
        ("status", {"status": 400, "code": "BAD_REQUEST"}),
        ("status", {"status": 401, "times": 2}),
        ("status", {"status": 429, "times": 3}),
    ]:
        cloud.world.faults.fail(kind, "zones/list", **options)
        with pytest.raises(RemindersdError) as caught:
            transport.post("private/zones/list", {"token": "body-secret"})
        told.append(f"{caught.value} {caught.value.hint} {caught.value!r}")
    transport.close()
    for secret in secrets | {"body-secret", "?"}:
        assert secret not in " ".join([*told, caplog.text])


def test_region_china_has_its_own_hosts(tmp_path: Path) -> None:
    from sync.remote.session import Account

    account = Account("a@b.c", "china", None)
    assert account.home == "https://www.icloud.com.cn"
    assert account.setup == "https://setup.icloud.com.cn/setup/ws/1"
    assert Session(account, tmp_path, lambda: None).account is account


def test_the_adapter_of_requests_is_the_one_mounted(limiter: Limiter) -> None:
    with requests.Session() as session:
        install(session, None, limiter)
        for url in ("https://setup.icloud.com/", "http://setup.icloud.com/"):
            assert isinstance(session.get_adapter(url), RedirectAdapter)
