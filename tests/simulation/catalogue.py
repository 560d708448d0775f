"""Which kinds of events there are, and how likely each is against its neighbours."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

EDITS: Final = ("file edit", "phone edit")

ASKS: Final = ("undo", "bring back")
"""What somebody at a terminal asks for, between two cycles or right after one."""

SERIES: Final = ("rule", "file occurrence", "phone occurrence")
"""What is done with a reminder that repeats: it is given a rule, and ticked off."""

STEPS: Final[Mapping[str, float]] = {
    "file edit": 3.0,
    "phone edit": 3.0,
    "crash": 3.0,
    "disk full once": 0.5,
    "disk full for long": 0.3,
    "disk fails once": 0.4,
    "no access once": 0.4,
    "disk read-only once": 0.4,
    "database full": 0.4,
    "database locked": 0.4,
    "asleep for ten minutes": 0.4,
    "clock leaps meanwhile": 0.3,
}
"""At an effect of the engine. What concerns files or commits strikes at the next of its kind."""

CALLS: Final[Mapping[str, float]] = {
    **dict.fromkeys(
        (
            "connection refused",
            "no such host",
            "no trust in TLS",
            "redirect",
            "gzip garbage",
            "slow answer",
            "crash before",
            "crash after",
            "timeout before",
            "timeout after",
            "reset after",
            "cut body",
            "truncated JSON",
            "HTML",
            "empty object",
            "empty body",
            "401",
            "403",
            "421",
            "450",
            "409",
            "500",
            "429 seconds",
            "503 date",
            "503 bare",
            "429 absurd",
            "renewal refused",
            "answer of before",
            "ZONE_BUSY",
            "terms of use",
            "password changed",
            "token refused",
            "record twice",
            "page again",
            "child before parent",
            "tombstone before create",
            "tombstone of a stranger",
        ),
        1.0,
    ),
    **dict.fromkeys(
        (
            "item CONFLICT",
            "item EXISTS",
            "item NOT_FOUND",
            "item TRY_AGAIN_LATER",
            "item QUOTA_EXCEEDED",
            "item BAD_REQUEST",
            "item UNHEARD_OF",
            "item failed, told by HTTP",
        ),
        2.0,
    ),
}
"""To a request; what concerns pages strikes the next one that has records, what concerns items one
operation of the next request that writes."""

BETWEEN: Final[Mapping[str, float]] = {
    "token expired": 0.12,
    "token of another account": 0.06,
    "more is coming, for ever": 0.05,
    "more is coming, same token": 0.05,
    "signed out for a cycle": 0.06,
    "second daemon": 0.06,
    "clock at the end of summer time": 0.05,
    "token expired, told by HTTP": 0.06,
    "zone gone for a cycle": 0.05,
    "zone emptied": 0.055,
    "read lag": 0.12,
    "clock ten years ahead": 0.06,
    "clock ten years back": 0.06,
    "clock an hour back": 0.08,
    "clock right": 0.1,
    "process restarted": 0.15,
    "database lost": 0.05,
    "database of before": 0.06,
    "database corrupt": 0.05,
    "database copied": 0.25,
    "folder away for a cycle": 0.05,
    "events missed": 0.1,
}
"""Between two cycles, each with its chance."""

MEANWHILE: Final[Mapping[str, tuple[float, float]]] = {
    "carried": (0.7, 0.02),
    "other machine runs": (0.4, 0.01),
}
"""With two machines: its chance between two cycles, and at each effect of the engine."""
