"""Configs: each loads, or is refused in one line that names the place; no secret is repeated."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from functools import cache
from itertools import pairwise
from pathlib import Path
from random import Random
from unittest.mock import patch

import yaml

from daemon.settings.config import load_config
from daemon.settings.paths import find_place, state_dir
from sync.errors import UsageError
from tests.fuzz import corpus
from tests.fuzz.engine import Check, Violation
from tests.fuzz.mutate import bend_bytes, bend_json, bend_text

__all__ = ["a_config", "opened"]

SECRET = "hunter2hunter2"
DUMPER = getattr(yaml, "CSafeDumper", yaml.SafeDumper)  # where libyaml is, ten times as fast
BOMBS = (
    *("[", "{a: ", "- ", "a: &x [*x]\n", "profile: x", ">\n", "? ", "'", "&a "),
    "".join(f"{a}: &{a} [{', '.join([f'*{b}'] * 9)}]\n" for b, a in pairwise("zabcdefghijkl")),
    "".join(f"{a}: &{a} {{<<: [{', '.join([f'*{b}'] * 9)}]}}\n" for b, a in pairwise("zabcdefg")),
)
SMALL = {
    "profile": "default",
    "account": {"apple_id": "a@b.example", "password_command": ["pass", SECRET], "endpoint": None},
    "folder": "/nowhere/Todo",
    "format": "markdown",
    "time_zone": "Europe/Paris",
    "reminders": {
        "every": "1m",
        "lists": {"*": "two-way", "Work": "ignore"},
        "deletions": {"hold_above": 5, "grace": "2m", "mode": "soft"},
        "completed": {"show": "14d", "archive": None},
    },
    "control": {"socket": None},
}
WORDS = (
    *("a: b\n", "- x\n", "  ", "\t", ":", "#", "&a ", "*a", "!!python/object/apply:os.getcwd []"),
    *(
        "{",
        "}",
        "[",
        "]",
        ",",
        "'",
        '"',
        "|\n",
        ">\n",
        "yes",
        "null",
        "~",
        "1e9",
        "0x7",
        "2026-02-31",
    ),
    *(
        "<<: *a\n",
        "? ",
        "!!binary x",
        "!!set {a}",
        "%YAML 9.9\n",
        "---\n",
        "...\n",
        "\x00",
        "\ud7ff",
    ),
    *("endpoint: http://evil.example:1", "hold_above: -1", "every: 0s", f"password: {SECRET}\n"),
    *("[" * 40, "{a: " * 40, "&a [*a]", "folder: /\n", "folder: ~nobody/x\n", "account: [1]\n"),
)


def a_config(random: Random) -> bytes:
    """The example or a small config, bent as a tree, as lines or as bytes."""
    if random.random() < 0.6:
        tree = SMALL
        for _ in range(random.choice((0, 1, 1, 2))):
            tree = bend_json(tree, random)
        try:
            flow = random.choice((None, True, False))
            text = yaml.dump(tree, Dumper=DUMPER, default_flow_style=flow)
        except (yaml.YAMLError, ValueError):
            text = "{}"
    else:
        text = _small_text() if random.random() < 0.98 else corpus.config()
        text = bend_text(text, WORDS, random)
    if random.random() < 0.005:
        bomb = random.choice(BOMBS)
        text = f"{text}\nz: &z {{a: 1}}\n{bomb}" if "<<" in bomb or "*b" in bomb else bomb * 3_000
    data = text.encode("utf-8", "replace")
    return bend_bytes(data, random) if random.random() < 0.1 else data


@cache
def _small_text() -> str:
    return yaml.safe_dump(SMALL)


@contextmanager
def opened(directory: Path) -> Iterator[Check]:
    """The check, with what it needs."""
    path = directory / "config.yaml"

    def forbidden(*_: object) -> None:
        raise Violation("a config was run")

    def check(data: bytes, _: Random) -> str:
        path.write_bytes(data)
        with suppress(UsageError):
            _place_of(path)
        try:
            load_config(path)
        except UsageError as error:
            return _judged(error, data, path)
        return "loaded"

    with patch("os.getcwd", forbidden), patch("os.system", forbidden):
        yield check


def _place_of(path: Path) -> None:
    """Where a client looks for the daemon of any config: never outside of the state directory."""
    place = find_place(path)
    if place.state != state_dir(place.state.name):
        raise Violation("a config leads out of the state directory")


def _judged(error: UsageError, data: bytes, path: Path) -> str:
    if str(path) not in error.message:
        raise Violation("an error does not name the file")
    if "\n" in error.message + error.hint or len(error.message) > 1000:
        raise Violation("an error is not one line")
    if SECRET in error.message + error.hint and "password: " not in error.message:
        raise Violation("an error repeats a secret")
    if not re.search(r", line \d+: ", error.message):
        return "refused as a whole"
    return "refused"
