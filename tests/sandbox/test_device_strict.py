"""The phone is strict: the server accepts a careless write, and the phone does not show it right.

Each test writes once carelessly, which the zone takes without complaint, and once properly.
"""

from __future__ import annotations

import base64
import json
import uuid
from typing import Any

import pytest

from sandbox.cloud.zone import Zone
from sandbox.device import crdt, document, moment
from sandbox.device.phone import Phone
from sandbox.device.view import SILENT, ShownReminder
from tests.sandbox.phones import raised, read, tokens, update, value, wrapped, zone_with_phones

OTHER = uuid.UUID("b7e2119a-0c5d-4e3f-a1b2-c3d4e5f60718").bytes
PARIS = "2026-03-02T14:30[Europe/Paris]"
LATER = "2026-03-05T09:00[Europe/Paris]"


def start(title: str = "Buy milk", due: str | None = None) -> tuple[Zone, Phone, str]:
    zone, [phone] = zone_with_phones(1)
    return zone, phone, f"Reminder/{phone.create('Home', title, due=due)}"


def shown(phone: Phone) -> ShownReminder:
    phone.sync()
    [entry] = phone.reminders()
    return entry


def text(encoded: str) -> dict[str, Any]:
    return {"type": "STRING", "value": encoded}


def whole(value: int | None) -> dict[str, Any]:
    return {"type": "INT64", "value": value}


def known_replica(zone: Zone, name: str) -> bytes:
    [replica] = document.decode(value(zone, name, "TitleDocument")).clocks
    return replica


def write_title(zone: Zone, name: str, encoded: str) -> None:
    tokens = raised(zone, name, "titleDocument", "lastModifiedDate")
    update(zone, {name: {"TitleDocument": text(encoded), "ResolutionTokenMap": tokens}})


def date_fields(due: str) -> dict[str, Any]:
    when = moment.parse(due)
    return {
        "DueDate": {"type": "TIMESTAMP", "value": when.millis},
        "TimeZone": {"type": "STRING", "value": when.zone},
        "AllDay": whole(int(when.all_day)),
    }


def trigger_fields(due: str) -> dict[str, Any]:
    components = moment.to_components(moment.parse(due))
    return {"DateComponentsData": {"type": "BYTES", "value": components}}


def nonce_fields(token_map: dict[str, Any]) -> dict[str, Any]:
    token = json.loads(token_map["value"])["map"]["dueDate"]
    nonce = token["counter"] * 1e11 + token["modificationTime"]
    return {"DueDateResolutionTokenAsNonce": {"type": "DOUBLE", "value": nonce}}


def alarm_names(zone: Zone, name: str) -> tuple[str, str]:
    [identity] = value(zone, name, "AlarmIDs")
    return f"Alarm/{identity}", f"AlarmTrigger/{value(zone, f'Alarm/{identity}', 'TriggerID')}"


def due_tokens(zone: Zone, name: str) -> dict[str, Any]:
    return raised(zone, name, "dueDate", "timeZone", "allDay", "lastModifiedDate")


def test_a_title_re_encoded_under_a_known_replica_is_ignored_and_undone() -> None:
    zone, phone, name = start()
    write_title(zone, name, document.encode(crdt.fresh("Buy rice", known_replica(zone, name))))
    assert document.decode(value(zone, name, "TitleDocument")).text == "Buy rice"
    assert shown(phone).title == "Buy milk"
    phone.sync()
    assert document.decode(value(zone, name, "TitleDocument")).text == "Buy milk"


def test_a_title_re_encoded_under_a_new_replica_shows_both_texts() -> None:
    zone, phone, name = start()
    write_title(zone, name, document.encode(crdt.fresh("Buy rice", OTHER)))
    assert sorted(shown(phone).title) == sorted("Buy milkBuy rice")
    phone.sync()
    assert document.decode(value(zone, name, "TitleDocument")).text == shown(phone).title


