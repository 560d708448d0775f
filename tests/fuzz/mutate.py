"""Bends bytes, lines and JSON: what a disk, an editor, a merge or a service may make of them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from random import Random
from typing import Any

__all__ = ["ODD_VALUES", "bend_bytes", "bend_json", "bend_text", "sentence"]

UGLY = (
    *("\ufeff", "\x00", "\u2028", "\u2029", "\x85", "\x0b", "\x0c", "\x1b[31m", "\u202e", "\u200d"),
    *("\t", "\r", "\r\n", "\n\n", " ", "\xa0", "\u3000", "é", "e\u0301", "👩‍👩‍👧", "𝒳", "\uffff"),
    *("\\", '"', "'", "`", "|", "<", ">", "[", "]", "{", "}", "(", ")", "&", "*", "_", "~", "%"),
)
BYTES = (
    b"\x00",
    b"\xff",
    b"\x80",
    b"\xed\xa0\x80",
    b"\xf4\x90\x80\x80",
    b"\xc0\xaf",
    b"\xef\xbb\xbf",
)
ODD_VALUES: tuple[Any, ...] = (
    *(None, True, False, 0, 1, -1, 2, 7, 2**31, 2**53, 2**63, -(2**63), 2**64, 10**40, 0.5, -0.0),
    *(1e308, -1e308, 253402300799999, -62135596800001, 978307200000, float("inf"), float("nan")),
    *(
        "",
        " ",
        "0",
        "x",
        "null",
        "\x00",
        "\ud800",
        "\u2028",
        "AAAA",
        "H4sIAAAA",
        "eJw=",
        "-1",
        "1e9",
    ),
    *("Reminder/", "List/", "Reminder/X", "/", "a" * 3000, "{}", "[]", '{"a":', "{", "[" * 300),
    *([], {}, [[]], [None], [1, "x"], {"value": None}, {"recordName": 7}, {"value": {"value": []}}),
    *({"recordName": ""}, {"downloadURL": 7}, [{"recordName": "Reminder/X"}], {"": ""}),
)


def bend_bytes(data: bytes, random: Random, times: int | None = None) -> bytes:
    """``data`` after a few small accidents."""
    for _ in range(random.choice((1, 1, 1, 2, 2, 3, 6)) if times is None else times):
        data = random.choice(_ACCIDENTS)(data, random)
    return data


def _flip(data: bytes, random: Random) -> bytes:
    if not data:
        return data
    at = random.randrange(len(data))
    return data[:at] + bytes([data[at] ^ 1 << random.randrange(8)]) + data[at + 1 :]


def _put(data: bytes, random: Random) -> bytes:
    at = random.randint(0, len(data))
    return data[:at] + random.choice((*BYTES, bytes([random.randrange(256)]))) + data[at:]


def _set(data: bytes, random: Random) -> bytes:
    at = random.randint(0, len(data))
    return data[:at] + random.choice((b"\x00", b"\xff", b"\x7f", b"\x80", b"\x01")) + data[at + 1 :]


def _drop(data: bytes, random: Random) -> bytes:
    start, end = _stretch(data, random)
    return data[:start] + data[end:]


def _double(data: bytes, random: Random) -> bytes:
    start, end = _stretch(data, random)
    return data[:end] + data[start:end] * random.choice((1, 1, 2, 9)) + data[end:]


def _cut(data: bytes, random: Random) -> bytes:
    return data[: random.randint(0, len(data))]


def _move(data: bytes, random: Random) -> bytes:
    start, end = _stretch(data, random)
    left = data[:start] + data[end:]
    at = random.randint(0, len(left))
    return left[:at] + data[start:end] + left[at:]


def _stretch(data: bytes, random: Random) -> tuple[int, int]:
    start = random.randint(0, len(data))
    return start, min(len(data), start + random.choice((1, 1, 2, 4, 16, 64)))


_ACCIDENTS: tuple[Callable[[bytes, Random], bytes], ...] = (
    *(_flip, _flip, _put, _set, _drop, _drop, _double, _cut, _move),
)


def bend_text(text: str, words: Sequence[str], random: Random) -> str:
    """``text`` after a few edits of its lines and of what stands in them."""
    lines = text.splitlines(keepends=True) or [""]
    for _ in range(random.choice((0, 1, 1, 2, 3, 5))):
        at = random.randrange(len(lines))
        match random.randrange(9):
            case 0:
                lines.insert(random.randrange(len(lines) + 1), lines[at])
            case 1 if len(lines) > 1:
                del lines[at]
            case 2:
                other = random.randrange(len(lines))
                lines[at], lines[other] = lines[other], lines[at]
            case 3:
                lines[at] = random.choice(("  ", "    ", "\t", "> ", " ")) + lines[at]
            case 4:
                lines[at] = lines[at].lstrip(random.choice(" \t>-"))
            case 5:
                lines[at] = lines[at].rstrip("\r\n") + random.choice(("\r\n", "\r", "", "\n\n"))
            case _:
                where = random.randint(0, len(lines[at]))
                gone = random.choice((0, 0, 0, 1, 3))
                new = random.choice(UGLY if random.random() < 0.2 else words)
                lines[at] = lines[at][:where] + new + lines[at][where + gone :]
    return "".join(lines)


def sentence(parts: Sequence[str], random: Random, most: int) -> str:
    """A few of the parts, one after the other."""
    return "".join(random.choices(parts, k=random.randint(0, most)))


def bend_json(value: Any, random: Random, odd: Sequence[Any] = ODD_VALUES) -> Any:
    """A copy of a JSON value with one change, anywhere in it."""
    places = list(_places(value))
    if not places:
        return random.choice(odd)
    path = random.choice(places)
    return _changed(value, path, random, odd)


def _places(value: Any, above: tuple[Any, ...] = ()) -> Any:
    items = value.items() if isinstance(value, dict) else enumerate(value)
    for key, inner in items:
        yield (*above, key)
        if isinstance(inner, dict | list) and inner:
            yield from _places(inner, (*above, key))


def _changed(value: Any, path: tuple[Any, ...], random: Random, odd: Sequence[Any]) -> Any:
    copy = dict(value) if isinstance(value, dict) else list(value)
    key, rest = path[0], path[1:]
    if rest:
        copy[key] = _changed(copy[key], rest, random, odd)
        return copy
    match random.randrange(8):
        case 0:
            del copy[key]
        case 1 if isinstance(copy, dict):
            copy[random.choice(("value", "type", "deleted", "x", ""))] = copy.pop(key)
        case 1 | 2 if isinstance(copy, list):
            copy.insert(random.randint(0, len(copy)), copy[key])
        case 3:
            copy[key] = [copy[key]]
        case 4 if isinstance(copy[key], str):
            copy[key] = bend_text(copy[key], ("0", "=", "/", "A", "-", "9999"), random)
        case 5 if isinstance(copy[key], int):
            copy[key] += random.choice((1, -1, 1000, 2**31, -(2**31)))
        case _:
            copy[key] = random.choice(odd)
    return copy
