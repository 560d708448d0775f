"""Files of records over a real socket: sent, fetched, by fresh links, and never with a cookie."""

from __future__ import annotations

from http.cookiejar import CookieJar
from typing import Any

import httpx
import pytest

from sync.codec.operations import Change as Words
from sync.codec.operations import Group, Rank, Upload, asset, create
from sync.errors import BadResponse, NetworkError, ServiceError, Throttled
from sync.remote.assets import MAX_BYTES, LinkExpired
from sync.remote.cloudkit import CloudKit, Failure, ZoneId
from sync.remote.limiter import Limiter
from sync.remote.transport import Transport
from tests.remote.conftest import Cloud, FakeSession, Script

FIELD = "ReminderIDsAsset"
DATA = b'["3F0C1B7E-5D0A-4B1C-9E57-0A1B2C3D4E5F"]'
URL = "https://cvws.icloud-content.com/B/k/${f}?e=1"


def group(name: str, data: bytes = DATA) -> Group:
    fields = {FIELD: asset(Upload(name, "List", FIELD, data)), "Deleted": {"value": 0}}
    return Group((create(name, fields, None),), Rank.LIST, Words("create-list", name))


def sent(cloudkit: CloudKit, zone: ZoneId, name: str, data: bytes = DATA) -> dict[str, Any]:
    """A list with a file, written; the file's value as a look-up shows it."""
    whole = group(name, data)
    receipts = cloudkit.upload(zone, whole.uploads)
    ready = whole.filled(dict(zip(whole.uploads, receipts, strict=True)))
    [written] = cloudkit.modify(zone, ready.operations, atomic=False)
    assert not isinstance(written, Failure)
    return value_of(cloudkit, zone, name)


def value_of(cloudkit: CloudKit, zone: ZoneId, name: str) -> dict[str, Any]:
    [record] = cloudkit.lookup(zone, [name])
    assert not isinstance(record, Failure)
    value: dict[str, Any] = record["fields"][FIELD]["value"]
    return value


def test_what_is_sent_can_be_fetched(cloud: Cloud, cloudkit: CloudKit, zone: ZoneId) -> None:
    uploads = [Upload(f"List/{n}", "List", FIELD, b"%d" % n) for n in range(3)]
    receipts = cloudkit.upload(zone, uploads)
    assert [receipt["size"] for receipt in receipts] == [1, 1, 1]
    assert len({receipt["receipt"] for receipt in receipts}) == 3
    assert cloudkit.download(sent(cloudkit, zone, "List/A")) == DATA
    assert "cvws.icloud-content.com" in cloud.hosts()


def test_every_request_to_the_asset_host_is_counted(
    cloudkit: CloudKit, zone: ZoneId, transport: Transport
) -> None:
    before = transport.requests
    cloudkit.download(sent(cloudkit, zone, "List/A"))
    assert transport.requests - before == 5  # address, bytes, modify, lookup, link


def test_bytes_that_came_along_are_taken_without_a_request(
    cloud: Cloud, cloudkit: CloudKit, zone: ZoneId, transport: Transport
) -> None:
    cloud.world.faults.inline_assets = True
    value = sent(cloudkit, zone, "List/A")
    before = transport.requests
    assert cloudkit.download(value) == DATA
    assert transport.requests == before


def test_a_stale_link_is_looked_up_once(cloud: Cloud, cloudkit: CloudKit, zone: ZoneId) -> None:
    cloud.world.faults.expired_links = 2
    value = sent(cloudkit, zone, "List/A")
    with pytest.raises(LinkExpired):
        cloudkit.download(value)
    value = value_of(cloudkit, zone, "List/A")  # the second stale link
    assert cloudkit.fetch(zone, "List/A", FIELD, value) == DATA
    cloud.world.faults.expired_links = 3
    with pytest.raises(LinkExpired):
        cloudkit.fetch(zone, "List/A", FIELD, value_of(cloudkit, zone, "List/A"))


