-- A file of schema 1, as its release wrote it. Never edited.
PRAGMA application_id = 1919249764;
PRAGMA user_version = 1;
BEGIN TRANSACTION;
CREATE TABLE "_sqlite_migrations" (
   "id" INTEGER PRIMARY KEY,
   "migration_set" TEXT,
   "name" TEXT,
   "applied_at" TEXT
);
INSERT INTO "_sqlite_migrations" VALUES(1,'remindersd','1 tables','2026-11-21 18:58:00.684694+00:00');
CREATE TABLE alarm (
        record_name TEXT PRIMARY KEY REFERENCES record (name), id TEXT NOT NULL,
        reminder_id TEXT NOT NULL, trigger_id TEXT, trigger_kind TEXT NOT NULL, at TEXT NOT NULL,
        nonce REAL, deleted INTEGER NOT NULL
    ) STRICT;
CREATE TABLE approval (key TEXT PRIMARY KEY, at_ms INTEGER NOT NULL) STRICT;
CREATE TABLE base (
        id TEXT PRIMARY KEY, placed INTEGER NOT NULL, title TEXT, notes TEXT, done TEXT, due TEXT,
        priority TEXT, flagged TEXT, list TEXT, parent TEXT
    ) STRICT;
INSERT INTO "base" VALUES('A1',1,'"Water the ferns"','""','null',NULL,'"none"','false','"HOME"','null');
CREATE TABLE block (
        id TEXT PRIMARY KEY, block TEXT NOT NULL UNIQUE, own INTEGER NOT NULL
    ) STRICT;
CREATE TABLE conflict (
        number INTEGER PRIMARY KEY AUTOINCREMENT, id TEXT NOT NULL, field TEXT NOT NULL,
        winner TEXT NOT NULL, loser TEXT NOT NULL, loser_side TEXT NOT NULL,
        at_ms INTEGER NOT NULL, resolved_ms INTEGER
    ) STRICT;
CREATE TABLE file (
        path TEXT PRIMARY KEY, sha256 TEXT NOT NULL, size INTEGER NOT NULL, list_id TEXT,
        mtime_ns INTEGER NOT NULL, inode INTEGER NOT NULL
    ) STRICT;
CREATE TABLE history (
        number INTEGER PRIMARY KEY AUTOINCREMENT, run INTEGER, at_ms INTEGER NOT NULL,
        side TEXT NOT NULL, id TEXT NOT NULL, field TEXT NOT NULL, before TEXT, after TEXT,
        path TEXT NOT NULL
    ) STRICT;
CREATE TABLE hold (
        key TEXT PRIMARY KEY, kind TEXT NOT NULL, id TEXT NOT NULL, reason TEXT NOT NULL,
        since_ms INTEGER NOT NULL
    ) STRICT;
CREATE TABLE line (
        id TEXT PRIMARY KEY, path TEXT NOT NULL, line INTEGER NOT NULL, text TEXT NOT NULL
    ) STRICT;
INSERT INTO "line" VALUES('A1','Home.md',2,'');
CREATE TABLE list (
        record_name TEXT PRIMARY KEY REFERENCES record (name), id TEXT NOT NULL,
        change_tag TEXT NOT NULL, deleted INTEGER NOT NULL, name TEXT NOT NULL,
        is_group INTEGER NOT NULL, group_id TEXT, reminder_order TEXT NOT NULL, color TEXT,
        read_only INTEGER NOT NULL, problems TEXT NOT NULL
    ) STRICT;
INSERT INTO "list" VALUES('List/HOME','HOME','k1',0,'Home',0,NULL,'["A1"]',NULL,0,'');
CREATE TABLE list_base (
        id TEXT PRIMARY KEY, name TEXT NOT NULL, group_id TEXT, path TEXT
    ) STRICT;
CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT;
INSERT INTO "meta" VALUES('apple_id','ada@example.com');
CREATE TABLE outbox (
        seq INTEGER PRIMARY KEY AUTOINCREMENT, id TEXT NOT NULL, kind TEXT NOT NULL,
        changes TEXT NOT NULL, texts TEXT NOT NULL, state TEXT NOT NULL, reason TEXT NOT NULL,
        attempts INTEGER NOT NULL, sent_at_ms INTEGER,
        CHECK (state IN ('queued', 'in-flight', 'parked'))
    ) STRICT;
CREATE TABLE record (
        name TEXT PRIMARY KEY, zone TEXT NOT NULL, type TEXT NOT NULL, kind TEXT NOT NULL,
        about TEXT, owner TEXT, change_tag TEXT NOT NULL, deleted INTEGER NOT NULL,
        raw BLOB NOT NULL, walk INTEGER NOT NULL, seq INTEGER NOT NULL
    ) STRICT;
