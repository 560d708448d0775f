"""Each endpoint that is read, against the sandbox over a real socket."""

from __future__ import annotations

from typing import Any

import pytest

from sync.errors import (
    AccountUnusable,
    BadResponse,
    NetworkError,
    ServiceError,
    SignInNeeded,
    SyncTokenExpired,
    Throttled,
    ZoneMissing,
)
from sync.remote.cloudkit import CloudKit, Failure, ZoneId
from sync.remote.transport import Transport
from tests.remote.conftest import Cloud
from tests.remote.records import create, failures, new_name


def test_the_owner_of_the_zone_is_fetched(cloudkit: CloudKit, cloud: Cloud) -> None:
    assert cloudkit.reminders_zone() == ZoneId("Reminders", cloud.world.account.owner)
    names = {info.zone.name for info in cloudkit.zones()}
    assert {"Reminders", "RemindersMigration", "_defaultZone"} <= names


def test_nothing_is_shared_with_this_account(cloudkit: CloudKit) -> None:
    assert cloudkit.zones("shared") == []
    changes = cloudkit.database_changes("shared", None)
    assert (changes.zones, changes.more) == ([], False)


def test_the_database_says_which_zones_changed(cloudkit: CloudKit, zone: ZoneId) -> None:
    changes = cloudkit.database_changes("private", None)
    assert zone in [info.zone for info in changes.zones]
    assert cloudkit.database_changes("private", changes.token).more is False


@pytest.mark.parametrize("by_zone", [False, True])
def test_a_walk_sees_every_record_in_small_pages(
    cloudkit: CloudKit, zone: ZoneId, cloud: Cloud, by_zone: bool
) -> None:
    pages = list(cloudkit.walk(zone, None, limit=10, by_zone=by_zone))
    assert len(pages) > 2
    names = {record["recordName"] for page in pages for record in page.records}
    assert names == set(cloud.world.zone.records)
    assert [page.more for page in pages] == [True] * (len(pages) - 1) + [False]


@pytest.mark.parametrize("by_zone", [False, True])
def test_a_delta_holds_what_changed_since_and_tombstones(
    cloudkit: CloudKit, zone: ZoneId, by_zone: bool
) -> None:
    *_, last = cloudkit.walk(zone, None, by_zone=by_zone)
    assert [page.records for page in cloudkit.walk(zone, last.token, by_zone=by_zone)] == [[]]
    kept, dropped = cloudkit.modify(zone, [create(), create()], atomic=True)
    assert isinstance(kept, dict)
    assert isinstance(dropped, dict)
    gone = {
        "operationType": "delete",
        "record": {
            "recordName": dropped["recordName"],
            "recordChangeTag": dropped["recordChangeTag"],
        },
    }
    [answer] = cloudkit.modify(zone, [gone], atomic=True)
    assert isinstance(answer, dict)
    assert answer["deleted"] is True
    [page] = cloudkit.walk(zone, last.token, by_zone=by_zone)
    states = {record["recordName"]: record.get("deleted") for record in page.records}
    assert states == {kept["recordName"]: False, dropped["recordName"]: True}


@pytest.mark.parametrize("says_it_again", [False, True])
def test_a_page_that_came_for_another_token_is_asked_for_once_more(
    monkeypatch: pytest.MonkeyPatch,
    transport: Transport,
    cloudkit: CloudKit,
    zone: ZoneId,
    says_it_again: bool,
) -> None:
    """Who walks anew and is given the last page, of before, would take it for the whole zone."""
    *_, last = cloudkit.walk(zone, None, limit=10)
    first = cloudkit.changes(zone, None, limit=10)
    late = {"syncToken": last.token, "moreComing": False, "records": [], "zoneID": zone.wire()}
    post, answers = transport.post, [late] * (1 + says_it_again)

    def mixed_up(path: str, body: dict[str, Any]) -> dict[str, Any]:
        return answers.pop() if answers else post(path, body)

    monkeypatch.setattr(transport, "post", mixed_up)
    page = cloudkit.changes(zone, None, limit=10)
    assert answers == []
    assert page.token == (last.token if says_it_again else first.token)
    assert page.more is not says_it_again


