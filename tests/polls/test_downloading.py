"""Files of photos: whole, verified, resumed, each once, and never outside of their folder."""

from __future__ import annotations

import os
from base64 import b64encode
from hashlib import sha1
from pathlib import Path
from typing import Any

import pytest

from sandbox.photos.files import content
from sync.errors import NetworkError, RemindersdError
from sync.polls.asked import CannotPoll, unheard
from sync.polls.downloading import ORIGINALS, THUMBNAILS, Downloaded, download
from sync.polls.fingerprint import Fingerprint, can_be_checked
from sync.polls.photofiles import PhotoFiles
from sync.polls.photos import PhotoSource
from sync.polls.shelf import Shelf
from tests.polls.conftest import Bench

HEIC, MOV = "2020/09/IMG_0002.heic", "2020/09/IMG_0002.mov"


class Killed(BaseException):
    """The process died here."""


def run(bench: Bench, roles: tuple[str, ...] = ORIGINALS, progress: Any = unheard) -> Downloaded:
    PhotoSource(bench.around).refresh(unheard)
    return download(bench.around, bench.home / "Pictures", roles, progress)


def files(bench: Bench) -> dict[str, bytes]:
    root = bench.home / "Pictures"
    return {
        str(path.relative_to(root)): path.read_bytes()
        for path in sorted(root.rglob("*"))
        if path.is_file()
    }


def sample(bench: Bench, role: str) -> bytes:
    photo = next(iter(bench.world.services.photos.photos.values()))
    shape = next(one for one in photo.files if one.prefix == role)
    return content(shape, photo.seed)


def test_originals_are_what_the_library_has_and_are_fetched_once(bench: Bench) -> None:
    done = run(bench)
    movie = sample(bench, "resOriginalVidCompl")
    assert files(bench) == {HEIC: sample(bench, "resOriginal"), MOV: movie}
    assert (done.files, done.bytes, done.problems) == (2, 905_818 + 2_456_163, ())
    path = bench.home / "Pictures" / HEIC
    assert (path.stat().st_mode & 0o777, int(path.stat().st_mtime)) == (0o600, 1_600_432_337)
    bench.asked()
    assert run(bench).files == 0
    assert "lookup" not in bench.asked()
    shown = bench.store._connection.all("SELECT path FROM photo_files WHERE path IS NOT NULL")
    assert sorted(shown) == [(str(bench.home / "Pictures" / name),) for name in (HEIC, MOV)]


def test_thumbnails_have_a_directory_of_their_own(bench: Bench) -> None:
    run(bench, THUMBNAILS)
    assert files(bench) == {
        "thumbnails/2020/09/IMG_0002.jpg": sample(bench, "resJPEGThumb"),
    }


def test_a_download_that_was_killed_half_way_goes_on_and_the_bytes_match(bench: Bench) -> None:
    heard: list[int] = []

    def kill(_target: str, done: int, _total: int | None) -> None:
        heard.append(done)
        if done > 1_500_000:  # in the middle of the movie, the second file
            raise Killed

    with pytest.raises(Killed):
        run(bench, progress=kill)
    half = files(bench)
    [part] = [name for name in half if name.endswith(".part")]
    assert 0 < len(half[part]) < 2_456_163
    bench.world.faults.requests.clear()
    told: list[tuple[int, int | None]] = []
    done = run(bench, progress=lambda _t, count, total: told.append((count, total)))
    assert files(bench) == {
        HEIC: sample(bench, "resOriginal"),
        MOV: sample(bench, "resOriginalVidCompl"),
    }
    assert done.files == 1
    [sent] = [one["bytes"] for one in bench.world.faults.requests if "/B/" in str(one["path"])]
    assert sent == 2_456_163 - len(half[part])
    assert told[0][0] > len(half[part])
    assert told[-1] == (2_456_163, 2_456_163)


def test_bytes_that_are_not_those_of_the_file_are_fetched_anew(bench: Bench) -> None:
    def spoil(_target: str, done: int, _total: int | None) -> None:
        raise Killed

    with pytest.raises(Killed):
        run(bench, progress=spoil)
    [part] = (bench.home / "Pictures").rglob("*.part")
    part.write_bytes(bytes(1000))
    run(bench)
    assert files(bench)[HEIC] == sample(bench, "resOriginal")


def test_a_cut_connection_and_an_expired_link_are_gone_on_from(bench: Bench) -> None:
    bench.world.faults.fail("cut_body", "/B/", times=2)
    bench.world.faults.fail("status", "/B/", status=410, times=1, skip=2)
    assert run(bench).problems == ()
    assert files(bench)[HEIC] == sample(bench, "resOriginal")


