"""What iCloud sends without saying what it is of stops nothing, and makes nothing gone."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import pytest

from sync.errors import BadResponse
from sync.remote.transport import Transport
from tests.rig import Rig
from tests.sync.sharing import rest as rest_shared
from tests.sync.sharing import share, shown

JUNK: list[Any] = [{"recordType": "Reminder", "fields": {}}, None, 7, {"recordName": 3}]
ZONES: list[Any] = [{"zoneID": {"zoneName": "Reminders"}}, "zone"]

Spoil = Callable[..., None]


@pytest.fixture
def spoil(monkeypatch: pytest.MonkeyPatch) -> Spoil:
    """Takes a path, the key of a list in its answer, and what to put there in place of items."""
    post = Transport.post

    def set_up(path: str, key: str, junk: list[Any], keep: Callable[[Any], bool]) -> None:
        def spoiled(self: Transport, where: str, body: Mapping[str, Any], **more: Any) -> Any:
            answer = post(self, where, body, **more)
            if where.endswith(path):
                answer[key] = [one for one in answer[key] if keep(one)] + junk
            return answer

        monkeypatch.setattr(Transport, "post", spoiled)

    return set_up


def everything(_item: Any) -> bool:
    return True


def but(*names: str) -> Callable[[Any], bool]:
    return lambda item: item["recordName"] not in names


def test_items_without_a_name_are_passed_over_and_told_once(rig: Rig, spoil: Spoil) -> None:
    rig.phone.create("Inbox", "From the phone")
    spoil("private/records/changes", "records", JUNK, everything)
    report = rig.engine.cycle("test")
    assert "From the phone" in rig.read("Inbox")
    [problem] = report.problems
    assert "4 items that do not say of which record" in problem
    assert report.notices == [problem]
    assert report.exit_code == 3


def test_the_token_moves_past_them(rig: Rig, spoil: Spoil, monkeypatch: pytest.MonkeyPatch) -> None:
    before = rig.store.mirror.zone()
    rig.phone.create("Inbox", "From the phone")
    spoil("private/records/changes", "records", JUNK, lambda _: False)
    assert rig.engine.cycle("test").problems
    monkeypatch.undo()
    after = rig.store.mirror.zone()
    assert before is not None
    assert after is not None
    assert before.sync_token != after.sync_token
    assert rig.engine.cycle("test").problems == []


def test_in_a_walk_with_one_of_them_nothing_is_gone(
    rig: Rig, spoil: Spoil, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The reminder is there, and deleted on the phone: neither can be told from such a walk."""
    rig.append("Inbox", "- [ ] Hidden\n- [ ] Gone\n")
    rig.run()
    hidden = rig.store.mirror.reminder(rig.shown("Hidden").id)
    gone = rig.store.mirror.reminder(rig.shown("Gone").id)
    assert hidden is not None
    assert gone is not None
    with rig.store.commit("test"):
        rig.store.mirror.read_anew("Reminders")
    delete = {"operationType": "forceDelete", "record": {"recordName": gone.record_name}}
    assert rig.world.zone.modify([delete])[0]["deleted"]
    spoil("private/records/changes", "records", [None], but(hidden.record_name, gone.record_name))
    assert "an item that does not say" in rig.run().problems[0]
    assert "Hidden" in rig.read("Inbox")
    assert "Gone" in rig.read("Inbox")
    assert rig.titles("Inbox") == {"Hidden"}

    verdict = rig.engine.verify(repair=True)
    assert [one.id for one in verdict.found] == [gone.id]
    assert any("items that do not say of which record" in one for one in verdict.problems)
    monkeypatch.undo()
    rig.run()
    assert "Hidden" in rig.read("Inbox")
    assert "Gone" not in rig.read("Inbox")
    rig.rest()


def test_a_failure_that_does_not_say_of_what_is_waited_for(
    rig: Rig, spoil: Spoil, monkeypatch: pytest.MonkeyPatch
) -> None:
    rig.phone.create("Inbox", "From the phone")
    failed = {"serverErrorCode": "TRY_AGAIN_LATER"}
    spoil("private/records/changes", "records", [failed], everything)
    with pytest.raises(BadResponse, match="TRY_AGAIN_LATER"):
        rig.engine.cycle("test")
    monkeypatch.undo()
    rig.run()
    assert "From the phone" in rig.read("Inbox")


def test_an_entry_that_names_no_shared_zone_has_all_of_them_read(
    rig: Rig, spoil: Spoil, monkeypatch: pytest.MonkeyPatch
) -> None:
    grace = share(rig, "Trip", "Pack")
    grace.phone.create("Trip", "Book")
    spoil("changes/database", "zones", ZONES, lambda _: False)
    rig.wait(3)
    report = rig.engine.cycle("sync")
    assert any("one that cannot be told which" in one for one in report.problems)
    monkeypatch.undo()
    rig.run()
    assert "Book" in rig.read("Trip")
    assert shown(grace, "Trip") == ["Book", "Pack"]
    rest_shared(rig)
