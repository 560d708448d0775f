"""What was taken out with something else may never have been seen, and nothing but that."""

from __future__ import annotations

import pytest

from tests.simulation.unseen import Put

OLD = "- [ ] w1 t1\n- [ ] w2 t2\n"
NEW = f"{OLD}- [ ] w3 t3\n"


@pytest.mark.parametrize(
    ("saved", "unclear"),
    [
        ("- [ ] w1 t1\n", {"w3"}),
        (OLD, set()),  # the one line that had just come was taken out
        ("- [ ] w1 t1\n- [ ] w3 t3\n", set()),
    ],
)
def test_only_what_just_came_and_went_with_more_is_unclear(saved: str, unclear: set[str]) -> None:
    put = Put()
    put.look({"A.md": OLD})
    put.wrote({"A.md": NEW}, ())
    put.look({"A.md": saved})
    assert put.unclear == unclear


@pytest.mark.parametrize(("taken", "unclear"), [(["w2", "w3"], {"w3"}), ((), set())])
def test_what_a_person_takes_out_in_the_midst_of_a_cycle_is_unclear_too(
    taken: list[str], unclear: set[str]
) -> None:
    put = Put()
    put.look({"A.md": OLD})
    put.wrote({"A.md": NEW}, ())
    put.look({"A.md": NEW})
    put.wrote({"A.md": "- [ ] w1 t1\n"}, (), taken)
    assert put.unclear == unclear


def test_what_was_saved_before_we_looked_may_have_been_typed_into_an_older_text() -> None:
    """The one line is taken out, and before that is read, another one is typed."""
    put = Put()
    put.look({"A.md": OLD})
    put.wrote({"A.md": NEW}, ())
    put.look({"A.md": OLD})
    put.wrote({"A.md": f"{OLD}- [ ] w4 t4\n"}, ["w4"], ["w3"])
    put.look({"A.md": f"{OLD}- [ ] w4 t4\n"})
    assert put.unclear == {"w3"}


def test_what_came_with_a_file_or_stood_in_a_save_was_seen() -> None:
    put = Put()
    put.look({})
    put.wrote({"A.md": OLD}, ())
    put.look({"A.md": "- [ ] w1 t1\n"})
    put.wrote({"A.md": NEW}, ["w2"])
    put.look({"A.md": f"{NEW}- [ ] w4 t4\n"})
    put.wrote({"A.md": f"{NEW}- [ ] w4 t4\n"}, ())
    put.look({"A.md": "- [ ] w1 t1\n"})
    assert put.unclear == set()


def test_a_line_that_stands_shows_that_those_that_came_with_it_were_seen() -> None:
    put = Put()
    put.look({"A.md": "- [ ] w1 t1\n"})
    put.wrote({"A.md": NEW}, ())
    put.look({"A.md": "- [ ] w2 t2\n"})
    assert put.unclear == set()


DATED = OLD.replace("t2", "t2 📅 2060-01-05")


def day_written(before: str, left: str, typed: tuple[str, ...] = ()) -> Put:
    put = Put()
    put.look({"A.md": before})
    put.wrote({"A.md": left}, (), typed=typed)
    return put


@pytest.mark.parametrize(
    ("saved", "unclear"),
    [
        ("- [x] w1 t1\n- [ ] w2 t2\n", {"2060-01-05"}),
        (OLD, set()),  # the one day was taken out, and nothing else done
        (DATED.replace("t1", "t4"), set()),
    ],
)
def test_a_day_that_was_just_written_and_goes_with_another_edit_is_unclear(
    saved: str, unclear: set[str]
) -> None:
    put = day_written(OLD, DATED)
    put.look({"A.md": saved})
    assert put.unclear_days == unclear


@pytest.mark.parametrize(
    ("before", "left", "typed"),
    [
        (OLD, DATED, ("2060-01-05",)),  # by a person, while the cycle lasted
        (OLD.replace("t2", "t2 📅 2060-01-04"), DATED, ()),  # in the place of another
        ("- [ ] w1 t1\n", DATED, ()),  # with its line
        (OLD, DATED.replace("t1", "t3"), ()),  # with words that still stand
    ],
)
def test_a_day_that_was_seen_is_not(before: str, left: str, typed: tuple[str, ...]) -> None:
    put = day_written(before, left, typed)
    put.look({"A.md": left.replace(" 📅 2060-01-05", "").replace("[ ] w1", "[x] w1")})
    assert put.unclear_days == set()


def test_in_the_midst_of_a_cycle_only_a_day_counts_that_a_person_took_out() -> None:
    for taken, unclear in ((["2060-01-05"], {"2060-01-05"}), ([], set())):
        put = day_written(OLD, DATED)
        put.look({"A.md": DATED})
        put.wrote({"A.md": "- [x] w1 t1\n- [ ] w2 t2\n"}, (), taken)
        assert put.unclear_days == unclear


def test_who_takes_a_day_out_again_that_came_back_has_seen_it() -> None:
    put = day_written(OLD, DATED)
    put.look({"A.md": "- [x] w1 t1\n- [ ] w2 t2\n"})
    put.wrote({"A.md": "- [x] w1 t1\n- [ ] w2 t2 📅 2060-01-05\n"}, ())
    assert put.unclear_days == {"2060-01-05"}
    put.look({"A.md": "- [x] w1 t1\n- [ ] w2 t2\n"})
    assert put.unclear_days == set()
