"""A line that is back after its reminder was deleted for good: devices may have missed its end."""

from __future__ import annotations

from pathlib import Path

import pytest

from sandbox.device.phone import Phone
from tests.rig import Rig, empty_world, open_rig


@pytest.mark.parametrize("title", ["Milk", "Oat milk"])
def test_a_device_that_missed_the_deletion_reads_each_text_once(tmp_path: Path, title: str) -> None:
    with open_rig(tmp_path, empty_world(), mode="purge") as rig:
        rig.phone.create("Inbox", "Milk", notes="two litres", flagged=True)
        rig.run()
        tablet = Phone(rig.world.zone, rig.clock, device_id="D2")
        tablet.sync()
        text = rig.read("Inbox")
        before = rig.shown("Milk")
        _empty(rig)
        assert rig.titles("Inbox") == set()
        rig.append("Inbox", text[text.index("- [ ] ") :].replace("Milk 🚩", title))
        rig.run()
        tablet.sync()
        [shown] = tablet.reminders("Inbox")
        assert shown.id == before.id
        assert (shown.title, shown.notes, shown.flagged) == (title, "two litres", False)
        assert shown.problems == ()
        rig.rest()


def _empty(rig: Rig) -> None:
    text = rig.read("Inbox")
    rig.save("Inbox", text[: text.index("- [ ] ")])
    rig.run()
