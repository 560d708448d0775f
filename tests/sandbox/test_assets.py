"""Assets: upload addresses, receipts, links that expire, and bytes that outlive the process."""

from __future__ import annotations

import asyncio
import base64
from pathlib import Path
from urllib.parse import urlsplit

import httpx
import pytest

from sandbox.cloud.assets import LINK_S, UPLOAD_S
from sandbox.device.files import LONG
from sandbox.state import load_world, save_world
from tests.rig import empty_world
from tests.sandbox.wires import ZONE_ID, Json, Service, codes, create, only, tagged

FIELD = "ReminderIDsAsset"
DATA = b'["A","B"]'


@pytest.fixture
def service() -> Service:
    service = Service()
    service.zone.modify([create("List/A"), create("List/B")])
    return service


def asked(*names: str, field: str = FIELD) -> Json:
    tokens = [{"recordType": "List", "recordName": name, "fieldName": field} for name in names]
    return {"zoneID": ZONE_ID, "tokens": tokens}


def address(service: Service, name: str = "List/A") -> str:
    token: Json = only(service.post("assets/upload", asked(name))["tokens"])
    assert (token["recordName"], token["fieldName"]) == (name, FIELD)
    assert token["url"].startswith("https://cvws.icloud-content.com/")
    return str(token["url"])


def path_of(url: str) -> str:
    parts = urlsplit(url.replace("${f}", "file"))
    return f"{parts.path}?{parts.query}" if parts.query else parts.path


def uploaded(service: Service, name: str = "List/A", data: bytes = DATA) -> Json:
    answer = service.send("POST", path_of(address(service, name)), data)
    assert answer.status_code == 200, answer.text
    single: Json = answer.json()["singleFile"]
    return single


def put(service: Service, value: Json, name: str = "List/A") -> Json:
    field = {"value": value, "type": "ASSETID"}
    return only(service.modify(tagged("update", service.zone, name, {FIELD: field})))


def looked_up(service: Service, name: str = "List/A") -> Json:
    body = {"zoneID": ZONE_ID, "records": [{"recordName": name}]}
    value: Json = only(service.post("records/lookup", body)["records"])["fields"][FIELD]["value"]
    return value


def test_a_file_goes_up_by_its_address_and_comes_back_by_its_link(service: Service) -> None:
    single = uploaded(service)
    assert set(single) == {
        "fileChecksum", "referenceChecksum", "wrappingKey", "size", "receipt",
    }  # fmt: skip
    assert single["size"] == len(DATA)
    echoed = put(service, single)["fields"][FIELD]["value"]
    value = looked_up(service)
    for served in (echoed, value):
        assert set(served) == (set(single) - {"receipt"}) | {"downloadURL"}
    got = service.send("GET", path_of(value["downloadURL"]))
    assert (got.status_code, got.content) == (200, DATA)


def test_only_a_receipt_for_that_record_and_field_is_taken(service: Service) -> None:
    single = uploaded(service)
    without = {key: value for key, value in single.items() if key != "receipt"}
    other = {**single, "size": 5}
    for value, name in ((without, "List/A"), (other, "List/A"), (single, "List/B")):
        assert codes([put(service, value, name)]) == ["BAD_REQUEST"]
    wrong_field = {"MembershipsOfRemindersInSectionsAsData": {"value": single, "type": "ASSETID"}}
    refused = service.modify(tagged("update", service.zone, "List/A", wrong_field))
    assert codes(refused) == ["BAD_REQUEST"]
    assert codes([put(service, single), put(service, single)]) == [None, None]


def test_addresses_and_links_expire(service: Service) -> None:
    late, single = address(service), uploaded(service)
    put(service, single)
    link = looked_up(service)["downloadURL"]
    service.clock.now += max(UPLOAD_S, LINK_S) + 1
    assert service.send("POST", path_of(late), DATA).status_code == 410
    assert service.send("GET", path_of(link)).status_code == 410
    fresh = path_of(looked_up(service)["downloadURL"])
    assert service.send("GET", fresh).content == DATA
    assert service.send("GET", fresh.replace("s=", "s=0")).status_code == 403


