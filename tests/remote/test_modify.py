"""Writing records, against the sandbox over a real socket."""

from __future__ import annotations

from copy import deepcopy
from typing import Any

import pytest

from sync.errors import NetworkError
from sync.remote.cloudkit import CloudKit, Failure, ZoneId
from sync.remote.transport import Transport
from tests.remote.conftest import Cloud
from tests.remote.records import create, failures, new_name, update


def test_a_write_is_echoed_with_its_new_tag(cloudkit: CloudKit, zone: ZoneId) -> None:
    [made] = cloudkit.modify(zone, [create()], atomic=False)
    assert isinstance(made, dict)
    [changed] = cloudkit.modify(zone, [update(made, "Chores")], atomic=False)
    assert isinstance(changed, dict)
    assert changed["recordChangeTag"] != made["recordChangeTag"]
    [looked_up] = cloudkit.lookup(zone, [made["recordName"]])
    assert isinstance(looked_up, dict)
    assert looked_up["fields"]["Name"]["value"] == "Chores"


def test_one_refused_item_does_not_stop_its_neighbours(cloudkit: CloudKit, zone: ZoneId) -> None:
    [made] = cloudkit.modify(zone, [create()], atomic=False)
    assert isinstance(made, dict)
    cloudkit.modify(zone, [update(made, "Chores")], atomic=False)
    missing = made | {"recordName": new_name()}
    stale, twice, gone, good = cloudkit.modify(
        zone,
        [
            update(made, "late"),
            create(made["recordName"] + "X"),
            update(missing, "?"),
            create(),
        ],
        atomic=False,
    )
    assert isinstance(stale, Failure)
    assert stale.conflict
    assert isinstance(twice, dict)
    [exists] = cloudkit.modify(zone, [create(made["recordName"])], atomic=False)
    assert isinstance(exists, Failure)
    assert exists.exists
    assert isinstance(gone, Failure)
    assert gone.gone
    assert isinstance(good, dict)


def test_an_atomic_failure_names_culprit_and_siblings(
    cloudkit: CloudKit, zone: ZoneId, cloud: Cloud
) -> None:
    [made] = cloudkit.modify(zone, [create()], atomic=True)
    assert isinstance(made, dict)
    innocent = create()
    first, second = failures(
        cloudkit.modify(zone, [innocent, create(made["recordName"])], atomic=True)
    )
    assert first.atomic_sibling
    assert second.exists
    assert innocent["record"]["recordName"] not in cloud.world.zone.records


def test_a_referenced_record_is_not_deleted(cloudkit: CloudKit, zone: ZoneId) -> None:
    lists = cloudkit.query(zone, "Lists").records
    results = [
        cloudkit.modify(
            zone,
            [
                {
                    "operationType": "delete",
                    "record": {
                        "recordName": one["recordName"],
                        "recordChangeTag": one["recordChangeTag"],
                    },
                }
            ],
            atomic=False,
        )[0]
        for one in lists
    ]
    assert any(isinstance(item, Failure) and item.reference for item in results)


def test_operations_are_limited_and_name_each_record_once(cloudkit: CloudKit, zone: ZoneId) -> None:
    with pytest.raises(ValueError, match="200"):
        cloudkit.modify(zone, [create() for _ in range(201)], atomic=False)
    with pytest.raises(ValueError, match="one for each"):
        cloudkit.modify(zone, [create("List/A"), create("List/A")], atomic=False)
    with pytest.raises(ValueError, match="name"):
        cloudkit.modify(zone, [create() | {"record": {"recordName": ""}}], atomic=False)


def test_a_lost_answer_to_a_write_is_not_sent_twice(
    cloudkit: CloudKit, zone: ZoneId, cloud: Cloud
) -> None:
    operation = create()
    cloud.paths()
    cloud.world.faults.fail("lost_reply", "records/modify")
    with pytest.raises(NetworkError, match="cut"):
        cloudkit.modify(zone, [operation], atomic=True)
    assert cloud.paths() == ["modify"]
    assert operation["record"]["recordName"] in cloud.world.zone.records
    [again] = cloudkit.modify(zone, [operation], atomic=True)
    assert isinstance(again, Failure)
    assert again.exists


def test_an_answer_with_the_record_as_it_was_sent_from_is_to_another_request(
    cloudkit: CloudKit, zone: ZoneId, transport: Transport, monkeypatch: pytest.MonkeyPatch
) -> None:
    [made] = cloudkit.modify(zone, [create()], atomic=True)
    assert isinstance(made, dict)
    monkeypatch.setattr(transport, "post", lambda *_, **__: {"records": [made]})
    [answer] = failures(cloudkit.modify(zone, [update(made, "Chores")], atomic=True))
    assert answer.code == "UNANSWERED"


def test_an_answer_that_says_otherwise_than_what_was_sent_is_to_another_request(
    cloudkit: CloudKit, zone: ZoneId, transport: Transport, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A device edited it since the earlier one: the tag that was sent is not that one's."""
    [made] = cloudkit.modify(zone, [create()], atomic=True)
    assert isinstance(made, dict)
    [there] = cloudkit.modify(zone, [update(made, "Chores")], atomic=True)
    assert isinstance(there, dict)
    post = transport.post

    def late(path: str, *args: Any, **kwargs: Any) -> Any:
        is_write = path.endswith("modify")
        return {"records": [made]} if is_write else post(path, *args, **kwargs)

    monkeypatch.setattr(transport, "post", late)
    [answer] = failures(cloudkit.modify(zone, [update(there, "Plans")], atomic=True))
    assert answer.code == "UNANSWERED"


def test_what_the_service_writes_down_in_a_way_of_its_own_is_written(
    cloudkit: CloudKit, zone: ZoneId, transport: Transport, monkeypatch: pytest.MonkeyPatch
) -> None:
    [made] = cloudkit.modify(zone, [create()], atomic=True)
    assert isinstance(made, dict)
    post = transport.post

    def trimmed(path: str, body: dict[str, Any], **kwargs: Any) -> Any:
        body = deepcopy(body)
        for one in body.get("operations", ()):
            one["record"]["fields"]["Name"]["value"] = "Chores"
        return post(path, body, **kwargs)

    monkeypatch.setattr(transport, "post", trimmed)
    [answer] = cloudkit.modify(zone, [update(made, "Chores ")], atomic=True)
    assert isinstance(answer, dict)
    assert answer["fields"]["Name"]["value"] == "Chores"


def test_a_deletion_that_is_answered_with_the_record_is_not_answered(
    cloudkit: CloudKit, zone: ZoneId, transport: Transport, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Neither where it is what there is, nor where the deletion did not say which one it meant."""
    [made] = cloudkit.modify(zone, [create()], atomic=True)
    assert isinstance(made, dict)
    [there] = cloudkit.modify(zone, [update(made, "Chores")], atomic=True)
    assert isinstance(there, dict)
    monkeypatch.setattr(transport, "post", lambda *_, **__: {"records": [there]})
    named = {name: made[name] for name in ("recordName", "recordType")}
    deletions = [
        {
            "operationType": "delete",
            "record": {**named, "recordChangeTag": made["recordChangeTag"]},
        },
        {"operationType": "forceDelete", "record": named},
    ]
    for deletion in deletions:
        [answer] = failures(cloudkit.modify(zone, [deletion], atomic=True))
        assert answer.code == "UNANSWERED"
