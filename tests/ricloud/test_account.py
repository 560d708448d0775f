"""Every state of a real sign-in, reached and left over the API, at a pretend iCloud."""

from __future__ import annotations

import time
import uuid
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from daemon.ricloud.account import REST_S, AccountSignIn, attempt_of
from daemon.ricloud.office import Office, Outside
from sandbox.signing.account import Account as Pretended
from sandbox.world import World, make_world
from sync.remote.account import Account
from sync.remote.desk import SignInDesk
from sync.remote.limiter import Limiter
from sync.remote.session import Session
from sync.remote.signing.states import Kind, SignInState
from tests import lending
from tests.daemon.fakes import FakeEngine
from tests.daemon.serving import serving
from tests.ricloud.conftest import Client
from tests.ricloud.fakes import Clock, FakePoller


@pytest.fixture
def world() -> World:
    return make_world(reminders=1)


@pytest.fixture
def pretended(world: World) -> Pretended:
    return world.account


@pytest.fixture
def desk(world: World, tmp_path: Path) -> Iterator[SignInDesk]:
    with lending.serving(world) as url:
        limiter = Limiter(time.monotonic, lambda _: None, lambda: 0.0)
        account = Account(world.account.apple_id, "world", url)
        session = Session(account, tmp_path / "session", lambda: None, limiter=limiter)
        with closing(SignInDesk(session)) as desk:
            yield desk


@pytest.fixture
def client(
    desk: SignInDesk, pretended: Pretended, clock: Clock, tmp_path: Path
) -> Iterator[Client]:
    outside = Outside(
        sign_in=AccountSignIn(desk, clock),
        poller=FakePoller(),
        account=lambda: pretended.apple_id,
        clock=time.time,
        mint=lambda: str(uuid.uuid4()),
    )
    with (
        closing(Office(tmp_path / "state", outside)) as office,
        serving(tmp_path, FakeEngine(), office) as (socket, _),
    ):
        yield Client(socket)


def attempt(client: Client, pretended: Pretended, **payload: str) -> tuple[str, str | None, Any]:
    source = {"user": "1", "type": "icloud.account", "identifier": pretended.apple_id}
    wanted = {"password": pretended.password, **payload}
    session = client.post("/sessions", {"source": source, "payload": wanted})
    return session["state"], session["error"], session["error_info"]


def test_out_in_and_out_again(client: Client, pretended: Pretended, desk: SignInDesk) -> None:
    assert attempt(client, pretended, password="wrong")[1] == "invalid-credentials"
    assert attempt(client, pretended) == ("succeeded", None, None)
    desk.logout()
    (session,) = client.get("/sessions?state=expired")["data"]
    assert session["error"] == "service"
    assert client.get("/sessions?state=active")["data"] == []
    assert attempt(client, pretended) == ("succeeded", None, None)


def test_a_password_that_was_refused_is_not_sent_again_for_a_while(
    client: Client, pretended: Pretended, world: World, clock: Clock
) -> None:
    def sent() -> int:
        return len([each for each in world.faults.requests if "/signin/" in str(each["path"])])

    first = attempt(client, pretended, password="wrong")
    before = sent()
    again = attempt(client, pretended, password="wrong")
    assert (again[:2], sent()) == (first[:2], before)
    assert "15 minutes" in again[2]["hint"]
    attempt(client, pretended, password="wrong, too")
    assert sent() > before
    attempt(client, pretended, password="wrong")
    clock.now += REST_S
    before = sent()
    attempt(client, pretended, password="wrong")
    assert sent() > before
    assert attempt(client, pretended) == ("succeeded", None, None)


def test_a_code_wrong_and_right(client: Client, pretended: Pretended) -> None:
    pretended.mfa = "2fa"
    assert attempt(client, pretended) == ("failed", "code-required", None)
    assert attempt(client, pretended, code="000000") == ("failed", "code-required", None)
    assert attempt(client, pretended, code=pretended.code) == ("succeeded", None, None)


def test_a_choice_a_code_wrong_and_right(client: Client, pretended: Pretended) -> None:
    pretended.mfa = "2sv"
    state, error, info = attempt(client, pretended)
    assert (state, error) == ("failed", "choice-required")
    assert info == {"choices": ["********07 - SMS to Phone Number"]}
    assert attempt(client, pretended, choice="a pigeon") == (state, error, info)
    chosen = attempt(client, pretended, choice=info["choices"][0])
    assert chosen == ("failed", "code-required", None)
    assert attempt(client, pretended, code="000000") == ("failed", "code-required", None)
    assert attempt(client, pretended, code=pretended.code) == ("succeeded", None, None)


@pytest.mark.parametrize(
    ("switch", "wrong", "right", "error"),
    [
        ("terms_pending", True, False, "terms-required"),
        ("locked", True, False, "account-locked"),
        ("web_access", False, True, "web-access-disabled"),
    ],
)
def test_what_only_the_owner_can_put_right_and_then_did(
    client: Client, pretended: Pretended, switch: str, wrong: bool, right: bool, error: str
) -> None:
    setattr(pretended, switch, wrong)
    state, found, info = attempt(client, pretended)
    assert (state, found) == ("failed", error)
    assert info["message"]
    assert info["hint"]
    setattr(pretended, switch, right)
    assert attempt(client, pretended) == ("succeeded", None, None)


def test_consent_is_owed_and_then_given(client: Client, pretended: Pretended, world: World) -> None:
    pretended.adp, pretended.pcs_waits = True, 0
    state, error, info = attempt(client, pretended)
    assert (state, error) == ("failed", "consent-required")
    assert info["message"]
    assert info["hint"]
    pretended.consent.grant(world.clock() + pretended.consent_lasts)
    assert attempt(client, pretended) == ("succeeded", None, None)


@pytest.mark.parametrize("kind", list(Kind))
def test_every_state_has_its_word(kind: Kind) -> None:
    told = attempt_of(
        SignInState(kind, "a sentence", "a hint", choices=("a",) * ("choice" in kind))
    )
    is_open = kind in (Kind.SIGNED_IN, Kind.TRUST_EXPIRING)
    assert (told.error is None) == is_open
    if kind in (Kind.CODE_REQUIRED, Kind.CHOICE_REQUIRED):
        assert (told.message, told.hint) == ("", "")
    elif not is_open:
        assert (told.message, told.hint) == ("a sentence", "a hint")
