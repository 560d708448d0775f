"""What was taken back with something else may never have been seen, and nothing but that."""

from __future__ import annotations

import pytest

from tests.simulation.unseen import Put

OLD = "- [ ] w1 t1\n- [ ] w2 t2\n"
NEW = f"{OLD}- [ ] w3 t3\n"


def cycle(put: Put, found: str, left: str | None = None) -> None:
    """A cycle that finds one text, and leaves another."""
    put.look({"A.md": found})
    put.reads({"A.md": found})
    put.wrote({"A.md": found if left is None else left})
    put.done()


def written(before: str, left: str) -> Put:
    put = Put()
    cycle(put, before, left)
    return put


@pytest.mark.parametrize(
    ("saved", "unclear"),
    [
        ("- [ ] w1 t1\n", {"w3"}),
        (OLD, set()),  # the one line that had just come was taken out
        ("- [ ] w1 t1\n- [ ] w3 t3\n", set()),
    ],
)
def test_only_what_just_came_and_went_with_more_is_unclear(saved: str, unclear: set[str]) -> None:
    put = written(OLD, NEW)
    cycle(put, saved)
    assert put.unclear == unclear


@pytest.mark.parametrize(
    ("read", "unclear"),
    [
        (NEW, {"w3"}),
        ("- [ ] w1 t4\n- [ ] w2 t5\n", set()),  # that it was taken out was seen before
    ],
)
def test_what_was_taken_out_unread_before_an_older_version_came_is_unclear(
    read: str, unclear: set[str]
) -> None:
    put = written(OLD, NEW)
    cycle(put, NEW.replace("t1", "t4").replace("t2", "t5"))
    cycle(put, read.replace("t1", "t4").replace("t2", "t5"))
    cycle(put, OLD)
    assert put.unclear == unclear


def test_what_a_person_takes_out_in_the_midst_of_a_cycle_is_unclear_too() -> None:
    put = written(OLD, NEW)
    put.look({"A.md": NEW})
    put.reads({"A.md": NEW})
    put.wrote({"A.md": NEW})
    put.saved({"A.md": "- [ ] w1 t1\n"})
    put.done()
    assert put.unclear == set()  # nobody has read it yet
    cycle(put, "- [ ] w1 t1\n")
    assert put.unclear == {"w3"}


def test_what_the_machine_takes_out_is_not() -> None:
    put = written(OLD, NEW)
    cycle(put, NEW, "- [ ] w1 t1\n")
    cycle(put, "- [ ] w1 t1\n")
    assert put.unclear == set()


def test_what_was_saved_before_we_read_may_have_been_typed_into_an_older_text() -> None:
    """The one line is taken out, and before that is read, another one is typed."""
    put = written(OLD, NEW)
    put.look({"A.md": OLD})
    put.reads({"A.md": f"{OLD}- [ ] w4 t4\n"})
    assert put.unclear == {"w3"}


def test_what_is_just_being_saved_is_judged_once_it_is_read() -> None:
    put = written(OLD, NEW)
    put.look({"A.md": "- [ ] w1 t1\n"})
    put.reads({"A.md": "- [ ] w1 t1\n"}, ["A.md"])
    put.done()
    assert put.unclear == set()
    cycle(put, "- [ ] w1 t1\n")
    assert put.unclear == {"w3"}


def test_what_came_with_a_file_or_stood_in_a_save_was_seen() -> None:
    put = Put()
    put.look({})
    put.reads({})
    put.wrote({"A.md": OLD})
    put.done()
    cycle(put, "- [ ] w1 t1\n")
    cycle(put, OLD, NEW)
    cycle(put, f"{NEW}- [ ] w4 t4\n")
    cycle(put, "- [ ] w1 t1\n")
    assert put.unclear == set()


def test_a_line_that_stands_shows_that_those_that_came_with_it_were_seen() -> None:
    put = written("- [ ] w1 t1\n", NEW)
    cycle(put, "- [ ] w2 t2\n")
    assert put.unclear == set()


DATED = OLD.replace("t2", "t2 📅 2060-01-05")


@pytest.mark.parametrize(
    ("saved", "words"),
    [
        ("- [x] w1 t1\n- [ ] w2 t2\n", {"2060-01-05"}),
        (OLD, set()),  # the one day was taken out, and nothing else done
        (DATED.replace("t1", "t4"), set()),
    ],
)
def test_a_day_that_was_just_written_and_goes_with_another_edit_is_unclear(
    saved: str, words: set[str]
) -> None:
    put = written(OLD, DATED)
    cycle(put, saved)
    assert put.words == words


@pytest.mark.parametrize(
    ("before", "left"),
    [
        (OLD.replace("t2", "t2 📅 2060-01-04"), DATED),  # in the place of another
        ("- [ ] w1 t1\n", DATED),  # with its line
        (OLD, DATED.replace("t1", "t3")),  # with words that still stand
    ],
)
def test_a_day_that_was_seen_is_not(before: str, left: str) -> None:
    put = written(before, left)
    cycle(put, left.replace(" 📅 2060-01-05", "").replace("[ ] w1", "[x] w1"))
    assert put.words == set()


@pytest.mark.parametrize(
    ("left", "saved", "words"),
    [
        ("- [x] w1 t9\n", "- [ ] w1 t8\n", {"t9"}),  # the tick is as it was before
        ("- [x] w1 t9\n", "- [x] w1 t8\n", set()),
        ("- [ ] w1 t9\n", "- [ ] w1 t8\n", set()),
        ("- [ ] w1 t9\n    > n7\n", "- [ ] w1 t8\n", {"t9", "n7"}),
        ("- [ ] w1 t9\n    > n7\n", "- [ ] w1 t8\n    > n7\n", set()),
        ("- [ ] w1 t9 🚩\n- [ ] w1 t1\n", "- [ ] w1 t8\n- [ ] w1 t9 🚩\n", set()),  # a copy
    ],
)
def test_a_title_that_is_typed_over_where_something_else_is_taken_back_is_unclear(
    left: str, saved: str, words: set[str]
) -> None:
    put = written("- [ ] w1 t1\n", left)
    cycle(put, saved)
    assert put.words == put.ever == words


def test_what_a_cycle_wrote_before_somebody_typed_in_its_midst_is_known() -> None:
    put = Put()
    put.look({"A.md": OLD})
    put.reads({"A.md": OLD})
    put.wrote({"A.md": DATED})
    put.saved({"A.md": OLD})  # the day is taken out at once
    put.wrote({"A.md": OLD})
    put.done()
    cycle(put, NEW)
    assert put.words == {"2060-01-05"}


def test_who_takes_a_day_out_again_that_came_back_has_seen_it() -> None:
    ticked = "- [x] w1 t1\n- [ ] w2 t2\n"
    put = written(OLD, DATED)
    cycle(put, ticked, ticked.replace("t2", "t2 📅 2060-01-05"))
    assert put.words == {"2060-01-05"}
    cycle(put, ticked)
    assert put.words == set()
    assert put.ever == {"2060-01-05"}


def test_what_was_written_into_a_file_as_it_followed_its_list_to_a_new_name_is_known() -> None:
    put = Put()
    put.look({"A.md": OLD})
    put.reads({"A.md": OLD})
    put.wrote({"B.md": DATED})
    put.done()
    saved = "- [x] w1 t1\n- [ ] w2 t2\n"
    put.look({"B.md": saved})
    put.reads({"B.md": saved})
    assert put.words == {"2060-01-05"}
