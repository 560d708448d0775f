"""The tables, as numbered migrations: a released one is never edited, the next one is added.

Columns whose values are JSON text (``base``, ``history`` ...) are written by ``store.values``:
SQL's NULL there means that nothing is known, the text ``null`` is the value ``None``.

Views hold nothing, so only the newest migration that has any makes them, in the place of all
that an older release made.
"""

from __future__ import annotations

from sqlite_utils import Database, Migrations

from store.raw import pack, unpack
from store.schema.account import POLLED, POLLED_VIEWS
from store.schema.service import SERVICE
from store.schema.stamp import APPLICATION_ID, VERSION
from store.schema.views import VIEWS

__all__ = ["APPLICATION_ID", "VERSION", "migrations"]

migrations = Migrations("remindersd")

_REMOTE = (
    """CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT""",
    """CREATE TABLE zone (
        name TEXT PRIMARY KEY, owner TEXT NOT NULL DEFAULT '', database TEXT NOT NULL DEFAULT '',
        sync_token TEXT, feed TEXT NOT NULL DEFAULT '',
        complete INTEGER NOT NULL DEFAULT 0, walking INTEGER NOT NULL DEFAULT 0,
        walk INTEGER NOT NULL DEFAULT 0
    ) STRICT""",
    """CREATE TABLE record (
        name TEXT PRIMARY KEY, zone TEXT NOT NULL, type TEXT NOT NULL, kind TEXT NOT NULL,
        about TEXT, owner TEXT, change_tag TEXT NOT NULL, deleted INTEGER NOT NULL,
        raw BLOB NOT NULL, walk INTEGER NOT NULL, seq INTEGER NOT NULL
    ) STRICT""",
    """CREATE INDEX record_seq ON record (seq)""",
    """CREATE INDEX record_type ON record (type)""",
    """CREATE INDEX record_owner ON record (owner) WHERE owner IS NOT NULL""",
    """CREATE INDEX record_about ON record (about, kind) WHERE deleted""",
    """CREATE TABLE reminder (
        record_name TEXT PRIMARY KEY REFERENCES record (name), id TEXT NOT NULL,
        change_tag TEXT NOT NULL, deleted INTEGER NOT NULL, title TEXT, notes TEXT,
        done INTEGER NOT NULL, completed_at_ms INTEGER, due TEXT, due_iso TEXT,
        priority TEXT NOT NULL, flagged INTEGER NOT NULL, list_id TEXT NOT NULL, parent_id TEXT,
        recurring INTEGER NOT NULL, created_ms INTEGER, modified_ms INTEGER,
        opaque TEXT NOT NULL, problems TEXT NOT NULL
    ) STRICT""",
    """CREATE INDEX reminder_id ON reminder (id)""",
    """CREATE INDEX reminder_list ON reminder (list_id)""",
    """CREATE TABLE list (
        record_name TEXT PRIMARY KEY REFERENCES record (name), id TEXT NOT NULL,
        change_tag TEXT NOT NULL, deleted INTEGER NOT NULL, name TEXT NOT NULL,
        is_group INTEGER NOT NULL, group_id TEXT, reminder_order TEXT NOT NULL, color TEXT,
        read_only INTEGER NOT NULL, problems TEXT NOT NULL
    ) STRICT""",
    """CREATE INDEX list_id ON list (id)""",
    """CREATE TABLE alarm (
        record_name TEXT PRIMARY KEY REFERENCES record (name), id TEXT NOT NULL,
        reminder_id TEXT NOT NULL, trigger_id TEXT, trigger_kind TEXT NOT NULL, at TEXT NOT NULL,
        nonce REAL, deleted INTEGER NOT NULL
    ) STRICT""",
    """CREATE INDEX alarm_reminder ON alarm (reminder_id)""",
    """CREATE TABLE tag (
        record_name TEXT PRIMARY KEY REFERENCES record (name), id TEXT NOT NULL,
        reminder_id TEXT NOT NULL, name TEXT NOT NULL
    ) STRICT""",
    """CREATE INDEX tag_reminder ON tag (reminder_id, name)""",
)

