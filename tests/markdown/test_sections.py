"""Tasks move between sections and headings are renamed or go, and nothing else changes."""

from __future__ import annotations

import re
from collections import Counter

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from store.model import Field, Reminder
from sync.local.markdown import CannotEdit, Edit, edit, parse
from sync.local.markdown.layout import MarkdownFile
from sync.local.tasks import DropHeading, Insert, MoveTo, RenameHeading, SetFields
from sync.local.text import clean_section

from .strategies import HOME, texts


def after(data: str, *edits: Edit) -> str:
    return edit(parse(data.encode(), HOME), edits, HOME).decode()


def task(data: str, title: str) -> int:
    titles = [one.reminder.title for one in parse(data.encode(), HOME).tasks]
    return titles.index(title)


MOVES = {
    "to the end of a section": (
        "- [ ] a\n\n## A\n\n- [ ] b\n\nMy words.\n\n## B\n",
        "A",
        "\n## A\n\n- [ ] b\n- [ ] a\n\nMy words.\n\n## B\n",
    ),
    "to none, above the first": ("## A\n\n- [ ] a\n", "", "- [ ] a\n\n## A\n\n"),
    "to none, behind its last": ("- [ ] x\n\n## A\n- [ ] a", "", "- [ ] x\n- [ ] a\n\n## A"),
    "to none, behind a nameless one": (
        "## A\n- [ ] a\n## \n- [ ] b\n",
        "",
        "## A\n## \n- [ ] b\n- [ ] a\n",
    ),
    "to an empty one": ("- [ ] a\n## A\n## B", "A", "## A\n\n- [ ] a\n\n## B"),
    "to a new one": ("- [ ] a\n\ntext", "A", "\ntext\n\n## A\n\n- [ ] a"),
    "to a new one before Done": ("- [ ] a\n## Done\n", "A", "## A\n\n- [ ] a\n\n## Done\n"),
    "of two of one name the first": (
        "- [ ] a\n## A\n- [ ] b\n## A\n- [ ] c\n",
        "A",
        "## A\n- [ ] b\n- [ ] a\n## A\n- [ ] c\n",
    ),
    "underlined": ("A\n-\n- [ ] a\n\nB\n---\n- [ ] b\n", "B", "A\n-\n\nB\n---\n- [ ] b\n- [ ] a\n"),
    "with closing marks": ("- [ ] a\n## A ##\n", "A", "## A ##\n\n- [ ] a\n"),
    "with formatting": (
        "- [ ] a\n## **A** [b](c)\n",
        "**A** [b](c)",
        "## **A** [b](c)\n\n- [ ] a\n",
    ),
    "a heading in a fence is none": (
        "- [ ] a\n```\n## A\n```\n",
        "A",
        "```\n## A\n```\n\n## A\n\n- [ ] a\n",
    ),
    "nor one in a comment": ("- [ ] a\n%%\n## A\n%%\n", "A", "%%\n## A\n%%\n\n## A\n\n- [ ] a\n"),
    "nor one in a quote": ("- [ ] a\n\n> ## A\n", "A", "\n> ## A\n\n## A\n\n- [ ] a\n"),
    "with all beneath it": (
        "- [ ] a #t ^x\n\t> note\n\t- [ ] c\n\t\t- [ ] d\n\t1. mine\n\n## A\n- [ ] b\n",
        "A",
        "\n## A\n- [ ] b\n- [ ] a #t ^x\n\t> note\n\t- [ ] c\n\t\t- [ ] d\n\t1. mine\n",
    ),
    "CRLF and BOM": ("\ufeff- [ ] a\r\n## A\r\n- [ ] b", "A", "\ufeff## A\r\n- [ ] b\r\n- [ ] a"),
    "from beneath a plain bullet": (
        "- mine\n    - [ ] a\n        > note\n\n## A\n- [ ] b\n",
        "A",
        "- mine\n\n## A\n- [ ] b\n- [ ] a\n    > note\n",
    ),
    "to beneath a heading with indented tasks": (
        "- [ ] a\n    > note\n\n## A\n  - [ ] b\n",
        "A",
        "\n## A\n  - [ ] b\n  - [ ] a\n      > note\n",
    ),
    "a number that would be words": (
        "1. [ ] z\n2. [ ] a\n## A\n- [ ] b\n",
        "A",
        "1. [ ] z\n## A\n- [ ] b\n\n2. [ ] a\n",
    ),
    "to where it is": ("## A\n- [ ] a\n- [ ] b\n", "A", "## A\n- [ ] b\n- [ ] a\n"),
}


