"""The account's switches work from outside, all or nothing, and never show the password."""

from __future__ import annotations

import asyncio
from typing import Any

import httpx
import pytest
from starlette.applications import Starlette

from sandbox.app import create_app
from sandbox.world import World, make_world


@pytest.fixture
def world() -> World:
    world = make_world(mfa="2fa", reminders=0)
    session = world.account.grant_session(verified=True, trusted=True)
    world.account.open_browser(session, world.account.grant_trust())
    return world


def call(app: Starlette, method: str, body: Any = None) -> httpx.Response:
    async def send() -> httpx.Response:
        transport = httpx.ASGITransport(app)
        async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1") as http:
            return await http.request(method, "/sandbox/account", json=body)

    return asyncio.run(send())


def test_it_shows_the_switches_but_no_secret_of_the_account(world: World) -> None:
    answer = call(create_app(world), "GET")
    shown = answer.json()
    assert shown["apple_id"] == world.account.apple_id
    assert (shown["mfa"], shown["code"]) == ("2fa", world.account.code)
    assert shown["living"] == {"web": 1, "session": 1, "trust": 1, "sign_in": 0}
    assert shown["counts"]["passwords"] == 0
    assert "password" not in shown
    assert world.account.password not in answer.text


@pytest.mark.parametrize(
    ("kind", "living"),
    [
        ("web", {"web": 0, "session": 1, "trust": 1, "sign_in": 0}),
        ("session", {"web": 1, "session": 0, "trust": 1, "sign_in": 0}),
        ("trust", {"web": 1, "session": 1, "trust": 0, "sign_in": 0}),
    ],
)
def test_each_kind_of_token_is_revoked_alone(
    world: World, kind: str, living: dict[str, int]
) -> None:
    assert call(create_app(world), "PUT", {"revoke": [kind]}).json()["living"] == living


def test_switches_are_set(world: World) -> None:
    wanted = {"mfa": "none", "code": "000000", "password": "new", "locked": True}
    assert call(create_app(world), "PUT", wanted).status_code == 200
    account = world.account
    assert (account.mfa, account.code, account.password, account.locked) == (*wanted.values(),)


@pytest.mark.parametrize(
    ("wrong", "named"),
    [
        ({"mfa": "sms"}, "mfa"),
        ({"locked": "yes"}, "locked"),
        ({"colour": "red"}, "colour"),
        ({"revoke": ["all"]}, "revoke"),
        ({"revoke": "web"}, "revoke"),
        ({"revoke": [{}]}, "revoke"),
    ],
)
def test_a_wrong_part_changes_nothing(world: World, wrong: dict[str, Any], named: str) -> None:
    before = world.account.dump()
    answer = call(create_app(world), "PUT", {"code": "999999"} | wrong)
    assert answer.status_code == 400
    assert answer.json()["error"].startswith(f"{named}: ")
    assert world.account.dump() == before
