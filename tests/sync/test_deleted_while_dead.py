"""A line that a person takes out again while no daemon runs, one having died on its way out."""

from __future__ import annotations

import pytest

from tests.rig import Crash, Rig
from tests.sync.stepping import DiesAt

ON_ITS_WAY = [
    "commit:identities:after",  # it is known by its words, and its file has no id
    "swap:sync",  # the id stands in the file, and nothing says so
    "commit:send:after",  # it is to be sent, and was not
    "commit:acknowledge:before",  # iCloud has it, and we do not know
]


@pytest.mark.parametrize("effect", ON_ITS_WAY)
def test_a_new_line_that_is_deleted_after_a_death_does_not_come_back(rig: Rig, effect: str) -> None:
    rig.append("Inbox", "- [ ] First\n")
    rig.run()
    rig.append("Inbox", "- [ ] Typed\n")
    rig.step = dying = DiesAt(effect, 1)
    with pytest.raises(Crash):
        rig.run()
    assert dying.times == 1
    rig.step = lambda _: None
    rig.close()
    assert len(rig.phone.reminders()) == 1 + (effect == "commit:acknowledge:before")
    rig.replace("Inbox", f"{rig.line('Inbox', 'Typed')}\n", "")
    rig.open()
    rig.run()
    assert rig.titles("Inbox") == {"First"}
    assert "Typed" not in rig.read("Inbox")
    rig.wait(60)  # until then it may still arrive
    rig.rest()


@pytest.mark.parametrize("also", ["", "- [ ] Typed\n"])
def test_one_that_was_just_put_in_comes_once_more_if_more_was_changed_with_it(
    rig: Rig, also: str
) -> None:
    """By two saves while nobody looked: an editor that was open before it came leaves the same."""
    rig.append("Inbox", "- [ ] First\n")
    rig.run()
    rig.phone.create("Inbox", "From the phone")
    rig.step = DiesAt("commit:written:after", 1)
    with pytest.raises(Crash):
        rig.run()
    rig.step = lambda _: None
    rig.close()
    text = rig.read("Inbox")
    without = text.replace(f"{rig.line('Inbox', 'From the phone')}\n", "")
    rig.save("Inbox", without)
    rig.save("Inbox", without + also)
    rig.open()
    rig.run()
    comes = {"From the phone", "Typed"} if also else set()
    assert rig.titles("Inbox") == {"First", *comes}
    rig.replace("Inbox", f"{rig.line('Inbox', 'First')}\n", "")
    rig.run()
    assert rig.titles("Inbox") == comes
    rig.rest()
