"""The CloudKit endpoints over HTTP: envelopes, zones, errors and their statuses."""

from __future__ import annotations

from typing import Any

import pytest

from tests.sandbox.wires import (
    OWNER,
    PRIVATE,
    SHARED,
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


# Zones


def test_zones_list_shows_three_zones(service: Service) -> None:
    zones = service.post("zones/list", {})["zones"]
    assert zones == [
        {
            "zoneID": ZONE_ID,
            "syncToken": service.zone.token(),
            "atomic": True,
            "deleted": False,
        },
        {"zoneID": ZONE_ID | {"zoneName": "RemindersMigration"}, "deleted": False},
        {"zoneID": ZONE_ID | {"zoneName": "_defaultZone", "zoneType": "DEFAULT_ZONE"}},
    ]
    assert service.pull(zones[0]["syncToken"])["records"] == []


def test_an_account_without_reminders(service: Service) -> None:
    service.zone.present = False
    listed = [zone["zoneID"]["zoneName"] for zone in service.post("zones/list", {})["zones"]]
    assert listed == ["RemindersMigration", "_defaultZone"]
    assert service.pull()["serverErrorCode"] == "ZONE_NOT_FOUND"
    refused = service.refusal("records/changes", {"zoneID": ZONE_ID})
    assert refused == (404, "ZONE_NOT_FOUND")


def test_changes_database_names_the_zones_that_changed(service: Service) -> None:
    first = service.post("changes/database", {})
    assert first["zones"] == [{"zoneID": ZONE_ID, "deleted": False}]
    assert first["moreComing"] is False
    token = {"syncToken": first["syncToken"]}
    assert service.post("changes/database", token)["zones"] == []
    service.zone.modify([create("List/B")])
    assert service.post("changes/database", token)["zones"] == first["zones"]
    service.zone.present = False
    assert service.post("changes/database", token)["zones"] == [
        {"zoneID": ZONE_ID, "deleted": True}
    ]


def test_database_and_zone_tokens_are_not_interchangeable(service: Service) -> None:
    database = service.post("changes/database", {})["syncToken"]
    assert service.pull(database)["serverErrorCode"] == "BAD_REQUEST"
    refused = service.refusal("changes/database", {"syncToken": service.zone.token()})
    assert refused == (400, "BAD_REQUEST")


@pytest.mark.parametrize(
    "zone_id",
    [
        ZONE_ID,
        {"zoneName": "Reminders"},
        {"zoneName": "Reminders", "zoneType": "REGULAR_CUSTOM_ZONE"},
        {"zoneName": "Reminders", "ownerRecordName": "_defaultOwner"},
        {"zoneName": "Reminders", "ownerRecordName": "__defaultOwner__"},
    ],
)
def test_the_private_database_fills_the_owner_in(service: Service, zone_id: Json) -> None:
    answer = service.post("records/changes", {"zoneID": zone_id})
    assert named(answer["records"]) == ALL
    assert service.pull(zoneID=zone_id)["zoneID"] == ZONE_ID


@pytest.mark.parametrize(
    ("zone_id", "status", "code"),
    [
        (ZONE_ID | {"ownerRecordName": "_another"}, 404, "ZONE_NOT_FOUND"),
        (ZONE_ID | {"zoneName": "Photos"}, 404, "ZONE_NOT_FOUND"),
        (ZONE_ID | {"zoneName": "_defaultZone"}, 400, "BAD_REQUEST"),
        (None, 400, "BAD_REQUEST"),
    ],
)
def test_a_wrong_zone_is_refused(service: Service, zone_id: Any, status: int, code: str) -> None:
    whole = {"zoneID": zone_id, "records": [], "operations": [], "query": {"recordType": "Lists"}}
    for path in ("records/changes", "records/lookup", "records/query", "records/modify"):
        assert service.refusal(path, whole) == (status, code)
    item = service.post("changes/zone", {"zones": [{"zoneID": zone_id}]})["zones"][0]
    assert item["serverErrorCode"] == code
    assert "records" not in item


def test_the_migration_zone_is_empty(service: Service) -> None:
    page = service.pull(zoneID=ZONE_ID | {"zoneName": "RemindersMigration"})
    assert page["records"] == []


def test_nothing_is_shared(service: Service) -> None:
    def shared(path: str, body: Json) -> tuple[int, Json]:
        answer = service.send("POST", SHARED + path, body)
        return answer.status_code, answer.json()

    assert shared("zones/list", {}) == (200, {"zones": []})
    status, database = shared("changes/database", {})
    assert (status, database["zones"], database["moreComing"]) == (200, [], False)
    again = shared("changes/database", {"syncToken": database["syncToken"]})
    assert again == (200, database)
    assert shared("records/changes", {"zoneID": ZONE_ID})[1]["serverErrorCode"] == "ZONE_NOT_FOUND"
    ownerless = {"zoneID": {"zoneName": "Reminders"}}
    assert shared("records/changes", ownerless)[1]["serverErrorCode"] == "BAD_REQUEST"


# The session and the request as a whole


def test_without_a_session_everything_is_421(service: Service) -> None:
    service.account.signed_in = False
    assert service.refusal("zones/list", {}) == (421, "AUTHENTICATION_REQUIRED")
    body = {"zoneID": ZONE_ID, "operations": [create("List/B")]}
    assert service.refusal("records/modify", body) == (421, "AUTHENTICATION_REQUIRED")
    assert "List/B" not in service.zone.records


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b"null", b'{"zoneID": \xff}'])
def test_bad_json_is_a_bad_request(service: Service, body: bytes) -> None:
    assert service.refusal("records/changes", body) == (400, "BAD_REQUEST")


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("changes/zone", {}),
        ("changes/zone", {"zones": ["Reminders"]}),
        ("records/lookup", {}),
        ("records/lookup", {"records": ["Reminder/A"]}),
        ("records/lookup", {"records": [{"recordName": "x"}] * 201}),
        ("records/modify", {}),
        ("records/modify", {"operations": [], "atomic": "no"}),
        ("records/modify", {"operations": [create("List/X"), create("List/X")]}),
        ("records/modify", {"operations": [create(f"List/{at}") for at in range(201)]}),
        ("records/query", {}),
        ("records/changes", {"resultsLimit": 0}),
        ("records/changes", {"syncToken": 5}),
        ("records/changes", {"desiredKeys": "Name"}),
    ],
)
def test_malformed_requests_are_refused_whole(service: Service, path: str, body: Json) -> None:
    before = service.zone.token()
    assert service.refusal(path, {"zoneID": ZONE_ID} | body) == (400, "BAD_REQUEST")
    assert service.zone.token() == before


