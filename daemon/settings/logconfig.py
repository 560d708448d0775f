"""Which keys the config has for the log."""

from __future__ import annotations

from daemon.settings.section import Section

__all__ = ["Log"]


class Log(Section):
    """What the log may say."""

    titles: bool = False
