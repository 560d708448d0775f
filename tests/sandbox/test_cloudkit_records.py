"""The record endpoints over HTTP: changes, look-up, modify and queries."""

from __future__ import annotations

from typing import Any

import pytest

from tests.sandbox.wires import (
    OWNER,
    ZONE_ID,
    Json,
    Service,
    create,
    number,
    operation,
    reference,
    tag,
)


@pytest.fixture
def service() -> Service:
    """A list with two reminders and an alarm."""
    service = Service()
    service.zone.modify(
        [
            create("List/A"),
            create("Reminder/A", {"List": reference("List/A"), "Completed": number(0)}),
            create("Reminder/B", {"List": reference("List/A"), "Completed": number(1)}),
            create("Alarm/A", {"Reminder": reference("Reminder/A")}),
            create("AlarmTrigger/A", {"Alarm": reference("Alarm/A")}),
        ]
    )
    return service


def named(records: list[Json]) -> list[str]:
    return [record["recordName"] for record in records]


ALL = ["List/A", "Reminder/A", "Reminder/B", "Alarm/A", "AlarmTrigger/A"]


# Changes


def test_both_change_endpoints_page_through_one_log(service: Service) -> None:
    first = service.pull(resultsLimit=2)
    assert (named(first["records"]), first["moreComing"]) == (ALL[:2], True)
    rest = service.post(
        "records/changes", {"zoneID": ZONE_ID, "syncToken": first["syncToken"], "resultsLimit": 9}
    )
    assert (named(rest["records"]), rest["moreComing"]) == (ALL[2:], False)
    assert set(rest) == {"records", "syncToken", "moreComing"}
    assert service.pull(rest["syncToken"])["records"] == []


def test_a_zone_entry_overrides_the_request(service: Service) -> None:
    body = {
        "zones": [{"zoneID": ZONE_ID, "resultsLimit": 1, "desiredKeys": ["Completed"]}],
        "resultsLimit": 3,
        "desiredKeys": [],
    }
    assert len(service.post("changes/zone", body)["zones"][0]["records"]) == 1
    body["zones"] = [{"zoneID": ZONE_ID, "desiredKeys": ["Completed"]}]
    records = service.post("changes/zone", body)["zones"][0]["records"]
    assert [set(record["fields"]) for record in records] == [set(), {"Completed"}, {"Completed"}]


def test_walking_cheaply_to_the_token(service: Service) -> None:
    service.zone.modify([operation("forceDelete", "Reminder/B")])
    page = service.pull(desiredRecordTypes=[], desiredKeys=[], reverse=False)
    assert named(page["records"]) == ["Reminder/B"]
    assert page["syncToken"] == service.zone.token()


@pytest.mark.parametrize("token", ["garbage!", "HwoDAAAA"])
def test_a_bad_token_is_an_item_of_its_zone(service: Service, token: str) -> None:
    other = {"zoneID": ZONE_ID | {"zoneName": "RemindersMigration"}}
    body = {"zones": [{"zoneID": ZONE_ID, "syncToken": token}, other]}
    bad, good = service.post("changes/zone", body)["zones"]
    assert bad["serverErrorCode"] == "BAD_REQUEST"
    assert "continuation" in bad["reason"]
    assert bad["zoneID"] == ZONE_ID
    assert good["records"] == []
    flat = {"zoneID": ZONE_ID, "syncToken": token}
    assert service.refusal("records/changes", flat) == (400, "BAD_REQUEST")


def test_numbers_can_be_asked_for_as_text(service: Service) -> None:
    for key in ("numbersAsStrings", "numberAsStrings"):
        page = service.post("records/changes", {"zoneID": ZONE_ID, key: True})
        assert page["records"][1]["fields"]["Completed"]["value"] == "0"


# Look-up and modify


def test_lookup_mixes_records_and_error_items(service: Service) -> None:
    wanted = [{"recordName": "Reminder/Z"}, {"recordName": "Reminder/A"}]
    body = {"zoneID": ZONE_ID, "records": wanted, "desiredKeys": ["Completed"]}
    missing, found = service.post("records/lookup", body)["records"]
    assert missing["serverErrorCode"] == "NOT_FOUND"
    assert set(found["fields"]) == {"Completed"}


def test_modify_answers_one_item_per_operation_in_a_200(service: Service) -> None:
    done, refused = service.modify(create("List/B"), create("List/A"), atomic=False)
    assert done["recordChangeTag"] == tag(service.zone, "List/B")
    assert done["created"]["deviceID"] == "2"
    assert refused["serverErrorCode"] == "EXISTS"
    assert [item["serverErrorCode"] for item in service.modify(create("List/C"), create("List/A"))]
    assert "List/C" not in service.zone.records


