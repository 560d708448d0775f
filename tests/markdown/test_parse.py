"""What is no task, what makes a reading doubtful, and lines that try to take forever."""

from __future__ import annotations

import pytest

from store.model import Field
from sync.local.markdown import parse

from .strategies import HOME


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("---\na: b\n- [ ] x\n", "line 1: the front matter is not closed"),
        ("- [ ] x\n~~~\n- [ ] y\n", "line 2: a code block is not closed"),
        ("- [ ] x\n\n<!--\n- [ ] y\n", "line 3: a comment is not closed"),
        ("- [ ] x\n\n%% a\n- [ ] y\n", "line 3: a %% comment is not closed"),
        ("".join("  " * n + "- [ ] x\n" for n in range(80)), "nested too deep"),
        (">" * 500 + " x\n", "nested too deep"),
    ],
)
def test_a_reading_that_may_hide_tasks_says_so(text: str, reason: str) -> None:
    assert any(reason in each for each in parse(text.encode(), HOME).suspicious)


@pytest.mark.parametrize(
    "text",
    [
        "```\n- [ ] x\n```\n",
        "> ```\n> x\n\n- [ ] a\n",
        "<!-- x\n-->\n",
        "---\na: b\n---\n",
        "%% a %%\n%%\nb\n%%\n",
        "- [ ] a\n    > <!--\n    > ```\n",
        "```\n%%\n```\n",
    ],
)
def test_an_ordinary_file_is_not_suspicious(text: str) -> None:
    assert parse(text.encode(), HOME).suspicious == ()


def test_lists_may_be_deeper_than_the_parser_goes_by_itself() -> None:
    text = "".join("\t" * depth + "- [ ] x\n" for depth in range(40))
    file = parse(text.encode(), HOME)
    assert len(file.tasks) == 40
    assert {task.parent for task in file.tasks[1:]} == {0}
    assert not file.suspicious


@pytest.mark.parametrize(
    "shard",
    [
        "\\",
        "[a:: ",
        "(a:: x ",
        "<!-- ",
        "%% a ",
        "⛔ a,",
        "⏰ ",
        "🔁 every ",
        "#a ",
        "^a ",
        " ",
        "📅",
    ],
)
def test_a_hostile_line_is_read_in_one_sitting(shard: str) -> None:
    (task,) = parse(("- [ ] x " + shard * 20_000 + "é").encode(), HOME).tasks
    assert task.reminder.title


@pytest.mark.parametrize(
    ("head", "name", "block"),
    [
        ("icloud-list: Home", "Home", None),
        ("icloud-list: 'It''s' # mine\nicloud-id: l-a", "It's", "l-a"),
        ('icloud-list: "a \\"b\\""\n', 'a "b"', None),
        ("icloud-list:\nicloud-id: ", None, None),
        ("  icloud-list: nested", None, None),
        ("icloud-list: C# notes", "C# notes", None),
    ],
)
def test_front_matter_names_the_list(head: str, name: str | None, block: str | None) -> None:
    found = parse(f"---\n{head}\n---\n".encode(), HOME).front_matter
    assert (found.present, found.list_name, found.list_id) == (True, name, block)


def test_an_opaque_field_has_its_default_value() -> None:
    (task,) = parse("- [ ] a ⏫ 🔽 📅 2026-02-30".encode(), HOME).tasks
    assert task.reminder.opaque == {Field.DUE, Field.PRIORITY}
    assert task.reminder.due is None
    assert task.reminder.values().keys().isdisjoint(task.reminder.opaque)
