"""What all sections of the config share: no unknown key is taken, and durations have a unit."""

from __future__ import annotations

import re
from typing import Annotated

from pydantic import BaseModel, BeforeValidator, ConfigDict

__all__ = ["UNITS_S", "Seconds", "Section"]

UNITS_S = {"s": 1, "m": 60, "h": 3600, "d": 86400}
_LONGEST_S = 36_500 * 86_400  # what is longer is a slip, and calendars end in the year 9999


def _duration(value: object) -> object:
    """``90s``, ``2m``, ``6h`` or ``14d`` as seconds."""
    if isinstance(value, str) and (match := re.fullmatch(r"(\d+)\s*([smhd])", value.strip())):
        seconds = int(match[1]) * UNITS_S[match[2]]
        if seconds > _LONGEST_S:
            raise ValueError("must be at most 36500d")
        return seconds
    raise ValueError("write a whole number with a unit, such as 90s, 2m, 6h or 14d")


Seconds = Annotated[int, BeforeValidator(_duration)]


class Section(BaseModel):
    """A mapping of the config."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)
