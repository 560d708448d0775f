"""Decides what is told of a bug: its kind and its place, and none of its words."""

from __future__ import annotations

import logging
import traceback

from daemon.running.requests import Unexpected

__all__ = ["unexpected"]

_log = logging.getLogger(__name__)


def unexpected(error: Exception) -> Unexpected:
    """Name the place and no text: nobody has checked what is in it."""
    frame = traceback.extract_tb(error.__traceback__)[-1]
    place = f"{frame.name} ({frame.filename.rpartition('/')[2]}, line {frame.lineno})"
    _log.error("this is a bug: %s in %s", type(error).__name__, place)
    _log.debug("in full:", exc_info=error)
    return Unexpected(f"this is a bug: {type(error).__name__} in {place}")
