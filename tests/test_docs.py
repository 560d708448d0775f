"""The documents say what is in the tree: names in them exist, and what exists is named."""

from __future__ import annotations

import ast
import re
import subprocess
from collections.abc import Iterator
from datetime import date, datetime
from functools import cache
from itertools import pairwise
from pathlib import Path
from textwrap import dedent

import pytest
import yaml
from pydantic import BaseModel

from daemon.cli import cli
from daemon.settings.config import Config, load_config
from store.model import (
    AllDay,
    AtTime,
    Completion,
    Early,
    Field,
    Floating,
    Frequency,
    Place,
    Priority,
    Reminder,
    Rule,
    Unit,
    Zoned,
)
from store.schema.account import POLLED_VIEWS
from store.schema.views import VIEWS
from sync.local.markdown import parse

ROOT = Path(__file__).parent.parent
DOCS = sorted([*ROOT.glob("*.md"), *ROOT.glob("docs/*.md")])
EXAMPLE = ROOT / "config.example.yaml"
PACKAGES = ("daemon", "sync", "store", "sandbox")
TABLE_ROW = re.compile(r"^\| `([a-z_0-9/]+\.py)` \| (.+) \|$", re.MULTILINE)
TEST_NAME = re.compile(r"`(tests/[a-z_0-9/]+\.py)::([A-Za-z_0-9]+)`")
CITATION = re.compile(r'docs/wire\.md, (?:"([^"]+)"|([^).;:]+))')
LINK = re.compile(r"\]\((?!https?://|#)([^)#]+)")
CODE = re.compile(r"`[^`\n]*`")  # what is quoted leads nowhere


def text_of(path: str) -> str:
    return (ROOT / path).read_text(encoding="utf-8")


# ---- the config


def keys_of(model: type[BaseModel], above: str = "") -> Iterator[str]:
    """Dotted names of all keys of a config section, but what stands in no file."""
    for name, field in model.model_fields.items():
        if field.exclude:
            continue
        yield above + name
        inner = field.annotation
        if isinstance(inner, type) and issubclass(inner, BaseModel):
            yield from keys_of(inner, f"{above}{name}.")


def keys_in(data: dict[str, object], known: set[str], above: str = "") -> Iterator[str]:
    for name, value in data.items():
        yield above + name
        if isinstance(value, dict) and any(key.startswith(f"{above}{name}.") for key in known):
            yield from keys_in(value, known, f"{above}{name}.")


def test_the_example_config_names_every_key_and_no_other() -> None:
    known = set(keys_of(Config))
    assert set(keys_in(yaml.safe_load(text_of("config.example.yaml")), known)) == known


def test_the_example_config_is_valid_and_shows_the_defaults() -> None:
    shown = load_config(EXAMPLE)
    account = {"apple_id": shown.account.apple_id}
    bare = Config.model_validate({"account": account, "folder": "~/Todo", "source": EXAMPLE})
    assert shown == bare


def test_every_key_of_the_example_config_is_explained() -> None:
    lines = text_of("config.example.yaml").splitlines()
    unexplained = [
        line
        for above, line in pairwise(lines)
        if re.match(r" *[a-z_]+: \S", line) and not above.lstrip().startswith("#")
    ]
    assert unexplained == []


# ---- the dialect


def test_the_example_of_a_task_reads_as_described() -> None:
    block = re.search(r"^## A task\n\n((?:    .*\n)+)", text_of("docs/files.md"), re.MULTILINE)
    assert block
    passport, photos = parse(dedent(block[1]).encode(), "Europe/Paris").tasks
    assert (passport.block, photos.block, photos.parent) == ("r-4k7q2mx", "r-7x3b2cd", 0)
    assert passport.reminder == Reminder(
        id="",
        title="Renew passport",
        notes="Bring **two** photos.\n\nOffice closes at 17:00.",
        due=Zoned(datetime(2026, 3, 2, 14, 30), "Europe/Paris"),
        priority=Priority.HIGH,
        flagged=True,
        tags=frozenset({"papers"}),
        urls=frozenset({"https://example.com/passports"}),
    )


