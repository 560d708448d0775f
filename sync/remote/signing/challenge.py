"""Reads a second-factor challenge: in which ways can a code be sent, and which does Apple prefer?

Pure. What is not there or has another shape is left out; a challenge that names nothing at all
still has the devices, since a code that a person reads there can be typed whatever was said.
Wire facts: docs/wire.md, "Second factor".
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from sync.remote.signing.states import Way

__all__ = ["DEVICE", "Challenge", "read_challenge", "two_step_ways"]

DEVICE = "device"
_LONGEST = 60
_SHOWN = "auth/verify/trusteddevice"
_SMS_FIRST = "auth/verify/phone"


@dataclass(frozen=True, slots=True)
class Challenge:
    """``ways`` to get a code, the preferred one first; ``keys`` are names of security keys.

    ``is_shown``: the devices show a code already, nobody has to ask for it.
    """

    ways: tuple[Way, ...]
    keys: tuple[str, ...] = ()
    is_shown: bool = False


def read_challenge(
    answer: Mapping[str, Any], *, route: str = "", has_devices: bool | None = None
) -> Challenge:
    """The challenge in ``answer``, the JSON description of it; ``route`` is the page's first step.

    ``has_devices`` is what the page says, ``None`` where it says nothing.
    """
    nested = answer.get("phoneNumberVerification")
    told = {**nested, **answer} if isinstance(nested, Mapping) else answer
    phones = tuple(_phones(told))
    none = told.get("noTrustedDevices")
    are_there = not none if isinstance(none, bool) else has_devices
    device = (Way(DEVICE, "your devices"),) if are_there is not False or not phones else ()
    first = phones + device if route == _SMS_FIRST else device + phones
    keys = told.get("keyNames")
    names = tuple(_text(key) for key in keys) if isinstance(keys, list) else ()
    keyed = names or (("a security key",) if told.get("fsaChallenge") else ())
    return Challenge(first, keyed, is_shown=bool(device) and route == _SHOWN)


def _phones(told: Mapping[str, Any]) -> Iterator[Way]:
    """The telephones, the one that Apple puts first at the beginning."""
    listed = told.get("trustedPhoneNumbers")
    entries = [told.get("trustedPhoneNumber"), *(listed if isinstance(listed, list) else [])]
    seen = set()
    for entry in entries:
        id = entry.get("id") if isinstance(entry, Mapping) else None
        if not isinstance(entry, Mapping) or not isinstance(id, int | str) or id in seen:
            continue
        seen.add(id)
        body: dict[str, Any] = {"id": id}
        if isinstance(entry.get("nonFTEU"), bool):
            body["nonFTEU"] = entry["nonFTEU"]
        mode = entry.get("pushMode")
        mode = mode if mode in ("sms", "voice") else "sms"
        number = _text(
            entry.get("numberWithDialCode")
            or entry.get("obfuscatedNumber")
            or f"••{entry.get('lastTwoDigits') or ''}"
        )
        how = "a call to" if mode == "voice" else "a text message to"
        yield Way(f"sms:{id}", f"{how} {number}", {"phoneNumber": body, "mode": mode})


def two_step_ways(answer: Mapping[str, Any]) -> tuple[Way, ...]:
    """The devices that the older two-step verification offers, by the answer of ``listDevices``."""
    devices = answer.get("devices")
    found: list[Way] = []
    for device in devices if isinstance(devices, list) else []:
        if not isinstance(device, Mapping):
            continue
        name, number = device.get("deviceName"), device.get("phoneNumber")
        label = _text(name) if name else f"{_text(number)} - SMS to Phone Number"
        if label in [way.label for way in found]:
            label = f"{label} ({len(found) + 1})"
        found.append(Way(f"2sv:{len(found) + 1}", label, dict(device)))
    return tuple(found)


def _text(value: object) -> str:
    """What somebody else wrote, in one short line."""
    line = "".join(char if char.isprintable() else " " for char in str(value or ""))
    return " ".join(line.split())[:_LONGEST]
