"""Signs in with a password, and a code where one is asked for, through pyicloud.

The only room that imports pyicloud, and to be imported when needed only: it takes most of a second
and 34 MB. Three things are changed on our objects from outside: the network (``adapter.py``), the
mode of the files that it writes, and the push bridge, which opens a connection of its own to
Apple's push host and is refused where an endpoint is set.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator
from typing import Any

import pyicloud.base
import srp._pysrp
from pyicloud.exceptions import PyiCloudTrustedDevicePromptException
from pyicloud.hsa2_bridge import TrustedDeviceBridgeBootstrapper

from sync.errors import AccountUnusable, NetworkError, SignInNeeded
from sync.machine import told
from sync.remote.account import Account
from sync.remote.adapter import install
from sync.remote.limiter import Limiter
from sync.remote.refusals import FOREIGN, LOGIN_HINT, explained
from sync.remote.setup import refuse_unusable
from sync.remote.stored import SessionStore

__all__ = ["SignIn"]

_CODE_TRIES = 3
_CODE_PLACES = ("securitycode", "/bridge/", "validateVerificationCode")
_TWO_STEP = 1  # dsInfo.hsaVersion of the old two-step verification


class SignIn:
    """One sign-in of ``account``; what it earns is written to ``store`` by pyicloud itself."""

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
        _narrow_after_writes(self.service, store)
        if account.redirect is not None:
            _refuse_push_bridge(self.service)

    def with_password(self) -> dict[str, Any]:
        """Sign in with password and stored trust alone; returns the login document.

        Raises SignInNeeded when a code is owed (none is sent for), WrongPassword,
        AccountUnusable, NetworkError, Throttled, BadResponse.
        """
        # Nobody is there to read a code, so none is asked to be sent.
        self.service.request_2fa_code = lambda: False
        self._authenticate()
        if not self.service.is_trusted_session:
            self._refuse_unusable()
            raise SignInNeeded("Apple wants a code before this computer may go on", LOGIN_HINT)
        return self._document()

    def with_code(self, ask_code: Callable[[str], str]) -> dict[str, Any]:
        """Sign in, asking for a code where one is owed; returns the login document.

        ``ask_code`` gets a prompt and returns what was typed; a wrong code is asked for again,
        three times in all. Raises as ``with_password`` does.
        """
        self._authenticate()
        if self.service.is_trusted_session:
            return self._document()
        self._refuse_unusable()
        if self.service.security_key_names:
            raise AccountUnusable(
                "this account is guarded by a security key, which is not supported",
                "remove the key, or use another account",
            )
        if self._details().get("hsaVersion") == _TWO_STEP:
            self._two_step(ask_code)
        elif self.service.requires_2fa:
            self._two_factor(ask_code)
        if not self.service.is_trusted_session:
            self._refuse_unusable()
            raise SignInNeeded("Apple took the code but does not trust this computer", LOGIN_HINT)
        return self._document()

    def close(self) -> None:
        """Close the connections of the service."""
        self.service.session.close()

    def resumed(self) -> Any:
        """The service, opened with the stored session alone; raises as ``with_password`` does."""
        with self._explaining():
            self.service.authenticate()
        return self.service

    def _authenticate(self) -> None:
        with self._explaining(), _whole_salt():
            self.service.authenticate(force_refresh=True)

    def _two_factor(self, ask_code: Callable[[str], str]) -> None:
        service = self.service
        where = {"sms": "sent as a text message"}.get(
            service.two_factor_delivery_method, "shown on your devices"
        )
        for attempt in range(_CODE_TRIES):
            code = _typed(ask_code(_prompt(attempt, where)))
            with self._explaining():
                if service.validate_2fa_code(code) or service.is_trusted_session:
                    return
                self._raise_unless_wrong_code()
                if service.two_factor_delivery_method == "trusted_device":
                    # A prompt answered wrongly is spent; a text message's code is not.
                    service.request_2fa_code()
        raise SignInNeeded("the code was wrong three times", "wait for a new code and try again")

    def _two_step(self, ask_code: Callable[[str], str]) -> None:
        service = self.service
        with self._explaining():
            devices = service.trusted_devices or []
            if not devices or not service.send_verification_code(dict(devices[0])):
                raise SignInNeeded("Apple could not send a code to any device of this account")
        name = devices[0].get("deviceName") or devices[0].get("phoneNumber") or "your device"
        for attempt in range(_CODE_TRIES):
            code = _typed(ask_code(_prompt(attempt, f"sent to {name}")))
            with self._explaining():
                if service.validate_verification_code(dict(devices[0]), code):
                    return
                self._raise_unless_wrong_code()
        raise SignInNeeded("the code was wrong three times", "wait for a new code and try again")

    def _raise_unless_wrong_code(self) -> None:
        """Tell a wrong code from an outage that pyicloud reports in the same way."""
        last = self._tap.last
        if last is None or last.status in (429, 503) or last.status >= 500:
            raise NetworkError("the service is out of order, the code was not looked at")
        if not any(part in last.place for part in _CODE_PLACES):
            raise SignInNeeded("Apple took the code but does not trust this computer", LOGIN_HINT)
        if last.status == 401:
            raise SignInNeeded("the sign-in took too long, Apple ended it", LOGIN_HINT)
        if last.status == 423:
            raise SignInNeeded("too many wrong codes, Apple takes none for now", "try again later")

    def _refuse_unusable(self) -> None:
        refuse_unusable(self.service.data)
        if self.service.data and not self._details().get("hsaVersion"):
            raise AccountUnusable(
                "Apple does not trust sign-ins to an account without two-factor authentication",
                "turn on two-factor authentication on a device",
            )

    def _details(self) -> dict[str, Any]:
        details = self.service.data.get("dsInfo")
        return details if isinstance(details, dict) else {}

    def _document(self) -> dict[str, Any]:
        document: dict[str, Any] = self.service.data
        refuse_unusable(document)
        return document

    @contextlib.contextmanager
    def _explaining(self) -> Iterator[None]:
        """The one place where the errors of pyicloud and requests become ours."""
        try:
            yield
        except FOREIGN as error:
            if isinstance(error, OSError) and told(error) is not None:
                raise  # our own disk, which pyicloud writes to
            raise explained(error, self._tap.last, self._redirect) from None


def _prompt(attempt: int, where: str) -> str:
    return f"Code {where}" if attempt == 0 else f"That code was wrong. Code {where}"


def _typed(code: str) -> str:
    return "".join(code.split())


def _narrow_after_writes(service: Any, store: SessionStore) -> None:
    """pyicloud writes its files under the umask after every answer; keep them 0600."""
    write = service.session._save_session_data

    def write_narrow() -> None:
        write()
        store.narrow()

    service.session._save_session_data = write_narrow


def _refuse_push_bridge(service: Any) -> None:
    """Let the bridge fail before it opens a connection; pyicloud then asks for a text message."""

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
