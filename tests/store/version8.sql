-- A file as schema 8 left it that had been brought up from schema 7. Never edited.
PRAGMA application_id = 1919249764;
PRAGMA user_version = 8;
PRAGMA journal_mode = WAL;
BEGIN TRANSACTION;
CREATE TABLE "_sqlite_migrations" (
   "id" INTEGER PRIMARY KEY,
   "migration_set" TEXT,
   "name" TEXT,
   "applied_at" TEXT
);
INSERT INTO "_sqlite_migrations" VALUES(1,'remindersd','1 tables','2026-11-21 18:58:00.684694+00:00');
INSERT INTO "_sqlite_migrations" VALUES(2,'remindersd','2 views for people','2026-11-21 19:12:05.120341+00:00');
INSERT INTO "_sqlite_migrations" VALUES(3,'remindersd','3 tags, links and repetition','2026-11-22 00:49:49.179903+00:00');
INSERT INTO "_sqlite_migrations" VALUES(4,'remindersd','4 every record','2026-11-22 00:49:49.220357+00:00');
INSERT INTO "_sqlite_migrations" VALUES(5,'remindersd','5 nothing is lost','2026-11-22 04:12:46.678260+00:00');
INSERT INTO "_sqlite_migrations" VALUES(6,'remindersd','6 the account','2026-11-22 07:26:18.859111+00:00');
INSERT INTO "_sqlite_migrations" VALUES(7,'remindersd','7 the service','2026-11-22 20:46:42.624847+00:00');
INSERT INTO "_sqlite_migrations" VALUES(8,'remindersd','8 what stood','2026-11-22 23:41:00.528351+00:00');
CREATE TABLE account (
        record_name TEXT PRIMARY KEY REFERENCES record (name), id TEXT NOT NULL, name TEXT
    ) STRICT;
CREATE TABLE alarm (
        record_name TEXT PRIMARY KEY REFERENCES record (name), id TEXT NOT NULL,
        reminder_id TEXT NOT NULL, trigger_id TEXT, nonce REAL, deleted INTEGER NOT NULL
    , acknowledged_ms INTEGER) STRICT;
CREATE TABLE alarm_trigger (
        record_name TEXT PRIMARY KEY REFERENCES record (name), id TEXT NOT NULL,
        alarm_id TEXT NOT NULL, kind TEXT NOT NULL, at TEXT, at_iso TEXT, clock TEXT, zone TEXT,
        arriving INTEGER, latitude REAL, longitude REAL, radius_m REAL, title TEXT, address TEXT,
        deleted INTEGER NOT NULL
    ) STRICT;
CREATE TABLE answered (
        key TEXT PRIMARY KEY, asked TEXT NOT NULL, answer TEXT NOT NULL, deeds TEXT NOT NULL,
        at_ms INTEGER NOT NULL, final INTEGER NOT NULL
    ) STRICT;
CREATE TABLE approval (key TEXT PRIMARY KEY, at_ms INTEGER NOT NULL) STRICT;
CREATE TABLE assignment (
        record_name TEXT PRIMARY KEY REFERENCES record (name), id TEXT NOT NULL,
        reminder_id TEXT NOT NULL, assignee TEXT, originator TEXT, status INTEGER,
        assigned_ms INTEGER, deleted INTEGER NOT NULL
    ) STRICT;
CREATE TABLE attachment (
        record_name TEXT PRIMARY KEY REFERENCES record (name), id TEXT NOT NULL,
        reminder_id TEXT NOT NULL, kind TEXT NOT NULL, url TEXT, uti TEXT, file_name TEXT,
        file_size INTEGER, width INTEGER, height INTEGER, deleted INTEGER NOT NULL
    , file_mark TEXT) STRICT;
CREATE TABLE base (
        id TEXT PRIMARY KEY, placed INTEGER NOT NULL, title TEXT, notes TEXT, done TEXT, due TEXT,
        priority TEXT, flagged TEXT, list TEXT, parent TEXT
    , tags TEXT, urls TEXT, repeat TEXT, alarms TEXT, images TEXT, section TEXT) STRICT;
INSERT INTO "base" VALUES('A1',1,'"Water the ferns"','""','null',NULL,'"none"','false','"HOME"','null',NULL,NULL,NULL,NULL,NULL,NULL);
CREATE TABLE block (
        id TEXT PRIMARY KEY, block TEXT NOT NULL UNIQUE, own INTEGER NOT NULL
    ) STRICT;
CREATE TABLE blocker (
        target TEXT NOT NULL, name TEXT NOT NULL, PRIMARY KEY (target, name)
    ) STRICT;
