"""The ledger of the API: private, in order, and begun anew where it cannot be trusted."""

from __future__ import annotations

import logging
import sqlite3
import stat
from collections.abc import Callable
from pathlib import Path

import pytest

from store.activity.ledger import Ledger, Session, User
from store.errors import Unwritable
from store.file.aside import kept_damaged
from store.file.ledgerfile import open_ledger


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "state" / "api.sqlite"


def filled(path: Path, number: int) -> list[User]:
    users = [User(str(n), f"name {n}", n) for n in range(number)]
    ledger = open_ledger(path)
    with ledger.commit("fill"):
        for user in users:
            ledger.users.add(user)
    ledger.close()
    return users


def test_it_is_its_owners_alone_and_remembers(path: Path) -> None:
    users = filled(path, 3)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700
    ledger = open_ledger(path)
    assert ledger.users.all() == tuple(users[::-1])
    assert ledger.users.get("1") == users[1]
    assert ledger.users.get("7") is None
    ledger.close()


def test_a_page_counts_what_is_beyond_it(path: Path) -> None:
    users = filled(path, 5)[::-1]
    ledger = open_ledger(path)
    page = ledger.users.page({}, limit=2)
    assert (page.rows, page.total, page.more) == (tuple(users[:2]), 5, True)
    rest = ledger.users.page({}, after=users[1].id, limit=3)
    assert (rest.rows, rest.total, rest.more) == (tuple(users[2:]), 5, False)
    some = ledger.users.page({"id": ("1", "3", "9")}, before="1")
    assert (some.rows, some.total) == ((users[1],), 2)
    assert ledger.users.page({"id": ()}).rows == ()
    with pytest.raises(LookupError, match="nobody"):
        ledger.users.page({}, after="nobody")
    ledger.close()


def test_json_comes_back_as_it_went(path: Path) -> None:
    ledger = open_ledger(path)
    one = Session("s", "o", "1", "failed", 1, "choice-required", {"choices": ["é\ud800"]})
    with ledger.commit("add"):
        ledger.sessions.add(one)
        ledger.sessions.add(Session("t", "o", "1", "pending", 2))
    assert ledger.sessions.all() == (Session("t", "o", "1", "pending", 2), one)
    ledger.close()


def cut(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:5000])


def scribbled(path: Path) -> None:
    path.write_bytes(b"no database at all" * 500)


def of_another(path: Path) -> None:
    other = sqlite3.connect(path)
    other.execute("PRAGMA user_version = 99")
    other.commit()
    other.close()


@pytest.mark.parametrize("damage", [cut, scribbled, of_another])
def test_a_damaged_one_is_kept_and_a_new_one_begun(
    path: Path, damage: Callable[[Path], None], caplog: pytest.LogCaptureFixture
) -> None:
    filled(path, 200)
    damage(path)
    before = path.read_bytes()
    with caplog.at_level(logging.WARNING):
        ledger = open_ledger(path)
    assert ledger.users.all() == ()
    ledger.close()
    kept = kept_damaged(path)
    assert kept is not None
    assert kept.read_bytes() == before
    assert stat.S_IMODE(kept.stat().st_mode) == 0o600
    assert kept.name in caplog.text


def test_where_none_can_be_is_said(tmp_path: Path) -> None:
    (tmp_path / "api.sqlite").mkdir()
    with pytest.raises(Unwritable):
        open_ledger(tmp_path / "api.sqlite")


def test_a_commit_that_fails_leaves_nothing(path: Path) -> None:
    ledger: Ledger = open_ledger(path)

    def cut() -> None:
        with ledger.commit("cut"):
            ledger.users.add(User("1", "a", 1))
            raise LookupError

    with pytest.raises(LookupError):
        cut()
    assert ledger.users.all() == ()
    ledger.close()
