"""Looks at the machine; what is seen is judged elsewhere. Each probe may raise OSError."""

from __future__ import annotations

import ctypes
import errno
import os
import shutil
import stat
import subprocess
import sys
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from email.utils import parsedate_to_datetime
from http.cookiejar import CookieJar
from pathlib import Path

from daemon.doctor.confined import CONFINED, NO_FILTERS, NO_NAMESPACES
from daemon.doctor.judgements import Answer, Disk, How, Inotify, Loose, Tried
from daemon.systemd.units import SHIPPED
from sync.local.disk import Exchange, probe
from sync.local.folder import OURS
from sync.remote.account import Account
from sync.remote.client import foreign, make_client, service

__all__ = ["ask_apple", "disk_of", "free", "loose", "try_inotify", "try_password"]

_LIMIT = "/proc/sys/fs/inotify/max_user_instances"
_PASSWORD_S = 60.0
_AS_A_SERVICE = "as a service runs it, in a home that it cannot write to"
_PASSED_ON = frozenset(
    {"HOME", "USER", "LOGNAME", "LANG", "XDG_RUNTIME_DIR", "DBUS_SESSION_BUS_ADDRESS"}
    | {"XDG_CONFIG_HOME", "XDG_STATE_HOME", "GNUPGHOME", "PASSWORD_STORE_DIR"}
)


def ask_apple(account: Account) -> Answer:
    """Ask the setup service whether nobody is signed in; raises NetworkError."""
    import httpx

    url = f"{account.setup}/validate"
    with make_client(account, CookieJar()) as client:
        began = time.time()
        try:
            response = client.post(url, content=b"null")
        except httpx.HTTPError as error:
            raise foreign(error, url, account.redirect) from None
        ours = (began + time.time()) / 2
    return Answer(service(url, account.redirect), response.status_code, _ahead(response, ours))


def _ahead(response: object, ours: float) -> float | None:
    said = getattr(response, "headers", {}).get("Date")
    try:
        return None if said is None else ours - parsedate_to_datetime(said).timestamp()
    except ValueError:
        return None


def disk_of(folder: Path, calls: Exchange) -> Disk:
    """The file system of ``folder``, or of where it will be; tried only in our own directory."""
    there = _existing(folder)
    ours = folder / OURS
    exchanges = probe(calls, ours) if ours.is_dir() and os.access(ours, os.W_OK) else None
    return Disk(str(folder), _kind_of(there), exchanges)


def _existing(path: Path) -> Path:
    return next(one for one in (path, *path.parents) if one.exists())


def _kind_of(path: Path) -> str:
    """The type of the file system, as the kernel calls it: that of the nearest mount above."""
    found, longest, real = "an unknown file system", -1, os.path.realpath(path)
    for line in Path("/proc/self/mountinfo").read_text("utf-8", "replace").splitlines():
        before, _, after = line.partition(" - ")
        mounted = before.split()[4].replace("\\040", " ")
        inside = real == mounted or real.startswith(mounted.rstrip("/") + "/")
        if inside and len(mounted) >= longest:  # of two at one place the later one is on top
            found, longest = after.split()[0], len(mounted)
    return found


def try_inotify(folder: Path) -> Inotify:
    """Have one instance and one watch, and give both back."""
    libc = ctypes.CDLL(None, use_errno=True)
    refused = None
    descriptor = libc.inotify_init1(os.O_CLOEXEC)
    if descriptor < 0:
        refused = _named(ctypes.get_errno())
    else:
        if libc.inotify_add_watch(descriptor, os.fsencode(_existing(folder)), 2) < 0:
            refused = _named(ctypes.get_errno())
        os.close(descriptor)
    try:
        instances = int(Path(_LIMIT).read_text("ascii"))
    except (OSError, ValueError):
        instances = None
    return Inotify(refused, instances)


def _named(code: int) -> str:
    return errno.errorcode.get(code, str(code))


def loose(paths: Iterable[Path]) -> list[Loose]:
    """Which of the paths that are there, and of what is in them, are not their owner's alone."""
    return [found for path in paths for found in _loose_in(path)]


def _loose_in(path: Path) -> Iterator[Loose]:
    try:
        seen = path.lstat()
    except FileNotFoundError:
        return
    if stat.S_ISLNK(seen.st_mode):
        return
    foreign = seen.st_uid != os.geteuid()
    if foreign or seen.st_mode & 0o077:
        yield Loose(str(path), foreign)
        return
    if stat.S_ISDIR(seen.st_mode):
        for inside in sorted(path.iterdir()):
            yield from _loose_in(inside)


def free(paths: Iterable[Path]) -> list[tuple[str, int]]:
    """The bytes that are free where each of the paths is, or will be."""
    return [(str(path), shutil.disk_usage(_existing(path)).free) for path in paths]


def try_password(
    command: Sequence[str], searched: str, writable: Sequence[Path], environment: Mapping[str, str]
) -> Tried:
    """Run the command as a service would; what it prints is looked at and forgotten."""
    words = [os.path.expanduser(part) for part in command]
    kept = {name: value for name, value in environment.items() if name in _PASSED_ON}
    kept["PATH"] = searched
    if shutil.which(words[0], path=searched) is None:
        found = shutil.which(words[0], path=environment.get("PATH"))
        way_out = f"write {found} there" if found else "install it, or correct the config"
        said = f"a service would not find {command[0]}, the password command"
        return Tried(said, How.ALONE, way_out)
    allowed = ":".join(map(str, writable))

    def confined(unit: str) -> tuple[int | None, bool]:
        return _run([sys.executable, "-I", CONFINED, allowed, unit, "--", *words], kept)

    how, (code, has_word) = How.FILTERED, confined(str(SHIPPED))
    if code == NO_FILTERS:
        how, (code, has_word) = How.CONFINED, confined("")
    if code == NO_NAMESPACES:
        how, (code, has_word) = How.ALONE, _run(words, kept)
    if code == 0 and has_word:
        return Tried(None, how)
    if how is How.FILTERED and confined("") == (0, True):
        return Tried(
            f"{command[0]}, the password command, works only without the service's filters",
            how,
            "one that makes machine code while it runs, as programs of Node do, needs"
            " MemoryDenyWriteExecute=no (`systemctl --user edit remindersd`)",
        )
    what = "took longer than a minute" if code is None else f"gave none (exit code {code})"
    where = "by itself" if how is How.ALONE else _AS_A_SERVICE
    return Tried(
        f"{command[0]}, the password command, {what} {where}",
        how,
        "let its agent run before the service does (for gpg: `gpgconf --launch gpg-agent`), or use"
        " `remindersd service install --credential FILE`",
    )


def _run(command: list[str], environment: Mapping[str, str]) -> tuple[int | None, bool]:
    try:
        done = subprocess.run(
            command,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            timeout=_PASSWORD_S,
            check=False,
            env=dict(environment),
            start_new_session=True,
        )
    except subprocess.TimeoutExpired:
        return None, False
    except OSError:
        return 127, False
    return done.returncode, bool(done.stdout.split(b"\n", 1)[0].strip())