CREATE TABLE calendar_event (
        id TEXT PRIMARY KEY, uid TEXT NOT NULL, calendar TEXT, title TEXT, start TEXT, "end" TEXT,
        all_day INTEGER NOT NULL, zone TEXT, location TEXT, day TEXT, first_seen_ms INTEGER NOT NULL, last_seen_ms INTEGER, gone_ms INTEGER
    ) STRICT;
CREATE TABLE conflict (
        number INTEGER PRIMARY KEY AUTOINCREMENT, id TEXT NOT NULL, field TEXT NOT NULL,
        winner TEXT NOT NULL, loser TEXT NOT NULL, loser_side TEXT NOT NULL,
        at_ms INTEGER NOT NULL, resolved_ms INTEGER
    ) STRICT;
CREATE TABLE contact (
        id TEXT PRIMARY KEY, uid TEXT NOT NULL, first_name TEXT, middle_name TEXT, last_name TEXT,
        prefix TEXT, suffix TEXT, nickname TEXT, organisation TEXT, department TEXT, jobtitle TEXT,
        birthday TEXT, notes TEXT, is_company INTEGER NOT NULL, image_url TEXT, first_seen_ms INTEGER NOT NULL, last_seen_ms INTEGER, gone_ms INTEGER
    ) STRICT;
CREATE TABLE contact_record (
        contact TEXT NOT NULL REFERENCES contact (id) ON DELETE CASCADE, position INTEGER NOT NULL,
        type TEXT NOT NULL, name TEXT, value TEXT, street TEXT, city TEXT, state TEXT, zip TEXT,
        country TEXT, country_code TEXT, sub_locality TEXT, PRIMARY KEY (contact, position)
    ) STRICT;
CREATE TABLE device (
        id TEXT PRIMARY KEY, name TEXT NOT NULL, model_name TEXT, model_identifier TEXT,
        product_type TEXT, battery_status TEXT, battery_level REAL, located_ms INTEGER, first_seen_ms INTEGER NOT NULL, last_seen_ms INTEGER, gone_ms INTEGER
    ) STRICT;
CREATE TABLE device_location (
        device TEXT NOT NULL, at_ms INTEGER NOT NULL, latitude REAL NOT NULL,
        longitude REAL NOT NULL, altitude REAL, horizontal_accuracy REAL, vertical_accuracy REAL,
        positioning_type TEXT, PRIMARY KEY (device, at_ms)
    ) STRICT;
CREATE TABLE document (
        record_name TEXT NOT NULL, field TEXT NOT NULL, mark TEXT NOT NULL, data BLOB,
        PRIMARY KEY (record_name, field)
    ) STRICT;
CREATE TABLE elsewhere (
        name TEXT NOT NULL, zone TEXT NOT NULL, holder TEXT NOT NULL, PRIMARY KEY (name, zone)
    ) STRICT;
CREATE TABLE file (
        path TEXT PRIMARY KEY, sha256 TEXT NOT NULL, size INTEGER NOT NULL, list_id TEXT,
        mtime_ns INTEGER NOT NULL, inode INTEGER NOT NULL
    ) STRICT;
CREATE TABLE forgotten (
        id TEXT PRIMARY KEY, name TEXT NOT NULL, path TEXT NOT NULL, at_ms INTEGER NOT NULL
    ) STRICT;
CREATE TABLE history (
        number INTEGER PRIMARY KEY AUTOINCREMENT, run INTEGER, at_ms INTEGER NOT NULL,
        side TEXT NOT NULL, id TEXT NOT NULL, field TEXT NOT NULL, before TEXT, after TEXT,
        path TEXT NOT NULL
    ) STRICT;
CREATE TABLE hold (
        key TEXT PRIMARY KEY, kind TEXT NOT NULL, id TEXT NOT NULL, reason TEXT NOT NULL,
        since_ms INTEGER NOT NULL
    , until_ms INTEGER) STRICT;
CREATE TABLE image (
        path TEXT PRIMARY KEY, directory TEXT NOT NULL, record_name TEXT NOT NULL,
        mark TEXT NOT NULL, sha256 TEXT NOT NULL
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
    , share TEXT, color_name TEXT, color_hex TEXT, emblem TEXT, sorting TEXT, linked INTEGER, memberships TEXT) STRICT;
INSERT INTO "list" VALUES('List/HOME','HOME','k1',0,'Home',0,NULL,'["A1"]',NULL,0,'',NULL,NULL,NULL,NULL,NULL,NULL,NULL);
CREATE TABLE list_base (
        id TEXT PRIMARY KEY, name TEXT NOT NULL, group_id TEXT, path TEXT
    , color TEXT, emblem TEXT) STRICT;
CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT;
INSERT INTO "meta" VALUES('apple_id','ada@example.com');
CREATE TABLE note (
        record TEXT PRIMARY KEY, id TEXT NOT NULL, folder TEXT, title TEXT, text TEXT,
        created_ms INTEGER, modified_ms INTEGER, locked INTEGER NOT NULL, walk INTEGER NOT NULL,
        first_seen_ms INTEGER NOT NULL, last_seen_ms INTEGER, gone_ms INTEGER
    ) STRICT;
CREATE TABLE note_folder (id TEXT PRIMARY KEY, name TEXT, walk INTEGER NOT NULL) STRICT;
CREATE TABLE occurrence (
        id TEXT NOT NULL, due TEXT NOT NULL, copy_id TEXT NOT NULL, next_due TEXT NOT NULL,
        next_rule TEXT NOT NULL, done_at_ms INTEGER NOT NULL, state TEXT NOT NULL,
        PRIMARY KEY (id, due), CHECK (state IN ('pending', 'settled'))
    ) STRICT;
CREATE TABLE outbox (
        seq INTEGER PRIMARY KEY AUTOINCREMENT, id TEXT NOT NULL, kind TEXT NOT NULL,
        changes TEXT NOT NULL, texts TEXT NOT NULL, state TEXT NOT NULL, reason TEXT NOT NULL,
        attempts INTEGER NOT NULL, sent_at_ms INTEGER, since_ms INTEGER, again_ms INTEGER, given_up INTEGER NOT NULL DEFAULT 0,
        CHECK (state IN ('queued', 'in-flight', 'parked'))
    ) STRICT;
CREATE TABLE photo_asset (
        zone TEXT NOT NULL, name TEXT NOT NULL, id TEXT NOT NULL, master TEXT, taken_ms INTEGER,
        offset_s INTEGER, added_ms INTEGER, arrived_ms INTEGER, hidden INTEGER NOT NULL,
        favorite INTEGER NOT NULL, walk INTEGER NOT NULL, first_seen_ms INTEGER NOT NULL, last_seen_ms INTEGER, gone_ms INTEGER, PRIMARY KEY (zone, name)
    ) STRICT;
CREATE TABLE photo_download (
        path TEXT PRIMARY KEY, folder TEXT NOT NULL, zone TEXT NOT NULL, record TEXT NOT NULL,
        role TEXT NOT NULL, fingerprint TEXT NOT NULL
    ) STRICT;
CREATE TABLE photo_master (
        zone TEXT NOT NULL, name TEXT NOT NULL, filename TEXT, uti TEXT, arrived_ms INTEGER,
        taken_ms INTEGER, taken_local TEXT, walk INTEGER NOT NULL, PRIMARY KEY (zone, name)
    ) STRICT;
CREATE TABLE photo_resource (
        zone TEXT NOT NULL, record TEXT NOT NULL, role TEXT NOT NULL, fingerprint TEXT NOT NULL,
        uti TEXT, size INTEGER, width INTEGER, height INTEGER, PRIMARY KEY (zone, record, role)
    ) STRICT;
CREATE TABLE poll (
        service TEXT PRIMARY KEY, tried_ms INTEGER NOT NULL, succeeded_ms INTEGER,
        error TEXT, message TEXT
    ) STRICT;
CREATE TABLE poll_feed (
        service TEXT NOT NULL, zone TEXT NOT NULL, token TEXT, walk INTEGER NOT NULL DEFAULT 1,
        walking INTEGER NOT NULL DEFAULT 1, PRIMARY KEY (service, zone)
    ) STRICT;
CREATE TABLE record (
        name TEXT PRIMARY KEY, zone TEXT NOT NULL, type TEXT NOT NULL, kind TEXT NOT NULL,
        about TEXT, owner TEXT, change_tag TEXT NOT NULL, deleted INTEGER NOT NULL,
        raw BLOB NOT NULL, walk INTEGER NOT NULL, seq INTEGER NOT NULL
    , gone_ms INTEGER) STRICT;
