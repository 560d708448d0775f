"""The file of what is due today: ticks are found in it, and any other edit is known for one."""

from __future__ import annotations

from datetime import date, time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sync.local.files import ids_in
from sync.local.today import Item, is_made, is_untouched, ticked, written

DAY = date(2026, 3, 2)
MILK = Item("r-4k7q2mx", "Buy milk", "Groceries", DAY, time(9))
CALL = Item("r-aaaaaaa", "Call <!-- mum -->\nnow", "Home", date(2026, 3, 1))
OLD = Item("r-bbbbbbb", "", "", date(2026, 2, 1), time(18, 30))
DATA = written([OLD, CALL, MILK], DAY)


def test_it_reads_like_this() -> None:
    head, _, body = DATA.decode().partition("\n")
    assert head.startswith("<!-- remindersd made this file: ticks count in it, other edits do not;")
    assert body == (
        "\n## Overdue\n\n"
        "- [ ] 2026-02-01 18:30 (no title) <!-- r-bbbbbbb 2026-02-01T18:30 -->\n"
        "- [ ] yesterday Call \\<!-- mum --> now · Home <!-- r-aaaaaaa 2026-03-01 -->\n"
        "\n## Today\n\n"
        "- [ ] 09:00 Buy milk · Groceries <!-- r-4k7q2mx 2026-03-02T09:00 -->\n"
    )


def test_on_a_day_with_nothing_it_says_so() -> None:
    assert written([], DAY).decode().endswith("\n## Today\n\nNothing more.\n")


def test_its_ids_are_those_of_no_line() -> None:
    assert ids_in(DATA) == frozenset()


def tick(data: bytes, word: str) -> bytes:
    lines = data.decode().split("\n")
    return "\n".join(
        line.replace("[ ]", "[x]", 1) if word in line else line for line in lines
    ).encode()


@pytest.mark.parametrize(
    "edited",
    [
        tick(DATA, "milk"),
        tick(DATA, "milk").replace(b"T09:00 -->", "T09:00 --> ✅ 2026-03-02".encode()),
        tick(DATA, "milk").replace(b"\n", b"\r\n"),
        tick(DATA, "milk").rstrip(b"\n"),
        tick(DATA, "milk").replace(b"[x]", b"[X]"),
    ],
)
def test_a_tick_as_editors_make_it_is_a_tick_and_nothing_else(edited: bytes) -> None:
    assert ticked(edited) == {"r-4k7q2mx": "2026-03-02T09:00"}
    assert is_made(edited)
    assert is_untouched(edited)


@pytest.mark.parametrize(
    "edited",
    [
        DATA + b"- [ ] something of mine\n",
        DATA.replace(b"milk", b"oat milk"),
        DATA.replace(b"- [ ] 09:00 Buy milk", b"  - [ ] 09:00 Buy milk"),
        b"\n".join(DATA.split(b"\n")[:-2]),
        DATA.replace(b"milk", b"\xff"),
        DATA.replace(b"made this file: ticks", b"made this file. Ticks"),
    ],
)
def test_any_other_edit_is_a_persons(edited: bytes) -> None:
    assert is_made(edited)
    assert not is_untouched(edited)


def test_what_a_person_made_is_not_taken_for_it() -> None:
    assert not is_made(b"# Today\n\n- [ ] milk\n")
    assert is_made(b"\xef\xbb\xbf" + DATA)


texts = st.text("ab <!->\n\r[x]*#\\✅2·\u2028", max_size=20)
items = st.builds(
    Item,
    st.sampled_from([f"r-aaaaaa{end}" for end in "bcdefgh234567"]),
    texts,
    texts,
    st.dates(date(2026, 1, 1), date(2026, 6, 1)),
    st.none() | st.times().map(lambda one: one.replace(second=0, microsecond=0)),
)


@settings(max_examples=25)
@given(st.lists(items, max_size=6, unique_by=lambda one: one.block), st.data())
def test_whatever_titles_say_each_tick_is_found_and_no_other(
    shown: list[Item], data: st.DataObject
) -> None:
    made = written(shown, DAY)
    assert (is_made(made), is_untouched(made), ticked(made)) == (True, True, {})
    wanted = data.draw(st.sets(st.sampled_from(shown)) if shown else st.just(set()))
    edited = made
    for one in wanted:
        edited = tick(edited, f"<!-- {one.block} {one.at} -->")
    assert is_untouched(edited)
    assert ticked(edited) == {one.block: one.at for one in wanted}
