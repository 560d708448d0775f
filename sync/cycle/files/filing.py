"""Filing: carrying committed file work out, and telling the store what became of each write.

Renames first, then new contents, then the lines that moved to another file, last the files of
lists that are gone. A write that the person was faster than is forgotten here and planned anew.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import replace
from pathlib import Path

from store.base.bases import ListBase
from store.db import Store
from store.local.places import FileRow
from sync.core.listplan import RenameFile, again
from sync.core.matching.match import Leaving, words
from sync.cycle.gauge import Gauge, Phase, unwatched
from sync.cycle.observing.reading import LocalState
from sync.cycle.past.journaling import Chronicle
from sync.cycle.planning.planner import Planned
from sync.cycle.planning.standing import (
    LEAVING,
    by_block,
    leaving_of,
    leaving_text,
    lines_by_block,
    may_stand_still,
)
from sync.cycle.planning.unmarked import line_saying
from sync.cycle.rendering.desk import FileWrite
from sync.cycle.rendering.marking import stamp_files, take_out
from sync.cycle.rendering.work import Work
from sync.cycle.report import Report
from sync.local.formats import Dialect
from sync.local.outcome import ChangedMeanwhile, Outcome, Refused, Replaced
from sync.local.swap import Writer
from sync.local.tasks import CannotEdit

__all__ = ["Filing"]

SOON_S = 0.5  # a file that was saved while we wrote is looked at again


class Filing:
    """Writes files through one ``Writer``, in one dialect."""

    def __init__(
        self,
        store: Store,
        writer: Writer,
        root: Path,
        dialect: Dialect,
        mint: Callable[[], str],
        chronicle: Chronicle,
        gauge: Gauge = unwatched,
    ) -> None:
        self._store = store
        self._chronicle = chronicle
        self.writer = writer
        self.root = root
        self.dialect = dialect
        self._mint = mint
        self._gauge = gauge

    def mark(self, planned: Planned, local: LocalState, report: Report) -> LocalState | None:
        """Give lines and files the marks that were committed: ids, and names that follow iCloud.

        ``None``: new lines have no ids yet, since their file was saved meanwhile.
        """
        marked = self._stamp(planned, local, report)
        return None if marked is None else self._name(planned, marked, report)

    def _stamp(self, planned: Planned, local: LocalState, report: Report) -> LocalState | None:
        writes, problems = stamp_files(
            local, planned.world.matched, planned.known.blocks, self.dialect
        )
        report.problems += [f"{problem.path}: {problem.reason}" for problem in problems]
        is_overtaken = False
        for done, write in enumerate(writes):
            self._gauge(Phase.WRITE, done, len(writes))
            outcome = self._put(write, self._mint())
            is_overtaken |= isinstance(outcome, ChangedMeanwhile)
            if self._tell(outcome, write.path, report):
                report.files += 1
                local = self._written(write, local)
            else:
                self._strike(write.path)
                if isinstance(outcome, Refused):  # its new lines are not sent without their ids
                    local = local.later(write.path, outcome.reason)
        return None if is_overtaken else local

    def _name(self, planned: Planned, local: LocalState, report: Report) -> LocalState:
        behind = set()
        for rebind in planned.lists.rebinds:
            data = self._set_head(rebind.path, {"icloud-list": rebind.name}, local, report)
            if data is not None:
                local = local.with_file(rebind.path, data, self.dialect.parser(rebind.path))
            else:
                behind.add(rebind.id)
        for head in planned.lists.heads:
            data = self._set_head(head.path, {head.key: head.text}, local, report)
            if data is not None:
                local = local.with_file(head.path, data, self.dialect.parse)
        for op in planned.lists.rename_files:
            if op.id in behind:
                continue  # a file still has the old name, by which the list must be known
            outcome = self.writer.rename(Path(op.old), Path(op.path))
            if self._tell(outcome, op.old, report):
                report.files += 1
                local = self._moved(op, planned, local)
            else:
                self._strike(op.path)
        return local

    def carry_out(
        self, planned: Planned, work: Work, local: LocalState, report: Report
    ) -> LocalState:
        """Write what was committed; gives the local state that stands afterwards."""
        moved = {*planned.world.matched.leftovers.values()}
        named = by_block(planned.known.blocks)
        for done, (key, write) in enumerate(work.writes):
            self._gauge(Phase.WRITE, done, len(work.writes))
            outcome = self._put(write, key)
            if not self._tell(outcome, write.path, report):
                if not (isinstance(outcome, Refused) and outcome.unsure):
                    self._forget(key, write)
                continue
            local = self._written(write, local)
            report.files += 1
            report.rendered += write.lines
            with self._store.commit("written"):
                self._finish(key, write, planned, work, local, named)
            moved |= write.ids
        for move in work.moves:
            outcome = self.writer.rename(Path(move.old), Path(move.new), keep_directory=True)
            if self._tell(outcome, move.old, report):
                report.files += 1
            else:
                self._strike(move.new)
        if work.leaving:
            local = self._take_out(work, moved, planned, local, report)
        for removal in work.removals:
            outcome = self.writer.remove(Path(removal.path), removal.sha256, removal.key)
            if self._tell(outcome, removal.path, report):
                report.files += 1
                report.changes.append(f"files: − {removal.path}")
                local = local.without_file(removal.path)
                with self._store.commit("removed"):
                    self._store.places.drop_file(removal.path)
                    self._store.bases.drop_list(removal.id)
                if self.dialect.layout.per_task:
                    self.writer.remove_directory(Path(removal.path).parent)
        return local

    def write(self, write: FileWrite, report: Report) -> bool:
        """Write a file that means nothing for the base; whether it was done."""
        if not self._tell(self._put(write, self._mint()), write.path, report):
            return False
        report.files += 1
        return True

    # ---- single effects

    def _set_head(
        self, path: str, values: Mapping[str, str], local: LocalState, report: Report
    ) -> bytes | None:
        """Let a file's front matter say what iCloud says; gives its bytes if it was done."""
        file = local.files[path]
        assert file.todo is not None
        try:
            data = self.dialect.set_head(file.todo, values)
        except CannotEdit as error:
            report.problems.append(f"{path}: {error.reason}")
            return None
        outcome = self._put(FileWrite(path, file.sha256, data, 1), self._mint())
        if not self._tell(outcome, path, report):
            self._strike(path)
            return None
        report.files += 1
        return data

    def _put(self, write: FileWrite, key: str) -> Outcome:
        path = Path(write.path)
        if write.data is None:
            return self.writer.remove(path, write.expected, key)
        if write.expected:
            return self.writer.replace(path, write.data, write.expected, key)
        return self.writer.create(path, write.data, key)

    def _written(self, write: FileWrite, local: LocalState) -> LocalState:
        if write.data is None:
            return local.without_file(write.path)
        return local.with_file(write.path, write.data, self.dialect.parser(write.path))

    def _tell(self, outcome: Outcome, path: str, report: Report) -> bool:
        """Whether it was done; if not, what has to be said about it."""
        match outcome:
            case Replaced(trouble=trouble):
                if trouble:
                    report.problems.append(f"{path} was written, but then: {trouble}")
                return True
            case ChangedMeanwhile():
                report.come_back(SOON_S)
                return False
            case Refused(reason=reason):
                report.problems.append(f"{path}: {reason}")
                return False

    def _finish(
        self,
        key: str,
        write: FileWrite,
        planned: Planned,
        work: Work,
        local: LocalState,
        named: Mapping[str, str],
    ) -> None:
        """The file stands: base, lines and file are advanced together; inside a commit."""
        made = self._store.places.finish_render(key)
        if made is not None:  # used up: the file that is deleted next, before a cycle, is missed
            self._store.attention.drop_approvals([again(made)])
        behind = [one.id for one in work.leaving if one.path == write.path]
        self._remember(write.path, planned, local, named, behind)
        self._agree_on_sections(write.path, planned, local)
        if not self.dialect.marks:
            self._store.places.put_lines(write.rows)
            self._store.places.drop_lines(*write.ids - {row.id for row in write.rows})
        self._agree_on_color(write.path, planned)

    def _agree_on_color(self, path: str, planned: Planned) -> None:
        """Where a list's colour has a file of its own, that now says what iCloud has."""
        layout = self.dialect.layout
        id = planned.lists.owner.get(layout.place_of(path), "")
        base = self._store.bases.get_list(id) if path.endswith(f"/{layout.color}") else None
        if base is not None and layout.color:
            color = planned.known.list_rows[id].info().color
            self._store.bases.set_list(id, replace(base, color=color))

    def _remember(
        self,
        path: str,
        planned: Planned,
        local: LocalState,
        named: Mapping[str, str],
        leaving: Collection[str] = (),
    ) -> None:
        """Where the reminders of a file stand; those ``leaving`` it only if not elsewhere yet.

        ``named`` is what ``by_block`` says of all that is known.
        """
        places, known = self._store.places, planned.known
        file = local.files.get(path)
        if file is None:
            places.drop_file(path)
            return
        list_id = planned.lists.owner.get(self.dialect.layout.place_of(path))
        places.set_file(FileRow(path, file.sha256, len(file.data), list_id))
        self._store.versions.note(path, file.sha256)
        if self.dialect.marks and file.todo is not None:  # else nothing new is known of its lines
            before = places.lines_in(path)
            gone = {*leaving} - {row.id for row in before}
            rows = lines_by_block(path, file, named, before)
            rows = [row for row in rows if row.id not in gone]
            rows = [row for row in rows if not may_stand_still(row, local, planned)]
            there, lines = {row.id for row in rows}, planned.world.lines
            vanished = places.vanished()
            # One that iCloud still has is put in again: until it stands, the clipboard is faster.
            kept = [
                row
                for row in before
                if row.id not in there
                and (row.id in vanished or (row.id in known.base and row.id not in lines))
            ]
            places.set_lines(path, [*rows, *kept])

    def _agree_on_sections(self, path: str, planned: Planned, local: LocalState) -> None:
        """A heading that stands in a list's own file and is a section's name is agreed on."""
        file, id = local.files.get(path), planned.lists.owner.get(path)
        view = planned.lists.views.get(id or "")
        if file is None or file.todo is None or view is None or view.path != path:
            return
        for base in planned.known.sections.named(view.id, file.todo.sections).items():
            self._store.sections.set(*base)

    def _forget(self, key: str, write: FileWrite) -> None:
        with self._store.commit("not written"):
            self._store.places.drop_render(key)
            self._chronicle.strike(write.ids, "" if write.expected else write.path)

    def _strike(self, path: str) -> None:
        """What was to be done to a file was not: the history says nothing of it."""
        with self._store.commit("not written"):
            self._chronicle.strike(path=path)

    def _moved(self, op: RenameFile, planned: Planned, local: LocalState) -> LocalState:
        old, new, agreed = op.old, op.path, op.agreed
        moved = {path: f"{new}{path[len(old) :]}" for path in local.files if _is_at(path, old)}
        for path, target in moved.items():
            local = local.renamed(path, target, self.dialect.parser(target))
        named = by_block(planned.known.blocks)
        with self._store.commit("renamed"):
            self._store.bases.set_list(
                op.id,
                ListBase(agreed.name, agreed.group, agreed.path, agreed.color, agreed.emblem),
            )
            for path, target in moved.items():
                rows = self._store.places.lines_in(path)
                self._store.places.put_lines(replace(row, path=target) for row in rows)
                self._store.places.drop_file(path)
                self._remember(target, planned, local, named)
            # A line that an unfinished move leaves behind is known by its file, too.
            left = [
                one._replace(path=moved.get(one.path, one.path))
                for one in leaving_of(self._store.meta.get(LEAVING))
            ]
            self._store.meta.set(LEAVING, leaving_text(left))
        return local

    def _take_out(
        self,
        work: Work,
        moved: Collection[str],
        planned: Planned,
        local: LocalState,
        report: Report,
    ) -> LocalState:
        leaving = work.leaving
        writes, problems = take_out(local, leaving, planned.known.blocks, self.dialect, moved)
        report.problems += [f"{problem.path}: {problem.reason}" for problem in problems]
        written = set()
        for write in writes:
            outcome = self._put(write, self._mint())
            if self._tell(outcome, write.path, report):
                report.files += 1
                local = self._written(write, local)
                written.add(write.path)
        left = [line for line in leaving if self._stands(line, planned, local)]
        with self._store.commit("moved"):
            self._store.meta.set(LEAVING, leaving_text([*left, *work.awaited]))
            if self.dialect.marks:  # else what stands there is matched again
                named = by_block(planned.known.blocks)
                for path in sorted(written):  # of the others we know nothing new
                    self._remember(path, planned, local, named)
        return local

    def _stands(self, line: Leaving, planned: Planned, local: LocalState) -> bool:
        file = local.files.get(line.path)
        block = planned.known.blocks.get(line.id)
        if file is None or file.hides_tasks:
            return file is not None or planned.rests(line.path)
        if not self.dialect.marks:
            return line_saying(local, line.path, line.words) is not None
        return any(
            task.block in (block, None) and words(task.text, task.reminder.notes) == line.words
            for task in file.tasks
        )


def _is_at(path: str, place: str) -> bool:
    """Whether a file is the list's, or stands in its directory."""
    return path == place or path.startswith(f"{place}/")
