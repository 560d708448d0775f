"""Says what about an account can be switched, and to what: each bad day that it can have.

Durations are seconds on the world's clock. Which of the numbers are Apple's nobody has shown; they
are chosen so that a client can meet each of the cases (docs/wire.md, "Second factors").
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import orjson

MFA_KINDS = ("none", "2fa", "2sv")
_DAY = 24 * 3600


@dataclass(frozen=True, slots=True)
class _Rule:
    """What a value must be: `words` follow "must be", `holds` decides."""

    words: str
    holds: Callable[[Any], bool]


def _whole(least: int) -> _Rule:
    return _Rule(
        f"a whole number of at least {least}",
        lambda value: type(value) is int and value >= least,
    )


def _one_of(*choices: object) -> _Rule:
    # An identity of type as well: True is not 1 here.
    return _Rule(
        f"one of {', '.join(map(str, choices))}",
        lambda value: any(value == each and type(value) is type(each) for each in choices),
    )


def _texts(words: str, fits: Callable[[str], bool] = bool) -> _Rule:
    return _Rule(
        words,
        lambda value: (
            isinstance(value, list) and all(isinstance(each, str) and fits(each) for each in value)
        ),
    )


_FLAG = _Rule("true or false", lambda value: isinstance(value, bool))
_TEXT = _Rule("a text", lambda value: isinstance(value, str) and value != "")
_NAMES = _texts("a list of names")
_RULES = {
    "password": _TEXT,
    "code": _Rule(
        "six digits as text",
        lambda value: isinstance(value, str) and len(value) == 6 and value.isdecimal(),
    ),
    "mfa": _one_of(*MFA_KINDS),
    "by_sms": _FLAG,
    "bridge": _FLAG,
    "locked": _FLAG,
    "terms_pending": _FLAG,
    "fresh_codes": _FLAG,
    "code_accepted": _one_of("usual", 200, 204, 409, 412),
    "code_lasts": _whole(0),
    "code_tries": _whole(1),
    "code_sends": _whole(1),
    "code_rest": _whole(0),
    "phones": _texts(
        "a list of the last two digits of telephones, as text",
        lambda each: len(each) == 2 and each.isdecimal(),
    ),
    "devices": _NAMES,
    "security_keys": _NAMES,
    "password_tries": _whole(0),
    "repair": _FLAG,
    "region": _one_of("world", "china"),
    "session_ended": _one_of(421, 450),
    "trust_lasts": _whole(0),
    "trust_missing": _FLAG,
    "web_access": _FLAG,
    "adp": _FLAG,
    "consent_answer": _one_of("wait", "grant", "deny"),
    "consent_lasts": _whole(0),
    "pcs_waits": _whole(0),
    "pcs_refused": _one_of(403, 423),
}
"""What each switch must be."""


@dataclass(kw_only=True)
class Switches:
    """The switches of an account; tests set them as attributes, programs by `/sandbox/account`.

    Second factor: `mfa`; `phones`, the last two digits of each trusted telephone, ids from 1;
    `devices`, names of what two-step verification offers beside them; `by_sms`, a 2fa account
    without trusted devices; `bridge`, one whose codes are shown only to who opens a push connection
    or asks; `security_keys`, the names of keys that replace the code. `code` is right, or with
    `fresh_codes` the last one sent; it is good for `code_lasts` and taken with the status
    `code_accepted`. After `code_tries` wrong ones, or
    `code_sends` sent, that is over for `code_rest`.

    Refusals: `locked`, which `password_tries` wrong passwords in a row bring about (0: never);
    `terms_pending`; `web_access` off; `repair`, which asks an account without a second factor to
    get one; `region`, where the account lives; `session_ended`, the status for a dead session.

    Trust ends after `trust_lasts`; `trust_missing` is a 2sv account whose trust is answered 404,
    though it was given with the code. With `adp` (Advanced Data Protection) end-to-end encrypted
    data needs consent on a device: `consent_answer` is what its owner does when asked,
    `consent_lasts` how long that holds, `pcs_waits` how many requests for cookies come too early,
    `pcs_refused` the status of a service without them.
    """

    code: str = "042137"
    mfa: str = "none"
    by_sms: bool = False
    bridge: bool = False
    locked: bool = False
    terms_pending: bool = False
    fresh_codes: bool = False
    code_accepted: str | int = "usual"
    code_lasts: int = 600
    code_tries: int = 6
    code_sends: int = 10
    code_rest: int = 1800
    phones: list[str] = field(default_factory=lambda: ["07"])
    devices: list[str] = field(default_factory=list)
    security_keys: list[str] = field(default_factory=list)
    password_tries: int = 10
    repair: bool = False
    region: str = "world"
    session_ended: int = 421
    trust_lasts: int = 60 * _DAY
    trust_missing: bool = False
    web_access: bool = True
    adp: bool = False
    consent_answer: str = "wait"
    consent_lasts: int = 3600
    pcs_waits: int = 1
    pcs_refused: int = 403

    def change(self, wanted: Mapping[str, object]) -> None:
        """Set the switches named in `wanted`: all of them, or ValueError and none."""
        check(wanted)
        for name, value in wanted.items():
            setattr(self, name, value)

    def switched(self) -> dict[str, Any]:
        """Every switch by its name."""
        return {name: getattr(self, name) for name in _RULES}


def check(wanted: Mapping[str, object]) -> None:
    """Raise ValueError, naming the switch, unless each in `wanted` exists and fits."""
    for name, value in wanted.items():
        if name not in _RULES:
            raise ValueError(f"{name}: unknown; there are {', '.join(_RULES)}")
        if not _RULES[name].holds(value):
            raise ValueError(f"{name}: must be {_RULES[name].words}")


def read(setting: str) -> tuple[str, object]:
    """Name and value of a text such as `adp=true`, the value being JSON or else itself.

    Raises ValueError, naming the switch, for what cannot be switched so.
    """
    name, equals, text = setting.partition("=")
    if not equals:
        raise ValueError(f"{setting}: must be NAME=VALUE")
    try:
        value: object = orjson.loads(text)
    except orjson.JSONDecodeError:
        value = text
    if name in _RULES and _RULES[name].holds(text):
        value = text  # a code of digits, which JSON would make a number
    check({name: value})
    return name, value
