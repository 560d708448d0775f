"""Judges what was found on the machine: is it well, and if not, what is to be done?

Pure: each judgement takes what a probe saw and gives a ``Finding``.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

__all__ = ["Answer", "Disk", "Finding", "Inotify", "Loose", "Tried", "Verdict", "clock", "daemon"]
__all__ += ["database", "failed", "file_system", "folder", "network", "no_config", "note"]
__all__ += ["notifications", "ok", "password", "permissions", "sign_in", "space", "unit", "unknown"]
__all__ += ["wrong"]


class Verdict(StrEnum):
    """``NOTE`` is worth knowing and nothing is wrong; ``UNKNOWN`` could not be looked at."""

    OK = "ok"
    NOTE = "note"
    UNKNOWN = "unknown"
    WRONG = "wrong"


@dataclass(frozen=True, slots=True)
class Finding:
    """What is so, in a sentence, and the way out where something is to be done."""

    verdict: Verdict
    said: str
    fix: str = ""


@dataclass(frozen=True, slots=True)
class Answer:
    """What came of one request: the host, its status, and how far our clock is ahead of its."""

    host: str
    status: int
    ahead_s: float | None


@dataclass(frozen=True, slots=True)
class Disk:
    """The file system that a directory is on; ``exchanges`` is ``None`` where it was not tried."""

    path: str
    kind: str
    exchanges: bool | None


@dataclass(frozen=True, slots=True)
class Inotify:
    """``refused`` is the error's number where no watch could be had; ``instances`` the limit."""

    refused: str | None
    instances: int | None


@dataclass(frozen=True, slots=True)
class Loose:
    """A private path that others can use, or that belongs to somebody else."""

    path: str
    foreign: bool


class How(StrEnum):
    """As what a password command was run."""

    FILTERED = "as a service runs it"
    CONFINED = "as a service runs it, but for its filters of system calls"
    ALONE = "without a terminal"


@dataclass(frozen=True, slots=True)
class Tried:
    """What came of the password command: ``error`` as a sentence, and ``how`` it was run."""

    error: str | None
    how: How
    hint: str = ""


CLOCK_S = 60.0
INSTANCES = 64
SHORT_BYTES, FULL_BYTES = 500 * 2**20, 50 * 2**20
_REMOTE = frozenset({"nfs", "nfs4", "cifs", "smb3", "smbfs", "9p", "ceph", "afs", "virtiofs"})
_RAISE = (
    "echo fs.inotify.{0}=8192 | sudo tee -a /etc/sysctl.d/60-inotify.conf && sudo sysctl --system"
)


def ok(said: str) -> Finding:
    """All is well."""
    return Finding(Verdict.OK, said)


def note(said: str, fix: str = "") -> Finding:
    """Worth knowing."""
    return Finding(Verdict.NOTE, said, fix)


def wrong(said: str, fix: str) -> Finding:
    """Something has to be done."""
    return Finding(Verdict.WRONG, said, fix)


def unknown(said: str) -> Finding:
    """It could not be looked at, for want of something else."""
    return Finding(Verdict.UNKNOWN, said)


def failed(message: str, hint: str) -> Finding:
    """A probe ran into an error, which is a finding, too."""
    return wrong(message, hint or "see docs/troubleshooting.md")


def no_config(path: str) -> Finding:
    """There is none."""
    return wrong(f"there is no config at {path}", "run `remindersd init`")


def network(answer: Answer) -> Finding:
    """Any answer will do; which one is for the sign-in to see."""
    if answer.status >= 500 or answer.status == 429:
        return note(
            f"{answer.host} answers that it is busy ({answer.status})",
            "wait; remindersd tries again by itself",
        )
    return ok(f"{answer.host} answers")


def clock(ahead_s: float | None) -> Finding:
    """Against the Date of the answer, which is exact to a second."""
    if ahead_s is None:
        return unknown("the answer had no date to compare with")
    if abs(ahead_s) < CLOCK_S:
        return ok("the clock is right")
    where = "ahead" if ahead_s > 0 else "behind"
    return wrong(
        f"the clock is {abs(ahead_s):.0f} s {where}",
        "let it be set: `sudo timedatectl set-ntp true`",
    )


def sign_in(state: str, sentence: str, hint: str, ends: str | None) -> Finding:
    """By what is stored; nothing is asked of Apple."""
    if state == "signed-in":
        return ok("signed in" + (f"; Apple's trust ends {ends}" if ends else ""))
    return wrong(sentence, hint or "run `remindersd login`")


def folder(path: str, problem: str | None, *, writable: bool, is_new: bool) -> Finding:
    """``problem`` is what keeps it from being the folder that was synced before."""
    if is_new and problem is not None:
        return note(f"{path} is not there yet", "the first `remindersd sync` makes it")
    if problem is not None:
        return wrong(problem, "bring the folder back, or `remindersd approve folder`")
    if not writable:
        return wrong(f"{path} cannot be written to", f"chmod u+rwx {path}")
    return ok(f"{path} is there, and is the one that was synced" if not is_new else path)


