"""Look behind linked directories: nothing there is a list, but what stands there is not gone.

A link may lead out of the folder, to what other programs own, or to a disk that is not mounted
today. So nothing behind it is written or kept in step; its files are looked at for ids alone. What
is met twice (a link back into the folder, or to itself) counts where it was met first.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from sync.local.files import Signature
from sync.local.layout import Layout
from sync.local.names import ignored_reason, is_unicode, printable

__all__ = ["Behind", "Stamp", "look_behind", "stamp_of"]

MOST_ENTRIES = 20_000

Stamp = tuple[int, ...]
"""Device and inode of a directory, then its times: another one shows that it changed."""


@dataclass(slots=True)
class Behind:
    """What stands behind links; paths go through them, relative to the root.

    ``files`` are those that could hold tasks, ``links`` has the links that lead to any, and
    ``unreadable`` says what cannot be known.
    """

    files: dict[str, Signature] = field(default_factory=dict)
    links: set[str] = field(default_factory=set)
    unreadable: dict[str, str] = field(default_factory=dict)
    stamps: dict[str, Stamp | None] = field(default_factory=dict)


def stamp_of(path: Path) -> Stamp | None:
    """The stamp of a directory; ``None``: it is not there."""
    try:
        status = os.stat(path)
    except OSError:
        return None
    return status.st_dev, status.st_ino, status.st_mtime_ns, status.st_ctime_ns


def look_behind(
    root: Path, links: Iterable[str], stamps: Iterable[Stamp | None], layout: Layout
) -> Behind:
    """Everything behind ``links``, but for directories that were listed: those of ``stamps``."""
    behind = Behind()
    met = {stamp[:2] for stamp in stamps if stamp is not None}
    for link in sorted(links):
        left = MOST_ENTRIES
        waiting = [link]
        while waiting:
            directory = waiting.pop()
            entries = _list(root, directory, met, behind)
            left -= len(entries)
            if left < 0:
                behind.unreadable[link] = f"is a link to more than {MOST_ENTRIES} files"
                break
            for name, entry in sorted(entries.items()):
                path = f"{directory}/{name}"
                waiting.extend(_visit(path, entry, layout, behind))
        if any(path.startswith(f"{link}/") for path in behind.files):
            behind.links.add(link)
    return behind


def _list(
    root: Path, directory: str, met: set[Stamp], behind: Behind
) -> dict[str, os.DirEntry[str]]:
    """The entries of a directory that was not met before."""
    place = root / directory
    stamp = behind.stamps[directory] = stamp_of(place)
    if stamp is not None and stamp[:2] in met:
        return {}
    try:
        with os.scandir(place) as listing:
            entries = {entry.name: entry for entry in listing}
    except FileNotFoundError:
        behind.unreadable[directory] = "is a link that leads nowhere"
        return {}
    except OSError as error:
        behind.unreadable[directory] = f"is a link that cannot be followed: {error.strerror}"
        return {}
    if stamp is not None:
        met.add(stamp[:2])
    return entries


def _visit(path: str, entry: os.DirEntry[str], layout: Layout, behind: Behind) -> Iterator[str]:
    """Note a file, if it could hold tasks; yields a directory to be listed."""
    if ignored_reason(entry.name) == "":
        return
    if not is_unicode(entry.name):
        if entry.is_dir() or layout.holds(entry.name):
            behind.unreadable[printable(path)] = "cannot be read: its name is not UTF-8"
        return
    try:
        if entry.is_dir():
            yield path
        elif layout.holds(entry.name):
            status = entry.stat()
            if stat.S_ISREG(status.st_mode):
                behind.files[path] = Signature.of(status)
    except OSError as error:
        behind.unreadable[path] = f"cannot be read: {error.strerror}"
