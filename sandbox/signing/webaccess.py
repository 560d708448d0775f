"""Answers as the setup service does to a browser that wants encrypted data: consent, then keys.

Source: docs/wire.md, "Advanced Data Protection".
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from sandbox.cloud.wire import json_object
from sandbox.signing.account import Account
from sandbox.signing.consent import COOKIES, cookie_name
from sandbox.signing.cookies import set_cookie
from sandbox.signing.setup import NO_WEB_TOKEN, PREFIX, refuse

if TYPE_CHECKING:
    from sandbox.world import World

_NOT_YET = "Cookies not available yet on server."
_DEVICE_ASKED = "Requested the device to upload cookies."


def routes(world: World) -> list[Route]:
    """Return the routes of web access and of the keys for it."""
    desk = _Desk(world)
    calls = {
        "requestWebAccessState": desk.state,
        "enableDeviceConsentForPCS": desk.ask,
        "requestPCS": desk.keys,
    }
    return [Route(f"{PREFIX}/{name}", call, methods=["POST"]) for name, call in calls.items()]


class _Desk:
    def __init__(self, world: World) -> None:
        self._account: Account = world.account
        self._now = world.clock

    async def state(self, request: Request) -> Response:
        if not self._account.is_signed_in(request):
            return refuse(self._account, NO_WEB_TOKEN)
        return JSONResponse(self._state())

    async def ask(self, request: Request) -> Response:
        account, now = self._account, self._now()
        if not account.is_signed_in(request):
            return refuse(account, NO_WEB_TOKEN)
        if not account.adp or not account.web_access:
            return JSONResponse({"isDeviceConsentNotificationSent": False} | self._state())
        account.consent.ask()
        if account.consent_answer == "grant":
            account.consent.grant(now + account.consent_lasts)
        elif account.consent_answer == "deny":
            account.consent.end()
        return JSONResponse({"isDeviceConsentNotificationSent": True} | self._state())

    async def keys(self, request: Request) -> Response:
        account, now = self._account, self._now()
        if not account.is_signed_in(request):
            return refuse(account, NO_WEB_TOKEN)
        app = (await json_object(request)).get("appName")
        if not isinstance(app, str) or app not in COOKIES:
            return _failure("Unknown app requested")
        if not account.web_access or (account.adp and not account.consent.granted(now)):
            return _failure(_NOT_YET)
        first = app not in account.consent.requests
        key = account.consent.request(app, account.pcs_waits if account.adp else 0)
        if key is None:
            return _failure(_DEVICE_ASKED if first else _NOT_YET)
        response = JSONResponse({"status": "success", "message": "Cookies attached."})
        # Without consent there is nothing that could end before the session does.
        left = int(account.consent.until - now) if account.adp else None
        for name in COOKIES[app]:
            set_cookie(request, response, cookie_name(name), key, max_age=left)
        return response

    def _state(self) -> dict[str, Any]:
        account = self._account
        state: dict[str, Any] = {
            "dsid": int(account.dsid),
            "isWebAccessAllowed": account.web_access,
        }
        if not account.adp:
            return state  # without isICDRSDisabled: no consent is needed
        return state | {
            "isICDRSDisabled": True,
            "isDeviceConsentedForPCS": account.consent.granted(self._now()),
            "deviceConsentForPCSExpiry": int(account.consent.until * 1000),
        }


def _failure(message: str) -> Response:
    return JSONResponse({"status": "failure", "message": message})
