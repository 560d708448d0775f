"""Remembers what iCloud last said: zones, raw records, and their decoded rows.

Rules: (1) a record is gone only by a tombstone or by its absence from a complete walk; (2) a gone
record loses its decoded row, and keeps its raw JSON for 30 days, to be restored from; after that
nothing is known of what hung on a reminder, and of others that they were there: their lines may
come back, and nothing new may get their identity; (3) each change of a record takes the next
``seq``, so that what was touched since can be asked for; the same record again takes none.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from store.cells import kind_and_subject
from store.connection import json_array
from store.raw import pack
from store.remote.decoded import Decoded
from store.remote.zones import PRIVATE, Zones
from store.rows import Changes, DecodedRow, Kind, RecordRow

__all__ = ["Mirror"]

KEPT_MS = 30 * 86_400_000
"""How long what a gone record held is kept, to be restored from."""

_PASSING = "('alarm', 'alarm_trigger', 'tag', 'attachment', 'rule', 'assignment', 'other')"
"""Kinds of records that nobody asks for any more, once what they held is let go."""

_PUT = """INSERT INTO record
    (name, zone, type, kind, about, owner, change_tag, deleted, raw, walk, seq)
    VALUES (?, ?, ?, ?, ?, ?, ?, 0, ?, ?, ?)
    ON CONFLICT (name) DO UPDATE SET
        zone = excluded.zone, type = excluded.type, kind = excluded.kind, about = excluded.about,
        owner = excluded.owner, change_tag = excluded.change_tag, deleted = 0, raw = excluded.raw,
        gone_ms = NULL,
        walk = excluded.walk,
        seq = CASE WHEN record.deleted OR record.raw IS NOT excluded.raw
            THEN excluded.seq ELSE record.seq END
    WHERE record.deleted OR
        (zone, type, kind, about, owner, change_tag, raw, walk) IS NOT
        (excluded.zone, excluded.type, excluded.kind, excluded.about, excluded.owner,
            excluded.change_tag, excluded.raw, excluded.walk)"""

_TOMBSTONE = """INSERT INTO record
    (name, zone, type, kind, about, owner, change_tag, deleted, raw, walk, seq)
    VALUES (?, ?, '', ?, ?, NULL, '', 1, x'7b7d', 0, ?)
    ON CONFLICT (name) DO UPDATE SET deleted = 1, seq = excluded.seq,
        about = coalesce(record.about, excluded.about)
    WHERE NOT record.deleted"""


class Mirror(Zones, Decoded):
    """The remote side as last seen."""

    def put(self, records: Iterable[tuple[RecordRow, DecodedRow | None]]) -> None:
        """Remember live records with what they decode to (``None``: nothing that we show).

        Takes a page at a time. A record that is known with the same JSON changes nothing but the
        walk that it was last seen in. One whose place another zone's record has is left out.
        """
        # A page may hold a record twice: the later one counts.
        pairs = list({pair[0].name: pair for pair in records}.values())
        walks = dict(self._db.all("SELECT key, walk FROM zone"))
        if len(walks) > 1:
            pairs, evicted = self._contested(pairs)
            self._bury([name for name, _ in evicted])
        seq = self.cursor()
        self._db.write_many(
            _PUT,
            [
                _record_values(record, row, walks.get(record.zone, 0), seq + place)
                for place, (record, row) in enumerate(pairs, 1)
            ],
        )
        self._put_decoded((record.name, row) for record, row in pairs)

    def tombstone(
        self, name: str, kind: Kind = "other", about: str | None = None, zone: str = PRIVATE
    ) -> None:
        """Remember that the record ``name`` of ``zone`` is gone.

        ``kind`` and ``about`` are for a record that was never seen alive; a seen one has its own.
        """
        if self.zone_of(name) not in (None, zone) and self.record(name) is not None:
            self._forget_hidden(zone, name)
            return
        self._db.write(_TOMBSTONE, (name, zone, kind, about, self.cursor() + 1))
        self._drop_decoded([name])
        self._released([name])

    def cursor(self) -> int:
        """The ``seq`` of the latest change."""
        return int(self._db.one("SELECT coalesce(max(seq), 0) FROM record")[0])

    def changed_since(self, cursor: int) -> Changes:
        """The ids of reminders and lists that a put or tombstone touched after ``cursor``."""
        rows = self._db.all("SELECT seq, about FROM record WHERE seq > ?", (cursor,))
        latest = max((seq for seq, _ in rows), default=cursor)
        return Changes(latest, frozenset(about for _, about in rows if about is not None))

    def reminders_since(self, cursor: int) -> frozenset[str] | None:
        """The ids of the reminders whose own records were put after ``cursor``.

        ``None`` where anything else changed as well: another kind of record, or one is gone.
        """
        rows = self._db.all("SELECT kind, deleted, about FROM record WHERE seq > ?", (cursor,))
        if any(kind != "reminder" or deleted or about is None for kind, deleted, about in rows):
            return None
        return frozenset(about for _, _, about in rows)

    def begin_walk(self, zone: str = PRIVATE) -> None:
        """Start a full walk of ``zone``: from now on each put marks its record as seen in it."""
        self._db.write(
            """INSERT INTO zone (key, walk, walking) VALUES (?, 1, 1)
            ON CONFLICT (key) DO UPDATE SET walk = walk + 1, walking = 1""",
            (zone,),
        )
        self._forget_hidden(zone)

    def finish_walk(self, zone: str = PRIVATE, unmet: Sequence[str] | None = None) -> list[str]:
        """End the walk after its last page: what it did not meet is gone; those records' names.

        ``unmet`` is what the method of that name gave in the same commit, which reads every record.
        Raises ``RuntimeError`` where no walk was begun: absence would be no evidence.
        """
        names = self.unmet(zone) if unmet is None else list(unmet)
        self._bury(names)
        self._released(names)
        self._db.write("UPDATE zone SET walking = 0, complete = 1 WHERE key = ?", (zone,))
        return names

    def unmet(self, zone: str = PRIVATE) -> list[str]:
        """The names of live records that the walk under way has not met.

        Raises ``RuntimeError`` where none was begun.
        """
        row = self._db.one("SELECT walk, walking FROM zone WHERE key = ?", (zone,))
        if row is None or not row[1]:
            raise RuntimeError(f"no walk of {zone} was begun")
        found = self._db.all(
            "SELECT name FROM record WHERE zone = ? AND NOT deleted AND walk < ? ORDER BY name",
            (zone, row[0]),
        )
        return [name for (name,) in found]

    def spare_unmet(self, zone: str = PRIVATE, names: Iterable[str] | None = None) -> None:
        """Let none of these records of ``zone`` count as gone by the walk under way, or none.

        Without ``names`` the walk cannot be complete.
        """
        some = "" if names is None else " AND name IN (SELECT value FROM json_each(?))"
        self._db.write(
            f"""UPDATE record SET walk = (SELECT walk FROM zone WHERE key = record.zone)
            WHERE zone = ? AND NOT deleted{some}""",
            (zone, *([] if names is None else [json_array(names)])),
        )

    def _bury(self, names: Sequence[str]) -> None:
        seq = self.cursor()
        self._db.write_many(
            "UPDATE record SET deleted = 1, seq = ? WHERE name = ?",
            [(seq + place, name) for place, name in enumerate(names, 1)],
        )
        self._drop_decoded(names)

    def record(self, name: str) -> dict[str, Any] | None:
        """The raw JSON of a live record."""
        return self.records([name]).get(name)

    def records(self, names: Iterable[str]) -> dict[str, dict[str, Any]]:
        """The raw JSON of those of ``names`` that are live."""
        return dict(self._raw("NOT deleted AND name IN (SELECT value FROM json_each(?))", names))

    def living(self, zone: str) -> frozenset[str]:
        """The names of the live records of ``zone``."""
        rows = self._db.all("SELECT name FROM record WHERE zone = ? AND NOT deleted", (zone,))
        return frozenset(name for (name,) in rows)

    def gone(self, name: str) -> dict[str, Any] | None:
        """The last JSON of a record that is gone (empty where it was never seen alive)."""
        one = "deleted AND name IN (SELECT value FROM json_each(?))"
        return dict(self._raw(one, [name])).get(name)

    def tombstones(self, kind: Kind = "reminder") -> dict[str, str]:
        """The ids of the reminders (or lists) whose own record is gone, each with its name."""
        return dict(
            self._db.all(
                # By its +, the order is no reason to read every record there is.
                """SELECT about, name FROM record
                WHERE deleted AND kind = ? AND about IS NOT NULL ORDER BY +name""",
                (kind,),
            )
        )

    def gone_at(self, kind: Kind = "reminder") -> dict[str, int | None]:
        """When each was first seen here to be gone (Unix ms), as far as what it held is kept."""
        return dict(
            self._db.all(
                """SELECT about, gone_ms FROM record WHERE deleted AND kind = ?
                AND about IS NOT NULL AND gone_ms IS NOT 0""",
                (kind,),
            )
        )

    def all_records(self) -> Iterator[dict[str, Any]]:
        """The raw JSON of every live record, by name."""
        rows = self._db.all("SELECT raw FROM record WHERE NOT deleted ORDER BY name")
        return (self._db.unpack(raw) for (raw,) in rows)

    def by_type(self, record_type: str) -> Iterator[dict[str, Any]]:
        """The raw JSON of every live record of a type, by name."""
        rows = self._db.all(
            "SELECT raw FROM record WHERE type = ? AND NOT deleted ORDER BY name", (record_type,)
        )
        return (self._db.unpack(raw) for (raw,) in rows)

    def named(self, record_type: str, ids: Iterable[str]) -> Iterator[dict[str, Any]]:
        """The same for those of these ids, by name."""
        names = [name for id in ids for name in (id, f"{record_type}/{id}")]
        rows = self._db.all(
            """SELECT raw FROM record WHERE type = ? AND NOT deleted
            AND name IN (SELECT value FROM json_each(?)) ORDER BY name""",
            (record_type, json_array(names)),
        )
        return (self._db.unpack(raw) for (raw,) in rows)

    def children(self, record_name: str) -> list[dict[str, Any]]:
        """The raw JSON of the live records that hang on ``record_name``, by name."""
        rows = self._db.all(
            """SELECT raw FROM record WHERE owner = ? AND NOT deleted
            AND zone = coalesce((SELECT zone FROM record WHERE name = ?), zone) ORDER BY name""",
            (record_name, record_name),
        )
        return [self._db.unpack(raw) for (raw,) in rows]

    def gone_children(self, record_name: str) -> list[dict[str, Any]]:
        """The last JSON of the gone records that hung on ``record_name``, by name."""
        rows = self._db.all(
            "SELECT raw FROM record WHERE owner = ? AND deleted ORDER BY name", (record_name,)
        )
        return [raw for (packed,) in rows if (raw := self._db.unpack(packed))]

    def gone_later(self, by_ms: int) -> None:
        """What is gone was seen to be so much later by the clock, which was set since."""
        self._db.write(
            "UPDATE record SET gone_ms = max(1, gone_ms + ?) WHERE deleted AND gone_ms > 0",
            (by_ms,),
        )

    def let_go(self, now_ms: int) -> None:
        """Forget what gone records held ``KEPT_MS`` after they were first seen to be gone here.

        What hung on a reminder is forgotten whole, unless it stands in the way of a deletion. The
        latest change stays, for the next to be counted from.
        """
        self._db.write("UPDATE record SET gone_ms = ? WHERE deleted AND gone_ms IS NULL", (now_ms,))
        old = "deleted AND gone_ms > 0 AND gone_ms < ?"
        self._db.write(
            f"""DELETE FROM record WHERE {old} AND kind IN {_PASSING}
            AND name NOT IN (SELECT name FROM blocker)
            AND seq < (SELECT max(seq) FROM record)""",
            (now_ms - KEPT_MS,),
        )
        # Shrunk where they stand, rows would leave their pages nearly empty.
        self._db.write(
            f"""REPLACE INTO record
            (name, zone, type, kind, about, owner, change_tag, deleted, raw, walk, seq, gone_ms)
            SELECT name, zone, type, kind, about, NULL, '', 1, x'7b7d', walk, seq, 0
            FROM record WHERE {old} ORDER BY seq""",
            (now_ms - KEPT_MS,),
        )

    def subtasks(self, reminder_id: str) -> list[dict[str, Any]]:
        """The raw JSON of the live reminders below one, softly deleted ones too, by name."""
        return self._of_reminders("parent_id", reminder_id)

    def members(self, list_id: str) -> list[dict[str, Any]]:
        """The raw JSON of the live reminders of a list, softly deleted ones too, by name."""
        return self._of_reminders("list_id", list_id)

    def _of_reminders(self, column: str, id: str) -> list[dict[str, Any]]:
        rows = self._db.all(
            f"""SELECT raw FROM record WHERE NOT deleted AND name IN
            (SELECT record_name FROM reminder WHERE {column} = ?) ORDER BY name""",
            (id,),
        )
        return [self._db.unpack(raw) for (raw,) in rows]

    def _raw(self, where: str, names: Iterable[str]) -> Iterator[tuple[str, dict[str, Any]]]:
        rows = self._db.all(f"SELECT name, raw FROM record WHERE {where}", (json_array(names),))
        return ((name, self._db.unpack(raw)) for name, raw in rows)


def _record_values(
    record: RecordRow, row: DecodedRow | None, walk: int, seq: int
) -> tuple[Any, ...]:
    kind, subject = kind_and_subject(row)
    return (
        record.name,
        record.zone,
        record.type,
        kind,
        subject if subject is not None else record.about,
        record.owner,
        record.change_tag,
        record.packed or pack(record.raw),
        walk,
        seq,
    )
