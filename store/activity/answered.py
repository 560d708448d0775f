"""Remembers what was answered to requests that carry a key, so that asking twice does it once.

A row is there from the commit before the first effect; its answer is final once the effect is.
"""

from __future__ import annotations

from dataclasses import dataclass

from store.connection import Connection

__all__ = ["Answer", "Answered"]

KEPT_MS = 24 * 3600 * 1000
MOST = 1000  # of those that are kept


@dataclass(frozen=True, slots=True)
class Answer:
    """To ``asked`` (a hash of all that was asked) ``text`` was answered.

    Until it is ``final`` not all of ``deeds`` (JSON) may have been done.
    """

    asked: str
    text: str
    deeds: str
    final: bool


class Answered:
    """Answers by the keys of their requests; ``now_ms`` is Unix milliseconds."""

    def __init__(self, connection: Connection) -> None:
        self._db = connection

    def get(self, key: str, now_ms: int) -> Answer | None:
        """What was answered to the request of this key, for as long as that is kept."""
        row = self._db.one(
            "SELECT asked, answer, deeds, final FROM answered WHERE key = ? AND at_ms > ?",
            (key, now_ms - KEPT_MS),
        )
        return None if row is None else Answer(row[0], row[1], row[2], bool(row[3]))

    def begin(self, key: str, asked: str, text: str, deeds: str, now_ms: int) -> None:
        """It is about to be done, and this will be the answer; the oldest answers are let go."""
        self._db.write("DELETE FROM answered WHERE key = ? OR at_ms <= ?", (key, now_ms - KEPT_MS))
        self._db.write(
            """INSERT INTO answered (key, asked, answer, deeds, at_ms, final)
            VALUES (?, ?, ?, ?, ?, 0)""",
            (key, asked, text, deeds, now_ms),
        )
        self._db.write(
            """DELETE FROM answered WHERE key IN
                (SELECT key FROM answered ORDER BY at_ms DESC, rowid DESC LIMIT -1 OFFSET ?)""",
            (MOST,),
        )

    def finish(self, key: str, text: str) -> None:
        """It is done, and this is the answer."""
        self._db.write("UPDATE answered SET answer = ?, final = 1 WHERE key = ?", (text, key))

    def drop(self, key: str) -> None:
        """It was not done after all."""
        self._db.write("DELETE FROM answered WHERE key = ?", (key,))
