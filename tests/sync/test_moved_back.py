"""A phone moves a reminder to another list and back, and we died before its line was settled."""

from __future__ import annotations

import os

import pytest

from tests.rig import Crash, Rig
from tests.sync.stepping import DiesAt, DoesOnce


@pytest.mark.parametrize("third", ["", "just being saved"])
def test_where_we_died_before_we_noted_that_it_was_out(rig: Rig, third: str) -> None:
    """What we put in there again is the line, and none of those that may come with a save."""
    rig.phone.create_list("Plans")
    rig.phone.create_list("Third")
    rig.append("Inbox", "- [ ] Typed\n")
    rig.run()
    rig.append("Plans", "- [ ] Other\n")
    rig.run()
    id = rig.shown("Typed").id
    rig.phone.move(id, "Plans")
    rig.step = DiesAt("commit:moved:before", 1)
    rig.wait(3)
    with pytest.raises(Crash):
        rig.engine.cycle("test")
    rig.step = lambda _: None
    rig.restart()
    assert "Typed" not in rig.read("Inbox")
    rig.phone.move(id, "Inbox")
    rig.wait(3)
    if third:
        os.utime(rig.path("Third"), (rig.clock(), rig.clock()))
    rig.step = DoesOnce("engine:write", lambda: rig.replace("Plans", "] Other", "] Another"))
    rig.engine.cycle("test")
    rig.step = lambda _: None
    rig.run()
    assert (rig.titles("Inbox"), rig.titles("Plans")) == ({"Typed"}, {"Another"})
    assert rig.shown("Typed").id == id
    assert rig.read("Inbox").count("Typed") == 1
    assert "Typed" not in rig.read("Plans")
    rig.rest()
