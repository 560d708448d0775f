"""Answers as the setup service (`/setup/ws/1`): opens the web services for a session token.

Cookies are set for .icloud.com with quoted values, as the real ones are; the web token stands for
a trusted browser, another cookie for one that still owes its code. Source: docs/wire.md, "Sign-in".
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from sandbox.account import HALF_OPEN_COOKIE, WEB_TOKEN_COOKIE, Account, Browser
from sandbox.profile import login_document, refusal_document
from sandbox.wire import json_object

if TYPE_CHECKING:
    from sandbox.world import World

PREFIX = "/setup/ws/1"
_MONTH = 30 * 24 * 3600  # seconds
_TERMS_VERSION = 140007
_PHONE = {"deviceType": "SMS", "areaCode": "", "phoneNumber": "********07", "deviceId": "1"}
_NO_WEB_TOKEN = f"Missing {WEB_TOKEN_COOKIE} cookie"


def routes(world: World) -> list[Route]:
    """Return the setup service's routes."""
    desk = _Desk(world.account)
    posts = {
        "accountLogin": desk.account_login,
        "validate": desk.validate,
        "requestWebAccessState": desk.web_access_state,
        "sendVerificationCode": desk.send_code,
        "validateVerificationCode": desk.check_code,
        "logout": desk.logout,
    }
    # getTerms and repairDone are GET requests with a JSON body.
    gets = {
        "listDevices": desk.list_devices,
        "getTerms": desk.get_terms,
        "repairDone": desk.repair_done,
    }
    return [
        *(Route(f"{PREFIX}/{name}", call, methods=["POST"]) for name, call in posts.items()),
        *(Route(f"{PREFIX}/{name}", call, methods=["GET"]) for name, call in gets.items()),
    ]


class _Desk:
    """The setup service of one account."""

    def __init__(self, account: Account) -> None:
        self._account = account

    async def account_login(self, request: Request) -> Response:
        body = await json_object(request)
        session_token = str(body.get("dsWebAuthToken") or "")
        if not session_token:
            return _refuse("Missing apple_id field")
        trust_token = str(body.get("trustToken") or "")
        browser = self._account.open_browser(session_token, trust_token)
        if browser is None:
            return _refuse("Failed to validate the credentials")
        return self._welcome(browser)

    async def validate(self, request: Request) -> Response:
        browser = self._account.browser_of(request)
        return _refuse(_NO_WEB_TOKEN) if browser is None else self._welcome(browser)

    async def web_access_state(self, request: Request) -> Response:
        if not self._account.is_signed_in(request):
            return _refuse(_NO_WEB_TOKEN)
        # No isICDRSDisabled: an account without Advanced Data Protection needs no consent.
        return JSONResponse({"dsid": int(self._account.dsid), "isWebAccessAllowed": True})

    async def list_devices(self, request: Request) -> Response:
        if self._two_step_browser(request) is None:
            return _refuse(_NO_WEB_TOKEN)
        return JSONResponse({"devices": [_PHONE]})

    async def send_code(self, request: Request) -> Response:
        if self._two_step_browser(request) is None:
            return _refuse(_NO_WEB_TOKEN)
        device = await json_object(request)
        return JSONResponse({"success": device.get("deviceId") == _PHONE["deviceId"]})

    async def check_code(self, request: Request) -> Response:
        browser = self._two_step_browser(request)
        grant = self._account.sessions.get(browser.session_token) if browser else None
        if grant is None:
            return _refuse(_NO_WEB_TOKEN)
        body = await json_object(request)
        if body.get("verificationCode") != self._account.code:
            return JSONResponse(_WRONG_CODE)  # HTTP 200: the body is the verdict
        grant.verified = True
        grant.trusted = body.get("trustBrowser") is True
        return JSONResponse({"success": True})

    async def get_terms(self, request: Request) -> Response:
        if self._account.half_open_browser_of(request) is None:
            return _refuse(_NO_WEB_TOKEN)
        return JSONResponse({"iCloudTerms": {"version": _TERMS_VERSION, "locale": "en-us"}})

    async def repair_done(self, request: Request) -> Response:
        if self._account.half_open_browser_of(request) is None:
            return _refuse(_NO_WEB_TOKEN)
        accepted = (await json_object(request)).get("acceptedICloudTerms") == _TERMS_VERSION
        if accepted:
            self._account.terms_pending = False
        return JSONResponse({"success": accepted})

    async def logout(self, request: Request) -> Response:
        browser = self._account.browser_of(request)
        if browser is None:
            return _refuse(_NO_WEB_TOKEN)
        body = await json_object(request)
        self._account.close_browser(
            browser,
            keep_trusted=body.get("trustBrowser") is True,
            everywhere=body.get("allBrowsers") is True,
        )
        response = JSONResponse({"success": True})
        _set_cookie(response, WEB_TOKEN_COOKIE, "", max_age=0)
        return response

    def _two_step_browser(self, request: Request) -> Browser | None:
        """Find the browser asking for two-step verification; it must name the account's dsid."""
        if request.query_params.get("dsid") != self._account.dsid:
            return None
        return self._account.half_open_browser_of(request)

    def _welcome(self, browser: Browser) -> Response:
        """Send the login document and the cookies that this browser is worth."""
        response = JSONResponse(login_document(self._account, trusted=browser.trusted))
        response.headers["X-Apple-User-Partition"] = "42"
        user = f"v=1:s=1:d={self._account.dsid}"
        _set_cookie(response, "X-APPLE-WEBAUTH-USER", user, max_age=_MONTH, http_only=True)
        if browser.trusted:
            _set_cookie(response, WEB_TOKEN_COOKIE, f"v=2:t={browser.token}", max_age=_MONTH)
            _set_cookie(response, HALF_OPEN_COOKIE, "", max_age=0)
        else:
            _set_cookie(response, HALF_OPEN_COOKIE, f"v=1:t={browser.token}")
        return response


_WRONG_CODE: dict[str, Any] = {
    "success": False,
    "errorTitle": "Invalid Code",
    "errorMessage": "The code you entered is not correct.",
    "errorCode": -21669,
}


def _refuse(error: str) -> Response:
    return JSONResponse(refusal_document(error), status_code=421)


def _set_cookie(
    response: Response,
    name: str,
    value: str,
    *,
    max_age: int | None = None,
    http_only: bool = False,
) -> None:
    """Add a cookie by hand: Apple's values are in double quotes, which libraries leave out."""
    cookie = f'{name}="{value}"; Domain=.icloud.com; Path=/; Secure'
    if max_age is not None:
        cookie += f"; Max-Age={max_age}"
    if http_only:
        cookie += "; HttpOnly"
    response.headers.append("set-cookie", cookie)
