"""One cycle at a time in one folder, also where two machines see it through a network file system.

A lock says it, which the kernel drops with the process. What a sync tool carries to another
machine is another folder, and another lock.
"""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sync.errors import Busy
from sync.local.folder import OURS

__all__ = ["alone_in"]


@contextmanager
def alone_in(root: Path) -> Iterator[None]:
    """Hold the folder while the context lasts; raises Busy if somebody else does.

    A folder that is not there is held by nobody; nor is one whose file system has no locks.
    """
    try:
        lock = os.open(root / OURS / "lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    except OSError:
        yield
        return
    try:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise Busy(
                f"another remindersd is at work in {root}",
                "let it finish, or give each machine a folder of its own",
            ) from None
        except OSError:
            pass
        yield
    finally:
        os.close(lock)
