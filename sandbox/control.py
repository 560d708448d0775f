"""Changes the account from outside the process, for trying out bad days, and tells what was tried.

`/sandbox/account` has its switches, tokens, codes and counts; `/sandbox/consent` is its owner's
answer to a prompt on a device; `/sandbox/clock` lets time pass for all of it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from sandbox.clock import Clock
from sandbox.cloud.wire import json_object
from sandbox.signing.account import Account

if TYPE_CHECKING:
    from sandbox.world import World

_COUNTS = ("passwords", "wrong_passwords", "wrong_codes", "logins", "repairs")
_SALT_OCTETS = 16


def routes(world: World) -> list[Route]:
    """Return the routes of the account's switches and of its owner.

    GET /sandbox/account shows everything but the password. PUT and POST set the switches they name,
    and `salt` (hexadecimal); `revoke` and `forget` list what is to end or to be forgotten.
    POST /sandbox/consent takes `answer`: "grant" or "deny"; 409 where nobody was asked.
    POST /sandbox/clock takes `forward`, the seconds to pass; GET tells how many that were so far.
    """
    account = world.account

    async def switches(request: Request) -> Response:
        if request.method != "GET":
            _change(account, await json_object(request))
        return JSONResponse(_shown(account, world.clock()))

    async def consent(request: Request) -> Response:
        answer = (await json_object(request)).get("answer")
        if answer not in ("grant", "deny"):
            raise HTTPException(400, "answer: must be grant or deny")
        if not account.consent.pending:
            raise HTTPException(409, "no device has been asked for consent, or one has answered")
        if answer == "grant":
            account.consent.grant(world.clock() + account.consent_lasts)
        else:
            account.consent.end()
        return JSONResponse(_shown(account, world.clock())["consent"])

    async def clock(request: Request) -> Response:
        if not isinstance(world.clock, Clock):
            raise HTTPException(409, "the clock of this world is moved by who made it")
        if request.method == "POST":
            try:
                world.clock.forward((await json_object(request)).get("forward"))
            except ValueError as error:
                raise HTTPException(400, str(error)) from error
        return JSONResponse({"now": world.clock(), "ahead": world.clock.ahead})

    return [
        Route("/sandbox/clock", clock, methods=["GET", "POST"]),
        Route("/sandbox/account", switches, methods=["GET", "PUT", "POST"]),
        Route("/sandbox/consent", consent, methods=["POST"]),
    ]


def _change(account: Account, wanted: dict[str, Any]) -> None:
    """Apply `wanted` as a whole; raises HTTPException 400, naming the key, if any part is wrong."""
    revoked = _listed(wanted, "revoke", _revocations(account))
    forgotten = _listed(wanted, "forget", _oblivions(account))
    salt = _salt(wanted.pop("salt", None))
    try:
        account.change(wanted)
    except ValueError as error:
        raise HTTPException(400, str(error)) from error
    account.salt = salt or account.salt
    for act in (*revoked, *forgotten):
        act()


def _revocations(account: Account) -> dict[str, Callable[[], None]]:
    return {
        "web": account.revoke_web_tokens,
        "session": account.revoke_session_tokens,
        "trust": account.revoke_trust,
        "sign_in": account.revoke_sign_ins,
        "consent": account.consent.end,
    }


def _oblivions(account: Account) -> dict[str, Callable[[], None]]:
    return {
        "counts": account.counts.clear,
        "codes": account.codes.sent.clear,
        "limits": account.codes.forget_limits,
    }


def _listed(
    wanted: dict[str, Any], key: str, known: dict[str, Callable[[], None]]
) -> list[Callable[[], None]]:
    """Take the list at `key` out of `wanted`, as what each of its texts stands for."""
    names = wanted.pop(key, [])
    if not isinstance(names, list) or not all(
        isinstance(name, str) and name in known for name in names
    ):
        raise HTTPException(400, f"{key}: must be a list of {', '.join(known)}")
    return [known[name] for name in names]


def _salt(wanted: Any) -> bytes:
    """The octets that hexadecimal text stands for; none for None."""
    if wanted is None:
        return b""
    try:
        octets = bytes.fromhex(wanted)
    except (TypeError, ValueError):
        octets = b""
    if len(octets) != _SALT_OCTETS:
        raise HTTPException(400, f"salt: must be {_SALT_OCTETS} octets in hexadecimal")
    return octets


def _shown(account: Account, now: float) -> dict[str, Any]:
    account.settle(now)
    switches = account.switched()
    del switches["password"]
    consent = account.consent
    return {
        "apple_id": account.apple_id,
        **switches,
        "living": {
            "web": len(account.browsers),
            "session": len(account.sessions),
            "trust": len(account.trust_tokens),
            "sign_in": len(account.sign_ins),
        },
        "consent": {
            "asked": consent.asked,
            "pending": consent.pending,
            "granted": consent.granted(now),
            "apps": sorted(consent.keys) if consent.granted(now) else [],
        },
        "codes": [asdict(sent) for sent in account.codes.sent],
        "counts": {name: account.counts[name] for name in _COUNTS},
    }