def test_a_fresh_link_to_another_file_is_not_this_file(
    cloud: Cloud, cloudkit: CloudKit, zone: ZoneId
) -> None:
    cloud.world.faults.expired_links = 2  # of the answer to the write, and of the look-up
    old = sent(cloudkit, zone, "List/A")
    other = {**old, "fileChecksum": "another"}
    with pytest.raises(LinkExpired):
        cloudkit.fetch(zone, "List/A", FIELD, other)
    with pytest.raises(LinkExpired):
        cloudkit.fetch(zone, "List/Gone", FIELD, old | {"downloadURL": None})


def test_half_a_file_is_no_file(cloud: Cloud, cloudkit: CloudKit, zone: ZoneId) -> None:
    value = sent(cloudkit, zone, "List/A")
    cloud.world.faults.fail("truncated", "^/B/")
    with pytest.raises(BadResponse, match="did not give a file of"):
        cloudkit.download(value)
    cloud.world.faults.fail("cut_body", "^/B/")
    assert cloudkit.download(value) == DATA  # a cut connection is tried once more


def test_an_asset_host_in_trouble_makes_the_database_wait_for_nothing(
    cloud: Cloud, cloudkit: CloudKit, zone: ZoneId, limiter: Limiter
) -> None:
    value = sent(cloudkit, zone, "List/A")
    cloud.world.faults.fail("status", "^/B/", status=503, retry_after=900)
    with pytest.raises(Throttled) as told:
        cloudkit.download(value)
    assert told.value.retry_after_s == 900
    assert limiter.waiting_s == 0
    cloud.world.faults.fail("status", "^/U/", status=500, times=2)
    with pytest.raises(NetworkError):
        cloudkit.upload(zone, group("List/B").uploads)
    cloud.world.faults.fail("status", "^/U/", status=413)
    with pytest.raises(ServiceError, match="413"):
        cloudkit.upload(zone, group("List/B").uploads)


def test_errors_do_not_quote_the_address(cloud: Cloud, cloudkit: CloudKit, zone: ZoneId) -> None:
    value = sent(cloudkit, zone, "List/A")
    cloud.world.faults.fail("status", "^/B/", status=400)
    with pytest.raises(ServiceError) as told:
        cloudkit.download(value)
    assert value["fileChecksum"] not in told.value.message


def test_no_cookie_goes_there_and_none_is_kept(
    wire: Transport, script: Script, session: FakeSession
) -> None:
    session.connect()
    script.answers = [
        httpx.Response(
            200, content=b"ab", headers={"Set-Cookie": "x=y; Domain=.icloud-content.com"}
        ),
        httpx.Response(200, content=b"ab"),
    ]
    for _ in range(2):
        assert wire.assets.get(URL, 2) == b"ab"
    assert [request.headers.get("cookie") for request in script.asked] == [None, None]
    assert [str(request.url) for request in script.asked] == [URL.replace("${f}", "file")] * 2
    assert {request.headers["accept-encoding"] for request in script.asked} == {"identity"}
    assert isinstance(session.cookies, CookieJar)
    assert session.kept == 0


@pytest.mark.parametrize(
    "url", ["http://cvws.icloud-content.com/B/k", "https://evil.example/B/k", "ftp://x", ""]
)
def test_only_https_addresses_of_apple_are_used(wire: Transport, script: Script, url: str) -> None:
    with pytest.raises(BadResponse):
        wire.assets.get(url, None)
    with pytest.raises(BadResponse):
        wire.assets.put(url, b"secret")
    assert script.asked == []


def test_a_file_without_a_size_is_read_up_to_the_limit(
    wire: Transport, script: Script, monkeypatch: pytest.MonkeyPatch
) -> None:
    script.answers = [httpx.Response(200, content=b"abc")] * 2
    assert wire.assets.get(URL, None) == b"abc"
    monkeypatch.setattr("sync.remote.assets.MAX_BYTES", 2)
    assert MAX_BYTES == 50_000_000
    with pytest.raises(BadResponse):
        wire.assets.get(URL, None)


@pytest.mark.parametrize(
    "body", [{}, {"singleFile": None}, {"singleFile": {"size": 1}}, ["singleFile"]]
)
def test_an_upload_without_a_whole_receipt_is_none(
    wire: Transport, script: Script, body: Any
) -> None:
    script.answers = [httpx.Response(200, json=body)]
    with pytest.raises(BadResponse):
        wire.assets.put(URL, b"abc")
