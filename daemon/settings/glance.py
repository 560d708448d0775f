"""Tells what a client has to know of a config, which need not be right in everything else."""

from __future__ import annotations

import os
from functools import lru_cache
from pathlib import Path
from typing import Any

from daemon.settings.plain import read_plain

__all__ = ["WANTED", "glance"]

WANTED = (
    ("profile",),
    ("folder",),
    ("account", "apple_id"),
    ("account", "region"),
    ("account", "endpoint"),
    ("control", "socket"),
)
"""Where in a config that stands."""


def glance(config: Path) -> dict[str, Any]:
    """What YAML says of ``profile``, ``account.apple_id`` and their like, whatever it is.

    What it does not name is left out, and everything of a file that cannot be read, or is no YAML.
    """
    try:
        found = os.stat(config)
        return _glance(config, (found.st_mtime_ns, found.st_size, found.st_ino))
    except (OSError, ValueError):  # no text, or no path
        return {}


@lru_cache(maxsize=4)
def _glance(config: Path, _seen: tuple[int, ...]) -> dict[str, Any]:
    """Read once, though several ask, until it changes."""
    text = config.read_text(encoding="utf-8")
    plain = read_plain(text, WANTED)
    if plain is not None:
        return {".".join(path): value for path, value in plain.items()}
    return _of_any_yaml(text)


def _of_any_yaml(text: str) -> dict[str, Any]:
    import yaml

    from daemon.settings.yamltext import read_yaml

    try:
        _, document = read_yaml(text)
    except yaml.YAMLError:
        return {}
    told: dict[str, Any] = {}
    for path in WANTED:
        value = document
        for name in path:
            value = value.get(name, ...) if isinstance(value, dict) else ...
        if value is not ...:
            told[".".join(path)] = value
    return told