INSERT INTO "record" VALUES('List/HOME','Reminders','List','list','HOME',NULL,'k1',0,X'7B7D',1,1);
INSERT INTO "record" VALUES('Reminder/A1','Reminders','Reminder','reminder','A1','List/HOME','k2',0,X'7B7D',1,2);
INSERT INTO "record" VALUES('Hashtag/T1','Reminders','Hashtag','tag','A1','Reminder/A1','k3',0,X'7B7D',1,3);
CREATE TABLE reminder (
        record_name TEXT PRIMARY KEY REFERENCES record (name), id TEXT NOT NULL,
        change_tag TEXT NOT NULL, deleted INTEGER NOT NULL, title TEXT, notes TEXT,
        done INTEGER NOT NULL, completed_at_ms INTEGER, due TEXT, due_iso TEXT,
        priority TEXT NOT NULL, flagged INTEGER NOT NULL, list_id TEXT NOT NULL, parent_id TEXT,
        recurring INTEGER NOT NULL, created_ms INTEGER, modified_ms INTEGER,
        opaque TEXT NOT NULL, problems TEXT NOT NULL
    ) STRICT;
INSERT INTO "reminder" VALUES('Reminder/A1','A1','k2',0,'Water the ferns','',0,NULL,'{"wall":"2026-03-02T14:30:00","zone":"Europe/Paris"}','2026-03-02T14:30:00+01:00','none',0,'HOME',NULL,0,NULL,NULL,'','');
CREATE TABLE render (
        key TEXT PRIMARY KEY, path TEXT NOT NULL, expected_sha TEXT NOT NULL,
        new_sha TEXT NOT NULL, finished INTEGER NOT NULL
    ) STRICT;
CREATE TABLE render_change (
        key TEXT NOT NULL REFERENCES render (key) ON DELETE CASCADE, position INTEGER NOT NULL,
        id TEXT NOT NULL, field TEXT, before TEXT, after TEXT, PRIMARY KEY (key, position)
    ) STRICT;
CREATE TABLE run (
        id INTEGER PRIMARY KEY AUTOINCREMENT, kind TEXT NOT NULL, started_ms INTEGER NOT NULL,
        finished_ms INTEGER, result TEXT, counts TEXT NOT NULL
    ) STRICT;
CREATE TABLE tag (
        record_name TEXT PRIMARY KEY REFERENCES record (name), id TEXT NOT NULL,
        reminder_id TEXT NOT NULL, name TEXT NOT NULL
    ) STRICT;
INSERT INTO "tag" VALUES('Hashtag/T1','T1','A1','green');
CREATE TABLE vanished (id TEXT PRIMARY KEY, since_s REAL NOT NULL) STRICT;
CREATE TABLE zone (
        name TEXT PRIMARY KEY, owner TEXT NOT NULL DEFAULT '', database TEXT NOT NULL DEFAULT '',
        sync_token TEXT, feed TEXT NOT NULL DEFAULT '',
        complete INTEGER NOT NULL DEFAULT 0, walking INTEGER NOT NULL DEFAULT 0,
        walk INTEGER NOT NULL DEFAULT 0
    ) STRICT;
INSERT INTO "zone" VALUES('Reminders','_0a1b','private','token-7','records',1,0,1);
CREATE UNIQUE INDEX "idx__sqlite_migrations_migration_set_name"
    ON "_sqlite_migrations" ("migration_set", "name");
CREATE INDEX record_seq ON record (seq);
CREATE INDEX record_type ON record (type);
CREATE INDEX record_owner ON record (owner) WHERE owner IS NOT NULL;
CREATE INDEX record_about ON record (about, kind) WHERE deleted;
CREATE INDEX reminder_id ON reminder (id);
CREATE INDEX reminder_list ON reminder (list_id);
CREATE INDEX list_id ON list (id);
CREATE INDEX alarm_reminder ON alarm (reminder_id);
CREATE INDEX tag_reminder ON tag (reminder_id, name);
CREATE INDEX outbox_state ON outbox (state);
CREATE INDEX outbox_id ON outbox (id);
CREATE INDEX line_path ON line (path);
CREATE INDEX file_list ON file (list_id);
CREATE INDEX history_run ON history (run);
CREATE INDEX history_id ON history (id);
CREATE INDEX history_at ON history (at_ms);
CREATE UNIQUE INDEX conflict_open ON conflict (id, field, loser_side, loser)
        WHERE resolved_ms IS NULL;
COMMIT;