INSERT INTO "record" VALUES('List/HOME','Reminders','List','list','HOME',NULL,'k1',0,X'7801010200FDFF7B7D017500F9',1,1,NULL);
INSERT INTO "record" VALUES('Reminder/A1','Reminders','Reminder','reminder','A1','List/HOME','k2',0,X'7801010200FDFF7B7D017500F9',1,2,NULL);
INSERT INTO "record" VALUES('Hashtag/T1','Reminders','Hashtag','tag','A1','Reminder/A1','k3',0,X'7801010200FDFF7B7D017500F9',1,3,NULL);
CREATE TABLE reminder (
        record_name TEXT PRIMARY KEY REFERENCES record (name), id TEXT NOT NULL,
        change_tag TEXT NOT NULL, deleted INTEGER NOT NULL, title TEXT, notes TEXT,
        done INTEGER NOT NULL, completed_at_ms INTEGER, due TEXT, due_iso TEXT,
        priority TEXT NOT NULL, flagged INTEGER NOT NULL, list_id TEXT NOT NULL, parent_id TEXT,
        recurring INTEGER NOT NULL, created_ms INTEGER, modified_ms INTEGER,
        opaque TEXT NOT NULL, problems TEXT NOT NULL
    , tag_ids TEXT NOT NULL DEFAULT '[]', attachment_ids TEXT NOT NULL DEFAULT '[]', rule_ids TEXT NOT NULL DEFAULT '[]', alarm_ids TEXT NOT NULL DEFAULT '[]', early TEXT NOT NULL DEFAULT '[]', start_ms INTEGER, imported INTEGER NOT NULL DEFAULT 0) STRICT;
INSERT INTO "reminder" VALUES('Reminder/A1','A1','k2',0,'Water the ferns','',0,NULL,'{"wall":"2026-03-02T14:30:00","zone":"Europe/Paris"}','2026-03-02T14:30:00+01:00','none',0,'HOME',NULL,0,NULL,NULL,'','','["T1"]','[]','[]','[]','[]',NULL,0);
CREATE TABLE render (
        key TEXT PRIMARY KEY, path TEXT NOT NULL, expected_sha TEXT NOT NULL,
        new_sha TEXT NOT NULL, finished INTEGER NOT NULL
    ) STRICT;
CREATE TABLE render_change (
        key TEXT NOT NULL REFERENCES render (key) ON DELETE CASCADE, position INTEGER NOT NULL,
        id TEXT NOT NULL, field TEXT, before TEXT, after TEXT, stood TEXT, PRIMARY KEY (key, position)
    ) STRICT;
CREATE TABLE ring (
        reminder TEXT NOT NULL, moment TEXT NOT NULL, shown_ms INTEGER NOT NULL,
        PRIMARY KEY (reminder, moment)
    ) STRICT;
CREATE TABLE rule (
        record_name TEXT PRIMARY KEY REFERENCES record (name), id TEXT NOT NULL,
        reminder_id TEXT NOT NULL, frequency INTEGER, interval INTEGER NOT NULL, count INTEGER,
        until_ms INTEGER, other INTEGER NOT NULL, deleted INTEGER NOT NULL
    ) STRICT;
CREATE TABLE run (
        id INTEGER PRIMARY KEY AUTOINCREMENT, kind TEXT NOT NULL, started_ms INTEGER NOT NULL,
        finished_ms INTEGER, result TEXT, counts TEXT NOT NULL
    ) STRICT;
CREATE TABLE section (
        record_name TEXT PRIMARY KEY REFERENCES record (name), id TEXT NOT NULL,
        list_id TEXT NOT NULL, change_tag TEXT NOT NULL, name TEXT NOT NULL, created_ms INTEGER,
        deleted INTEGER NOT NULL
    ) STRICT;
CREATE TABLE section_base (
        id TEXT PRIMARY KEY, list_id TEXT NOT NULL, name TEXT NOT NULL
    ) STRICT;
CREATE TABLE share (
        record_name TEXT PRIMARY KEY REFERENCES record (name), owner TEXT,
        permission TEXT NOT NULL
    ) STRICT;
CREATE TABLE smart_list (
        record_name TEXT PRIMARY KEY REFERENCES record (name), id TEXT NOT NULL,
        deleted INTEGER NOT NULL
    ) STRICT;
CREATE TABLE tag (
        record_name TEXT PRIMARY KEY REFERENCES record (name), id TEXT NOT NULL,
        reminder_id TEXT NOT NULL, name TEXT NOT NULL
    ) STRICT;
INSERT INTO "tag" VALUES('Hashtag/T1','T1','A1','green');
CREATE TABLE vanished (id TEXT PRIMARY KEY, since_s REAL NOT NULL, waited_s REAL NOT NULL DEFAULT 0, seen_s REAL, lost_with TEXT NOT NULL DEFAULT '') STRICT;
CREATE TABLE version (
        number INTEGER PRIMARY KEY AUTOINCREMENT, path TEXT NOT NULL, sha256 TEXT NOT NULL,
        history INTEGER NOT NULL, UNIQUE (path, sha256)
    ) STRICT;