_AGREED = (
    """CREATE TABLE base (
        id TEXT PRIMARY KEY, placed INTEGER NOT NULL, title TEXT, notes TEXT, done TEXT, due TEXT,
        priority TEXT, flagged TEXT, list TEXT, parent TEXT
    ) STRICT""",
    """CREATE TABLE list_base (
        id TEXT PRIMARY KEY, name TEXT NOT NULL, group_id TEXT, path TEXT
    ) STRICT""",
    """CREATE TABLE outbox (
        seq INTEGER PRIMARY KEY AUTOINCREMENT, id TEXT NOT NULL, kind TEXT NOT NULL,
        changes TEXT NOT NULL, texts TEXT NOT NULL, state TEXT NOT NULL, reason TEXT NOT NULL,
        attempts INTEGER NOT NULL, sent_at_ms INTEGER,
        CHECK (state IN ('queued', 'in-flight', 'parked'))
    ) STRICT""",
    """CREATE INDEX outbox_state ON outbox (state)""",
    """CREATE INDEX outbox_id ON outbox (id)""",
)

_PLACES = (
    """CREATE TABLE block (
        id TEXT PRIMARY KEY, block TEXT NOT NULL UNIQUE, own INTEGER NOT NULL
    ) STRICT""",
    """CREATE TABLE line (
        id TEXT PRIMARY KEY, path TEXT NOT NULL, line INTEGER NOT NULL, text TEXT NOT NULL
    ) STRICT""",
    """CREATE INDEX line_path ON line (path)""",
    """CREATE TABLE file (
        path TEXT PRIMARY KEY, sha256 TEXT NOT NULL, size INTEGER NOT NULL, list_id TEXT,
        mtime_ns INTEGER NOT NULL, inode INTEGER NOT NULL
    ) STRICT""",
    """CREATE INDEX file_list ON file (list_id)""",
    """CREATE TABLE vanished (id TEXT PRIMARY KEY, since_s REAL NOT NULL) STRICT""",
    """CREATE TABLE render (
        key TEXT PRIMARY KEY, path TEXT NOT NULL, expected_sha TEXT NOT NULL,
        new_sha TEXT NOT NULL, finished INTEGER NOT NULL
    ) STRICT""",
    """CREATE TABLE render_change (
        key TEXT NOT NULL REFERENCES render (key) ON DELETE CASCADE, position INTEGER NOT NULL,
        id TEXT NOT NULL, field TEXT, before TEXT, after TEXT, PRIMARY KEY (key, position)
    ) STRICT""",
)

_JOURNAL = (
    """CREATE TABLE run (
        id INTEGER PRIMARY KEY AUTOINCREMENT, kind TEXT NOT NULL, started_ms INTEGER NOT NULL,
        finished_ms INTEGER, result TEXT, counts TEXT NOT NULL
    ) STRICT""",
    """CREATE TABLE history (
        number INTEGER PRIMARY KEY AUTOINCREMENT, run INTEGER, at_ms INTEGER NOT NULL,
        side TEXT NOT NULL, id TEXT NOT NULL, field TEXT NOT NULL, before TEXT, after TEXT,
        path TEXT NOT NULL
    ) STRICT""",
    """CREATE INDEX history_run ON history (run)""",
    """CREATE INDEX history_id ON history (id)""",
    """CREATE INDEX history_at ON history (at_ms)""",
    """CREATE TABLE conflict (
        number INTEGER PRIMARY KEY AUTOINCREMENT, id TEXT NOT NULL, field TEXT NOT NULL,
        winner TEXT NOT NULL, loser TEXT NOT NULL, loser_side TEXT NOT NULL,
        at_ms INTEGER NOT NULL, resolved_ms INTEGER
    ) STRICT""",
    """CREATE UNIQUE INDEX conflict_open ON conflict (id, field, loser_side, loser)
        WHERE resolved_ms IS NULL""",
    """CREATE TABLE hold (
        key TEXT PRIMARY KEY, kind TEXT NOT NULL, id TEXT NOT NULL, reason TEXT NOT NULL,
        since_ms INTEGER NOT NULL
    ) STRICT""",
    """CREATE TABLE approval (key TEXT PRIMARY KEY, at_ms INTEGER NOT NULL) STRICT""",
)

