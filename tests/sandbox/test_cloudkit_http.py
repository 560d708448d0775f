"""The CloudKit endpoints over HTTP: envelopes, zones, errors and their statuses."""

from __future__ import annotations

from typing import Any

import pytest

from tests.sandbox.wires import (
    PRIVATE,
    SHARED,
    ZONE_ID,
    Json,
    Service,
    create,
    number,
    reference,
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
