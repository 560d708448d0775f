"""What iCloud keeps in files beside records: fetched once, and unknown until it is here."""

from __future__ import annotations

import gzip
import json
from pathlib import Path

import pytest

from sandbox.device.files import LONG
from sandbox.world import make_world
from sync.codec.assets import MEMBERSHIPS, ORDER
from tests.rig import Rig, open_rig

MEMBERS = json.dumps({"minimumSupportedVersion": 20230430, "memberships": []}).encode()


def strangers(count: int = LONG) -> list[str]:
    return [f"{number:08X}-0000-4000-8000-000000000000" for number in range(count)]


def inbox(rig: Rig) -> str:
    [name] = [name for name in rig.world.zone.records if name.startswith("List/")]
    return name


def put(rig: Rig, field: str, data: bytes) -> None:
    """Another writer gives the list a file."""
    zone, name = rig.world.zone, inbox(rig)
    value = {"value": zone.assets.deposit(name, field, data), "type": "ASSETID"}
    record = {"recordName": name, "recordType": "List", "fields": {field: value}}
    [item] = zone.modify([{"operationType": "forceUpdate", "record": record}])
    assert "serverErrorCode" not in item


def order_of(rig: Rig) -> tuple[str, ...]:
    [row] = rig.store.mirror.lists()
    return row.order


def test_an_order_of_three_thousand_is_the_order_of_the_file(tmp_path: Path) -> None:
    world = make_world(reminders=400)
    world.phone.sync()
    members = {one.id: one.title for one in world.phone.reminders("Inbox", completed=False)}
    order = strangers(3000)
    for place, id in enumerate(sorted(members)):
        order.insert(place * 60, id)
    world.phone.order_list("Inbox", order)
    with open_rig(tmp_path, world) as rig:
        rig.run(approve=True)
        tasks = [line for line in rig.read("Inbox").split("\n") if line.startswith("- [ ]")]
        assert len(tasks) == len(members) > 30
        titles = [members[id] for id in sorted(members)]
        assert all(title in task for task, title in zip(tasks, titles, strict=True))


def test_a_file_is_fetched_once_and_again_when_it_changes(rig: Rig) -> None:
    for turn in (strangers(), strangers()[::-1]):
        rig.phone.order_list("Inbox", turn)
        with rig.counting() as asked:
            rig.run()
        assert sum(str(entry["path"]).startswith("/B/") for entry in asked) == 1
        assert order_of(rig) == tuple(turn)
        rig.rest()
    rig.phone.order_list("Inbox", ["A"])
    rig.run()
    assert order_of(rig) == ("A",)
    assert rig.store.documents.get(inbox(rig), ORDER) is None


def test_bytes_in_the_record_need_no_request(rig: Rig) -> None:
    rig.world.faults.inline_assets = True
    put(rig, MEMBERSHIPS, MEMBERS)
    with rig.counting() as asked:
        rig.run()
    assert not any(str(entry["path"]).startswith("/B/") for entry in asked)
    assert rig.store.documents.get(inbox(rig), MEMBERSHIPS) == MEMBERS


def test_an_old_link_is_renewed(rig: Rig) -> None:
    rig.world.faults.expired_links = 1
    put(rig, MEMBERSHIPS, gzip.compress(MEMBERS))
    assert rig.run().problems == []
    held = rig.store.documents.get(inbox(rig), MEMBERSHIPS)
    assert held is not None
    assert gzip.decompress(held) == MEMBERS


@pytest.mark.parametrize("kind", ["status", "truncated", "html"])
def test_what_cannot_be_had_is_unknown_and_tried_again(rig: Rig, kind: str) -> None:
    rig.phone.create("Inbox", "Other work goes on")
    put(rig, MEMBERSHIPS, MEMBERS)
    rig.world.faults.fail(kind, "^/B/", status=503, times=50)  # type: ignore[arg-type]
    report = rig.run()
    assert "not here yet" in report.problems[0]
    assert "Other work goes on" in rig.read("Inbox")
    assert rig.store.documents.missing() == [(inbox(rig), MEMBERSHIPS)]
    with rig.counting() as asked:
        rig.run()
    assert [entry["path"] for entry in asked if str(entry["path"]).startswith("/B/")] == []
    rig.world.faults.clear()
    rig.wait(3600)
    assert rig.run().problems == []
    assert rig.store.documents.get(inbox(rig), MEMBERSHIPS) == MEMBERS
    rig.rest()


def test_the_asset_host_says_how_long_to_wait(rig: Rig) -> None:
    put(rig, MEMBERSHIPS, MEMBERS)
    rig.world.faults.fail("status", "^/B/", status=429, retry_after=1800)
    rig.run()
    rig.wait(900)
    with rig.counting() as asked:
        rig.run()
    assert not any(str(entry["path"]).startswith("/B/") for entry in asked)
    rig.wait(900)
    rig.run()
    assert rig.store.documents.missing() == []


def test_a_file_outlives_the_process_and_goes_with_its_list(rig: Rig) -> None:
    put(rig, MEMBERSHIPS, MEMBERS)
    rig.run()
    rig.restart()
    with rig.counting() as asked:
        rig.run()
    assert not any(str(entry["path"]).startswith("/B/") for entry in asked)
    assert rig.store.documents.get(inbox(rig), MEMBERSHIPS) == MEMBERS
    rig.phone.delete_list("Inbox")
    rig.run()
    assert rig.store.documents.get(inbox(rig), MEMBERSHIPS) is None
