"""Describes a two-factor challenge the way the sign-in page does: as HTML with boot data, or JSON.

Both name the route `auth/verify/trusteddevice` or `auth/verify/phone`, never the push bridge, so
that a code can be typed without a connection to a push service.
"""

from __future__ import annotations

from typing import Any

import orjson

from sandbox.account import Account

PHONE_ID = 1
_PHONE = {
    "id": PHONE_ID,
    "pushMode": "sms",
    "nonFTEU": True,
    "lastTwoDigits": "07",
    "obfuscatedNumber": "(•••) •••-••07",
    "numberWithDialCode": "+1 (•••) •••-••07",
}


def phone_state(*, valid: bool | None = None) -> dict[str, Any]:
    """Describe the trusted telephone and the code entry; `valid` is the verdict on a code."""
    code: dict[str, Any] = {
        "length": 6,
        "tooManyCodesSent": False,
        "tooManyCodesValidated": False,
        "securityCodeLocked": False,
        "securityCodeCooldown": False,
    }
    if valid is not None:
        code["valid"] = valid
    return {
        "trustedPhoneNumbers": [_PHONE],
        "trustedPhoneNumber": _PHONE,
        "securityCode": code,
        "mode": "sms",
        "authenticationType": "hsa2",
        "hsa2Account": True,
    }


def challenge_json(account: Account) -> dict[str, Any]:
    """Describe the challenge for `Accept: application/json`."""
    return phone_state() | {
        "trustedDeviceCount": 0 if account.by_sms else 1,
        "noTrustedDevices": account.by_sms,
    }


def challenge_page(account: Account) -> str:
    """Return the sign-in page; its boot data is JSON in a script element of class `boot_args`."""
    # Clients look for telephones inside bridgeInitiateData, and ask for a text message when
    # they find one there. An account with trusted devices therefore shows it only outside.
    two_sv: dict[str, Any] = {
        "supportedPushModes": ["voice", "sms"],
        "authFactors": ["robocall", "sms", "generatedcode"],
        "sourceAppId": 1159,
        "phoneNumberVerification": phone_state(),
    }
    if account.by_sms:
        two_sv["bridgeInitiateData"] = {"phoneNumberVerification": phone_state()}
    boot = {
        "direct": {
            "authType": "hsa2",
            "hasTrustedDevices": not account.by_sms,
            "authInitialRoute": (
                "auth/verify/phone" if account.by_sms else "auth/verify/trusteddevice"
            ),
            "twoSV": two_sv,
        },
        "additional": {"canRoute2sv": True},
    }
    return (
        '<!DOCTYPE html><html><head><meta charset="utf-8"><title>Sign in</title></head><body>'
        f'<script type="application/json" class="boot_args">{orjson.dumps(boot).decode()}</script>'
        "</body></html>"
    )
