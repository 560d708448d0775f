"""A sign-in under way: the password was right and a code is owed; what it is, and what follows.

Pure. It is kept between processes, so that a code typed in another one is accepted without a new
password round, which would send a new code. Wire facts: docs/wire.md, "Second factor".
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from enum import Enum, auto
from typing import Any

from sync.remote.signing.challenge import DEVICE
from sync.remote.signing.states import Kind, SignInState, Way

__all__ = ["LASTS_S", "UnderWay", "Verdict", "judge_code", "state_of"]

LASTS_S = 3600.0  # a belief: nobody has told how long Apple waits for a code
_LOCKED_CODES = frozenset({"-21670", "-22979", "-28248"})
_CODE_HINT = "run `remindersd login --code -` and type it, or `remindersd login` for another one"


@dataclass(frozen=True, slots=True)
class UnderWay:
    """What a half sign-in has to remember beside the tokens.

    ``two_step`` marks the older verification, where the person first chooses a device; ``sent`` is
    the key of the way by which a code went out (``None``: none was asked for), ``began`` Unix
    seconds. ``dsid`` is the account's number, which two-step requests have to name. ``in_memory``
    tells that only the process that began can check the code, ``verified`` that the code was right
    and only trust is missing.
    """

    ways: tuple[Way, ...]
    began: float
    two_step: bool = False
    sent: str | None = None
    dsid: str = field(default="", repr=False)
    wrong: int = 0
    in_memory: bool = False
    verified: bool = False

    def way(self, key: str) -> Way | None:
        """The way called ``key``; a bare ``sms`` is the first telephone."""
        return next((way for way in self.ways if way.key == key or _kind(way) == key), None)

    def chosen(self, label: str) -> Way | None:
        """The way that is offered as ``label``."""
        return next((way for way in self.ways if label in (way.label, way.key)), None)

    @property
    def takes_code(self) -> bool:
        """Whether a code can be right: one was sent, or a device may show one that it was not."""
        shown = not self.two_step and self.way(DEVICE) is not None
        return self.sent is not None or shown or self.verified

    def sent_by(self, way: Way, *, in_memory: bool = False) -> UnderWay:
        """A code has gone out by ``way``."""
        return replace(self, sent=way.key, wrong=0, in_memory=in_memory)

    def refused(self) -> UnderWay:
        """A code was typed, and was wrong."""
        return replace(self, wrong=self.wrong + 1)

    def accepted(self) -> UnderWay:
        """A code was typed, and was right."""
        return replace(self, verified=True)

    def is_over(self, now: float) -> bool:
        """Whether it is so old that Apple has surely ended it."""
        return not 0 <= now - self.began < LASTS_S

    def dump(self) -> dict[str, Any]:
        """As a JSON document."""
        return {
            "ways": [{"key": w.key, "label": w.label, "body": dict(w.body)} for w in self.ways],
            "began": self.began,
            "two_step": self.two_step,
            "sent": self.sent,
            "dsid": self.dsid,
            "wrong": self.wrong,
            "in_memory": self.in_memory,
            "verified": self.verified,
        }

    @classmethod
    def load(cls, document: Mapping[str, Any]) -> UnderWay | None:
        """What ``dump`` gave, or ``None`` if it is not that."""
        try:
            return cls(
                ways=tuple(
                    Way(str(way["key"]), str(way["label"]), dict(way["body"]))
                    for way in document["ways"]
                ),
                began=float(document["began"]),
                two_step=bool(document["two_step"]),
                sent=str(document["sent"]) if document.get("sent") is not None else None,
                dsid=str(document["dsid"]),
                wrong=int(document["wrong"]),
                in_memory=bool(document["in_memory"]),
                verified=bool(document["verified"]),
            )
        except (KeyError, TypeError, ValueError):
            return None


def _kind(way: Way) -> str:
    return way.key.partition(":")[0]


def state_of(under: UnderWay) -> SignInState:
    """What a person sees of a sign-in under way."""
    if under.two_step and under.sent is None:
        return SignInState(
            Kind.CHOICE_REQUIRED,
            "Apple sends a code to one of your devices: choose which",
            "run `remindersd login`",
            ways=under.ways,
            choices=tuple(way.label for way in under.ways),
        )
    way = under.way(under.sent) if under.sent else None
    if not under.takes_code:
        sentence = "Apple wants a code before this computer may go on, and has sent none yet"
    elif under.wrong:
        sentence = "that code was wrong"
    elif way is None:
        sentence = "Apple wants a code before this computer may go on"
    elif way.key == DEVICE:
        sentence = "Apple shows a code on your devices"
    elif under.two_step:
        sentence = f"Apple has sent a code to {way.label}"
    else:
        sentence = f"Apple has sent a code by {way.label}"
    return SignInState(
        Kind.CODE_REQUIRED,
        sentence,
        _CODE_HINT if way else "run `remindersd login`, which has one sent",
        sent_to=way.label if way else "",
        ways=under.ways,
        was_wrong=under.wrong > 0,
    )


class Verdict(Enum):
    """What an answer says about the code that was sent."""

    RIGHT = auto()
    WRONG = auto()
    OVER = auto()  # the sign-in that it belongs to has ended
    LOCKED = auto()  # no code is taken for now
    UNCLEAR = auto()  # an outage or nonsense: the code was not looked at


def judge_code(status: int, body: Mapping[str, Any], code: str = "") -> Verdict:
    """Read an answer to a code; ``code`` is the error number of its header, if it has one.

    A right code is answered 204, 200, or 409 and 412 with ``securityCode.valid``.
    """
    entry = body.get("securityCode")
    if isinstance(entry, Mapping) and entry.get("valid") is True and status in (200, 409, 412):
        return Verdict.RIGHT
    if status == 423 or code in _LOCKED_CODES or _is_locked(entry):
        return Verdict.LOCKED
    is_refused = isinstance(entry, Mapping) and entry.get("valid") is False
    match status:
        case 200 | 204:
            right = body.get("success", True) is True and not is_refused
            return Verdict.RIGHT if right else Verdict.WRONG
        case 401 | 404 | 421:
            return Verdict.OVER
        case 400 | 409 | 412:
            return Verdict.WRONG
    return Verdict.UNCLEAR


def _is_locked(entry: object) -> bool:
    return isinstance(entry, Mapping) and any(
        entry.get(name) is True for name in ("securityCodeLocked", "tooManyCodesValidated")
    )
