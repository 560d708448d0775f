"""A pretend iCloud on a real socket, a clock that only sleeping moves, sessions in between."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from http.cookiejar import Cookie, CookieJar, LWPCookieJar
from pathlib import Path
from typing import Any

import httpx
import pytest
import uvicorn
from starlette.applications import Starlette
from starlette.types import ASGIApp, Receive, Scope, Send

from sandbox.app import create_app
from sandbox.world import World, make_world
from sync.errors import RemindersdError
from sync.remote.account import Connection
from sync.remote.cloudkit import CloudKit, ZoneId
from sync.remote.desk import SignInDesk, error_of
from sync.remote.limiter import Limiter
from sync.remote.session import Account, Session
from sync.remote.signing.states import Kind
from sync.remote.stored import WEB_TOKEN, SessionStore
from sync.remote.transport import Transport

NOW = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
Answer = Callable[[httpx.Request], httpx.Response] | httpx.Response | Exception


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
            wall=given.get("wall", time.time),
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


@pytest.fixture
def zone(cloudkit: CloudKit) -> ZoneId:
    return cloudkit.reminders_zone()


def log_in(session: Session, password: str, ask_code: Callable[[str], str]) -> Connection:
    """Sign in as a person does: choose the first device, and type three codes at most."""
    desk = SignInDesk(session)
    state = desk.attempt(password)
    if state.choices:
        state = desk.attempt(password, choice=state.choices[0])
    for _ in range(3):
        if state.kind is not Kind.CODE_REQUIRED:
            break
        state = desk.submit(ask_code(state.sentence))
    error = error_of(state)
    if error is not None:
        raise error
    return session.connect()


def typed_codes(*codes: str) -> tuple[Callable[[str], str], list[str]]:
    """An ``ask_code`` that types these, and the prompts that it was shown."""
    left, prompts = list(codes), []

    def ask(prompt: str) -> str:
        prompts.append(prompt)
        return left.pop(0)

    return ask, prompts


class FakeSession:
    """Opens a database on partition 1; each renewal moves it to the next one."""

    def __init__(self) -> None:
        self.account = Account("ada@example.test", "world", None)
        self.partition = 0
        self.kept = 0
        self.admitted: list[str] = []
        self.refuse: RemindersdError | None = None
        self.cookies: CookieJar = LWPCookieJar()

    def connect(self) -> Connection:
        return self.renew()

    def renew(self) -> Connection:
        if self.partition and self.refuse:
            raise self.refuse
        self.partition += 1
        self.cookies = LWPCookieJar()
        self.cookies.set_cookie(web_cookie(f'"v=2:t=web{self.partition}"'))
        url = f"https://p{self.partition}-ckdatabasews.icloud.com"
        return Connection(url, {"clientId": "c", "dsid": "123456"}, self.cookies, "123456")

    def admit(self, app: str) -> Connection:
        self.admitted.append(app)
        return Connection("https://p1-ckdatabasews.icloud.com", {}, self.cookies, "123456")

    def keep(self) -> None:
        self.kept += 1


class Script:
    """A network that gives one answer after another and remembers the requests."""

    def __init__(self) -> None:
        self.answers: list[Answer] = []
        self.asked: list[httpx.Request] = []

    def __call__(self, request: httpx.Request) -> httpx.Response:
        self.asked.append(request)
        answer = self.answers.pop(0)
        if isinstance(answer, Exception):
            raise answer
        return answer if isinstance(answer, httpx.Response) else answer(request)


def ok(**body: Any) -> httpx.Response:
    return httpx.Response(200, json=body or {"records": []})


def refused(status: int, code: str = "", headers: Any = None, **more: Any) -> httpx.Response:
    body = {"serverErrorCode": code, "reason": "because", **more} if code else {}
    return httpx.Response(status, json=body, headers=headers)


@pytest.fixture
def session() -> FakeSession:
    return FakeSession()


@pytest.fixture
def script() -> Script:
    return Script()


@pytest.fixture
def wire(script: Script, session: FakeSession, limiter: Limiter) -> Iterator[Transport]:
    limiter.now = lambda: NOW
    made = Transport(session, limiter, inner=httpx.MockTransport(script))
    yield made
    made.close()
