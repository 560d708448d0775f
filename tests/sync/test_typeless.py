"""A record that comes without its type, or with one that nobody knows, is still what it was."""

from __future__ import annotations

import pytest

from sync.cycle.observing.observe import remember
from tests.rig import Rig


def strip_type(rig: Rig, name: str, kind: object) -> None:
    record = rig.store.mirror.record(name)
    assert record is not None
    with rig.store.commit("bent"):
        remember(rig.store, [{**record, "recordType": kind}])


@pytest.mark.parametrize("kind", [None, "Wonder", ["Reminder"]])
def test_its_line_stays_and_is_still_edited(rig: Rig, kind: object) -> None:
    rig.append("Inbox", "- [ ] Water the fern\n")
    rig.run()
    line, id = rig.line("Inbox", "fern"), rig.shown("Water the fern").id
    strip_type(rig, f"Reminder/{id}", kind)
    rig.run()
    assert rig.line("Inbox", "fern") == line
    rig.replace("Inbox", "the fern", "the big fern")
    rig.run()
    assert rig.shown("Water the big fern").id == id


@pytest.mark.parametrize("kind", [None, "Wonder"])
def test_a_list_keeps_its_file(rig: Rig, kind: object) -> None:
    rig.append("Inbox", "- [ ] Water the fern\n")
    rig.run()
    before = rig.bytes_of_folder()
    [home] = [name for name in rig.world.zone.records if name.startswith("List/")]
    strip_type(rig, home, kind)
    rig.run()
    assert rig.bytes_of_folder() == before
    assert rig.titles("Inbox") == {"Water the fern"}


def test_an_alarm_whose_trigger_lost_its_type_can_be_removed(rig: Rig) -> None:
    rig.append("Inbox", "- [ ] Fern 📅 2026-03-02 ⏰ 2026-03-02 09:00\n")
    rig.run()
    for name in [name for name in rig.world.zone.records if name.startswith("AlarmTrigger/")]:
        strip_type(rig, name, None)
    line = rig.line("Inbox", "Fern")
    rig.replace("Inbox", line, line.replace(" ⏰ 2026-03-02 09:00", ""))
    rig.run()
    assert "⏰" not in rig.line("Inbox", "Fern")