def test_the_asset_host_refuses_cookies(service: Service) -> None:
    put(service, uploaded(service))
    link = path_of(looked_up(service)["downloadURL"])

    async def with_cookie() -> int:
        transport = httpx.ASGITransport(app=service.app)
        async with httpx.AsyncClient(transport=transport, cookies={"a": "b"}) as client:
            return (await client.get("http://cvws.icloud-content.com" + link)).status_code

    assert asyncio.run(with_cookie()) == 400


def test_inline_bytes_and_links_that_are_late(service: Service) -> None:
    put(service, uploaded(service))
    service.faults.inline_assets = True
    value = looked_up(service)
    assert base64.b64decode(value["downloadedData"]) == DATA
    assert "downloadURL" not in value
    service.faults.set({"inline_assets": False, "expired_links": 1})
    first, second = (path_of(looked_up(service)["downloadURL"]) for _ in range(2))
    assert service.send("GET", first).status_code == 410
    assert service.send("GET", second).status_code == 200


def test_the_asset_host_can_be_slow_or_short(service: Service) -> None:
    put(service, uploaded(service))
    service.faults.fail("status", "^/B/", status=503, retry_after=7)
    service.faults.fail("truncated", "^/B/")
    link = path_of(looked_up(service)["downloadURL"])
    assert service.send("GET", link).headers["retry-after"] == "7"
    assert service.send("GET", link).content == DATA[: len(DATA) // 2]


@pytest.mark.parametrize(
    "body",
    [
        {"zoneID": ZONE_ID},
        {"zoneID": ZONE_ID, "tokens": []},
        {"zoneID": ZONE_ID, "tokens": [{"recordName": "List/A"}]},
        asked(*(f"List/{number}" for number in range(201))),
    ],
)
def test_wrong_requests_for_addresses(service: Service, body: Json) -> None:
    assert service.refusal("assets/upload", body) == (400, "BAD_REQUEST")


def test_files_survive_the_process(tmp_path: Path) -> None:
    world = empty_world()
    task = world.phone.create("Inbox", "Look")
    world.phone.attach_image(task, "a.jpg", b"\xff\xd8 image", size=(4, 3))
    save_world(world, tmp_path / "state.json")
    again = load_world(tmp_path / "state.json")
    value = only(again.zone.live("Attachment"))["fields"]["FileAsset"]["value"]
    assert again.zone.assets.read(value) == b"\xff\xd8 image"


def test_the_phone_shows_images_until_they_are_taken_off() -> None:
    world = empty_world()
    task = world.phone.create("Inbox", "Look")
    image = world.phone.attach_image(task, "a.jpg", b"\xff\xd8 image", size=(4, 3))
    fields = only(world.zone.live("Attachment"))["fields"]
    told = {name: fields[name]["value"] for name in ("FileName", "FileSize", "Width", "Height")}
    assert told == {"FileName": "a.jpg", "FileSize": 8, "Width": 4, "Height": 3}
    world.phone.sync()
    assert world.phone.get(task).images == ("a.jpg",)
    world.phone.detach(task, image)
    world.phone.sync()
    assert world.phone.get(task).images == ()


def test_a_long_order_is_a_file_and_a_short_one_is_not() -> None:
    world = empty_world()
    ids = [world.phone.create("Inbox", f"{number}") for number in range(3)]
    strangers = [f"STRANGER-{number}" for number in range(LONG)]
    world.phone.order_list("Inbox", [*strangers, *reversed(ids)])
    fields = only(world.zone.live("List"))["fields"]
    assert "ReminderIDs" not in fields
    world.phone.sync()
    assert [one.id for one in world.phone.reminders("Inbox")] == ids[::-1]
    world.phone.order_list("Inbox", ids)
    fields = only(world.zone.live("List"))["fields"]
    assert "ReminderIDsAsset" not in fields
    assert [one.id for one in world.phone.reminders("Inbox")] == ids
