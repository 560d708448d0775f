"""What iCloud keeps in files beside a reminder survives every edit that is not about it."""

from __future__ import annotations

from typing import Any

from tests.rig import Rig

FIELDS = ("UrgentPresentationAlarmsAsData", "UrgentPresentationAlarmsChecksum")


def stored(rig: Rig, name: str) -> dict[str, Any]:
    record = rig.world.zone.lookup([name])[0]
    return {field: record["fields"][field]["value"] for field in FIELDS}


def test_an_urgent_alarm_keeps_its_file_through_an_edit(rig: Rig) -> None:
    task = rig.phone.create("Inbox", "Call")
    rig.phone.make_urgent(task, "P-1")
    name = f"Reminder/{task}"
    before, tokens = stored(rig, name), rig.world.phone._own.copies[name].tokens
    rig.run()
    rig.replace("Inbox", "Call", "Call now 🚩 📅 2026-12-14")
    rig.append("Inbox", "    > a note\n")
    assert rig.run().pushed == 1
    assert (rig.shown("Call now").flagged, stored(rig, name)) == (True, before)
    after = rig.world.phone._own.copies[name].tokens
    key = "urgentPresentationAlarmsChecksum"
    assert after[key] == tokens[key]
    assert after["titleDocument"].counter > tokens["titleDocument"].counter
    assert rig.world.zone.assets.read(before[FIELDS[0]])
    rig.rest()