CREATE TABLE zone (
        key TEXT PRIMARY KEY, owner TEXT NOT NULL DEFAULT '', database TEXT NOT NULL DEFAULT '',
        sync_token TEXT, feed TEXT NOT NULL DEFAULT '',
        complete INTEGER NOT NULL DEFAULT 0, walking INTEGER NOT NULL DEFAULT 0,
        walk INTEGER NOT NULL DEFAULT 0
    , name TEXT NOT NULL DEFAULT 'Reminders', gone INTEGER NOT NULL DEFAULT 0) STRICT;
INSERT INTO "zone" VALUES('Reminders','_0a1b','private',NULL,'records',0,0,1,'Reminders',0);
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
CREATE INDEX tag_id ON tag (id);
CREATE INDEX attachment_id ON attachment (id);
CREATE INDEX attachment_reminder ON attachment (reminder_id);
CREATE INDEX rule_id ON rule (id);
CREATE INDEX rule_reminder ON rule (reminder_id);
CREATE INDEX occurrence_pending ON occurrence (id) WHERE state = 'pending';
CREATE INDEX alarm_id ON alarm (id);
CREATE INDEX alarm_trigger_alarm ON alarm_trigger (alarm_id);
CREATE INDEX image_record ON image (record_name);
CREATE INDEX document_missing ON document (record_name) WHERE data IS NULL;
CREATE INDEX record_gone ON record (gone_ms) WHERE deleted;
CREATE INDEX reminder_parent ON reminder (parent_id) WHERE parent_id IS NOT NULL;
CREATE INDEX record_shared ON record (zone) WHERE zone <> 'Reminders';
CREATE INDEX elsewhere_holder ON elsewhere (holder);
CREATE INDEX section_id ON section (id);
CREATE INDEX assignment_reminder ON assignment (reminder_id);
CREATE INDEX photo_asset_id ON photo_asset (id);
CREATE INDEX photo_asset_master ON photo_asset (zone, master);
CREATE INDEX photo_resource_fingerprint ON photo_resource (fingerprint);
CREATE INDEX photo_download_of ON photo_download (zone, record, role);
CREATE INDEX device_location_at ON device_location (at_ms);
CREATE INDEX calendar_event_day ON calendar_event (day);
CREATE VIEW shown_reminder AS
    SELECT r.*, l.name AS list_name
    FROM reminder r LEFT JOIN list l ON l.id = r.list_id
        LEFT JOIN record c ON c.name = l.record_name LEFT JOIN zone z ON z.key = c.zone
    WHERE NOT r.deleted AND NOT coalesce(z.gone, 0) AND NOT coalesce(l.deleted, EXISTS (
        SELECT 1 FROM record g WHERE g.deleted AND g.about = r.list_id AND g.kind = 'list'));
CREATE VIEW reminders AS
    SELECT
        r.id AS id,
        r.list_name AS list,
        r.title AS title,
        r.notes AS notes,
        r.done AS done,
        r.due_iso AS due,
        r.priority AS priority,
        r.flagged AS flagged,
        coalesce((SELECT group_concat(name, ',') FROM (
            SELECT DISTINCT t.name AS name FROM json_each(r.tag_ids) e JOIN tag t ON t.id = e.value
            ORDER BY t.name)), '') AS tags,
        (SELECT p.id FROM reminder p WHERE p.id = r.parent_id AND NOT p.deleted) AS parent,
        w.path AS file,
        w.line + 1 AS line,
        (SELECT s.name FROM list l JOIN section s ON s.list_id = l.id
            AND s.id = json_extract(l.memberships, '$."' || replace(r.id, '"', '') || '"')
            WHERE l.id = r.list_id AND NOT s.deleted AND NOT EXISTS (SELECT 1 FROM reminder p
                WHERE p.id = r.parent_id AND NOT p.deleted)) AS section,
        strftime('%Y-%m-%dT%H:%M:%SZ', r.completed_at_ms / 1000, 'unixepoch') AS completed_utc,
        strftime('%Y-%m-%dT%H:%M:%SZ', r.created_ms / 1000, 'unixepoch') AS created_utc,
        strftime('%Y-%m-%dT%H:%M:%SZ', r.modified_ms / 1000, 'unixepoch') AS modified_utc,
        strftime('%Y-%m-%dT%H:%M:%S', r.start_ms / 1000, 'unixepoch') AS start_wall,
        r.imported AS imported
    FROM shown_reminder r LEFT JOIN line w ON w.id = r.id;
