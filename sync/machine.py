"""Says in a person's words what the machine refused: a path that cannot be used, a disk.

An ``OSError`` travels as it is up to whoever ends a piece of work, and is told there. One that
names neither a path nor a known shortage is no condition of the machine but a bug of ours.
"""

from __future__ import annotations

import errno
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sync.errors import RemindersdError, UsageError

__all__ = ["about", "told"]

_SHORT = {
    errno.ENOSPC: "make room on the disk",
    errno.EDQUOT: "make room, or have the quota raised",
    errno.EFBIG: "raise the limit on the size of files (`ulimit -f`)",
    errno.EIO: "the disk fails: save what is on it",
    errno.EMFILE: "close other programs, or raise the limit of open files",
    errno.ENFILE: "close other programs, or raise the limit of open files",
    errno.ENOMEM: "close other programs",
}
_UNUSABLE = {
    errno.EACCES: "give yourself access to it",
    errno.EPERM: "give yourself access to it",
    errno.EROFS: "make the disk writable, use another path, or see `remindersd service status`",
    errno.ENOTDIR: "a part of the path is no directory; use another path",
    errno.EEXIST: "something else stands there; move it away, or use another path",
    errno.EISDIR: "something else stands there; move it away, or use another path",
    errno.ELOOP: "mend the symbolic links, or use another path",
    errno.ENAMETOOLONG: "use a shorter path",
}


def told(error: OSError) -> RemindersdError | None:
    """``error`` as one of ours; ``None`` where it is no condition of the machine.

    A path that cannot be used is a UsageError, everything else a RemindersdError.
    """
    code = error.errno
    path = error.filename
    if code is None or not (code in _SHORT or isinstance(path, str | bytes | os.PathLike)):
        return None
    reason = error.strerror or os.strerror(code)
    message = reason if path is None else f"{_shown(path)}: {reason}"
    if code in _UNUSABLE:
        return UsageError(message, _UNUSABLE[code])
    return RemindersdError(message, _SHORT.get(code, "see that it is there and can be used"))


@contextmanager
def about(path: Path) -> Iterator[None]:
    """Let what the machine refuses inside be told of ``path``: to write into a file names none."""
    try:
        yield
    except OSError as error:
        if error.errno is None:
            raise
        raise OSError(error.errno, error.strerror, os.fspath(path)) from error


def _shown(path: object) -> str:
    return os.fsdecode(path) if isinstance(path, str | bytes | os.PathLike) else f"file {path}"
