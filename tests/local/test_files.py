"""A file is read whole and at rest, or not at all; what is not plain text is never parsed."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from sync.local import files
from sync.local.files import (
    MAX_BYTES,
    Signature,
    Stable,
    Unsettled,
    ids_in,
    ids_in_large,
    opaque_reason,
    read_stable,
    settle_s,
)
from tests.local.support import as_nobody, nobodys_directory, sha

SECOND = 1_000_000_000
NOW = 1_000 * SECOND


def signed(age_s: float, size: int = 100) -> Signature:
    return Signature(size, NOW - int(age_s * SECOND), 7)


class TestReadStable:
    def test_reads_the_bytes_as_they_are(self, tmp_path: Path) -> None:
        path = tmp_path / "Home.md"
        path.write_bytes(b"\xef\xbb\xbf- [ ] a\r\n\tb\x0b\n")
        stable = read_stable(path)
        assert isinstance(stable, Stable)
        assert stable.data == b"\xef\xbb\xbf- [ ] a\r\n\tb\x0b\n"
        assert stable.sha256 == sha(stable.data)
        assert stable.signature == Signature.of(path.stat())

    def test_a_change_during_the_reading_unsettles(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        path = tmp_path / "Home.md"
        path.write_bytes(b"one")
        os.utime(path, ns=(NOW, NOW))
        real = os.fstat
        looks = []

        def fstat(handle: int) -> os.stat_result:
            looks.append(handle)
            if len(looks) == 3:  # the look after the reading
                path.write_bytes(b"two")
            return real(handle)

        monkeypatch.setattr(files.os, "fstat", fstat)
        state = read_stable(path)
        assert isinstance(state, Unsettled)
        assert state.retry_after_s is not None

    def test_links_fifos_and_directories_are_not_read(self, tmp_path: Path) -> None:
        (tmp_path / "real").write_bytes(b"x")
        (tmp_path / "link").symlink_to("real")
        os.mkfifo(tmp_path / "fifo")
        for name in ("link", "fifo", ".", "missing"):
            assert isinstance(read_stable(tmp_path / name), Unsettled), name

    def test_a_file_without_permission_is_unknown_and_waiting_is_no_help(self) -> None:
        with nobodys_directory() as place:
            (place / "Home.md").write_bytes(b"x")
            (place / "Home.md").chmod(0)
            state = as_nobody(lambda: read_stable(place / "Home.md"))
        assert state == Unsettled("cannot be read: Permission denied", None)


class TestSettle:
    @pytest.mark.parametrize(
        ("age_s", "size", "previous", "wait_s"),
        [
            (0.0, 100, None, 0.4),
            (0.3, 100, 100, 0.1),
            (0.4, 100, 100, 0.0),
            (50.0, 100, 100, 0.0),
            (0.5, 49, 100, 1.5),
            (0.5, 50, 100, 0.0),
            (2.0, 49, 100, 0.0),
            (0.5, 0, None, 1.5),
            (0.5, 0, 0, 1.5),
        ],
    )
    def test_waits(self, age_s: float, size: int, previous: int | None, wait_s: float) -> None:
        assert settle_s(signed(age_s, size), NOW, previous) == pytest.approx(wait_s)

    def test_a_time_in_the_future_counts_from_first_sight(self) -> None:
        year = 365 * 86_400 * SECOND
        future = Signature(100, NOW + year, 7)
        assert settle_s(future, NOW, 100, seen_ns=NOW) == pytest.approx(0.4)
        assert settle_s(future, NOW + SECOND, 100, seen_ns=NOW) == 0.0

    def test_a_clock_that_went_back_never_asks_for_more_than_the_whole_wait(self) -> None:
        assert settle_s(signed(-500), NOW, 100, seen_ns=NOW + 5 * SECOND) == pytest.approx(0.4)


class TestOpaque:
    @pytest.mark.parametrize(
        ("data", "words"),
        [
            (b"- [ ] a\0\n", "NUL"),
            ("- [ ] a\n".encode("utf-16"), "UTF-16"),
            ("\ufeff- [ ] a\n".encode("utf-16-be"), "UTF-16"),
            (b"- [ ] a\n- [ ] caf\xe9\n", "line 2"),
            (b"a\n<<<<<<< HEAD\nb\n=======\nc\n>>>>>>> other\n", "conflict"),
            (b"a\r\n<<<<<<<\r\nb\r\n", "conflict"),
            (b"b\n=======\nc\n>>>>>>> other\n", "conflict"),
            (b"x" * (MAX_BYTES + 1), "larger than 8 MiB"),
            (b"\n" * 50_001, "50000 lines"),
        ],
    )
    def test_is_opaque(self, data: bytes, words: str) -> None:
        assert words in str(opaque_reason(data))

    @pytest.mark.parametrize(
        "data",
        [
            b"",
            b"\xef\xbb\xbf- [ ] a\r\n",
            b"Heading\n=======\n\n- [ ] a\n",
            b"- [ ] see <<<<<<< and >>>>>>> x\n",
            b">>>>>>> a deep quote\n",
            "emoji 👩‍👧 \u2028 \x0b".encode(),
            b"x" * MAX_BYTES,
        ],
    )
    def test_is_plain(self, data: bytes) -> None:
        assert opaque_reason(data) is None

    def test_many_headings_are_searched_in_one_pass(self) -> None:
        assert opaque_reason(b"=======\n" * 49_000) is None


class TestIds:
    def test_stand_anywhere(self) -> None:
        data = b"- [ ] a ^r-abcdef2\n```\n- [ ] ^r-zzzzzzz7 x\n```\n\xff[[Home#^r-2345672]]"
        assert ids_in(data) == {"r-abcdef2", "r-zzzzzzz7", "r-2345672"}

    def test_are_no_less_than_seven_characters_of_base32(self) -> None:
        assert ids_in(b"^r-abcdef ^r-abcdef1 r-abcdefg ^x-abcdefg ^R-abcdefg") == frozenset()

    def test_are_found_across_the_pieces_of_a_large_file(self, tmp_path: Path) -> None:
        path = tmp_path / "large.md"
        edge = files.CHUNK_BYTES
        path.write_bytes(b"x" * (edge - 5) + b"^r-abcdefg " + b"y" * edge + b"^r-bcdefgh")
        assert {"r-abcdefg", "r-bcdefgh"} <= ids_in_large(path)
