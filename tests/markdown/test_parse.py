"""What is no task, what makes a reading doubtful, and lines that try to take forever."""

from __future__ import annotations

from datetime import date

import pytest

from store.model import Field, Frequency, Repeat, Rule
from sync.local.markdown import parse
from sync.local.tasks import NONE

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
    assert task.reminder.opaque == {Field.DUE, Field.PRIORITY, Field.ALARMS}
    assert task.reminder.due is None
    assert task.reminder.values().keys().isdisjoint(task.reminder.opaque)


@pytest.mark.parametrize(
    ("line", "repeat", "is_opaque", "clean"),
    [
        ("a", None, False, True),
        ("a 🔁 every 2 weeks", Rule(Frequency.WEEKLY, 2), False, True),
        ("a [repeat:: every month for 3 times]", Rule(Frequency.MONTHLY, 1, 3), False, True),
        (
            "a 🔁 every year until March 3, 2027 📅 2026-03-03",
            Rule(Frequency.YEARLY, until=date(2027, 3, 3)),
            False,
            True,
        ),
        ("a 🔁 every day 🔁 every 1 day", Rule(Frequency.DAILY), False, True),
        ("a 🔁 every day 🔁 every week", None, True, False),
        ("a 🔁 every week on Monday", None, True, False),
        ("a 🔁 every day when done", None, True, False),
    ],
)
def test_a_rule_is_read_or_left_alone(
    line: str, repeat: Repeat, is_opaque: bool, clean: bool
) -> None:
    (task,) = parse(f"- [ ] {line}".encode(), HOME).tasks
    assert (task.reminder.repeat, task.clean) == (repeat, clean)
    assert (Field.REPEAT in task.reminder.opaque) == is_opaque
    (done,) = parse(f"- [x] {line}".encode(), HOME).tasks
    assert (done.reminder.repeat, done.clean) == (None, clean)
    assert Field.REPEAT in done.reminder.opaque


def test_links_are_read_where_nothing_else_stands_on_their_line() -> None:
    text = """- [ ] a #x #été #x
    - 🔗 <https://a.example/?b=c#d>
    - note
    1) 🔗️ https://b.example
    - 🔗 <https://a.example/?b=c#d>
"""
    (task,) = parse(text.encode(), HOME).tasks
    assert task.reminder.tags == {"x", "été"}
    assert task.reminder.urls == {"https://a.example/?b=c#d", "https://b.example"}
    assert (task.reminder.notes, task.clean) == ("- note", True)


@pytest.mark.parametrize(
    "child",
    ["🔗 <a b>", "🔗 see <u:1>", "🔗 word", "🔗 <u:1>\n      more", "🔗 <u:1>\n        - x", "🔗"],
)
def test_other_words_about_a_link_are_left_alone(child: str) -> None:
    (task,) = parse(f"- [ ] a\n    - {child}\n".encode(), HOME).tasks
    assert (task.reminder.urls, task.reminder.notes) == (frozenset(), "")
    assert (set(task.extras), task.clean) == ({"link"}, False)


def test_tasks_share_the_empty_set() -> None:
    file = parse(
        "- [ ] Buy milk 📅 2026-09-11 ^r-eb6voik\n    > Oat, if there is any\n".encode(), HOME
    )
    (task,) = file.tasks
    said = task.reminder
    empty = (task.extras, said.tags, said.urls, said.images, said.alarms, said.opaque)
    (place,) = file.layout.places
    assert all(one is NONE for one in (*empty, place.notes.extras))
