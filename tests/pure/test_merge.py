"""Merging one field: every combination, and that neither side is favoured but by the policy."""

from __future__ import annotations

from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from store.model import Value
from sync.core.merging.merge import (
    MISSING,
    Agreed,
    Base,
    Conflicted,
    Merged,
    Push,
    Render,
    Side,
    merge,
)
from tests.pure.values import REMOTE_VALUES

VALUES = st.sampled_from(sorted({v for vs in REMOTE_VALUES.values() for v in vs}, key=repr))
SIDES = st.sampled_from(Side)
OTHER = {Side.CLOUD: Side.FILES, Side.FILES: Side.CLOUD}

# base, local, remote: what it comes to, with the cloud winning; every cell there is
TABLE = {
    ("a", "a", "a"): Agreed("a"),
    ("a", "a", "b"): Render("b"),
    ("a", "b", "a"): Push("b"),
    ("a", "b", "b"): Agreed("b"),
    ("a", "b", "c"): Conflicted("c", "b", Side.CLOUD),
    (MISSING, "a", "a"): Agreed("a"),
    (MISSING, "a", "b"): Conflicted("b", "a", Side.CLOUD),
}


def _pattern(values: tuple[Base, Value, Value]) -> tuple[Base, Value, Value]:
    """The cell of the table that a combination belongs to: its values renamed as they come."""
    names: dict[object, str] = {}
    renamed = [
        value if value is MISSING else names.setdefault(value, "abc"[len(names)])
        for value in values
    ]
    return tuple(renamed)  # type: ignore[return-value]


def test_the_table_has_every_cell() -> None:
    cells = {_pattern(each) for each in product((MISSING, "x", "y", "z"), "xyz", "xyz")}
    assert cells == set(TABLE)


@pytest.mark.parametrize("values", list(product((MISSING, "x", "y", "z"), "xyz", "xyz")), ids=str)
def test_every_combination_does_as_the_table_says(values: tuple[Base, Value, Value]) -> None:
    back = dict(zip(_pattern(values), values, strict=True))
    expected: Merged
    match TABLE[_pattern(values)]:
        case Conflicted(winner, loser, winning):
            expected = Conflicted(back[winner], back[loser], winning)
        case Agreed(value):
            expected = Agreed(back[value])
        case Render(value):
            expected = Render(back[value])
        case Push(value):
            expected = Push(back[value])
    assert merge(*values, Side.CLOUD) == expected


def _mirrored(merged: Merged) -> Merged:
    match merged:
        case Push(value):
            return Render(value)
        case Render(value):
            return Push(value)
        case Conflicted(winner, loser, winning):
            return Conflicted(winner, loser, OTHER[winning])
    return merged


@given(st.one_of(st.just(MISSING), VALUES), VALUES, VALUES, SIDES)
def test_merging_is_symmetric(base: Base, one: Value, other: Value, wins: Side) -> None:
    assert merge(base, other, one, OTHER[wins]) == _mirrored(merge(base, one, other, wins))


@given(st.one_of(st.just(MISSING), VALUES), VALUES, VALUES, SIDES)
def test_what_came_of_it_is_agreed_on(base: Base, one: Value, other: Value, wins: Side) -> None:
    merged = merge(base, one, other, wins)
    value = merged.winner if isinstance(merged, Conflicted) else merged.value
    assert merge(value, value, value, wins) == Agreed(value)


@given(st.one_of(st.just(MISSING), VALUES), VALUES, VALUES, SIDES)
def test_a_value_that_one_side_changed_is_never_gone(
    base: Base, here: Value, there: Value, wins: Side
) -> None:
    merged = merge(base, here, there, wins)
    kept = {merged.winner, merged.loser} if isinstance(merged, Conflicted) else {merged.value}
    assert {value for value in (here, there) if value != base} <= kept
