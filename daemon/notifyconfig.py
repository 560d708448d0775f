"""The keys of the config below ``notify``."""

from __future__ import annotations

import re
from datetime import time
from typing import Annotated

from pydantic import BeforeValidator, field_validator

from daemon.section import Seconds, Section

__all__ = ["Notify"]

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

    @field_validator("missed")
    @classmethod
    def _bounded(cls, value: int) -> int:
        if value > _LONGEST_S:
            raise ValueError("must be at most 30d; what is older stands in the files anyway")
        return value
