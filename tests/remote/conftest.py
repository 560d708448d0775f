"""A pretend iCloud on a real socket, a clock that only sleeping moves, sessions in between."""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from http.cookiejar import Cookie, LWPCookieJar
from pathlib import Path
from typing import Any

import pytest
import uvicorn
from starlette.applications import Starlette
from starlette.types import ASGIApp, Receive, Scope, Send

from sandbox.app import create_app
from sandbox.world import World, make_world
from sync.remote.cloudkit import CloudKit
from sync.remote.limiter import Limiter
from sync.remote.session import Account, Session
from sync.remote.stored import WEB_TOKEN, SessionStore
from sync.remote.transport import Transport


@dataclass
class FakeTime:
    """Monotonic seconds that pass only when somebody sleeps."""

    now_s: float = 1000.0
    slept: list[float] = field(default_factory=list)

    def clock(self) -> float:
        return self.now_s

    def sleep(self, seconds: float) -> None:
        assert seconds >= 0
        self.slept.append(seconds)
        self.now_s += seconds


@dataclass
class Cloud:
    """The world under test, its URL, and what was asked of it."""

    world: World
    url: str

    def account(self, apple_id: str | None = None) -> Account:
        return Account(apple_id or self.world.account.apple_id, "world", self.url)

    def paths(self) -> list[str]:
        """The last part of every path asked for so far; forgets them."""
        seen = [str(entry["path"]).rpartition("/")[2] for entry in self.world.faults.requests]
        self.world.faults.requests.clear()
        return seen

    def hosts(self) -> set[str]:
        return {str(entry["host"]) for entry in self.world.faults.requests}


@pytest.fixture
def time_() -> FakeTime:
    return FakeTime()


@pytest.fixture
def limiter(time_: FakeTime) -> Limiter:
    return Limiter(time_.clock, time_.sleep, lambda: 0.0)


class Stage:
    """An application that is whichever world a test has put on."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.app: ASGIApp = Starlette()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        await self.app(scope, receive, send)


@pytest.fixture(scope="session")
def stage() -> Iterator[Stage]:
    """One server for all tests: starting one for each would be most of their time."""
    # Listening before it serves: early connections wait in the queue.
    with socket.create_server(("127.0.0.1", 0)) as listener:
        made = Stage(f"http://127.0.0.1:{listener.getsockname()[1]}")
        server = uvicorn.Server(
            uvicorn.Config(
                made, http="h11", ws="none", lifespan="off", log_config=None, access_log=False
            )
        )
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]}, daemon=True)
        thread.start()
        yield made
        server.should_exit = True
        thread.join()


@pytest.fixture
def cloud(stage: Stage) -> Cloud:
    world = make_world(reminders=30)
    stage.app = create_app(world)
    return Cloud(world, stage.url)


SessionMaker = Callable[..., Session]


@pytest.fixture
def open_session(cloud: Cloud, limiter: Limiter, time_: FakeTime, tmp_path: Path) -> SessionMaker:
    """Makes sessions over one directory; keyword ``password`` is what the person has set."""

    def make(**given: Any) -> Session:
        password = given.get("password", cloud.world.account.password)
        return Session(
            given.get("account", cloud.account()),
            tmp_path / "session",
            password if callable(password) else lambda: password,
            limiter=limiter,
            clock=time_.clock,
        )

    return make


@pytest.fixture
def signed_in(cloud: Cloud, tmp_path: Path) -> SessionStore:
    """A stored session as an earlier run would have left it, without the cost of a sign-in."""
    account = cloud.world.account
    token = account.grant_session(verified=True, trusted=True)
    browser = account.open_browser(token, "")
    assert browser is not None
    jar = LWPCookieJar()
    jar.set_cookie(web_cookie(f'"v=2:t={browser.token}"'))
    store = SessionStore(cloud.account(), tmp_path / "session")
    store.save_data({"client_id": "client-1", "session_token": token, "trust_token": ""})
    store.save_cookies(jar)
    return store


def web_cookie(value: str) -> Cookie:
    """The cookie that opens every service, as Apple sets it."""
    return Cookie(
        version=0,
        name=WEB_TOKEN,
        value=value,
        port=None,
        port_specified=False,
        domain=".icloud.com",
        domain_specified=True,
        domain_initial_dot=True,
        path="/",
        path_specified=True,
        secure=True,
        expires=None,
        discard=True,
        comment=None,
        comment_url=None,
        rest={},
    )


@pytest.fixture
def transport(
    open_session: SessionMaker, limiter: Limiter, signed_in: SessionStore
) -> Iterator[Transport]:
    made = Transport(open_session(), limiter)
    yield made
    made.close()


@pytest.fixture
def cloudkit(transport: Transport) -> CloudKit:
    return CloudKit(transport)
