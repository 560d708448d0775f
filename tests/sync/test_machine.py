"""Which errors of the system are conditions of the machine, and how they are told."""

from __future__ import annotations

import errno
import os
from pathlib import Path

import pytest

from sync.errors import RemindersdError, UsageError
from sync.local.folder import NotReady, check
from sync.machine import told
from tests.local.support import as_nobody, nobodys_directory


@pytest.mark.parametrize(
    ("code", "kind"),
    [
        (errno.EACCES, UsageError),
        (errno.EROFS, UsageError),
        (errno.ENOTDIR, UsageError),
        (errno.ENOSPC, RemindersdError),
        (errno.ENOENT, RemindersdError),
    ],
)
def test_an_error_with_a_path_is_told_with_path_reason_and_way_out(
    code: int, kind: type[RemindersdError]
) -> None:
    ours = told(OSError(code, os.strerror(code), "/srv/x"))
    assert type(ours) is kind
    assert ours.message == f"/srv/x: {os.strerror(code)}"
    assert ours.hint


@pytest.mark.parametrize("code", [errno.ENOSPC, errno.EFBIG])
def test_a_full_disk_is_one_without_a_path_too(code: int) -> None:
    ours = told(OSError(code, os.strerror(code)))
    assert ours is not None
    assert ours.message == os.strerror(code)


def test_what_names_no_path_is_a_bug() -> None:
    assert told(OSError("the password is hunter2")) is None
    assert told(ConnectionRefusedError(errno.ECONNREFUSED, "refused")) is None


def test_a_folder_below_a_closed_directory_is_not_ready() -> None:
    with nobodys_directory() as theirs:
        folder = theirs / "closed" / "Todo"
        folder.mkdir(parents=True)
        folder.parent.chmod(0)
        try:
            found = as_nobody(lambda: _reason(folder))
        finally:
            folder.parent.chmod(0o700)
    assert found == f"{folder} cannot be read: Permission denied"


def _reason(folder: Path) -> str | None:
    state = check(folder, None)
    return state.reason if isinstance(state, NotReady) else None
