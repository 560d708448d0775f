"""What is to go wrong: the switches that tests set, and the record of what was asked."""

from __future__ import annotations

import re
from collections import deque
from typing import Any, Final, Literal

from pydantic import BaseModel, ConfigDict, Field, PrivateAttr, field_validator

Json = dict[str, Any]


MAX_STALL: Final = 90.0
"""The longest a slow answer is held back, in seconds."""

MAX_REQUESTS: Final = 20_000
"""How many requests the log remembers; older ones fall out."""

HttpKind = Literal[
    "status", "html", "truncated", "gzip", "slow", "cut_before", "cut_body", "lost_reply"
]

_CODES: Final = {
    400: "BAD_REQUEST",
    401: "AUTHENTICATION_FAILED",
    403: "ACCESS_DENIED",
    404: "NOT_FOUND",
    409: "CONFLICT",
    413: "QUOTA_EXCEEDED",
    421: "AUTHENTICATION_REQUIRED",
    429: "THROTTLED",
    450: "AUTHENTICATION_REQUIRED",
    500: "INTERNAL_ERROR",
    503: "TRY_AGAIN_LATER",
}


class _Switch(BaseModel):
    model_config = ConfigDict(extra="forbid", validate_assignment=True)

    times: int = Field(default=1, ge=0)
    """How often it still strikes."""

    def spend(self) -> bool:
        """Use it once; False when it is used up."""
        if self.times == 0:
            return False
        self.times -= 1
        return True


def _pattern(text: str) -> str:
    try:
        re.compile(text)
    except re.error as error:
        raise ValueError(f"not a regular expression: {error}") from None
    return text


class HttpFault(_Switch):
    """Trouble with a whole request whose path matches; `kind` says which.

    status: answer `status` without acting; html: 200 with a page instead of JSON; truncated: act,
    then half the JSON as a complete answer; gzip: act, then garbage marked as gzip; slow: wait
    `seconds` (at most MAX_STALL), then go on; cut_before: close the connection without acting;
    cut_body: act, close in the middle of the body; lost_reply: act, close without answering.
    """

    kind: HttpKind
    path: str = ""
    """Regular expression searched in the path; empty matches every request."""
    holding: str = ""
    """Regular expression searched in the request's body; empty matches every one."""
    skip: int = Field(default=0, ge=0)
    """How many matching requests pass unharmed first."""
    status: int = Field(default=500, ge=200, le=599)
    code: str | None = None
    """serverErrorCode of the body; None is the usual one for the status."""
    retry_after: float | None = None
    """Seconds, sent as `retryAfter` in the body and as header."""
    retry_after_header: str | None = None
    """The Retry-After header word for word, such as an HTTP date."""
    text: str | None = None
    """The body word for word, as `text/plain`, in place of an error in JSON."""
    location: str | None = None
    """The Location header of a redirect."""
    seconds: float = Field(default=1.0, ge=0, le=MAX_STALL)

    _patterns_compile = field_validator("path", "holding")(_pattern)

    def strikes(self, path: str, body: str = "") -> bool:
        """Whether this request is hit; counts it."""
        if self.times == 0 or not re.search(self.path, path):
            return False
        if not re.search(self.holding, body):
            return False
        if self.skip:
            self.skip -= 1
            return False
        return self.spend()

    def body(self) -> Json:
        """The error body of kind `status`."""
        code = self.code or _CODES.get(self.status, "INTERNAL_ERROR")
        body: Json = {"serverErrorCode": code, "reason": f"injected {self.status}"}
        return body if self.retry_after is None else body | {"retryAfter": self.retry_after}

    def headers(self) -> dict[str, str]:
        """The extra headers of kind `status`."""
        headers = {}
        if self.retry_after is not None:
            headers["retry-after"] = f"{self.retry_after:g}"
        if self.retry_after_header is not None:
            headers["retry-after"] = self.retry_after_header
        if self.location is not None:
            headers["location"] = self.location
        return headers


class CodeFault(_Switch):
    """An error code where the service answers per item: an operation, or a zone of a request."""

    code: str
    match: str = ""
    """Regular expression searched in the record name, or for zones in the endpoint's path."""
    reason: str = "injected"
    retry_after: float | None = None

    _match_compiles = field_validator("match")(_pattern)

    def arguments(self) -> Json:
        """What ItemError and RequestError take."""
        given: Json = {"code": self.code, "reason": self.reason}
        return given if self.retry_after is None else given | {"retryAfter": self.retry_after}