def test_answers_are_json_with_a_length(service: Service) -> None:
    answer = service.send("POST", PRIVATE + "zones/list", {})
    assert answer.headers["content-type"] == "application/json"
    assert int(answer.headers["content-length"]) == len(answer.content)


def test_only_post_is_served(service: Service) -> None:
    assert service.send("GET", PRIVATE + "zones/list").status_code == 405


def test_query_parameters_choose_spelling_and_tokens(service: Service) -> None:
    def lookup(query: str) -> Json:
        body = {"zoneID": ZONE_ID, "records": [{"recordName": "Reminder/A"}]}
        return service.post("records/lookup", body, query)

    def spelled(query: str) -> str:
        kind: str = lookup(query)["records"][0]["fields"]["Completed"]["type"]
        return kind

    assert spelled("?remapEnums=true&clientId=x&dsid=1&clientBuildNumber=2534Project66") == "INT64"
    assert spelled("?remapEnums=false") == "NUMBER_INT64"
    assert spelled("") == "NUMBER_INT64"
    assert "syncToken" not in lookup("")
    assert lookup("?getCurrentSyncToken=true")["syncToken"] == service.zone.token()


def test_without_remapping_writes_use_the_plain_names(service: Service) -> None:
    plain = create("Reminder/C", {"Flagged": {"type": "NUMBER_INT64", "value": 1}})
    body = {"zoneID": ZONE_ID, "operations": [plain]}
    item = service.post("records/modify", body, "")["records"][0]
    assert item["fields"]["Flagged"] == {"type": "NUMBER_INT64", "value": 1}
    other = {"zoneID": ZONE_ID, "operations": [create("Reminder/D", {"Flagged": number(1)})]}
    refused = service.post("records/modify", other, "")["records"][0]
    assert refused["serverErrorCode"] == "BAD_REQUEST"


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
