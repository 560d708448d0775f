"""The few system calls that replacing a file safely is made of; no decisions here.

``renameat2`` can exchange two names in one step, and rename without replacing. It is Linux's;
a file system or a sandbox may lack it, which shows as one of ``UNSUPPORTED``. Some have no hard
links either (exFAT, much of what is mounted through FUSE): one of ``NO_LINKS``.
"""

from __future__ import annotations

import ctypes
import errno
import hashlib
import os
import platform
import stat
from functools import cache
from pathlib import Path
from typing import Protocol

__all__ = [
    "Exchange",
    "Renameat2",
    "digest",
    "keep_old",
    "move_new",
    "probe",
    "sync_directory",
    "write_whole",
]

UNSUPPORTED = frozenset({errno.ENOSYS, errno.EINVAL, errno.EOPNOTSUPP})
NO_LINKS = UNSUPPORTED | {errno.EPERM, errno.EMLINK}
_AT_FDCWD = -100
_NOREPLACE = 1
_EXCHANGE = 2
# For C libraries without the wrapper (musl before 1.2.6): the system call's number by machine.
_SYSCALL = {"x86_64": 316, "aarch64": 276, "riscv64": 276, "armv7l": 382, "i686": 353}
_PART_BYTES = 1 << 16  # at a time of what is hashed: most files are smaller
_ATTRIBUTE_REFUSED = frozenset({errno.EPERM, errno.EACCES, errno.EOPNOTSUPP, errno.ENODATA})


class Exchange(Protocol):
    """Two atomic renames; each raises ``OSError``."""

    def exchange(self, one: Path, other: Path) -> None:
        """Each of the two names gets the other's file."""

    def rename_new(self, old: Path, new: Path) -> None:
        """Rename; ``FileExistsError`` where the new name is taken."""


class Renameat2:
    """The kernel's own ``renameat2``."""

    def exchange(self, one: Path, other: Path) -> None:
        """Each of the two names gets the other's file."""
        _renameat2(one, other, _EXCHANGE)

    def rename_new(self, old: Path, new: Path) -> None:
        """Rename; ``FileExistsError`` where the new name is taken."""
        _renameat2(old, new, _NOREPLACE)


@cache
def _libc() -> ctypes.CDLL:
    return ctypes.CDLL(None, use_errno=True)


def _renameat2(old: Path, new: Path, flags: int) -> None:
    libc = _libc()
    names = (os.fsencode(old), os.fsencode(new))
    if hasattr(libc, "renameat2"):
        result = libc.renameat2(_AT_FDCWD, names[0], _AT_FDCWD, names[1], ctypes.c_uint(flags))
    elif platform.machine() in _SYSCALL:
        number = ctypes.c_long(_SYSCALL[platform.machine()])
        at = ctypes.c_long(_AT_FDCWD)
        result = libc.syscall(number, at, names[0], at, names[1], ctypes.c_ulong(flags))
    else:
        raise OSError(errno.ENOSYS, os.strerror(errno.ENOSYS), str(old))
    if result != 0:
        code = ctypes.get_errno()
        raise OSError(code, os.strerror(code), str(old), None, str(new))


def probe(calls: Exchange, directory: Path) -> bool:
    """Whether files in ``directory`` can be exchanged, found out with two files of our own."""
    pair = [directory / "probe-one.data", directory / "probe-other.data"]
    try:
        for path in pair:
            path.write_bytes(path.name.encode())
        calls.exchange(pair[0], pair[1])
        return pair[0].read_bytes() == pair[1].name.encode()
    except OSError as error:
        if error.errno not in UNSUPPORTED:
            raise
        return False
    finally:
        for path in pair:
            path.unlink(missing_ok=True)


def move_new(calls: Exchange, old: Path, new: Path) -> None:
    """Rename, never over another file (``FileExistsError``), with or without ``renameat2``.

    Without it and without hard links, one that appears in the microsecond before is not seen.
    """
    try:
        calls.rename_new(old, new)
        return
    except OSError as error:
        if error.errno not in UNSUPPORTED:
            raise
    try:
        os.link(old, new, follow_symlinks=False)
    except OSError as error:
        if error.errno not in NO_LINKS:
            raise
        if os.path.lexists(new):
            raise FileExistsError(errno.EEXIST, os.strerror(errno.EEXIST), str(new)) from error
        os.rename(old, new)
    else:
        os.unlink(old)


def keep_old(target: Path, link: Path) -> None:
    """Give the file a second name, or where it can have none, put a copy of it there."""
    try:
        os.link(target, link)
    except OSError as error:
        if error.errno not in NO_LINKS:
            raise
        draft = link.with_suffix(".new")  # of which no part is ever taken for a receipt
        draft.unlink(missing_ok=True)
        write_whole(draft, target.read_bytes(), like=target)
        os.rename(draft, link)


def write_whole(path: Path, data: bytes, *, mode: int = 0o600, like: Path | None = None) -> None:
    """Write a new file durably. ``like`` gives it that file's mode, owner and attributes.

    Whatever goes wrong with the writing (``OSError``), no part of the file is left behind.
    """
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC
    handle = os.open(path, flags, mode)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(data)
            file.flush()
            if like is not None:
                _copy_attributes(like, handle)
            os.fsync(handle)
    except OSError:
        path.unlink(missing_ok=True)
        raise


def _copy_attributes(source: Path, handle: int) -> None:
    """Owner, mode and extended attributes (with them ACLs), in that order: chown clears bits."""
    wanted, have = os.stat(source, follow_symlinks=False), os.fstat(handle)
    if (wanted.st_uid, wanted.st_gid) != (have.st_uid, have.st_gid):
        try:
            os.fchown(handle, wanted.st_uid, wanted.st_gid)
        except PermissionError:
            # Another's file, shared with us, or a service sandbox that filters chown: an editor
            # that saves by rename leaves the same owner behind.
            pass
    os.fchmod(handle, stat.S_IMODE(wanted.st_mode))
    try:
        names = os.listxattr(source, follow_symlinks=False)
    except OSError as error:
        if error.errno not in _ATTRIBUTE_REFUSED:
            raise
        return
    for name in names:
        try:
            os.setxattr(handle, name, os.getxattr(source, name, follow_symlinks=False))
        except OSError as error:
            if error.errno not in _ATTRIBUTE_REFUSED:
                raise


def digest(path: Path) -> str:
    """SHA-256 of a file's content, in hex; links are not followed. Raises ``OSError``."""
    flags = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC
    found = hashlib.sha256()
    handle = os.open(path, flags)
    try:
        while part := os.read(handle, _PART_BYTES):
            found.update(part)
    finally:
        os.close(handle)
    return found.hexdigest()


def sync_directory(path: Path) -> None:
    """Make the renames in a directory durable, where its file system can."""
    handle = os.open(path, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(handle)
    except OSError as error:
        if error.errno not in UNSUPPORTED:
            raise
    finally:
        os.close(handle)
