"""Answers what is asked of the reminders in a mirror: by list, smart list, words, or one by one.

It works with a connection that only reads, in whichever thread has that, and is what `today` and
its like start with where no daemon runs: nothing slow may be imported here.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import datetime, tzinfo
from typing import Any
from zoneinfo import ZoneInfo

from daemon.query.entries import Document, entries, rings_of, rows_of
from daemon.query.filters import Filters, Key, cursor_of
from daemon.query.smart import Times, is_in, times_of
from daemon.query.wordindex import WordIndex
from sync.errors import NoSuchReminder

__all__ = ["WAS_READ", "Queries"]

WAS_READ = "SELECT EXISTS (SELECT 1 FROM record) OR EXISTS (SELECT 1 FROM zone WHERE complete)"
_NAMED = 10  # candidates that an answer names
_LIGHT = """SELECT r.id AS id, r.list_name AS list, r.title AS title, r.notes AS notes,
    r.done AS done, r.flagged AS flagged, r.due_iso AS due, w.path AS file, w.line AS line
    FROM shown_reminder r LEFT JOIN line w ON w.id = r.id"""


class Queries:
    """What is asked of the mirror that ``raw`` reads; ``now`` gives Unix seconds."""

    def __init__(self, raw: sqlite3.Connection, now: Callable[[], float]) -> None:
        self._raw = raw
        self._now = now
        self._words = WordIndex(raw)
        raw.create_function("casefold", 1, _casefold, deterministic=True)

    def close(self) -> None:
        """Let go of what is in memory; the connection is the caller's."""
        self._words.close()

    def was_read(self) -> bool:
        """Whether the account was ever read into this mirror: else nothing here means nothing."""
        (so,) = self._raw.execute(WAS_READ).fetchone()
        return bool(so)

    def reminders(self, filters: Filters) -> Document:
        """The reminders that pass ``filters``, in their order, and where the next page begins.

        In a smart list that is the order of the times shown; what is found by words is open
        before it is done; else it is that of lists and files.
        """
        home = self.home_zone()
        keyed = sorted(self._keyed(filters, home), key=lambda pair: pair[0])
        after, limit = filters.after, filters.limit
        left = keyed if after is None else [pair for pair in keyed if pair[0] > after]
        page = left if limit is None else left[:limit]
        more = len(left) > len(page)
        found: Document = {
            "schema": 1,
            "reminders": entries(self._raw, [id for _, id in page], home),
            "next": cursor_of(filters.order, page[-1][0]) if more else None,
        }
        if filters.smart is not None:
            today = datetime.fromtimestamp(self._now(), home).date()
            found |= {"smart": filters.smart, "day": today.isoformat(), "time_zone": str(home)}
        return found

    def reminder(self, key: str) -> Document:
        """One reminder, by its UUID, the block id of its line, its title or how that begins.

        Of several called so the one that is open is meant. Raises NoSuchReminder.
        """
        ids = self._meant(key)
        if len(ids) > 1:
            named = [f"{one['block'] or one['id']} “{one['title']}”" for one in self._some(ids)]
            more = f" and {len(ids) - _NAMED} more" if len(ids) > _NAMED else ""
            raise NoSuchReminder(
                f"“{key[:60]}” may be {len(ids)} reminders", f"name one: {', '.join(named)}{more}"
            )
        if not ids:
            raise NoSuchReminder(
                f"there is no reminder {key[:100]}", "see `remindersd search WORDS`, or /reminders"
            )
        return {"schema": 1, "reminder": self._some(ids)[0]}

    def home_zone(self) -> tzinfo:
        """Where a time without an offset is taken to be."""
        row = self._raw.execute("SELECT value FROM meta WHERE key = 'home_zone'").fetchone()
        return ZoneInfo(row[0] if row else "UTC")

    # ----

    def _keyed(self, filters: Filters, home: tzinfo) -> Iterator[tuple[Key, str]]:
        """What passes, each with the key by which it is put in order."""
        rows: Iterable[Document] = rows_of(
            self._raw, f"{_LIGHT} {filters.where}", filters.parameters
        )
        if filters.words is not None:
            ids = self._words.ids(filters.words)
            rows = [row for row in rows if row["id"] in ids]
        rows = [row for row in rows if filters.passes(row, home)]
        if filters.smart is None:
            for row in rows:
                place = _place(row)
                yield (int(row["done"]), *place) if filters.words is not None else place, row["id"]
            return
        now = datetime.fromtimestamp(self._now(), home)
        rings = rings_of(self._raw)
        for row in rows:
            times = times_of(row["due"], rings.get(row["id"], ()), home)
            if is_in(filters.smart, times, flagged=bool(row["flagged"]), now=now):
                yield _moment(times, row), row["id"]

    def _meant(self, key: str) -> list[str]:
        """The ids that a person may mean: an id means one, a title all that are called so."""
        known = self._ids("SELECT id FROM shown_reminder WHERE id = ?", key.upper())
        if known:
            return known[:1]
        block = key.removeprefix("^").lower()
        names = (block, f"r-{block}")
        known = self._ids(
            """SELECT b.id FROM block b JOIN shown_reminder r ON r.id = b.id
            WHERE lower(b.block) IN (?, ?)""",
            *names,
        )
        if known:
            return known[:1]
        title = key.strip().casefold()
        if not title:
            return []
        exact = "SELECT id FROM shown_reminder WHERE casefold(title) = ?"
        begins = "SELECT id FROM shown_reminder WHERE substr(casefold(title), 1, length(?1)) = ?1"
        for called in (exact, begins):
            still_open = self._ids(f"{called} AND NOT done ORDER BY id", title)
            found = (
                still_open if len(still_open) == 1 else self._ids(f"{called} ORDER BY id", title)
            )
            if found:
                return found
        return []

    def _ids(self, sql: str, *parameters: str) -> list[str]:
        return list(dict.fromkeys(id for (id,) in self._raw.execute(sql, parameters)))

    def _some(self, ids: Sequence[str]) -> list[dict[str, Any]]:
        return entries(self._raw, ids[:_NAMED], self.home_zone())


def _casefold(text: str | None) -> str | None:
    """What SQLite has no function for beyond ASCII."""
    return None if text is None else text.casefold()


def _place(row: Document) -> Key:
    """By list, and in it by file; what stands in none comes first."""
    line = -1 if row["line"] is None else row["line"]
    return row["list"] or "", row["file"] or "", line, row["id"]


def _moment(times: Times, row: Document) -> Key:
    """By the time shown, what has none last; at one time by title."""
    at = float("inf") if times.at is None else times.at
    return at, row["title"] or "", row["id"]
