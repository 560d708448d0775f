"""Results are kept for a while: acknowledged, grown old or too many, their bytes go."""

from __future__ import annotations

import errno
from pathlib import Path

import pytest

from daemon.ricloud.cabinet import KEPT_MS, overdue
from daemon.ricloud.keeping import FORGOTTEN_MS
from daemon.ricloud.office import Office
from store.activity.ledger import Result
from store.errors import Damaged
from tests.ricloud.conftest import Client
from tests.ricloud.fakes import ACCOUNT, PASSWORD, PHOTO, Clock, FakeSignIn, an_office
from tests.ricloud.test_polls import stored


def test_an_acknowledged_result_is_consumed_and_no_longer_listed(client: Client) -> None:
    poll = client.poll(info_types=["*"], files=[PHOTO])
    info, photo = poll["results"]["data"]
    for _ in range(2):
        taken = client.post(f"/results/{info['id']}/ack", b"null")
        assert (taken["state"], taken["id"]) == ("consumed", info["id"])
    assert taken["date_consumed"] is not None
    assert [result["id"] for result in client.get("/results")["data"]] == [photo["id"]]
    consumed = client.get("/results?state=consumed")["data"]
    assert [result["id"] for result in consumed] == [info["id"]]
    assert stored(info).exists()
    several = client.post("/results/ack", {"results": [info["id"], photo["id"]]})
    assert [result["state"] for result in several["data"]] == ["consumed", "consumed"]
    assert client.mistake("POST", "/results/nobody/ack")[:2] == (404, "not-found")
    assert client.mistake("POST", "/results/ack")[2] == {"results": ["not-a-list"]}


def test_old_results_expire_and_their_bytes_go(client: Client, clock: Clock) -> None:
    old = client.poll(files=[PHOTO])["results"]["data"][0]
    clock.now += KEPT_MS / 1000 - 1
    young = client.poll(files=[PHOTO])["results"]["data"][0]
    assert client.get(f"/results/{old['id']}")["state"] == "available"
    clock.now += 1
    shown = client.get(f"/results/{old['id']}")
    assert (shown["state"], shown["date_deleted"]) == ("expired", "2026-03-09T00:00:00.000000Z")
    assert not stored(old).exists()
    assert stored(young).exists()
    assert client.mistake("POST", "/sessions", b"[]")[1] == "invalid-body"
    assert [result["id"] for result in client.get("/results")["data"]] == [young["id"]]


def a_result(id: str, size: int, created_ms: int, state: str = "available") -> Result:
    return Result(id, "p", "i", "json", "c", size, state, created_ms)


@pytest.mark.parametrize(
    ("most", "gone"),
    [(100, []), (60, []), (59, ["taken"]), (40, ["taken"]), (39, ["taken", "a"]), (0, None)],
)
def test_where_there_are_too_many_the_consumed_go_first_and_then_the_oldest(
    most: int, gone: list[str] | None
) -> None:
    results = [
        a_result("b", 20, 2),
        a_result("a", 20, 1),
        a_result("taken", 20, 3, "consumed"),
        a_result("gone", 500, 1, "expired"),
    ]
    found = [result.id for result in overdue(results, 10, most)]
    assert found == (["taken", "a", "b"] if gone is None else gone)


def test_what_a_crash_left_is_cleared_away_at_the_next_start(tmp_path: Path) -> None:
    state = tmp_path / "state"
    (state / "results").mkdir(parents=True)
    (state / "results" / "orphan").write_bytes(b"x")
    with an_office(state) as office:
        office.ask(lambda: office.ledger).result()
    assert list((state / "results").iterdir()) == []


def test_a_full_disk_is_a_failed_poll_that_leaves_nothing(
    client: Client, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    replace, many = Path.replace, iter(range(1))

    def full(self: Path, target: Path) -> Path:
        if next(many, None) is None:
            raise OSError(errno.ENOSPC, "No space left on device")
        return replace(self, target)

    monkeypatch.setattr(Path, "replace", full)
    poll = client.poll(info_types=["*"], files=[PHOTO])
    assert (poll["state"], poll["results"]["data"]) == ("failed", [])
    message = poll["errors"]["data"][0]["message"]
    assert message.startswith(f"{tmp_path}/state/results/")
    assert message.endswith(": No space left on device")
    assert list((tmp_path / "state" / "results").iterdir()) == []
    monkeypatch.undo()
    assert client.poll(info_types=["*"], files=[PHOTO])["state"] == "completed"


def test_a_ledger_that_is_damaged_meanwhile_is_begun_anew(
    client: Client, office: Office, tmp_path: Path
) -> None:
    def found_damaged() -> None:
        for path in (tmp_path / "state").glob("api.sqlite*"):
            path.write_bytes(b"no database at all" * 500)
        raise Damaged(tmp_path / "state" / "api.sqlite", "is corrupt")

    client.session()
    with pytest.raises(Damaged):
        office.ask(found_damaged).result(10)
    assert client.get("/sessions")["data"] == []
    assert client.session()["state"] == "succeeded"
    assert list((tmp_path / "state").glob("api.damaged-*"))


def test_where_no_ledger_can_be_a_request_is_refused_and_not_repeated(
    client: Client, sign_in: FakeSignIn, tmp_path: Path
) -> None:
    (tmp_path / "state" / "api.sqlite").mkdir(parents=True)
    source = {"user": "1", "type": "icloud.account", "identifier": ACCOUNT}
    wanted = {"source": source, "payload": {"password": PASSWORD}}
    assert client.mistake("POST", "/sessions", wanted)[:2] == (409, "storage")
    assert sign_in.tried == []


def test_what_is_long_past_is_forgotten(tmp_path: Path) -> None:
    clock = Clock()
    with an_office(tmp_path / "state", clock=clock) as office:
        user = office.ask(lambda: office.user("somebody")).result()
        office.ask(lambda: add(office, "old", clock)).result()
    clock.now += FORGOTTEN_MS / 1000
    with an_office(tmp_path / "state", clock=clock) as office:
        assert office.ask(lambda: office.ledger.results.get("old")).result() is not None
    clock.now += 1
    with an_office(tmp_path / "state", clock=clock) as office:
        assert office.ask(lambda: office.ledger.results.get("old")).result() is None
        assert office.ask(lambda: office.user("somebody")).result() == user


def add(office: Office, id: str, clock: Clock) -> None:
    with office.ledger.commit("add"):
        office.ledger.results.add(a_result(id, 1, int(clock() * 1000), "expired"))
