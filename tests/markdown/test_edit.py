"""An edit changes what it says and nothing else."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime
from typing import Any

import pytest

from store.model import (
    AllDay,
    Completion,
    Field,
    Floating,
    Frequency,
    OtherRule,
    Priority,
    Reminder,
    Rule,
    Value,
    Zoned,
)
from sync.local.markdown import (
    CannotEdit,
    Edit,
    Insert,
    Remove,
    SetFields,
    Stamp,
    edit,
    parse,
)

from .strategies import HOME

T = datetime(2026, 3, 2, 14, 30)
WEEKLY, WORDS = Rule(Frequency.WEEKLY, 2, 3), "every 2 weeks for 3 times"


def one_edit(data: str, changes: dict[Field, Value], task: int = 0) -> str:
    return edit(parse(data.encode(), HOME), [SetFields(task, changes)], HOME).decode()


@pytest.mark.parametrize(
    ("before", "changes", "after"),
    [
        ("- [ ] a", {Field.DONE: Completion(day=date(2026, 2, 19))}, "- [x] a ✅ 2026-02-19"),
        ("- [ ] a", {Field.DONE: Completion()}, "- [x] a"),
        ("* [/] a ^b", {Field.DONE: Completion(at_ms=0)}, "* [x] a ✅ 1970-01-01 ^b"),
        ("- [x] a ✅ 2026-02-19 ^b", {Field.DONE: None}, "- [ ] a ^b"),
        ("- [-] a ❌ 2026-02-19", {Field.DONE: None}, "- [ ] a"),
        ("- [X] a", {Field.DONE: Completion(day=date(2026, 2, 19))}, "- [X] a"),
        ("- [x] a ✅ 2026-02-19", {Field.DONE: Completion()}, "- [x] a ✅ 2026-02-19"),
        (
            "- [x] a ✅ 2026-02-19",
            {Field.DONE: Completion(day=date(2026, 2, 20))},
            "- [x] a ✅ 2026-02-20",
        ),
        ("- [>] a 📅 2026-03-02", {Field.TITLE: "b"}, "- [>] b 📅 2026-03-02"),
        ("1) [ ] a  #t  ⏫", {Field.TITLE: "b #c"}, "1) [ ] b \\#c  #t  ⏫"),
        ("- [ ] a 🚩 b ⏫ c", {Field.TITLE: "d"}, "- [ ] d 🚩 ⏫"),
        ("- [ ] a 🚩 b", {Field.FLAGGED: False}, "- [ ] a b"),
        ("- [ ] a⏫b", {Field.PRIORITY: Priority.NONE}, "- [ ] a b"),
        ("- [ ] ⏫ a", {Field.PRIORITY: Priority.NONE}, "- [ ] a"),
        ("- [ ] ⏫", {Field.TITLE: "a"}, "- [ ] a ⏫"),
        ("- [ ]", {Field.TITLE: "a", Field.FLAGGED: True}, "- [ ] a 🚩"),
        ("- [ ] ^b", {Field.TITLE: "a"}, "- [ ] a ^b"),
        ("- [ ] a 🔺 📅 2026-03-02", {Field.PRIORITY: Priority.HIGH}, "- [ ] a 🔺 📅 2026-03-02"),
        ("- [ ] a 🔺 📅 2026-03-02", {Field.PRIORITY: Priority.LOW}, "- [ ] a 🔽 📅 2026-03-02"),
        ("- [ ] a [priority:: high]", {Field.PRIORITY: Priority.LOW}, "- [ ] a [priority:: low]"),
        ("- [ ] a #t 📅 2026-03-02 ^b", {Field.FLAGGED: True}, "- [ ] a 🚩 #t 📅 2026-03-02 ^b"),
        (
            "- [ ] a 🔁 every day 📅 2026-03-02 #t ^b",
            {Field.DUE: Zoned(T, HOME)},
            "- [ ] a ⏰ 14:30 🔁 every day 📅 2026-03-02 #t ^b",
        ),
        ("- [ ] a ⏰ 9:30 📅 2026-03-02", {Field.DUE: None}, "- [ ] a"),
        (
            "- [ ] a ⏰ 9:30 📅 2026-03-02",
            {Field.DUE: AllDay(date(2026, 3, 3))},
            "- [ ] a 📅 2026-03-03",
        ),
        (
            "- [ ] a ⏰️ 9:30 Europe/London 📅2026-03-02",
            {Field.DUE: Zoned(datetime(2026, 3, 2, 9, 30, 59), "Europe/London")},
            "- [ ] a ⏰️ 9:30 Europe/London 📅2026-03-02",
        ),
        (
            "- [ ] a ⏰️ 9:30 Europe/London 📅2026-03-02",
            {Field.DUE: Zoned(datetime(2026, 3, 3, 8, 5), "Europe/London")},
            "- [ ] a ⏰️ 08:05 Europe/London 📅2026-03-03",
        ),
        (
            "- [ ] a ⏰ 14:30 Europe/Paris 🗓️ 2026-03-01",
            {Field.DUE: Zoned(T, HOME)},
            "- [ ] a ⏰ 14:30 Europe/Paris 🗓️ 2026-03-02",
        ),
        (
            "- [ ] a ⏰ 14:30 📅 2026-03-02",
            {Field.DUE: Floating(T)},
            "- [ ] a ⏰ 14:30 floating 📅 2026-03-02",
        ),
        (
            "- [ ] a ⏰ 14:30 floating 📅 2026-03-02",
            {Field.DUE: Zoned(T, HOME)},
            "- [ ] a ⏰ 14:30 📅 2026-03-02",
        ),
        (
            "- [ ] a 📅 2026-03-01 14:30",
            {Field.DUE: Zoned(T, HOME)},
            "- [ ] a ⏰ 14:30 📅 2026-03-02",
        ),
        (
            "- [ ] a [due:: 2026-03-01T14:30]",
            {Field.DUE: Zoned(T, HOME)},
            "- [ ] a [due:: 2026-03-02T14:30]",
        ),
        (
            "- [ ] a (due:: 2026-03-01)",
            {Field.DUE: Floating(T)},
            "- [ ] a ⏰ 14:30 floating (due:: 2026-03-02)",
        ),
        (
            "- [ ] a ⏰ 2026-03-01 08:00",
            {Field.DUE: AllDay(T.date())},
            "- [ ] a ⏰ 2026-03-01 08:00 📅 2026-03-02",
        ),
        ("- [ ] a #t  #u ⏫ ^b", {Field.TAGS: {"t", "u", "x", "y"}}, "- [ ] a #t  #u #x #y ⏫ ^b"),
        ("- [ ] a #t #u #v", {Field.TAGS: {"t", "v"}}, "- [ ] a #t #v"),
        ("- [ ] a ⏫ #t 📅 2026-03-02", {Field.TAGS: {"x"}}, "- [ ] a #x ⏫ 📅 2026-03-02"),
        ("- [ ] ⏫ a ^b", {Field.TAGS: {"x"}}, "- [ ] ⏫ a #x ^b"),
        ("- [ ] a #t #t", {Field.TAGS: set()}, "- [ ] a"),
        ("- [ ] a", {Field.TAGS: {"no tag", "12", "x"}}, "- [ ] a #x"),
        (
            "- [ ] a 📅 2026-03-02 ^b",
            {Field.REPEAT: WEEKLY},
            "- [ ] a 🔁 every 2 weeks for 3 times 📅 2026-03-02 ^b",
        ),
        ("- [ ] a 🔁every day ⏫", {Field.REPEAT: WEEKLY}, f"- [ ] a 🔁{WORDS} ⏫"),
        ("- [ ] a [repeat:: every day]", {Field.REPEAT: WEEKLY}, f"- [ ] a [repeat:: {WORDS}]"),
        ("- [ ] a 🔁 every day 🔁 every 1 day #t", {Field.REPEAT: None}, "- [ ] a #t"),
        ("- [ ] a 🔁 Every Day", {Field.REPEAT: Rule(Frequency.DAILY)}, "- [ ] a 🔁 Every Day"),
        ("- [ ] a", {Field.REPEAT: OtherRule("every day", "k")}, "- [ ] a 🔁 every day"),
        (
            "- [x] a 🔁 every 2 weeks ✅ 2026-02-19",
            {Field.DONE: None, Field.REPEAT: WEEKLY},
            f"- [ ] a 🔁 {WORDS}",
        ),
        ("- [x] a 🔁 every day", {Field.TITLE: "b"}, "- [x] b 🔁 every day"),
        ("- [ ] a 🔁 every day", {Field.DONE: Completion()}, "- [x] a 🔁 every day"),
        ("- [x] a 🔁 every day on", {Field.DONE: None}, "- [ ] a 🔁 every day on"),
        ("- [ ] a  ", {Field.FLAGGED: True}, "- [ ] a 🚩  "),
        ("\ufeff- [ ] a\r\n\tb\r", {Field.TITLE: "c"}, "\ufeff- [ ] c\r\n\tb\r"),
    ],
)
def test_one_token_changes(before: str, changes: dict[Field, Any], after: str) -> None:
    if Field.TAGS in changes:
        changes = {Field.TAGS: frozenset(changes[Field.TAGS])}
    assert one_edit(before, changes) == after


@pytest.mark.parametrize(
    ("before", "urls", "after"),
    [
        ("- [ ] a\n- [ ] b", "u:1 u:2", "- [ ] a\n    - 🔗 <u:1>\n    - 🔗 <u:2>\n- [ ] b"),
        ("- [ ] a\n  > n\n", "u:1", "- [ ] a\n  > n\n  - 🔗 <u:1>\n"),
        ("* [ ] a\n  * [ ] b", "u:1", "* [ ] a\n  * 🔗 <u:1>\n  * [ ] b"),
        ("1. [ ] a", "u:1", "1. [ ] a\n    - 🔗 <u:1>"),
        (
            "- [ ] a\n\t+ 🔗  <u:1>\n    - 🔗 u://2\n    > n\n",
            "u:1 u:3",
            "- [ ] a\n\t+ 🔗  <u:1>\n    - 🔗 <u:3>\n    > n\n",
        ),
        (
            "- [ ] a\n    - 🔗 [x](u:1)\n    - 📎 p\n",
            "u:1",
            "- [ ] a\n    - 🔗 <u:1>\n    - 🔗 [x](u:1)\n    - 📎 p\n",
        ),
        ("- [ ] a\n    - 🔗 <u:1>\n    - 🔗 <u:1>\n- [ ] b", "", "- [ ] a\n- [ ] b"),
    ],
)
def test_only_links_that_come_or_go_change(before: str, urls: str, after: str) -> None:
    assert one_edit(before, {Field.URLS: frozenset(urls.split())}) == after


def test_links_come_behind_notes_that_come_with_them() -> None:
    changes: dict[Field, Value] = {Field.URLS: frozenset({"u:1"}), Field.NOTES: "n"}
    assert one_edit("- [ ] a\n", changes) == "- [ ] a\n    > n\n    - 🔗 <u:1>\n"


@pytest.mark.parametrize(
    ("before", "notes", "after"),
    [
        ("- [ ] a\n- [ ] b", "x\n\ny", "- [ ] a\n    > x\n    >\n    > y\n- [ ] b"),
        ("- [ ] a", "x", "- [ ] a\n    > x"),
        ("- [ ] a\n    > x\n    > y\n", "", "- [ ] a\n"),
        ("- [ ] a\n  >x\n  >y\n  >z\n", "x\nw\nz", "- [ ] a\n  >x\n  > w\n  >z\n"),
        ("- [ ] a\n    > x\n", "x\ny", "- [ ] a\n    > x\n    > y\n"),
        ("- [ ] a\n    > x\n    > y\n    - 🔗 <u>\n", "y", "- [ ] a\n    > y\n    - 🔗 <u>\n"),
        ("- [ ] a\n    - x\n    - [ ] sub\n", "y", "- [ ] a\n    > y\n    - [ ] sub\n"),
        ("- [ ] a\n\t- [ ] sub\n", "y", "- [ ] a\n\t> y\n\t- [ ] sub\n"),
        ("100. [ ] a\n", "y", "100. [ ] a\n     > y\n"),
        ("-    [ ] a\n", "y", "-    [ ] a\n     > y\n"),
        ("- [ ] a\n- [ ] b\n  > x\n", "y", "- [ ] a\n  > y\n- [ ] b\n  > x\n"),
        ("- [ ] a\r\n- [ ] b\n", "y", "- [ ] a\r\n    > y\r\n- [ ] b\n"),
        ("- [ ] a\n", "```\n<!--\n- [ ] no", "- [ ] a\n    > ```\n    > <!--\n    > - [ ] no\n"),
    ],
)
def test_only_note_lines_change(before: str, notes: str, after: str) -> None:
    assert one_edit(before, {Field.NOTES: notes}) == after


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("", "- [ ] new ^r-n\n"),
        ("# Home\n", "# Home\n\n- [ ] new ^r-n\n"),
        ("# Home", "# Home\n\n- [ ] new ^r-n"),
        ("- [ ] a", "- [ ] a\n- [ ] new ^r-n"),
        ("- [ ] a\r\n\r\nwords\n", "- [ ] a\r\n- [ ] new ^r-n\r\n\r\nwords\n"),
        ("* [ ] a\n    > x\n\n\n", "* [ ] a\n    > x\n* [ ] new ^r-n\n\n\n"),
        ("1. [ ] a\n2. [ ] b\n", "1. [ ] a\n2. [ ] b\n3. [ ] new ^r-n\n"),
        ("# H\n## Done\n- [x] a\n", "# H\n\n- [ ] new ^r-n\n\n## Done\n- [x] a\n"),
        ("- [ ] a\n\n## Done\n\n- [x] b\n", "- [ ] a\n- [ ] new ^r-n\n\n## Done\n\n- [x] b\n"),
        ("- [ ] a\n\n## X\n\n- [ ] b\n", "- [ ] a\n- [ ] new ^r-n\n\n## X\n\n- [ ] b\n"),
        ("## X\n\n- [ ] b\n\n## Done\n", "- [ ] new ^r-n\n\n## X\n\n- [ ] b\n\n## Done\n"),
        ("- plain\n    - [ ] in it\n", "- plain\n    - [ ] in it\n\n- [ ] new ^r-n\n"),
        ("---\nx: y\n---\n", "---\nx: y\n---\n\n- [ ] new ^r-n\n"),
    ],
)
def test_a_new_task_goes_behind_the_open_ones(before: str, after: str) -> None:
    wish = Insert(Reminder("", title="new"), "r-n")
    assert edit(parse(before.encode(), HOME), [wish], HOME).decode() == after


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("- [ ] a\n- [ ] b\n", "- [ ] a\n    - [ ] new ^r-n\n- [ ] b\n"),
        ("- [ ] a\n    > x\n\n- [ ] b\n", "- [ ] a\n    > x\n    - [ ] new ^r-n\n\n- [ ] b\n"),
        ("* [ ] a\n\t* [x] s\n", "* [ ] a\n\t* [x] s\n\t* [ ] new ^r-n\n"),
        ("- [ ] a\n- [ ] b\n  - [ ] s\n", "- [ ] a\n  - [ ] new ^r-n\n- [ ] b\n  - [ ] s\n"),
        ("100. [ ] a\n", "100. [ ] a\n     - [ ] new ^r-n\n"),
        (
            "- [ ] a\n    - plain\n        - [ ] s\n    - more\n",
            "- [ ] a\n    - plain\n        - [ ] s\n    - more\n    - [ ] new ^r-n\n",
        ),
        ("- [ ] a\n    1. [ ] s", "- [ ] a\n    1. [ ] s\n    2. [ ] new ^r-n"),
    ],
)
def test_a_new_subtask_goes_beneath_its_parent(before: str, after: str) -> None:
    wish = Insert(Reminder("", title="new"), "r-n", after_parent=0)
    assert edit(parse(before.encode(), HOME), [wish], HOME).decode() == after


def test_a_new_task_brings_its_subtasks_and_notes() -> None:
    child = Insert(Reminder("", title="small", tags=frozenset({"t"})), "r-c")
    wish = Insert(Reminder("", title="new", notes="n"), "r-n", children=(child,))
    result = edit(parse(b"- [ ] a\n  - [ ] b\n", HOME), [wish, wish], HOME).decode()
    block = "- [ ] new ^r-n\n  > n\n  - [ ] small #t ^r-c\n"
    assert result == "- [ ] a\n  - [ ] b\n" + block * 2


def test_all_kinds_of_edits_at_once() -> None:
    before = "- [ ] a\n    > n\n    - [ ] s ^s\n- [ ] b\n- [ ] c"
    wishes: list[Edit] = [
        SetFields(0, {Field.NOTES: "m"}),
        Stamp(0, "r-a"),
        Remove(1),
        Insert(Reminder("", title="t"), "r-t", after_parent=0),
        Remove(2),
        Insert(Reminder("", title="d"), "r-d"),
        SetFields(3, {Field.TITLE: "C"}),
        SetFields(3, {Field.FLAGGED: True}),
    ]
    after = "- [ ] a ^r-a\n    > m\n    - [ ] t ^r-t\n- [ ] C 🚩\n- [ ] d ^r-d"
    assert edit(parse(before.encode(), HOME), wishes, HOME).decode() == after


def test_a_stamp_never_adds_a_second_id() -> None:
    data = b"- [ ] a ^mine\n- [ ] b  \n"
    wishes: list[Edit] = [Stamp(0, "r-a"), Stamp(1, "r-b")]
    assert edit(parse(data, HOME), wishes, HOME) == b"- [ ] a ^mine\n- [ ] b ^r-b  \n"


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("- [ ] a ^r-b 📅", "- [ ] a ^r-b 📅 ^r-a"),
        ("- [ ] ^r-b twice ^r-b", "- [ ] ^r-b twice ^r-a"),
        ("- [ ] a ^r-b \t\r\n- [ ] c ^r-b\n", "- [ ] a ^r-a \t\r\n- [ ] c ^r-b\n"),
        ("- [ ] a ^r-a", "- [ ] a ^r-a"),
        ("- [ ] a", "- [ ] a ^r-a"),
    ],
)
def test_a_stamp_may_replace_an_id(before: str, after: str) -> None:
    wish = Stamp(0, "r-a", replace=True)
    assert edit(parse(before.encode(), HOME), [wish], HOME).decode() == after


def test_what_only_moves_ends_as_before_and_what_is_new_as_its_neighbour() -> None:
    file = parse(b"- [ ] a\n    - [ ] b\r\n    - [ ] c\n- [ ] d\r\n- [ ] e", HOME)
    b, c, d, e = (
        Insert(Reminder("", title=title, notes="n"), f"r-{title}", instead_of=task)
        for task, title in enumerate("bcde", 1)
    )
    new = Insert(Reminder("", title="f"), "r-f")
    edits = [*map(Remove, (1, 2, 3, 4)), replace(b, children=(c, new)), replace(d, after_parent=0)]
    assert edit(file, [*edits, e], HOME) == (
        b"- [ ] a\n    - [ ] d ^r-d\r\n        > n\r\n"
        b"- [ ] b ^r-b\r\n    > n\r\n    - [ ] c ^r-c\n        > n\n    - [ ] f ^r-f\r\n"
        b"- [ ] e ^r-e\r\n    > n"
    )


def test_removing_takes_the_notes_and_leaves_words_that_are_not_indented() -> None:
    data = b"- [ ] a\n    > n\n\n    - x\nlazy\n- [ ] b\n"
    file = parse(data, HOME)
    assert not file.tasks[0].clean
    assert edit(file, [Remove(0)], HOME) == b"lazy\n- [ ] b\n"


@pytest.mark.parametrize(
    ("data", "wish", "reason"),
    [
        ("- [ ] a\n    - [ ] b\n", Remove(0), "lose its parent"),
        ("- [ ] a 📅 2026-13-45", SetFields(0, {Field.DUE: None}), "due cannot be read"),
        ("- [ ] a", SetFields(0, {Field.LIST: "x"}), "move the line"),
        ("- [ ] a", SetFields(0, {Field.DUE: Zoned(T, "Mars/Olympus")}), "no line can say"),
        ("- [ ] a 🔁 every day on", SetFields(0, {Field.REPEAT: None}), "repeat cannot be read"),
        ("- [x] a 🔁 every day on", SetFields(0, {Field.REPEAT: None}), "repeat cannot be read"),
        ("- [ ] a", SetFields(0, {Field.REPEAT: OtherRule("x", "k")}), "no line can say"),
        ("- [ ] a", Stamp(0, "r_a"), "block id"),
        ("```\n- x\n", Insert(Reminder("", title="n"), "r-n"), "not be read as a task"),
        ("- [ ] a\n\n    b\n", Remove(0), None),
    ],
)
def test_what_cannot_be_done_is_said(data: str, wish: Any, reason: str | None) -> None:
    file = parse(data.encode(), HOME)
    if reason is None:
        assert edit(file, [wish], HOME) == b""
        return
    with pytest.raises(CannotEdit, match=reason):
        edit(file, [wish], HOME)
