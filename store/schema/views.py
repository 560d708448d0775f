"""What a person may query: views that only ever gain columns.

``reminders``, ``lists`` and their ``sections`` are what a phone shows; ``tags``,
``attachments``, ``recurrence_rules`` and ``alarms`` have one row for each thing that hangs on a
reminder, whose id is in ``reminder``. What a phone would not show is left out: deleted reminders
and those of a deleted list, and what a reminder does not name as its own; the child of a deleted
parent stands at top level.

``assignments`` tells who of those that share a list shall do a reminder, as far as the wire says;
``smart_lists`` and ``accounts`` name records of which little is understood. Times that end in
``_utc`` are instants, ``start_wall`` is what a clock on the wall shows.

``shared`` says of a list that others share it ``with you`` (then ``owner`` is who, as far as that
is known) or that it is shared ``by you``; nothing may be written to one that is ``read_only``.

What is not known is NULL: a title or note that could not be read, the size of a link.
``file`` and ``path`` are paths in the folder and ``line`` counts from 1, as editors do;
``until_utc`` is an instant; ``other_parts`` says that a rule has parts which stand in no column.
An alarm is ``own`` where it belongs to the due date and moves with it; an ``early`` one has no
record, so no ``id``.
"""

from __future__ import annotations

__all__ = ["VIEWS"]

_SHOWN = """CREATE VIEW shown_reminder AS
    SELECT r.*, l.name AS list_name
    FROM reminder r LEFT JOIN list l ON l.id = r.list_id
        LEFT JOIN record c ON c.name = l.record_name LEFT JOIN zone z ON z.key = c.zone
    WHERE NOT r.deleted AND NOT coalesce(z.gone, 0) AND NOT coalesce(l.deleted, EXISTS (
        SELECT 1 FROM record g WHERE g.deleted AND g.about = r.list_id AND g.kind = 'list'))"""

_REMINDERS = """CREATE VIEW reminders AS
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
    FROM shown_reminder r LEFT JOIN line w ON w.id = r.id"""

_SHARED_LIST = """CREATE VIEW shared_list AS
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
    WHERE c.zone <> 'Reminders'"""

_LISTS = """CREATE VIEW lists AS
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
    WHERE NOT l.deleted AND NOT l.is_group AND NOT coalesce(s.gone, 0)"""

_GROUPS = """CREATE VIEW groups AS
    SELECT
        g.id AS id,
        g.name AS name,
        (SELECT count(*) FROM list l
            WHERE l.group_id = g.id AND NOT l.deleted AND NOT l.is_group) AS lists
    FROM list g WHERE NOT g.deleted AND g.is_group"""

_SECTIONS = """CREATE VIEW sections AS
    SELECT
        s.id AS id,
        l.name AS list,
        s.name AS name,
        strftime('%Y-%m-%dT%H:%M:%SZ', s.created_ms / 1000, 'unixepoch') AS created_utc
    FROM section s JOIN list l ON l.id = s.list_id WHERE NOT s.deleted AND NOT l.deleted"""

_TAGS = """CREATE VIEW tags AS
    SELECT t.id AS id, r.id AS reminder, t.name AS name
    FROM shown_reminder r, json_each(r.tag_ids) e JOIN tag t ON t.id = e.value"""

_ATTACHMENTS = """CREATE VIEW attachments AS
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
    WHERE NOT a.deleted"""

_RULES = """CREATE VIEW recurrence_rules AS
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
    WHERE NOT u.deleted"""

# A time alone is that time on the due day. An alarm at the due moment belongs to the due date:
# at the same instant, or at the same time on the wall where not two zones speak against it.
_ALARMS = """CREATE VIEW alarms AS
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
    FROM shown_reminder r, json_each(r.early) e"""

_ASSIGNMENTS = """CREATE VIEW assignments AS
    SELECT
        a.id AS id,
        r.id AS reminder,
        a.assignee AS assignee,
        a.originator AS originator,
        a.status AS status,
        strftime('%Y-%m-%dT%H:%M:%SZ', a.assigned_ms / 1000, 'unixepoch') AS assigned_utc
    FROM shown_reminder r JOIN assignment a ON a.reminder_id = r.id
    WHERE NOT a.deleted"""

_SMART_LISTS = """CREATE VIEW smart_lists AS
    SELECT id, record_name AS record FROM smart_list WHERE NOT deleted"""

_ACCOUNTS = """CREATE VIEW accounts AS SELECT id, name FROM account"""

VIEWS = (
    *(_SHOWN, _REMINDERS, _SHARED_LIST, _LISTS, _GROUPS, _SECTIONS),
    *(_TAGS, _ATTACHMENTS, _RULES, _ALARMS),
    *(_ASSIGNMENTS, _SMART_LISTS, _ACCOUNTS),
)