def test_a_line_that_stays_dead_is_told_and_what_came_is_kept(bench: Bench) -> None:
    bench.world.faults.fail("cut_before", "/B/", times=50, skip=1)
    with pytest.raises(NetworkError):
        run(bench)
    assert HEIC in files(bench)


def test_photos_of_one_name_and_a_strangers_file_stand_side_by_side(bench: Bench) -> None:
    mine = bench.home / "Pictures" / HEIC
    mine.parent.mkdir(parents=True)
    mine.write_bytes(b"my own")
    run(bench)
    named = files(bench)
    assert named[HEIC] == b"my own"
    assert sample(bench, "resOriginal") in named.values()
    assert run(bench).files == 0


def test_what_is_there_already_is_known_again_without_a_mirror(bench: Bench) -> None:
    run(bench)
    with bench.store.commit("lose"):
        bench.store._connection.write("DELETE FROM photo_download")
    bench.asked()
    run(bench)
    assert not any(name.startswith("IMG") or name == "file" for name in bench.asked())
    assert len(files(bench)) == 2


def test_what_a_person_took_away_comes_again(bench: Bench) -> None:
    run(bench)
    (bench.home / "Pictures" / HEIC).unlink()
    assert run(bench).files == 1
    assert HEIC in files(bench)


def test_a_link_in_the_folder_leads_nowhere(bench: Bench) -> None:
    outside = bench.home / "outside"
    outside.mkdir()
    (bench.home / "Pictures").mkdir()
    (bench.home / "Pictures" / "2020").symlink_to(outside)
    with pytest.raises(RemindersdError, match="2020"):
        run(bench)
    assert list(outside.iterdir()) == []


@pytest.mark.parametrize("path", ["../x", "a/../../x", "/etc/x", "", "a//x", "."])
def test_no_path_leaves_the_shelf(tmp_path: Path, path: str) -> None:
    shelf = Shelf(tmp_path / "Pictures")
    with pytest.raises(ValueError, match="does not stay"):
        shelf.add(path, "mark", lambda _fd: None, 0.0)


def test_names_are_safe_whatever_the_library_calls_them(bench: Bench) -> None:
    with_name = bench.world.services.photos
    name = next(iter(with_name.photos))
    PhotoSource(bench.around).refresh(unheard)
    with bench.store.commit("rename"):
        bench.store._connection.write(
            "UPDATE photo_master SET filename = ?", ("../../\u0007.ssh/authorized_keys.heic",)
        )
    download(bench.around, bench.home / "Pictures", ORIGINALS[:1], unheard)
    [path] = files(bench)
    assert path.startswith("2020/09/")
    assert path.count("/") == 2
    assert name


# ---- single files


def test_a_file_is_had_by_its_id_before_any_poll(bench: Bench) -> None:
    source = PhotoSource(bench.around)
    around = bench.around
    photos = PhotoFiles(around, source, bench.home / "spool")
    data = sample(bench, "resOriginal")
    mark = Fingerprint()
    mark.take(data)
    extension, path = photos.file(f"icpl://{mark.text()}", unheard)
    assert (extension, path.read_bytes()) == ("heic", data)
    assert path.stat().st_mode & 0o777 == 0o600
    with pytest.raises(CannotPoll, match="no library has"):
        photos.file("icpl://AAAA", unheard)


def test_a_file_of_a_photo_that_is_gone_is_unknown(bench: Bench) -> None:
    source = PhotoSource(bench.around)
    source.refresh(unheard)
    [(fingerprint,)] = bench.store._connection.all(
        "SELECT fingerprint FROM photo_resource WHERE role = 'resOriginal'"
    )
    library = bench.world.services.photos
    library.expunge(next(iter(library.photos)))
    photos = PhotoFiles(bench.around, source, bench.home / "spool")
    with pytest.raises(CannotPoll, match="no library has"):
        photos.file(f"icpl://{fingerprint}", unheard)


def test_the_fingerprint_is_the_documented_one() -> None:
    mark = Fingerprint()
    for piece in (b"he", b"llo"):
        mark.take(piece)
    assert mark.text() == "AcW96XzA8CMFcrVWfJyAAy8aWWE6"
    other = b64encode(b"\x81" + sha1(b"").digest()).decode()
    assert [can_be_checked(one) for one in (mark.text(), other, "nonsense!", "")] == [
        *(True, False, False, False)
    ]


def test_a_full_disk_is_said_to_be_one(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object) -> int:
        raise OSError(28, os.strerror(28))

    PhotoSource(bench.around).refresh(unheard)
    monkeypatch.setattr(os, "pwrite", full)
    with pytest.raises(RemindersdError, match=f"{bench.home}/Pictures/{HEIC}: No space left"):
        download(bench.around, bench.home / "Pictures", ORIGINALS, unheard)
