"""The shared database: a zone for each owner, what they allow, and what is left after they stop."""

from __future__ import annotations

import json
from pathlib import Path

import httpx
import pytest

from sandbox.serve import start_in_thread
from sandbox.state import load_world, save_world
from sandbox.world import make_world
from tests.sandbox.wires import (
    SHARED,
    Json,
    Service,
    codes,
    create,
    operation,
    reference,
    tag,
)

GRACE = "Grace Hopper"


@pytest.fixture
def service() -> Service:
    return Service()


def shared(service: Service, path: str, body: Json) -> tuple[int, Json]:
    answer = service.send("POST", SHARED + path, body, "?remapEnums=true")
    return answer.status_code, answer.json()


def test_each_owner_has_a_zone_with_a_token_of_its_own(service: Service) -> None:
    first = service.shared.share(GRACE, "Trip")
    second = service.shared.share("Alan Turing", "Tea")
    listed = shared(service, "zones/list", {})[1]["zones"]
    owners = [one["zoneID"]["ownerRecordName"] for one in listed]
    assert owners == sorted([first.zone.owner, second.zone.owner])
    tokens = {one["zoneID"]["ownerRecordName"]: one["syncToken"] for one in listed}
    body = {"zoneID": first.zone.zone_id, "syncToken": tokens[second.zone.owner]}
    assert shared(service, "records/changes", body)[0] == 400
    _, page = shared(service, "records/changes", {"zoneID": first.zone.zone_id})
    assert {one["recordType"] for one in page["records"]} == {"List", "cloudkit.share"}


def test_the_owner_has_to_be_named(service: Service) -> None:
    zone = dict(service.shared.share(GRACE, "Trip").zone.zone_id)
    for owner, code in [(None, "BAD_REQUEST"), ("_defaultOwner", "ZONE_NOT_FOUND")]:
        asked = {"zoneID": {**zone, "ownerRecordName": owner}}
        assert shared(service, "records/changes", asked)[1]["serverErrorCode"] == code


def test_the_database_tells_which_zones_changed_since(service: Service) -> None:
    _, nothing = shared(service, "changes/database", {})
    assert nothing["zones"] == []
    grace = service.shared.share(GRACE, "Trip")
    _, first = shared(service, "changes/database", {"syncToken": nothing["syncToken"]})
    assert first["zones"] == [{"zoneID": grace.zone.zone_id, "deleted": False}]
    _, quiet = shared(service, "changes/database", {"syncToken": first["syncToken"]})
    assert quiet["zones"] == []
    grace.phone.create("Trip", "Pack")
    _, edited = shared(service, "changes/database", {"syncToken": quiet["syncToken"]})
    assert len(edited["zones"]) == 1
    grace.unshare()
    _, gone = shared(service, "changes/database", {"syncToken": edited["syncToken"]})
    assert gone["zones"] == [{"zoneID": grace.zone.zone_id, "deleted": True}]
    _, after = shared(service, "changes/database", {"syncToken": gone["syncToken"]})
    assert after["zones"] == []
    service.shared.expire_tokens()
    _, expired = shared(service, "changes/database", {"syncToken": after["syncToken"]})
    assert expired["serverErrorCode"] == "CHANGE_TOKEN_EXPIRED"


def test_a_list_that_is_shared_says_by_which_share(service: Service) -> None:
    grace = service.shared.share(GRACE, "Trip", "READ_ONLY")
    [root, share] = sorted(grace.zone.lookup(sorted(grace.zone.records)), key=lambda r: str(r))
    if root["recordType"] != "List":
        root, share = share, root
    assert root["share"]["recordName"] == share["recordName"]
    assert share["currentUserParticipant"]["permission"] == "READ_ONLY"
    assert share["owner"]["userIdentity"]["nameComponents"]["familyName"] == "Hopper"


@pytest.mark.parametrize(
    ("permission", "code"), [("READ_WRITE", None), ("READ_ONLY", "ACCESS_DENIED")]
)
def test_what_a_participant_may_write(service: Service, permission: str, code: str | None) -> None:
    grace = service.shared.share(GRACE, "Trip", permission)
    home = f"List/{grace.phone.lists()[0].id}"
    pack = f"Reminder/{grace.phone.create('Trip', 'Pack')}"
    made = create("Reminder/NEW", {"List": reference(home)}, parent={"recordName": home})
    flagged = operation(
        "update",
        pack,
        {"Flagged": {"type": "INT64", "value": 1}},
        recordChangeTag=tag(grace.zone, pack),
    )
    body = {"zoneID": grace.zone.zone_id, "atomic": False, "operations": [made, flagged]}
    _, answer = shared(service, "records/modify", body)
    assert codes(answer["records"]) == [code, code]
    assert grace.zone.records[home].envelope["share"]


def test_nothing_is_made_outside_what_is_shared(service: Service) -> None:
    grace = service.shared.share(GRACE, "Trip")
    body = {
        "zoneID": grace.zone.zone_id,
        "atomic": False,
        "operations": [create("List/OURS"), create("Reminder/ORPHAN")],
    }
    _, answer = shared(service, "records/modify", body)
    assert codes(answer["records"]) == ["ACCESS_DENIED", "ACCESS_DENIED"]


def test_it_can_be_done_from_outside_and_outlives_the_process(tmp_path: Path) -> None:
    world = make_world()
    with start_in_thread(world) as url, httpx.Client(base_url=url) as client:
        told = client.post("/sandbox/shares", json={"from": GRACE, "list": "Trip"}).json()
        device = told["device"]
        made = client.post(f"{device}/reminders", json={"list": "Trip", "title": "Pack"})
        assert made.status_code == 201
        assert [one["title"] for one in client.get(f"{device}/reminders").json()] == ["Pack"]
        assert client.get("/sandbox/shares/_nobody/device/lists").status_code == 404
        wrong = client.post("/sandbox/shares", json={"from": GRACE, "list": 1})
        assert (wrong.status_code, json.loads(wrong.text)["error"][:4]) == (400, "list")
        assert client.delete("/sandbox/shares/_nobody").status_code == 404
        save_world(world, tmp_path / "state.json")
        kept = load_world(tmp_path / "state.json")
        assert kept.shared.sharers.keys() == world.shared.sharers.keys()
        assert client.delete(f"/sandbox/shares/{told['owner']}").json()["shared"] is False
        assert [one["shared"] for one in client.get("/sandbox/shares").json()] == [False]
    [again] = kept.shared.sharers.values()
    again.phone.sync()
    assert [one.title for one in again.phone.reminders("Trip")] == ["Pack"]
    held = again.zone.records[f"List/{again.phone.lists()[0].id}"]
    assert held.envelope["share"]["recordName"].startswith("Share-")