def file_system(disk: Disk) -> Finding:
    """Whether saves of an editor are safe there, and whether they are seen at once."""
    remote = disk.kind in _REMOTE or disk.kind.startswith("fuse.")
    if disk.exchanges is False:
        return note(
            f"{disk.path} is on {disk.kind}, which cannot exchange two files in one step:"
            " a save in the same millisecond as ours is kept aside rather than in place",
            "use a folder on ext4, btrfs or xfs",
        )
    if remote:
        return note(
            f"{disk.path} is on {disk.kind}: what other machines save is seen by the timer alone",
            "set `reminders.every` as short as you need it",
        )
    if disk.exchanges is None:
        return unknown(f"{disk.path} is on {disk.kind}; the first sync tries what it can do")
    return ok(f"{disk.kind}, which exchanges files in one step")


def notifications(seen: Inotify) -> Finding:
    """Whether changes of files can be seen at once."""
    if seen.refused == "EMFILE":
        return wrong(
            "the kernel gives no more inotify instances, so saves are seen by the timer alone",
            _RAISE.format("max_user_instances"),
        )
    if seen.refused == "ENOSPC":
        return wrong(
            "the kernel gives no more inotify watches, so saves are seen by the timer alone",
            _RAISE.format("max_user_watches"),
        )
    if seen.refused is not None:
        return wrong(
            f"changes of files cannot be watched ({seen.refused})",
            "saves are seen by the timer alone: set `reminders.every` as short as you need it",
        )
    if seen.instances is not None and seen.instances < INSTANCES:
        return note(
            f"the kernel allows {seen.instances} inotify instances for all your programs together",
            _RAISE.format("max_user_instances"),
        )
    return ok("changes of files are seen at once")


def permissions(loose: Sequence[Loose]) -> Finding:
    """What holds the session, the mirror or a token is its owner's alone."""
    if not loose:
        return ok("what is private is yours alone")
    first = loose[0]
    more = f" (and {len(loose) - 1} more)" if len(loose) > 1 else ""
    paths = " ".join(one.path for one in loose)
    if first.foreign:
        return wrong(
            f"{first.path} belongs to somebody else{more}", f"sudo chown -R $(id -u) {paths}"
        )
    return wrong(f"others can read {first.path}{more}", f"chmod go-rwx {paths}")


def unit(installed: str | None, problems: Sequence[str], *, active: bool | None) -> Finding:
    """``installed`` is the path of the unit; ``active`` is ``None`` where nobody can be asked."""
    if installed is None:
        return note("no service is installed", "`remindersd service install`")
    if problems:
        return wrong("; ".join(problems), "run `remindersd service install` again")
    if active is False:
        return wrong("the service does not run", "see `journalctl --user -u remindersd`")
    return ok("the service fits the config")


def password(tried: Tried | None, *, has_keyring: bool) -> Finding:
    """``tried`` is ``None`` where the config names no command."""
    if tried is None:
        where = "in the keyring" if has_keyring else "asked for at sign-in, and not kept"
        return ok(f"the password is {where}")
    if tried.error is not None:
        return wrong(tried.error, tried.hint)
    return ok(f"the password command works {tried.how}")


def database(*, is_there: bool) -> Finding:
    """One that cannot be used is an error of the probe."""
    if not is_there:
        return note("there is no mirror yet", "the first `remindersd sync` makes it")
    return ok("the mirror is sound")


def space(rooms: Sequence[tuple[str, int]]) -> Finding:
    """``rooms`` are paths with the bytes that are free there."""
    path, free = min(rooms, key=lambda room: room[1])
    shown = f"{free // 2**20} MB are free at {path}"
    if free < FULL_BYTES:
        return wrong(shown, "make room on that disk; nothing is lost meanwhile")
    if free < SHORT_BYTES:
        return note(shown, "make room on that disk soon")
    return ok(shown if free < 10 * 2**30 else "there is room")


def trial(left: int) -> Finding:
    """``left`` records of a trial that was cut off are noted."""
    return wrong(
        f"{left} records of a `doctor --live` that was cut off are in the account",
        "run `remindersd doctor --live`: it offers to remove them first",
    )


def daemon(told: dict[str, Any] | None) -> Finding:
    """``told`` is its /status; ``None``: none runs."""
    if told is None:
        return note(
            "no daemon is running", "`remindersd service install`, or `remindersd run` to try it"
        )
    state, reason = str(told["state"]), str(told["reason"])
    if state in ("ok", "syncing", "paused"):
        return ok(f"the daemon runs, and is {state}")
    return wrong(f"the daemon runs, and says: {reason or state}", "see `remindersd status`")
