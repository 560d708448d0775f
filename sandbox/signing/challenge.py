"""Describes a two-factor challenge the way the sign-in page does: as HTML with boot data, or JSON.

The push bridge is only named, and only where the account is switched to it: nobody serves the
connection that it would take, so that clients have to find another way.
"""

from __future__ import annotations

from typing import Any

import orjson

from sandbox.signing.account import Account
from sandbox.signing.securitykey import challenge

_BRIDGE = {
    "apnsTopic": "com.apple.idmsauthwidget",
    "apnsEnvironment": "prod",
    "webSocketUrl": "websocket.push.apple.com/v2",
}


def phone_ids(account: Account) -> range:
    """The ids of the account's trusted telephones."""
    return range(1, len(account.phones) + 1)


def phone_state(account: Account, now: float, *, valid: bool | None = None) -> dict[str, Any]:
    """Describe the trusted telephones and the code entry; `valid` is the verdict on a code."""
    phones = [_phone(*each) for each in zip(phone_ids(account), account.phones, strict=True)]
    sent, typed = account.codes.too_many_sent(now), account.codes.locked(now)
    code: dict[str, Any] = {
        "length": 6,
        "tooManyCodesSent": sent,
        "tooManyCodesValidated": typed,
        "securityCodeLocked": typed,
        "securityCodeCooldown": sent or typed,
    }
    if valid is not None:
        code["valid"] = valid
    return {
        "trustedPhoneNumbers": phones,
        "trustedPhoneNumber": phones[0] if phones else None,
        "securityCode": code,
        "mode": "sms",
        "authenticationType": "hsa2",
        "hsa2Account": True,
    }


def challenge_json(account: Account, now: float) -> dict[str, Any]:
    """Describe the challenge for `Accept: application/json`."""
    described = phone_state(account, now) | {
        "trustedDeviceCount": 0 if account.by_sms else max(1, len(account.devices)),
        "noTrustedDevices": account.by_sms,
    }
    if account.security_keys:
        described |= {"keyNames": account.security_keys, "fsaChallenge": challenge(account)}
    return described


def challenge_page(account: Account, now: float) -> str:
    """Return the sign-in page; its boot data is JSON in a script element of class `boot_args`."""
    # Clients look for telephones inside bridgeInitiateData, and ask for a text message when
    # they find one there. An account with trusted devices therefore shows it only outside.
    phones = {"phoneNumberVerification": phone_state(account, now)}
    two_sv: dict[str, Any] = {
        "supportedPushModes": ["voice", "sms"],
        "authFactors": ["robocall", "sms", "generatedcode"],
        "sourceAppId": 1159,
        **phones,
    }
    route = "auth/verify/trusteddevice"
    if account.by_sms:
        route = "auth/verify/phone"
        two_sv["bridgeInitiateData"] = phones
    elif account.bridge:
        route = "auth/bridge/step"
        two_sv["bridgeInitiateData"] = _BRIDGE | phones
    boot = {
        "direct": {
            "authType": "hsa2",
            "hasTrustedDevices": not account.by_sms,
            "authInitialRoute": route,
            "twoSV": two_sv,
        },
        "additional": {"canRoute2sv": True},
    }
    return (
        '<!DOCTYPE html><html><head><meta charset="utf-8"><title>Sign in</title></head><body>'
        f'<script type="application/json" class="boot_args">{orjson.dumps(boot).decode()}</script>'
        "</body></html>"
    )


def _phone(number: int, last_two: str) -> dict[str, Any]:
    return {
        "id": number,
        "pushMode": "sms",
        "nonFTEU": True,
        "lastTwoDigits": last_two,
        "obfuscatedNumber": f"(•••) •••-••{last_two}",
        "numberWithDialCode": f"+1 (•••) •••-••{last_two}",
    }
