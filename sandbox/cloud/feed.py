"""The change endpoints: which zones changed, and which records of a zone."""

from __future__ import annotations

from typing import Any

from sandbox.cloud.call import Call
from sandbox.cloud.fields import Json
from sandbox.cloud.modify import RequestError
from sandbox.cloud.zone import BadToken, ChangePage, TokenExpired, Zone

_EXPIRED = "CHANGE_TOKEN_EXPIRED"


class _ExpiredBody(Exception):
    """An expired token that is told at the top level of a 200."""


def changes_database(call: Call) -> Json:
    """Which zones changed since a database token; a zone that is gone counts as deleted."""
    token = _text(call.body, "syncToken")
    if call.shared:
        return _shared_database(call, token)
    zones: list[Json] = []
    tokens: list[str] = []
    try:
        for zone in call.zones[:1]:
            tokens.append(zone.database_token())
            if zone.changed_since(token) or not zone.present:
                zones.append({"zoneID": zone.zone_id, "deleted": not zone.present})
    except TokenExpired as error:
        return _expired(call, error)
    except BadToken as error:
        raise RequestError(str(error)) from None
    return {"zones": zones, "moreComing": False, "syncToken": "".join(tokens)}


def _shared_database(call: Call, token: str | None) -> Json:
    try:
        zones, following = call.world.shared.changes(token)
    except TokenExpired as error:
        return _expired(call, error)
    except BadToken as error:
        raise RequestError(str(error)) from None
    return {"zones": zones, "moreComing": False, "syncToken": following}


def changes_zone(call: Call) -> Json:
    """Pages of several zones; what fails for one zone is an item of its own."""
    asked = call.body.get("zones")
    if not isinstance(asked, list) or not asked:
        raise RequestError("zones must be a list of objects with a zoneID")
    if call.faults.use("no_zones"):
        return {"zones": []}
    try:
        return {"zones": [_zone_item(call, entry) for entry in asked]}
    except _ExpiredBody as error:
        return {"serverErrorCode": _EXPIRED, "reason": str(error)}


def records_changes(call: Call) -> Json:
    """The older endpoint of one zone: the same feed, the same tokens, a flat answer."""
    zone = call.only_zone()
    try:
        return _page(call, zone, call.body)
    except TokenExpired as error:
        return _expired(call, error)
    except BadToken as error:
        raise RequestError(str(error)) from None


def _zone_item(call: Call, entry: Any) -> Json:
    if not isinstance(entry, dict):
        raise RequestError("each of zones must be an object with a zoneID")
    zone_id = {"zoneID": entry.get("zoneID")}
    try:
        injected = call.faults.zone_error(call.path)
        if injected is not None:
            raise RequestError(**injected)
        zone = call.zone(entry.get("zoneID"))
        return {"zoneID": zone.zone_id, **_page(call, zone, entry)}
    except RequestError as error:
        return zone_id | error.answer
    except BadToken as error:
        return zone_id | RequestError(str(error)).answer
    except TokenExpired as error:
        match call.faults.token_expiry:
            case "zone":
                return zone_id | RequestError(str(error), _EXPIRED).answer
            case "body":
                raise _ExpiredBody(str(error)) from None
            case "http":
                return _expired(call, error)


def _expired(call: Call, error: TokenExpired) -> Json:
    """An expired token where there is no zone item to put it in."""
    if call.faults.token_expiry == "http":
        raise RequestError(str(error), _EXPIRED)
    return {"serverErrorCode": _EXPIRED, "reason": str(error)}


def _page(call: Call, zone: Zone, entry: Json) -> Json:
    token = _text(entry, "syncToken")
    page = _read(call, zone, entry, token)
    records = call.shaped(page.records)
    if call.faults.twice_in_page:
        records = [record for record in records for _ in range(2)]
    quiet = None if call.faults.more_coming_null else False
    return {"records": records, "syncToken": page.token, "moreComing": True if page.more else quiet}


def _read(call: Call, zone: Zone, entry: Json, token: str | None) -> ChangePage:
    if call.faults.use("empty_pages"):
        return zone.pause(token)
    page = zone.changes(
        token,
        limit=call.limit(entry),
        remap=call.remap,
        desired_keys=call.names("desiredKeys", entry),
        desired_types=call.names("desiredRecordTypes", entry),
        reverse=entry.get("reverse", call.body.get("reverse")) is True,
        lag=call.faults.read_lag,
    )
    if token and call.faults.use("stuck_tokens"):
        return ChangePage(page.records, token, more=True)
    return page


def _text(entry: Json, key: str) -> str | None:
    value = entry.get(key)
    if value is None or isinstance(value, str):
        return value
    raise RequestError(f"{key} must be a string")