def test_the_example_of_alarms_reads_as_described() -> None:
    block = re.search(r"^## Alarms\n\n((?:    .*\n)+)", text_of("docs/files.md"), re.MULTILINE)
    assert block
    (passport,) = parse(dedent(block[1]).encode(), "Europe/Paris").tasks
    assert passport.reminder.alarms == {
        AtTime(Zoned(datetime(2026, 2, 27, 18), "Europe/Paris")),
        Early(15, Unit.MINUTE),
        Place(True, 52.52, 13.405, 100.0, "Town hall", "1 Main Street"),
    }
    assert (passport.extras, passport.clean) == (frozenset(), True)


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("- [-] a [due:: 2026-03-02]", {"done": Completion(), "due": AllDay(date(2026, 3, 2))}),
        ("- [/] a [priority:: high]", {"done": None, "priority": Priority.HIGH}),
        (
            "* [ ] a ⏰ 09:00 America/New_York 📆 2026-03-02",
            {"due": Zoned(datetime(2026, 3, 2, 9), "America/New_York")},
        ),
        (
            "1. [ ] a ⏰ 9:30 floating 📅 2026-03-02",
            {"due": Floating(datetime(2026, 3, 2, 9, 30))},
        ),
        (
            "- [ ] a 📅 2026-03-02 14:30 🔽",
            {"due": Zoned(datetime(2026, 3, 2, 14, 30), "UTC"), "priority": Priority.LOW},
        ),
        ("- [ ] a #b c #papers", {"title": "a #b c", "tags": frozenset({"papers"})}),
        ("- [ ] a 🔁 every 2 weeks", {"repeat": Rule(Frequency.WEEKLY, 2)}),
        ("- [ ] a [repeat:: every 2 weeks]", {"repeat": Rule(Frequency.WEEKLY, 2)}),
        ("- [ ] a 🔁 every week on Monday", {"opaque": frozenset({Field.REPEAT})}),
        ("- [ ] a\n    - 🔗 <https://b.test/>", {"urls": frozenset({"https://b.test/"})}),
        (
            r"- [ ] Buy \📅 2026-03-02 stickers",
            {"title": "Buy 📅 2026-03-02 stickers", "due": None},
        ),
    ],
)
def test_lines_read_as_the_table_of_parts_says(line: str, expected: dict[str, object]) -> None:
    (task,) = parse(line.encode(), "UTC").tasks
    assert {name: getattr(task.reminder, name) for name in expected} == expected


def test_the_examples_of_what_repeats_read_as_described() -> None:
    block = re.search(r"^## Repeating\n\n((?:    .*\n)+)", text_of("docs/files.md"), re.MULTILINE)
    assert block
    assert [task.reminder.repeat for task in parse(dedent(block[1]).encode(), "UTC").tasks] == [
        Rule(Frequency.MONTHLY),
        Rule(Frequency.DAILY, 3),
        Rule(Frequency.WEEKLY, count=10),
        Rule(Frequency.YEARLY, 2, until=date(2031, 3, 3)),
    ]


def test_the_readme_names_every_view_of_the_mirror() -> None:
    names = re.findall(r"CREATE VIEW (\w+)", " ".join(VIEWS))
    assert [
        name
        for name in names
        if name not in ("shown_reminder", "shared_list") and f"`{name}`" not in text_of("README.md")
    ] == []


def test_each_column_of_a_view_on_what_is_polled_is_explained() -> None:
    told = text_of("docs/polls.md")
    for view in POLLED_VIEWS:
        name = re.findall(r"CREATE VIEW (\w+)", view)[0]
        columns = re.findall(r' AS "?(\w+)"?[,\s]', view.partition(" AS")[2] + " ")
        unexplained = [column for column in columns if f"`{column}`" not in told]
        assert (name, f"`{name}`" in told, unexplained) == (name, True, [])


# ---- the map of the code


@cache
def table() -> dict[str, str]:
    return dict(TABLE_ROW.findall(text_of("docs/architecture.md")))


def modules() -> set[str]:
    """Every module that says more than that its package exists."""
    found = {path for package in PACKAGES for path in (ROOT / package).rglob("*.py")}
    return {
        path.relative_to(ROOT).as_posix()
        for path in found
        if path.name != "__init__.py" or len(ast.parse(path.read_text()).body) > 1
    }


def rooms() -> dict[str, str]:
    """Each package that has modules, with what it says of itself."""
    found = {}
    for path in modules():
        room = (ROOT / path).parent
        told = ast.get_docstring(ast.parse((room / "__init__.py").read_text())) or ""
        said = told.partition("\n\n")[0].replace("\n", " ").replace("``", "`")
        found[room.relative_to(ROOT).as_posix()] = said
    return found


def test_the_map_names_every_module_and_no_other() -> None:
    assert sorted(table()) == sorted(modules())


