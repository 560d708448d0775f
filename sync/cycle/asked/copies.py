"""Merging a conflict copy of a sync tool into its file, on a person's word; the copy is kept.

Lines that only the copy has are typed into the file, as a person would, and the next cycle sends
them; what a line says otherwise becomes an open conflict. Then the copy is set aside. A crash
between leaves a copy that has nothing more to say.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from store.activity.journal import HistoryRow
from store.db import Store
from store.model import Field, Reminder, Rule
from store.values import NO_VALUE
from sync.core.matching.identity import derived
from sync.core.merging.copymerge import what_the_copy_says
from sync.cycle.files.filing import Filing
from sync.cycle.observing.comeback import earlier_values
from sync.cycle.observing.reading import LocalFile, LocalState
from sync.cycle.parts import Parts
from sync.errors import CannotResolve
from sync.local.aside import set_aside
from sync.local.files import Unsettled, read_stable
from sync.local.outcome import Replaced
from sync.local.tasks import CannotEdit, Edit, Insert, Task

__all__ = ["MergedCopy", "merge_copy"]


@dataclass(slots=True)
class MergedCopy:
    """What became of a copy: lines added to ``file``, and how many of its values are kept.

    Those are open conflicts now; ``kept`` is where the copy is.
    """

    copy: str
    file: str
    kept: str = ""
    added: list[str] = field(default_factory=list)
    conflicts: int = 0

    def document(self) -> dict[str, Any]:
        """The document of `merge --json`."""
        told = {"copy": self.copy, "file": self.file, "kept": self.kept, "added": self.added}
        return {"schema": 1, **told, "conflicts": self.conflicts}


def merge_copy(parts: Parts, path: str, now_ms: int) -> MergedCopy:
    """Merge the conflict copy at ``path`` into its file; the next cycle sends what is new.

    Raises CannotResolve where it is none, or its file cannot take it now.
    """
    store, filing = parts.store, parts.filing
    local, _ = parts.reader.read()
    original = local.copies.get(path)
    if original is None:
        there = ", ".join(local.copies) or "there is none"
        raise CannotResolve(f"{path} is no conflict copy in the folder", f"merge one: {there}")
    file = local.files.get(original)
    data = read_stable((filing.root / path).resolve())
    if file is None or file.todo is None or isinstance(data, Unsettled):
        raise CannotResolve(f"{original} or its copy cannot be read now", "try again in a moment")
    merged = MergedCopy(path, original)
    ids = {block: id for id, block in parts.planner.known().blocks.items()}
    merger = _Merger(store, local, filing, ids, file)
    edits = merger.edits(filing.dialect.parse(data.data).tasks, merged)
    if merged.added and local.unread is not None:  # where a line stands already, is not known
        raise CannotResolve(f"{path} waits: {local.unread.trouble}", "try again in a moment")
    try:
        new = filing.dialect.edit(file.todo, edits)
    except CannotEdit as error:
        reason = f"{path} cannot be merged: {error.reason}"
        raise CannotResolve(reason, "merge it by hand") from None
    if new != file.data:
        _write(parts, file, new, merged, now_ms)
    with store.commit("merge"):
        for id, name, winner, loser in merger.lost:
            store.attention.add_conflict(id, name, winner, loser, "file", now_ms)
    merged.conflicts = len(merger.lost)
    merged.kept = set_aside(filing.root, path)
    return merged


def _write(parts: Parts, file: LocalFile, new: bytes, merged: MergedCopy, now_ms: int) -> None:
    """Write the file; the cycle that sends the new lines belongs to the same run."""
    chronicle, path = parts.chronicle, merged.file
    chronicle.begin(anew=True)
    rows = [
        HistoryRow(None, now_ms, "file", "", "line", NO_VALUE, title, path)
        for title in merged.added
    ]
    with parts.store.commit("merge"):
        chronicle.note("merge", rows)
    key = f"merge-{file.sha256[:12]}"
    outcome = parts.filing.writer.replace(Path(path), new, file.sha256, key)
    if not isinstance(outcome, Replaced):
        with parts.store.commit("not merged"):
            chronicle.give_up(path=path, side="file")
        raise CannotResolve(f"{path} could not be written now", "try again in a moment")
    chronicle.go_on(0)


class _Merger:
    """One copy against one file; ``lost`` are the copy's values that differ."""

    def __init__(
        self,
        store: Store,
        local: LocalState,
        filing: Filing,
        ids: Mapping[str, str],
        file: LocalFile,
    ) -> None:
        self._store = store
        self._shown = filing.dialect.shown
        self._ids = ids
        self._file = file
        self._elsewhere = {block for one in local.files.values() for block in one.ids}
        self._at = {task.block: index for index, task in enumerate(file.tasks) if task.block}
        self.lost: list[tuple[str, str, Any, Any]] = []

    def edits(self, tasks: tuple[Task, ...], merged: MergedCopy) -> list[Edit]:
        """What has to be typed into the file."""
        edits: list[Edit] = []
        at: dict[int, int] = {}  # of the copy's tasks, those that stand in the file
        new: dict[int, list[Insert]] = {}
        ticked = {task.reminder.title for task in tasks if self._is_ticked(task)}
        for index, task in enumerate(tasks):
            here = self._find(task, tasks)
            if here is not None:
                at[index] = here
                self._compare(task, here)
            elif self._is_wanted(task) and not _goes_on(task, ticked):
                merged.added.append(task.reminder.title)
                above = None if task.parent is None else at.get(task.parent)
                made = Insert(_placed(task), task.block or "", above)
                if task.parent is not None and task.parent in new:
                    new[task.parent].append(made)
                else:
                    new[index] = [made]
        for insert, *children in new.values():
            whole = Insert(insert.reminder, insert.block, insert.after_parent, tuple(children))
            edits.append(whole)
        return edits

    def _find(self, task: Task, tasks: tuple[Task, ...]) -> int | None:
        """The line of the file that the copy's line is."""
        if task.block is not None:
            return self._at.get(task.block)
        known = {one.block for one in tasks}
        alike = [
            index
            for index, one in enumerate(self._file.tasks)
            if one.block not in known and one.reminder.title == task.reminder.title
        ]
        return alike[0] if alike else None

    def _is_wanted(self, task: Task) -> bool:
        """Whether a line that only the copy has is no line of what was deleted or moved away."""
        if not task.reminder.title or task.block in self._elsewhere:
            return False
        id = self._ids.get(task.block or "")
        if id is None:
            return task.block is not None or not self._is_named(task)
        row = self._store.mirror.reminder(id)
        return row is not None and not row.deleted

    def _is_ticked(self, task: Task) -> bool:
        """Whether an occurrence of a series was ticked off there: that is its edit, and is kept."""
        base = self._store.bases.get(self._ids.get(task.block or "", ""))
        repeats = base is not None and isinstance(base.values.get(Field.REPEAT), Rule)
        return repeats and task.reminder.done is not None

    def _is_named(self, task: Task) -> bool:
        """Whether a line that had no id yet in the copy got one, and stands elsewhere by now."""
        lists = self._store.bases.all_lists()
        owner = next((id for id, one in lists.items() if one.path == self._file.path), "")
        id = next(derived(owner, " ".join(task.reminder.title.split())))
        row = self._store.mirror.reminder(id)
        return row is not None and not row.deleted

    def _compare(self, task: Task, here: int) -> None:
        """Note what the copy's line says otherwise than the one that stands here."""
        id, ours = self._ids.get(task.block or ""), self._file.tasks[here].reminder
        base = self._store.bases.get(id) if id is not None else None
        if id is None or base is None:
            return
        earlier = earlier_values(self._store.journal.history(id=id))
        said = what_the_copy_says(task.reminder, ours, base.values, earlier, self._shown)
        self.lost += [(id, name.value, ours.value(name), said[name]) for name in sorted(said)]


def _goes_on(task: Task, ticked: Collection[str]) -> bool:
    """Whether an editor typed the line for the next occurrence of a series, one of ``ticked``.

    It is that series, which goes on by itself once the tick is taken.
    """
    says = task.reminder
    is_series = says.repeat is not None and says.title in ticked
    return is_series and task.block is None and says.done is None


def _placed(task: Task) -> Reminder:
    return replace(task.reminder, section=task.section or "")
