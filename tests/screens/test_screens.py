"""What the documents show is there, is shown somewhere, and is of the program as it is."""

from __future__ import annotations

import re
import shlex
import struct
from pathlib import Path
from xml.etree import ElementTree

import click
import pytest
from rich.cells import cell_len

from daemon.cli import cli
from tests.screens.drawn import drawn
from tests.test_docs import DOCS, ROOT

PLACE = ROOT / "docs" / "screens"
TEXTS = sorted(PLACE.glob("*.txt"))
PICTURES = sorted([*PLACE.glob("*.png"), *PLACE.glob("*.svg")])
LARGEST, TOGETHER = 150_000, 1_500_000
SHOWN = re.compile(r"(?:\]\(|\"|')((?:docs/)?screens/[\w-]+\.(?:png|svg|txt))")
COMMAND = re.compile(r"^\$ remindersd (.+)$", re.MULTILINE)
REVEALING = re.compile(r"/tmp/(?!remindersd-demo-)|/dev/shm|/root\b|/work\b|ada\d|Traceback")


def named() -> set[Path]:
    return {
        (doc.parent / path).resolve()
        for doc in DOCS
        for path in SHOWN.findall(doc.read_text(encoding="utf-8"))
    }


def test_each_screen_that_a_document_shows_exists_and_each_that_exists_is_shown() -> None:
    assert len(named()) > 10
    assert sorted(named()) == sorted([*TEXTS, *PICTURES])


def test_they_are_small() -> None:
    sizes = {path.name: path.stat().st_size for path in PICTURES}
    assert {name: size for name, size in sizes.items() if size > LARGEST} == {}
    assert sum(sizes.values()) < TOGETHER


@pytest.mark.parametrize("path", TEXTS, ids=lambda path: path.stem)
def test_what_is_typed_there_is_a_command_with_these_options(path: Path) -> None:
    typed = COMMAND.findall(path.read_text(encoding="utf-8"))
    assert typed or path.stem == "demo"  # which draws over what was typed
    for line in typed:
        verb, *words = shlex.split(line)
        with click.Context(cli) as context:
            command = cli.get_command(context, verb)
            assert command is not None, line
            command.make_context(verb, words, parent=context).close()


@pytest.mark.parametrize("path", TEXTS, ids=lambda path: path.stem)
def test_picture_and_text_say_the_same(path: Path) -> None:
    rows = path.read_text(encoding="utf-8").splitlines()
    assert max(map(cell_len, rows)) <= 100
    picture = ElementTree.parse(path.with_suffix(".svg")).getroot()
    shown = "".join("".join(one.itertext()) for one in picture if one.tag.endswith("}text"))
    assert _letters(shown) == _letters("".join(rows))


def _letters(text: str) -> str:
    return "".join(text.split())


def test_nothing_of_the_machine_that_made_them_is_in_them() -> None:
    for path in [*TEXTS, *PLACE.glob("*.svg")]:
        assert not REVEALING.search(path.read_text(encoding="utf-8")), path.name


def test_pictures_of_the_page_are_as_wide_as_a_window_or_a_phone() -> None:
    widths = {struct.unpack(">I", path.read_bytes()[16:20])[0] for path in PLACE.glob("*.png")}
    assert widths == {1000, 585}


def test_a_terminal_is_drawn_with_its_colours_and_columns() -> None:
    picture = drawn("\x1b[1mWHEN\x1b[0m <a> \x1b[32mok\x1b[0m\n🎂 x", "a title & more")
    rows = [one for one in ElementTree.fromstring(picture) if one.tag.endswith("}text")]
    looks = [[(one.text, one.get("class"), one.get("x")) for one in row] for row in rows]
    assert looks == [
        [("WHEN", "bold", "16.0"), (" <a> ", None, "49.6"), ("ok", "green", "91.6")],
        [("🎂", None, "16.0"), (" x", None, "32.8")],
    ]
    assert "a title &amp; more" in picture
    assert "http" not in picture.replace("http://www.w3.org/2000/svg", "")