def test_modify_echoes_the_wanted_fields_and_the_token(service: Service) -> None:
    body = {
        "zoneID": ZONE_ID,
        "operations": [create("Reminder/C", {"Flagged": number(1)})],
        "desiredKeys": [],
    }
    answer = service.post("records/modify", body, "?remapEnums=true&getCurrentSyncToken=true")
    assert answer["records"][0]["fields"] == {}
    assert answer["syncToken"] == service.zone.token()


# Queries


def where(target: str, **more: int) -> Json:
    def equals(name: str, value: Json) -> Json:
        return {"comparator": "EQUALS", "fieldName": name, "fieldValue": value}

    filters = [equals("List", reference(target))]
    filters += [equals(name, number(value)) for name, value in more.items()]
    return {"recordType": "reminderList", "filterBy": filters}


def ask(service: Service, query: Json, **more: Any) -> Json:
    body = {"zoneID": ZONE_ID, "query": query} | more
    return service.post("records/query", body, "?remapEnums=true&getCurrentSyncToken=true")


@pytest.mark.parametrize("record_type", ["Reminder", "List", "Alarm", "Account"])
def test_real_types_are_not_queryable(service: Service, record_type: str) -> None:
    body = {"zoneID": ZONE_ID, "query": {"recordType": record_type}, "resultsLimit": 100}
    assert service.refusal("records/query", body) == (400, "FIELD_NOT_QUERYABLE")


def test_a_reminder_list_without_filter_is_a_cheap_token(service: Service) -> None:
    answer = ask(service, {"recordType": "reminderList"}, resultsLimit=1)
    assert answer == {"records": [], "syncToken": service.zone.token()}


def test_a_reminder_list_comes_with_what_hangs_on_it(service: Service) -> None:
    service.zone.modify([create("List/B"), create("Reminder/C", {"List": reference("List/B")})])
    everything = where("List/A", includeCompleted=1, LookupValidatingReference=1)
    assert named(ask(service, everything)["records"]) == ALL[1:]
    opened = where("List/A", includeCompleted=0, LookupValidatingReference=1)
    assert named(ask(service, opened)["records"]) == ["Reminder/A", "Alarm/A", "AlarmTrigger/A"]
    assert named(ask(service, where("List/A"))["records"]) == ["Reminder/A"]


def test_lists_show_deleted_ones_too(service: Service) -> None:
    service.zone.modify([create("List/B", {"Deleted": number(1)}), create("List/C")])
    service.zone.modify([operation("forceDelete", "List/C")])
    assert named(ask(service, {"recordType": "Lists"})["records"]) == ["List/A", "List/B"]


def test_the_account_is_found_by_its_index(service: Service) -> None:
    service.zone.modify([create("Account/1")])
    index = {
        "comparator": "EQUALS",
        "fieldName": "indexName",
        "fieldValue": {"type": "STRING", "value": "Account"},
    }
    found = ask(service, {"recordType": "SearchIndexes", "filterBy": [index]})
    assert named(found["records"]) == ["Account/1"]
    assert ask(service, {"recordType": "SearchIndexes"})["records"] == []


def test_queries_page_by_marker(service: Service) -> None:
    query = where("List/A", includeCompleted=1, LookupValidatingReference=1)
    found: list[str] = []
    more: Json = {}
    while True:
        page = ask(service, query, resultsLimit=3, **more)
        found += named(page["records"])
        if "continuationMarker" not in page:
            break
        more = {"continuationMarker": page["continuationMarker"]}
    assert found == ALL[1:]
    foreign = {"zoneID": ZONE_ID, "query": {"recordType": "Lists"}} | more
    assert service.refusal("records/query", foreign) == (400, "BAD_REQUEST")


def test_other_comparators_are_refused(service: Service) -> None:
    query = where("List/A")
    query["filterBy"][0]["comparator"] = "BEGINS_WITH"
    body = {"zoneID": ZONE_ID, "query": query}
    assert service.refusal("records/query", body) == (400, "BAD_REQUEST")


def test_the_owner_is_the_one_of_the_account(service: Service) -> None:
    record = service.pull()["records"][0]
    assert record["zoneID"]["ownerRecordName"] == OWNER
    assert record["created"]["userRecordName"] == OWNER
