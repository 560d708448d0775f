"""Challenges the owner of a security key, and looks at what the key's answer claims.

The key's signature is not checked: the sandbox was never told a public key.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
from typing import Any

import orjson

from sandbox.signing.account import Account

_RP_ID = "apple.com"
_ORIGIN = "https://apple.com"


def challenge(account: Account) -> dict[str, Any]:
    """The `fsaChallenge` of an account with security keys."""
    return {
        "challenge": _text(account.owner),
        "keyHandles": [_text(name) for name in account.security_keys],
        "rpId": _RP_ID,
    }


def fits(account: Account, answer: dict[str, Any]) -> bool:
    """Say whether `answer` is about this challenge, by one of the account's keys, for Apple."""
    asked = challenge(account)
    try:
        client = orjson.loads(_octets(answer, "clientData"))
        authenticator = _octets(answer, "authenticatorData")
        key = base64.urlsafe_b64encode(_octets(answer, "credentialID")).decode().rstrip("=")
        signed = bool(_octets(answer, "signatureData"))
    except (binascii.Error, orjson.JSONDecodeError):
        return False
    claims = {"type": "webauthn.get", "challenge": asked["challenge"], "origin": _ORIGIN}
    return (
        isinstance(client, dict)
        and claims.items() <= client.items()
        and answer.get("challenge") == asked["challenge"]
        and authenticator[:32] == hashlib.sha256(_RP_ID.encode()).digest()
        and key in asked["keyHandles"]
        and signed
    )


def _text(name: str) -> str:
    digest = hashlib.sha256(name.encode()).digest()
    return base64.urlsafe_b64encode(digest).decode().rstrip("=")


def _octets(answer: dict[str, Any], key: str) -> bytes:
    """Decode base64 of the standard alphabet; raises binascii.Error."""
    return base64.b64decode(str(answer.get(key) or ""), validate=True)
