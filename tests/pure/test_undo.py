"""What a run did to values, put together; and which edits take it back."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from store.model import Field, ListInfo, Reminder, Value
from sync.core.merging.lift import overlay
from sync.core.merging.merge import MISSING
from sync.core.trails import Trail, Trails, Wrote, trails_of
from sync.core.undo import Now, take_back

HOME, WORK = ListInfo("HOME", "Home"), ListInfo("WORK", "Work", read_only=True)
MILK = Reminder("MILK", "Milk", list="HOME")
LISTS = {"HOME": HOME, "WORK": WORK}
CLOSED = {"WORK": "the list is read-only"}

titles = st.sampled_from(["", "a", "b", "c"])
tags = st.frozensets(st.sampled_from(["x", "y", "z"]))
changes = st.fixed_dictionaries(
    {},
    optional={
        Field.TITLE: titles,
        Field.NOTES: titles,
        Field.FLAGGED: st.booleans(),
        Field.TAGS: tags,
    },
)


def trails(*writes: tuple[object, ...], id: str = "MILK") -> Trails:
    return trails_of(Wrote(id, *write) for write in writes)  # type: ignore[arg-type]


def now(*living: Reminder, **more: object) -> Now:
    return Now(
        {"MILK": "reminder", "HOME": "list"},
        {one.id: one for one in living},
        LISTS,
        closed=CLOSED,
        **more,  # type: ignore[arg-type]
    )


def test_writes_of_one_value_are_one_trail() -> None:
    found = trails(("title", "a", "b"), ("title", "a", "b"), ("flagged", False, True))
    assert found == {"MILK": {"title": Trail("a", "b"), "flagged": Trail(False, True)}}
    assert trails(("title", "a", "b"), ("title", "b", "c"))["MILK"]["title"] == Trail("a", "c")
    assert trails(("title", "a", "c"), ("title", "b", "c"))["MILK"]["title"].split


def test_what_both_sides_joined_comes_apart() -> None:
    x, y, z = (frozenset({one}) for one in "xyz")
    joined = trails(("tags", x | z, x | y), ("tags", x | y | z, x | y))
    assert joined["MILK"]["tags"] == Trail(x | z, x | y)
    notes = trails(("notes", "one\ntwo", "nil\none\ntwo"), ("notes", "nil\none", "nil\none\ntwo"))
    assert notes["MILK"]["notes"] == Trail("one", "nil\none\ntwo")


@given(changes, changes)
def test_every_field_that_still_is_as_the_run_left_it_goes_back(
    done: dict[Field, Value], since: dict[Field, Value]
) -> None:
    """And a field that somebody changed since is never touched, whatever it is now."""
    after = overlay(MILK, done)
    there = overlay(after, since)
    run = trails(*((name.value, MILK.value(name), value) for name, value in done.items()))
    plan = take_back(run, now(there))
    back = plan.updates.get("MILK", {})
    for name in done:
        kept = there.value(name) == after.value(name)
        wanted = MILK.value(name) if kept else there.value(name)
        assert overlay(there, back).value(name) == wanted
    assert overlay(there, back) == overlay(there, {name: back[name] for name in back.keys() & done})


@given(changes)
def test_a_second_time_there_is_nothing_to_do_and_the_undo_can_be_undone(
    done: dict[Field, Value],
) -> None:
    after = overlay(MILK, done)
    run = trails(*((name.value, MILK.value(name), value) for name, value in done.items()))
    back = take_back(run, now(after)).updates.get("MILK", {})
    before = overlay(after, back)
    assert before == MILK
    assert not take_back(run, now(before)).writes
    undone = trails(*((name.value, after.value(name), value) for name, value in back.items()))
    again = take_back(undone, now(before)).updates.get("MILK", {})
    assert overlay(before, again) == after


def created() -> Trails:
    values = ((name.value, MISSING, value) for name, value in MILK.values().items())
    return trails(("deleted", MISSING, False), *values)


def test_what_was_created_goes_if_nobody_changed_it() -> None:
    assert take_back(created(), now(MILK)).deletions == ["MILK"]
    assert take_back(created(), now()).back == 1
    flagged = take_back(created(), now(replace(MILK, flagged=True)))
    assert (flagged.deletions, flagged.left[0].reason) == (
        [],
        "it stays, for it was changed since: flagged",
    )
    typed = take_back(created(), now(MILK, unsent={"MILK": {Field.NOTES}}))
    assert typed.deletions == []
    child = Reminder("CHILD", "Oat", list="HOME", parent="MILK")
    assert take_back(created(), now(MILK, child)).deletions == []


def test_what_was_deleted_comes_back_once() -> None:
    run = trails(("deleted", False, True), ("title", "Milk", MISSING))
    assert take_back(run, now()).restores == {"MILK": {Field.TITLE: "Milk"}}
    assert not take_back(run, now(MILK)).writes


def test_what_a_run_made_and_took_away_again_is_nothing() -> None:
    run = trails(("deleted", MISSING, False), ("deleted", False, True), ("title", MISSING, "Milk"))
    plan = take_back(run, now())
    assert (plan.writes, plan.left) == (False, [])


def test_nothing_is_written_where_nothing_may_be() -> None:
    run = trails(("list", "WORK", "HOME"), ("parent", "GONE", None))
    plan = take_back(run, now(MILK))
    assert not plan.writes
    assert [one.reason for one in plan.left] == [
        "its list stays: the list is read-only",
        "its parent stays: what it stood beneath is deleted",
    ]
    there = replace(MILK, list="WORK", title="b")
    plan = take_back(trails(("title", "a", "b")), now(there))
    assert (plan.writes, plan.left[0].reason) == (False, "it stays: the list is read-only")


def test_a_list_goes_with_all_that_the_run_put_into_it() -> None:
    made = {
        **created(),
        **trails(("deleted", MISSING, False), ("name", MISSING, "Home"), id="HOME"),
    }
    assert take_back(made, now(MILK)).list_deletions == ["HOME"]
    other = replace(MILK, id="OTHER")
    plan = take_back(made, now(MILK, other))
    assert (plan.list_deletions, plan.deletions) == ([], ["MILK"])
