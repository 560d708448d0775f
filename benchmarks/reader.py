"""The same answers, read by pyicloud's models and mapper as its own change feed reads them."""

from __future__ import annotations

import json
import logging
from collections.abc import Iterable

from pyicloud.common.cloudkit import CKRecord
from pyicloud.common.cloudkit.models import CKZoneChangesResponse
from pyicloud.services.reminders._mappers import RemindersRecordMapper

__all__ = ["as_zone_changes", "read_all"]

_ZONE_ID = b'{"zoneName":"Reminders","zoneType":"REGULAR_CUSTOM_ZONE"}'


def as_zone_changes(page: bytes) -> bytes:
    """The page in the envelope of ``changes/zone``, the one that pyicloud asks."""
    return b'{"zones":[' + page[:-1] + b',"zoneID":' + _ZONE_ID + b"}]}"


def read_all(pages: Iterable[bytes]) -> int:
    """Map every record that the mapper knows, and keep nothing; the number of reminders."""

    def no_network() -> object:
        raise AssertionError("nothing is to be downloaded")

    mapper = RemindersRecordMapper(no_network, logging.getLogger(__name__))
    map_record = {
        "Reminder": mapper.record_to_reminder,
        "List": mapper.record_to_list,
        "Alarm": mapper.record_to_alarm,
        "AlarmTrigger": mapper.record_to_alarm_trigger,
    }
    reminders = 0
    for page in pages:
        answer = CKZoneChangesResponse.model_validate(json.loads(page))
        for zone in answer.zones:
            for record in zone.records:
                assert isinstance(record, CKRecord), record
                map_record[record.recordType](record)
                reminders += record.recordType == "Reminder"
    return reminders
