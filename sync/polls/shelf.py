"""Puts files into a folder and never outside of it: no link is followed, nothing is overwritten.

The folder itself may be behind a link; what is in it is walked directory by directory.
"""

from __future__ import annotations

import errno
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from sync.machine import about, told

__all__ = ["Shelf"]

_DIRECTORY = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC
_PART = os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC
_FILE = os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC
# File systems without hard links, such as exFAT.
_NO_LINKS = frozenset({errno.EPERM, errno.ENOTSUP, errno.EOPNOTSUPP, errno.ENOSYS, errno.EMLINK})


class Shelf:
    """The files below ``root``, which is made for its owner alone if it is not there."""

    def __init__(self, root: Path) -> None:
        self.root = root
        root.mkdir(mode=0o700, parents=True, exist_ok=True)

    def size(self, path: str) -> int | None:
        """The size of a file in bytes; ``None`` where there is none."""
        try:
            with self._directory(path, make=False) as (directory, name):
                return os.stat(name, dir_fd=directory, follow_symlinks=False).st_size
        except OSError:
            return None

    def look(self, path: str, judge: Callable[[int], bool]) -> bool:
        """What ``judge`` says of the open file; false where there is none."""
        try:
            with self._directory(path, make=False) as (directory, name):
                descriptor = os.open(name, _FILE, dir_fd=directory)
        except OSError:
            return False
        try:
            return judge(descriptor)
        finally:
            os.close(descriptor)

    def add(self, path: str, mark: str, fill: Callable[[int], None], mtime_s: float) -> bool:
        """Let ``fill`` write a new file, and call it ``path``; false if that name is taken.

        Until then it is a hidden file beside it, with ``mark`` in its name: ``fill`` finds there
        what an earlier try wrote. Raises what ``fill`` raises, OSError.
        """
        with about(self.root / path), self._directory(path, make=True) as (directory, name):
            part = f".{mark}.part"
            descriptor = os.open(part, _PART, 0o600, dir_fd=directory)
            try:
                fill(descriptor)
                os.utime(descriptor, (mtime_s, mtime_s))
            except BaseException:
                if os.fstat(descriptor).st_size == 0:
                    os.unlink(part, dir_fd=directory)  # nothing that another try could go on from
                raise
            finally:
                os.close(descriptor)
            if not _named(directory, part, name):
                return False
            os.fsync(directory)
            return True

    @contextmanager
    def _directory(self, path: str, *, make: bool) -> Iterator[tuple[int, str]]:
        """The open directory that ``path`` is in, and its name there."""
        *above, name = path.split("/")
        if name in ("", ".", "..") or any(part in ("", ".", "..") for part in above):
            raise ValueError(f"{path!r} does not stay in a folder")
        descriptor = os.open(self.root, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
        try:
            for part in above:
                if make:
                    with suppress(FileExistsError):
                        os.mkdir(part, 0o700, dir_fd=descriptor)
                below = self._opened(part, descriptor)
                os.close(descriptor)
                descriptor = below
            yield descriptor, name
        finally:
            os.close(descriptor)

    def _opened(self, part: str, above: int) -> int:
        try:
            return os.open(part, _DIRECTORY, dir_fd=above)
        except OSError as error:
            error.filename = str(self.root / part)
            if error.errno in (errno.ELOOP, errno.ENOTDIR):
                raise told(error) or error from None
            raise


def _named(directory: int, part: str, name: str) -> bool:
    """Call the file ``part`` ``name`` from now on, unless there is one of that name."""
    both = {"src_dir_fd": directory, "dst_dir_fd": directory}
    try:
        os.link(part, name, follow_symlinks=False, **both)
    except FileExistsError:
        return False
    except OSError as error:
        if error.errno not in _NO_LINKS:
            raise
        if name in os.listdir(directory):
            return False
        os.rename(part, name, **both)
        return True
    os.unlink(part, dir_fd=directory)
    return True
