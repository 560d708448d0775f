"""A save in the instant in which a new line gets its id: the line is nobody's until it has it."""

from __future__ import annotations

import errno
import os

import pytest

from tests.rig import Rig
from tests.sync.stepping import FullOnce


class Meddling:
    """Does something at the first effect of a name."""

    def __init__(self, name: str, rig: Rig, text: str) -> None:
        self._name = name
        self._rig = rig
        self._text = text
        self.done = False

    def __call__(self, name: str) -> None:
        if name == self._name and not self.done:
            self.done = True
            self._rig.append("Inbox", self._text)


@pytest.mark.parametrize("step", ["engine:stamp", "swap:check", "swap:exchange"])
@pytest.mark.parametrize("deletes", [False, True])
def test_a_line_that_was_not_given_its_id_is_not_sent(rig: Rig, step: str, deletes: bool) -> None:
    rig.append("Inbox", "- [ ] Typed\n")
    rig.wait(3)
    rig.step = meddling = Meddling(step, rig, "- [ ] Typed meanwhile\n")
    report = rig.engine.cycle("test")
    assert meddling.done
    assert report.retry_after_s is not None
    assert rig.titles("Inbox") == set()
    rig.run()
    assert rig.titles("Inbox") == {"Typed", "Typed meanwhile"}
    if deletes:
        rig.phone.delete(rig.shown("Typed").id)
        rig.run()
        assert rig.titles("Inbox") == {"Typed meanwhile"}
    rig.rest()
    assert rig.read("Inbox").count("^r-") == (1 if deletes else 2)


def test_a_line_whose_file_cannot_be_written_is_not_sent_and_others_are(rig: Rig) -> None:
    """Sent without its id it would be another reminder as soon as somebody retitles it."""

    def step(name: str) -> None:
        if name == "swap:check":
            raise OSError(errno.EACCES, os.strerror(errno.EACCES), "Inbox.md")

    rig.append("Inbox", "- [ ] Typed\n")
    rig.save("Packing", "- [ ] Tent\n")
    rig.wait(3)
    rig.step = step
    report = rig.engine.cycle("test")
    assert any("Inbox.md" in problem for problem in report.problems)
    assert rig.titles("Inbox") == set()
    rig.replace("Inbox", "Typed", "Retitled meanwhile")
    rig.step = lambda _: None
    rig.run()
    assert rig.titles("Inbox") == {"Retitled meanwhile"}
    assert rig.titles("Packing") == {"Tent"}
    rig.rest()


def test_a_line_that_got_no_id_is_not_sent_where_its_file_follows_its_list_to_a_new_name(
    rig: Rig,
) -> None:
    rig.append("Inbox", "- [ ] First\n")
    rig.run()
    rig.append("Inbox", "- [ ] Typed\n")
    [inbox] = [one.id for one in rig.phone.lists() if one.name == "Inbox"]
    rig.phone.rename_list(inbox, "Post")
    rig.step = FullOnce("swap:write")
    rig.wait(3)
    assert any("full" in problem for problem in rig.engine.cycle("test").problems)
    assert rig.titles("Post") == {"First"}
    rig.replace("Post", "- [ ] Typed", "- [ ] Retyped")
    rig.run()
    assert rig.titles("Post") == {"First", "Retyped"}
    rig.rest()


def test_a_new_file_that_got_no_ids_is_a_list_in_the_next_cycle(rig: Rig) -> None:
    rig.run()
    rig.save("Packing", "- [ ] Tent\n")
    rig.step = FullOnce("swap:write")
    rig.wait(3)
    assert any("full" in problem for problem in rig.engine.cycle("test").problems)
    rig.run()
    assert rig.titles("Packing") == {"Tent"}
    rig.rest()
