"""Tells what an answer of the database is: a result, or a refusal, of which kind, and whose error.

HTTP 200 is not success. A refusal stands in the status, at the top of the body, in the only zone of
a per-zone answer, or in single items; the first three refuse the whole request and are read here,
the last is a value (``Failure``). Wire facts: docs/wire.md, "Errors, limits, throttling".
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sync.errors import (
    AccountUnusable,
    NetworkError,
    RemindersdError,
    ServiceError,
    SyncTokenExpired,
    ZoneMissing,
)
from sync.remote.limiter import parse_retry_after

__all__ = [
    "ATOMIC",
    "OF_AN_ITEM",
    "SIGNED_OUT",
    "UNANSWERED",
    "WAIT",
    "Failure",
    "Refusal",
    "carries_token",
    "error_of",
    "is_locked_up",
    "zone_missing",
]

SIGNED_OUT = frozenset({"AUTHENTICATION_FAILED", "AUTHENTICATION_REQUIRED"})
WAIT = frozenset({"THROTTLED", "TRY_AGAIN_LATER", "ZONE_BUSY", "SERVER_OVERLOADED"})
ATOMIC = frozenset({"ATOMIC_ERROR", "BATCH_REQUEST_FAILED"})
_GONE = frozenset({"NOT_FOUND", "UNKNOWN_ITEM"})
_FULL = frozenset({"QUOTA_EXCEEDED"})
_CONFLICT = frozenset({"CONFLICT", "SERVER_RECORD_CHANGED", "OP_LOCK_FAILURE"})
_EXISTS = frozenset({"EXISTS", "ALREADY_EXISTS"})
_REFERENCE = frozenset({"VALIDATING_REFERENCE", "VALIDATING_REFERENCE_ERROR"})
_WRONG = frozenset({"BAD_REQUEST", "INVALID_FIELD_TYPE", "LIMIT_EXCEEDED", "UNIQUE_FIELD_ERROR"})
OF_AN_ITEM = ATOMIC | _GONE | _CONFLICT | _EXISTS | _REFERENCE | _WRONG
"""What is said of a whole request of writes, too, but is the fault of one of them."""
UNANSWERED = "UNANSWERED"  # ours: the answer has no item for the record
_LATER = WAIT | SIGNED_OUT | {"INTERNAL_ERROR", UNANSWERED}

# What a status says where the body says nothing.
_CODE_OF_STATUS = {
    400: "BAD_REQUEST",
    401: "AUTHENTICATION_FAILED",
    403: "ACCESS_DENIED",
    409: "CONFLICT",
    412: "VALIDATING_REFERENCE_ERROR",
    413: "QUOTA_EXCEEDED",
    421: "AUTHENTICATION_REQUIRED",
    429: "THROTTLED",
    450: "AUTHENTICATION_REQUIRED",
    503: "TRY_AGAIN_LATER",
}
# These say how to go on, whichever code stands in the body.
_STATUS_WINS = frozenset({401, 421, 429, 450, 503})
_LONGEST_CODE = 80  # characters
_LONGEST_REASON = 200  # characters; an answer of the service may be any text


@dataclass(frozen=True, slots=True)
class Failure:
    """One refused item of an answered request; exactly one of the properties below holds.

    ``code`` is CloudKit's ``serverErrorCode``, ``reason`` its text for developers;
    ``retry_after_s`` seconds, ``None`` if it names no time; ``whole``: it was said of the whole
    request, and which of its operations is meant is not known.
    """

    record_name: str
    code: str
    reason: str = ""
    retry_after_s: float | None = None
    whole: bool = False

    @property
    def gone(self) -> bool:
        """The record does not exist (any more)."""
        return self.code in _GONE

    @property
    def conflict(self) -> bool:
        """The change tag is not the current one: look up, merge, send again."""
        return self.code in _CONFLICT

    @property
    def exists(self) -> bool:
        """The name is taken, perhaps by an earlier try whose answer was lost."""
        return self.code in _EXISTS

    @property
    def atomic_sibling(self) -> bool:
        """Nothing wrong with this item: another one of its atomic request failed."""
        return self.code in ATOMIC

    @property
    def reference(self) -> bool:
        """A record that it refers to is missing, or one that refers to it still there."""
        return self.code.startswith("VALIDATING_REFERENCE")

    @property
    def full(self) -> bool:
        """The account has no room left: it may be sent again when a person has made some."""
        return self.code in _FULL

    @property
    def retryable(self) -> bool:
        """The same operation may be sent again later."""
        if self.code in _LATER:
            return True
        return self.retry_after_s is not None and not self._explained

    @property
    def refused(self) -> bool:
        """Refused for good: sending it again would change nothing."""
        return not (self._explained or self.retryable)

    @property
    def _explained(self) -> bool:
        explained = self.gone or self.conflict or self.exists or self.full
        return explained or self.atomic_sibling or self.reference

    @classmethod
    def of(cls, item: Mapping[str, Any], now: datetime, record_name: str = "") -> Failure | None:
        """Read an item of ``records``; ``None`` if it is a record. ``now`` is aware."""
        code = _code(item)
        if not code:
            return None
        name = item.get("recordName")
        return cls(
            record_name=name if isinstance(name, str) else record_name,
            code=code,
            reason=_reason(item),
            retry_after_s=parse_retry_after(item.get("retryAfter"), now),
        )


@dataclass(frozen=True, slots=True)
class Refusal:
    """A refused request: CloudKit's ``code`` or one of ours by the HTTP ``status``."""

    status: int
    code: str
    reason: str
    retry_after_s: float | None

    @classmethod
    def of(
        cls, status: int, body: Mapping[str, Any] | None, retry_after: str | None, now: datetime
    ) -> Refusal | None:
        """Read an answer; ``body`` is ``None`` if it is no JSON object. ``None`` for a result."""
        told = _told(body) if body is not None else None
        if told is None and 200 <= status < 300:
            return None
        told = told or {}
        code = _code(told)
        if not code or status in _STATUS_WINS:
            code = _CODE_OF_STATUS.get(status) or f"HTTP_{status}"
        wait_s = parse_retry_after(told.get("retryAfter"), now)
        if wait_s is None:
            wait_s = parse_retry_after(retry_after, now)
        return cls(status, code, _reason(told), wait_s)


