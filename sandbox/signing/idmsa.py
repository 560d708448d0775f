"""What all answers of the sign-in service share: echoed headers, forms of refusal, sign-ins.

A sign-in lives in memory between its requests, known by the session id that the client echoes;
what it earns (session and trust tokens) is the account's. Source: docs/wire.md, "Sign-in".
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Callable
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from sandbox.signing.account import Account, SignIn

PREFIX = "/appleauth/auth"
SESSION_GONE = ("-20102", "Your session has ended. Sign in again.")
_COUNTRIES = {"world": "USA", "china": "CHN"}


class Idmsa:
    """The desk at which one account's sign-ins are held; `now` tells seconds since 1970."""

    def __init__(self, account: Account, now: Callable[[], float]) -> None:
        self.account = account
        self.now = now

    def sign_in_of(self, request: Request) -> SignIn | None:
        """Find the sign-in whose session id and scnt the request echoes."""
        sign_in = self.account.sign_ins.get(request.headers.get("x-apple-id-session-id", ""))
        if sign_in is None or request.headers.get("scnt") not in sign_in.scnts:
            return None
        return sign_in

    def open(self, *, verified: bool) -> SignIn:
        """Begin a sign-in; a verified one owes no code."""
        token = self.account.grant_session(verified=verified, trusted=verified)
        return self._kept(SignIn(self.account.mint(), token))

    def open_to_repair(self) -> SignIn:
        """Begin a sign-in that earns nothing before the account is repaired."""
        return self._kept(SignIn(self.account.mint(), "", repair_token=self.account.mint()))

    def headers(self, sign_in: SignIn | None = None) -> dict[str, str]:
        """Return a fresh scnt, and what the client must echo from now on."""
        scnt = self.account.mint()
        if sign_in is None:
            return {"scnt": scnt}
        sign_in.scnts.add(scnt)
        headers = {
            "scnt": scnt,
            "X-Apple-ID-Session-Id": sign_in.session_id,
            "X-Apple-Auth-Attributes": sign_in.session_id[::-1],
            "X-Apple-ID-Account-Country": _COUNTRIES[self.account.region],
        }
        if sign_in.session_token:
            headers["X-Apple-Session-Token"] = sign_in.session_token
        return headers

    def refuse(self, status: int, error: tuple[str, str]) -> Response:
        """Answer with an error code and its sentence, as for passwords."""
        code, message = error
        entry = {"code": code, "message": message, "suppressDismissal": False}
        headers = self.headers() | {"X-Apple-I-Ercd": code}
        return JSONResponse({"serviceErrors": [entry]}, status_code=status, headers=headers)

    def session_gone(self) -> Response:
        """Answer a request that belongs to no sign-in under way."""
        return self.refuse(401, SESSION_GONE)

    def _kept(self, sign_in: SignIn) -> SignIn:
        self.account.sign_ins[sign_in.session_id] = sign_in
        return sign_in


def octets(body: dict[str, Any], key: str) -> bytes:
    """Decode a base64 member; what is missing or broken is empty, and so never right."""
    try:
        return base64.b64decode(str(body.get(key, "")), validate=True)
    except binascii.Error:
        return b""


def strings(body: dict[str, Any], key: str) -> list[str]:
    """Return the texts in a list member; none where there is no list."""
    member = body.get(key)
    return [each for each in member if isinstance(each, str)] if isinstance(member, list) else []
