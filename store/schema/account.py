"""The tables of migration 6, for what the account has besides reminders, and views on them.

What is polled is kept when it is gone: ``gone_ms`` says since when, ``last_seen_ms`` when it was
there the last time. While it is there ``last_seen_ms`` is NULL and the last poll that succeeded
tells, so that a poll without news writes one row. Times that end in ``_ms`` are Unix milliseconds;
in the views those that end in ``_utc`` are instants.
"""

from __future__ import annotations

__all__ = ["POLLED", "POLLED_VIEWS"]

_SEEN = "first_seen_ms INTEGER NOT NULL, last_seen_ms INTEGER, gone_ms INTEGER"

# ``zone`` is database/owner/name. A walk from the beginning has a number, and what it did not
# bring is gone when it ends.
POLLED = (
    """CREATE TABLE poll (
        service TEXT PRIMARY KEY, tried_ms INTEGER NOT NULL, succeeded_ms INTEGER,
        error TEXT, message TEXT
    ) STRICT""",
    """CREATE TABLE poll_feed (
        service TEXT NOT NULL, zone TEXT NOT NULL, token TEXT, walk INTEGER NOT NULL DEFAULT 1,
        walking INTEGER NOT NULL DEFAULT 1, PRIMARY KEY (service, zone)
    ) STRICT""",
    """CREATE TABLE photo_master (
        zone TEXT NOT NULL, name TEXT NOT NULL, filename TEXT, uti TEXT, arrived_ms INTEGER,
        taken_ms INTEGER, taken_local TEXT, walk INTEGER NOT NULL, PRIMARY KEY (zone, name)
    ) STRICT""",
    f"""CREATE TABLE photo_asset (
        zone TEXT NOT NULL, name TEXT NOT NULL, id TEXT NOT NULL, master TEXT, taken_ms INTEGER,
        offset_s INTEGER, added_ms INTEGER, arrived_ms INTEGER, hidden INTEGER NOT NULL,
        favorite INTEGER NOT NULL, walk INTEGER NOT NULL, {_SEEN}, PRIMARY KEY (zone, name)
    ) STRICT""",
    """CREATE INDEX photo_asset_id ON photo_asset (id)""",
    """CREATE INDEX photo_asset_master ON photo_asset (zone, master)""",
    """CREATE TABLE photo_resource (
        zone TEXT NOT NULL, record TEXT NOT NULL, role TEXT NOT NULL, fingerprint TEXT NOT NULL,
        uti TEXT, size INTEGER, width INTEGER, height INTEGER, PRIMARY KEY (zone, record, role)
    ) STRICT""",
    """CREATE INDEX photo_resource_fingerprint ON photo_resource (fingerprint)""",
    """CREATE TABLE photo_download (
        path TEXT PRIMARY KEY, folder TEXT NOT NULL, zone TEXT NOT NULL, record TEXT NOT NULL,
        role TEXT NOT NULL, fingerprint TEXT NOT NULL
    ) STRICT""",
    """CREATE INDEX photo_download_of ON photo_download (zone, record, role)""",
    f"""CREATE TABLE contact (
        id TEXT PRIMARY KEY, uid TEXT NOT NULL, first_name TEXT, middle_name TEXT, last_name TEXT,
        prefix TEXT, suffix TEXT, nickname TEXT, organisation TEXT, department TEXT, jobtitle TEXT,
        birthday TEXT, notes TEXT, is_company INTEGER NOT NULL, image_url TEXT, {_SEEN}
    ) STRICT""",
    """CREATE TABLE contact_record (
        contact TEXT NOT NULL REFERENCES contact (id) ON DELETE CASCADE, position INTEGER NOT NULL,
        type TEXT NOT NULL, name TEXT, value TEXT, street TEXT, city TEXT, state TEXT, zip TEXT,
        country TEXT, country_code TEXT, sub_locality TEXT, PRIMARY KEY (contact, position)
    ) STRICT""",
    f"""CREATE TABLE device (
        id TEXT PRIMARY KEY, name TEXT NOT NULL, model_name TEXT, model_identifier TEXT,
        product_type TEXT, battery_status TEXT, battery_level REAL, located_ms INTEGER, {_SEEN}
    ) STRICT""",
    """CREATE TABLE device_location (
        device TEXT NOT NULL, at_ms INTEGER NOT NULL, latitude REAL NOT NULL,
        longitude REAL NOT NULL, altitude REAL, horizontal_accuracy REAL, vertical_accuracy REAL,
        positioning_type TEXT, PRIMARY KEY (device, at_ms)
    ) STRICT""",
    """CREATE INDEX device_location_at ON device_location (at_ms)""",
    f"""CREATE TABLE calendar_event (
        id TEXT PRIMARY KEY, uid TEXT NOT NULL, calendar TEXT, title TEXT, start TEXT, "end" TEXT,
        all_day INTEGER NOT NULL, zone TEXT, location TEXT, day TEXT, {_SEEN}
    ) STRICT""",
    """CREATE INDEX calendar_event_day ON calendar_event (day)""",
    """CREATE TABLE note_folder (id TEXT PRIMARY KEY, name TEXT, walk INTEGER NOT NULL) STRICT""",
    f"""CREATE TABLE note (
        record TEXT PRIMARY KEY, id TEXT NOT NULL, folder TEXT, title TEXT, text TEXT,
        created_ms INTEGER, modified_ms INTEGER, locked INTEGER NOT NULL, walk INTEGER NOT NULL,
        {_SEEN}
    ) STRICT""",
)


