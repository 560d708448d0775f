"""Decides which error a sign-in or a poll ends with, and in which words.

    wrong password                 invalid-credentials
    a person has to sign in        sign-in-required
    a device has to allow it       consent-required
    the account cannot be used     why, as ``UNUSABLE`` says it
    told to wait                   throttled
    no network, nonsense answered  service-unavailable
    a bug of ours                  bug

Anything else ends with the code of that error.
"""

from __future__ import annotations

from typing import Any

from daemon.ricloud.desks import Attempt
from store.errors import StoreError
from sync.errors import (
    AccountUnusable,
    BadResponse,
    ConsentNeeded,
    NetworkError,
    RemindersdError,
    SignInNeeded,
    Throttled,
    WrongPassword,
)
from sync.machine import told

__all__ = ["UNUSABLE", "attempt_failed", "failed_error", "missing_document", "sentence"]

_ERRORS: tuple[tuple[type[RemindersdError], str], ...] = (
    (WrongPassword, "invalid-credentials"),
    (ConsentNeeded, "consent-required"),
    (SignInNeeded, "sign-in-required"),
    (Throttled, "throttled"),
    (NetworkError, "service-unavailable"),
    (BadResponse, "service-unavailable"),
)

UNUSABLE = {
    "terms": "terms-required",
    "web-access": "web-access-disabled",
    "locked": "account-locked",
    "security-key": "security-key-unsupported",
    "region": "wrong-region",
    "two-factor": "two-factor-required",
    "no-icloud": "icloud-not-set-up",
    "refused": "account-unusable",
}
"""What only the owner can put right, by the reason that the sign-in gives."""


def failed_error(error: BaseException) -> str:
    """What went wrong, in one word."""
    ours = _ours(error)
    if isinstance(ours, AccountUnusable):
        return UNUSABLE.get(ours.reason, UNUSABLE["refused"])
    if isinstance(ours, RemindersdError):
        return next((word for kind, word in _ERRORS if isinstance(ours, kind)), ours.code)
    return "storage" if isinstance(error, StoreError) else "bug"


def sentence(error: BaseException) -> str:
    """What went wrong, in one sentence; of what nobody has checked, the kind alone."""
    ours = _ours(error)
    if isinstance(ours, RemindersdError):
        return ours.message
    if isinstance(ours, StoreError):
        return str(ours)
    return f"this is a bug: {type(error).__name__}"


def attempt_failed(error: BaseException) -> Attempt:
    """The end of an attempt to sign in that raised ``error``."""
    ours = _ours(error)
    hint = ours.hint if isinstance(ours, RemindersdError) else ""
    return Attempt(failed_error(error), message=sentence(error), hint=hint)


def missing_document(error: str, target: str, message: str) -> dict[str, Any]:
    """One error of a poll, as it is shown."""
    return {"error": error, "target": target, "message": message}


def _ours(error: BaseException) -> BaseException:
    return (told(error) or error) if isinstance(error, OSError) else error
