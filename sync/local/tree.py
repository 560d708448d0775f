"""Walk the folder once and say which entry is what; no file is opened.

    <root>/Home.md              a list
    <root>/Work/Plans.md        a list in a group
    <root>/Work/2026/old.md     a *stray*: no list by its place; ids may stand in it, or its head
                                may name a list

    <root>/Home/4F1C.ics        a task of the list Home, where each has a file of its own
    <root>/Work/Plans/77A0.ics  the same in a group
    <root>/Away -> /elsewhere   *behind a link*: no list either, though ids may stand in it
    .obsidian/  .git/  x~       not looked at

A listing is no snapshot: a file that moves between two directories can be in neither listing. So
the walk is repeated until no directory changed under it.
"""

from __future__ import annotations

import os
import re
import stat
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path

from sync.local.files import Signature
from sync.local.layout import Layout
from sync.local.links import Stamp, look_behind, stamp_of
from sync.local.names import ignored_reason, is_unicode, printable

__all__ = ["Found", "Tree", "walk"]

ATTEMPTS = 3
# An editor that saves by renaming the old file away leaves its path empty for a moment.
SAVING_S = 5.0

_SWAP = re.compile(r"\.(.+)\.sw[a-p]", re.DOTALL)  # an editor's, of the file so called
_NO_SIGNATURE = Signature(0, 0, 0)


@dataclass(frozen=True, slots=True)
class Found:
    """A file of a list; ``trouble`` says why it cannot be opened, if that is plain already."""

    path: str
    signature: Signature
    device: int = 0
    is_link: bool = False
    trouble: str | None = None
    editor_open: bool = False


@dataclass(slots=True)
class Tree:
    """What is in the folder. Keys are paths relative to the root, in POSIX form.

    ``being_saved``: files that an editor has moved away to write them anew, with seconds to wait.
    ``directories`` are those that may be lists, where each task has a file of its own. ``links``
    lead to directories with files that could hold tasks: those of the strays that are ``behind``.
    """

    files: list[Found] = field(default_factory=list)
    strays: dict[str, Signature] = field(default_factory=dict)
    ignored: dict[str, str] = field(default_factory=dict)
    unreadable: dict[str, str] = field(default_factory=dict)
    being_saved: dict[str, float] = field(default_factory=dict)
    directories: set[str] = field(default_factory=set)
    links: set[str] = field(default_factory=set)
    behind: set[str] = field(default_factory=set)
    root_error: str | None = None


def walk(root: Path, layout: Layout, now_ns: int) -> Tree:
    """Everything below ``root`` that matters; ``now_ns`` is the wall clock."""
    tree = Tree()
    for _ in range(ATTEMPTS):
        walker = _Walker(root, layout, now_ns)
        walker.run()
        tree = walker.tree
        if not walker.has_moved():
            break
    else:
        tree.unreadable["."] = "keeps changing while it is listed"
    _drop_aliases(tree)
    return tree


