"""A value of the front matter is changed in its place, and no other byte is."""

from __future__ import annotations

import pytest

from sync.local.markdown import CannotEdit, parse, set_head

ZONE = "Europe/Paris"

CASES = [
    ("---\nicloud-list: A\n---\n- [ ] x\n", "B", "---\nicloud-list: B\n---\n- [ ] x\n"),
    (
        "---\r\na: 1\r\nicloud-list:\tA  # c\r\n---\r\n",
        "B c",
        "---\r\na: 1\r\nicloud-list:\tB c  # c\r\n---\r\n",
    ),
    ("---\nicloud-list: 'It''s' # mine\n---\n", "x", "---\nicloud-list: x # mine\n---\n"),
    ('---\nicloud-list: "a \\"#b\\""\n---\n', "x", "---\nicloud-list: x\n---\n"),
    ("---\nicloud-list: C# notes\n---\n", "x", "---\nicloud-list: x\n---\n"),
    (
        "---\nicloud-list: A\nicloud-list: B\n---\n",
        "x",
        "---\nicloud-list: A\nicloud-list: x\n---\n",
    ),
    ("\ufeff---\nicloud-list: A\n---\n", "x", "\ufeff---\nicloud-list: x\n---\n"),
]


@pytest.mark.parametrize(("before", "name", "after"), CASES)
def test_only_the_value_changes(before: str, name: str, after: str) -> None:
    data = set_head(parse(before.encode(), ZONE), {"icloud-list": name}, ZONE)
    assert data.decode() == after


@pytest.mark.parametrize(
    "name",
    ["It's: all", "true", "12", "a #b", "#x", "- x", '"q"', "🛒 Groceries", "A & B", "x:", "{a}"],
)
def test_every_name_reads_back(name: str) -> None:
    file = parse(b"---\nicloud-list: A\n---\n", ZONE)
    assert parse(set_head(file, {"icloud-list": name}, ZONE), ZONE).front_matter.list_name == name


def test_a_key_that_is_not_there_is_not_put_there() -> None:
    with pytest.raises(CannotEdit, match="icloud-list"):
        set_head(parse(b"---\na: 1\n---\nicloud-list: x\n", ZONE), {"icloud-list": "y"}, ZONE)
