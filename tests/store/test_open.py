"""The database file is private and checked; what cannot be trusted is told and left alone."""

from __future__ import annotations

import errno
import sqlite3
import stat
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest

from store.db import Store
from store.errors import Damaged, NotOurs, Unwritable
from store.file.aside import kept_damaged
from store.schema.migrations import APPLICATION_ID, VERSION, migrations
from tests.store.samples import a_list, reminder


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def filled(path: Path) -> None:
    with Store.open(path) as store, store.commit("fill"):
        store.mirror.put([a_list(), *(reminder(f"R{n:04}", notes="x" * 200) for n in range(500))])


def test_everything_is_the_owners_alone(path: Path) -> None:
    with Store.open(path) as store:
        with store.commit("one"):
            store.meta.set("folder", "/somewhere")
        made = list(path.parent.iterdir())
        assert {file.name for file in made} >= {"mirror.db", "mirror.db-wal"}
        assert {mode(file) for file in made} == {0o600}
    assert mode(path.parent) == 0o700


def test_a_file_that_others_could_read_is_closed_to_them(path: Path) -> None:
    filled(path)
    path.chmod(0o644)
    Store.open(path).close()
    assert mode(path) == 0o600


def test_the_file_is_durable_and_strict(store: Store) -> None:
    raw = store._connection.raw
    pragmas = ("journal_mode", "synchronous", "foreign_keys", "temp_store", "application_id")
    found = [raw.execute(f"PRAGMA {name}").fetchone()[0] for name in pragmas]
    assert found == ["wal", 2, 1, 2, APPLICATION_ID]
    assert raw.execute("PRAGMA user_version").fetchone()[0] == VERSION


def test_who_writes_keeps_the_indexes_at_hand_and_who_reads_keeps_little(
    store: Store, path: Path
) -> None:
    with Store.open_reading(path) as reader:
        for one, kilobytes in ((store, 16 * 1024), (reader, 2000)):
            (size,) = one._connection.raw.execute("PRAGMA cache_size").fetchone()
            assert size == -kilobytes
    (pages,) = store._connection.raw.execute("PRAGMA wal_autocheckpoint").fetchone()
    assert pages == 4096


def test_opening_again_writes_nothing(path: Path) -> None:
    filled(path)
    before = path.read_bytes()
    with Store.open(path) as store:
        assert store.rows_written == 0
        assert len(list(store.mirror.reminders())) == 500
    assert path.read_bytes() == before


def test_an_empty_file_is_a_new_one(path: Path) -> None:
    path.parent.mkdir()
    path.touch()
    with Store.open(path) as store:
        assert store.meta.all() == {}


