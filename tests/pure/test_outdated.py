"""A value of before, in a version that was brought back, is no edit; anything else is one."""

from __future__ import annotations

from datetime import date

from store.model import AllDay, Field, Priority, Reminder
from sync.core.matching.outdated import outdated
from sync.core.merging.copymerge import what_the_copy_says
from tests.pure.values import A, B

BASE = {Field.TITLE: "new", Field.PRIORITY: Priority.HIGH, Field.DUE: None, Field.LIST: A}
EARLIER = {
    Field.TITLE: ["old", "older"],
    Field.DUE: [AllDay(date(2026, 1, 1))],
    Field.LIST: [B],
    Field.NOTES: ["never agreed on"],
}


def same(reminder: Reminder) -> Reminder:
    return reminder


def test_what_it_says_of_before_is_set_back() -> None:
    said = Reminder("", title="older", due=AllDay(date(2026, 1, 1)), priority=Priority.HIGH)
    assert outdated(said, BASE, EARLIER, same) == {
        Field.TITLE: "older",
        Field.DUE: AllDay(date(2026, 1, 1)),
    }


def test_what_was_never_there_before_is_an_edit() -> None:
    said = Reminder("", title="newest", list=B, notes="never agreed on")
    assert outdated(said, BASE, EARLIER, same) == {}


def test_what_the_displaced_version_did_not_have_either_is_an_edit() -> None:
    said = Reminder("", title="old", priority=Priority.HIGH)
    assert outdated(said, BASE, EARLIER, same, Reminder("", title="old")) == {}
    assert outdated(said, BASE, EARLIER, same, Reminder("", title="new")) == {Field.TITLE: "old"}


def test_values_are_compared_as_a_file_shows_them() -> None:
    def plain(reminder: Reminder) -> Reminder:
        return Reminder("", title=reminder.title.strip())

    found = outdated(Reminder("", title="old"), BASE, {Field.TITLE: [" old "]}, plain)
    assert found == {Field.TITLE: " old "}
    assert outdated(Reminder("", title="new"), BASE, {Field.TITLE: ["new "]}, plain) == {}


def test_a_conflict_copy_says_what_is_neither_agreed_on_nor_of_before() -> None:
    here = Reminder("", title="here", notes="n", list=A)
    copy = Reminder("", title="typed", notes="n", priority=Priority.HIGH, list=B)
    assert what_the_copy_says(copy, here, BASE, EARLIER, same) == {Field.TITLE: "typed"}
    for known in ("new", "old", "here"):
        copy = Reminder("", title=known, notes="n")
        assert what_the_copy_says(copy, here, BASE, EARLIER, same).keys() <= {Field.PRIORITY}
