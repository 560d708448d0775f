"""The base moves field by field, and planned renders move it only when they stand."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from store.base.bases import BaseEntry, ListBase
from store.db import Store
from store.local.renders import BaseChange, Render, Written
from store.model import AllDay, Completion, Field, Frequency, Priority, Reminder, Rule, Value
from store.values import NO_VALUE

DAY, DONE = AllDay(date(2026, 3, 2)), Completion(at_ms=5)
WHOLE = Reminder(
    id="A1",
    title="ferns",
    notes="both",
    done=DONE,
    due=DAY,
    priority=Priority.LOW,
    flagged=True,
    tags=frozenset({"green", "away"}),
    urls=frozenset({"https://ferns.example/care"}),
    repeat=Rule(Frequency.WEEKLY, 2),
    list="HOME",
    parent="P1",
).values()

Entry = tuple[dict[Field, Value], bool]
World = dict[str, Entry]


def base(store: Store, id: str, values: dict[Field, Value], placed: bool | None = None) -> None:
    with store.commit("base"):
        store.bases.set(id, values, placed)


def test_a_whole_base_comes_back(store: Store) -> None:
    assert store.bases.get("A1") is None
    base(store, "A1", dict(WHOLE), True)
    assert store.bases.get("A1") == BaseEntry(WHOLE, True)
    assert store.bases.all() == {"A1": BaseEntry(WHOLE, True)}
    assert store.bases.some(["A1", "B2"]) == store.bases.all()
    assert store.bases.some([]) == {}


def test_only_the_given_fields_move(store: Store) -> None:
    base(store, "A1", {Field.TITLE: "ferns", Field.DUE: DAY})
    assert store.bases.get("A1") == BaseEntry({Field.TITLE: "ferns", Field.DUE: DAY}, False)
    base(store, "A1", {Field.DUE: None}, True)
    assert store.bases.get("A1") == BaseEntry({Field.TITLE: "ferns", Field.DUE: None}, True)
    base(store, "A1", {Field.TITLE: "moss"})
    assert store.bases.get("A1") == BaseEntry({Field.TITLE: "moss", Field.DUE: None}, True)
    base(store, "A1", {}, False)
    assert store.bases.get("A1") == BaseEntry({Field.TITLE: "moss", Field.DUE: None}, False)


def test_the_same_base_again_writes_no_row(store: Store) -> None:
    with store.commit("base"):
        store.bases.set_many([("A1", WHOLE, True), ("B2", {}, None)])
        store.bases.set_list("HOME", ListBase("Home", "G", "Home.md"))
    written = store.rows_written
    with store.commit("base"):
        store.bases.set_many([("A1", WHOLE, None), ("A1", {}, True), ("B2", {}, False)])
        store.bases.set_list("HOME", ListBase("Home", "G", "Home.md"))
    assert store.rows_written == written


def test_dropping(store: Store) -> None:
    base(store, "A1", dict(WHOLE), True)
    with store.commit("base"):
        store.bases.drop("A1")
    assert store.bases.all() == {}


def test_lists(store: Store) -> None:
    with store.commit("base"):
        store.bases.set_list("HOME", ListBase("Home", None, "Home.md"))
        store.bases.set_list("HOME", ListBase("House"))
        store.bases.set_list("WORK", ListBase("Work"))
        store.bases.drop_list("WORK")
    assert store.bases.all_lists() == {"HOME": ListBase("House", None, None)}
    assert store.bases.get_list("HOME") == ListBase("House")
    assert store.bases.get_list("WORK") is None


RENAMED = BaseChange("A1", Field.TITLE, "ferns", "moss")
UNDATED = BaseChange("A1", Field.DUE, DAY, None)
NEW_LINE = (
    BaseChange("N1", Field.TITLE, NO_VALUE, "new"),
    BaseChange("N1", Field.DONE, NO_VALUE, None),
    BaseChange("N1", None, NO_VALUE, True),
)
LOST_LINE = BaseChange("A1", None, True, False)


@pytest.fixture
def planned(store: Store) -> Store:
    base(store, "A1", dict(WHOLE), True)
    with store.commit("plan"):
        store.places.add_render("k", "Home.md", "old", "new", [RENAMED, UNDATED, *NEW_LINE])
    return store


def finish(store: Store) -> None:
    with store.commit("settle"):
        store.places.finish_render("k")


def undo(store: Store) -> None:
    with store.commit("settle"):
        store.places.undo_render("k")


AFTER = {
    "A1": BaseEntry({**WHOLE, Field.TITLE: "moss", Field.DUE: None}, True),
    "N1": BaseEntry({Field.TITLE: "new", Field.DONE: None}, True),
}


def test_a_planned_render_is_remembered_and_moves_nothing(planned: Store) -> None:
    expected = Render("k", "Home.md", "old", "new", False, (RENAMED, UNDATED, *NEW_LINE))
    assert planned.places.written() == [Written("k", "Home.md", "old", "new")]
    assert planned.places.render("k") == expected
    assert planned.places.render("other") is None
    assert planned.bases.all() == {"A1": BaseEntry(WHOLE, True)}


def test_a_finished_render_moves_the_base_once(planned: Store) -> None:
    finish(planned)
    assert planned.bases.all() == AFTER
    assert planned.places.written()[0].finished
    base(planned, "A1", {Field.TITLE: "lichen"})
    finish(planned)
    entry = planned.bases.get("A1")
    assert entry is not None
    assert entry.values[Field.TITLE] == "lichen"


def test_an_undone_render_leaves_no_trace(planned: Store) -> None:
    finish(planned)
    for _ in range(2):
        undo(planned)
        assert planned.bases.all() == {"A1": BaseEntry(WHOLE, True)}
    finish(planned)
    assert planned.bases.all() == AFTER


def test_undo_leaves_what_has_moved_since(planned: Store) -> None:
    finish(planned)
    base(planned, "A1", {Field.TITLE: "lichen"})
    base(planned, "N1", {Field.FLAGGED: True})
    undo(planned)
    assert planned.bases.all() == {
        "A1": BaseEntry({**WHOLE, Field.TITLE: "lichen"}, True),
        "N1": BaseEntry({Field.FLAGGED: True}, False),
    }


def test_undo_before_it_stood_changes_nothing(planned: Store) -> None:
    base(planned, "A1", {Field.TITLE: "moss"})
    undo(planned)
    entry = planned.bases.get("A1")
    assert entry is not None
    assert entry.values[Field.TITLE] == "moss"


def test_a_line_taken_away_and_given_back(store: Store) -> None:
    base(store, "A1", dict(WHOLE), True)
    with store.commit("plan"):
        store.places.add_render("k", "Home.md", "old", "new", [LOST_LINE])
    finish(store)
    assert store.bases.all() == {"A1": BaseEntry(WHOLE, False)}
    undo(store)
    assert store.bases.all() == {"A1": BaseEntry(WHOLE, True)}


def test_a_base_that_a_render_takes_away_is_gone_whole(store: Store) -> None:
    base(store, "A1", {Field.TITLE: "x"}, True)
    with store.commit("plan"):
        changes = [
            BaseChange("A1", Field.TITLE, "x", NO_VALUE),
            BaseChange("A1", None, True, NO_VALUE),
        ]
        store.places.add_render("k", "Home.md", "old", "new", changes)
    finish(store)
    assert store.bases.all() == {}
    undo(store)
    assert store.bases.all() == {"A1": BaseEntry({Field.TITLE: "x"}, True)}


ENTRIES = st.fixed_dictionaries(
    {},
    optional={
        Field.TITLE: st.sampled_from("ab"),
        Field.DUE: st.sampled_from([None, DAY]),
        Field.TAGS: st.frozensets(st.sampled_from("st"), max_size=2),
        Field.REPEAT: st.sampled_from([None, Rule(Frequency.DAILY)]),
    },
)
WORLDS = st.dictionaries(st.sampled_from("XYZ"), st.tuples(ENTRIES, st.booleans()))


@settings(max_examples=60, deadline=None)
@given(before=WORLDS, after=WORLDS)
def test_finish_reaches_the_planned_base_and_undo_the_old_one(
    shared_store: Store, before: World, after: World
) -> None:
    store = shared_store
    with store.commit("base"):
        store.bases.set_many((id, *entry) for id, entry in before.items())
        store.places.add_render("k", "Home.md", "old", "new", between(before, after))
    finish(store)
    assert known(store.bases.all()) == known(after)
    undo(store)
    assert known(store.bases.all()) == known(before)
    with store.commit("clear"):
        store.places.drop_render("k")
        for id in before.keys() | after.keys():
            store.bases.drop(id)


def between(before: World, after: World) -> Iterator[BaseChange]:
    nothing: Entry = ({}, False)
    for id in before.keys() | after.keys():
        (old, was), (new, will) = before.get(id, nothing), after.get(id, nothing)
        for name in (Field.TITLE, Field.DUE, Field.TAGS, Field.REPEAT):
            yield BaseChange(id, name, old.get(name, NO_VALUE), new.get(name, NO_VALUE))
        yield BaseChange(
            id, None, was if id in before else NO_VALUE, will if id in after else NO_VALUE
        )


def known(world: Mapping[str, BaseEntry | Entry]) -> World:
    """Without those of which nothing is known: a row may stand for them or not."""
    told = {
        id: (dict(entry.values), entry.placed) if isinstance(entry, BaseEntry) else entry
        for id, entry in world.items()
    }
    return {id: entry for id, entry in told.items() if any(entry)}


MADE = ListBase("Home", "G", "Home.md", "red", "tree")


def test_the_list_of_a_file_is_agreed_on_once_that_is_made(planned: Store) -> None:
    with planned.commit("plan"):
        planned.places.add_list("k", "HOME", MADE)
    assert planned.bases.get_list("HOME") is None
    with planned.commit("settle"):
        assert planned.places.finish_render("k") == "HOME"
    assert planned.bases.get_list("HOME") == MADE
    renamed = ListBase("House", "G", "House.md")
    with planned.commit("again"):
        planned.bases.set_list("HOME", renamed)
        assert planned.places.finish_render("k") is None
    assert planned.bases.get_list("HOME") == renamed


def test_a_dropped_render_is_forgotten_with_its_changes(planned: Store) -> None:
    with planned.commit("plan"):
        planned.places.add_list("k", "HOME", MADE)
    finish(planned)
    with planned.commit("quiet"):
        planned.places.drop_render("k")
    assert planned.places.written() == []
    assert planned.bases.all() == AFTER
    undo(planned)
    assert planned.bases.all() == AFTER
    for table in ("render_change", "render_list"):
        assert planned._connection.one(f"SELECT count(*) FROM {table}") == (0,)