def test_a_title_edited_in_place_is_shown() -> None:
    zone, phone, name = start("🛒 Buy milk")
    known = document.decode(value(zone, name, "TitleDocument"))
    write_title(zone, name, document.encode(crdt.edit(known, "👨‍👩‍👧 Buy rice", OTHER)))
    assert (shown(phone).title, shown(phone).problems) == ("👨‍👩‍👧 Buy rice", ())


def code_point_document(title: str, replica: bytes) -> str:
    """Encode with lengths in code points, as a careless client does."""
    sized = crdt.fresh("x" * len(title), replica)
    raw = document._write(sized)
    raw.string = title
    return wrapped(raw)


def test_code_point_lengths_show_a_blank_title() -> None:
    zone, phone, name = start()
    write_title(zone, name, code_point_document("🛒 Milk", OTHER))
    assert (shown(phone).title, shown(phone).problems) == ("", ("title document corrupt",))


def test_code_point_lengths_are_harmless_without_astral_characters() -> None:
    zone, [phone] = zone_with_phones(1)
    name = f"Reminder/{phone.create('Home', '')}"
    write_title(zone, name, code_point_document("naïve café", OTHER))
    assert (shown(phone).title, shown(phone).problems) == ("naïve café", ())


def test_a_broken_title_is_not_edited_over() -> None:
    zone, phone, name = start()
    write_title(zone, name, "A/8=")
    assert shown(phone).title == ""
    with pytest.raises(ValueError, match="TitleDocument is corrupt"):
        phone.edit(name.removeprefix("Reminder/"), title="new")
    assert value(zone, name, "TitleDocument") == "A/8="


def test_a_text_written_without_raising_its_token_is_undone() -> None:
    zone, phone, name = start()
    known = document.decode(value(zone, name, "TitleDocument"))
    encoded = document.encode(crdt.edit(known, "Buy rice", OTHER))
    update(zone, {name: {"TitleDocument": text(encoded)}})
    assert shown(phone).title == "Buy milk"


def test_an_unraised_token_is_reverted() -> None:
    zone, phone, name = start()
    date = {"type": "TIMESTAMP", "value": 1767300000000}
    update(zone, {name: {"Completed": whole(1), "CompletionDate": date}})
    assert shown(phone).done is False
    phone.sync()
    assert (value(zone, name, "Completed"), value(zone, name, "CompletionDate")) == (0, None)


def test_a_raised_token_is_taken() -> None:
    zone, phone, name = start()
    date = {"type": "TIMESTAMP", "value": 1767300000000}
    tokens = raised(zone, name, "completed", "completionDate", "lastModifiedDate")
    fields = {"Completed": whole(1), "CompletionDate": date, "ResolutionTokenMap": tokens}
    update(zone, {name: fields})
    assert (shown(phone).done, shown(phone).completed_at is not None) == (True, True)
    tag = read(zone, name)["recordChangeTag"]
    phone.sync()
    assert read(zone, name)["recordChangeTag"] == tag


def test_a_replaced_token_map_loses_every_field_it_no_longer_names() -> None:
    zone, phone, name = start()
    only = {"priority": {"counter": 9, "modificationTime": 8e8, "replicaID": str(uuid.UUID(int=7))}}
    token_map = {"type": "STRING", "value": json.dumps({"map": only})}
    fields = {"Priority": whole(1), "Flagged": whole(1), "ResolutionTokenMap": token_map}
    update(zone, {name: fields})
    assert (shown(phone).priority, shown(phone).flagged) == (1, False)


def test_a_malformed_token_counts_as_missing() -> None:
    zone, phone, name = start()
    entries = tokens(zone, name)
    entries["flagged"] = {"counter": 99, "modificationTime": 8e8, "replicaID": "not a UUID"}
    token_map = {"type": "STRING", "value": json.dumps({"map": entries})}
    update(zone, {name: {"Flagged": whole(1), "ResolutionTokenMap": token_map}})
    assert shown(phone).flagged is False


