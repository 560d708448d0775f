"""Runs a command as a service would: no terminal, a bare PATH, a home that cannot be written to.

A program of its own, ``python CONFINED PATHS UNIT -- COMMAND...``: what it takes from itself it
does not get back. PATHS are what may be written to, joined by colons. UNIT is the file of a unit
whose filters of system calls hold, or empty. Ends as the command does, or with 125 where this
kernel gives ordinary processes no namespaces, or 124 where there is nothing to filter with.
"""

from __future__ import annotations

import ctypes
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from daemon.systemd.filters import SystemCalls

__all__ = ["CONFINED", "NO_FILTERS", "NO_NAMESPACES"]

CONFINED = __file__
NO_FILTERS, NO_NAMESPACES, NOT_RUN = 124, 125, 127
_CLONE_NEWNS, _CLONE_NEWUSER = 0x00020000, 0x10000000
_RDONLY, _REMOUNT, _BIND, _REC, _PRIVATE = 1, 32, 4096, 16384, 1 << 18
_KEPT_FLAGS = {os.ST_NOSUID: 2, os.ST_NODEV: 4, os.ST_NOEXEC: 8}
_NO_NEW_PRIVILEGES = 38


def _libc(name: str, *arguments: object) -> None:
    library = ctypes.CDLL(None, use_errno=True)
    if getattr(library, name)(*arguments) != 0:
        code = ctypes.get_errno()
        raise OSError(code, os.strerror(code), name)


def _enter() -> None:
    user, group = os.getuid(), os.getgid()
    _libc("unshare", _CLONE_NEWUSER | _CLONE_NEWNS)
    for name, line in (
        ("setgroups", "deny"),
        ("uid_map", f"{user} {user} 1"),
        ("gid_map", f"{group} {group} 1"),
    ):
        with open(f"/proc/self/{name}", "w", encoding="ascii") as file:
            file.write(line)
    _mount("none", "/", _REC | _PRIVATE)


def _mount(what: str, where: str, flags: int) -> None:
    _libc("mount", os.fsencode(what), os.fsencode(where), None, ctypes.c_ulong(flags), None)


def _close(home: str, writable: list[str]) -> None:
    """Make the home read-only, but for what may be written to."""
    _mount(home, home, _BIND | _REC)
    opened = [path for path in writable if os.path.isdir(path)]
    for path in opened:
        _mount(path, path, _BIND | _REC)
    # What a mount is not allowed above, it cannot allow itself here: those flags have to stay.
    set_now = os.statvfs(home).f_flag
    kept = sum(flag for said, flag in _KEPT_FLAGS.items() if set_now & said)
    _mount("none", home, _REMOUNT | _BIND | _RDONLY | kept)


def _filters(unit: str) -> list[SystemCalls]:
    # Started with nothing of its surroundings, it does not know where it is installed.
    sys.path.insert(0, str(Path(__file__).parents[2]))
    from daemon.systemd.filters import Settings, filters_of

    return filters_of(Settings(Path(unit).read_text(encoding="utf-8")))


def main(arguments: list[str]) -> int:
    """Run the command; does not come back unless it cannot."""
    paths, unit, separator, *command = arguments
    assert separator == "--"
    try:
        filters = _filters(unit) if unit else []
    except OSError:
        return NO_FILTERS
    try:
        _enter()
        _close(os.path.expanduser("~"), [path for path in paths.split(":") if path])
        _libc("prctl", _NO_NEW_PRIVILEGES, 1, 0, 0, 0)
    except OSError:
        return NO_NAMESPACES
    try:
        for one in filters:
            one.load()
    except OSError:
        return NO_FILTERS
    try:
        os.execvp(command[0], command)
    except OSError:
        return NOT_RUN


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
