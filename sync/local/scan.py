"""Observe the whole folder: which list files there are and what each holds, deciding nothing.

Three answers per file, because "could not be read" is never "is not there": ``Read``, ``Opaque``
(there, but not to be parsed or written) and ``Unsettled`` (unknown now). A file that did not
change since it was read is not opened again. Only while ``FolderScan.complete`` holds may what
is in no file be taken for deleted.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Generic, TypeVar

from sync.local.files import (
    MAX_BYTES,
    Signature,
    Unsettled,
    age_s,
    ids_in,
    ids_in_large,
    opaque_reason,
    read_stable,
    settle_s,
    stray_in,
)
from sync.local.folder import NotReady, Ready, check, marker_signature
from sync.local.layout import Layout
from sync.local.place import is_inside
from sync.local.today import is_made
from sync.local.tree import Found, Tree, walk

__all__ = ["FileScan", "FolderScan", "Opaque", "Read", "Scanner"]

# A file may change twice within one tick of its file system's clock, and look unchanged.
RACY_S = 2.0

P = TypeVar("P")


@dataclass(frozen=True, slots=True)
class Read(Generic[P]):
    """The file was read whole and understood. ``ids`` are without their ``^``."""

    data: bytes
    sha256: str
    parsed: P
    ids: frozenset[str]


@dataclass(frozen=True, slots=True)
class Opaque:
    """The file is there and is carried as it is; ``ids`` are those in its bytes."""

    reason: str
    ids: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class FileScan(Generic[P]):
    """One file of a list. ``path`` is relative to the root, in POSIX form, spelled as on disk."""

    path: str
    signature: Signature
    state: Read[P] | Opaque | Unsettled
    editor_open: bool = False


@dataclass(frozen=True, slots=True)
class FolderScan(Generic[P]):
    """The folder at one moment.

    ``ignored`` says why a file or directory that a person may ask about is not looked into, and
    ``strays`` which ids stand in Markdown files that are no lists: what stands there is not gone.
    ``unreadable`` names directories whose content is unknown. ``directories`` are those that may
    be lists, in a layout where lists are directories. ``made`` are the paths of files that we
    generate: they are no lists, and what stands in them stands nowhere. ``links`` lead to
    directories with files that are strays for that.
    """

    root: Ready | NotReady
    files: Mapping[str, FileScan[P]]
    ignored: Mapping[str, str]
    strays: Mapping[str, frozenset[str]]
    unreadable: Mapping[str, str]
    directories: frozenset[str] = frozenset()
    made: frozenset[str] = frozenset()
    links: frozenset[str] = frozenset()

    @property
    def complete(self) -> bool:
        """Whether all of the folder's content is known, so that absence can be judged."""
        return (
            isinstance(self.root, Ready)
            and not self.unreadable
            and not any(isinstance(file.state, Unsettled) for file in self.files.values())
        )


@dataclass(frozen=True, slots=True)
class _Sighting:
    """A signature, and when (ns) it was first seen."""

    signature: Signature
    seen_ns: int


