"""Reads the path of a folder that a person named, and refuses what cannot be one of its own."""

from __future__ import annotations

import os
from pathlib import Path

__all__ = ["expanded", "read_folder"]


def read_folder(value: object, sample: str, also: str = "") -> Path:
    """The folder, with ``~`` expanded; it need not be there yet.

    Raises ValueError saying what to write: a path such as ``sample``, or what is ``also`` taken.
    """
    if not isinstance(value, str):
        raise ValueError(f"write the path of a folder, such as {sample}{also}")
    path = expanded(value)
    if not path.is_absolute():
        raise ValueError("write an absolute path, or one that starts with ~")
    real = os.path.realpath(path)
    if real in ("/", os.path.realpath(Path.home())):
        what = "the root of the file system" if real == "/" else "your home directory"
        raise ValueError(f"{path} is {what}; name a folder of its own, such as {sample}")
    if os.path.exists(path) and not os.path.isdir(path):
        raise ValueError(f"{path} is no folder but a file; name a folder, or move the file away")
    return path


def expanded(value: str) -> Path:
    """A path with ``~`` expanded; raises ValueError for a home that is nobody's."""
    try:
        return Path(value).expanduser()
    except RuntimeError:
        raise ValueError(f"{value.partition('/')[0]} is nobody's home; write it out") from None
