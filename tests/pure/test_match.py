"""Which line is which reminder: each rule, their order, and that doubt makes a line new."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import islice, permutations
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from store.model import Reminder
from sync.core.matching.identity import block_id, derived
from sync.core.matching.match import Leaving, Line, Matched, Registry, Trace, match_lines, words
from sync.core.matching.traces import bare
from tests.pure.values import A


def line(
    task: int,
    title: str,
    block: str | None = None,
    *,
    path: str = "A.md",
    parent: int | None = None,
) -> Line:
    mark = f" ^{block}" if block else ""
    text = f"- [ ] {title}{mark}"
    return Line(path, task, text, block, parent, Reminder("", title=title, list=A))


def trace(id: str, title: str, *, path: str = "A.md", parent: str | None = None) -> Trace:
    return Trace(id, path, f"- [ ] {title} ^r-{id}", title, parent)


def match(
    lines: Iterable[Line],
    *,
    ids: Iterable[str] = (),
    traces: Iterable[Trace] = (),
    strangers: Iterable[Reminder] = (),
    leaving: Iterable[Leaving] = (),
    blocks: dict[str, str] | None = None,
    overdue: Iterable[str] = (),
    away: str = "",
) -> Matched:
    known = [*ids, *(one.id for one in traces), *(one.id for one in strangers)]
    return match_lines(
        list(lines),
        blocks={**{f"r-{id}": id for id in known}, **(blocks or {})},
        traces={one.id: one for one in traces},
        registry=Registry(known, {one.id: one for one in strangers}, overdue),
        leaving=list(leaving),
        away=away,
    )


def new(title: str, number: int = 0) -> str:
    """The identity of the first new line of that title, the second ..."""
    return next(islice(derived(A, title), number, None))


def at(task: int, path: str = "A.md") -> tuple[str, int]:
    return (path, task)


# ---- the rules, in their order ------------------------------------------------------------------


def test_the_block_id_says_it_wherever_the_line_stands() -> None:
    found = match([line(0, "all new words", "r-a", path="B.md")], traces=[trace("a", "milk")])
    assert found.ids == {at(0, "B.md"): "a"}
    assert not found.unstamped


def test_the_same_line_in_the_same_file_is_the_same_reminder() -> None:
    was = Trace("a", "A.md", "- [ ] milk", "milk")
    assert match([line(0, "milk")], traces=[was]).ids == {at(0): "a"}


def test_the_same_title_in_the_same_place_is_the_same_reminder() -> None:
    found = match([line(0, "milk")], traces=[trace("a", "milk ")])
    assert found.ids == {at(0): "a"}
    assert found.unstamped == {at(0)}


def test_another_parent_is_another_place() -> None:
    was = [trace("p", "shop"), trace("a", "milk", parent="p"), trace("b", "milk")]
    found = match([line(0, "shop", "r-p"), line(1, "milk")], traces=was)
    assert found.ids[at(1)] == "b"


def test_a_line_that_moved_is_known_by_its_title_if_no_other_has_it() -> None:
    found = match([line(0, "milk", path="B.md")], traces=[trace("a", "milk")])
    assert found.ids == {at(0, "B.md"): "a"}
    found = match([line(0, "milk", path="B.md")], traces=[trace("a", "milk"), trace("b", "milk")])
    assert found.ids == {at(0, "B.md"): new("milk")}


def test_lines_that_say_the_same_are_told_apart_by_their_order() -> None:
    was = [Trace(id, "A.md", f"- [ ] milk ^r-{id}", "milk", line=at) for at, id in enumerate("ba")]
    found = match([line(0, "milk"), line(1, "milk")], traces=was)
    assert found.ids == {at(0): "b", at(1): "a"}


def test_what_was_gone_before_is_known_by_its_title_and_not_by_likeness() -> None:
    was, words = trace("a", "buy two bottles of milk"), "buy two bottles of silk"
    assert match([line(0, words)], traces=[was]).ids == {at(0): "a"}
    found = match([line(0, words)], traces=[was], away="a")
    assert found.ids == {at(0): new(words)}
    assert not found.doubtful
    assert match([line(0, "buy two bottles of milk")], traces=[was], away="a").ids == {at(0): "a"}


def test_subtasks_are_known_when_all_ids_were_taken_off_a_file() -> None:
    was = [trace("p", "shop"), trace("a", "milk", parent="p"), trace("b", "eggs", parent="p")]
    found = match(
        [line(0, "shop"), line(1, "milk", parent=0), line(2, "eggs", parent=0)], traces=was
    )
    assert found.ids == {at(0): "p", at(1): "a", at(2): "b"}


def test_a_line_much_like_one_that_vanished_is_that_one() -> None:
    was = trace("a", "buy two bottles of milk and some bread")
    here = line(0, "buy two bottles of milk and more bread", path="B.md")
    assert match([here], traces=[was]).ids == {at(0, "B.md"): "a"}


def test_a_line_much_like_one_that_still_stands_is_new() -> None:
    was = trace("a", "buy two bottles of milk and some bread")
    stands = line(0, "buy two bottles of milk and some bread", "r-a")
    found = match([stands, line(1, "buy two bottles of milk and more bread")], traces=[was])
    assert found.ids == {at(0): "a", at(1): new("buy two bottles of milk and more bread")}


def test_on_first_contact_equal_reminders_are_one() -> None:
    stranger = Reminder("s", title="milk", list=A)
    found = match([line(0, "milk"), line(1, "bread")], strangers=[stranger])
    assert found.ids == {at(0): "s", at(1): new("bread")}
    assert found.paired == {at(0)}


def test_a_persons_own_block_id_survives_a_lost_database() -> None:
    """It is no id that can be computed, but the line says the same: doubled otherwise."""
    found = match([line(0, "milk", "mine")], strangers=[Reminder("s", title="milk", list=A)])
    assert found.ids == {at(0): "s"}
    assert found.adopted == {"mine": "s"}
    assert not found.unstamped


def test_a_line_that_another_machine_named_has_that_name() -> None:
    """Its reminder is on the way to iCloud: another identity here would make a second one."""
    second = new("milk", 1)
    found = match([line(0, "milk", block_id(second))])
    assert found.ids == {at(0): second}
    assert found.adopted == {block_id(second): second}
    assert not found.unstamped


def test_an_id_of_ours_that_nobody_knows_waits_and_then_means_nothing() -> None:
    mark = block_id(new("milk"))
    here = line(0, "milk, but the words have changed", mark)
    found = match([here, line(1, "eggs")])
    assert found.foreign == {at(0): mark}
    assert found.ids == {at(1): new("eggs")}
    found = match([here], overdue=[mark])
    assert found.ids == {at(0): new("milk, but the words have changed")}
    assert found.unstamped == {at(0)}
    assert not found.foreign


def test_a_new_line_is_never_what_was_there_before() -> None:
    found = match([line(0, "milk")], ids=[new("milk"), new("milk", 1)])
    assert found.ids == {at(0): new("milk", 2)}


def test_a_new_line_is_the_reminder_that_another_machine_made_of_it() -> None:
    """Twins of that title are no hindrance: it is known which of them comes of a line."""
    twins = [Reminder(id, title="milk", list=A) for id in ("phone", new("milk"))]
    found = match([line(0, "milk")], strangers=twins)
    assert found.ids == {at(0): new("milk")}
    assert found.paired == found.unstamped == {at(0)}


def test_a_uid_that_is_a_uuid_is_the_identity() -> None:
    uid = new("whatever")
    assert match([line(0, "milk", uid)]).ids == {at(0): uid}


def test_earlier_rules_win() -> None:
    exact = Trace("exact", "A.md", "- [ ] milk", "old title")
    titled = Trace("titled", "A.md", "- [ ] milk ⏫ ^r-titled", "milk")
    found = match([line(0, "milk")], traces=[exact, titled])
    assert found.ids == {at(0): "exact"}


def test_of_two_with_one_title_a_line_without_its_id_is_the_one_that_said_exactly_that() -> None:
    was = [Trace("a", "A.md", "- [ ] milk ⏫ ^r-a", "milk"), trace("b", "milk")]
    found = match([line(0, "milk"), line(1, "eggs", "r-c")], traces=was, ids=["c"])
    assert found.ids[at(0)] == "b"
    assert found.unstamped == {at(0)}


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("    - [ ] milk ^r-a", "    - [ ] milk"),
        ("- [ ] milk  ^r-a ", "- [ ] milk "),
        ("(A) milk id:r-a +shop", "(A) milk +shop"),
        ("- [ ] milk ^r-b", "- [ ] milk ^r-b"),
    ],
)
def test_a_line_without_its_id(text: str, left: str) -> None:
    assert bare(text, "r-a") == left
    assert bare(text, None) == text


# ---- doubt --------------------------------------------------------------------------------------


def test_two_that_could_be_it_are_both_new() -> None:
    was = [trace("a", "milk")]
    found = match([line(0, "milk"), line(1, "milk")], traces=was)
    assert found.ids == {at(0): new("milk"), at(1): new("milk", 1)}
    assert found.doubtful == {"a"}
    found = match([line(0, "milk")], traces=[*was, trace("b", "milk")])
    assert found.ids == {at(0): new("milk")}


def test_lines_without_words_are_never_taken_for_one_another() -> None:
    assert match([line(0, "")], traces=[Trace("a", "A.md", "gone")]).ids == {at(0): new("")}


def test_equal_strangers_are_not_paired() -> None:
    twins = [Reminder(id, title="milk", list=A) for id in "st"]
    assert match([line(0, "milk")], strangers=twins).ids == {at(0): new("milk")}


# ---- copies -------------------------------------------------------------------------------------


def test_of_two_lines_with_one_id_the_one_that_was_there_keeps_it() -> None:
    was = trace("a", "milk")
    lines = [line(0, "milk", "r-a", path="B.md"), line(0, "bread", "r-a"), line(1, "milk", "r-a")]
    found = match(lines, traces=[was])
    assert found.ids[at(1)] == "a"
    assert found.copies == {at(0), at(0, "B.md")} == found.unstamped == found.new


def test_a_persons_own_id_on_two_new_lines_is_one_of_theirs() -> None:
    found = match([line(0, "milk", "mine"), line(1, "milk", "mine")])
    assert found.adopted == {"mine": next(derived(A, "", "mine"))}
    assert found.copies == {at(1)} == found.unstamped


# ---- our own moves ------------------------------------------------------------------------------


LEFT = Leaving("A.md", "a", words("- [ ] milk ^r-a", ""))


@pytest.mark.parametrize("seen", ["A.md", "B.md"])
def test_a_line_that_was_edited_where_our_move_left_it_is_the_line(seen: str) -> None:
    lines = [line(0, "oat milk", "r-a"), line(0, "milk", "r-a", path="B.md")]
    found = match(lines, traces=[trace("a", "milk", path=seen)], leaving=[LEFT])
    assert found.ids == {at(0): "a"}
    assert found.leftovers == {at(0, "B.md"): "a"}
    assert not found.copies | found.new


def test_one_that_was_edited_in_both_places_is_two() -> None:
    lines = [line(0, "oat milk", "r-a"), line(0, "soy milk", "r-a", path="B.md")]
    found = match(lines, traces=[trace("a", "milk", path="B.md")], leaving=[LEFT])
    assert found.ids[at(0, "B.md")] == "a"
    assert found.copies == {at(0)} == found.new
    assert not found.leftovers


def test_a_line_that_our_move_left_behind_is_a_leftover() -> None:
    lines = [line(0, "milk", "r-a"), line(0, "milk", "r-a", path="B.md")]
    found = match(lines, traces=[trace("a", "milk")], leaving=[LEFT])
    assert found.ids == {at(0, "B.md"): "a"}
    assert found.leftovers == {at(0): "a"}
    assert not found.new


def test_a_line_whose_move_never_arrived_is_still_the_line() -> None:
    found = match([line(0, "milk", "r-a")], traces=[trace("a", "milk")], leaving=[LEFT])
    assert found.ids == {at(0): "a"}
    assert not found.leftovers


def test_a_copy_of_a_line_whose_move_never_arrived_is_a_copy() -> None:
    lines = [line(0, "bread", "r-a"), line(1, "milk", "r-a")]
    found = match(lines, traces=[trace("a", "milk")], leaving=[LEFT])
    assert found.ids[at(1)] == "a"
    assert found.copies == {at(0)} == found.new
    assert not found.leftovers


def test_what_our_move_left_behind_is_known_without_its_id() -> None:
    lines = [line(0, "milk"), line(1, "milk"), line(0, "milk", "r-a", path="B.md")]
    found = match(lines, traces=[trace("a", "milk", path="B.md")], leaving=[LEFT])
    assert found.leftovers == {at(0): "a"}
    assert found.ids == {at(0, "B.md"): "a", at(1): new("milk")}


@pytest.mark.parametrize("beside", [line(1, "milk", "r-a"), line(1, "oat milk", "r-a")])
def test_what_says_the_same_beside_it_is_new(beside: Line) -> None:
    lines = [line(0, "milk"), beside, line(0, "milk", "r-a", path="B.md")]
    found = match(lines, traces=[trace("a", "milk", path="B.md")], leaving=[LEFT])
    assert found.new == {at(0)}


# ---- order is nothing ---------------------------------------------------------------------------

TITLES = ("milk", "bread", "", "buy two bottles of milk", "buy two bottles of wine")


def _world(random: Random) -> tuple[list[Line], list[Trace], list[Reminder]]:
    ids = "abcde"
    traces = [trace(id, random.choice(TITLES), path=random.choice(("A.md", "B.md"))) for id in ids]
    marks = [f"r-{id}" for id in ids] + [None, None, None, "mine"]
    lines = []
    for path in ("A.md", "B.md"):
        for task in range(random.randrange(4)):
            title, mark = random.choice(TITLES), random.choice(marks)
            lines.append(line(task, title, mark, path=path))
    strangers = [Reminder(id, title=random.choice(TITLES), list=A) for id in "st"]
    return lines, traces, strangers


@given(st.integers(0, 2**32).map(Random))
def test_the_order_of_lines_changes_no_identity(random: Random) -> None:
    lines, traces, strangers = _world(random)
    one = match(lines, traces=traces, strangers=strangers)
    random.shuffle(lines)
    random.shuffle(traces)
    other = match(lines, traces=traces, strangers=strangers)
    assert one.new == other.new
    assert {s: id for s, id in one.ids.items() if s not in one.new} == {
        s: id for s, id in other.ids.items() if s not in other.new
    }


@given(st.integers(0, 2**32).map(Random))
def test_every_line_has_one_identity_and_every_identity_one_line(random: Random) -> None:
    lines, traces, strangers = _world(random)
    found = match(lines, traces=traces, strangers=strangers)
    assert found.ids.keys() == {one.spot for one in lines}
    assert len(set(found.ids.values())) == len(found.ids)
    assert set(found.adopted.values()) <= set(found.ids.values())


def test_three_copies_in_any_order_leave_the_id_where_it_was() -> None:
    lines = [line(task, title, "r-a") for task, title in enumerate(("milk", "bread", "eggs"))]
    for some in permutations(lines):
        assert match(some, traces=[trace("a", "bread")]).ids[at(1)] == "a"


def test_what_differs_in_a_number_is_something_else() -> None:
    matched = match([line(0, "Read chapter 14")], traces=[trace("3", "Read chapter 13")])
    assert matched.ids == {("A.md", 0): new("Read chapter 14")}
    assert not matched.doubtful
