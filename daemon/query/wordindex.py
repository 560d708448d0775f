"""Finds reminders by words: an index of titles, notes and tags in memory, made when it is asked.

A word finds what begins with it, whatever its case and accents; all words have to be found, each in
any of the three. The index is as good as the mirror was when it was made, so it is made anew when
the mirror has been written to since. That costs milliseconds for a thousand reminders, and keeps
the mirror free of copies of texts that would have to be kept right at each write.
"""

from __future__ import annotations

import re
import sqlite3

__all__ = ["WordIndex"]

# Scripts that put no spaces between words: each character is a word of its own.
_UNSPACED = re.compile(
    "([\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u2e80-\u31ff\u3400-\u9fff\uf900-\ufaff"
    "\U00020000-\U0003ffff])"
)
_TEXTS = """SELECT id, title, notes, (SELECT group_concat(t.name, ' ')
    FROM json_each(r.tag_ids) e JOIN tag t ON t.id = e.value) FROM shown_reminder r"""


class WordIndex:
    """The index of one mirror, which ``raw`` reads; ``close`` lets go of it."""

    def __init__(self, raw: sqlite3.Connection) -> None:
        self._raw = raw
        self._index: sqlite3.Connection | None = None
        self._made_of: int | None = None

    def close(self) -> None:
        """Let go of the memory."""
        if self._index is not None:
            self._index.close()
        self._index = None

    def ids(self, words: str) -> frozenset[str]:
        """The ids of the reminders that have all of ``words``; none where those say nothing."""
        query = _query(words)
        if not query:
            return frozenset()
        rows = self._fresh().execute("SELECT id FROM words WHERE words MATCH ?", (query,))
        return frozenset(id for (id,) in rows)

    def _fresh(self) -> sqlite3.Connection:
        (version,) = self._raw.execute("PRAGMA data_version").fetchone()
        if self._index is None or version != self._made_of:
            self.close()
            self._index = _made(self._raw)
            self._made_of = version
        return self._index


def _made(raw: sqlite3.Connection) -> sqlite3.Connection:
    index = sqlite3.connect(":memory:", isolation_level=None)
    index.execute(
        "CREATE VIRTUAL TABLE words USING fts5 (id UNINDEXED, title, notes, tags,"
        " tokenize = 'unicode61 remove_diacritics 2', prefix = '2 3')"
    )
    index.execute("BEGIN")
    for id, *texts in raw.execute(_TEXTS):
        index.execute("INSERT INTO words VALUES (?, ?, ?, ?)", (id, *map(_spaced, texts)))
    index.execute("COMMIT")
    return index


def _spaced(text: str | None) -> str:
    return _UNSPACED.sub(r" \1 ", text or "")


def _query(words: str) -> str:
    """Each word as a phrase of which the last part may go on; one of signs alone says nothing."""
    phrases = (
        _spaced(word.removeprefix("#")).replace('"', " ").replace("\0", " ").strip()
        for word in words.split()
    )
    return " ".join(f'"{one}"*' for one in phrases if any(map(str.isalnum, one)))