@pytest.mark.parametrize(("before", "section", "wanted"), MOVES.values(), ids=MOVES.keys())
def test_a_task_moves_to_a_section(before: str, section: str, wanted: str) -> None:
    assert after(before, MoveTo(task(before, "a"), section)) == wanted


def test_what_is_new_beneath_a_task_goes_along_as_deep_as_it() -> None:
    before = "- mine\n    - [ ] a\n\n## A\n- [ ] b\n"
    child = Insert(Reminder(id="", title="c"), "r-c", after_parent=0)
    edits = [MoveTo(0, "A"), SetFields(0, {Field.NOTES: "n"}), child]
    assert after(before, *edits) == "- mine\n\n## A\n- [ ] b\n- [ ] a\n    > n\n    - [ ] c ^r-c\n"


RENAMES = {
    "in its place": ("## A\n- [ ] a\n", "B", "## B\n- [ ] a\n"),
    "all of the name": ("## A\n## A ##\n- [ ] a", "B", "## B\n## B ##\n- [ ] a"),
    "its marks stay": ("  ##\tA   ### \r\n", "B", "  ##\tB   ### \r\n"),
    "underlined": (" A\n -----\n", "B b", " B b\n -----\n"),
    "underlined, to what can not be": ("A\n---\n- [ ] a\n", "- b", "## - b\n- [ ] a\n"),
    "underlined, on two lines": ("A\nb\n---\n\n- [ ] a\n", "B", "## B\n\n- [ ] a\n"),
    "others stay": ("# A\n## A\n### A\n> ## A\n", "B", "# A\n## B\n### A\n> ## A\n"),
    "to one that is there": ("## A\n- [ ] a\n## B\n", "B", "## B\n- [ ] a\n## B\n"),
}


@pytest.mark.parametrize(("before", "name", "wanted"), RENAMES.values(), ids=RENAMES.keys())
def test_a_heading_is_renamed(before: str, name: str, wanted: str) -> None:
    old = parse(before.encode(), HOME).sections[0]
    assert after(before, RenameHeading(old, name)) == wanted


DROPS = {
    "in the middle": ("- [ ] a\n\n## A\n\n## B\n", "- [ ] a\n\n## B\n"),
    "at the end, with blanks": ("- [ ] a\n\n\n## A\n\n", "- [ ] a\n"),
    "two at the end": ("- [ ] a\n\n## A\n\n## A\n", "- [ ] a\n"),
    "underlined": ("A\n---\n# Rest\n", "# Rest\n"),
    "not above words": ("## A\nmine\n", "## A\nmine\n"),
    "not above a task": ("## A\n- [ ] a\n", "## A\n- [ ] a\n"),
    "not above a lower heading": ("## A\n### mine\n", "## A\n### mine\n"),
    "one of two": ("## A\n## A\nmine\n", "## A\nmine\n"),
    "nor a fence, a comment or a quote": ("## A\n\n> ## A\n", "## A\n\n> ## A\n"),
    "between words and an underlined heading": ("mine\n## A\nB\n---\n", "mine\n\nB\n---\n"),
}


@pytest.mark.parametrize(("before", "wanted"), DROPS.values(), ids=DROPS.keys())
def test_a_heading_goes_if_nothing_is_beneath_it(before: str, wanted: str) -> None:
    assert after(before, DropHeading("A")) == wanted


