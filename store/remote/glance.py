"""What things in the mirror are called, for whoever is just typing one: at once, or not at all.

Nothing is checked, waited for or written. What cannot be read has no names.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

__all__ = ["MOST", "glance"]

MOST = 200  # names

_QUERIES = {
    "lists": "SELECT name, open || ' open' FROM lists ORDER BY name",
    "reminders": "SELECT id, title FROM reminders WHERE NOT done ORDER BY due IS NULL, due, title",
    "holds": "SELECT id, reason FROM hold ORDER BY since_ms",
    "conflicts": "SELECT number, field FROM conflict WHERE resolved_ms IS NULL ORDER BY number",
    "parked": "SELECT seq, reason FROM outbox WHERE state = 'parked' ORDER BY seq",
    "runs": "SELECT id, kind FROM run ORDER BY id DESC",
}
_BUSY_S = 0.1


def glance(path: Path, what: str, begins: Callable[[str], bool]) -> list[tuple[str, str]]:
    """At most ``MOST`` names of ``what`` that ``begins`` accepts, each with a few words on it.

    ``what`` is lists, reminders (the open ones), holds, conflicts, parked or runs.
    """
    try:
        uri = f"{path.absolute().as_uri()}?mode=ro"
        with closing(sqlite3.connect(uri, uri=True, timeout=_BUSY_S)) as connection:
            connection.execute("PRAGMA query_only = ON")
            found = connection.execute(_QUERIES[what])
            named = ((str(name), str(about)) for name, about in found if begins(str(name)))
            return [pair for pair, _ in zip(named, range(MOST), strict=False)]
    except (sqlite3.Error, UnicodeDecodeError):
        return []
