"""Writes a small file for its owner alone, whole: a reader sees the old one or the new."""

from __future__ import annotations

import os
import threading
from pathlib import Path

from sync.machine import about

__all__ = ["write_private"]

_NEW = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC


def write_private(path: Path, data: bytes) -> None:
    """Put ``data`` at ``path``, mode 0600, in one step and durably; raises OSError.

    The directory has to be there. Whatever goes wrong, what stood at ``path`` still does.
    """
    # Two processes, or two threads, may write at once; each has a name of its own.
    draft = path.with_name(f".{path.name}.{os.getpid()}-{threading.get_ident()}")
    with about(path):
        draft.unlink(missing_ok=True)
        descriptor = os.open(draft, _NEW, 0o600)
        try:
            with os.fdopen(descriptor, "wb") as file:
                file.write(data)
                file.flush()
                os.fsync(file.fileno())
            draft.replace(path)
        except BaseException:
            draft.unlink(missing_ok=True)
            raise