def _utc(column: str, name: str) -> str:
    return f"strftime('%Y-%m-%dT%H:%M:%SZ', {column} / 1000, 'unixepoch') AS {name}"


def _seen(service: str) -> str:
    last = f"coalesce(t.last_seen_ms, (SELECT succeeded_ms FROM poll WHERE service = '{service}'))"
    columns = (("t.first_seen_ms", "first_seen_utc"), (last, "last_seen_utc"))
    return ",\n        ".join(
        _utc(column, name) for column, name in (*columns, ("t.gone_ms", "gone_utc"))
    )


POLLED_VIEWS = (
    f"""CREATE VIEW polls AS
    SELECT service AS service, {_utc("tried_ms", "tried_utc")},
        {_utc("succeeded_ms", "succeeded_utc")}, error AS error, message AS message
    FROM poll""",
    f"""CREATE VIEW photos AS
    SELECT t.id AS id, m.filename AS filename,
        {_utc("coalesce(t.taken_ms, m.taken_ms)", "created_utc")},
        {_utc("coalesce(m.arrived_ms, t.arrived_ms, t.added_ms)", "uploaded_utc")},
        m.taken_local AS created_local, t.favorite AS favorite, t.hidden AS hidden,
        t.zone AS library, {_seen("photos")}
    FROM photo_asset t LEFT JOIN photo_master m ON m.zone = t.zone AND m.name = t.master""",
    """CREATE VIEW photo_files AS
    SELECT DISTINCT t.id AS photo, 'icpl://' || f.fingerprint AS id, f.role AS role, f.uti AS uti,
        f.size AS bytes, f.width AS width_pixels, f.height AS height_pixels,
        (SELECT d.folder || '/' || d.path FROM photo_download d WHERE d.zone = f.zone
            AND d.record = f.record AND d.role = f.role AND d.fingerprint = f.fingerprint) AS path
    FROM photo_asset t JOIN photo_resource f
        ON f.zone = t.zone AND f.record IN (t.name, t.master)""",
    f"""CREATE VIEW contacts AS
    SELECT t.id AS id, t.uid AS uid, t.first_name AS first_name, t.middle_name AS middle_name,
        t.last_name AS last_name, t.prefix AS prefix, t.suffix AS suffix, t.nickname AS nickname,
        t.organisation AS organisation, t.department AS department, t.jobtitle AS jobtitle,
        t.birthday AS birthday, t.notes AS notes, t.image_url IS NOT NULL AS has_image,
        {_seen("contacts")}
    FROM contact t""",
    """CREATE VIEW contact_records AS
    SELECT contact AS contact, position AS position, type AS type, name AS name, value AS value,
        street AS street, city AS city, state AS state, zip AS zip, country AS country,
        country_code AS country_code, sub_locality AS sub_locality
    FROM contact_record""",
    f"""CREATE VIEW devices AS
    SELECT t.id AS id, t.name AS name, t.model_name AS model_name,
        t.model_identifier AS model_identifier, t.product_type AS product_type,
        t.battery_status AS battery_status, t.battery_level AS battery_percent,
        l.latitude AS latitude, l.longitude AS longitude, {_utc("t.located_ms", "located_utc")},
        {_seen("devices")}
    FROM device t LEFT JOIN device_location l ON l.device = t.id AND l.at_ms = t.located_ms""",
    f"""CREATE VIEW device_locations AS
    SELECT device AS device, {_utc("at_ms", "at_utc")}, latitude AS latitude,
        longitude AS longitude, altitude AS altitude_m,
        horizontal_accuracy AS horizontal_accuracy_m, vertical_accuracy AS vertical_accuracy_m,
        positioning_type AS positioning_type
    FROM device_location""",
    f"""CREATE VIEW calendar_events AS
    SELECT t.id AS id, t.uid AS uid, t.calendar AS calendar, t.title AS title, t.start AS start,
        t."end" AS "end", t.all_day AS all_day, t.zone AS zone, t.location AS location,
        {_seen("calendar")}
    FROM calendar_event t""",
    f"""CREATE VIEW notes AS
    SELECT t.id AS id, t.title AS title, f.name AS folder, t.text AS text,
        {_utc("t.created_ms", "created_utc")}, {_utc("t.modified_ms", "modified_utc")},
        t.locked AS locked, {_seen("notes")}
    FROM note t LEFT JOIN note_folder f ON f.id = t.folder""",
)
