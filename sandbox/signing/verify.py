"""Answers as the sign-in service does after the password: sends a code, takes it, gives trust.

Source: docs/wire.md, "Second factors".
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, Response
from starlette.routing import Route

from sandbox.cloud.wire import json_object
from sandbox.signing.account import Account, SessionGrant, SignIn
from sandbox.signing.challenge import challenge_json, challenge_page, phone_ids, phone_state
from sandbox.signing.codes import DEVICES, Verdict
from sandbox.signing.idmsa import PREFIX, Idmsa
from sandbox.signing.securitykey import fits

if TYPE_CHECKING:
    from sandbox.world import World

_CODE = f"{PREFIX}/verify/trusteddevice/securitycode"
_WAYS = ("sms", "voice")
_TOO_MANY_SENT = ("-28248", "Verification codes can't be sent to this phone number at this time.")
_WRONG_CODE = ("-21669", "Incorrect Verification Code", "Incorrect verification code.")
_TOO_MANY_TYPED = (
    "-21670",
    "Too Many Verification Codes",
    "Too many verification codes have been entered. Try again later.",
)


def routes(world: World) -> list[Route]:
    """Return the routes of the sign-in service that have to do with the second factor."""
    desk = _Desk(Idmsa(world.account, world.clock))
    return [
        Route(PREFIX, desk.challenge),
        Route(_CODE, desk.send_push, methods=["PUT"]),
        Route(_CODE, desk.verify_push, methods=["POST"]),
        Route(f"{PREFIX}/verify/phone", desk.send_to_phone, methods=["PUT"]),
        Route(f"{PREFIX}/verify/phone/securitycode", desk.verify_phone, methods=["POST"]),
        Route(f"{PREFIX}/verify/security/key", desk.verify_key, methods=["POST"]),
        Route(f"{PREFIX}/2sv/trust", desk.trust),
    ]


class _Desk:
    """The second half of the sign-in service of one account."""

    def __init__(self, idmsa: Idmsa) -> None:
        self._idmsa = idmsa

    @property
    def _account(self) -> Account:
        return self._idmsa.account

    async def challenge(self, request: Request) -> Response:
        sign_in = self._idmsa.sign_in_of(request)
        if sign_in is None:
            return self._idmsa.session_gone()
        headers = self._idmsa.headers(sign_in)
        now = self._idmsa.now()
        if "text/html" in request.headers.get("accept", ""):
            return HTMLResponse(challenge_page(self._account, now), headers=headers)
        return JSONResponse(challenge_json(self._account, now), headers=headers)

    async def send_push(self, request: Request) -> Response:
        sign_in = self._idmsa.sign_in_of(request)
        if sign_in is None:
            return self._idmsa.session_gone()
        if self._account.by_sms:
            return self._state(sign_in, 412)
        return self._send(sign_in, "push", DEVICES, 202)

    async def send_to_phone(self, request: Request) -> Response:
        sign_in = self._idmsa.sign_in_of(request)
        if sign_in is None:
            return self._idmsa.session_gone()
        body = await json_object(request)
        phone, way = _phone_id(body), body.get("mode", "sms")
        if phone not in phone_ids(self._account) or way not in _WAYS:
            return self._state(sign_in, 412)
        return self._send(sign_in, way, f"phone {phone}", 200)

    def _send(self, sign_in: SignIn, how: str, to: str, status: int) -> Response:
        if self._account.codes.send(how, to, self._idmsa.now()):
            return self._state(sign_in, status)
        code, message = _TOO_MANY_SENT
        refusal = {"service_errors": [{"code": code, "message": message}], "hasError": True}
        response = self._state(sign_in, 423, refusal)
        response.headers["X-Apple-I-Ercd"] = code
        return response

    def _state(
        self, sign_in: SignIn, status: int, more: dict[str, Any] | None = None
    ) -> JSONResponse:
        """Answer with the state of telephones and code entry, and `more`."""
        state = phone_state(self._account, self._idmsa.now()) | (more or {})
        return JSONResponse(state, status_code=status, headers=self._idmsa.headers(sign_in))

    async def verify_push(self, request: Request) -> Response:
        body = await json_object(request)
        refusal, sign_in = self._judge(request, body, DEVICES)
        if sign_in is None:
            return refusal
        return self._accept(sign_in, 204)

    async def verify_phone(self, request: Request) -> Response:
        body = await json_object(request)
        refusal, sign_in = self._judge(request, body, f"phone {_phone_id(body)}")
        if sign_in is None:
            return refusal
        # Right codes from a telephone are answered 409; `valid` is the verdict.
        return self._accept(sign_in, 409)

    def _accept(self, sign_in: SignIn, usual: int) -> Response:
        """Say that a code was right, with the `usual` status or the one that is switched on."""
        switched = self._account.code_accepted
        status = switched if isinstance(switched, int) else usual
        headers = self._idmsa.headers(sign_in)
        if status == 204:
            return Response(status_code=204, headers=headers)
        state = phone_state(self._account, self._idmsa.now(), valid=True)
        return JSONResponse(state, status_code=status, headers=headers)

    async def verify_key(self, request: Request) -> Response:
        sign_in, grant = self._under_way(request)
        if sign_in is None or grant is None:
            return self._idmsa.session_gone()
        if not fits(self._account, await json_object(request)):
            return self._refuse_code(sign_in, 400, _WRONG_CODE)
        grant.verified = True
        return Response(status_code=204, headers=self._idmsa.headers(sign_in))

    async def trust(self, request: Request) -> Response:
        sign_in, grant = self._under_way(request)
        if sign_in is None or grant is None or not grant.verified:
            return self._idmsa.session_gone()
        account = self._account
        if account.mfa == "2sv" and account.trust_missing:
            return Response(status_code=404, headers=self._idmsa.headers(sign_in))
        sign_in.session_token = account.grant_session(verified=True, trusted=True)
        headers = self._idmsa.headers(sign_in)
        ends = self._idmsa.now() + account.trust_lasts
        headers["X-Apple-TwoSV-Trust-Token"] = account.grant_trust(ends)
        headers["X-Apple-OAuth-Grant-Code"] = account.mint()
        return Response(status_code=204, headers=headers)

    def _under_way(self, request: Request) -> tuple[SignIn | None, SessionGrant | None]:
        """Find the sign-in of `request`, and what its session token is worth."""
        sign_in = self._idmsa.sign_in_of(request)
        return sign_in, self._account.sessions.get(sign_in.session_token) if sign_in else None

    def _judge(
        self, request: Request, body: dict[str, Any], place: str
    ) -> tuple[Response, SignIn | None]:
        """Mark the sign-in verified, or return the refusal to send and None."""
        sign_in, grant = self._under_way(request)
        if sign_in is None or grant is None:
            return self._idmsa.session_gone(), None
        code = body.get("securityCode")
        typed = code.get("code") if isinstance(code, dict) else None
        match self._account.codes.judge(typed, place, self._idmsa.now()):
            case Verdict.RIGHT:
                grant.verified = True
                return Response(), sign_in
            case Verdict.WRONG:
                self._account.counts["wrong_codes"] += 1
                return self._refuse_code(sign_in, 400, _WRONG_CODE), None
            case Verdict.TOO_MANY:
                self._account.counts["wrong_codes"] += 1
                return self._refuse_code(sign_in, 423, _TOO_MANY_TYPED), None

    def _refuse_code(self, sign_in: SignIn, status: int, error: tuple[str, str, str]) -> Response:
        code, title, message = error
        headers = self._idmsa.headers(sign_in) | {"X-Apple-I-Ercd": code}
        # `service_errors` here, `serviceErrors` for passwords: both as recorded.
        body: dict[str, Any] = {
            "service_errors": [{"code": code, "title": title, "message": message}],
            "hasError": True,
        }
        if status != 400:
            body |= phone_state(self._account, self._idmsa.now())
        return JSONResponse(body, status_code=status, headers=headers)


def _phone_id(body: dict[str, Any]) -> object:
    phone = body.get("phoneNumber")
    return phone.get("id") if isinstance(phone, dict) else None
