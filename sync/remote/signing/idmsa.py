"""Speaks to the sign-in service after the password: have a code sent, submit it, ask for trust.

Done here and not by pyicloud, which forgets where a code was sent when its process ends, cannot ask
for a code on the devices, has no ``repair/complete``, and words an outage as a wrong code.
Wire facts: docs/wire.md, "Second factor".
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import httpx
import orjson

from sync.errors import AccountUnusable, BadResponse, NetworkError, SignInNeeded, Throttled
from sync.remote.account import Account
from sync.remote.client import foreign, make_client, read_object, service
from sync.remote.limiter import Limiter, parse_retry_after
from sync.remote.signing.challenge import DEVICE
from sync.remote.signing.states import Way
from sync.remote.signing.underway import Verdict, judge_code
from sync.remote.stored import SessionStore

__all__ = ["Idmsa"]

_WIDGET = "d39ba9916b7251055b22c7f910e2ea796ee65e98b2ddecea8f5dde8d9d1a815d"
_KEPT = {
    "scnt": "scnt",
    "X-Apple-ID-Session-Id": "session_id",
    "X-Apple-Auth-Attributes": "auth_attributes",
    "X-Apple-Session-Token": "session_token",
    "X-Apple-TwoSV-Trust-Token": "trust_token",
    "X-Apple-ID-Account-Country": "account_country",
}
_OVER = SignInNeeded("the sign-in took too long, Apple ended it", "run: remindersd login")


class Idmsa:
    """The sign-in service for the half sign-in in ``store``; what it earns is written there."""

    def __init__(self, account: Account, store: SessionStore, limiter: Limiter) -> None:
        self._account = account
        self._store = store
        self._limiter = limiter

    def send(self, way: Way) -> None:
        """Have a code sent by ``way``; raises SignInNeeded where the service will not or cannot."""
        if way.key == DEVICE:
            response = self._call("PUT", "/verify/trusteddevice/securitycode")
        else:
            response = self._call("PUT", "/verify/phone", dict(way.body))
        status = response.status_code
        if status in (401, 421, 404):
            raise SignInNeeded(_OVER.message, _OVER.hint)
        if status == 423 or _error_number(response) == "-28248":
            raise SignInNeeded(
                f"Apple sends no more codes to {way.label} for now",
                "wait a few hours, or choose another way",
            )
        # 409 and 412 describe the challenge anew where a code is under way; only a telephone that
        # is not known is refused with 412.
        if status == 412 and way.key != DEVICE:
            raise SignInNeeded(f"Apple does not know {way.label}", "choose another way")
        if status >= 400 and status != 409:
            raise SignInNeeded(
                f"Apple could not send a code to {way.label} ({status})", "choose another way"
            )

    def submit(self, way: Way | None, code: str) -> Verdict:
        """Submit a code that came by ``way`` (``None``: shown on a device)."""
        body: dict[str, Any] = {"securityCode": {"code": code}}
        if way is None or way.key == DEVICE:
            response = self._call("POST", "/verify/trusteddevice/securitycode", body)
        else:
            response = self._call("POST", "/verify/phone/securitycode", {**way.body, **body})
        return judge_code(response.status_code, _document(response), _error_number(response))

    def trust(self) -> None:
        """Ask that this computer be trusted; without that the next sign-in owes a code again."""
        response = self._call("GET", "/2sv/trust")
        # With the older verification 404 has been seen, and they were signed in all the same.
        if response.status_code in (401, 421):
            raise SignInNeeded(_OVER.message, _OVER.hint)

    def repair(self, token: str) -> None:
        """Say "not now" to the advice to get a second factor; ``token`` came with that."""
        more = {"X-Apple-Repair-Session-Token": token} if token else {}
        kept = self._store.data().get("session_token")
        if kept:
            more["X-Apple-Session-Token"] = str(kept)
        response = self._call("POST", "/repair/complete", {}, more)
        if response.status_code >= 400:
            raise AccountUnusable(
                "Apple wants this account to turn on two-factor authentication first",
                "sign in at https://account.apple.com once and follow its advice",
                "two-factor",
            )

    def _call(
        self,
        method: str,
        path: str,
        body: Mapping[str, Any] | None = None,
        more: Mapping[str, str] | None = None,
    ) -> httpx.Response:
        """One request; outages and throttling are raised, everything else is the caller's."""
        data, jar = self._store.data(), self._store.cookies()
        url = self._account.idmsa + path
        self._limiter.wait()
        with make_client(self._account, jar) as client:
            try:
                response = client.request(
                    method,
                    url,
                    content=None if body is None else orjson.dumps(body),
                    headers={**self._headers(data), **(more or {})},
                )
            except httpx.HTTPError as error:
                self._limiter.unreached()
                raise foreign(error, url, self._account.redirect) from None
        self._keep(data, response)
        self._store.save_cookies(jar)
        self._raise_if_out_of_order(response)
        return response

    def _headers(self, data: Mapping[str, Any]) -> dict[str, str]:
        client = str(data.get("client_id") or "")
        headers = {
            "Accept": "application/json, text/plain",
            "Content-Type": "application/json",
            "Referer": "https://idmsa.apple.com",
            "X-Apple-OAuth-Client-Id": _WIDGET,
            "X-Apple-OAuth-Client-Type": "firstPartyAuth",
            "X-Apple-OAuth-Redirect-URI": self._account.home,
            "X-Apple-OAuth-Require-Grant-Code": "true",
            "X-Apple-OAuth-Response-Mode": "web_message",
            "X-Apple-OAuth-Response-Type": "code",
            "X-Apple-OAuth-State": client,
            "X-Apple-Frame-Id": client,
            "X-Apple-Widget-Key": _WIDGET,
        }
        # Each answer may replace these, and the latest has to be echoed.
        for header in ("scnt", "X-Apple-ID-Session-Id", "X-Apple-Auth-Attributes"):
            if data.get(_KEPT[header]):
                headers[header] = str(data[_KEPT[header]])
        return headers

    def _keep(self, data: dict[str, Any], response: httpx.Response) -> None:
        news = {
            name: response.headers[header]
            for header, name in _KEPT.items()
            if response.headers.get(header)
        }
        self._store.save_data({**data, **news})

    def _raise_if_out_of_order(self, response: httpx.Response) -> None:
        status = response.status_code
        where = service(response.request.url, self._account.redirect)
        if status in (429, 503):
            asked = parse_retry_after(response.headers.get("Retry-After"), self._limiter.now())
            raise Throttled(f"{where} asks to wait ({status})", "", self._limiter.refused(asked))
        if status >= 500:
            self._limiter.refused()
            raise NetworkError(f"{where} is out of order ({status})", "try again later")


def _document(response: httpx.Response) -> dict[str, Any]:
    """The JSON object of an answer; many have none, and an error page says no more."""
    if not response.content:
        return {}
    try:
        return read_object(response)
    except BadResponse:
        return {}


def _error_number(response: httpx.Response) -> str:
    """The error number of an answer, from its header or from either list of errors; else empty."""
    told = response.headers.get("X-Apple-I-Ercd", "")
    if told:
        return str(told)
    document = _document(response)
    for name in ("service_errors", "serviceErrors"):
        errors = document.get(name)
        if isinstance(errors, list) and errors and isinstance(errors[0], dict):
            return str(errors[0].get("code") or "")
    return ""
