"""Says in which state an account's sign-in is, each with a sentence that says what to do.

    signed-out        nobody is signed in
    code-required     the password was right; ``sent_to`` has the code, ``ways`` could get another
    choice-required   the code goes to one of ``choices``, and somebody has to say to which
    signed-in         open
    trust-expiring    open, until ``until`` at the latest
    consent-needed    signed in, but a device has to allow access to encrypted data first
    needs-person      something that only the owner can put right; ``reason`` is one word for it

Pure. Times are Unix seconds.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

__all__ = ["EXPIRES_SOON_S", "NOBODY", "Kind", "SignInState", "Way"]

EXPIRES_SOON_S = 7 * 86400.0


class Kind(StrEnum):
    """The state in one word."""

    SIGNED_OUT = "signed-out"
    CODE_REQUIRED = "code-required"
    CHOICE_REQUIRED = "choice-required"
    SIGNED_IN = "signed-in"
    TRUST_EXPIRING = "trust-expiring"
    CONSENT_NEEDED = "consent-needed"
    NEEDS_PERSON = "needs-person"


@dataclass(frozen=True, slots=True)
class Way:
    """One way in which a code can reach its owner.

    ``key`` names it (``device``, ``sms:1``, ``2sv:1``), ``label`` is for people, ``body`` what the
    service wants to hear again when it is used.
    """

    key: str
    label: str
    body: Mapping[str, Any] = field(default_factory=dict, repr=False)


@dataclass(frozen=True, slots=True)
class SignInState:
    """How the sign-in stands: ``sentence`` what is the case, ``hint`` what to do about it.

    ``was_wrong`` tells that a code was typed and refused.
    """

    kind: Kind
    sentence: str
    hint: str = ""
    sent_to: str = ""
    ways: tuple[Way, ...] = ()
    choices: tuple[str, ...] = ()
    was_wrong: bool = False
    reason: str = ""
    until: float | None = None

    @property
    def is_open(self) -> bool:
        """Whether the account can be used."""
        return self.kind in (Kind.SIGNED_IN, Kind.TRUST_EXPIRING)

    def document(self) -> dict[str, Any]:
        """The state as it is told in JSON; ``until`` stays Unix seconds."""
        return {
            "state": self.kind.value,
            "sentence": self.sentence,
            "hint": self.hint,
            "sent_to": self.sent_to or None,
            "ways": {way.key: way.label for way in self.ways},
            "choices": list(self.choices),
            "was_wrong": self.was_wrong,
            "reason": self.reason or None,
            "until": self.until,
        }


NOBODY = SignInState(Kind.SIGNED_OUT, "nobody is signed in", "run: remindersd login")
"""The state where nothing is stored."""
