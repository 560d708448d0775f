"""Words for colours, and the JSON of the wire."""

from __future__ import annotations

import json

import pytest

from sync.codec.blob import Undecodable
from sync.codec.colors import decode_color, encode_color
from sync.core.colors import PALETTE, said_color, shown_color

THEIRS = "blue #1BADF8"  # a device's own blue


@pytest.mark.parametrize(
    ("text", "known", "said"),
    [
        ("red", (), "red #FF3B30"),
        ("LIGHTBLUE", (), "lightBlue #5AC8FA"),
        ("#ff3b30", (), "red #FF3B30"),
        ("#123abc", (), "#123ABC"),
        ("blue", (), "blue #007AFF"),
        ("blue", (THEIRS,), THEIRS),
        ("#1badf8", (THEIRS,), THEIRS),
        ("blue", ("", "red #FF3B30"), "blue #007AFF"),
        ("teal", ("teal",), "teal"),
    ],
)
def test_a_word_is_the_colour_that_is_known_by_it(text: str, known: tuple[str], said: str) -> None:
    assert said_color(text, known) == said


@pytest.mark.parametrize("text", ["bleu", "#12345", "#GGGGGG", "rgb(1,2,3)", "custom"])
def test_what_is_no_colour_is_told_with_those_that_are(text: str) -> None:
    with pytest.raises(ValueError, match="is no colour; write '#RRGGBB' or one of red, "):
        said_color(text, (THEIRS, ""))


@pytest.mark.parametrize("before", ["", "#000000", "red"])
@pytest.mark.parametrize("color", [THEIRS, "#123ABC", "teal", *PALETTE])
def test_what_is_shown_reads_back_as_what_it_shows(color: str, before: str) -> None:
    shown = shown_color(color, before)
    assert said_color(shown, (color,)) == color
    assert shown.startswith("#") is ("#" in color and not (before == "red" and color == THEIRS))


@pytest.mark.parametrize(
    ("wire", "color"),
    [
        ({"daSymbolicColorName": "blue", "daHexString": "#007aff"}, "blue #007AFF"),
        ({"daSymbolicColorName": "custom", "ckSymbolicColorName": "red"}, "red"),
        ({"daSymbolicColorName": "custom", "daHexString": "1BADF8FF"}, "#1BADF8"),
        ({"red": 1, "green": 0.5, "blue": 0}, "#FF8000"),
        ({"red": 2, "green": 0.5, "blue": 0}, ""),
        ({"daSymbolicColorName": "two words"}, ""),
        ({}, ""),
    ],
)
def test_a_colour_is_read_by_name_form_or_parts(wire: dict[str, object], color: str) -> None:
    assert decode_color(json.dumps(wire)) == color
    assert decode_color(None) == ""


def test_a_colour_is_written_beside_what_is_not_understood() -> None:
    before = json.dumps({"daHexString": "#000000", "hue": [1, {"x": None}], "alpha": 0.5})
    after = json.loads(encode_color(before, "red #FF3B30"))
    assert after == {
        **{"daSymbolicColorName": "red", "ckSymbolicColorName": "red", "daHexString": "#FF3B30"},
        **{"red": 1.0, "green": 0.231, "blue": 0.188, "colorRGBSpace": 0},
        **{"hue": [1, {"x": None}], "alpha": 0.5},
    }
    assert json.loads(encode_color(None, "#123ABC"))["daSymbolicColorName"] == "custom"


@pytest.mark.parametrize("bad", ["[]", "{", '"red"'])
def test_a_colour_that_cannot_be_read_is_not_written_over(bad: str) -> None:
    with pytest.raises(Undecodable):
        decode_color(bad)
    with pytest.raises(ValueError, match="cannot be read"):
        encode_color(bad, "#123ABC")