CREATE VIEW shared_list AS
    SELECT
        l.id AS id,
        c.zone AS zone,
        (SELECT max(s.owner) FROM share s JOIN record sc ON sc.name = s.record_name
            WHERE sc.zone = c.zone) AS owner,
        EXISTS (SELECT 1 FROM share s JOIN record sc ON sc.name = s.record_name
            WHERE sc.zone = c.zone AND s.permission = 'READ_ONLY'
            AND s.record_name = coalesce(l.share, s.record_name)) AS read_only,
        z.gone AS gone
    FROM record c JOIN list l ON l.record_name = c.name JOIN zone z ON z.key = c.zone
    WHERE c.zone <> 'Reminders';
CREATE VIEW lists AS
    SELECT
        l.id AS id,
        l.name AS name,
        (SELECT g.name FROM list g WHERE g.id = l.group_id AND NOT g.deleted) AS "group",
        (SELECT CASE substr(f.path, 1, length(b.path) + 1)
                WHEN b.path || '/' THEN b.path ELSE f.path END  -- a list may be a directory
            FROM file f LEFT JOIN list_base b ON b.id = l.id
            WHERE f.list_id = l.id ORDER BY f.path IS b.path DESC, f.path LIMIT 1) AS file,
        (SELECT count(*) FROM reminder r
            WHERE r.list_id = l.id AND NOT r.deleted AND NOT r.done) AS open,
        (SELECT count(*) FROM reminder r WHERE r.list_id = l.id AND NOT r.deleted) AS total,
        CASE WHEN s.id IS NOT NULL THEN 'with you' WHEN l.share IS NOT NULL THEN 'by you' END
            AS shared,
        s.owner AS owner,
        coalesce(s.read_only, l.read_only) AS read_only,
        l.color_hex AS color,
        l.color_name AS color_name,
        l.emblem AS emblem,
        l.sorting AS sorting,
        l.linked AS linked
    FROM list l LEFT JOIN shared_list s ON s.id = l.id
    WHERE NOT l.deleted AND NOT l.is_group AND NOT coalesce(s.gone, 0);
CREATE VIEW groups AS
    SELECT
        g.id AS id,
        g.name AS name,
        (SELECT count(*) FROM list l
            WHERE l.group_id = g.id AND NOT l.deleted AND NOT l.is_group) AS lists
    FROM list g WHERE NOT g.deleted AND g.is_group;
CREATE VIEW sections AS
    SELECT
        s.id AS id,
        l.name AS list,
        s.name AS name,
        strftime('%Y-%m-%dT%H:%M:%SZ', s.created_ms / 1000, 'unixepoch') AS created_utc
    FROM section s JOIN list l ON l.id = s.list_id WHERE NOT s.deleted AND NOT l.deleted;
CREATE VIEW tags AS
    SELECT t.id AS id, r.id AS reminder, t.name AS name
    FROM shown_reminder r, json_each(r.tag_ids) e JOIN tag t ON t.id = e.value;
CREATE VIEW attachments AS
    SELECT
        a.id AS id,
        r.id AS reminder,
        lower(a.kind) AS kind,
        a.url AS url,
        a.uti AS uti,
        a.file_name AS file_name,
        a.file_size AS bytes,
        a.width AS width_pixels,
        a.height AS height_pixels,
        (SELECT i.path FROM image i
            WHERE i.record_name = a.record_name AND i.mark = a.file_mark) AS path
    FROM shown_reminder r, json_each(r.attachment_ids) e JOIN attachment a ON a.id = e.value
    WHERE NOT a.deleted;
CREATE VIEW recurrence_rules AS
    SELECT
        u.id AS id,
        r.id AS reminder,
        CASE u.frequency WHEN 0 THEN 'daily' WHEN 1 THEN 'weekly' WHEN 2 THEN 'monthly'
            WHEN 3 THEN 'yearly' END AS frequency,
        u.interval AS interval,
        u.count AS count,
        strftime('%Y-%m-%dT%H:%M:%SZ', u.until_ms / 1000, 'unixepoch') AS until_utc,
        u.other AS other_parts
    FROM shown_reminder r, json_each(r.rule_ids) e JOIN rule u ON u.id = e.value
    WHERE NOT u.deleted;
