"""A walk of the zone that does not meet a record: iCloud is asked for it before it is gone."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from sync.remote.answers import Failure
from sync.remote.cloudkit import ChangePage, CloudKit, ZoneId
from tests.rig import Rig


@pytest.fixture
def blind(rig: Rig, monkeypatch: pytest.MonkeyPatch) -> Rig:
    """“Typed” is known, and the walk that comes next does not meet it."""
    rig.append("Inbox", "- [ ] Typed\n- [ ] Other\n")
    rig.run()
    rig.run()
    name = f"Reminder/{rig.shown('Typed').id}"
    real = CloudKit.changes

    def changes(self: CloudKit, zone: ZoneId, token: str | None) -> ChangePage:
        page = real(self, zone, token)
        return replace(page, records=[one for one in page.records if one["recordName"] != name])

    monkeypatch.setattr(CloudKit, "changes", changes)
    rig.world.zone.expire_tokens()
    return rig


def test_what_is_there_stays(blind: Rig) -> None:
    text, id = blind.read("Inbox"), blind.shown("Typed").id
    assert blind.run().changes == []
    assert blind.read("Inbox") == text
    blind.phone.edit(id, title="Typed, and retitled")
    blind.world.zone.expire_tokens()
    blind.run()
    assert "Typed, and retitled" in blind.read("Inbox")


def test_what_is_not_there_goes(blind: Rig) -> None:
    blind.phone.delete(blind.shown("Typed").id, hard=True)
    assert blind.run().changes == ["files: − “Typed”"]
    assert "Typed" not in blind.read("Inbox")
    blind.rest()


def test_what_is_not_answered_is_not_gone(blind: Rig, monkeypatch: pytest.MonkeyPatch) -> None:
    def busy(self: CloudKit, zone: ZoneId, names: list[str]) -> list[Any]:
        return [Failure(name, "TRY_AGAIN_LATER") for name in names]

    monkeypatch.setattr(CloudKit, "lookup", busy)
    assert blind.run().changes == []
    assert "Typed" in blind.read("Inbox")
