"""Reading the folder: from scanned files to lines and facts, and what cannot be said of them.

``LocalState`` is what the files say now. It can be advanced by our own writes (``with_file``)
without reading anything again, since we know what we wrote.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace

from sync.core.archive import is_archive
from sync.core.matching.match import Line, Spot
from sync.local.files import Unsettled, ids_in
from sync.local.folder import NotReady
from sync.local.layout import Layout
from sync.local.names import original_of
from sync.local.scan import FileScan, FolderScan, Opaque, Read, Scanner
from sync.local.tasks import Task, TodoFile

__all__ = ["LocalFile", "LocalState", "Reader"]


@dataclass(frozen=True, slots=True)
class LocalFile:
    """One todo file: its parsed content, or why it has none now (``trouble``).

    ``unread``: even its bytes are not known; ``settling``: that will pass by itself.
    """

    path: str
    sha256: str = ""
    data: bytes = b""
    todo: TodoFile | None = None
    ids: frozenset[str] = frozenset()
    trouble: str = ""
    settling: bool = False
    unread: bool = False

    @property
    def tasks(self) -> tuple[Task, ...]:
        """Its tasks; none where it could not be read."""
        return self.todo.tasks if self.todo else ()

    @property
    def hides_tasks(self) -> str:
        """Why a task that is not found here must not be taken for gone, if so."""
        if self.trouble:
            return self.trouble
        suspicious = self.todo.suspicious if self.todo else ()
        return f"{self.path}: {suspicious[0]}" if suspicious else ""


@dataclass(frozen=True, slots=True)
class LocalState:
    """What the files say: all readable ones, and what is unknown (``trouble``: everything is).

    At the paths ``made`` are files that we generate, which say nothing. Behind ``links``, which
    are not followed, files stand that are strays. From the paths ``left`` we have moved files.
    """

    files: Mapping[str, LocalFile] = field(default_factory=dict)
    strays: Mapping[str, frozenset[str]] = field(default_factory=dict)
    done: Mapping[str, LocalFile] = field(default_factory=dict)  # what tools put away
    notes: Mapping[str, str] = field(default_factory=dict)
    trouble: str = ""
    incomplete: str = ""
    directories: frozenset[str] = frozenset()
    made: frozenset[str] = frozenset()
    links: frozenset[str] = frozenset()
    left: frozenset[str] = frozenset()
    retry_after_s: float | None = None

    def with_file(self, path: str, data: bytes, parse: Callable[[bytes], TodoFile]) -> LocalState:
        """The state after we wrote ``data`` to ``path``."""
        return replace(self, files={**self.files, path: _read(path, data, parse)})

    def later(self, path: str, reason: str) -> LocalState:
        """The state without what ``path`` says: it is for a later cycle."""
        file = replace(self.files[path], todo=None, trouble=f"{path} {reason}", settling=True)
        return replace(self, files={**self.files, path: file})

    def renamed(self, path: str, new: str, parse: Callable[[bytes], TodoFile]) -> LocalState:
        """The state after we moved ``path``; what could not be read there is not read now."""
        file, state = self.files[path], replace(self, left=self.left | {path})
        if not file.trouble:
            return state.with_file(new, file.data, parse).without_file(path)
        moved = replace(file, path=new, trouble=file.trouble.replace(path, new, 1))
        return replace(state, files={**self.files, new: moved}).without_file(path)

    def without_file(self, path: str) -> LocalState:
        """The state after ``path`` was taken away."""
        return replace(
            self, files={other: file for other, file in self.files.items() if other != path}
        )

    @property
    def copies(self) -> dict[str, str]:
        """Conflict copies that sync tools left here, each with the file that it is a copy of."""
        found = ((path, original_of(path)) for path in sorted(self.notes))
        return {path: original for path, original in found if original is not None}

    def copies_of(self, path: str) -> list[str]:
        """The conflict copies of one file."""
        return [copy for copy, original in self.copies.items() if original == path]

    @property
    def unread(self) -> LocalFile | None:
        """A file of which not even the bytes are known: any line may stand there."""
        return next(
            (one for one in (*self.files.values(), *self.done.values()) if one.unread), None
        )

    def standing(self) -> dict[str, str]:
        """Every block id that stands anywhere in the folder's bytes, with a file where it does.

        What stands where tools put completed tasks away is judged by itself.
        One that stands in the archive and elsewhere, stands elsewhere.
        """
        found: dict[str, str] = {}
        for path, ids in sorted(self.strays.items(), key=lambda stray: not is_archive(stray[0])):
            found.update(dict.fromkeys(ids, path))
        for path, file in self.files.items():
            found.update(dict.fromkeys(file.ids, path))
        return found

    def aside(self) -> dict[str, str]:
        """Block ids that somebody put where no list is, with the file: no sync tool, no archive."""
        copies = self.copies
        strays = [one for one in sorted(self.strays.items()) if one[0] not in copies]
        return {block: path for path, ids in strays if not is_archive(path) for block in ids}

    def lines(self, owner: Mapping[str, str], layout: Layout) -> Iterator[Line]:
        """The task lines of files that are lists; ``owner`` maps their places to list ids."""
        above = self._parents_elsewhere() if layout.per_task else {}
        for path, file in sorted(self.files.items()):
            list_id = owner.get(layout.place_of(path))
            if list_id is None or file.trouble:
                continue
            for index, task in enumerate(file.tasks):
                if not task.reminder.title and task.block is None:
                    continue  # somebody is about to type
                reminder = replace(task.reminder, list=list_id)
                line = Line(path, index, task.text, task.block, task.parent, reminder)
                yield replace(line, elsewhere=above.get(line.spot)) if above else line

    def _parents_elsewhere(self) -> dict[Spot, Spot]:
        """Where the parents of tasks stand that name one: the outermost, as one level is shown."""
        tasks = {
            (path, index): task
            for path, file in sorted(self.files.items(), reverse=True)
            for index, task in enumerate(file.tasks)
        }
        spots = {task.block: spot for spot, task in tasks.items() if task.block is not None}
        above = {
            spot: spots[task.beneath]
            for spot, task in tasks.items()
            if task.beneath in spots and spots[task.beneath] != spot
        }
        outermost = {spot: _outermost(spot, above) for spot in above}
        return {spot: top for spot, top in outermost.items() if top is not None}


def _outermost(spot: Spot, above: Mapping[Spot, Spot]) -> Spot | None:
    """The end of a chain of parents; a circle has none."""
    passed = [spot]
    while (top := above.get(passed[-1])) is not None:
        if top in passed:
            return None
        passed.append(top)
    return passed[-1]


class Reader:
    """Scans the folder and remembers whether anything changed since the last time."""

    def __init__(self, scanner: Scanner[TodoFile]) -> None:
        self._scanner = scanner
        self._seen: tuple[object, ...] = ()

    def read(self, *, force: bool = False) -> tuple[LocalState, bool]:
        """The local state, and whether it may differ from what the last call saw.

        With ``force`` files that seem unchanged are read, too.
        """
        scan = self._scanner.scan(force=force)
        signatures = {path: file.signature for path, file in scan.files.items()}
        # What is no list counts too: with a copy that is thrown away its ids may be gone.
        beside = (scan.directories, scan.links, dict(scan.unreadable))
        seen = (*beside, signatures, dict(scan.strays))
        state = _state(scan, self._scanner.layout)
        changed = seen != self._seen or state.retry_after_s is not None or bool(state.trouble)
        self._seen = seen
        return state, changed

    def wrote(self) -> None:
        """Our own write changed the folder: the next ``read`` is to be looked at."""
        self._seen = ()


def _state(scan: FolderScan[TodoFile], layout: Layout) -> LocalState:
    if isinstance(scan.root, NotReady):
        return LocalState(trouble=scan.root.reason)
    files = {path: _local_file(path, file) for path, file in scan.files.items()}
    done = {path: files.pop(path) for path in [*files] if layout.is_done(path)}
    unbound = {path: files.pop(path).ids for path in [*files] if _is_unbound(files[path], layout)}
    waits = [
        file.state.retry_after_s
        for file in scan.files.values()
        if isinstance(file.state, Unsettled) and file.state.retry_after_s is not None
    ]
    unreadable = next((f"{p} {why}" for p, why in sorted(scan.unreadable.items())), "")
    return LocalState(
        files=files,
        strays={**scan.strays, **unbound},
        done=done,
        notes={**scan.ignored, **scan.unreadable},
        incomplete=unreadable,
        directories=scan.directories,
        made=scan.made,
        links=scan.links,
        retry_after_s=max(waits, default=None),
    )


def _is_unbound(file: LocalFile, layout: Layout) -> bool:
    """Whether it is too deep to be a list's file and, read, turns out to name none."""
    head = file.todo.front_matter if file.todo is not None else None
    is_deep = layout.is_too_deep(file.path.rpartition("/")[0])
    return is_deep and head is not None and head.list_name is None


def _local_file(path: str, scanned: FileScan[TodoFile]) -> LocalFile:
    match scanned.state:
        case Read(data=data, sha256=sha256, parsed=todo, ids=ids):
            return LocalFile(path, sha256, data, todo, ids)
        case Opaque(reason=reason, ids=ids):
            return LocalFile(path, ids=ids, trouble=f"{path} {reason}")
        case Unsettled(reason=reason, retry_after_s=retry_s):
            passing = retry_s is not None
            return LocalFile(path, trouble=f"{path} {reason}", settling=passing, unread=True)


def _read(path: str, data: bytes, parse: Callable[[bytes], TodoFile]) -> LocalFile:
    return LocalFile(path, hashlib.sha256(data).hexdigest(), data, parse(data), ids_in(data))