def test_headings_and_tasks_change_at_once() -> None:
    before = "- [ ] m\n\n## A\n\n- [ ] a\n    > note\n\n## B\n\n- [ ] b\n"
    edits = [MoveTo(1, "C"), SetFields(1, {Field.NOTES: "new"}), DropHeading("A")]
    assert after(before, *edits, RenameHeading("B", "C")) == (
        "- [ ] m\n\n## C\n\n- [ ] b\n- [ ] a\n    > new\n"
    )
    assert after(before, MoveTo(2, "New"), DropHeading("B")) == (
        "- [ ] m\n\n## A\n\n- [ ] a\n    > note\n\n## New\n\n- [ ] b\n"
    )


@pytest.mark.parametrize(
    ("before", "edits", "why"),
    [
        ("- [ ] a\n---\n---\n", [MoveTo(0, "A")], "front matter"),
        ("- [ ] a\n    - [ ] b\n", [MoveTo(1, "A")], "beneath another task"),
        ("- [ ] a\nmine\n---\n## A\n- [ ] a\n", [DropHeading("A"), MoveTo(0, "A")], "front matter"),
        ("<!--\n", [RenameHeading("A", "B")], ""),
    ],
)
def test_what_would_change_more_is_refused(before: str, edits: list[Edit], why: str) -> None:
    if not why:
        assert after(before, *edits) == before
        return
    with pytest.raises(CannotEdit, match=why):
        after(before, *edits)


# ---- for any file -------------------------------------------------------------------------------

_HEADS = ("## A", "## A ##", " ## B", "B\n---", "## **A** b", "A b\nc\n--", "# Top", "### low")
_HIDING = (
    "```\n## A\n```",
    "> ## A",
    "%%\n## A\n%%",
    "<!--\n## A\n-->",
    "## Done",
    "##",
    "## C \\#",
)
_TASKS = ("- [ ] t", "- [x] t ^x", "* [ ] t", "1. [ ] t", "2. [ ] t", " - [ ] t", "- [ ] t\nlazy")
_DEEP = (
    "- [ ] t\n    > n\n    - [ ] s",
    "- [ ] t\n\t> n\n\t- [ ] s\n\t\t- [ ] u",
    "- x\n  - [ ] t",
)
_REST = ("- [ ] t\n    ```\n    ## A\n    ```", "- [ ] t\n\n  para\n", "text", "", "", "- x")
_parts = st.lists(st.sampled_from((*_HEADS, *_HIDING, *_TASKS, *_DEEP, *_REST)), max_size=9)
_NAMES = ("A", "B", "**A** b", "Done", "# x", "^r-x", "📅 2026-01-01", "C #", "#", "🌱", "- q")
names = st.one_of(st.sampled_from((*_NAMES, "1. q", "```", "---", "x" * 300)), texts)
sections = names.map(clean_section)


def _file(parts: list[str], top: str, eol: str, end: bool) -> bytes:
    lines = "\n".join(parts).split("\n")
    told = [
        re.sub(r"\b([tnsu]|lazy|text|para)\b", rf"\g<1>{at}", row) for at, row in enumerate(lines)
    ]
    return (top + eol.join(told) + (eol if end else "")).encode()


pages = st.builds(
    _file,
    _parts,
    st.sampled_from(("", "\ufeff", "---\nicloud-id: l-x\n---\n\n")),
    st.sampled_from(("\n", "\r\n")),
    st.booleans(),
)


def said(file: MarkdownFile) -> list[tuple[int, str]]:
    return [(head.level, clean_section(head.text)) for head in file.layout.headings]


def bare(file: MarkdownFile) -> Counter[str]:
    """The lines that say something, less their indentation: a line that moves may change it."""
    return Counter(line.text.strip(" \t") for line in file.layout.lines if line.text.strip(" \t"))


