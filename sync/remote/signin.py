"""Sends a password through pyicloud: the proof of it, the challenge that follows, the push prompt.

The only room that imports pyicloud, and to be imported when needed only: it takes most of a second
and 34 MB. Four things are changed on our objects from outside: the network (``adapter.py``), how
its files are written, that it asks for no code by itself, and the push bridge, which opens a
connection of its own to Apple's push host and is refused where an endpoint is set.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import pyicloud.base
import requests
import srp._pysrp
from pyicloud.exceptions import PyiCloudTrustedDevicePromptException
from pyicloud.hsa2_bridge import TrustedDeviceBridgeBootstrapper
from pyicloud.session import NON_PERSISTED_SESSION_KEYS

from sync.machine import told
from sync.remote.account import Account
from sync.remote.adapter import install
from sync.remote.limiter import Limiter
from sync.remote.refusals import FOREIGN, explained, is_repair
from sync.remote.signing.challenge import Challenge, read_challenge
from sync.remote.stored import SessionStore

__all__ = ["Passed", "SignIn"]

_CHALLENGE_PATH = "/appleauth/auth"
_REPAIR_TOKEN = "X-Apple-Repair-Session-Token"


@dataclass(frozen=True, slots=True)
class Passed:
    """What a right password led to: a ``challenge``, a ``repair`` (its token), or neither."""

    challenge: Challenge | None = None
    repair: str | None = field(default=None, repr=False)


class SignIn:
    """One sign-in of ``account``; what it earns is written to ``store``."""

    def __init__(
        self, account: Account, store: SessionStore, limiter: Limiter, password: str | None = None
    ) -> None:
        store.prepare()
        self.service: Any = pyicloud.base.PyiCloudService(
            account.apple_id,
            password,
            cookie_directory=str(store.folder),
            china_mainland=account.region == "china",
            authenticate=False,
        )
        self._redirect = account.redirect
        self._tap = install(self.service.session, account.redirect, limiter)
        self._told: dict[str, Any] = {}
        self._repair_token = ""
        self.service.session.hooks["response"].append(self._listen)
        _write_through(self.service, store)
        if account.redirect is not None:
            _refuse_push_bridge(self.service)

    def password_round(self) -> Passed:
        """Prove the password, with the stored trust; no code is asked to be sent.

        Raises WrongPassword, SignInNeeded, AccountUnusable, NetworkError, Throttled, BadResponse.
        """
        service = self.service
        service.request_2fa_code = lambda: False
        ask = service._get_mfa_auth_options

        def options() -> dict[str, Any]:
            # A page without the data that it wants is no reason to give up: the JSON follows.
            with contextlib.suppress(PyiCloudTrustedDevicePromptException):
                found: dict[str, Any] = ask()
                return found
            service._augment_webauthn_options({})
            return {}

        service._get_mfa_auth_options = options
        try:
            with _whole_salt():
                service._srp_authentication()
        except FOREIGN as error:
            if is_repair(self._tap.last):
                return Passed(repair=self._repair_token)
            raise self._ours(error) from None
        return Passed(self._challenge()) if service._requires_mfa else Passed()

    def prompt(self) -> bool:
        """Have the devices ask for their owner's consent and show a code; whether they will.

        That way holds only as long as this object: the keys to check the code with live in it.
        """
        service = self.service
        if self._redirect is not None or not service._supports_trusted_device_bridge():
            return False
        service._can_request_sms_2fa_code = lambda: False  # no other way than the one asked for
        service._two_factor_code_requested = False  # an earlier one may have been spent
        try:
            sent = bool(type(service).request_2fa_code(service))
            return sent and service._trusted_device_bridge_state is not None
        except PyiCloudTrustedDevicePromptException:
            return False
        except FOREIGN as error:
            raise self._ours(error) from None

    @property
    def has_prompt(self) -> bool:
        """Whether a prompt is out whose code only this object can check."""
        state = self.service._trusted_device_bridge_state
        return state is not None and not state.uses_legacy_trusted_device_verifier

    def answer_prompt(self, code: str) -> bool:
        """Whether ``code`` is the one of the prompt; a wrong one spends the prompt."""
        service = self.service
        try:
            return bool(
                service._trusted_device_bridge.validate_code(
                    session=service.session,
                    auth_endpoint=service._auth_endpoint,
                    headers=service._get_auth_headers({"Accept": "application/json"}),
                    bridge_state=service._trusted_device_bridge_state,
                    code=code,
                )
            )
        except FOREIGN as error:
            raise self._ours(error) from None
        finally:
            service._clear_trusted_device_bridge_state()

    def close(self) -> None:
        """Close the connections of the service."""
        self.service._clear_trusted_device_bridge_state()
        self.service.session.close()

    def resumed(self, document: Mapping[str, Any]) -> Any:
        """The service, opened with the login ``document`` of the stored session."""
        self.service.data = dict(document)
        self.service._update_state()
        return self.service

    def _challenge(self) -> Challenge:
        boot = self.service._hsa2_boot_context
        nested = (
            {**(boot.bridge_initiate_data.get("phoneNumberVerification") or {})} if boot else {}
        )
        return read_challenge(
            {**nested, **self._told},
            route=boot.auth_initial_route if boot else "",
            has_devices=boot.has_trusted_devices if boot else None,
        )

    def _listen(self, response: requests.Response, **_: Any) -> None:
        """Keep what pyicloud throws away: the challenge in JSON, the token of a repair."""
        self._repair_token = response.headers.get(_REPAIR_TOKEN) or self._repair_token
        path = (response.url or "").partition("?")[0]
        if path.endswith(_CHALLENGE_PATH) and "json" in response.headers.get("Content-Type", ""):
            with contextlib.suppress(ValueError):
                told = response.json()
                self._told = told if isinstance(told, dict) else {}

    def _ours(self, error: Exception) -> Exception:
        """The one place where the errors of pyicloud and requests become ours."""
        if isinstance(error, OSError) and told(error) is not None:
            return error  # our own disk, which pyicloud writes to
        return explained(error, self._tap.last, self._redirect)


def _write_through(service: Any, store: SessionStore) -> None:
    """pyicloud writes its files after every answer, readable by all; write them as ours are."""

    def write() -> None:
        kept = dict(service.session.data)
        store.save_data({k: v for k, v in kept.items() if k not in NON_PERSISTED_SESSION_KEYS})
        store.save_cookies(service.session.cookies)

    service.session._save_session_data = write


def _refuse_push_bridge(service: Any) -> None:
    """Let the bridge fail before it opens a connection."""

    def refuse(*_: object) -> Any:
        raise PyiCloudTrustedDevicePromptException("no push connection with an endpoint set")

    service._trusted_device_bridge = TrustedDeviceBridgeBootstrapper(websocket_factory=refuse)


@contextlib.contextmanager
def _whole_salt() -> Iterator[None]:
    """Use the SRP code in Python: the one in C drops a salt's leading zeros.

    With that, one account in 256 is told that its password is wrong.
    """
    module: Any = pyicloud.base
    usual, module.srp = module.srp, srp._pysrp
    try:
        yield
    finally:
        module.srp = usual
