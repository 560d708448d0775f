"""The schema: which fields a record type has, their types and their encryption."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final, NamedTuple


class Kind(NamedTuple):
    """How a field is held: its type in remapped spelling, and what the service insists on.

    `encrypted` marks fields encrypted at rest that keep their own type on the wire and must be
    written with `isEncrypted: true`. `document` marks the two text documents, for which the
    service takes STRING and BYTES as well as ENCRYPTED_BYTES (docs/wire.md, field types).
    """

    type: str
    encrypted: bool = False
    document: bool = False


_INT: Final = Kind("INT64")
_DOUBLE: Final = Kind("DOUBLE")
_SECRET_DOUBLE: Final = Kind("DOUBLE", encrypted=True)
_TIME: Final = Kind("TIMESTAMP")
_TEXT: Final = Kind("STRING")
_SECRET: Final = Kind("STRING", encrypted=True)
_BYTES: Final = Kind("BYTES")
_SEALED: Final = Kind("ENCRYPTED_BYTES")
_DOCUMENT: Final = Kind("ENCRYPTED_BYTES", document=True)
_REFERENCE: Final = Kind("REFERENCE")
_TEXTS: Final = Kind("STRING_LIST")
_ASSET: Final = Kind("ASSETID")

_COMMON: Final = {
    "Deleted": _INT,
    "Imported": _INT,
    "CreationDate": _TIME,
    "LastModifiedDate": _TIME,
    "ResolutionTokenMap": _TEXT,
    "MinimumSupportedVersion": _INT,
}

SCHEMA: Final[Mapping[str, Mapping[str, Kind]]] = {
    "Reminder": _COMMON
    | {
        "TitleDocument": _DOCUMENT,
        "NotesDocument": _DOCUMENT,
        "List": _REFERENCE,
        "ParentReminder": _REFERENCE,
        "Completed": _INT,
        "CompletionDate": _TIME,
        "Flagged": _INT,
        "Priority": _INT,
        "AllDay": _INT,
        "DueDate": _TIME,
        "StartDate": _TIME,
        "TimeZone": _TEXT,
        "AlarmIDs": _TEXTS,
        "HashtagIDs": _TEXTS,
        "AttachmentIDs": _TEXTS,
        "RecurrenceRuleIDs": _TEXTS,
        "AssignmentIDs": _TEXTS,
        "DueDateDeltaAlertsData": _SEALED,
        "UrgentPresentationAlarmsAsData": _ASSET,
        "UrgentPresentationAlarmsChecksum": _SECRET,
        "IcsDisplayOrder": _INT,
    },
    "List": _COMMON
    | {
        "Name": _SECRET,
        "Color": _TEXT,
        "Count": _INT,
        "IsGroup": _INT,
        "IsLinkedToAccount": _INT,
        "ParentList": _REFERENCE,
        "SortingStyle": _TEXT,
        "BadgeEmblem": _TEXT,
        "ReminderIDs": _TEXT,
        "ReminderIDsAsset": _ASSET,
        "MembershipsOfRemindersInSectionsAsData": _ASSET,
        "MembershipsOfRemindersInSectionsChecksum": _SECRET,
    },
    "Alarm": _COMMON
    | {
        "AlarmUID": _TEXT,
        "TriggerID": _TEXT,
        "Reminder": _REFERENCE,
        "AcknowledgedDate": _TIME,
        "DueDateResolutionTokenAsNonce": _DOUBLE,
    },
    "AlarmTrigger": _COMMON
    | {
        "Type": _TEXT,
        "Alarm": _REFERENCE,
        "DateComponentsData": _BYTES,
        "Title": _SECRET,
        "Address": _SECRET,
        "Latitude": _SECRET_DOUBLE,
        "Longitude": _SECRET_DOUBLE,
        "Radius": _DOUBLE,
        "Proximity": _INT,
        "LocationUID": _TEXT,
        "ReferenceFrameString": _SECRET,
        "Event": _INT,
    },
    "Hashtag": _COMMON | {"Name": _SECRET, "Type": _INT, "Reminder": _REFERENCE},
    "RecurrenceRule": _COMMON
    | {
        "Frequency": _INT,
        "Interval": _INT,
        "OccurrenceCount": _INT,
        "EndDate": _TIME,
        "FirstDayOfTheWeek": _INT,
        "Reminder": _REFERENCE,
    },
    "Attachment": _COMMON
    | {
        "Type": _TEXT,
        "URL": _SECRET,
        "UTI": _TEXT,
        "FileAsset": _ASSET,
        "FileName": _TEXT,
        "FileSize": _INT,
        "Width": _INT,
        "Height": _INT,
        "Reminder": _REFERENCE,
    },
    "ListSection": _COMMON | {"DisplayName": _SECRET, "CanonicalName": _SECRET, "List": _REFERENCE},
    "Assignment": _COMMON
    | {
        "AssignedDate": _TIME,
        "EncryptedAssigneeIdentifier": _SECRET,
        "EncryptedOriginatorIdentifier": _SECRET,
        "OwningReminderIdentifier": _TEXT,
        "Reminder": _REFERENCE,
        "Status": _INT,
    },
    "Account": {"ListIDsMergeableOrdering": _BYTES},
}
"""Known fields per record type, as docs/wire.md lists them; anything else is kept as it came."""
