"""The mirror's rows of what the wire itself speaks of: zones, records, and what was touched."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

__all__ = ["Changes", "RecordRow", "ZoneRow"]


@dataclass(frozen=True, slots=True)
class ZoneRow:
    """A record zone and how far it has been read.

    ``sync_token`` is opaque, of the feed named in ``feed``. ``complete``: a full walk has
    finished once; ``walking``: one has begun and not finished. Both are the walk's to set.
    ``gone``: a shared zone that is no longer there.
    """

    name: str = "Reminders"
    owner: str = ""
    database: str = "private"
    sync_token: str | None = None
    feed: str = ""
    complete: bool = False
    walking: bool = False
    gone: bool = False

    @property
    def key(self) -> str:
        """What tells zones apart: by name in the private database, elsewhere by owner too."""
        if self.database == "private":
            return self.name
        return f"{self.database}/{self.owner}/{self.name}"


@dataclass(frozen=True, slots=True)
class RecordRow:
    """A live record as the wire gave it in ``raw``.

    ``owner`` is the name of the record that it hangs on (an alarm's reminder, a trigger's alarm);
    ``about`` the id of the reminder or list that changes when it changes, taken from the decoded
    row where there is one; ``zone`` the key of its zone; ``packed`` is ``pack(raw)``, by whoever
    had the time for it.
    """

    name: str
    type: str
    raw: Mapping[str, Any]
    change_tag: str = ""
    owner: str | None = None
    about: str | None = None
    zone: str = "Reminders"
    packed: bytes | None = None


@dataclass(frozen=True, slots=True)
class Changes:
    """The reminders and lists touched since a cursor, and the cursor to ask with next time."""

    cursor: int
    ids: frozenset[str]