def test_the_map_is_drawn_as_the_tree_is() -> None:
    """A heading for each room, with what the room says of itself, and its own modules beneath."""
    below = text_of("docs/architecture.md").split("\n#")
    parts = [part.lstrip("# ").partition("\n") for part in below]
    drawn = {title: text.strip() for title, _, text in parts}
    for room, said in rooms().items():
        strangers = [
            path for path in dict(TABLE_ROW.findall(drawn[room])) if path.rpartition("/")[0] != room
        ]
        assert (room, drawn[room].partition("\n")[0], strangers) == (room, said, [])


def test_the_map_gives_each_module_a_question_of_its_own() -> None:
    questions = [question for question in table().values() if question.endswith("?")]
    assert len(questions) == len(table()) - 1  # the generated one answers nothing
    assert len(set(questions)) == len(questions)


def test_files_that_documents_name_exist() -> None:
    name = re.compile(rf"`((?:{'|'.join(PACKAGES)}|tests|docs)/[\w./-]+\.\w+)(?:::\w+)?`")
    missing = {
        (doc.name, path)
        for doc in DOCS
        for path in name.findall(doc.read_text(encoding="utf-8"))
        if not (ROOT / path).exists()
    }
    assert missing == set()


def test_links_between_documents_lead_somewhere() -> None:
    broken = {
        (doc.name, target)
        for doc in DOCS
        for target in LINK.findall(CODE.sub("", doc.read_text(encoding="utf-8")))
        if not (doc.parent / target).exists()
    }
    assert broken == set()


# ---- invariants and the wire


@cache
def names_in(path: str) -> set[str]:
    return {
        node.name
        for node in ast.walk(ast.parse(text_of(path)))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
    }


def test_each_invariant_names_tests_that_exist() -> None:
    sections = re.split(r"^## ", text_of("docs/invariants.md"), flags=re.MULTILINE)[1:]
    assert [int(section.split(".")[0]) for section in sections] == list(range(1, 11))
    for section in sections:
        named = TEST_NAME.findall(section)
        assert named, section.splitlines()[0]
        missing = [f"{path}::{test}" for path, test in named if test not in names_in(path)]
        assert missing == []


def test_what_is_said_to_hold_a_promise_of_reliability_exists() -> None:
    pages = [text_of(f"docs/{name}.md") for name in ("reliability", "simulation")]
    assert all(len(TEST_NAME.findall(page)) > 40 for page in pages)
    named = TEST_NAME.findall("".join(pages))
    assert [f"{path}::{test}" for path, test in named if test not in names_in(path)] == []


def test_what_the_code_cites_of_the_wire_is_a_section_there() -> None:
    headings = re.findall(r"^#+ (.+)$", text_of("docs/wire.md"), flags=re.MULTILINE)
    cited = {
        (quoted or plain).strip()
        for folder in (*PACKAGES, "tests")
        for path in (ROOT / folder).rglob("*.py")
        if path != Path(__file__)
        for quoted, plain in CITATION.findall(path.read_text(encoding="utf-8"))
    }
    assert len(cited) > 5
    everything = " | ".join(headings).casefold()
    assert [name for name in sorted(cited) if name.casefold() not in everything] == []


# ---- README


def test_the_readme_names_every_verb() -> None:
    readme = text_of("README.md")
    assert [verb for verb in cli.commands if f"remindersd {verb}" not in readme] == []


def test_the_readme_names_no_verb_that_is_not_there() -> None:
    named = set(re.findall(r"^ {4}remindersd ([a-z]+)", text_of("README.md"), re.MULTILINE))
    assert named <= set(cli.commands)


def test_the_readme_names_every_exit_code() -> None:
    codes = set(re.findall(r"^\| (\d+) \|", text_of("README.md"), flags=re.MULTILINE))
    assert codes == {"0", "1", "2", "3", "4", "5", "6", "11", "12", "13", "20"}


def test_make_targets_that_documents_name_exist() -> None:
    targets = set(re.findall(r"^([a-z-]+):", text_of("Makefile"), flags=re.MULTILINE))
    named = {
        target
        for doc in DOCS
        for target in re.findall(r"`make ([a-z-]+)`", doc.read_text(encoding="utf-8"))
    }
    assert named <= targets


# ---- what a person gets


def test_pinned_versions_are_plain() -> None:
    for name in ("requirements.txt", "requirements-dev.txt"):
        for line in text_of(name).splitlines():
            assert re.fullmatch(
                r'#.*|-r requirements\.txt|[\w.-]+==[\w.]+(?: ; python_version < "[\d.]+")?', line
            ), f"{name}: {line}"


def test_the_check_script_is_sound_shell() -> None:
    script = ROOT / ".ci" / "run"
    assert script.stat().st_mode & 0o111
    assert subprocess.run(["bash", "-n", str(script)], check=False).returncode == 0
