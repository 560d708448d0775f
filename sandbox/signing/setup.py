"""Answers as the setup service (`/setup/ws/1`): opens the web services for a session token.

The web token cookie stands for a trusted browser, another one for one that still owes its code.
Source: docs/wire.md, "Sign-in".
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from sandbox.cloud.wire import json_object
from sandbox.signing.account import HALF_OPEN_COOKIE, NEVER, WEB_TOKEN_COOKIE, Account, Browser
from sandbox.signing.cookies import is_chinese, set_cookie
from sandbox.signing.profile import login_document, refusal_document

if TYPE_CHECKING:
    from sandbox.services.roster import Services
    from sandbox.world import World

PREFIX = "/setup/ws/1"
TRUST_COOKIE = "X-APPLE-WEBAUTH-HSA-TRUST"
NO_WEB_TOKEN = f"Missing {WEB_TOKEN_COOKIE} cookie"
_MONTH = 30 * 24 * 3600  # seconds
_TERMS_VERSION = 140007
_DOMAINS = {"world": "iCloud.com", "china": "iCloud.com.cn"}


def routes(world: World) -> list[Route]:
    """Return the routes with which a browser logs in and out, and accepts terms."""
    desk = _Desk(world.account, world.services, world.clock)
    posts = {
        "accountLogin": desk.account_login,
        "validate": desk.validate,
        "logout": desk.logout,
    }
    # getTerms and repairDone are GET requests with a JSON body.
    gets = {"getTerms": desk.get_terms, "repairDone": desk.repair_done}
    return [
        *(Route(f"{PREFIX}/{name}", call, methods=["POST"]) for name, call in posts.items()),
        *(Route(f"{PREFIX}/{name}", call, methods=["GET"]) for name, call in gets.items()),
    ]


def refuse(account: Account, error: str) -> Response:
    """Say that a session or a token has ended."""
    return JSONResponse(refusal_document(error), status_code=account.session_ended)


class _Desk:
    """The setup service of one account; `now` tells seconds since 1970."""

    def __init__(self, account: Account, services: Services, now: Callable[[], float]) -> None:
        self._account = account
        self._services = services
        self._now = now

    async def account_login(self, request: Request) -> Response:
        account = self._account
        account.counts["logins"] += 1
        account.settle(self._now())
        body = await json_object(request)
        session_token = str(body.get("dsWebAuthToken") or "")
        if not session_token:
            return JSONResponse(refusal_document("Missing apple_id field"), status_code=421)
        if is_chinese(request) is (account.region == "world"):
            # No Location: the body alone says where to go.
            return JSONResponse({"domainToUse": _DOMAINS[account.region]}, status_code=302)
        browser = account.open_browser(session_token, str(body.get("trustToken") or ""))
        if browser is None:
            return refuse(account, "Failed to validate the credentials")
        return self._welcome(request, browser)

    async def validate(self, request: Request) -> Response:
        self._account.settle(self._now())
        browser = self._account.browser_of(request)
        if browser is None:
            return refuse(self._account, NO_WEB_TOKEN)
        return self._welcome(request, browser)

    async def get_terms(self, request: Request) -> Response:
        if self._account.half_open_browser_of(request) is None:
            return refuse(self._account, NO_WEB_TOKEN)
        return JSONResponse({"iCloudTerms": {"version": _TERMS_VERSION, "locale": "en-us"}})

    async def repair_done(self, request: Request) -> Response:
        if self._account.half_open_browser_of(request) is None:
            return refuse(self._account, NO_WEB_TOKEN)
        accepted = (await json_object(request)).get("acceptedICloudTerms") == _TERMS_VERSION
        if accepted:
            self._account.terms_pending = False
        return JSONResponse({"success": accepted})

    async def logout(self, request: Request) -> Response:
        browser = self._account.browser_of(request)
        if browser is None:
            return refuse(self._account, NO_WEB_TOKEN)
        body = await json_object(request)
        self._account.close_browser(
            browser,
            keep_trusted=body.get("trustBrowser") is True,
            everywhere=body.get("allBrowsers") is True,
        )
        response = JSONResponse({"success": True})
        set_cookie(request, response, WEB_TOKEN_COOKIE, "", max_age=0)
        return response

    def _welcome(self, request: Request, browser: Browser) -> Response:
        """Send the login document and the cookies that this browser is worth."""
        account = self._account
        response = JSONResponse(
            login_document(account, self._services.states, trusted=browser.trusted)
        )
        response.headers["X-Apple-User-Partition"] = "42"

        def cookie(name: str, value: str, max_age: int | None = None) -> None:
            set_cookie(request, response, name, value, max_age=max_age)

        user = f"v=1:s=1:d={account.dsid}"
        set_cookie(request, response, "X-APPLE-WEBAUTH-USER", user, max_age=_MONTH, http_only=True)
        if not browser.trusted:
            cookie(HALF_OPEN_COOKIE, f"v=1:t={browser.token}")
            return response
        cookie(WEB_TOKEN_COOKIE, f"v=2:t={browser.token}", _MONTH)
        cookie(HALF_OPEN_COOKIE, "", 0)
        ends = account.trust_tokens.get(browser.trust_token, NEVER)
        if ends < NEVER:
            # The only place where a browser can see how long it is still trusted.
            cookie(TRUST_COOKIE, f"v=1:t={browser.token[::-1]}", int(ends - self._now()))
        return response
