"""Keeps a process to the system calls that a unit lets it make, as systemd does at its start.

With libseccomp, and systemd's own lists of what a group such as ``@system-service`` stands for.
What is kept so is kept for good, and by all that the process becomes or starts.
"""

from __future__ import annotations

import ctypes
import errno
import os
import platform
import re
import shlex
import subprocess
from collections.abc import Iterable, Iterator
from functools import cache

__all__ = ["Settings", "SystemCalls", "filters_of"]

_ALLOW = 0x7FFF0000
_EQUAL, _GREATER, _MASKED = 4, 6, 7
_NEW_NAMESPACES = (
    0x00000080, 0x00020000, 0x02000000, 0x04000000, 0x08000000, 0x10000000, 0x20000000, 0x40000000,
)  # fmt: skip
_FAMILIES = {"AF_UNIX": 1, "AF_INET": 2, "AF_INET6": 10}
_WRITE, _EXECUTE, _SHM_EXEC = 2, 4, 0o100000
_TRIED_ON = ("x86_64", "aarch64")


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
        """The values of a key, in their order."""
        return [value for name, value in self._lines if name == key]

    def is_on(self, key: str) -> bool:
        """Whether the last one is ``yes``."""
        return self.all(key)[-1:] == ["yes"]

    def writable(self) -> list[str]:
        """The paths that may be written to."""
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


@cache
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


class SystemCalls:
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
        """Keep this process to it; raises OSError."""
        _must(-self._library.seccomp_load(self._context))


def _refused(code: int) -> int:
    return 0x00050000 | code


def filters_of(settings: Settings) -> list[SystemCalls]:
    """What has to be loaded, in this order; raises OSError where this machine cannot have it."""
    if platform.machine() not in _TRIED_ON:
        raise OSError(errno.ENOSYS, "filters are tried on x86-64 and ARM only")
    try:
        return list(_filters(settings))
    except subprocess.CalledProcessError as error:
        raise OSError(errno.ENOSYS, "systemd-analyze lists no system calls") from error


def _filters(settings: Settings) -> Iterator[SystemCalls]:
    if settings.is_on("MemoryDenyWriteExecute"):
        memory, no = SystemCalls(_ALLOW), _refused(errno.EPERM)
        both = _WRITE | _EXECUTE
        memory.rule(no, "mmap", (2, _MASKED, both, both))
        memory.rule(no, "mprotect", (2, _MASKED, _EXECUTE, _EXECUTE))
        memory.rule(no, "pkey_mprotect", (2, _MASKED, _EXECUTE, _EXECUTE))
        memory.rule(no, "shmat", (2, _MASKED, _SHM_EXEC, _SHM_EXEC))
        yield memory
    families = {_FAMILIES[name] for name in settings.all("RestrictAddressFamilies")[-1].split()}
    sockets = SystemCalls(_ALLOW)
    for family in set(range(max(families))) - families:
        sockets.rule(_refused(errno.EAFNOSUPPORT), "socket", (0, _EQUAL, family, 0))
    sockets.rule(_refused(errno.EAFNOSUPPORT), "socket", (0, _GREATER, max(families), 0))
    yield sockets
    if settings.is_on("RestrictNamespaces"):
        spaces = SystemCalls(_ALLOW)
        for flag in _NEW_NAMESPACES:
            for name in ("clone", "unshare"):
                spaces.rule(_refused(errno.EPERM), name, (0, _MASKED, flag, flag))
        spaces.rule(_refused(errno.EPERM), "setns")
        spaces.rule(_refused(errno.ENOSYS), "clone3")  # its flags are where no filter can look
        yield spaces
    if settings.is_on("RestrictSUIDSGID"):
        modes = SystemCalls(_ALLOW)
        for bit in (0o4000, 0o2000):
            for name, place in (("chmod", 1), ("fchmod", 1), ("fchmodat", 2), ("mkdir", 1)):
                modes.rule(_refused(errno.EPERM), name, (place, _MASKED, bit, bit))
        yield modes
    calls = SystemCalls(_refused(errno.EPERM))
    for name in sorted(settings.system_calls()):
        calls.rule(_ALLOW, name)
    yield calls


def _must(code: int) -> None:
    if code:
        raise OSError(code, os.strerror(code))
