"""What carrying entries in comes to: each is there already, there otherwise, or new."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from itertools import count

from store.model import AllDay, Field, OtherRule, Reminder
from sync.core.importing import Entry, Incoming, There, plan_import

ID = "00000000-0000-4000-8000-00000000000{}"
HERE = Reminder(ID.format(1), title="Milk", list="L1")
THERE = There({HERE.id: HERE}, {"L1": "Shop"}, {"G1": "Home"}, taken={HERE.id, ID.format(9)})


def carried(*entries: Entry, there: There = THERE) -> Incoming:
    numbers = count(100)
    return plan_import(
        entries, there, lambda: f"MINTED-{next(numbers)}", lambda id: id.startswith("0000")
    )


def entry(title: str, id: str = "", into: str = "Shop", **values: object) -> Entry:
    one = Reminder(id, title=title)
    return Entry(replace(one, **values), into, key=id or title)  # type: ignore[arg-type]


def test_it_is_there_by_its_id_or_by_title_list_and_due() -> None:
    for same in (entry("Milk", HERE.id), entry("Milk"), entry("Milk", ID.format(7))):
        incoming = carried(same)
        assert (incoming.same, incoming.added, incoming.differing) == (1, [], {})


def test_a_known_id_is_it_whatever_it_says() -> None:
    incoming = carried(entry("Oat milk", HERE.id, notes="2 l"))
    assert incoming.differing == {HERE.id: {Field.TITLE: "Oat milk", Field.NOTES: "2 l"}}
    assert incoming.added == []


def test_another_due_date_or_list_is_another_reminder() -> None:
    incoming = carried(entry("Milk", due=AllDay(date(2026, 3, 2))), entry("Milk", into="Other"))
    assert len(incoming.added) == 2
    assert [one.name for one in incoming.lists] == ["Other"]


def test_two_alike_are_two() -> None:
    incoming = carried(entry("Milk"), replace(entry("Milk"), key="2"))
    assert (incoming.same, len(incoming.added)) == (1, 1)


def test_an_id_that_was_ever_taken_is_not_taken_again() -> None:
    incoming = carried(entry("A", ID.format(5)), entry("B", ID.format(9)), entry("C", "a-uid"))
    assert [one.id for one in incoming.added] == [ID.format(5), "MINTED-100", "MINTED-101"]


def test_a_subtask_finds_its_parent_whatever_ids_they_get() -> None:
    child = replace(entry("Child", ID.format(6)), parent=ID.format(9))
    incoming = carried(child, entry("Parent", ID.format(9)))
    (one, parent) = incoming.added
    assert (one.parent, parent.id) == ("MINTED-100", "MINTED-100")
    assert carried(replace(child, parent=HERE.id)).added[0].parent == HERE.id
    assert carried(replace(child, parent="nobody")).added[0].parent is None


def test_what_stands_beneath_itself_comes_to_the_top() -> None:
    own = replace(entry("Own"), parent="Own")
    one, other = replace(entry("A"), parent="B"), replace(entry("B"), parent="A")
    below = replace(entry("C"), parent="B")
    incoming = carried(own, one, other, below)
    ids = {wanted.title: wanted.id for wanted in incoming.added}
    assert [wanted.parent for wanted in incoming.added] == [None, None, None, ids["B"]]
    assert incoming.notes == [
        f"“{title}” comes to the top: it stands beneath itself" for title in ("Own", "A", "B")
    ]


def test_two_of_one_key_are_two_and_the_first_is_the_parent() -> None:
    child = replace(entry("Child"), parent="uid")
    incoming = carried(replace(entry("A"), key="uid"), replace(entry("B"), key="uid"), child)
    assert [one.title for one in incoming.added] == ["A", "B", "Child"]
    first, second, third = incoming.added
    assert first.id != second.id
    assert third.parent == first.id


def test_groups_and_sections_are_made_once() -> None:
    new = [replace(entry(title, into="New", section="Sec"), group="Work") for title in ("A", "B")]
    incoming = carried(*new, replace(entry("C", into="Third"), group="Home"))
    assert [(one.name, one.is_group, one.group) for one in incoming.lists] == [
        ("Work", True, None),
        ("New", False, "MINTED-100"),
        ("Third", False, "G1"),
    ]
    assert incoming.sections == [("MINTED-101", "Sec")]


def test_what_cannot_come_along_is_told() -> None:
    rule = OtherRule("every week", "{}")
    incoming = carried(
        entry("A", repeat=rule, images=frozenset({"a.jpg"})),
        there=replace(THERE, read_only={"L2"}, lists={"L1": "Shop", "L2": "Hers"}),
    )
    assert incoming.added[0].repeat is None
    assert incoming.notes == [
        "“A” comes without its repetition (every week)",
        "“A” comes without its images",
    ]
    closed = replace(THERE, read_only={"L1"})
    assert carried(entry("B"), there=closed).notes == ["“B” stays out: “Shop” is read-only"]
    assert carried(entry("B"), there=closed).added == []


def test_only_what_the_file_can_say_is_compared() -> None:
    there = replace(THERE, reminders={HERE.id: replace(HERE, notes="kept", flagged=True)})

    def shown(one: Reminder, _zone: str, /) -> Reminder:
        return replace(one, notes="")

    silent = replace(entry("Milk", HERE.id, flagged=True), shown=shown)
    assert (carried(silent, there=there).same, carried(silent, there=there).differing) == (1, {})