def _told(body: Mapping[str, Any]) -> Mapping[str, Any] | None:
    """The part of a body that refuses the whole request, if one does."""
    if "serverErrorCode" in body or ("reason" in body and "records" not in body):
        return body
    zones = body.get("zones")
    # We never ask for more than one zone's changes at once.
    if isinstance(zones, list) and len(zones) == 1 and isinstance(zones[0], Mapping):
        return zones[0] if "serverErrorCode" in zones[0] else None
    return None


def _code(told: Mapping[str, Any]) -> str:
    """The service's code as one word; empty where there is none."""
    code = told.get("serverErrorCode")
    return "_".join(code.split())[:_LONGEST_CODE] if isinstance(code, str) else ""


def _reason(told: Mapping[str, Any]) -> str:
    """The service's text on one line, cut."""
    reason = told.get("reason")
    return " ".join(reason.split())[:_LONGEST_REASON] if isinstance(reason, str) else ""


def carries_token(body: Mapping[str, Any]) -> bool:
    """Whether a request's body continues from a sync token."""
    zones = body.get("zones")
    return "syncToken" in body or (
        isinstance(zones, list)
        and any(isinstance(zone, Mapping) and "syncToken" in zone for zone in zones)
    )


def is_locked_up(refusal: Refusal) -> bool:
    """Whether the data is encrypted and its key is missing, or the web is kept from all of it."""
    if refusal.code == "ACCESS_DENIED":
        return "private db access disabled" in refusal.reason
    return refusal.status == 423


def error_of(refusal: Refusal, where: str, *, token_sent: bool) -> RemindersdError:
    """Our error for a refusal that neither waiting nor signing in again can help."""
    code = refusal.code
    said = f"{where} refused the request: {code}" + (f" ({refusal.reason})" * bool(refusal.reason))
    if "TOKEN_EXPIRED" in code or (token_sent and code == "BAD_REQUEST"):
        return SyncTokenExpired(said, "the zone is read from its beginning", code)
    if code == "ZONE_NOT_FOUND":
        return zone_missing(code)
    if is_locked_up(refusal):
        return AccountUnusable(
            "this account keeps its data from the web",
            "allow web access to iCloud data in a device's settings",
            "web-access",
        )
    if code == "INTERNAL_ERROR" or (refusal.status >= 500 and code.startswith("HTTP_")):
        return NetworkError(f"{where} is out of order ({code})", "try again later")
    return ServiceError(said, "", code)


def zone_missing(code: str = "") -> ZoneMissing:
    """The error for an account whose Reminders are not in CloudKit, with the way out."""
    return ZoneMissing(
        "this account has no upgraded Reminders in iCloud",
        "open Reminders once on an iPhone, iPad or Mac and accept the upgrade,"
        " or finish the setup at https://www.icloud.com/reminders",
        code,
    )
