"""Trouble inside answers: items, zones, tokens, lag and odd shapes."""

from __future__ import annotations

import pytest

from tests.sandbox.wires import ZONE_ID, Json, Service, codes, create, number, operation


@pytest.fixture
def service() -> Service:
    service = Service()
    service.zone.modify([create("List/A", {"Count": number(7)})])
    return service


# Items and zones


def test_an_injected_conflict_spoils_an_atomic_batch_once(service: Service) -> None:
    service.faults.fail_item("CONFLICT", "List/B")
    batch = [create("List/B"), create("List/C")]
    assert codes(service.modify(*batch)) == ["CONFLICT", "ATOMIC_ERROR"]
    assert codes(service.modify(*batch)) == [None, None]


def test_an_injected_item_spares_the_rest_of_a_loose_batch(service: Service) -> None:
    service.faults.fail_item("QUOTA_EXCEEDED", "^List/B$", reason="full", retry_after=2, times=2)
    batch = [create("List/B"), create("List/BB"), create("List/C")]
    assert service.modify(*batch, atomic=False)[0] == {
        "recordName": "List/B",
        "reason": "full",
        "serverErrorCode": "QUOTA_EXCEEDED",
        "retryAfter": 2,
    }
    assert {"List/BB", "List/C"} <= set(service.zone.records)
    assert codes(service.modify(create("List/B"))) == ["QUOTA_EXCEEDED"]
    assert codes(service.modify(create("List/B"))) == [None]


def test_an_atomic_failure_may_be_an_http_error(service: Service) -> None:
    service.faults.atomic_failure = "http"
    body: Json = {"zoneID": ZONE_ID, "operations": [create("List/B"), create("List/A")]}
    assert service.refusal("records/modify", body) == (400, "ATOMIC_ERROR")
    assert "List/B" not in service.zone.records
    assert codes(service.modify(*body["operations"], atomic=False)) == [None, "EXISTS"]


def test_a_busy_zone_is_an_item_or_the_whole_request(service: Service) -> None:
    service.faults.fail_zone("ZONE_BUSY", retry_after=5)
    item = service.pull()
    assert item["zoneID"] == ZONE_ID
    assert (item["serverErrorCode"], item["retryAfter"]) == ("ZONE_BUSY", 5)
    assert "records" not in item
    assert service.pull()["records"]
    service.faults.fail_zone("ZONE_BUSY", "records/changes")
    assert service.pull()["records"]
    assert service.refusal("records/changes", {"zoneID": ZONE_ID}) == (503, "ZONE_BUSY")


def test_a_deleted_zone_stops_the_reminders(service: Service) -> None:
    service.send("PUT", "/sandbox/faults", {"zone_present": False})
    assert service.pull()["serverErrorCode"] == "ZONE_NOT_FOUND"
    service.send("PUT", "/sandbox/faults", {"zone_present": True, "recreate_zone": True})
    assert service.pull()["records"] == []


# Tokens


def test_an_expired_token_as_an_item_of_its_zone(service: Service) -> None:
    token = service.zone.token()
    service.zone.expire_tokens()
    item = service.pull(token)
    assert item == {
        "zoneID": ZONE_ID,
        "serverErrorCode": "CHANGE_TOKEN_EXPIRED",
        "reason": "Change Token Expired",
    }
    assert service.pull()["records"]


def test_an_expired_token_at_the_top_of_a_200(service: Service) -> None:
    token = service.zone.token()
    service.send("PUT", "/sandbox/faults", {"expire_tokens": "body"})
    told = {"serverErrorCode": "CHANGE_TOKEN_EXPIRED", "reason": "Change Token Expired"}
    body = {"zones": [{"zoneID": ZONE_ID, "syncToken": token}]}
    assert service.post("changes/zone", body) == told
    assert service.post("records/changes", {"zoneID": ZONE_ID, "syncToken": token}) == told


def test_an_expired_token_as_an_http_error(service: Service) -> None:
    token, database = service.zone.token(), service.zone.database_token()
    service.send("PUT", "/sandbox/faults", {"expire_tokens": "http"})
    body: Json = {"zones": [{"zoneID": ZONE_ID, "syncToken": token}]}
    expired = (400, "CHANGE_TOKEN_EXPIRED")
    assert service.refusal("changes/zone", body) == expired
    assert service.refusal("records/changes", {"zoneID": ZONE_ID, "syncToken": token}) == expired
    assert service.refusal("changes/database", {"syncToken": database}) == expired


def test_a_token_that_does_not_advance(service: Service) -> None:
    service.zone.modify([create("List/B")])
    token = service.pull(resultsLimit=1)["syncToken"]
    service.faults.stuck_tokens = 2
    for _ in range(2):
        page = service.pull(token)
        assert (page["syncToken"], page["moreComing"]) == (token, True)
    assert service.pull(token)["moreComing"] is False


def test_empty_pages_go_on_with_new_tokens(service: Service) -> None:
    service.faults.empty_pages = 2
    page = service.pull()
    tokens = {page["syncToken"]}
    assert (page["records"], page["moreComing"]) == ([], True)
    page = service.pull(page["syncToken"])
    tokens.add(page["syncToken"])
    assert (page["records"], page["moreComing"], len(tokens)) == ([], True, 2)
    assert [one["recordName"] for one in service.pull(page["syncToken"])["records"]] == ["List/A"]


# Shapes of answers


def test_more_coming_may_be_null(service: Service) -> None:
    service.faults.more_coming_null = True
    service.zone.modify([create("List/B")])
    assert service.pull(resultsLimit=1)["moreComing"] is True
    assert service.pull()["moreComing"] is None


def test_numbers_may_be_text(service: Service) -> None:
    service.faults.numbers_as_text = True
    assert service.pull()["records"][0]["fields"]["Count"] == {"type": "INT64", "value": "7"}


def test_deleted_false_may_be_missing_but_never_deleted_true(service: Service) -> None:
    service.zone.modify([create("List/B")])
    service.zone.modify([operation("forceDelete", "List/B")])
    service.faults.omit_deleted_flag = True
    live, gone = service.pull()["records"]
    assert "deleted" not in live
    assert gone["deleted"] is True


def test_a_record_may_come_twice_in_a_page(service: Service) -> None:
    service.faults.twice_in_page = True
    assert [one["recordName"] for one in service.pull()["records"]] == ["List/A", "List/A"]


def test_an_answer_may_have_no_zones(service: Service) -> None:
    service.faults.no_zones = 1
    body = {"zones": [{"zoneID": ZONE_ID}]}
    assert service.post("changes/zone", body) == {"zones": []}
    assert len(service.post("changes/zone", body)["zones"]) == 1


def test_reads_may_lag(service: Service) -> None:
    service.clock.now += 60
    token = service.zone.token()
    service.modify(create("List/B"))
    service.faults.read_lag = 20
    lookup = {"zoneID": ZONE_ID, "records": [{"recordName": "List/B"}]}
    assert codes(service.post("records/lookup", lookup)["records"]) == ["NOT_FOUND"]
    assert service.pull(token)["records"] == []
    service.clock.now += 20
    assert codes(service.post("records/lookup", lookup)["records"]) == [None]
    assert len(service.pull(token)["records"]) == 1
