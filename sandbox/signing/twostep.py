"""Answers as the setup service does to old two-step verification: which device, what code.

Source: docs/wire.md, "Second factors".
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from sandbox.cloud.wire import json_object
from sandbox.signing.account import Account, Browser
from sandbox.signing.codes import Verdict
from sandbox.signing.setup import NO_WEB_TOKEN, PREFIX, refuse

if TYPE_CHECKING:
    from sandbox.world import World

_WRONG_CODE = {
    "success": False,
    "errorTitle": "Invalid Code",
    "errorMessage": "The code you entered is not correct.",
    "errorCode": -21669,
}
_TOO_MANY = {
    "success": False,
    "errorTitle": "Too Many Codes",
    "errorMessage": "Too many verification codes have been entered. Try again later.",
    "errorCode": -21670,
}


def routes(world: World) -> list[Route]:
    """Return the routes of two-step verification."""
    account = world.account

    async def list_devices(request: Request) -> Response:
        if _browser(account, request) is None:
            return refuse(account, NO_WEB_TOKEN)
        return JSONResponse({"devices": _devices(account)})

    async def send_code(request: Request) -> Response:
        if _browser(account, request) is None:
            return refuse(account, NO_WEB_TOKEN)
        device = _chosen(account, await json_object(request))
        if device is None:
            return JSONResponse({"success": False})
        how = "sms" if "phoneNumber" in device else "push"
        sent = account.codes.send(how, _place(device), world.clock())
        return JSONResponse({"success": sent})

    async def check_code(request: Request) -> Response:
        browser = _browser(account, request)
        grant = account.sessions.get(browser.session_token) if browser else None
        if grant is None:
            return refuse(account, NO_WEB_TOKEN)
        body = await json_object(request)
        device = _chosen(account, body)
        place = "nowhere" if device is None else _place(device)
        verdict = account.codes.judge(body.get("verificationCode"), place, world.clock())
        if verdict is not Verdict.RIGHT:
            account.counts["wrong_codes"] += 1
            # HTTP 200: the body is the verdict.
            return JSONResponse(_TOO_MANY if verdict is Verdict.TOO_MANY else _WRONG_CODE)
        grant.verified = True
        grant.trusted = body.get("trustBrowser") is True
        return JSONResponse({"success": True})

    return [
        Route(f"{PREFIX}/listDevices", list_devices, methods=["GET"]),
        Route(f"{PREFIX}/sendVerificationCode", send_code, methods=["POST"]),
        Route(f"{PREFIX}/validateVerificationCode", check_code, methods=["POST"]),
    ]


def _browser(account: Account, request: Request) -> Browser | None:
    """Find the browser asking for two-step verification; it must name the account's dsid."""
    if request.query_params.get("dsid") != account.dsid:
        return None
    return account.half_open_browser_of(request)


def _devices(account: Account) -> list[dict[str, Any]]:
    """Every device that a code can be sent to: telephones first, then those with a name."""
    phones = [
        {"deviceType": "SMS", "areaCode": "", "phoneNumber": f"********{last_two}"}
        for last_two in account.phones
    ]
    named = [{"deviceType": "iOS", "deviceName": name} for name in account.devices]
    every = [*phones, *named]
    return [device | {"deviceId": str(at)} for at, device in enumerate(every, start=1)]


def _chosen(account: Account, wanted: dict[str, Any]) -> dict[str, Any] | None:
    """Find the device that a request names."""
    return next(
        (each for each in _devices(account) if each["deviceId"] == wanted.get("deviceId")), None
    )


def _place(device: dict[str, Any]) -> str:
    kind = "phone" if "phoneNumber" in device else "device"
    return f"{kind} {device['deviceId']}"
