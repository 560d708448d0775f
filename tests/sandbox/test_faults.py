"""Each switch makes exactly the trouble that it names, and the request log tells the truth."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Iterator
from typing import Any

import httpx
import pytest
import uvicorn

from sandbox.faults import ConnectionCut, FaultMiddleware, Faults
from tests.sandbox.wires import (
    PRIVATE,
    ZONE_ID,
    Json,
    Service,
    codes,
    create,
    number,
    tag,
)

MODIFY = PRIVATE + "records/modify"


@pytest.fixture
def service() -> Service:
    service = Service()
    service.zone.modify([create("List/A", {"Count": number(7)})])
    return service


def write(name: str) -> Json:
    return {"zoneID": ZONE_ID, "operations": [create(name)]}


# Whole requests


@pytest.mark.parametrize(
    ("status", "code"),
    [
        (401, "AUTHENTICATION_FAILED"),
        (403, "ACCESS_DENIED"),
        (421, "AUTHENTICATION_REQUIRED"),
        (429, "THROTTLED"),
        (450, "AUTHENTICATION_REQUIRED"),
        (500, "INTERNAL_ERROR"),
        (503, "TRY_AGAIN_LATER"),
    ],
)
def test_a_status_is_answered_without_acting(service: Service, status: int, code: str) -> None:
    service.faults.fail("status", "records/modify", status=status)
    answer = service.send("POST", MODIFY, write("List/B"))
    assert answer.status_code == status
    assert answer.json()["serverErrorCode"] == code
    assert "retry-after" not in answer.headers
    assert "List/B" not in service.zone.records
    assert service.send("POST", MODIFY, write("List/B")).status_code == 200


def test_a_wait_is_told_in_body_and_header(service: Service) -> None:
    service.faults.fail("status", status=429, retry_after=30)
    answer = service.send("POST", MODIFY, write("List/B"))
    assert answer.json()["retryAfter"] == 30
    assert answer.headers["retry-after"] == "30"
    dated = "Wed, 21 Oct 2037 07:28:00 GMT"
    service.faults.fail("status", status=503, retry_after_header=dated, code="SERVER_OVERLOADED")
    answer = service.send("POST", MODIFY, write("List/B"))
    assert answer.headers["retry-after"] == dated
    assert answer.json()["serverErrorCode"] == "SERVER_OVERLOADED"


def test_a_redirect_names_another_host(service: Service) -> None:
    service.faults.fail("status", status=330, location="https://p43-ckdatabasews.icloud.com")
    answer = service.send("POST", MODIFY, write("List/B"))
    assert answer.status_code == 330
    assert answer.headers["location"] == "https://p43-ckdatabasews.icloud.com"


def test_faults_hit_matching_paths_so_many_times_after_so_many(service: Service) -> None:
    service.faults.fail("status", "zones/list$", skip=1, times=2)

    def status(path: str) -> int:
        return service.send("POST", PRIVATE + path, {}).status_code

    assert status("changes/database") == 200
    assert [status("zones/list") for _ in range(4)] == [200, 500, 500, 200]


def test_a_page_instead_of_json(service: Service) -> None:
    service.faults.fail("html")
    answer = service.send("POST", MODIFY, write("List/B"))
    assert (answer.status_code, answer.headers["content-type"]) == (200, "text/html; charset=utf-8")
    assert "List/B" not in service.zone.records


def test_truncated_json_after_acting(service: Service) -> None:
    service.faults.fail("truncated")
    answer = service.send("POST", MODIFY, write("List/B"))
    assert answer.status_code == 200
    with pytest.raises(ValueError):
        answer.json()
    assert "List/B" in service.zone.records


def test_garbage_marked_as_gzip(service: Service) -> None:
    service.faults.fail("gzip")
    with pytest.raises(httpx.DecodingError):
        service.send("POST", MODIFY, write("List/B"))


def test_a_slow_answer_is_late_and_right(service: Service, monkeypatch: pytest.MonkeyPatch) -> None:
    waited: list[float] = []

    async def sleep(seconds: float) -> None:
        waited.append(seconds)

    monkeypatch.setattr("sandbox.faults.sleep", sleep)
    service.faults.fail("slow", seconds=61)
    assert service.modify(create("List/B"))[0]["recordName"] == "List/B"
    assert waited == [61]
    with pytest.raises(ValueError, match="less than or equal to 90"):
        service.faults.fail("slow", seconds=3600)


@pytest.mark.parametrize(
    ("kind", "acted"), [("cut_before", False), ("lost_reply", True), ("cut_body", True)]
)
def test_a_cut_in_memory_is_an_exception(service: Service, kind: Any, acted: bool) -> None:
    service.faults.fail(kind)
    with pytest.raises(ConnectionCut):
        service.send("POST", MODIFY, write("List/B"))
    assert ("List/B" in service.zone.records) is acted


def test_a_lost_reply_shows_as_exists_and_as_ones_own_write(service: Service) -> None:
    service.faults.fail("lost_reply")
    with pytest.raises(ConnectionCut):
        service.send("POST", MODIFY, write("List/B"))
    assert codes(service.modify(create("List/B"))) == ["EXISTS"]
    seen = {record["recordName"]: record for record in service.pull()["records"]}
    assert seen["List/B"]["recordChangeTag"] == tag(service.zone, "List/B")


@pytest.fixture
def origin(service: Service) -> Iterator[str]:
    """The service on a real socket of 127.0.0.1."""
    listening = threading.Event()

    class Server(uvicorn.Server):
        async def startup(self, *given: Any, **named: Any) -> None:
            await super().startup(*given, **named)
            listening.set()

    config = uvicorn.Config(
        service.app, host="127.0.0.1", port=0, ws="none", lifespan="off", log_level="error"
    )
    server = Server(config)
    thread = threading.Thread(target=server.run)
    thread.start()
    assert listening.wait(20)
    port = server.servers[0].sockets[0].getsockname()[1]
    yield f"http://127.0.0.1:{port}"
    server.should_exit = True
    thread.join()


@pytest.mark.parametrize(
    ("kind", "acted"), [("cut_before", False), ("lost_reply", True), ("cut_body", True)]
)
def test_a_cut_closes_a_real_connection_quietly(
    service: Service, origin: str, kind: Any, acted: bool, capfd: pytest.CaptureFixture[str]
) -> None:
    service.faults.fail(kind)
    with httpx.Client(trust_env=False) as client:
        with pytest.raises(httpx.RemoteProtocolError):
            client.post(origin + MODIFY, json=write("List/B"))
        assert ("List/B" in service.zone.records) is acted
        assert client.post(origin + PRIVATE + "zones/list", json={}).status_code == 200
    assert capfd.readouterr().err == ""


# The control routes


def test_switches_are_set_shown_and_cleared_over_http(service: Service) -> None:
    def faults(method: str, body: Json | None = None) -> Json:
        answer = service.send(method, "/sandbox/faults", body)
        assert answer.status_code == 200, answer.text
        shown: Json = answer.json()
        return shown

    calm = faults("GET")
    faults("PUT", {"http": [{"kind": "status", "status": 503, "path": "zones"}], "read_lag": 3})
    shown = faults("PUT", {"more_coming_null": True})
    assert (shown["read_lag"], shown["more_coming_null"]) == (3, True)
    assert shown["http"][0]["status"] == 503
    assert service.send("POST", PRIVATE + "zones/list", {}).status_code == 503
    assert faults("GET")["http"][0]["times"] == 0
    assert faults("DELETE") == calm == faults("GET")


@pytest.mark.parametrize(
    ("body", "place"),
    [
        ({"no_such_switch": 1}, "no_such_switch"),
        ({"http": [{"kind": "explode"}]}, "http.0.kind"),
        ({"http": [{"kind": "html", "path": "("}]}, "regular expression"),
        ({"read_lag": -1}, "read_lag"),
        ({"expire_tokens": "somehow"}, "token_expiry"),
        ({"zone_present": "yes"}, "zone_present must be true or false"),
        ({"recreate_zone": 1, "read_lag": 2}, "recreate_zone must be true or false"),
        (b"{", "not a set of switches"),
        ([], "must be a JSON object"),
    ],
)
def test_a_wrong_switch_is_named_and_changes_nothing(
    service: Service, body: Any, place: str
) -> None:
    before, token = service.faults.model_dump(), service.zone.token()
    answer = service.send("PUT", "/sandbox/faults", body)
    assert answer.status_code == 400
    assert place in answer.json()["error"]
    assert "\n" not in answer.json()["error"]
    assert service.faults.model_dump() == before
    assert service.zone.changes(token).records == []


def test_every_request_is_written_down(service: Service) -> None:
    service.faults.fail("status", "zones", status=503)
    service.send("POST", PRIVATE + "zones/list", {})
    answer = service.send("POST", MODIFY, write("List/B"), "?remapEnums=true")
    refused, done = service.send("GET", "/sandbox/requests").json()
    assert (refused["status"], refused["fault"]) == (503, "status")
    assert done == {
        "method": "POST",
        "path": MODIFY,
        "query": "remapEnums=true",
        "host": "p42-ckdatabasews.icloud.com",
        "status": 200,
        "bytes_in": len(answer.request.content),
        "bytes": len(answer.content),
        "body_summary": {"keys": ["operations", "zoneID"], "operations": ["create List/B"]},
        "fault": None,
    }
    assert service.send("DELETE", "/sandbox/requests").json() == []
    assert not service.faults.requests


def test_the_log_holds_no_values_and_nothing_of_other_bodies(service: Service) -> None:
    service.modify(create("List/B", {"SortingStyle": {"value": "secret"}}))
    service.send("POST", "/appleauth/auth/signin/init", {"accountName": "ada@example.test"})
    service.send("POST", MODIFY, b"{")
    service.send("POST", MODIFY, {"operations": ["odd"], "records": [1]})
    text = service.send("GET", "/sandbox/requests").text
    assert "secret" not in text
    assert "ada@example" not in text
    assert service.faults.requests[-1]["body_summary"]["operations"] == ["malformed"]


def test_a_cut_request_has_no_status(service: Service) -> None:
    service.faults.fail("cut_before")
    with pytest.raises(ConnectionCut):
        service.send("POST", MODIFY, write("List/B"))
    entry = service.faults.requests[0]
    assert (entry["status"], entry["bytes"], entry["fault"]) == (None, 0, "cut_before")


def test_other_protocols_pass_through() -> None:
    seen: list[str] = []

    async def app(scope: Any, receive: Any, send: Any) -> None:
        seen.append(scope["type"])

    async def unused(*given: Any) -> Any:
        raise AssertionError("nothing is to be read or sent")

    asyncio.run(FaultMiddleware(app, Faults())({"type": "lifespan"}, unused, unused))
    assert seen == ["lifespan"]