def headings(file: MarkdownFile) -> set[str]:
    """The lines of headings."""
    heads = [file.layout.lines[head.line : head.end] for head in file.layout.headings]
    return {line.text.strip(" \t") for lines in heads for line in lines}


def edited(file: MarkdownFile, edits: list[Edit]) -> MarkdownFile:
    try:
        new = parse(edit(file, edits, HOME), HOME)
    except CannotEdit:
        assume(False)
        raise
    assert new.front_matter == file.front_matter
    ends = {line.eol for line in file.layout.lines[:-1]}
    assert {line.eol for line in new.layout.lines[:-1]} <= (ends or {"\n"})
    return new


@settings(max_examples=60)
@given(pages, sections, st.data())
def test_moved_tasks_are_where_they_should_be_and_every_line_is_still_there(
    data: bytes, section: str, draw: st.DataObject
) -> None:
    file = parse(data, HOME)
    tops = [index for index, one in enumerate(file.tasks) if one.parent is None]
    assume(tops)
    moving = draw.draw(st.sets(st.sampled_from(tops), min_size=1, max_size=3))
    new = edited(file, [MoveTo(index, section) for index in sorted(moving)])
    made = bare(new) - bare(file)
    assert not bare(file) - bare(new)
    assert all(line.startswith("## ") for line in made)
    assert len(made) <= 1
    found = {one.reminder.title: one for one in new.tasks}
    for index, one in enumerate(file.tasks):
        top = index if one.parent is None else one.parent
        wanted = (section or None) if top in moving else one.section
        assert found[one.reminder.title].section == wanted
        assert found[one.reminder.title].reminder.notes == one.reminder.notes
    stay = [one.reminder.title for index, one in enumerate(file.tasks) if index not in moving]
    stayed = [title for title in stay if found[title].parent is None and title[0] == "t"]
    order = [one.reminder.title for one in new.tasks]
    assert [title for title in order if title in stayed] == stayed


@settings(max_examples=60)
@given(pages, sections, st.data())
def test_a_renamed_heading_alone_changes(data: bytes, name: str, draw: st.DataObject) -> None:
    file = parse(data, HOME)
    assume(file.sections and name)
    old = draw.draw(st.sampled_from(file.sections))
    new = parse(edit(file, [RenameHeading(old, name)], HOME), HOME)
    assert said(new) == [
        (level, name if (level, words) == (2, old) else words) for level, words in said(file)
    ]
    assert [(one.text, one.section) for one in new.tasks] == [
        (one.text, name if one.section == old else one.section) for one in file.tasks
    ]
    assert set(bare(file) - bare(new)) <= headings(file)


@settings(max_examples=60)
@given(pages, st.booleans(), st.data())
def test_only_headings_with_nothing_beneath_them_go(
    data: bytes, moves: bool, draw: st.DataObject
) -> None:
    file = parse(data, HOME)
    assume(file.sections)
    name = draw.draw(st.sampled_from(file.sections))
    beneath = [
        index for index, one in enumerate(file.tasks) if one.section == name and one.parent is None
    ]
    edits: list[Edit] = [MoveTo(index, "") for index in beneath] if moves else []
    new = edited(file, [*edits, DropHeading(name)])
    rest = [head for head in said(file) if head != (2, name)]
    assert [head for head in said(new) if head != (2, name)] == rest
    gone = bare(file) - bare(new)
    assert set(gone) <= headings(file)
    assert Counter(one.text.strip() for one in file.tasks) == Counter(
        one.text.strip() for one in new.tasks
    )


@given(texts)
def test_any_name_of_a_section_is_read_as_it_is_written(text: str) -> None:
    name = clean_section(text)
    assert clean_section(name) == name
    if name:
        data = edit(parse(b"- [ ] a", HOME), [MoveTo(0, name)], HOME)
        assert parse(data, HOME).sections == (name,)
