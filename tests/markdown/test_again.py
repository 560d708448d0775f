"""A file of which some lines are new says the same, whatever is known of how it was before."""

from __future__ import annotations

from random import Random

import pytest

from sync.local.markdown.layout import MarkdownFile
from sync.local.markdown.parse import _parsed, parse

from .strategies import HOME

PLAIN = ("- [ ] Milk", "- [x] Bread ✅ 2026-01-01 ^r-abcdefg", "    - [ ] Butter", "    > Note", "")
LINES = (
    *PLAIN,
    *("  words", "words", "```", "~~~", "    ```", "- ```", "<!-- x", "-->", "<div>", "</div>"),
    *("<pre>", "<?", "# Head", "## Section", "Section", "---", "===", "***", "> quote", "%%"),
    *("> - [ ] quoted", "1. [ ] one", "2. [ ] two", "* [ ] star", "- bullet", "[a]: /url", '"t'),
    *("   - [ ] three in", " - [ ] one in", "\t- [ ] tab", "- [ ]", "-", "icloud-list: Home"),
)


def read(lines: list[str], before: MarkdownFile | None = None) -> MarkdownFile:
    _parsed.cache_clear()
    return parse("\n".join(lines).encode(), HOME, before)


def changed(lines: list[str], random: Random) -> list[str]:
    """The lines with one or two of them said otherwise, put in or taken out."""
    new = [*lines]
    for _ in range(random.choice((1, 1, 2))):
        at = random.randrange(len(new))
        how = random.choice(("said otherwise", "put in", "taken out"))
        new[at : at + (how != "put in")] = [] if how == "taken out" else [random.choice(LINES)]
    return new


@pytest.mark.parametrize("seed", range(4))
def test_it_says_what_it_says_when_read_anew(seed: int) -> None:
    random = Random(seed)
    for _ in range(60):
        length = random.randint(6, 20)
        lines = [random.choice(LINES if random.random() < 0.4 else PLAIN) for _ in range(length)]
        new = changed(lines, random)
        anew, again = read(new), read(new, read(lines))
        assert (again, again.layout) == (anew, anew.layout), "\n".join([*lines, "=>", *new])


TASKS = ["## Home", "", *(f"- [ ] Task {number}" for number in range(9)), "", "Words.", "- [ ] End"]


def test_what_is_beside_a_change_is_not_read() -> None:
    old = read(TASKS)
    new = read([*TASKS[:6], "- [x] Task 4", *TASKS[7:]], old)
    same = [one is other for one, other in zip(old.tasks, new.tasks, strict=True)]
    assert same == [True] * 3 + [False] * 2 + [True] * 5
    assert new.tasks[4].reminder.done


def test_what_is_above_a_new_line_is_not_read() -> None:
    old = read(TASKS)
    new = read([*TASKS[:9], "- [ ] Another", *TASKS[9:]], old)
    assert [one is other for one, other in zip(old.tasks, new.tasks, strict=False)][:6] == [
        True
    ] * 6
    assert [task.line for task in new.tasks[6:]] == [8, 9, 10, 11, 14]


@pytest.mark.parametrize("line", ["```", "<!-- open", "<div>", "# Another", "%%", "words"])
def test_a_line_that_reaches_further_is_followed(line: str) -> None:
    new = [*TASKS[:6], line, *TASKS[7:]]
    assert read(new, read(TASKS)) == read(new)
