"""Answers as the sign-in service does to a password: SRP, then what is owed besides it.

Source: docs/wire.md, "Sign-in".
"""

from __future__ import annotations

import base64
import secrets
from typing import TYPE_CHECKING

from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, Response
from starlette.routing import Route

from sandbox.cloud.wire import json_object
from sandbox.signing import srp
from sandbox.signing.account import Account
from sandbox.signing.codes import DEVICES
from sandbox.signing.idmsa import PREFIX, Idmsa, octets, strings

if TYPE_CHECKING:
    from sandbox.world import World

_AUTH_TYPES = {"none": "sa", "2sv": "hsa", "2fa": "hsa2"}
_WRONG_PASSWORD = ("-20101", "Check the account information you entered and try again.")
_LOCKED = ("-20209", "This account has been locked for security reasons.")


def routes(world: World) -> list[Route]:
    """Return the routes of the sign-in service that have to do with the password."""
    desk = _Desk(Idmsa(world.account, world.clock))
    return [
        Route(f"{PREFIX}/authorize/signin", desk.authorize),
        Route(f"{PREFIX}/signin/init", desk.init, methods=["POST"]),
        Route(f"{PREFIX}/signin/complete", desk.complete, methods=["POST"]),
        Route(f"{PREFIX}/repair/complete", desk.repair, methods=["POST"]),
    ]


class _Desk:
    """The password half of the sign-in service of one account."""

    def __init__(self, idmsa: Idmsa) -> None:
        self._idmsa = idmsa
        self._exchanges: dict[str, srp.Challenge] = {}  # by the `c` that the client returns

    @property
    def _account(self) -> Account:
        return self._idmsa.account

    async def authorize(self, request: Request) -> Response:
        headers = self._idmsa.headers()
        response = HTMLResponse("<!DOCTYPE html><title>Sign in</title>", headers=headers)
        response.set_cookie("aasp", self._account.mint(), domain="idmsa.apple.com", secure=True)
        return response

    async def init(self, request: Request) -> Response:
        body = await json_object(request)
        verifier = self._account.verifier()
        if not self._account.is_named(str(body.get("accountName", ""))):
            # An unknown name gets a challenge too, one that no password answers.
            verifier = srp.Verifier(verifier.protocol, verifier.salt, verifier.iterations, srp.G)
        if verifier.protocol not in strings(body, "protocols"):
            return self._idmsa.refuse(400, ("-20101", "No common key derivation."))
        try:
            challenge = srp.make_challenge(verifier, octets(body, "a"), secrets.randbits(256))
        except srp.BadClientKey as error:
            return self._idmsa.refuse(400, ("-20101", str(error)))
        ticket = f"d-330-{self._account.mint()}:MSA"
        self._exchanges[ticket] = challenge
        answer = {
            "iteration": verifier.iterations,
            "salt": base64.b64encode(verifier.salt).decode(),
            "protocol": verifier.protocol,
            "version": 1,
            "b": base64.b64encode(challenge.b).decode(),
            "c": ticket,
        }
        return JSONResponse(answer, headers=self._idmsa.headers())

    async def complete(self, request: Request) -> Response:
        body = await json_object(request)
        account = self._account
        account.settle(self._idmsa.now())
        account.counts["passwords"] += 1
        challenge = self._exchanges.pop(str(body.get("c", "")), None)  # one try for each
        name = str(body.get("accountName", ""))
        proofs = octets(body, "m1"), octets(body, "m2")
        known = challenge is not None and "x-apple-widget-key" in request.headers
        right = challenge is not None and known and challenge.accepts(name, *proofs)
        if account.is_named(name) and not right:
            self._count_wrong_password()
        if account.is_named(name) and account.locked:
            return self._idmsa.refuse(403, _LOCKED)
        if not right:
            return self._idmsa.refuse(401, _WRONG_PASSWORD)
        account.wrong_passwords = 0
        paused = body.get("pause2FA") is True
        return self._password_was_right(strings(body, "trustTokens"), paused=paused)

    def _count_wrong_password(self) -> None:
        account = self._account
        account.counts["wrong_passwords"] += 1
        account.wrong_passwords += 1
        if account.password_tries and account.wrong_passwords >= account.password_tries:
            account.locked = True

    def _password_was_right(self, trust_tokens: list[str], *, paused: bool) -> Response:
        """Open a sign-in: 409 when a code is owed, 412 when a repair is, 200 when nothing is.

        The 409 carries a session token too, worth an untrusted login. Two-step verification
        answers 200 either way and asks for its code at the setup service.
        """
        account, idmsa = self._account, self._idmsa
        body = {"authType": _AUTH_TYPES[account.mfa]}
        if account.mfa == "none" and account.repair:
            sign_in = idmsa.open_to_repair()
            headers = idmsa.headers(sign_in)
            headers |= {
                "Location": "/auth",
                "X-Apple-Repair-Session-Token": sign_in.repair_token,
            }
            return JSONResponse(body, status_code=412, headers=headers)
        known = account.mfa == "none" or not account.trust_tokens.keys().isdisjoint(trust_tokens)
        owed = account.mfa == "2fa" and not known
        asked_for = account.by_sms or account.bridge or bool(account.security_keys)
        if owed and not paused and not asked_for:
            account.codes.send("push", DEVICES, idmsa.now())
        headers = idmsa.headers(idmsa.open(verified=known))
        headers["X-Apple-TwoSV-Trust-Eligible"] = "true"
        return JSONResponse(body, status_code=409 if owed else 200, headers=headers)

    async def repair(self, request: Request) -> Response:
        """Let an account go on without a second factor; the next sign-in asks again."""
        sign_in = self._idmsa.sign_in_of(request)
        if sign_in is None or not sign_in.repair_token:
            return self._idmsa.session_gone()
        sign_in.repair_token = ""
        sign_in.session_token = self._account.grant_session(verified=True, trusted=True)
        self._account.counts["repairs"] += 1
        return JSONResponse({}, headers=self._idmsa.headers(sign_in))
