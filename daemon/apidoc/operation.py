"""What is said of one operation of the control socket."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

__all__ = ["Keys", "Operation", "Parameter"]

Keys = Mapping[str, str]
"""Members of a body or an answer, each with its type and its meaning: ``"text: what it is"``.

Types are ``text``, ``number``, ``whole``, ``flag``, ``moment``, ``texts``, ``any``, ``objects``,
and names of schemas, with ``s`` behind them for a list. ``{}`` behind a type: an object of such,
by names not known before; ``?``: it may be null. ``?`` behind a member's name: it may be
missing.
"""


@dataclass(frozen=True, slots=True)
class Parameter:
    """A parameter of a query: its name, its type as in ``Keys``, its meaning."""

    name: str
    kind: str
    meaning: str


@dataclass(frozen=True, slots=True)
class Operation:
    """One method on one path, whose ``{names}`` are in ``PLACES``.

    ``body`` are the members that a JSON body may have, and those in ``needed`` it must have;
    ``answer`` are the members of the answer, beside ``schema``. ``media`` is the answer's type.
    ``statuses`` are those that a failure has here, beside what any request may meet.
    """

    method: str
    path: str
    summary: str
    section: str
    more: str = ""
    query: tuple[Parameter, ...] = ()
    body: Keys | None = None
    needed: tuple[str, ...] = ()
    answer: Keys = field(default_factory=dict)
    media: str = "application/json"
    status: int = 200
    dry_status: int | None = None
    """What it answers with instead, where nothing was to be done."""
    statuses: tuple[int, ...] = ()
    keyed: bool = False
    """Whether it heeds ``Idempotency-Key``."""
