"""What a verb has to know of a config is what YAML says, however it is read."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import yaml
from hypothesis import example, given, settings
from hypothesis import strategies as st

from daemon.cli.newconfig import Answers, write_config
from daemon.settings.config import EXAMPLE
from daemon.settings.glance import WANTED, glance
from daemon.settings.plain import read_plain

KEYS = ["profile", "folder", "account", "apple_id", "endpoint", "region", "control", "socket"]
KEYS += ["hooks", '"*"', "'profile'", "\"'profile'\"", "<<", "x y", "- profile", "-", "null"]
VALUES = ["", "ada@example.test", "~/Todo", "~/My Todo, old", "http://127.0.0.1:8475", "~", "null"]
VALUES += ["true", "1", "1m", "2026-01-01", "1:30", ".5", "[a, b]", "{}", "{apple_id: a@b.c}"]
VALUES += ['"a"', '"a', "'it''s'", "'a: b'", "a: b", "a:", "a #b", "#b", "&a x", "*a", "|", "! x"]
VALUES += ["{socket: /a, x: 1}", "{socket: /a", "[", "]", "a b ", "\\", '"a\\"', "[a, 'b, c']"]
VALUES += ['[x" , \'y"]', "[it's, he's]", "{apple_id: }", "{socket: ~, socket: b}", "- a", "a,"]
LINES = st.builds(
    "{0}{1}{2}{3}".format,
    st.sampled_from(["", "", "  ", "    ", " ", "\t"]),
    st.sampled_from(KEYS),
    st.sampled_from([": ", ": ", ":", " : ", " "]),
    st.sampled_from(VALUES),
)
TEXTS = st.lists(
    st.one_of(LINES, st.sampled_from(["", "# a", "---", "  - a", "- a", "'"])), max_size=7
)


def by_yaml(text: str) -> dict[str, object] | None:
    """What is wanted of ``text`` by YAML; ``None`` where it is none."""
    try:
        document = yaml.safe_load(text)
    except (yaml.YAMLError, ValueError):
        return None
    found = {}
    for path in WANTED:
        value = document
        for name in path:
            value = value.get(name, ...) if isinstance(value, dict) else ...
        if value is not ...:
            found[".".join(path)] = value
    return found


@settings(max_examples=150)
@given(TEXTS.map("\n".join))
@example("hooks:\n  x: 'a\nprofile: b'\n")
@example("hooks: >\n  a\nprofile: b\n")
@example("folder: ~/a\n  - b\n")
@example("profile: a\nprofile: b\n")
@example("profile: a\n...\nprofile: b\n")
@example("profile:\n  deeper: a\n")
def test_what_is_told_of_a_text_is_what_yaml_says(text: str) -> None:
    told, truth = read_plain(text, WANTED), by_yaml(text)
    if told is not None and truth is not None:
        assert {".".join(path): value for path, value in told.items()} == truth


def test_what_people_have_is_read_without_yaml(tmp_path: Path) -> None:
    asked = tmp_path / "asked.yaml"
    where = str(tmp_path / "Todo")
    command = ["pass", "show", "apple"]
    write_config(asked, Answers("ada@example.test", where, "markdown", command, None, ("Work",)))
    inline = "account: {apple_id: ada@example.test}\nfolder: ~/Todo\n"
    dumped = yaml.safe_dump({"account": {"apple_id": "a@b.c", "password_command": ["cat", "/a"]}})
    for text in (EXAMPLE.read_text(), asked.read_text(), inline, dumped):
        told = read_plain(text, WANTED)
        assert told is not None, text
        assert told["account", "apple_id"]


@pytest.mark.parametrize(
    "line", ["a: " + "b " * 30_000 + '"', "a: [" + "b " * 30_000, "x " * 30_000]
)
def test_no_line_takes_long(line: str) -> None:
    assert read_plain(line, WANTED) is None


def test_a_config_that_changed_is_read_again(tmp_path: Path) -> None:
    config = tmp_path / "config.yaml"
    assert glance(config) == {}
    config.write_text("profile: one\n")
    assert glance(config) == {"profile": "one"}
    config.write_text(f"profile: {json.dumps('zwölf')}\n")
    assert glance(config) == {"profile": "zwölf"}
    config.write_text("profile: [\n")
    assert glance(config) == {}
    config.write_bytes(b"profile: \xff\n")
    assert glance(config) == {}
