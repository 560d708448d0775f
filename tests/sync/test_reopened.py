"""A completed line says nothing of its rule; opened again, it does."""

from __future__ import annotations

import pytest

from tests.rig import Rig

WATER = "- [ ] Water 🔁 every week 📅 2026-12-01"


@pytest.mark.parametrize("seam", ["engine:push", "never"])
def test_one_that_a_phone_opens_again_in_another_list_goes_there_with_its_rule(
    rig: Rig, seam: str
) -> None:
    """Completed as a whole, also by a phone that had not heard of the rule yet."""
    rig.append("Inbox", "- [ ] Water\n")
    rig.save("Plans", "- [ ] Other\n")
    rig.run()
    id = rig.shown("Water").id
    rig.replace("Inbox", "- [ ] Water", WATER)

    def step(name: str) -> None:
        if name == seam:
            rig.step = lambda _name: None
            rig.phone.complete(id)

    rig.step = step
    rig.run()
    if seam == "never":
        rig.phone.complete(id)
        rig.run()
    line = rig.line("Inbox", "Water")
    rig.replace("Inbox", f"{line}\n", "")
    rig.append("Plans", f"{line}\n")
    rig.run()
    rig.phone.reopen(id)
    rig.phone.move(id, "Inbox")
    assert rig.run().problems == []
    assert WATER in rig.read("Inbox")
    assert rig.shown("Water").repeat == "weekly/1/"
    assert "Water" not in rig.read("Plans")
    rig.rest()
