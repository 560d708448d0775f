"""Of each moment of a reminder a person is told once, over restarts and a lost database, too."""

from __future__ import annotations

from pathlib import Path

from store.db import Store

MILK, LATER = ("MILK", "2026-03-02T08:00:00Z"), ("MILK", "2026-03-03T08:00:00Z")


def test_what_was_told_is_known_after_a_restart(path: Path) -> None:
    with Store.open(path) as store, store.commit("told"):
        store.rings.add([MILK, MILK], 5_000)
    with Store.open(path) as store:
        assert store.rings.told() == {MILK}
        with store.commit("again"):
            store.rings.add([MILK, LATER], 9_000)
        assert store.rings.told() == {MILK, LATER}


def test_what_could_not_be_shown_was_not_told(store: Store) -> None:
    with store.commit("told"):
        store.rings.add([MILK, LATER], 5_000)
        store.rings.drop([LATER])
    assert store.rings.told() == {MILK}


def test_what_is_too_old_to_be_shown_again_is_forgotten(store: Store) -> None:
    with store.commit("told"):
        store.rings.add([MILK], 5_000)
        store.rings.add([MILK, LATER], 9_000)
        store.rings.let_go(9_000)
    assert store.rings.told() == {LATER}


def test_a_rebuilt_mirror_tells_nothing_again(path: Path, tmp_path: Path) -> None:
    with Store.open(path) as old, old.commit("told"):
        old.rings.add([MILK], 5_000)
    with Store.open(tmp_path / "new.db") as new:
        assert new.salvage(path).counts["ring"] == 1
        assert new.rings.told() == {MILK}
