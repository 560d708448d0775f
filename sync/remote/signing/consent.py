"""Opens end-to-end encrypted data: consent on one of the owner's devices, then a key for each app.

Without Advanced Data Protection one question says that nothing is needed. With it, a prompt is sent
to the devices when a person asks, and by itself once; later calls only look whether it was allowed.
What has been asked is noted, so that no restart asks again.
Wire facts: docs/wire.md, "Advanced Data Protection".
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from sync.errors import AccountUnusable, ConsentNeeded, ServiceError, SignInNeeded
from sync.remote.stored import SessionStore

if TYPE_CHECKING:
    from sync.remote.setup import Setup

__all__ = ["Consent", "consent_asked", "consent_needed"]

_NOTE = "consent"  # asked: now; granted: once before; allowed: now, and keys are awaited
_WAITS = ("Requested the device to upload cookies.", "Cookies not available yet on server.")
_LOGIN_HINT = "run: remindersd login"
_ALLOW = "allow it on an iPhone, iPad or Mac of the account; this goes on by itself then"


def consent_asked(store: SessionStore) -> Mapping[str, Any]:
    """What is noted: ``asked`` while consent or a key is missing, ``granted``, ``allowed``."""
    note = store.standing().get(_NOTE)
    return note if isinstance(note, dict) else {}


def consent_needed(note: Mapping[str, Any]) -> ConsentNeeded:
    """What a person is told while consent, or what follows from it, is missing."""
    if note.get("allowed"):
        return ConsentNeeded(
            "a device was asked for the keys of the encrypted data, and has not sent them yet",
            "wake a device of the account; this goes on by itself then",
            "keys",
        )
    if note.get("granted"):
        return ConsentNeeded(
            "the consent to read encrypted data here has ended (Advanced Data Protection)",
            _ALLOW if note.get("asked") else _LOGIN_HINT,
            "renewal",
        )
    return ConsentNeeded(
        "a device has to allow access to encrypted data (Advanced Data Protection)",
        _ALLOW if note.get("asked") else _LOGIN_HINT,
        "consent",
    )


class Consent:
    """Access to encrypted data of the session in ``store``, by ``setup`` with ``params``."""

    def __init__(self, setup: Setup, store: SessionStore, params: Mapping[str, str]) -> None:
        self._setup = setup
        self._store = store
        self._params = params

    def open(self, app: str, *, again: bool = False) -> bool:
        """Get the key of ``app`` (``reminders``, ``photos``, ``notes3``, ``iclouddrive``).

        Returns whether one was needed; it comes as a cookie. ``again`` asks the devices anew though
        they were asked before. Raises ConsentNeeded until all is there, AccountUnusable where web
        access is off, SignInNeeded, and for outages.
        """
        state = self._ask("/requestWebAccessState", None)
        if state.get("isWebAccessAllowed") is False:
            raise _no_web_access()
        if state.get("isICDRSDisabled") is not True:
            self._note(None)
            return False
        if state.get("isDeviceConsentedForPCS") is False:
            self._ask_devices(again=again)
        self._get_key(app)
        return True

    def _ask_devices(self, *, again: bool) -> None:
        note = {"granted": bool(consent_asked(self._store).get("granted"))}
        if again or not consent_asked(self._store).get("asked"):
            answer = self._ask("/enableDeviceConsentForPCS", None)
            if answer.get("isDeviceConsentNotificationSent") is not True:
                raise _no_web_access()
            if answer.get("isDeviceConsentedForPCS") is True:
                return
        note["asked"] = True
        self._note(note)
        raise consent_needed(note)

    def _get_key(self, app: str) -> None:
        before = consent_asked(self._store)
        # Only the first request is said to come from a person.
        body = {"appName": app, "derivedFromUserAction": before.get("allowed") is not True}
        answer = self._ask("/requestPCS", body)
        if answer.get("status") == "success":
            self._note({"granted": True})
            return
        if answer.get("message") not in _WAITS:
            raise ServiceError(f"Apple gave no key for {app}, and an answer that is not known")
        note = {"granted": True, "asked": True, "allowed": True}
        self._note(note)
        raise consent_needed(note)

    def _ask(self, path: str, body: Mapping[str, Any] | None) -> dict[str, Any]:
        answer = self._setup.ask("POST", path, self._params, body)
        if answer is None:
            raise SignInNeeded("Apple has ended the session", _LOGIN_HINT)
        return answer

    def _note(self, note: dict[str, bool] | None) -> None:
        self._store.note(**{_NOTE: note})


def _no_web_access() -> AccountUnusable:
    return AccountUnusable(
        "this account does not allow web access to its iCloud data",
        "on a device: Settings, your name, iCloud, Access iCloud Data on the Web",
        "web-access",
    )
