-- What schema 2 added to a file of schema 1, as its release wrote it. Never edited.
BEGIN TRANSACTION;
CREATE VIEW shown_reminder AS
    SELECT r.*, l.name AS list_name
    FROM reminder r LEFT JOIN list l ON l.id = r.list_id
    WHERE NOT r.deleted AND NOT coalesce(l.deleted, EXISTS (
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
            SELECT t.name FROM tag t WHERE t.reminder_id = r.id ORDER BY t.name)), '') AS tags,
        (SELECT p.id FROM reminder p WHERE p.id = r.parent_id AND NOT p.deleted) AS parent,
        w.path AS file,
        w.line + 1 AS line
    FROM shown_reminder r LEFT JOIN line w ON w.id = r.id;
CREATE VIEW lists AS
    SELECT
        l.id AS id,
        l.name AS name,
        (SELECT g.name FROM list g WHERE g.id = l.group_id AND NOT g.deleted) AS "group",
        (SELECT f.path FROM file f WHERE f.list_id = l.id ORDER BY f.path LIMIT 1) AS file,
        (SELECT count(*) FROM reminder r
            WHERE r.list_id = l.id AND NOT r.deleted AND NOT r.done) AS open,
        (SELECT count(*) FROM reminder r WHERE r.list_id = l.id AND NOT r.deleted) AS total
    FROM list l WHERE NOT l.deleted AND NOT l.is_group;
INSERT INTO "_sqlite_migrations" VALUES(2,'remindersd','2 views for people','2026-11-21 19:12:05.120341+00:00');
PRAGMA user_version = 2;
COMMIT;
