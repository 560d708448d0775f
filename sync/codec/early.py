"""Decides what early reminders are read from and written to: a list in JSON on the reminder.

What of the list we do not understand stays in it: other units, alarms after the due date, keys of
newer apps. Each of our changes adds or removes single elements.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import Any

from store.model import Early, Unit
from sync.codec import fields, operations, tokens
from sync.codec.blob import Undecodable
from sync.codec.operations import Context, Edit, Records, Wire
from sync.codec.reading import id_of

__all__ = ["FIELD", "early_edit", "first_early", "read_early"]

Record = Mapping[str, Any]

FIELD = "DueDateDeltaAlertsData"
_KEYS = ("dueDateDeltaAlertsData",)
_ALERTS = "dueDateDeltaAlerts"
_ACCOUNT = "accountIdentifier"
_UNITS = tuple(Unit)  # iCloud numbers them in this order
_VERSION = 20230430
_LARGEST = 10_000


def read_early(record: Record, key: str = FIELD) -> frozenset[Early]:
    """The early reminders of a ``Reminder`` record; those that cannot be said are left out.

    Raises ``Undecodable`` where the list as a whole cannot be read.
    """
    alerts = _payload(record, key).get(_ALERTS, [])
    return frozenset(early for alert in alerts if (early := _early(alert)) is not None)


def early_edit(
    ctx: Context, record: Record, wanted: frozenset[Early], records: Records
) -> Edit | None:
    """What brings the early reminders to ``wanted``; ``None`` if that is what they are.

    Raises ``Undecodable`` where what is there cannot be read.
    """
    payload = _payload(record)
    alerts = payload.get(_ALERTS, [])
    said = [_early(alert) for alert in alerts]
    missing = wanted - set(said)
    pairs = zip(alerts, said, strict=True)
    kept = [alert for alert, early in pairs if early is None or early in wanted]
    if not missing and len(kept) == len(alerts):
        return None
    head = payload or _head(ctx, id_of(record), records)
    return _edit({**head, _ALERTS: [*kept, *_new(ctx, missing)]})


def first_early(ctx: Context, reminder_id: str, wanted: frozenset[Early], records: Records) -> Edit:
    """The early reminders of a new reminder."""
    if not wanted:
        return Edit()
    return _edit({**_head(ctx, reminder_id, records), _ALERTS: _new(ctx, wanted)})


def _edit(payload: Mapping[str, Any]) -> Edit:
    data = json.dumps(payload, separators=(",", ":"), ensure_ascii=False).encode()
    return Edit({FIELD: operations.sealed(data)}, _KEYS)


def _new(ctx: Context, wanted: Iterable[Early]) -> list[Wire]:
    return [
        {
            "identifier": ctx.mint().upper(),
            "creationDate": ctx.now_ms / 1000 - tokens.APPLE_EPOCH_S,
            "dueDateDeltaUnit": _UNITS.index(early.unit),
            "dueDateDeltaCount": -early.count,
            "minimumSupportedAppVersion": 0,
        }
        for early in sorted(wanted, key=lambda early: (_UNITS.index(early.unit), early.count))
    ]


def _head(ctx: Context, reminder_id: str, records: Records) -> Wire:
    """The rest of a list that is new, with what an app wrote of the account if one did."""
    return {
        "reminderIdentifier": reminder_id,
        _ACCOUNT: _account(ctx, records),
        "minimumSupportedVersion": _VERSION,
    }


def _account(ctx: Context, records: Records) -> str:
    """The account's identifier, as other reminders have it; else of its record; else its owner."""
    for record in records.with_early():
        try:
            account = _payload(record).get(_ACCOUNT)
        except Undecodable:
            continue
        if isinstance(account, str) and account:
            return account
    ids = [id_of(record) for record in records.accounts()]
    return ids[0] if len(ids) == 1 else ctx.zone_id.get("ownerRecordName", "")


def _payload(record: Record, key: str = FIELD) -> dict[str, Any]:
    """The whole object, its list of alerts a list; empty where there is none."""
    data = fields.blob(record, key)
    if not data:
        return {}
    try:
        payload = json.loads(data)
    except (ValueError, RecursionError):
        payload = None
    if not isinstance(payload, dict) or not isinstance(payload.get(_ALERTS, []), list):
        raise Undecodable("the early reminders cannot be read")
    return payload


def _early(alert: object) -> Early | None:
    """What one element says; ``None`` for what has no words."""
    if not isinstance(alert, dict):
        return None
    unit, count = alert.get("dueDateDeltaUnit"), alert.get("dueDateDeltaCount")
    if type(unit) is not int or type(count) is not int:
        return None
    if not 0 <= unit < len(_UNITS) or not -_LARGEST < count < 0:
        return None
    return Early(-count, _UNITS[unit])
