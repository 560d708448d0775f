"""Answers as the sign-in service (`/appleauth/auth`): password by SRP, then a code, then trust.

A sign-in lives in memory between its requests, known by the session id that the client echoes;
what it earns (session and trust tokens) is the account's. Source: docs/wire.md, "Sign-in".
"""

from __future__ import annotations

import base64
import binascii
import secrets
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, Response
from starlette.routing import Route

from sandbox import srp
from sandbox.account import Account
from sandbox.challenge import PHONE_ID, challenge_json, challenge_page, phone_state
from sandbox.wire import json_object

if TYPE_CHECKING:
    from sandbox.world import World

PREFIX = "/appleauth/auth"
_COUNTRY = "USA"
_AUTH_TYPES = {"none": "sa", "2sv": "hsa", "2fa": "hsa2"}
_WRONG_PASSWORD = ("-20101", "Check the account information you entered and try again.")
_LOCKED = ("-20209", "This account has been locked for security reasons.")
_SESSION_GONE = ("-20102", "Your session has ended. Sign in again.")


@dataclass(slots=True)
class SignIn:
    """One sign-in after its password was right; `scnts` are the values the client may echo."""

    session_id: str
    session_token: str
    scnts: set[str] = field(default_factory=set)


def routes(world: World) -> list[Route]:
    """Return the sign-in service's routes; sign-ins under way are theirs alone."""
    desk = _Desk(world.account)
    return [
        Route(f"{PREFIX}/authorize/signin", desk.authorize),
        Route(f"{PREFIX}/signin/init", desk.init, methods=["POST"]),
        Route(f"{PREFIX}/signin/complete", desk.complete, methods=["POST"]),
        Route(PREFIX, desk.challenge),
        Route(f"{PREFIX}/verify/trusteddevice/securitycode", desk.send_push, methods=["PUT"]),
        Route(f"{PREFIX}/verify/trusteddevice/securitycode", desk.verify_push, methods=["POST"]),
        Route(f"{PREFIX}/verify/phone", desk.send_sms, methods=["PUT"]),
        Route(f"{PREFIX}/verify/phone/securitycode", desk.verify_sms, methods=["POST"]),
        Route(f"{PREFIX}/2sv/trust", desk.trust),
    ]