class Scanner(Generic[P]):
    """Scans one folder again and again, and remembers what has not changed.

    ``parse`` gets plain UTF-8 text only, and what it made of the file before; its ``ValueError``
    makes the file opaque; ``beside`` is the same for files that have no tasks and speak of their
    list. ``clock`` is the wall clock in seconds, as file times are. ``expect_marker`` is the uuid
    of ``prepare``; ``bound_by`` the key by which a file that is too deep to be a list's names one;
    ``heard`` hears how many files were looked at, and of how many, whenever one was read.
    """

    def __init__(
        self,
        root: Path,
        layout: Layout,
        parse: Callable[[bytes, P | None], P],
        clock: Callable[[], float],
        *,
        expect_marker: str | None = None,
        bound_by: bytes | None = None,
        beside: Callable[[bytes, P | None], P] | None = None,
        heard: Callable[[int, int], None] = lambda _done, _total: None,
    ) -> None:
        self._root = root
        self.layout = layout
        self._parse = parse
        self._beside = beside or parse
        self._clock = clock
        self._expected = expect_marker
        self._bound_by = bound_by
        self._heard = heard
        self._sightings: dict[str, _Sighting] = {}
        self._last: dict[str, FileScan[P]] = {}
        self._cached: dict[str, Signature] = {}
        self._strays: dict[str, tuple[Signature, frozenset[str], bool]] = {}
        self._checked: tuple[tuple[int, ...], Ready] | None = None  # the marker as it was read

    def scan(self, *, force: bool = False) -> FolderScan[P]:
        """Look at every file; with ``force`` also read those that seem unchanged."""
        root = self._check()
        if isinstance(root, NotReady):
            return FolderScan(root, {}, {}, {}, {})
        now_ns = int(self._clock() * 1e9)
        tree = walk(self._root, self.layout, now_ns)
        if tree.root_error is not None:
            return FolderScan(NotReady(tree.root_error), {}, {}, {}, {})
        if force:
            self._cached.clear()
            self._strays.clear()
        files = {}
        for done, found in enumerate(tree.files):
            if self._cached.get(found.path) != found.signature:
                self._heard(done, len(tree.files))
            files[found.path] = self._look(found, now_ns)
        for path, retry_s in tree.being_saved.items():
            state = Unsettled("is being saved by an editor", retry_s)
            files[path] = FileScan(path, Signature(0, 0, 0), state, editor_open=True)
        unreadable = dict(tree.unreadable)
        strays = {}
        for path, ids, may_be_bound in self._read_strays(tree, unreadable, now_ns):
            if may_be_bound:
                files[path] = self._look(Found(path, tree.strays[path]), now_ns)
            elif ids:
                strays[path] = ids
        self._forget(files.keys(), tree.strays.keys())
        made = frozenset(path for path, file in files.items() if _is_made(file))
        files = {path: file for path, file in files.items() if path not in made}
        return FolderScan(
            root,
            files,
            tree.ignored,
            strays,
            unreadable,
            frozenset(tree.directories),
            made,
            frozenset(tree.links),
        )

    def _check(self) -> Ready | NotReady:
        """Whether this is the folder; its marker is opened only when it is another file by now."""
        signature = marker_signature(self._root)
        if self._checked is not None and self._checked[0] == signature:
            return self._checked[1]
        root = check(self._root, self._expected)
        self._checked = None
        if signature is not None and isinstance(root, Ready):
            self._checked = (signature, root)
        return root

    def _look(self, found: Found, now_ns: int) -> FileScan[P]:
        known = self._last.get(found.path)
        seen_ns = self._seen_ns(found.path, found.signature, now_ns)
        if known is not None and self._cached.get(found.path) == found.signature:
            return replace(known, editor_open=found.editor_open)
        state = self._observe(found, now_ns, seen_ns)
        scan: FileScan[P] = FileScan(found.path, found.signature, state, found.editor_open)
        if not isinstance(state, Unsettled):
            self._last[found.path] = scan
            if age_s(found.signature, now_ns, seen_ns) >= RACY_S:
                self._cached[found.path] = found.signature
        return scan

    def _observe(self, found: Found, now_ns: int, seen_ns: int) -> Read[P] | Opaque | Unsettled:
        if found.trouble is not None:
            return Unsettled(found.trouble, None)
        known = self._last.get(found.path)
        previous = known.signature.size if known is not None else None
        wait_s = settle_s(found.signature, now_ns, previous, seen_ns)
        if wait_s > 0:
            return Unsettled("was changed a moment ago", wait_s)
        real = Path(os.path.realpath(self._root / found.path))
        if found.signature.size > MAX_BYTES:
            return self._observe_large(real)
        stable = read_stable(real)
        if isinstance(stable, Unsettled):
            return stable
        if stable.signature != found.signature:
            return Unsettled("was changed a moment ago")
        if not is_inside(self._root, real):
            return Opaque("is a symbolic link that leads out of the folder", ids_in(stable.data))
        before = known.state if known is not None else None
        if isinstance(before, Read) and before.sha256 == stable.sha256:
            return before
        earlier = before.parsed if isinstance(before, Read) else None
        return self._understand(found.path, stable.data, stable.sha256, earlier)

    def _understand(
        self, path: str, data: bytes, sha256: str, earlier: P | None
    ) -> Read[P] | Opaque:
        ids = ids_in(data)
        reason = opaque_reason(data)
        if reason is not None:
            return Opaque(reason, ids)
        parse = self._beside if self.layout.is_beside(path) else self._parse
        try:
            return Read(data, sha256, parse(data, earlier), ids)
        except ValueError as error:
            return Opaque(f"cannot be understood: {error}", ids)

    def _observe_large(self, real: Path) -> Opaque | Unsettled:
        try:
            return Opaque(f"is larger than {MAX_BYTES >> 20} MiB", ids_in_large(real))
        except OSError as error:
            return Unsettled(f"cannot be read: {error.strerror}", None)

    def _read_strays(
        self, tree: Tree, unreadable: dict[str, str], now_ns: int
    ) -> Iterator[tuple[str, frozenset[str], bool]]:
        """Each stray with its ids, and whether it is to be looked at as a file that names a list.

        One that did so before is, and so is one that is empty just now: it may be being saved.
        """
        for path, signature in tree.strays.items():
            before = kept = self._strays.get(path)
            age = age_s(signature, now_ns, now_ns)
            if kept is None or kept[0] != signature:
                try:
                    place = Path(os.path.realpath(self._root / path))
                    kept = (signature, *stray_in(place, self._bound_by))
                except OSError as error:
                    unreadable[path] = f"cannot be read: {error.strerror}"
                    continue
                if age >= RACY_S:
                    self._strays[path] = kept
            saved = signature.size == 0 and age < RACY_S and self._bound_by is not None
            is_never_bound = path in tree.ignored or path in tree.behind  # a sync tool's, or a link
            may_be_bound = not is_never_bound and (kept[2] or saved or path in self._last)
            yield path, kept[1] | _still_there(before, signature, now_ns), may_be_bound

    def _seen_ns(self, path: str, signature: Signature, now_ns: int) -> int:
        """When this signature was first seen; never later than now, should the clock go back."""
        last = self._sightings.get(path)
        fresh = last is None or last.signature != signature
        seen_ns = now_ns if fresh or last is None else min(last.seen_ns, now_ns)
        self._sightings[path] = _Sighting(signature, seen_ns)
        return seen_ns

    def _forget(self, lists: Collection[str], strays: Collection[str]) -> None:
        for path in self._sightings.keys() - set(lists):
            del self._sightings[path]
            self._last.pop(path, None)
            self._cached.pop(path, None)
        for path in self._strays.keys() - set(strays):
            del self._strays[path]


def _still_there(
    before: tuple[Signature, frozenset[str], bool] | None, signature: Signature, now_ns: int
) -> frozenset[str]:
    """The ids that a stray had, while it may be in the middle of being saved."""
    if before is None or before[0] == signature or signature.mtime_ns > now_ns:
        return frozenset()
    return before[1] if settle_s(signature, now_ns, before[0].size) > 0 else frozenset()


def _is_made(file: FileScan[P]) -> bool:
    return isinstance(file.state, Read) and is_made(file.state.data)
