"""What is far too deep, too long or too much for any reader: it ends, and nothing is lost by it."""

from __future__ import annotations

import gzip
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from daemon.settings.config import load_config
from store.raw import loads
from sync.codec.document import Undecodable, edit, read_text
from sync.cycle.observing.mirroring import decoded_row, record_row
from sync.errors import UsageError
from sync.local.formats import FORMATS
from sync.local.tasks import NotTodo
from tests.fuzz import corpus
from tests.fuzz.values import HOME

ALIASES = "".join(f"{name}: &{name} [{', '.join(['*z'] * 10)}]\n" for name in "abcdefgh")
FILES = {
    "nested lists": "- " * 10_000 + "x\n",
    "nested quotes": ">" * 10_000 + " - [ ] x\n",
    "open brackets": "- [ ] " + "[" * 100_000 + "\n",
    "a line of a megabyte": "- [ ] " + "x" * 1_000_000 + "\n",
    "stars": "- [ ] " + "*a " * 50_000 + "\n",
    "due dates": "- [ ] " + "📅 2026-03-02 " * 20_000 + "\n",
    "anchors in the front matter": f"---\nz: &z [x]\n{ALIASES}---\n- [ ] x\n",
    "components": "BEGIN:VCALENDAR\r\n" + "BEGIN:VTODO\r\n" * 3_000,
    "a property of a megabyte": (
        "BEGIN:VCALENDAR\r\nBEGIN:VTODO\r\nSUMMARY:"
        + "x" * 1_000_000
        + "\r\nEND:VTODO\r\nEND:VCALENDAR\r\n"
    ),
}


@pytest.mark.parametrize("content", FILES.values(), ids=FILES)
@pytest.mark.parametrize("format", FORMATS)
def test_a_file_is_read_or_refused_and_stays_as_it_is(format: str, content: str) -> None:
    data = content.encode()
    try:
        file = FORMATS[format].parse(data, HOME)
    except NotTodo:
        return
    assert FORMATS[format].edit(file, [], HOME) == data


@pytest.mark.parametrize("megabytes", [17, 100])
def test_a_document_that_unpacks_to_very_much_is_left_alone(megabytes: int) -> None:
    bomb = gzip.compress(bytes(megabytes * 1024 * 1024), 1, mtime=0)
    with pytest.raises(Undecodable, match="too large"):
        read_text(bomb)
    with pytest.raises(Undecodable):
        edit(bomb, "another text", bytes(16))


@pytest.mark.parametrize("opened", [b"[", b'{"a":'])
def test_an_answer_of_ten_thousand_levels_is_no_json(opened: bytes) -> None:
    with pytest.raises(ValueError):
        loads(opened * 10_000)


# ---- of any shape; what fails is made small by hypothesis ----------------------------------------

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(["value", "type", "recordName"]), inner, max_size=3)
    ),
    max_leaves=6,
)
NAMES = sorted({name for one in corpus.records() for name in one.get("fields", {})})
TYPES = sorted({one["recordType"] for one in corpus.records()})


@settings(max_examples=100, deadline=None)
@given(
    st.sampled_from(TYPES), st.dictionaries(st.sampled_from(NAMES), JSON, max_size=5), JSON, JSON
)
def test_a_record_of_any_shape_has_a_row(
    kind: str, fields: dict[str, Any], parent: Any, tag: Any
) -> None:
    record = {"recordName": f"{kind}/A", "recordType": kind, "fields": fields}
    record |= {"parent": parent, "recordChangeTag": tag}
    assert record_row(record).type == kind
    decoded_row(record)


KEYS = (
    *("profile", "account", "folder", "format", "time_zone", "markers", "reminders", "control"),
    *("apple_id", "password_command", "endpoint", "every", "lists", "deletions", "grace", "socket"),
)
TREES = st.recursive(
    st.none() | st.integers() | st.text(max_size=10) | st.sampled_from(["/nowhere", "a@b.example"]),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(KEYS), inner, max_size=4)
    ),
    max_leaves=8,
)


@settings(max_examples=60, deadline=None)
@given(st.dictionaries(st.sampled_from(KEYS), TREES, max_size=5))
def test_a_config_of_any_shape_loads_or_is_refused_in_a_line(tree: dict[str, Any]) -> None:
    with TemporaryDirectory() as directory:
        path = Path(directory) / "config.yaml"
        path.write_text(yaml.safe_dump(tree))
        said = _refusal(path)
        assert said is None or (str(path) in said and len(said.splitlines()) == 1)


def _refusal(path: Path) -> str | None:
    try:
        load_config(path)
    except UsageError as error:
        return error.message
    return None