CREATE VIEW alarms AS
    WITH set_off AS (
        SELECT a.id AS id, r.id AS reminder, a.acknowledged_ms, r.due_iso,
            json_extract(r.due, '$.zone') AS due_zone, t.kind, t.zone, t.arriving, t.latitude,
            t.longitude, t.radius_m, t.title, t.address,
            coalesce(t.at_iso, substr(r.due_iso, 1, 10) || 'T' || t.clock) AS at
        FROM shown_reminder r, json_each(r.alarm_ids) e
            JOIN alarm a ON a.id = e.value AND NOT a.deleted
            LEFT JOIN alarm_trigger t ON t.alarm_id = a.id AND NOT t.deleted
    )
    SELECT
        id,
        reminder,
        lower(nullif(kind, '')) AS kind,
        at,
        zone,
        coalesce(length(due_iso) > 10 AND (
            (substr(at, 1, 19) = substr(due_iso, 1, 19) AND coalesce(zone = due_zone, 1))
            OR (zone <> due_zone AND strftime('%s', at) = strftime('%s', due_iso))
        ), 0) AS own,
        NULL AS before_count,
        NULL AS before_unit,
        CASE arriving WHEN 1 THEN 'arriving' WHEN 0 THEN 'leaving' END AS proximity,
        latitude,
        longitude,
        radius_m,
        title,
        address,
        strftime('%Y-%m-%dT%H:%M:%SZ', acknowledged_ms / 1000, 'unixepoch') AS acknowledged_utc
    FROM set_off
    UNION ALL
    SELECT
        NULL, r.id, 'early', NULL, NULL, 0,
        json_extract(e.value, '$.before'), json_extract(e.value, '$.unit'),
        NULL, NULL, NULL, NULL, NULL, NULL, NULL
    FROM shown_reminder r, json_each(r.early) e;
CREATE VIEW assignments AS
    SELECT
        a.id AS id,
        r.id AS reminder,
        a.assignee AS assignee,
        a.originator AS originator,
        a.status AS status,
        strftime('%Y-%m-%dT%H:%M:%SZ', a.assigned_ms / 1000, 'unixepoch') AS assigned_utc
    FROM shown_reminder r JOIN assignment a ON a.reminder_id = r.id
    WHERE NOT a.deleted;
CREATE VIEW smart_lists AS
    SELECT id, record_name AS record FROM smart_list WHERE NOT deleted;
CREATE VIEW accounts AS SELECT id, name FROM account;
CREATE VIEW polls AS
    SELECT service AS service, strftime('%Y-%m-%dT%H:%M:%SZ', tried_ms / 1000, 'unixepoch') AS tried_utc,
        strftime('%Y-%m-%dT%H:%M:%SZ', succeeded_ms / 1000, 'unixepoch') AS succeeded_utc, error AS error, message AS message
    FROM poll;
CREATE VIEW photos AS
    SELECT t.id AS id, m.filename AS filename,
        strftime('%Y-%m-%dT%H:%M:%SZ', coalesce(t.taken_ms, m.taken_ms) / 1000, 'unixepoch') AS created_utc,
        strftime('%Y-%m-%dT%H:%M:%SZ', coalesce(m.arrived_ms, t.arrived_ms, t.added_ms) / 1000, 'unixepoch') AS uploaded_utc,
        m.taken_local AS created_local, t.favorite AS favorite, t.hidden AS hidden,
        t.zone AS library, strftime('%Y-%m-%dT%H:%M:%SZ', t.first_seen_ms / 1000, 'unixepoch') AS first_seen_utc,
        strftime('%Y-%m-%dT%H:%M:%SZ', coalesce(t.last_seen_ms, (SELECT succeeded_ms FROM poll WHERE service = 'photos')) / 1000, 'unixepoch') AS last_seen_utc,
        strftime('%Y-%m-%dT%H:%M:%SZ', t.gone_ms / 1000, 'unixepoch') AS gone_utc
    FROM photo_asset t LEFT JOIN photo_master m ON m.zone = t.zone AND m.name = t.master;
CREATE VIEW photo_files AS
    SELECT DISTINCT t.id AS photo, 'icpl://' || f.fingerprint AS id, f.role AS role, f.uti AS uti,
        f.size AS bytes, f.width AS width_pixels, f.height AS height_pixels,
        (SELECT d.folder || '/' || d.path FROM photo_download d WHERE d.zone = f.zone
            AND d.record = f.record AND d.role = f.role AND d.fingerprint = f.fingerprint) AS path
    FROM photo_asset t JOIN photo_resource f
        ON f.zone = t.zone AND f.record IN (t.name, t.master);
