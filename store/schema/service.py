"""The tables of migration 7, for what the service has to remember to act as one.

Each part is a tuple of its own. Times that end in ``_ms`` are Unix milliseconds.
"""

from __future__ import annotations

__all__ = ["SERVICE"]

# For which of its moments a person was told of a reminder.
_RINGS = (
    """CREATE TABLE ring (
        reminder TEXT NOT NULL, moment TEXT NOT NULL, shown_ms INTEGER NOT NULL,
        PRIMARY KEY (reminder, moment)
    ) STRICT""",
)

# What was answered to requests that carry a key, so that asking twice does it once.
_ANSWERED = (
    """CREATE TABLE answered (
        key TEXT PRIMARY KEY, asked TEXT NOT NULL, answer TEXT NOT NULL, deeds TEXT NOT NULL,
        at_ms INTEGER NOT NULL, final INTEGER NOT NULL
    ) STRICT""",
)

SERVICE = (*_RINGS, *_ANSWERED)