def test_a_stale_nonce_drops_the_alarm() -> None:
    zone, phone, name = start(due=PARIS)
    _, trigger = alarm_names(zone, name)
    token_map = due_tokens(zone, name)
    moved = {**date_fields(LATER), "ResolutionTokenMap": token_map}
    update(zone, {name: moved, trigger: trigger_fields(LATER)})
    entry = shown(phone)
    assert (entry.due, entry.shown_due) == (LATER, LATER)
    assert entry.problems == ("date alarm dropped: stale nonce",)


def test_an_unmoved_alarm_keeps_the_old_time_on_screen() -> None:
    zone, phone, name = start(due=PARIS)
    alarm, _ = alarm_names(zone, name)
    token_map = due_tokens(zone, name)
    moved = {**date_fields(LATER), "ResolutionTokenMap": token_map}
    update(zone, {name: moved, alarm: nonce_fields(token_map)})
    entry = shown(phone)
    assert (entry.due, entry.shown_due, entry.problems) == (LATER, PARIS, ())


def test_an_alarm_moved_with_its_nonce_is_shown() -> None:
    zone, phone, name = start(due=PARIS)
    alarm, trigger = alarm_names(zone, name)
    token_map = due_tokens(zone, name)
    moved = {**date_fields(LATER), "ResolutionTokenMap": token_map}
    update(zone, {name: moved, alarm: nonce_fields(token_map), trigger: trigger_fields(LATER)})
    entry = shown(phone)
    assert (entry.due, entry.shown_due, entry.problems) == (LATER, LATER, ())


def test_a_timed_due_date_without_an_alarm_does_not_notify() -> None:
    zone, phone, name = start()
    token_map = due_tokens(zone, name)
    update(zone, {name: {**date_fields(PARIS), "ResolutionTokenMap": token_map}})
    entry = shown(phone)
    assert (entry.due, entry.shown_due, entry.problems) == (PARIS, PARIS, (SILENT,))


def test_an_all_day_due_date_needs_no_alarm() -> None:
    zone, phone, name = start()
    token_map = due_tokens(zone, name)
    update(zone, {name: {**date_fields("2026-03-02"), "ResolutionTokenMap": token_map}})
    entry = shown(phone)
    assert (entry.due, entry.shown_due, entry.problems) == ("2026-03-02", "2026-03-02", ())


def test_a_tag_name_written_as_bytes_is_not_shown() -> None:
    zone, phone, name = start()
    phone.attach(name.removeprefix("Reminder/"), "Hashtag", {"Name": "home", "Type": 1})
    assert shown(phone).tags == ("home",)
    tag = f"Hashtag/{value(zone, name, 'HashtagIDs')[0]}"
    encoded = base64.b64encode(b"garden").decode()
    update(zone, {tag: {"Name": {"type": "ENCRYPTED_BYTES", "value": encoded}}})
    assert shown(phone).tags == ()


def test_a_softly_deleted_tag_stays_visible() -> None:
    zone, phone, name = start()
    phone.attach(name.removeprefix("Reminder/"), "Hashtag", {"Name": "home", "Type": 1})
    update(zone, {f"Hashtag/{value(zone, name, 'HashtagIDs')[0]}": {"Deleted": whole(1)}})
    assert shown(phone).tags == ("home",)


def test_a_list_renamed_without_raising_its_token_keeps_its_name() -> None:
    zone, phone, _ = start()
    [home] = phone.lists()
    renamed = {"Name": {"type": "STRING", "value": "House", "isEncrypted": True}}
    update(zone, {f"List/{home.id}": renamed})
    assert shown(phone).list == "Home"
    token_map = raised(zone, f"List/{home.id}", "name")
    phone.sync()
    update(zone, {f"List/{home.id}": {**renamed, "ResolutionTokenMap": token_map}})
    assert shown(phone).list == "House"


def test_a_field_without_a_known_token_is_taken_as_it_comes() -> None:
    zone, phone, _ = start()
    [home] = phone.lists()
    update(zone, {f"List/{home.id}": {"Deleted": whole(1)}})
    phone.sync()
    assert (phone.lists(), phone.reminders()) == ([], [])
