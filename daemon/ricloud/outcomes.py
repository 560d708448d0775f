"""Decides which error a sign-in or a poll ends with, and in which words.

wrong password                 invalid-credentials
a person has to sign in        sign-in-required
the account cannot be used     account-unusable
told to wait                   throttled
no network, nonsense answered  service-unavailable
a bug of ours                  bug
anything else                  the code of that error
"""

from __future__ import annotations

from typing import Any

from daemon.ricloud.desks import Attempt
from store.errors import StoreError
from sync.errors import (
    AccountUnusable,
    BadResponse,
    NetworkError,
    RemindersdError,
    SignInNeeded,
    Throttled,
    WrongPassword,
)
from sync.machine import told

__all__ = ["attempt_failed", "failed_error", "missing_document", "sentence"]

_ERRORS: tuple[tuple[type[RemindersdError], str], ...] = (
    (WrongPassword, "invalid-credentials"),
    (SignInNeeded, "sign-in-required"),
    (AccountUnusable, "account-unusable"),
    (Throttled, "throttled"),
    (NetworkError, "service-unavailable"),
    (BadResponse, "service-unavailable"),
)


def failed_error(error: BaseException) -> str:
    """What went wrong, in one word."""
    ours = _ours(error)
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
