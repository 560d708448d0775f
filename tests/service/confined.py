"""Runs a command as confined as a unit says: ``python -m tests.service.confined UNIT COMMAND...``.

What systemd would do before it starts the program is done here, from the unit's own lines: its
file system read-only but for ReadWritePaths, and the filters of system calls. Ends with 77 and a
sentence where this machine does not let us.
"""

from __future__ import annotations

import ctypes
import errno
import os
import platform
import re
import shlex
import subprocess
import sys
from collections.abc import Iterable
from pathlib import Path

__all__ = ["CANNOT", "Settings"]

CANNOT = 77

_ALLOW = 0x7FFF0000
_EQUAL, _GREATER, _MASKED = 4, 6, 7
_NEW_NAMESPACES = (
    0x00000080, 0x00020000, 0x02000000, 0x04000000, 0x08000000, 0x10000000, 0x20000000, 0x40000000,
)  # fmt: skip
_FAMILIES = {"AF_UNIX": 1, "AF_INET": 2, "AF_INET6": 10}
_WRITE, _EXECUTE, _SHM_EXEC = 2, 4, 0o100000
_CLONE_NEWNS, _CLONE_NEWUSER = 0x00020000, 0x10000000
_MS_RDONLY, _MS_REMOUNT, _MS_BIND, _MS_REC, _MS_PRIVATE = 1, 32, 4096, 16384, 1 << 18
_LEFT_ALONE = ("/proc/", "/sys/", "/dev/")
_SHARED_MEMORY = "/dev/shm"  # stricter than systemd: homes of tests are in there
_FLAGS = {"nosuid": 2, "nodev": 4, "noexec": 8, "noatime": 1024, "relatime": 1 << 21}


class _Comparison(ctypes.Structure):
    _fields_ = (
        ("argument", ctypes.c_uint),
        ("operator", ctypes.c_uint),
        ("first", ctypes.c_uint64),
        ("second", ctypes.c_uint64),
    )


class Settings:
    """What a unit's [Service] says: each key with all of its values."""

    def __init__(self, unit: str) -> None:
        self._lines = re.findall(r"^(\w+)=(.*)$", unit, re.MULTILINE)

    def all(self, key: str) -> list[str]:
        return [value for name, value in self._lines if name == key]

    def is_on(self, key: str) -> bool:
        return self.all(key)[-1:] == ["yes"]

    def writable(self) -> list[str]:
        words = [word for value in self.all("ReadWritePaths") for word in shlex.split(value)]
        return [word.lstrip("-").replace("%%", "%") for word in words]

    def system_calls(self) -> set[str]:
        """Those that the filter lets through, by name."""
        allowed: set[str] = set()
        for value in self.all("SystemCallFilter"):
            if value.startswith("~"):
                allowed -= _expanded(value[1:].split())
            else:
                allowed |= _expanded(value.split())
        return allowed


def _groups() -> dict[str, list[str]]:
    listing = subprocess.run(
        ["systemd-analyze", "syscall-filter", "--no-pager"],
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    groups: dict[str, list[str]] = {}
    for line in listing.splitlines():
        word = line.strip()
        if line.startswith("@"):
            groups[word] = members = []
        elif line.startswith("    ") and word and not word.startswith("#"):
            members.append(word)
    return groups


def _expanded(names: Iterable[str]) -> set[str]:
    groups, found, waiting = _groups(), set(), list(names)
    while waiting:
        name = waiting.pop()
        if name.startswith("@"):
            waiting += groups[name]
        else:
            found.add(name)
    return found


# ---- filters


class _Filter:
    """A filter of system calls; ``default`` is what happens to those without a rule."""

    def __init__(self, default: int) -> None:
        self._library = ctypes.CDLL("libseccomp.so.2")
        self._library.seccomp_init.restype = ctypes.c_void_p
        self._default = default
        self._context = ctypes.c_void_p(self._library.seccomp_init(ctypes.c_uint32(default)))

    def rule(self, action: int, name: str, *comparisons: tuple[int, int, int, int]) -> None:
        """Let ``action`` happen to the call ``name``, if all comparisons hold."""
        number = self._library.seccomp_syscall_resolve_name(name.encode())
        if number < 0 or action == self._default:
            return  # not on this machine
        array = (_Comparison * len(comparisons))(*(_Comparison(*one) for one in comparisons))
        _must(
            -self._library.seccomp_rule_add_array(
                self._context, ctypes.c_uint32(action), number, len(comparisons), array
            )
        )

    def load(self) -> None:
        _must(-self._library.seccomp_load(self._context))


def _refused(code: int) -> int:
    return 0x00050000 | code


def _filters(settings: Settings) -> Iterable[_Filter]:
    if settings.is_on("MemoryDenyWriteExecute"):
        memory, no = _Filter(_ALLOW), _refused(errno.EPERM)
        both = _WRITE | _EXECUTE
        memory.rule(no, "mmap", (2, _MASKED, both, both))
        memory.rule(no, "mprotect", (2, _MASKED, _EXECUTE, _EXECUTE))
        memory.rule(no, "pkey_mprotect", (2, _MASKED, _EXECUTE, _EXECUTE))
        memory.rule(no, "shmat", (2, _MASKED, _SHM_EXEC, _SHM_EXEC))
        yield memory
    families = {_FAMILIES[name] for name in settings.all("RestrictAddressFamilies")[-1].split()}
    sockets = _Filter(_ALLOW)
    for family in set(range(max(families))) - families:
        sockets.rule(_refused(errno.EAFNOSUPPORT), "socket", (0, _EQUAL, family, 0))
    sockets.rule(_refused(errno.EAFNOSUPPORT), "socket", (0, _GREATER, max(families), 0))
    yield sockets
    if settings.is_on("RestrictNamespaces"):
        spaces = _Filter(_ALLOW)
        for flag in _NEW_NAMESPACES:
            for name in ("clone", "unshare"):
                spaces.rule(_refused(errno.EPERM), name, (0, _MASKED, flag, flag))
        spaces.rule(_refused(errno.EPERM), "setns")
        spaces.rule(_refused(errno.ENOSYS), "clone3")  # its flags are where no filter can look
        yield spaces
    if settings.is_on("RestrictSUIDSGID"):
        modes = _Filter(_ALLOW)
        for bit in (0o4000, 0o2000):
            for name, place in (("chmod", 1), ("fchmod", 1), ("fchmodat", 2), ("mkdir", 1)):
                modes.rule(_refused(errno.EPERM), name, (place, _MASKED, bit, bit))
        yield modes
    calls = _Filter(_refused(errno.EPERM))
    for name in sorted(settings.system_calls()):
        calls.rule(_ALLOW, name)
    yield calls


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
        filters = list(_filters(settings))
        if platform.machine() not in ("x86_64", "aarch64"):
            raise OSError(errno.ENOSYS, "filters are tried on x86-64 and ARM only")
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
