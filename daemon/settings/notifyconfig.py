"""The keys of the config below ``notify`` and ``hooks``."""

from __future__ import annotations

import re
from datetime import time
from typing import Annotated

from pydantic import AfterValidator, BeforeValidator, field_validator

from daemon.settings.section import Seconds, Section

__all__ = ["EVENTS", "Hooks", "Notify"]

EVENTS = ("sign-in", "trust", "failing", "recovered", "held", "conflict", "parked", "due")
"""What a hook can be for: ``Happening.event`` where it is about the daemon, or reminders due."""

_LONGEST_S = 30 * 86400


def _hour(value: object) -> time | None:
    """``"09:00"`` as a time of the day."""
    if value is None:
        return None
    if isinstance(value, str) and (match := re.fullmatch(r"(\d{1,2}):(\d\d)", value)):
        hours, minutes = int(match[1]), int(match[2])
        if hours < 24 and minutes < 60:
            return time(hours, minutes)
    # YAML 1.1 reads 9:00 without quotes as the number 540.
    raise ValueError('write a time in quotes, such as "09:00", or null')


class Notify(Section):
    """What is shown on the desktop; ``all_day`` is the hour for reminders without a time."""

    due: bool = True
    all_day: Annotated[time | None, BeforeValidator(_hour)] = time(9)
    missed: Seconds = 86400
    problems: bool = True

    @field_validator("missed")
    @classmethod
    def _bounded(cls, value: int) -> int:
        if value > _LONGEST_S:
            raise ValueError("must be at most 30d; what is older stands in the files anyway")
        return value


def _commands(value: dict[str, list[str]]) -> dict[str, list[str]]:
    for event, command in value.items():
        if event not in EVENTS:
            raise ValueError(f"{event} is nothing that happens; one of {', '.join(EVENTS)} is")
        if not command or not all(command):
            raise ValueError(f"{event}: name a program and its arguments")
    return value


def _in_brackets(value: object) -> object:
    if isinstance(value, dict) and any(isinstance(one, str) for one in value.values()):
        raise ValueError("write a program and its arguments in brackets: [notify-send, Conflict]")
    return value


Hooks = Annotated[dict[str, list[str]], AfterValidator(_commands), BeforeValidator(_in_brackets)]
"""A command for each event that a person wants one for."""