# A file that was read before these had a place is walked again: nothing else says which tags
# count, and pages come only for what changes.
_EVERY_FIELD = (
    *(f"ALTER TABLE base ADD COLUMN {name} TEXT" for name in ("tags", "urls", "repeat")),
    *(
        f"ALTER TABLE reminder ADD COLUMN {name} TEXT NOT NULL DEFAULT '[]'"
        for name in ("tag_ids", "attachment_ids", "rule_ids")
    ),
    """UPDATE reminder SET tag_ids = (SELECT json_group_array(id) FROM (
        SELECT t.id FROM tag t WHERE t.reminder_id = reminder.id ORDER BY t.id))""",
    """CREATE INDEX tag_id ON tag (id)""",
    """CREATE TABLE attachment (
        record_name TEXT PRIMARY KEY REFERENCES record (name), id TEXT NOT NULL,
        reminder_id TEXT NOT NULL, kind TEXT NOT NULL, url TEXT, uti TEXT, file_name TEXT,
        file_size INTEGER, width INTEGER, height INTEGER, deleted INTEGER NOT NULL
    ) STRICT""",
    """CREATE INDEX attachment_id ON attachment (id)""",
    """CREATE INDEX attachment_reminder ON attachment (reminder_id)""",
    """CREATE TABLE rule (
        record_name TEXT PRIMARY KEY REFERENCES record (name), id TEXT NOT NULL,
        reminder_id TEXT NOT NULL, frequency INTEGER, interval INTEGER NOT NULL, count INTEGER,
        until_ms INTEGER, other INTEGER NOT NULL, deleted INTEGER NOT NULL
    ) STRICT""",
    """CREATE INDEX rule_id ON rule (id)""",
    """CREATE INDEX rule_reminder ON rule (reminder_id)""",
    """CREATE TABLE occurrence (
        id TEXT NOT NULL, due TEXT NOT NULL, copy_id TEXT NOT NULL, next_due TEXT NOT NULL,
        next_rule TEXT NOT NULL, done_at_ms INTEGER NOT NULL, state TEXT NOT NULL,
        PRIMARY KEY (id, due), CHECK (state IN ('pending', 'settled'))
    ) STRICT""",
    """CREATE INDEX occurrence_pending ON occurrence (id) WHERE state = 'pending'""",
    """UPDATE zone SET sync_token = NULL, complete = 0, walking = 0""",
)

_ALARMS = (
    *(f"ALTER TABLE alarm DROP COLUMN {name}" for name in ("trigger_kind", "at")),
    "ALTER TABLE alarm ADD COLUMN acknowledged_ms INTEGER",
    "CREATE INDEX alarm_id ON alarm (id)",
    """CREATE TABLE alarm_trigger (
        record_name TEXT PRIMARY KEY REFERENCES record (name), id TEXT NOT NULL,
        alarm_id TEXT NOT NULL, kind TEXT NOT NULL, at TEXT, at_iso TEXT, clock TEXT, zone TEXT,
        arriving INTEGER, latitude REAL, longitude REAL, radius_m REAL, title TEXT, address TEXT,
        deleted INTEGER NOT NULL
    ) STRICT""",
    "CREATE INDEX alarm_trigger_alarm ON alarm_trigger (alarm_id)",
    *(
        f"ALTER TABLE reminder ADD COLUMN {name} TEXT NOT NULL DEFAULT '[]'"
        for name in ("alarm_ids", "early")
    ),
)

_FILES_BESIDE = (
    """CREATE TABLE document (
        record_name TEXT NOT NULL, field TEXT NOT NULL, mark TEXT NOT NULL, data BLOB,
        PRIMARY KEY (record_name, field)
    ) STRICT""",
    """ALTER TABLE attachment ADD COLUMN file_mark TEXT""",
    """CREATE TABLE image (
        path TEXT PRIMARY KEY, directory TEXT NOT NULL, record_name TEXT NOT NULL,
        mark TEXT NOT NULL, sha256 TEXT NOT NULL
    ) STRICT""",
    """CREATE INDEX image_record ON image (record_name)""",
    """CREATE INDEX document_missing ON document (record_name) WHERE data IS NULL""",
)