class _Walker:
    """One pass over the folder."""

    def __init__(self, root: Path, layout: Layout, now_ns: int) -> None:
        self.tree = Tree()
        self._root = root
        self._layout = layout
        self._now_ns = now_ns
        self._links: list[str] = []
        self._stamps: dict[str, Stamp | None] = {}

    def run(self) -> None:
        waiting = [""]
        while waiting:
            directory = waiting.pop()
            self._stamps[directory] = stamp_of(self._root / directory)
            try:
                with os.scandir(self._root / directory) as listing:
                    entries = {entry.name: entry for entry in listing}
            except OSError as error:
                self._note_unreadable(directory, error)
                continue
            if self._layout.per_task and directory and not self._layout.is_too_deep(directory):
                self.tree.directories.add(directory)
            waiting.extend(self._visit(directory, entries))
        self._look_behind_links()

    def has_moved(self) -> bool:
        """Whether any directory changed since just before it was listed."""
        return any(stamp_of(self._root / path) != stamp for path, stamp in self._stamps.items())

    def _look_behind_links(self) -> None:
        behind = look_behind(self._root, self._links, self._stamps.values(), self._layout)
        self._stamps |= behind.stamps
        self.tree.strays |= behind.files
        self.tree.unreadable |= behind.unreadable
        self.tree.links, self.tree.behind = behind.links, {*behind.files}

    def _visit(self, directory: str, entries: dict[str, os.DirEntry[str]]) -> Iterator[str]:
        """Sort one directory's entries; yields the directories in it to be visited."""
        is_deep = self._layout.is_too_deep(directory)
        swapped = {found[1] for found in map(_SWAP.fullmatch, entries) if found is not None}
        for name, entry in sorted(entries.items()):
            path = f"{directory}/{name}" if directory else name
            if not name.isascii() and not is_unicode(name):
                self._add_unnameable(printable(path), entry)
                continue
            reason = ignored_reason(name)
            if reason is not None:
                self._ignore(path, reason, entry)
            elif entry.is_dir(follow_symlinks=False):
                yield path
            elif entry.is_symlink() and self._may_be_directory(entry):
                self.tree.ignored[path] = "a link to a directory, which is not followed"
                self._links.append(path)
            elif not self._layout.holds(name):
                continue
            elif self._layout.is_too_high(directory):
                self.tree.ignored[path] = "stands in no directory of a list"
                self._add_stray(path, entry)
            elif is_deep:
                self.tree.ignored[directory] = (
                    "deeper than a group: only files that name their list are read"
                )
                self._add_stray(path, entry)
            else:
                self._add_list(path, entry, entries, is_swapped=name in swapped)
        self._find_being_saved(directory, entries)

    def _add_list(
        self,
        path: str,
        entry: os.DirEntry[str],
        entries: dict[str, os.DirEntry[str]],
        *,
        is_swapped: bool,
    ) -> None:
        is_link = entry.is_symlink()
        try:
            status = os.stat(entry.path)
        except FileNotFoundError:
            if is_link:
                trouble = "is a symbolic link that leads nowhere"
                self.tree.files.append(Found(path, _NO_SIGNATURE, trouble=trouble))
            return  # else it went away just now, which shows in its directory's stamp
        except OSError as error:
            trouble = f"cannot be read: {error.strerror}"
            self.tree.files.append(Found(path, _NO_SIGNATURE, trouble=trouble))
            return
        found = Found(path, Signature.of(status), status.st_dev, is_link)
        if not stat.S_ISREG(status.st_mode):
            found = replace(found, trouble="is not a regular file")
        elif is_swapped or self._is_locked(entry.name, entries):
            found = replace(found, editor_open=True)
        self.tree.files.append(found)

    def _add_unnameable(self, path: str, entry: os.DirEntry[str]) -> None:
        """What may hold tasks counts as unreadable, so that no line in it is taken for gone."""
        name, reason = path.rpartition("/")[2], "its name is not UTF-8"
        if ignored_reason(name) is not None:
            self._ignore(path, ignored_reason(name) or "", entry)
        elif entry.is_dir(follow_symlinks=False):
            self.tree.unreadable[path] = f"cannot be read: {reason}"
        elif self._layout.holds(name) and entry.is_file(follow_symlinks=False):
            self.tree.files.append(Found(path, _NO_SIGNATURE, trouble=f"cannot be read: {reason}"))
        else:
            self.tree.ignored[path] = reason

    def _add_stray(self, path: str, entry: os.DirEntry[str]) -> None:
        try:
            status = entry.stat(follow_symlinks=False)
        except OSError as error:
            self.tree.unreadable[path] = f"cannot be read: {error.strerror}"
            return
        if stat.S_ISREG(status.st_mode):
            self.tree.strays[path] = Signature.of(status)

    def _ignore(self, path: str, reason: str, entry: os.DirEntry[str]) -> None:
        if not reason:
            return
        self.tree.ignored[path] = reason
        if self._layout.holds(entry.name) and entry.is_file(follow_symlinks=False):
            self._add_stray(path, entry)

    def _may_be_directory(self, entry: os.DirEntry[str]) -> bool:
        """Whether a link leads to a directory, or to nothing now and is not called like a file."""
        try:
            return stat.S_ISDIR(os.stat(entry.path).st_mode)
        except OSError:
            return not self._layout.holds(entry.name)

    def _is_locked(self, name: str, entries: dict[str, os.DirEntry[str]]) -> bool:
        """Whether an editor's lock or fresh backup stands beside the file."""
        locks = (f".#{name}", f"#{name}#", f".~lock.{name}#")
        if any(lock in entries for lock in locks):
            return True
        return self._backup_wait_s(name, entries) is not None

    def _find_being_saved(self, directory: str, entries: dict[str, os.DirEntry[str]]) -> None:
        for backup in entries:
            name = backup.removesuffix("~")
            if name in entries or not self._layout.holds(name) or ignored_reason(name) == "":
                continue
            wait_s = self._backup_wait_s(name, entries)
            if wait_s is not None:
                path = f"{directory}/{name}" if directory else name
                self.tree.being_saved[path] = wait_s

    def _backup_wait_s(self, name: str, entries: dict[str, os.DirEntry[str]]) -> float | None:
        """Seconds until ``name~`` is old enough to be a backup left lying; ``None``: it is."""
        entry = entries.get(f"{name}~")
        if entry is None:
            return None
        try:
            changed_ns = entry.stat(follow_symlinks=False).st_ctime_ns
        except OSError:
            return None
        age_s = (self._now_ns - changed_ns) / 1e9
        return SAVING_S - age_s if 0 <= age_s < SAVING_S else None

    def _note_unreadable(self, directory: str, error: OSError) -> None:
        if directory:
            self.tree.unreadable[directory] = f"cannot be read: {error.strerror}"
        else:
            self.tree.root_error = f"{self._root} cannot be read: {error.strerror}"


def _drop_aliases(tree: Tree) -> None:
    """Of several names for one file the first plain one is the list; the others are noted."""
    first: dict[tuple[int, int], str] = {}
    kept = []
    for found in sorted(tree.files, key=lambda found: (found.is_link, found.path)):
        identity = (found.device, found.signature.inode)
        if found.trouble is None and first.setdefault(identity, found.path) != found.path:
            tree.ignored[found.path] = f"the same file as {first[identity]}"
        else:
            kept.append(found)
    tree.files = sorted(kept, key=lambda found: found.path)
