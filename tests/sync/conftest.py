"""Rigs for tests of the whole: one with the seeded account, one with an empty list."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.rig import Rig, empty_world, open_rig


@pytest.fixture
def rig(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Rig]:
    """An account with the empty list “Inbox”, synced once."""
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    with open_rig(tmp_path, empty_world()) as rig:
        rig.run()
        yield rig


@pytest.fixture
def seeded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Rig]:
    """The believable account, synced once."""
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    with open_rig(tmp_path) as rig:
        rig.run()
        yield rig


@pytest.fixture
def purging(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Rig]:
    """As ``rig``, where deletions are for good."""
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    with open_rig(tmp_path, empty_world(), mode="purge") as rig:
        rig.run()
        yield rig


@pytest.fixture
def two(rig: Rig) -> Rig:
    """“Typed” in `Inbox.md`, “Other” in `Plans.md`, and a phone that moves the first one there."""
    rig.phone.create_list("Plans")
    rig.append("Inbox", "- [ ] Typed\n")
    rig.run()
    rig.append("Plans", "- [ ] Other\n")
    rig.run()
    rig.phone.move(rig.shown("Typed").id, "Plans")
    return rig