_SECTIONS = (
    """CREATE TABLE section (
        record_name TEXT PRIMARY KEY REFERENCES record (name), id TEXT NOT NULL,
        list_id TEXT NOT NULL, change_tag TEXT NOT NULL, name TEXT NOT NULL, created_ms INTEGER,
        deleted INTEGER NOT NULL
    ) STRICT""",
    """CREATE INDEX section_id ON section (id)""",
    """ALTER TABLE list ADD COLUMN memberships TEXT""",
    """CREATE TABLE section_base (
        id TEXT PRIMARY KEY, list_id TEXT NOT NULL, name TEXT NOT NULL
    ) STRICT""",
)

# What a walk of the whole feed brings again has no place yet in a file of an older release.
_EVERY_RECORD = (
    *(f"ALTER TABLE base ADD COLUMN {name} TEXT" for name in ("alarms", "images", "section")),
    """UPDATE zone SET sync_token = NULL, complete = 0, walking = 0""",
)

# What only a refusal told of stands in the way of a deletion for good; and since when (Unix
# milliseconds, 0 where it is let go) a record is gone that may have to be restored.
_DELETING = (
    """CREATE TABLE blocker (
        target TEXT NOT NULL, name TEXT NOT NULL, PRIMARY KEY (target, name)
    ) STRICT""",
    """ALTER TABLE record ADD COLUMN gone_ms INTEGER""",
    """CREATE INDEX record_gone ON record (gone_ms) WHERE deleted""",
    """CREATE INDEX reminder_parent ON reminder (parent_id) WHERE parent_id IS NOT NULL""",
)

_SHARED = (
    """ALTER TABLE zone RENAME COLUMN name TO key""",
    """ALTER TABLE zone ADD COLUMN name TEXT NOT NULL DEFAULT 'Reminders'""",
    """ALTER TABLE zone ADD COLUMN gone INTEGER NOT NULL DEFAULT 0""",
    """CREATE INDEX record_shared ON record (zone) WHERE zone <> 'Reminders'""",
    """CREATE TABLE elsewhere (
        name TEXT NOT NULL, zone TEXT NOT NULL, holder TEXT NOT NULL, PRIMARY KEY (name, zone)
    ) STRICT""",
    """CREATE INDEX elsewhere_holder ON elsewhere (holder)""",
    """CREATE TABLE share (
        record_name TEXT PRIMARY KEY REFERENCES record (name), owner TEXT,
        permission TEXT NOT NULL
    ) STRICT""",
    """ALTER TABLE list ADD COLUMN share TEXT""",
)

_EVERY_TYPE = (
    """ALTER TABLE reminder ADD COLUMN start_ms INTEGER""",
    """ALTER TABLE reminder ADD COLUMN imported INTEGER NOT NULL DEFAULT 0""",
    """CREATE TABLE assignment (
        record_name TEXT PRIMARY KEY REFERENCES record (name), id TEXT NOT NULL,
        reminder_id TEXT NOT NULL, assignee TEXT, originator TEXT, status INTEGER,
        assigned_ms INTEGER, deleted INTEGER NOT NULL
    ) STRICT""",
    """CREATE INDEX assignment_reminder ON assignment (reminder_id)""",
    """CREATE TABLE smart_list (
        record_name TEXT PRIMARY KEY REFERENCES record (name), id TEXT NOT NULL,
        deleted INTEGER NOT NULL
    ) STRICT""",
    """CREATE TABLE account (
        record_name TEXT PRIMARY KEY REFERENCES record (name), id TEXT NOT NULL, name TEXT
    ) STRICT""",
)


# How lists look, and what was agreed on of that.
_LOOKS = (
    *(
        f"ALTER TABLE list ADD COLUMN {name}"
        for name in ("color_name TEXT", "color_hex TEXT", "emblem TEXT", "sorting TEXT")
    ),
    """ALTER TABLE list ADD COLUMN linked INTEGER""",
    *(f"ALTER TABLE list_base ADD COLUMN {name} TEXT" for name in ("color", "emblem")),
)


