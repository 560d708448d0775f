"""A record that the feed names and fails to give holds nothing else back, and is never gone."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

import pytest

from sync.remote.transport import Transport
from tests.rig import Rig
from tests.sync.sharing import rest as rest_shared
from tests.sync.sharing import share, shown

Spoil = Callable[..., None]


@pytest.fixture
def fail(monkeypatch: pytest.MonkeyPatch) -> Spoil:
    """Records that neither the feed nor an answer by name gives, in the database so called."""
    post = Transport.post

    def set_up(names: Iterable[str], code: str = "INTERNAL_ERROR", by_name: str = "") -> None:
        failing = set(names)

        def failed(item: Any, code: str) -> Any:
            name = item.get("recordName")
            return {"recordName": name, "serverErrorCode": code} if name in failing else item

        def spoiled(self: Transport, where: str, body: Mapping[str, Any], **more: Any) -> Any:
            answer = post(self, where, body, **more)
            said = {"records/changes": code, "records/lookup": by_name or code}
            if (which := where.partition("/")[2]) in said:
                answer["records"] = [failed(one, said[which]) for one in answer["records"]]
            return answer

        monkeypatch.setattr(Transport, "post", spoiled)

    return set_up


def name_of(rig: Rig, title: str) -> str:
    return f"Reminder/{rig.shown(title).id}"


def start_anew(rig: Rig) -> None:
    rig.close()
    for path in (rig.home / "state").rglob("mirror.sqlite*"):
        path.unlink()
    rig.open()


def lookups(requests: list[dict[str, object]]) -> int:
    return sum("records/lookup" in str(one["path"]) for one in requests)


def test_the_rest_flows_on_and_it_is_named(
    rig: Rig, fail: Spoil, monkeypatch: pytest.MonkeyPatch
) -> None:
    rig.append("Inbox", "- [ ] Stuck\n- [ ] Other\n")
    rig.run()
    text = rig.read("Inbox")
    rig.phone.edit(rig.shown("Stuck").id, title="Stuck, and retitled")
    rig.phone.edit(rig.shown("Other").id, title="Flows")
    fail([f"Reminder/{rig.shown('Stuck, and retitled').id}"])
    report = rig.run()
    assert rig.read("Inbox") == text.replace("Other", "Flows")
    [problem] = report.problems
    assert problem.startswith("iCloud could not give “Stuck” (INTERNAL_ERROR)")
    assert report.exit_code == 3
    rig.append("Inbox", "- [ ] Typed\n")
    rig.replace("Inbox", "] Stuck", "] Stuck here")
    assert rig.run().pushed == 1
    assert rig.titles("Inbox") == {"Stuck, and retitled", "Flows", "Typed"}
    monkeypatch.undo()
    rig.wait(120)
    assert rig.run().problems == []
    assert rig.titles("Inbox") == {"Stuck, and retitled", "Flows", "Typed"}
    [conflict] = rig.store.attention.open_conflicts()
    assert conflict.loser == "Stuck here"
    rig.rest()


def test_it_is_asked_for_by_name_ever_more_rarely(rig: Rig, fail: Spoil) -> None:
    rig.append("Inbox", "- [ ] Stuck\n")
    rig.run()
    name = name_of(rig, "Stuck")
    rig.phone.edit(rig.shown("Stuck").id, title="Stuck, and retitled")
    fail([name])
    asked = []
    for minutes in (0, 0.5, 1, 1, 1, 4, 4, 8):
        rig.wait(60 * minutes)
        with rig.counting() as requests:
            assert rig.engine.cycle("test").problems
        asked.append(lookups(requests))
    assert asked == [1, 0, 1, 0, 1, 1, 0, 1]


def test_in_a_new_mirror_its_line_is_neither_new_nor_gone(
    rig: Rig, fail: Spoil, monkeypatch: pytest.MonkeyPatch
) -> None:
    rig.append("Inbox", "- [ ] Stuck\n- [ ] Other\n")
    rig.run()
    text, id = rig.read("Inbox"), rig.shown("Stuck").id
    start_anew(rig)
    fail([f"Reminder/{id}"])
    report = rig.run(approve=True)
    assert any(f"the record Reminder/{id}" in one for one in report.problems)
    rig.wait(3600)
    rig.run()
    assert rig.read("Inbox") == text
    assert len(rig.phone.reminders()) == 2
    monkeypatch.undo()
    rig.wait(3600)
    rig.run()
    assert rig.shown("Stuck").id == id
    assert rig.read("Inbox") == text
    rig.rest()


def test_what_hangs_on_a_reminder_is_neither_gone_nor_made_again(
    rig: Rig, fail: Spoil, monkeypatch: pytest.MonkeyPatch
) -> None:
    rig.append("Inbox", "- [ ] Tagged #a ⏰ 09:00 📅 2031-01-02\n- [ ] Other\n")
    rig.run()
    text, records = rig.read("Inbox"), set(rig.world.zone.records)
    kinds = ("Hashtag/", "AlarmTrigger/")
    start_anew(rig)
    fail([name for name in records if name.startswith(kinds)])
    rig.phone.edit(rig.shown("Other").id, title="Flows")
    assert len(rig.run(approve=True).problems) == 2
    assert rig.read("Inbox") == text.replace("Other", "Flows")
    monkeypatch.undo()
    rig.wait(120)
    assert rig.run().problems == []
    assert rig.read("Inbox") == text.replace("Other", "Flows")
    assert set(rig.world.zone.records) == records
    rig.rest()


@pytest.mark.parametrize("walk", [False, True])
def test_that_it_is_not_known_by_its_name_does_not_make_it_gone(
    rig: Rig, fail: Spoil, monkeypatch: pytest.MonkeyPatch, walk: bool
) -> None:
    rig.append("Inbox", "- [ ] Stuck\n- [ ] Gone\n")
    rig.run()
    name = name_of(rig, "Stuck")
    rig.phone.edit(rig.shown("Stuck").id, title="Stuck, and retitled")
    rig.phone.delete(rig.shown("Gone").id, hard=True)
    if walk:
        with rig.store.commit("test"):
            rig.store.mirror.read_anew("Reminders")
    fail([name, "Reminder/NEVER-SEEN"], by_name="NOT_FOUND")
    [problem] = rig.run().problems
    assert "NOT_FOUND" in problem
    assert "Stuck" in rig.read("Inbox")
    assert "Gone" not in rig.read("Inbox")
    monkeypatch.undo()
    rig.phone.delete(name.removeprefix("Reminder/"), hard=True)
    assert rig.run().problems == []
    assert "Stuck" not in rig.read("Inbox")
    rig.rest()


def test_one_that_was_never_seen_and_is_not_known_is_no_matter(
    rig: Rig, monkeypatch: pytest.MonkeyPatch
) -> None:
    post = Transport.post

    def spoiled(self: Transport, where: str, body: Mapping[str, Any], **more: Any) -> Any:
        answer = post(self, where, body, **more)
        if where.endswith("records/changes"):
            answer["records"].append({"recordName": "Reminder/X", "serverErrorCode": "NOT_FOUND"})
        return answer

    monkeypatch.setattr(Transport, "post", spoiled)
    rig.phone.create("Inbox", "From the phone")
    assert rig.run().problems == []
    assert "From the phone" in rig.read("Inbox")


def test_in_a_shared_list(rig: Rig, fail: Spoil, monkeypatch: pytest.MonkeyPatch) -> None:
    grace = share(rig, "Trip", "Pack")
    rig.run()
    id = grace.phone.create("Trip", "Book")
    grace.phone.create("Trip", "Fly")
    fail([f"Reminder/{id}"])
    rig.wait(3)
    report = rig.engine.cycle("sync")
    assert any(f"Reminder/{id}" in one for one in report.problems)
    assert "Fly" in rig.read("Trip")
    assert "Book" not in rig.read("Trip")
    monkeypatch.undo()
    rig.wait(120)
    rig.run()
    assert shown(grace, "Trip") == ["Book", "Fly", "Pack"]
    assert "Book" in rig.read("Trip")
    rest_shared(rig)
