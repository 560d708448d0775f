"""Runs a command as confined as a unit says: ``python -m tests.service.confined UNIT COMMAND...``.

What systemd would do before it starts the program is done here, from the unit's own lines: its
file system read-only but for ReadWritePaths, and the filters of system calls, which `doctor` uses,
too. Ends with 77 and a sentence where this machine does not let us.
"""

from __future__ import annotations

import ctypes
import os
import re
import sys
from collections.abc import Iterable
from pathlib import Path

from daemon.systemd.filters import Settings, filters_of

__all__ = ["CANNOT"]

CANNOT = 77

_CLONE_NEWNS, _CLONE_NEWUSER = 0x00020000, 0x10000000
_MS_RDONLY, _MS_REMOUNT, _MS_BIND, _MS_REC, _MS_PRIVATE = 1, 32, 4096, 16384, 1 << 18
_LEFT_ALONE = ("/proc/", "/sys/", "/dev/")
_SHARED_MEMORY = "/dev/shm"  # stricter than systemd: homes of tests are in there
_FLAGS = {"nosuid": 2, "nodev": 4, "noexec": 8, "noatime": 1024, "relatime": 1 << 21}


# ---- the file system


def _confine_files(writable: Iterable[str]) -> None:
    """All mounts read-only in a namespace of our own, but for ``writable``."""
    libc = ctypes.CDLL(None, use_errno=True)

    def mount(target: str, flags: int) -> None:
        path = os.fsencode(target)
        if libc.mount(path, path, None, ctypes.c_ulong(flags), None) != 0:
            _must(ctypes.get_errno())

    user, group = os.geteuid(), os.getegid()
    if libc.unshare(_CLONE_NEWNS) != 0:
        if libc.unshare(_CLONE_NEWNS | _CLONE_NEWUSER) != 0:
            _must(ctypes.get_errno())
        Path("/proc/self/setgroups").write_text("deny")
        Path("/proc/self/uid_map").write_text(f"{user} {user} 1")
        Path("/proc/self/gid_map").write_text(f"{group} {group} 1")
    mount("/", _MS_REC | _MS_PRIVATE)
    mounts = [line.split() for line in Path("/proc/self/mountinfo").read_text().splitlines()]
    for path in writable:
        if os.path.exists(path):
            mount(path, _MS_BIND)
    for fields in mounts:
        target = re.sub(r"\\(\d{3})", lambda found: chr(int(found[1], 8)), fields[4])
        is_ours = any(target == path for path in writable)
        left_alone = f"{target}/".startswith(_LEFT_ALONE) and target != _SHARED_MEMORY
        if not is_ours and not left_alone:
            kept = sum(_FLAGS.get(option, 0) for option in fields[5].split(","))
            mount(target, _MS_REMOUNT | _MS_BIND | _MS_RDONLY | kept)


def _must(code: int) -> None:
    if code:
        raise OSError(code, os.strerror(code))


def main() -> None:
    """Confine this process as the unit in the first argument says, and become the rest."""
    settings = Settings(Path(sys.argv[1]).read_text(encoding="utf-8"))
    also = [os.environ["XDG_RUNTIME_DIR"] + "/remindersd"]  # RuntimeDirectory
    try:
        filters = filters_of(settings)
        _confine_files([*settings.writable(), *also])
        os.umask(int(settings.all("UMask")[-1], 8))
        for one in filters:
            one.load()
    except OSError as error:
        print(f"this machine does not let us confine a process: {error}", file=sys.stderr)
        sys.exit(CANNOT)
    os.execv(sys.argv[2], sys.argv[2:])


if __name__ == "__main__":
    main()
