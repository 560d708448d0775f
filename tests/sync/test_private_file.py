"""A small file for its owner alone: whole, or as it was, and nothing beside it."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from sync.privatefile import write_private


def test_it_is_its_owners_whatever_stood_there(tmp_path: Path) -> None:
    path = tmp_path / "token"
    path.write_text("old")
    path.chmod(0o644)
    write_private(path, b"new")
    assert (path.read_bytes(), path.stat().st_mode & 0o777) == (b"new", 0o600)


def test_what_stood_there_outlives_a_failure(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "token"
    path.write_text("old")

    def full(_descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OSError, match="No space") as refused:
        write_private(path, b"new")
    assert refused.value.filename == str(path)
    assert [(each.name, each.read_text()) for each in tmp_path.iterdir()] == [("token", "old")]


def test_a_directory_that_is_not_there_is_told_by_the_name_of_the_file(tmp_path: Path) -> None:
    path = tmp_path / "away" / "token"
    with pytest.raises(FileNotFoundError) as refused:
        write_private(path, b"new")
    assert (refused.value.filename, refused.value.filename2) == (str(path), None)
