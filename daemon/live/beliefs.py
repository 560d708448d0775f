"""All that is believed of the service and can be seen without a device, in the walk's order."""

from __future__ import annotations

from daemon.live.answers import ANSWERS
from daemon.live.endings import ENDINGS
from daemon.live.lists import LISTS
from daemon.live.series import SERIES
from daemon.live.survey import SURVEY

__all__ = ["BELIEFS"]

BELIEFS = (*SURVEY, *ANSWERS, *SERIES, *LISTS, *ENDINGS)
"""Those that follow build on what those before made."""