class Faults(BaseModel):
    """All switches, off until a test sets them, and the requests seen.

    Lists are tried in order; a fault strikes as long as its `times` lasts.
    """

    model_config = ConfigDict(extra="forbid", validate_assignment=True)

    http: list[HttpFault] = []
    items: list[CodeFault] = []
    """Per operation of records/modify, by record name."""
    zones: list[CodeFault] = []
    """Per zone of changes/zone; the whole request on endpoints of a single zone."""
    token_expiry: Literal["zone", "body", "http"] = "zone"
    """How an expired token is told: item in `zones`, top level of a 200, HTTP 400."""
    atomic_failure: Literal["items", "http"] = "items"
    """How a failed atomic request is told: items of a 200, or HTTP 400 ATOMIC_ERROR."""
    read_lag: float = Field(default=0.0, ge=0)
    """Seconds for which a write is not yet seen by changes and look-ups."""
    page_size: int = Field(default=200, ge=1)
    """The most records that a page of changes or of a query holds."""
    more_coming_null: bool = False
    """Say `moreComing: null` for false."""
    stuck_tokens: int = Field(default=0, ge=0)
    """So many pages claim that more is coming and return the token they were given."""
    empty_pages: int = Field(default=0, ge=0)
    """So many pages are empty and say that more is coming; their tokens are new and go on."""
    no_zones: int = Field(default=0, ge=0)
    """So many changes/zone answers are 200 with no zones."""
    twice_in_page: bool = False
    """Give each record of a change page twice."""
    numbers_as_text: bool = False
    """Write integers in fields as strings."""
    inline_assets: bool = False
    """Give the bytes of an asset in the record (`downloadedData`) in place of a link."""
    expired_links: int = Field(default=0, ge=0)
    """So many download links have expired when they are given out."""
    omit_deleted_flag: bool = False
    """Leave `deleted: false` out of live records."""

    _requests: deque[Json] = PrivateAttr(default_factory=lambda: deque(maxlen=MAX_REQUESTS))

    @property
    def requests(self) -> deque[Json]:
        """Requests seen, oldest first: method, path, host, status, bytes, body_summary, ..."""
        return self._requests

    def fail(self, kind: HttpKind, path: str = "", **more: Any) -> None:
        """Add an HttpFault: `faults.fail("status", "records/modify", status=503, times=2)`."""
        self.http.append(HttpFault(kind=kind, path=path, **more))

    def fail_item(self, code: str, match: str = "", **more: Any) -> None:
        """Let operations on matching record names fail with an error code."""
        self.items.append(CodeFault(code=code, match=match, **more))

    def fail_zone(self, code: str, match: str = "", **more: Any) -> None:
        """Let zones of matching endpoints (such as "changes/zone") fail with an error code."""
        self.zones.append(CodeFault(code=code, match=match, **more))

    def clear(self) -> None:
        """Switch everything off; the request log stays."""
        self.set(Faults().model_dump())

    def set(self, switches: Json) -> None:
        """Set the named switches and keep the others; ValueError names what is wrong."""
        wanted = Faults.model_validate(self.model_dump() | switches)
        for name in type(self).model_fields:
            setattr(self, name, getattr(wanted, name))

    def http_fault(self, path: str, body: bytes = b"") -> HttpFault | None:
        """The fault that hits this request, counted."""
        text = body.decode("utf-8", "replace") if any(fault.holding for fault in self.http) else ""
        return next((fault for fault in self.http if fault.strikes(path, text)), None)

    def refuse(self, name: str) -> Json | None:
        """How an operation on this record is to fail, counted; fits Zone.modify."""
        return _first(self.items, name)

    def zone_error(self, endpoint: str) -> Json | None:
        """How a zone is to fail on this endpoint, counted."""
        return _first(self.zones, endpoint)

    def use(
        self, counter: Literal["stuck_tokens", "empty_pages", "no_zones", "expired_links"]
    ) -> bool:
        """Whether this counted switch strikes now; counts it."""
        left: int = getattr(self, counter)
        if left == 0:
            return False
        setattr(self, counter, left - 1)
        return True


def _first(faults: list[CodeFault], text: str) -> Json | None:
    for fault in faults:
        if re.search(fault.match, text) and fault.spend():
            return fault.arguments()
    return None