def test_a_feed_that_stands_still_is_not_followed_for_ever(
    cloudkit: CloudKit, zone: ZoneId, cloud: Cloud
) -> None:
    first = cloudkit.changes(zone, None, limit=10)
    cloud.world.faults.stuck_tokens = 5
    with pytest.raises(BadResponse, match="does not move on"):
        list(cloudkit.walk(zone, first.token, limit=10))
    assert cloud.world.faults.stuck_tokens == 4


def test_empty_pages_and_null_are_followed_to_the_end(
    cloudkit: CloudKit, zone: ZoneId, cloud: Cloud
) -> None:
    cloud.world.faults.set({"empty_pages": 2, "more_coming_null": True})
    pages = list(cloudkit.walk(zone, None))
    assert [len(page.records) for page in pages[:2]] == [0, 0]
    assert pages[-1].records


def test_an_answer_without_zones_is_not_an_empty_page(
    cloudkit: CloudKit, zone: ZoneId, cloud: Cloud
) -> None:
    cloud.world.faults.no_zones = 1
    with pytest.raises(BadResponse):
        cloudkit.zone_changes(zone, None)


@pytest.mark.parametrize("by_zone", [False, True])
@pytest.mark.parametrize("told", ["zone", "body", "http"])
def test_an_expired_token_is_told_in_three_ways(
    cloudkit: CloudKit, zone: ZoneId, cloud: Cloud, told: str, by_zone: bool
) -> None:
    *_, last = cloudkit.walk(zone, None, by_zone=by_zone)
    cloud.world.faults.set({"token_expiry": told})
    cloud.world.zone.expire_tokens()
    with pytest.raises(SyncTokenExpired):
        list(cloudkit.walk(zone, last.token, by_zone=by_zone))
    assert list(cloudkit.walk(zone, None, by_zone=by_zone))[-1].more is False


@pytest.mark.parametrize("by_zone", [False, True])
def test_a_token_of_another_kind_means_a_new_walk(
    cloudkit: CloudKit, zone: ZoneId, by_zone: bool
) -> None:
    with pytest.raises(SyncTokenExpired):
        list(cloudkit.walk(zone, "not a token", by_zone=by_zone))


def test_lookup_answers_for_each_name_in_order(
    cloudkit: CloudKit, zone: ZoneId, cloud: Cloud
) -> None:
    there = list(cloud.world.zone.records)[:3]
    wanted = [there[2], new_name(), there[0], there[2]]
    found = cloudkit.lookup(zone, wanted)
    assert isinstance(found[1], Failure)
    assert found[1].gone
    assert found[1].record_name == wanted[1]
    records = [item for item in found if isinstance(item, dict)]
    assert [item["recordName"] for item in records] == [there[2], there[0], there[2]]


def test_lookup_splits_long_lists(cloudkit: CloudKit, zone: ZoneId, cloud: Cloud) -> None:
    cloud.paths()
    found = cloudkit.lookup(zone, [new_name() for _ in range(401)])
    assert len(found) == 401
    assert all(failure.gone for failure in failures(found))
    assert cloud.paths() == ["lookup"] * 3
    assert cloudkit.lookup(zone, []) == []
    assert cloud.paths() == []


def test_most_types_cannot_be_queried(cloudkit: CloudKit, zone: ZoneId) -> None:
    with pytest.raises(ServiceError) as caught:
        cloudkit.query(zone, "Reminder")
    assert caught.value.server_code == "FIELD_NOT_QUERYABLE"


def test_a_query_is_continued_by_its_marker(cloudkit: CloudKit, zone: ZoneId) -> None:
    whole = cloudkit.query(zone, "Lists")
    assert whole.marker is None
    names: list[str] = []
    marker = None
    while True:
        page = cloudkit.query(zone, "Lists", limit=1, marker=marker)
        names += [record["recordName"] for record in page.records]
        marker = page.marker
        if marker is None:
            break
    assert names == [record["recordName"] for record in whole.records]
    assert len(names) > 1


