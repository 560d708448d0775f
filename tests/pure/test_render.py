"""From wanted changes to bytes: the base moves for what was written, and nothing is nowhere."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from store.local.renders import BaseChange
from store.model import Field, Reminder, Value
from store.values import NO_VALUE
from sync.core.actions import AddLine, MoveLine, RemoveLine, SetLine, Why
from sync.core.matching.identity import block_id
from sync.core.matching.match import Leaving, Matched, words
from sync.cycle.observing.reading import LocalState
from sync.cycle.rendering.desk import Desk, FileWrite
from sync.cycle.rendering.marking import stamp_files, take_out
from sync.cycle.rendering.render import moving_out, write_files
from sync.local import markdown
from sync.local.formats import MARKDOWN, Dialect
from sync.local.markdown import CannotEdit, Insert, TodoFile, parse
from tests.pure.values import HOME, A, B

DIALECT = Dialect(MARKDOWN, HOME)
PATHS = {A: "A.md", B: "B.md"}
IDS = {title: f"ID-{title}" for title in ("milk", "bread", "shop", "eggs", "tea")}
BLOCKS = {id: block_id(id) for id in IDS.values()}


def text(title: str, *, deep: int = 0) -> str:
    return f"{'    ' * deep}- [ ] {title} ^{BLOCKS[IDS[title]]}\n"


def state(files: Mapping[str, str]) -> LocalState:
    local = LocalState()
    for path, content in files.items():
        local = local.with_file(path, content.encode(), _parse)
    return local


def _parse(data: bytes) -> TodoFile:
    return parse(data, HOME)


def one(title: str, **values: object) -> Reminder:
    return Reminder(**{"id": IDS[title], "title": title, "list": A, **values})  # type: ignore[arg-type]


def desk(files: Mapping[str, str], base: Mapping[str, Mapping[Field, Value]] | None = None) -> Desk:
    local = state(files)
    id_of = {block: id for id, block in BLOCKS.items()}
    owner = {path: id for id, path in PATHS.items()}
    lines = {
        id_of[line.block]: line
        for line in local.lines(owner, DIALECT.layout)
        if line.block in id_of
    }
    return Desk(local, lines, PATHS, BLOCKS, base or {}, DIALECT)


def contents(writes: list[FileWrite]) -> dict[str, str]:
    return {write.path: write.data.decode() for write in writes}


def test_each_write_says_what_it_means_for_the_base() -> None:
    base = {IDS["milk"]: one("milk").values(), IDS["bread"]: {Field.TITLE: "bread"}}
    here = desk({"A.md": text("milk") + text("bread")}, base)
    ops = [
        SetLine(IDS["milk"], {Field.FLAGGED: True}),
        RemoveLine(IDS["bread"], Why.DELETED),
        AddLine(IDS["tea"], one("tea")),
    ]
    (write,), problems = write_files(here, ops, {})
    assert not problems
    assert write.expected == here.local.files["A.md"].sha256
    assert write.ids == {op.id for op in ops}
    assert set(write.changes) == {
        BaseChange(IDS["milk"], Field.FLAGGED, False, True),
        BaseChange(IDS["bread"], Field.TITLE, "bread", NO_VALUE),
        BaseChange(IDS["bread"], None, True, False),
        *(BaseChange(IDS["tea"], n, NO_VALUE, v) for n, v in one("tea").values().items()),
        BaseChange(IDS["tea"], None, False, True),
    }


def test_what_could_not_be_written_moves_no_base(monkeypatch: pytest.MonkeyPatch) -> None:
    """A subtask that goes in with its parent stands nowhere if the parent cannot be put in; were
    its base moved, its absence would be a deletion in the next cycle."""
    _refuse(monkeypatch, "shop")
    here = desk({"A.md": text("milk")})
    ops = [
        AddLine(IDS["shop"], one("shop")),
        AddLine(IDS["eggs"], one("eggs", parent=IDS["shop"])),
        AddLine(IDS["tea"], one("tea")),
    ]
    (write,), problems = write_files(here, ops, {})
    assert {change.id for change in write.changes} == {IDS["tea"]} == write.ids
    assert {problem.id for problem in problems} == {IDS["shop"], IDS["eggs"]}
    assert write.data.decode() == text("milk") + text("tea")


def test_a_subtask_that_moves_beneath_what_cannot_be_put_in_stays(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    _refuse(monkeypatch, "shop")
    here = desk({"A.md": text("eggs")})
    beneath = one("eggs", parent=IDS["shop"])
    ops = [
        AddLine(IDS["shop"], one("shop")),
        MoveLine(IDS["eggs"], beneath, {Field.PARENT: IDS["shop"]}),
    ]
    writes, problems = write_files(here, ops, {})
    assert writes == []
    assert {problem.id for problem in problems} == {IDS["shop"], IDS["eggs"]}


def test_one_bad_insert_does_not_keep_the_others_out(monkeypatch: pytest.MonkeyPatch) -> None:
    _refuse(monkeypatch, "milk")
    ops = [AddLine(IDS[title], one(title)) for title in ("bread", "milk", "shop", "tea")]
    (write,), problems = write_files(desk({"A.md": ""}), ops, {})
    assert {problem.id for problem in problems} == {IDS["milk"]}
    assert write.data.decode() == text("bread") + text("shop") + text("tea")


def _refuse(monkeypatch: pytest.MonkeyPatch, title: str) -> None:
    real = markdown.edit

    def edit(file: TodoFile, edits: list[object], zone: str) -> bytes:
        if any(isinstance(each, Insert) and each.reminder.title == title for each in edits):
            raise CannotEdit("no")
        return real(file, edits, zone)  # type: ignore[arg-type]

    monkeypatch.setattr(markdown, "edit", edit)


@pytest.mark.parametrize(
    "parents", [{"eggs": "shop", "tea": "eggs"}, {"shop": "tea", "tea": "shop"}]
)
def test_everything_that_goes_in_is_in(parents: dict[str, str]) -> None:
    """Deeper than a file shows, or in a circle: it is somewhere."""
    titles = ("shop", "eggs", "tea")
    ops = [
        AddLine(IDS[t], one(t, parent=IDS[parents[t]] if t in parents else None)) for t in titles
    ]
    (write,), problems = write_files(desk({"A.md": ""}), ops, {})
    assert not problems
    assert {task.block for task in _parse(write.data).tasks} == {BLOCKS[IDS[t]] for t in titles}


def test_a_line_moves_within_its_file_in_one_write() -> None:
    here = desk({"A.md": text("shop") + text("eggs")})
    move = MoveLine(IDS["eggs"], one("eggs", parent=IDS["shop"]), {Field.PARENT: IDS["shop"]})
    (write,), _ = write_files(here, [move], {})
    assert write.data.decode() == text("shop") + text("eggs", deep=1)


def test_a_line_that_moves_to_another_file_is_twice_and_never_nowhere() -> None:
    files = {"A.md": text("milk"), "B.md": text("bread")}
    here = desk(files)
    move = MoveLine(IDS["milk"], one("milk", list=B), {Field.LIST: B})
    writes, _ = write_files(here, [move], {})
    assert contents(writes) == {"B.md": text("bread") + text("milk")}
    leaving = moving_out(here, [move])
    assert [(line.path, line.id) for line in leaving] == [("A.md", IDS["milk"])]
    assert take_out(here.local, leaving, BLOCKS, DIALECT) == ([], [])
    both = here.local.with_file("B.md", writes[0].data, _parse)
    out, problems = take_out(both, leaving, BLOCKS, DIALECT)
    assert contents(out) == {"A.md": ""}
    assert not problems
    edited = both.with_file("A.md", text("milk").replace("milk", "oat milk").encode(), _parse)
    assert take_out(edited, leaving, BLOCKS, DIALECT) == ([], [])


def test_a_line_whose_list_has_no_file_waits_and_stops_no_other() -> None:
    there = desk({"A.md": text("milk") + text("bread")})
    gone = MoveLine(IDS["milk"], one("milk", list="NOWHERE"), {Field.LIST: "NOWHERE"})
    flagged = SetLine(IDS["bread"], {Field.FLAGGED: True})
    [write], [problem] = write_files(there, [gone, flagged], {})
    assert (problem.id, problem.path) == (IDS["milk"], "A.md")
    assert "the list that it moved to has no file now" in problem.reason
    assert write.data is not None
    assert write.data.decode().startswith(text("milk"))
    assert write.ids == {IDS["bread"]}
    assert moving_out(there, [gone, flagged]) == []


def test_a_line_with_more_on_it_does_not_leave() -> None:
    files = {"A.md": text("milk") + "    <!-- mine -->\n", "B.md": text("milk")}
    move = MoveLine(IDS["milk"], one("milk", list=B), {Field.LIST: B})
    alone = desk({"A.md": files["A.md"], "B.md": ""})
    writes, problems = write_files(alone, [move], {})
    assert (writes, [problem.id for problem in problems]) == ([], [IDS["milk"]])
    leaving = [Leaving("A.md", IDS["milk"], words(text("milk").rstrip("\n"), ""))]
    out, problems = take_out(state(files), leaving, BLOCKS, DIALECT)
    assert (out, [problem.path for problem in problems]) == ([], ["A.md"])


def test_a_line_without_an_id_is_never_taken_for_one_that_left() -> None:
    local = state({"A.md": "- [ ] mine\n", "B.md": "- [ ] mine too\n"})
    assert take_out(local, [Leaving("A.md", "ID-unknown", "")], BLOCKS, DIALECT) == ([], [])


def test_new_lines_get_their_ids_and_copies_another() -> None:
    local = state({"A.md": "- [ ] milk\n" + text("bread") + text("bread")})
    matched = Matched(
        ids={("A.md", 0): IDS["milk"], ("A.md", 1): IDS["bread"], ("A.md", 2): IDS["tea"]},
        unstamped={("A.md", 0), ("A.md", 2)},
        copies={("A.md", 2)},
    )
    (write,), problems = stamp_files(local, matched, BLOCKS, DIALECT)
    assert not problems
    assert not write.changes
    stamps = [task.block for task in _parse(write.data).tasks]
    assert stamps == [BLOCKS[IDS[title]] for title in ("milk", "bread", "tea")]


def test_a_new_list_gets_a_file_that_says_so() -> None:
    (write,), _ = write_files(desk({}), [AddLine(IDS["tea"], one("tea"))], {"A.md": A})
    assert write.expected == ""
    assert write.data.decode().startswith("---\nicloud-id: l-")
    assert write.data.decode().endswith(text("tea"))
