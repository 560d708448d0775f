"""Notes merge by lines: what both sides typed apart is in both, and nothing typed is dropped."""

from __future__ import annotations

from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sync.core.merging.merge import MISSING, Agreed, Conflicted, Joined, Push, Render, Side
from sync.core.merging.notes import merge_notes, merged_lines

LINES = st.lists(st.sampled_from(["a", "b", "c", "d", "", "  "]), max_size=6)
TEXTS = LINES.map("\n".join)
SIDES = st.sampled_from(Side)
OTHER = {Side.CLOUD: Side.FILES, Side.FILES: Side.CLOUD}

# base, winner, loser: the text that has both
APART = {
    "each another line": ("a\nb\nc", "A\nb\nc", "a\nb\nC", "A\nb\nC"),
    "neighbours": ("a\nb", "A\nb", "a\nB", "A\nB"),
    "a line put in beside a change": ("a\nb", "A\nb", "a\nx\nb", "A\nx\nb"),
    "a line put in before a change": ("a\nb", "x\na\nb", "A\nb", "x\nA\nb"),
    "a line gone, another put in": ("a\nb\nc", "b\nc", "a\nb\nc\nd", "b\nc\nd"),
    "all gone, one put in": ("a\nb", "", "a\nb\nc", "c"),
    "both put one in at the end": ("a", "a\nx", "a\ny", "a\nx\ny"),
    "both put in the same and more": ("a", "a\nx\ny", "a\ny\nz", "a\nx\ny\nz"),
    "paragraphs": ("a", "a\n\nx", "a\n\ny", "a\n\nx\n\ny"),
    "the same change and another": ("a\nb\nc", "A\nb\nc", "A\nb\nC", "A\nb\nC"),
}
TOGETHER = {
    "one line, two ways": ("a\nb", "A\nb", "Á\nb"),
    "changed and gone": ("a\nb\nc", "a\nB\nc", "a"),
    "into the middle of what went": ("a\nb\nc", "", "a\nx\nb\nc"),
    "moved to two places": ("a\nb\nc\nd\nm", "m\na\nb\nc\nd", "a\nb\nm\nc\nd"),
}


@pytest.mark.parametrize("case", APART.values(), ids=APART)
def test_what_was_typed_apart_is_in_both(case: tuple[str, str, str, str]) -> None:
    base, winner, loser, both = case
    assert merged_lines(base, winner, loser) == both
    assert merge_notes(base, loser, winner, Side.CLOUD) == Joined(both)
    assert merge_notes(base, winner, loser, Side.FILES) == Joined(both)


@pytest.mark.parametrize("case", TOGETHER.values(), ids=TOGETHER)
def test_one_line_changed_on_both_sides_is_a_conflict(case: tuple[str, str, str]) -> None:
    base, winner, loser = case
    assert merged_lines(base, winner, loser) is None
    conflict = Conflicted(winner, loser, Side.CLOUD)
    assert merge_notes(base, loser, winner, Side.CLOUD) == conflict


@pytest.mark.parametrize("base", ["", MISSING])
def test_two_first_notes_are_a_conflict(base: str) -> None:
    assert isinstance(merge_notes(base, "typed", "dictated", Side.CLOUD), Conflicted)


@given(TEXTS, TEXTS, TEXTS, SIDES)
def test_nothing_typed_is_dropped_and_nothing_comes_twice(
    base: str, here: str, there: str, wins: Side
) -> None:
    merged = merge_notes(base, here, there, wins)
    if isinstance(merged, Conflicted):
        assert {merged.winner, merged.loser} == {here, there}
        return
    lines = Counter(str(merged.value).split("\n"))
    sides = Counter(here.split("\n")), Counter(there.split("\n"))
    if isinstance(merged, Joined):
        typed = {line for side in sides for line in side - Counter(base.split("\n"))}
        assert {line for line in typed if line.strip()} <= lines.keys()
        assert all(n <= max(s[line] for s in sides) for line, n in lines.items() if line.strip())


@given(TEXTS, TEXTS, SIDES)
def test_the_side_that_alone_changed_is_the_result(base: str, changed: str, wins: Side) -> None:
    if changed != base:
        assert merge_notes(base, base, changed, wins) == Render(changed)
        assert merge_notes(base, changed, base, wins) == Push(changed)
    assert merge_notes(base, changed, changed, wins) == Agreed(changed)
    if base:
        assert merged_lines(base, base, changed) == merged_lines(base, changed, base) == changed


@given(TEXTS, TEXTS, TEXTS, SIDES)
def test_the_sides_may_change_places(base: str, here: str, there: str, wins: Side) -> None:
    merged = merge_notes(base, here, there, wins)
    turned = merge_notes(base, there, here, OTHER[wins])
    if isinstance(merged, Joined):
        assert turned == merged
    assert isinstance(merged, Conflicted) == isinstance(turned, Conflicted)


@given(TEXTS, TEXTS, TEXTS, SIDES)
def test_a_line_that_took_both_in_is_sent_whole(
    base: str, here: str, there: str, wins: Side
) -> None:
    merged = merge_notes(base, here, there, wins)
    if isinstance(merged, Joined) and merged.value not in (here, there):
        # The file says it first; the base is then what iCloud has.
        assert merge_notes(there, merged.value, there, wins) == Push(merged.value)
