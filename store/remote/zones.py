"""Remembers the zones: how far each was read, and whose a record is where two have one like it.

Rules: (1) a record belongs to one zone; where a second zone has a record of the same name, or a
reminder or list of the same id, the private zone's counts, else the one that was there first;
(2) the other is not kept, only that it is there: once the place is free, its zone is read anew.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from store.cells import kind_and_subject
from store.connection import Connection, json_array
from store.rows import DecodedRow, RecordRow, ZoneRow

__all__ = ["PRIVATE", "SharedList", "Zones"]

PRIVATE = "Reminders"
"""The key of the account's own zone, whose owner may not be known yet."""

_ZONE = "name, owner, database, sync_token, feed, complete, walking, gone"
Pair = tuple[RecordRow, DecodedRow | None]


@dataclass(frozen=True, slots=True)
class SharedList:
    """A list that somebody else shares: its zone's key, and the owner's name where it is known.

    ``gone``: it is no longer shared.
    """

    zone: str
    owner: str | None
    read_only: bool
    gone: bool


class Zones:
    """The zones of the mirror, each under its ``ZoneRow.key``."""

    def __init__(self, connection: Connection) -> None:
        self._db = connection

    def zone(self, key: str = PRIVATE) -> ZoneRow | None:
        """The zone of that key, if it was ever seen."""
        row = self._db.one(f"SELECT {_ZONE} FROM zone WHERE key = ?", (key,))
        return None if row is None else _zone(row)

    def zones(self) -> list[ZoneRow]:
        """Every zone: the private one, then the shared ones by owner; gone ones too."""
        rows = self._db.all(f"SELECT {_ZONE} FROM zone ORDER BY key <> '{PRIVATE}', owner, name")
        return [_zone(row) for row in rows]

    def set_zone(self, zone: ZoneRow) -> None:
        """Remember a zone and its sync token; ``complete`` and ``walking`` stay the walk's."""
        self._db.write(
            """INSERT INTO zone (key, name, owner, database, sync_token, feed, gone)
            VALUES (?, ?, ?, ?, ?, ?, ?)
            ON CONFLICT (key) DO UPDATE SET name = excluded.name, owner = excluded.owner,
                database = excluded.database, sync_token = excluded.sync_token,
                feed = excluded.feed, gone = excluded.gone
            WHERE (name, owner, database, sync_token, feed, gone) IS NOT
                (excluded.name, excluded.owner, excluded.database, excluded.sync_token,
                    excluded.feed, excluded.gone)""",
            (
                *(zone.key, zone.name, zone.owner, zone.database),
                *(zone.sync_token, zone.feed, zone.gone),
            ),
        )

    def read_anew(self, key: str) -> None:
        """Let the zone be walked from its beginning at the next occasion."""
        self._db.write(
            """UPDATE zone SET sync_token = NULL, complete = 0, walking = 0
            WHERE key = ? AND (sync_token, complete, walking) IS NOT (NULL, 0, 0)""",
            (key,),
        )

    def zone_of(self, record_name: str) -> str | None:
        """The key of the zone that a record is in, gone ones too; ``None`` if it was never seen."""
        row = self._db.one("SELECT zone FROM record WHERE name = ?", (record_name,))
        return None if row is None else str(row[0])

    def hidden(self, zone: str) -> frozenset[str]:
        """The records of ``zone`` that are not kept, because another zone's have their place."""
        rows = self._db.all("SELECT name FROM elsewhere WHERE zone = ?", (zone,))
        return frozenset(name for (name,) in rows)

    def shared_records(self) -> Mapping[str, str]:
        """The names of the live records outside the private zone, each with its zone's key."""
        return dict(
            self._db.all(f"SELECT name, zone FROM record WHERE zone <> '{PRIVATE}' AND NOT deleted")
        )

    def shared_lists(self) -> Mapping[str, SharedList]:
        """The lists that others share, or shared once, by their ids."""
        rows = self._db.all("SELECT id, zone, owner, read_only, gone FROM shared_list")
        return {
            id: SharedList(zone, owner, bool(read_only), bool(gone))
            for id, zone, owner, read_only, gone in rows
        }

    def unshared_lists(self) -> frozenset[str]:
        """The ids of the lists that others shared once: their zone, or their record, is gone."""
        gone = {id for id, one in self.shared_lists().items() if one.gone}
        rows = self._db.all(
            f"""SELECT about FROM record WHERE zone <> '{PRIVATE}' AND deleted
            AND kind = 'list' AND about IS NOT NULL"""
        )
        return frozenset(gone.union(about for (about,) in rows))

    # ---- whose a record is

    def _contested(self, pairs: Sequence[Pair]) -> tuple[list[Pair], list[tuple[str, str]]]:
        """The pairs that count, and the records (name, zone) that have to make room for them."""
        held = self._holders(pairs)
        kept: list[Pair] = []
        evicted: list[tuple[str, str]] = []
        hidden: list[tuple[str, str, str]] = []
        for record, row in pairs:
            others = [
                (name, zone)
                for name, zone in held.get(record.name, []) + held.get(_subject(row), [])
                if zone != record.zone
            ]
            if not others or record.zone == PRIVATE:
                kept.append((record, row))
                evicted += others
                hidden += [(name, zone, record.name) for name, zone in others]
            else:
                hidden.append((record.name, record.zone, others[0][0]))
        self._db.write_many(
            """INSERT INTO elsewhere (name, zone, holder) VALUES (?, ?, ?)
            ON CONFLICT DO UPDATE SET holder = excluded.holder""",
            hidden,
        )
        return kept, evicted

    def _holders(self, pairs: Sequence[Pair]) -> dict[str, list[tuple[str, str]]]:
        """Who is where these want to be: by record name, and by id of reminder or list."""
        names = (json_array(record.name for record, _ in pairs),)
        ids = (json_array({_subject(row) for _, row in pairs} - {""}),)
        held: dict[str, list[tuple[str, str]]] = {}
        of_name = """SELECT name, name, zone FROM record
            WHERE NOT deleted AND name IN (SELECT value FROM json_each(?))"""
        of_id = """SELECT d.id, c.name, c.zone FROM {} d JOIN record c ON c.name = d.record_name
            WHERE d.id IN (SELECT value FROM json_each(?))"""
        rows = [*self._db.all(of_name, names)]
        for kind in ("reminder", "list"):
            rows += self._db.all(of_id.format(kind), ids)
        for wanted, name, zone in rows:
            held.setdefault(wanted, []).append((name, zone))
        return held

    def _released(self, names: Iterable[str]) -> None:
        """The place of these is free: zones that have such a record too are read anew."""
        waiting = self._db.all(
            "SELECT DISTINCT zone FROM elsewhere WHERE holder IN (SELECT value FROM json_each(?))",
            (json_array(names),),
        )
        for (key,) in waiting:
            self.read_anew(key)
            self._forget_hidden(key)

    def _forget_hidden(self, zone: str, name: str | None = None) -> None:
        one = "" if name is None else " AND name = ?"
        self._db.write(
            f"DELETE FROM elsewhere WHERE zone = ?{one}", (zone, *([] if name is None else [name]))
        )


def _subject(row: DecodedRow | None) -> str:
    kind, subject = kind_and_subject(row)
    return subject or "" if kind in ("reminder", "list") else ""


def _zone(row: Sequence[Any]) -> ZoneRow:
    name, owner, database, sync_token, feed, complete, walking, gone = row
    done, under_way = bool(complete), bool(walking)
    return ZoneRow(name, owner, database, sync_token, feed, done, under_way, bool(gone))
