"""Speaks to the setup service: is the stored session good, can its token open a new one, log out.

Done here rather than by pyicloud for two reasons: a good session needs none of it, and pyicloud
takes an overloaded service for a rejected token, which would send the password for nothing.
Wire facts: docs/wire.md, "Setup service".
"""

from __future__ import annotations

from collections.abc import Mapping
from http.cookiejar import LWPCookieJar
from typing import Any

import httpx
import orjson

from sync.errors import AccountUnusable, BadResponse, NetworkError, ServiceError, Throttled
from sync.remote.account import Account, Connection
from sync.remote.client import foreign, make_client, place, read_object, service
from sync.remote.endpoint import is_apple_host
from sync.remote.limiter import Limiter, parse_retry_after

__all__ = ["Setup", "connection", "is_two_step", "is_whole", "params_of", "refuse_unusable"]

_BUILD = {"clientBuildNumber": "2534Project66", "clientMasteringNumber": "2534B22"}
_TOKEN_REJECTED = frozenset({401, 403, 409, 421, 450})
_WAIT = frozenset({429, 503})


class Setup:
    """The setup service of one account's region, with ``cookies`` as the jar."""

    def __init__(self, account: Account, cookies: LWPCookieJar, limiter: Limiter) -> None:
        self._account = account
        self._cookies = cookies
        self._limiter = limiter

    def validate(self) -> dict[str, Any] | None:
        """The login document of the stored cookies; ``None`` if they are no longer accepted.

        Raises AccountUnusable, NetworkError, Throttled, BadResponse, ServiceError.
        """
        # The body is the four letters of JSON's null, as the web page sends it.
        return _only_whole(self._login("/validate", b"null"))

    def account_login(self, tokens: Mapping[str, Any]) -> dict[str, Any] | None:
        """Open a session with stored tokens (pyicloud's names); ``None`` if they are rejected.

        Raises as ``validate`` does.
        """
        return _only_whole(self.half_login(tokens))

    def half_login(self, tokens: Mapping[str, Any]) -> dict[str, Any] | None:
        """As ``account_login``, but a session that still owes its code is good enough."""
        body = {
            "accountCountryCode": tokens.get("account_country"),
            "dsWebAuthToken": tokens.get("session_token"),
            "extended_login": True,
            "trustToken": tokens.get("trust_token") or "",
        }
        return self._login("/accountLogin", orjson.dumps(body))

    def logout(self, params: Mapping[str, str]) -> None:
        """End the session there and forget that this browser is trusted; raises NetworkError."""
        body = {"trustBrowser": False, "allBrowsers": False}
        self._post("/logout", orjson.dumps(body), params)

    def _login(self, path: str, body: bytes) -> dict[str, Any] | None:
        response = self._post(path, body)
        status = response.status_code
        if status in _TOKEN_REJECTED:
            return None
        if status == 302:
            raise _wrong_region(read_object(response))
        if status != 200:
            raise self._failure(response)
        document = read_object(response)
        refuse_unusable(document)
        return document

    def ask(
        self, method: str, path: str, params: Mapping[str, str], body: Mapping[str, Any] | None
    ) -> dict[str, Any] | None:
        """What one of the other calls answers; ``None`` if the session is no longer accepted.

        Raises AccountUnusable, NetworkError, Throttled, BadResponse, ServiceError.
        """
        data = b"" if body is None else orjson.dumps(body)
        response = self._post(path, data, params, method=method)
        if response.status_code in _TOKEN_REJECTED:
            return None
        if response.status_code != 200:
            raise self._failure(response)
        return read_object(response)

    def _post(
        self,
        path: str,
        body: bytes,
        params: Mapping[str, str] | None = None,
        *,
        method: str = "POST",
    ) -> httpx.Response:
        url = self._account.setup + path
        self._limiter.wait()
        with make_client(self._account, self._cookies) as client:
            try:
                return client.request(
                    method,
                    url,
                    content=body,
                    params=params,
                    headers={"Content-Type": "application/json"},
                )
            except httpx.HTTPError as error:
                self._limiter.unreached()
                raise foreign(error, url, self._account.redirect) from None

    def _failure(self, response: httpx.Response) -> Exception:
        """What an answer means that is neither a login nor a rejection of the tokens."""
        url, status = response.request.url, response.status_code
        where = service(url, self._account.redirect)
        if status in _WAIT:
            asked = parse_retry_after(response.headers.get("Retry-After"), self._limiter.now())
            delay_s = self._limiter.refused(asked)
            return Throttled(f"{where} asks to wait ({status})", retry_after_s=delay_s)
        if status == 412:
            return AccountUnusable(
                "Apple wants a consent from this account first",
                "sign in at https://www.icloud.com once and answer what it asks",
                "terms",
            )
        if status >= 500:
            self._limiter.refused()
            return NetworkError(f"{where} is out of order ({status})", "try again later")
        return ServiceError(f"{place(url)} refused the request ({status})", server_code=str(status))


