"""The folder is ours only with its marker; anything else says nothing about what is deleted."""

from __future__ import annotations

import json
import os
import stat
from pathlib import Path

import pytest

from sync.errors import UsageError
from sync.local.folder import Marker, NotReady, Ready, check, prepare
from tests.local.support import as_nobody, nobodys_directory, to_nobody

ADA = "ada@example.test"


def reason(root: Path, expected: str | None = "5f0c") -> str:
    answer = check(root, expected)
    assert isinstance(answer, NotReady)
    return answer.reason


def test_prepare_makes_a_private_folder_that_git_does_not_see(tmp_path: Path) -> None:
    root = tmp_path / "a" / "Todo"
    marker = prepare(root, ADA, mint=lambda: "5f0c")
    assert marker == Marker("5f0c", ADA)
    ours = root / ".remindersd"
    assert {path.name: stat.S_IMODE(path.stat().st_mode) for path in (root, *ours.rglob("*"))} == {
        "Todo": 0o700,
        ".gitignore": 0o600,
        "marker": 0o600,
        "receipts": 0o700,
    }
    assert stat.S_IMODE(ours.stat().st_mode) == 0o700
    assert (ours / ".gitignore").read_text() == "*\n"
    assert json.loads((ours / "marker").read_text())["uuid"] == "5f0c"


def test_prepare_again_keeps_the_marker(tmp_path: Path) -> None:
    first = prepare(tmp_path, ADA)
    assert prepare(tmp_path, ADA) == first
    assert check(tmp_path, first.uuid) == Ready(first)


def test_prepare_leaves_an_existing_folders_mode(tmp_path: Path) -> None:
    tmp_path.chmod(0o755)
    prepare(tmp_path, ADA)
    assert stat.S_IMODE(tmp_path.stat().st_mode) == 0o755


def test_prepare_refuses_another_accounts_folder(tmp_path: Path) -> None:
    prepare(tmp_path, ADA)
    with pytest.raises(UsageError, match="belongs to the account ada"):
        prepare(tmp_path, "bob@example.test")


@pytest.mark.parametrize(
    "content",
    [
        *(b"", b"{", b"[]", b'{"uuid": 5, "account": "a"}', b"\xff", b"[" * 100_000),
        b'{"uuid": "u", "account": "a\\nb"}',
    ],
    ids=range(7),
)
def test_a_damaged_marker_is_never_written_over(tmp_path: Path, content: bytes) -> None:
    prepare(tmp_path, ADA)
    (tmp_path / ".remindersd" / "marker").write_bytes(content)
    with pytest.raises(UsageError, match="marker is damaged"):
        prepare(tmp_path, ADA)
    assert (tmp_path / ".remindersd" / "marker").read_bytes() == content
    assert "damaged" in reason(tmp_path)


def test_prepare_where_nothing_can_be_made(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"")
    with pytest.raises(UsageError, match="file"):
        prepare(tmp_path / "file" / "Todo", ADA)


def test_check_tells_what_is_amiss(tmp_path: Path) -> None:
    root = tmp_path / "Todo"
    assert "not mounted" in reason(root)
    root.mkdir()
    assert check(root, None) == Ready()
    assert "no .remindersd/marker" in reason(root)
    prepare(root, ADA, mint=lambda: "another")
    assert "marker differs" in reason(root)


def test_a_folder_without_permission_is_not_ready() -> None:
    with nobodys_directory() as place:
        root = place / "Todo"
        prepare(root, ADA, mint=lambda: "5f0c")
        to_nobody(place)
        root.chmod(0)
        answer = as_nobody(lambda: check(root, "5f0c"))
        assert isinstance(answer, NotReady)
        assert "permission denied" in answer.reason
    assert os.path.basename(root) == "Todo"