# How long a line has been gone, as far as the clock can be believed, and the list that lost it
# with all others; until when a hold waits; and lists that a person does not want in the folder.
_GUARDS = (
    """ALTER TABLE vanished ADD COLUMN waited_s REAL NOT NULL DEFAULT 0""",
    """ALTER TABLE vanished ADD COLUMN seen_s REAL""",
    """ALTER TABLE vanished ADD COLUMN lost_with TEXT NOT NULL DEFAULT ''""",
    """ALTER TABLE hold ADD COLUMN until_ms INTEGER""",
    """CREATE TABLE forgotten (
        id TEXT PRIMARY KEY, name TEXT NOT NULL, path TEXT NOT NULL, at_ms INTEGER NOT NULL
    ) STRICT""",
)


# By which hash each version of a file is known, and how far the history went when it stood.
_VERSIONS = (
    """CREATE TABLE version (
        number INTEGER PRIMARY KEY AUTOINCREMENT, path TEXT NOT NULL, sha256 TEXT NOT NULL,
        history INTEGER NOT NULL, UNIQUE (path, sha256)
    ) STRICT""",
)


# Since when a write is refused, when it is tried again by itself, and whether a person gave it up.
_PARKED = (
    """ALTER TABLE outbox ADD COLUMN since_ms INTEGER""",
    """ALTER TABLE outbox ADD COLUMN again_ms INTEGER""",
    """ALTER TABLE outbox ADD COLUMN given_up INTEGER NOT NULL DEFAULT 0""",
)


# What a line said that we wrote over, where that was not agreed on.
_STOOD = ("""ALTER TABLE render_change ADD COLUMN stood TEXT""",)

# What will be agreed on of a list once the write of ``key`` has made its file.
_LISTS_MADE = (
    """CREATE TABLE render_list (
        key TEXT PRIMARY KEY REFERENCES render (key) ON DELETE CASCADE, id TEXT NOT NULL,
        name TEXT NOT NULL, group_id TEXT, path TEXT, color TEXT, emblem TEXT
    ) STRICT""",
)


def _run(db: Database, statements: tuple[str, ...], version: int) -> None:
    # Not executescript: that commits what is open, and a migration has to be whole.
    for statement in statements:
        db.conn.execute(statement)
    db.conn.execute(f"PRAGMA user_version = {version}")


@migrations(name="1 tables")
def _tables(db: Database) -> None:
    _run(db, (*_REMOTE, *_AGREED, *_PLACES, *_JOURNAL), 1)


@migrations(name="2 views for people")
def _views(db: Database) -> None:
    _run(db, (), 2)


@migrations(name="3 tags, links and repetition")
def _every_field(db: Database) -> None:
    _run(db, _EVERY_FIELD, 3)


@migrations(name="4 every record")
def _every_record(db: Database) -> None:
    added = (*_EVERY_RECORD, *_ALARMS, *_FILES_BESIDE, *_DELETING, *_SHARED, *_LOOKS, *_SECTIONS)
    added = (*added, *_EVERY_TYPE)
    _run(db, (*_dropped_views(db), *added), 4)


@migrations(name="5 nothing is lost")
def _nothing_is_lost(db: Database) -> None:
    _pack_anew(db)
    _run(db, (*_dropped_views(db), *_GUARDS, *_VERSIONS, *_PARKED), 5)


@migrations(name="6 the account")
def _the_account(db: Database) -> None:
    _run(db, (*_dropped_views(db), *POLLED), 6)


@migrations(name="7 the service")
def _the_service(db: Database) -> None:
    _run(db, (*_dropped_views(db), *SERVICE, *VIEWS, *POLLED_VIEWS), 7)


@migrations(name="8 what stood")
def _what_stood(db: Database) -> None:
    _run(db, _STOOD, 8)


@migrations(name="9 lists in the making")
def _lists_in_the_making(db: Database) -> None:
    _run(db, _LISTS_MADE, 9)


def _pack_anew(db: Database) -> None:
    """Give a checksum to the short records, which had none; they are otherwise what they were."""
    plain = db.conn.execute("SELECT name, raw FROM record WHERE substr(raw, 1, 1) <> x'78'")
    packed = [(pack(unpack(raw)), name) for name, raw in plain.fetchall()]
    db.conn.executemany("UPDATE record SET raw = ? WHERE name = ?", packed)


def _dropped_views(db: Database) -> tuple[str, ...]:
    names = db.conn.execute("SELECT name FROM sqlite_master WHERE type = 'view'").fetchall()
    return tuple(f'DROP VIEW "{name}"' for (name,) in names)