def test_a_first_start_that_was_cut_leaves_a_new_file(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Cut(BaseException):
        pass

    def cut(*_: object) -> None:
        raise Cut

    with monkeypatch.context() as patched:
        patched.setattr(migrations._migrations[-1], "fn", cut)
        with pytest.raises(Cut):
            Store.open(path)
    plain = sqlite3.connect(path)
    assert plain.execute("SELECT count(*) FROM sqlite_master").fetchone() == (0,)
    plain.close()
    Store.open(path).close()


def test_a_path_may_hold_anything(tmp_path: Path) -> None:
    path = tmp_path / "50% done? #1 é" / "mirror.db"
    filled(path)
    assert path.exists()
    with Store.open_reading(path) as reader:
        assert len(list(reader.mirror.reminders())) == 500


def not_a_database(path: Path) -> None:
    path.write_text("- [ ] buy milk\n" * 100)


def a_few_bytes(path: Path) -> None:
    path.write_text("hello")


def truncated(path: Path) -> None:
    filled(path)
    data = path.read_bytes()
    path.write_bytes(data[: len(data) // 2 // 4096 * 4096])


def torn_page(path: Path) -> None:
    filled(path)
    data = bytearray(path.read_bytes())
    for start in range(8 * 4096, len(data), 4096):
        data[start : start + 64] = b"\xa5" * 64
    path.write_bytes(data)


def of_another_programme(path: Path) -> None:
    with sqlite3.connect(path) as other:
        other.execute("CREATE TABLE songs (title TEXT)")
    other.close()


def of_a_newer_version(path: Path) -> None:
    filled(path)
    with sqlite3.connect(path) as newer:
        newer.execute(f"PRAGMA user_version = {VERSION + 1}")
    newer.close()


@pytest.mark.parametrize(
    ("damage", "reason"),
    [
        (of_another_programme, "of another programme"),
        (of_a_newer_version, f"newer remindersd \\(schema {VERSION + 1}, not {VERSION}\\)"),
    ],
)
def test_what_is_not_ours_is_named_and_left_where_it_is(
    path: Path, damage: Callable[[Path], None], reason: str
) -> None:
    path.parent.mkdir()
    damage(path)
    before = path.read_bytes()
    for opened in (Store.open, Store.open_reading):
        with pytest.raises(NotOurs, match=reason) as caught:
            opened(path)
        assert caught.value.path == path
        assert "\n" not in str(caught.value)
    assert path.read_bytes() == before
    assert kept_damaged(path) is None


DAMAGES = pytest.mark.parametrize(
    ("damage", "reason"),
    [
        (not_a_database, "not a database"),
        (a_few_bytes, "not a database"),
        (truncated, "malformed"),
        (torn_page, "corrupt|malformed"),
    ],
)


@DAMAGES
def test_what_is_damaged_is_set_aside_and_nothing_made_in_its_place(
    path: Path, damage: Callable[[Path], None], reason: str
) -> None:
    path.parent.mkdir()
    damage(path)
    before, written = path.read_bytes(), datetime.fromtimestamp(path.stat().st_mtime, UTC)
    with pytest.raises(Damaged, match=reason) as caught:
        Store.open(path)
    assert caught.value.path == path
    assert "\n" not in str(caught.value)
    kept = path.with_name(f"mirror.damaged-{written:%Y%m%dT%H%M%SZ}.db")
    assert kept.read_bytes() == before
    assert mode(kept) == 0o600
    for opened in (Store.open, Store.open_reading):
        with pytest.raises(Damaged, match=f"kept as {kept.name}"):
            opened(path)
    assert not path.exists()
    assert kept_damaged(path) == kept


@DAMAGES
def test_a_reader_leaves_a_damaged_file_where_it_is(
    path: Path, damage: Callable[[Path], None], reason: str
) -> None:
    path.parent.mkdir()
    damage(path)
    before = path.read_bytes()
    with pytest.raises(Damaged, match=reason):
        Store.open_reading(path)
    assert path.read_bytes() == before


def test_what_is_found_damaged_while_it_is_used_is_set_aside_when_it_is_closed(path: Path) -> None:
    with Store.open(path) as store:
        with store.commit("fill"):
            store.mirror.put([reminder("A1", notes="x" * 2000)])
        with store.commit("harm"):
            store._connection.write("UPDATE record SET raw = substr(raw, 1, 20)")
        before = {end: Path(f"{path}{end}").read_bytes() for end in ("", "-wal")}
        with pytest.raises(Damaged, match="a record in it is not as it was written"):
            store.mirror.record("Reminder/A1")
    kept = kept_damaged(path)
    assert kept is not None
    assert {end: Path(f"{kept}{end}").read_bytes() for end in before} == before
    assert not list(path.parent.glob("mirror.db*"))


def test_on_a_full_disk_what_is_damaged_stays_where_it_is(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    path.parent.mkdir()
    truncated(path)
    before = path.read_bytes()
    monkeypatch.setattr("store.file.aside.shutil.copyfileobj", full)
    for _ in range(2):
        with pytest.raises(Damaged, match="malformed"):
            Store.open(path)
    assert path.read_bytes() == before
    monkeypatch.undo()
    with pytest.raises(Damaged):
        Store.open(path)
    kept = kept_damaged(path)
    assert kept is not None
    assert kept.read_bytes() == before


def test_a_folder_in_its_place_cannot_be_written(path: Path) -> None:
    path.mkdir(parents=True)
    with pytest.raises(Unwritable, match="directory"):
        Store.open(path)


def test_a_reader_makes_no_file(path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        Store.open_reading(path)
    assert not path.exists()


def test_a_reader_sees_what_is_committed_and_cannot_write(store: Store, path: Path) -> None:
    with store.commit("one"):
        store.meta.set("a", "1")
    with Store.open_reading(path) as reader:
        with store.commit("two"):
            store.meta.set("a", "2")
            assert reader.meta.get("a") == "1"
        assert reader.meta.get("a") == "2"
        with pytest.raises(Unwritable), reader.commit("three"):
            reader.meta.set("a", "3")
        assert reader.meta.get("a") == "2"