CREATE VIEW contacts AS
    SELECT t.id AS id, t.uid AS uid, t.first_name AS first_name, t.middle_name AS middle_name,
        t.last_name AS last_name, t.prefix AS prefix, t.suffix AS suffix, t.nickname AS nickname,
        t.organisation AS organisation, t.department AS department, t.jobtitle AS jobtitle,
        t.birthday AS birthday, t.notes AS notes, t.image_url IS NOT NULL AS has_image,
        strftime('%Y-%m-%dT%H:%M:%SZ', t.first_seen_ms / 1000, 'unixepoch') AS first_seen_utc,
        strftime('%Y-%m-%dT%H:%M:%SZ', coalesce(t.last_seen_ms, (SELECT succeeded_ms FROM poll WHERE service = 'contacts')) / 1000, 'unixepoch') AS last_seen_utc,
        strftime('%Y-%m-%dT%H:%M:%SZ', t.gone_ms / 1000, 'unixepoch') AS gone_utc
    FROM contact t;
CREATE VIEW contact_records AS
    SELECT contact AS contact, position AS position, type AS type, name AS name, value AS value,
        street AS street, city AS city, state AS state, zip AS zip, country AS country,
        country_code AS country_code, sub_locality AS sub_locality
    FROM contact_record;
CREATE VIEW devices AS
    SELECT t.id AS id, t.name AS name, t.model_name AS model_name,
        t.model_identifier AS model_identifier, t.product_type AS product_type,
        t.battery_status AS battery_status, t.battery_level AS battery_percent,
        l.latitude AS latitude, l.longitude AS longitude, strftime('%Y-%m-%dT%H:%M:%SZ', t.located_ms / 1000, 'unixepoch') AS located_utc,
        strftime('%Y-%m-%dT%H:%M:%SZ', t.first_seen_ms / 1000, 'unixepoch') AS first_seen_utc,
        strftime('%Y-%m-%dT%H:%M:%SZ', coalesce(t.last_seen_ms, (SELECT succeeded_ms FROM poll WHERE service = 'devices')) / 1000, 'unixepoch') AS last_seen_utc,
        strftime('%Y-%m-%dT%H:%M:%SZ', t.gone_ms / 1000, 'unixepoch') AS gone_utc
    FROM device t LEFT JOIN device_location l ON l.device = t.id AND l.at_ms = t.located_ms;
CREATE VIEW device_locations AS
    SELECT device AS device, strftime('%Y-%m-%dT%H:%M:%SZ', at_ms / 1000, 'unixepoch') AS at_utc, latitude AS latitude,
        longitude AS longitude, altitude AS altitude_m,
        horizontal_accuracy AS horizontal_accuracy_m, vertical_accuracy AS vertical_accuracy_m,
        positioning_type AS positioning_type
    FROM device_location;
CREATE VIEW calendar_events AS
    SELECT t.id AS id, t.uid AS uid, t.calendar AS calendar, t.title AS title, t.start AS start,
        t."end" AS "end", t.all_day AS all_day, t.zone AS zone, t.location AS location,
        strftime('%Y-%m-%dT%H:%M:%SZ', t.first_seen_ms / 1000, 'unixepoch') AS first_seen_utc,
        strftime('%Y-%m-%dT%H:%M:%SZ', coalesce(t.last_seen_ms, (SELECT succeeded_ms FROM poll WHERE service = 'calendar')) / 1000, 'unixepoch') AS last_seen_utc,
        strftime('%Y-%m-%dT%H:%M:%SZ', t.gone_ms / 1000, 'unixepoch') AS gone_utc
    FROM calendar_event t;
CREATE VIEW notes AS
    SELECT t.id AS id, t.title AS title, f.name AS folder, t.text AS text,
        strftime('%Y-%m-%dT%H:%M:%SZ', t.created_ms / 1000, 'unixepoch') AS created_utc, strftime('%Y-%m-%dT%H:%M:%SZ', t.modified_ms / 1000, 'unixepoch') AS modified_utc,
        t.locked AS locked, strftime('%Y-%m-%dT%H:%M:%SZ', t.first_seen_ms / 1000, 'unixepoch') AS first_seen_utc,
        strftime('%Y-%m-%dT%H:%M:%SZ', coalesce(t.last_seen_ms, (SELECT succeeded_ms FROM poll WHERE service = 'notes')) / 1000, 'unixepoch') AS last_seen_utc,
        strftime('%Y-%m-%dT%H:%M:%SZ', t.gone_ms / 1000, 'unixepoch') AS gone_utc
    FROM note t LEFT JOIN note_folder f ON f.id = t.folder;
DELETE FROM "sqlite_sequence";
COMMIT;