def refuse_unusable(document: Mapping[str, Any]) -> None:
    """Raise AccountUnusable if a login document says that the account cannot be used as it is."""
    if "domainToUse" in document:
        raise _wrong_region(document)
    if document.get("termsUpdateNeeded") is True:
        raise AccountUnusable(
            "Apple's terms have changed and are not accepted yet",
            "sign in at https://www.icloud.com once and accept them",
            "terms",
        )
    details = document.get("dsInfo")
    if not isinstance(details, Mapping):
        return
    if details.get("locked") is True:
        raise AccountUnusable(
            "Apple has locked this account", "unlock it at https://iforgot.apple.com", "locked"
        )
    if details.get("isWebAccessAllowed") is False:
        raise AccountUnusable(
            "this account does not allow web access to its iCloud data",
            "on a device: Settings, your name, iCloud, Access iCloud Data on the Web",
            "web-access",
        )


def _wrong_region(document: Mapping[str, Any]) -> AccountUnusable:
    domain = str(document.get("domainToUse") or "another domain")[:40]
    region = "china" if domain.lower().endswith(".cn") else "world"
    return AccountUnusable(
        f"this account belongs to {domain}",
        f"set account.region to {region} in the config",
        "region",
    )


def _only_whole(document: dict[str, Any] | None) -> dict[str, Any] | None:
    """An untrusted session opens nothing that we need; a password and a code would."""
    return document if document is not None and is_whole(document) else None


def is_whole(document: Mapping[str, Any]) -> bool:
    """Whether nothing more is owed: this computer is trusted, or the account asks for no trust.

    An account without any second factor has been seen to be answered without a word of trust.
    """
    if document.get("hsaTrustedBrowser") is True:
        return True
    details = document.get("dsInfo")
    version = details.get("hsaVersion") if isinstance(details, Mapping) else None
    return isinstance(details, Mapping) and not version and not document.get("hsaChallengeRequired")


def is_two_step(document: Mapping[str, Any]) -> bool:
    """Whether the account has the older two-step verification."""
    details = document.get("dsInfo")
    return isinstance(details, Mapping) and details.get("hsaVersion") == 1


def params_of(client_id: object, dsid: object) -> dict[str, str]:
    """The query that names this client and the account."""
    return {**_BUILD, "clientId": str(client_id or ""), "dsid": str(dsid or "")}


def connection(
    document: Mapping[str, Any], tokens: Mapping[str, Any], cookies: LWPCookieJar
) -> Connection:
    """What a login document opens; raises AccountUnusable without CloudKit, else BadResponse."""
    details = document.get("dsInfo")
    dsid = str(details.get("dsid") or "") if isinstance(details, Mapping) else ""
    if not dsid:
        raise BadResponse("the setup service sent a login without the account's number")
    services = document.get("webservices")
    entry = services.get("ckdatabasews") if isinstance(services, Mapping) else None
    address = entry.get("url") if isinstance(entry, Mapping) else None
    if not isinstance(address, str) or not address:
        raise AccountUnusable(
            "this account has no iCloud database",
            "sign in at https://www.icloud.com to set it up",
            "no-icloud",
        )
    params = params_of(tokens.get("client_id"), dsid)
    return Connection(_database_url(address), params, cookies, dsid)


def _database_url(address: str) -> str:
    """Check that cookies may be sent to ``address``; returns it without a path."""
    try:
        url = httpx.URL(address)
    except httpx.InvalidURL:
        url = httpx.URL("")
    if url.scheme != "https" or not is_apple_host(url.host):
        raise BadResponse("the setup service named a database that is not an Apple https host")
    return f"https://{url.netloc.decode('ascii')}"