def test_a_query_takes_filters(cloudkit: CloudKit, zone: ZoneId) -> None:
    lists = cloudkit.query(zone, "Lists").records
    filters = [
        {
            "comparator": "EQUALS",
            "fieldName": "List",
            "fieldValue": {
                "type": "REFERENCE",
                "value": {"recordName": one["recordName"], "action": "VALIDATE"},
            },
        }
        for one in lists[:1]
    ]
    page = cloudkit.query(zone, "reminderList", filters=filters)
    assert isinstance(page.records, list)


def test_a_zone_item_that_says_wait_is_waited_for(
    cloudkit: CloudKit, zone: ZoneId, cloud: Cloud
) -> None:
    cloud.world.faults.fail_zone("ZONE_BUSY", "changes/zone", retry_after=2)
    cloud.paths()
    assert cloudkit.zone_changes(zone, None).records
    assert cloud.paths() == ["zone", "zone"]
    cloud.world.faults.fail_zone("THROTTLED", "changes/zone", retry_after=90)
    with pytest.raises(Throttled) as caught:
        cloudkit.zone_changes(zone, None)
    assert caught.value.retry_after_s == pytest.approx(90)


@pytest.mark.parametrize("by_zone", [False, True])
@pytest.mark.parametrize(
    ("code", "expected"),
    [
        ("ZONE_NOT_FOUND", ZoneMissing),
        ("ACCESS_DENIED", ServiceError),
        ("CHANGE_TOKEN_EXPIRED", SyncTokenExpired),
        ("INTERNAL_ERROR", NetworkError),
    ],
)
def test_a_refused_zone_is_an_error_of_its_kind(
    cloudkit: CloudKit,
    zone: ZoneId,
    cloud: Cloud,
    code: str,
    expected: type[Exception],
    by_zone: bool,
) -> None:
    cloud.world.faults.fail_zone(code)
    with pytest.raises(expected):
        list(cloudkit.walk(zone, None, by_zone=by_zone))


def test_a_signed_out_zone_item_is_renewed_once(
    cloudkit: CloudKit, zone: ZoneId, cloud: Cloud
) -> None:
    cloud.world.faults.fail_zone("AUTHENTICATION_FAILED", "changes/zone")
    assert cloudkit.zone_changes(zone, None).records
    cloud.world.faults.fail_zone("AUTHENTICATION_FAILED", "changes/zone", times=2)
    with pytest.raises(SignInNeeded):
        cloudkit.zone_changes(zone, None)


def test_an_account_with_protected_data_is_told_so(
    cloudkit: CloudKit, zone: ZoneId, cloud: Cloud
) -> None:
    reason = "private db access disabled for this account"
    cloud.world.faults.fail_zone("ACCESS_DENIED", "", reason=reason, times=2)
    with pytest.raises(AccountUnusable, match="keeps its data from the web"):
        cloudkit.changes(zone, None)


@pytest.mark.parametrize("kind", ["lost_reply", "cut_before", "cut_body", "gzip"])
def test_a_lost_answer_to_a_read_is_asked_for_again(
    cloudkit: CloudKit, zone: ZoneId, cloud: Cloud, kind: Any
) -> None:
    cloud.paths()
    cloud.world.faults.fail(kind, "records/changes")
    assert cloudkit.changes(zone, None).records
    assert cloud.paths() == ["changes", "changes"]


def test_requests_are_counted(transport: Transport, cloudkit: CloudKit) -> None:
    cloudkit.zones()
    cloudkit.zones()
    assert transport.requests == 2


def test_an_account_without_reminders_is_told_the_way_out(cloudkit: CloudKit, cloud: Cloud) -> None:
    cloud.world.zone.present = False
    with pytest.raises(ZoneMissing) as caught:
        cloudkit.reminders_zone()
    assert caught.value.exit_code == 13
    assert "upgrade" in caught.value.hint