class _Desk:
    """The sign-in service of one account."""

    def __init__(self, account: Account) -> None:
        self._account = account
        self._exchanges: dict[str, srp.Challenge] = {}  # by the `c` that the client returns
        self._sign_ins: dict[str, SignIn] = {}  # by session id

    async def authorize(self, request: Request) -> Response:
        response = HTMLResponse("<!DOCTYPE html><title>Sign in</title>", headers=self._headers())
        response.set_cookie("aasp", self._account.mint(), domain="idmsa.apple.com", secure=True)
        return response

    async def init(self, request: Request) -> Response:
        body = await json_object(request)
        verifier = self._account.verifier()
        if not self._account.is_named(str(body.get("accountName", ""))):
            # An unknown name gets a challenge too, one that no password answers.
            verifier = srp.Verifier(verifier.protocol, verifier.salt, verifier.iterations, srp.G)
        if verifier.protocol not in _strings(body, "protocols"):
            return self._refuse(400, ("-20101", "No common key derivation."))
        try:
            challenge = srp.make_challenge(verifier, _octets(body, "a"), secrets.randbits(256))
        except srp.BadClientKey as error:
            return self._refuse(400, ("-20101", str(error)))
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
        return JSONResponse(answer, headers=self._headers())

    async def complete(self, request: Request) -> Response:
        body = await json_object(request)
        challenge = self._exchanges.pop(str(body.get("c", "")), None)  # one try for each
        name = str(body.get("accountName", ""))
        proofs = _octets(body, "m1"), _octets(body, "m2")
        known = challenge is not None and "x-apple-widget-key" in request.headers
        if challenge is None or not known or not challenge.accepts(name, *proofs):
            return self._refuse(401, _WRONG_PASSWORD)
        if self._account.locked:
            return self._refuse(403, _LOCKED)
        return self._password_was_right(_strings(body, "trustTokens"))

    def _password_was_right(self, trust_tokens: list[str]) -> Response:
        """Open a sign-in: 409 when a code is still owed, 200 when none is.

        The 409 carries a session token too, worth an untrusted login. Two-step verification
        answers 200 either way and asks for its code at the setup service.
        """
        account = self._account
        known = account.mfa == "none" or not account.trust_tokens.isdisjoint(trust_tokens)
        sign_in = SignIn(account.mint(), account.grant_session(verified=known, trusted=known))
        self._sign_ins[sign_in.session_id] = sign_in
        owed = account.mfa == "2fa" and not known
        headers = self._headers(sign_in)
        headers["X-Apple-TwoSV-Trust-Eligible"] = "true"
        body = {"authType": _AUTH_TYPES[account.mfa]}
        return JSONResponse(body, status_code=409 if owed else 200, headers=headers)

    async def challenge(self, request: Request) -> Response:
        sign_in = self._sign_in_of(request)
        if sign_in is None:
            return self._refuse(401, _SESSION_GONE)
        headers = self._headers(sign_in)
        if "text/html" in request.headers.get("accept", ""):
            return HTMLResponse(challenge_page(self._account), headers=headers)
        return JSONResponse(challenge_json(self._account), headers=headers)

    async def send_push(self, request: Request) -> Response:
        sign_in = self._sign_in_of(request)
        if sign_in is None:
            return self._refuse(401, _SESSION_GONE)
        return JSONResponse(phone_state(), status_code=202, headers=self._headers(sign_in))

    async def send_sms(self, request: Request) -> Response:
        sign_in = self._sign_in_of(request)
        if sign_in is None:
            return self._refuse(401, _SESSION_GONE)
        known = _phone_id(await json_object(request)) == PHONE_ID
        status = 200 if known else 412
        return JSONResponse(phone_state(), status_code=status, headers=self._headers(sign_in))

    async def verify_push(self, request: Request) -> Response:
        refusal, sign_in = await self._check_code(request)
        if sign_in is None:
            return refusal
        return Response(status_code=204, headers=self._headers(sign_in))

    async def verify_sms(self, request: Request) -> Response:
        refusal, sign_in = await self._check_code(request)
        if sign_in is None:
            return refusal
        # Right codes from a telephone are answered 409; `valid` is the verdict.
        return JSONResponse(
            phone_state(valid=True), status_code=409, headers=self._headers(sign_in)
        )

    async def trust(self, request: Request) -> Response:
        sign_in = self._sign_in_of(request)
        grant = self._account.sessions.get(sign_in.session_token) if sign_in else None
        if sign_in is None or grant is None or not grant.verified:
            return self._refuse(401, _SESSION_GONE)
        sign_in.session_token = self._account.grant_session(verified=True, trusted=True)
        headers = self._headers(sign_in)
        headers["X-Apple-TwoSV-Trust-Token"] = self._account.grant_trust()
        headers["X-Apple-OAuth-Grant-Code"] = self._account.mint()
        return Response(status_code=204, headers=headers)

    async def _check_code(self, request: Request) -> tuple[Response, SignIn | None]:
        """Mark the sign-in verified, or return the refusal to send and None."""
        sign_in = self._sign_in_of(request)
        grant = self._account.sessions.get(sign_in.session_token) if sign_in else None
        if sign_in is None or grant is None:
            return self._refuse(401, _SESSION_GONE), None
        body = await json_object(request)
        code = body.get("securityCode")
        if not isinstance(code, dict) or code.get("code") != self._account.code:
            return self._wrong_code(sign_in), None
        grant.verified = True
        return Response(), sign_in

    def _wrong_code(self, sign_in: SignIn) -> Response:
        error = {
            "code": "-21669",
            "title": "Incorrect Verification Code",
            "message": "Incorrect verification code.",
        }
        headers = self._headers(sign_in) | {"X-Apple-I-Ercd": "-21669"}
        # `service_errors` here, `serviceErrors` for passwords: both as recorded.
        body: dict[str, Any] = {"service_errors": [error], "hasError": True}
        return JSONResponse(body, status_code=400, headers=headers)

    def _refuse(self, status: int, error: tuple[str, str]) -> Response:
        code, message = error
        entry = {"code": code, "message": message, "suppressDismissal": False}
        headers = self._headers() | {"X-Apple-I-Ercd": code}
        return JSONResponse({"serviceErrors": [entry]}, status_code=status, headers=headers)

    def _sign_in_of(self, request: Request) -> SignIn | None:
        """Find the sign-in whose session id and scnt the request echoes."""
        sign_in = self._sign_ins.get(request.headers.get("x-apple-id-session-id", ""))
        if sign_in is None or request.headers.get("scnt") not in sign_in.scnts:
            return None
        return sign_in

    def _headers(self, sign_in: SignIn | None = None) -> dict[str, str]:
        """Return a fresh scnt, and what the client must echo from now on."""
        scnt = self._account.mint()
        if sign_in is None:
            return {"scnt": scnt}
        sign_in.scnts.add(scnt)
        return {
            "scnt": scnt,
            "X-Apple-ID-Session-Id": sign_in.session_id,
            "X-Apple-Session-Token": sign_in.session_token,
            "X-Apple-Auth-Attributes": sign_in.session_id[::-1],
            "X-Apple-ID-Account-Country": _COUNTRY,
        }


def _octets(body: dict[str, Any], key: str) -> bytes:
    """Decode a base64 member; what is missing or broken is empty, and so never right."""
    try:
        return base64.b64decode(str(body.get(key, "")), validate=True)
    except binascii.Error:
        return b""


def _strings(body: dict[str, Any], key: str) -> list[str]:
    """Return the texts in a list member; none where there is no list."""
    member = body.get(key)
    return [each for each in member if isinstance(each, str)] if isinstance(member, list) else []


def _phone_id(body: dict[str, Any]) -> object:
    phone = body.get("phoneNumber")
    return phone.get("id") if isinstance(phone, dict) else None
