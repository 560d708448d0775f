"""Prepare the folder of todo files once, and later tell whether it is that folder.

An unmounted disk looks like a folder from which everything was deleted. The marker, a file with
an identity of its own, is what tells the two apart: no marker, no conclusions.

    <root>/.remindersd/            0700; everything of ours that is not a todo file
        .gitignore                 "*": the directory ignores itself
        marker                     JSON: {"schema": 1, "uuid", "account"}
        receipts/MACHINE/          files displaced by a machine's writes (see receipts.py)
        lock                       held by whoever runs a cycle in this very folder
"""

from __future__ import annotations

import json
import os
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from sync.errors import UsageError
from sync.local.disk import sync_directory, write_whole

__all__ = ["OURS", "Marker", "NotReady", "Ready", "adopt", "check", "marker_signature", "prepare"]

OURS = ".remindersd"
TAKE_IT = "; if it is the synced folder: `remindersd approve folder`"


@dataclass(frozen=True, slots=True)
class Marker:
    """The folder's identity, and a label of the account that it belongs to."""

    uuid: str
    account: str


@dataclass(frozen=True, slots=True)
class Ready:
    """The folder is there and is the one expected."""

    marker: Marker | None = None


@dataclass(frozen=True, slots=True)
class NotReady:
    """The folder's content is unknown, for ``reason``; nothing in it may count as deleted."""

    reason: str


def prepare(
    root: Path, account_label: str, mint: Callable[[], str] = lambda: str(uuid.uuid4())
) -> Marker:
    """Make the folder ours, or find that it is; the marker of an earlier run is kept.

    Raises ``UsageError`` when it belongs to another account or cannot be made.
    """
    ours = root / OURS
    try:
        root.mkdir(mode=0o700, parents=True, exist_ok=True)
        _furnish(ours)
        if not (ours / "marker").exists():
            _write_marker(ours, Marker(mint(), account_label))
        marker = _read_marker(ours)
    except OSError as error:
        raise UsageError(
            f"{error.filename or root}: {error.strerror}",
            "Give `folder:` a directory that you can write to.",
        ) from error
    if marker is None:
        raise UsageError(
            f"{ours / 'marker'} is damaged",
            "Remove it to let the folder be prepared again; nothing is deleted by that.",
        )
    if marker.account != account_label:
        raise UsageError(
            f"{root} belongs to the account {marker.account}, not to {account_label}",
            "Use another folder for this account.",
        )
    return marker


def adopt(root: Path, marker: Marker) -> None:
    """Make an existing folder, whose marker was lost, the one that ``marker`` stands for.

    Raises ``UsageError`` when it belongs to another account or cannot be written to.
    """
    ours = root / OURS
    try:
        found = _read_marker(ours) if (ours / "marker").exists() else None
        if found is not None and found.account != marker.account:
            raise UsageError(
                f"{root} belongs to the account {found.account}, not to {marker.account}",
                "bring back the folder of this account",
            )
        _furnish(ours)
        _write_marker(ours, marker)
    except OSError as error:
        raise UsageError(
            f"{error.filename or root}: {error.strerror}", "make the folder writable for you"
        ) from error


def check(root: Path, expected_uuid: str | None) -> Ready | NotReady:
    """Whether the folder is there, readable and, with ``expected_uuid``, the one prepared."""
    try:
        if not root.is_dir():
            return NotReady(f"{root} is not there (not mounted?); bring it back")
    except OSError as error:  # a directory above it is closed to us
        return NotReady(f"{root} cannot be read: {error.strerror}")
    if not os.access(root, os.R_OK | os.X_OK):
        return NotReady(f"{root} cannot be read: permission denied; give yourself access to it")
    if expected_uuid is None:
        return Ready()
    try:
        marker = _read_marker(root / OURS)
    except FileNotFoundError:
        return NotReady(f"{root} has no {OURS}/marker (another disk, or not mounted?){TAKE_IT}")
    except OSError as error:
        return NotReady(f"{root / OURS / 'marker'} cannot be read: {error.strerror}")
    if marker is None:
        return NotReady(f"{root / OURS / 'marker'} is damaged{TAKE_IT}")
    if marker.uuid != expected_uuid:
        return NotReady(
            f"{root} is not the folder that was synced before: its marker differs{TAKE_IT}"
        )
    return Ready(marker)


def marker_signature(root: Path) -> tuple[int, ...] | None:
    """Equal as long as the marker is the same file, unchanged; ``None`` if it cannot be seen."""
    try:
        seen = os.stat(root / OURS / "marker")
    except OSError:
        return None
    return (seen.st_dev, seen.st_ino, seen.st_size, seen.st_mtime_ns, seen.st_ctime_ns)


def _furnish(ours: Path) -> None:
    """What there is beside the marker."""
    ours.mkdir(mode=0o700, exist_ok=True)
    (ours / "receipts").mkdir(mode=0o700, exist_ok=True)
    if not (ours / ".gitignore").exists():
        write_whole(ours / ".gitignore", b"*\n")


def _write_marker(ours: Path, marker: Marker) -> None:
    """All or nothing: a half-written marker would lock the folder's own person out."""
    staged = ours / "marker.new"
    staged.unlink(missing_ok=True)
    document = {"schema": 1, "uuid": marker.uuid, "account": marker.account}
    write_whole(staged, json.dumps(document).encode() + b"\n")
    os.rename(staged, ours / "marker")
    sync_directory(ours)


def _read_marker(ours: Path) -> Marker | None:
    """The marker, or ``None`` if it is not one; raises ``OSError`` where it cannot be read."""
    try:
        document = json.loads((ours / "marker").read_bytes())
        match document:
            case {"uuid": str() as identity, "account": str() as account} if account.isprintable():
                return Marker(identity, account)
    except (ValueError, RecursionError):
        return None
    return None
