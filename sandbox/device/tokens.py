"""Decides per field which side of a record is newer, by resolution tokens as devices do.

A token is (counter, modificationTime, replicaID), compared in that order. The service stores the
map without looking into it; devices decide at download (docs/wire.md, resolution tokens).
"""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Iterable, Mapping
from functools import lru_cache
from typing import Any, NamedTuple

APPLE_EPOCH = 978307200
"""Seconds from 1970-01-01 to 2001-01-01, from which token times are counted."""

_NONCE_UNIT = 1e11
_UUID = re.compile(r"[0-9A-Fa-f]{8}(-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}")


class Token(NamedTuple):
    """One field's token; tuples compare as devices compare tokens."""

    counter: int
    time: float
    """Seconds since 2001-01-01 UTC."""
    replica: str

    @property
    def nonce(self) -> float:
        """The value that ties a date alarm to the due date with this token."""
        return self.counter * _NONCE_UNIT + self.time


TokenMap = dict[str, Token]

DUE_FIELDS = ("DueDate", "TimeZone", "AllDay", "AlarmIDs")
"""Fields that the phone always raises together, so that one edit wins as a whole."""

_COMPLETION_FIELDS = ("Completed", "CompletionDate")

_REMINDER = {
    "TitleDocument": "titleDocument",
    "NotesDocument": "notesDocument",
    "List": "list",
    "Completed": "completed",
    "CompletionDate": "completionDate",
    "Deleted": "deleted",
    "CreationDate": "creationDate",
    "LastModifiedDate": "lastModifiedDate",
    "Flagged": "flagged",
    "Priority": "priority",
    "AllDay": "allDay",
    "DueDate": "dueDate",
    "StartDate": "startDate",
    "TimeZone": "timeZone",
    "AlarmIDs": "alarmIDs",
    "HashtagIDs": "hashtagIDs",
    "AttachmentIDs": "attachmentIDs",
    "RecurrenceRuleIDs": "recurrenceRuleIDs",
    "AssignmentIDs": "assignmentIDs",
    "ParentReminder": "parentReminder",
    "DueDateDeltaAlertsData": "dueDateDeltaAlertsData",
    "UrgentPresentationAlarmsChecksum": "urgentPresentationAlarmsChecksum",
    "UrgentPresentationAlarmsAsData": "urgentPresentationAlarmsAsData",
    "ContactHandles": "contactHandles",
    "IcsDisplayOrder": "icsDisplayOrder",
    "MinimumSupportedVersion": "minimumSupportedVersion",
}
_LIST = {
    "Name": "name",
    "Color": "color",
    "ReminderIDs": "reminderIDsMergeableOrdering",
    "MembershipsOfRemindersInSectionsChecksum": "membershipsOfRemindersInSectionsChecksum",
    "MembershipsOfRemindersInSectionsAsData": "membershipsOfRemindersInSectionsChecksum",
    "SectionIDsOrderingAsData": "sectionIDsOrderingAsData",
}
_SECTION = {
    "DisplayName": "displayName",
    "CanonicalName": "canonicalName",
    "List": "list",
    "CreationDate": "creationDate",
    "MinimumSupportedVersion": "minimumSupportedVersion",
}
_KEYS: Mapping[str, Mapping[str, str]] = {
    "Reminder": _REMINDER,
    "List": _LIST,
    "ListSection": _SECTION,
}


def key_of(record_type: str, field: str) -> str | None:
    """Return the token key that governs a field, None where none is known to."""
    return _KEYS.get(record_type, {}).get(field)


def read(raw: object) -> TokenMap:
    """Read a ResolutionTokenMap string; entries that devices would drop are left out."""
    return dict(_read_text(raw)) if isinstance(raw, str) else {}


@lru_cache(maxsize=1 << 12)
def _read_text(raw: str) -> TokenMap:
    try:
        entries = json.loads(raw)["map"]
    except (ValueError, KeyError, TypeError):
        return {}
    if not isinstance(entries, dict):
        return {}
    tokens = {key: _read_one(entry) for key, entry in entries.items()}
    return {key: token for key, token in tokens.items() if token is not None}


def _read_one(entry: Any) -> Token | None:
    try:
        token = Token(
            int(entry["counter"]), float(entry["modificationTime"]), str(entry["replicaID"])
        )
    except (KeyError, TypeError, ValueError):
        return None
    return token if _UUID.fullmatch(token.replica) else None


def write(tokens: Mapping[str, Token]) -> str:
    """Write a ResolutionTokenMap string."""
    entries = {
        key: {
            "counter": token.counter,
            "modificationTime": token.time,
            "replicaID": token.replica,
        }
        for key, token in sorted(tokens.items())
    }
    return json.dumps({"map": entries}, separators=(",", ":"))


def higher(one: Token | None, other: Token | None) -> Token | None:
    """Return the newer of two tokens; a missing one is the lowest."""
    if one is None or other is None:
        return one or other
    return max(one, other)


def is_newer(one: Token | None, other: Token | None) -> bool:
    """Tell whether `one` is strictly newer than `other`."""
    return one is not None and (other is None or one > other)


def raised(
    tokens: Mapping[str, Token], record_type: str, fields: Iterable[str], time: float, replica: str
) -> TokenMap:
    """Return the map with the tokens of `fields` raised the native way.

    Counter plus one, time `time` (seconds since 2001), replicaID kept; `replica` is for keys
    that have no token yet. Fields that belong together rise to one common counter.
    """
    names = _whole_groups(set(fields))
    keys = [key for field in names if (key := key_of(record_type, field))]
    result = dict(tokens)
    for key, base in zip(keys, _bases(tokens, record_type, names), strict=True):
        held = tokens.get(key)
        result[key] = Token(base + 1, time, held.replica if held else replica)
    return result


def _whole_groups(fields: set[str]) -> list[str]:
    for group in (DUE_FIELDS, _COMPLETION_FIELDS):
        if fields & set(group):
            fields = fields | set(group)
    return sorted(fields)


def _bases(tokens: Mapping[str, Token], record_type: str, names: Collection[str]) -> list[int]:
    """Return, for each governed name, the counter to rise from."""

    def counter(field: str) -> int:
        token = tokens.get(key_of(record_type, field) or "")
        return token.counter if token else 0

    def base(field: str) -> int:
        group = next((g for g in (DUE_FIELDS, _COMPLETION_FIELDS) if field in g), (field,))
        return max(counter(member) for member in group)

    return [base(field) for field in names if key_of(record_type, field)]
