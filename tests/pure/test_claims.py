"""Of several lines with one id the nearest to what is known is the reminder."""

from __future__ import annotations

from datetime import date
from itertools import permutations

import pytest

from store.model import AllDay, Completion, Reminder
from sync.core.matching.claims import contested, keeper
from sync.core.matching.traces import Line, Trace
from tests.pure.values import A, B

WAS = Trace("a", "A.md", "    - [ ] milk ^r-a", "milk")
SAID = Reminder(
    "a", title="milk", list=A, due=AllDay(date(2026, 11, 22)), notes="two", flagged=True
)


def line(text: str, task: int = 0, path: str = "A.md") -> Line:
    title = text.partition("] ")[2].partition(" ^")[0].partition(" 📅")[0]
    return Line(path, task, text, "r-a", None, Reminder("", title=title, list=A))


@pytest.mark.parametrize(
    ("was", "nearer", "farther"),
    [
        (WAS, line("- [ ] all new ^r-a", 1), line(WAS.text, 0, "B.md")),
        (WAS, line(WAS.text, 1), line("- [ ] milk ^r-a")),
        (WAS, line("- [ ] milk ^r-a", 1), line("- [ ] bread ^r-a")),
        (WAS, line("- [x] milk 📅 2026-11-23 ^r-a", 1), line("- [x] bread ^r-a")),
        (WAS, line("- [ ] bread ^r-a"), line("- [ ] eggs ^r-a", 1)),
        (Trace("a", "A.md", "- [ ] milk"), line("- [ ] milk ^r-a", 1), line("- [ ] bread ^r-a")),
    ],
)
def test_it_is_the_one_nearest_to_where_and_what_was_seen(
    was: Trace, nearer: Line, farther: Line
) -> None:
    for some in permutations((nearer, farther)):
        assert keeper(some, was, SAID) is nearer


@pytest.mark.parametrize(
    ("nearer", "farther"),
    [
        (Reminder("", title="bread", list=A), Reminder("", title="milk", list=B)),
        (Reminder("", title="milk", list=A), Reminder("", title="bread", list=A, due=SAID.due)),
        (Reminder("", title=" milk ", list=A, due=SAID.due), Reminder("", title="milk", list=A)),
        (
            Reminder("", title="milk", list=A, due=SAID.due),
            Reminder("", title="milk", list=A, due=SAID.due, done=Completion()),
        ),
        (
            Reminder("", title="bread", list=A, notes="two"),
            Reminder("", title="eggs", list=A, flagged=True),
        ),
        (
            Reminder("", title="bread", list=A, notes="one"),
            Reminder("", title="eggs", list=A, flagged=True),
        ),
    ],
)
def test_where_none_was_seen_it_is_the_one_nearest_to_what_icloud_says(
    nearer: Reminder, farther: Reminder
) -> None:
    lines = [Line("A.md", at, "", "r-a", None, one) for at, one in enumerate((farther, nearer))]
    for some in permutations(lines):
        assert keeper(some, None, SAID) is lines[1]
        assert keeper(some, None, None) is lines[0]


def test_what_stands_on_one_line_is_not_asked_for() -> None:
    lines = [line("- [ ] milk ^r-a", at) for at in range(2)]
    other = Line("A.md", 2, "", "r-b", None, Reminder(""))
    bare = [Line("A.md", at, "", None, None, Reminder("")) for at in (3, 4)]
    assert contested([*lines, other, *bare], {"r-a": "a", "r-b": "b"}) == {"a"}
    assert contested([*lines, other], {"r-b": "b"}) == set()
