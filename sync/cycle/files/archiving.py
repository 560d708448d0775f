"""Archiving: lines that leave their file by age are copied first, and only then taken out.

A copy is made before the plan is committed, like a stamp, and is known again by its exact bytes:
whenever we die, the next cycle finds it and makes no other. A line that is back in a list has no
use for its archived copy: that goes, or loses its id where a person's own words stand on it.
"""

from __future__ import annotations

import re
from collections import defaultdict
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from sync.core.actions import RemoveLine, Why
from sync.core.archive import Archived, archive_path, is_archive, without
from sync.cycle.files.filing import Filing
from sync.cycle.observing.reading import LocalState
from sync.cycle.planning.planner import Planned
from sync.cycle.rendering.desk import FileWrite
from sync.cycle.report import Report
from sync.local.files import Stable, opaque_reason, read_stable
from sync.local.formats import Dialect
from sync.local.names import file_name
from sync.local.outcome import Refusal
from sync.local.place import locate
from sync.local.tasks import CannotEdit, Remove

__all__ = ["clear_archive", "copy_out"]


def copy_out(filing: Filing, planned: Planned, local: LocalState, report: Report) -> Planned:
    """Copy what leaves by age into the archive; what cannot be copied stays where it is."""
    dialect = filing.dialect
    ids = {
        op.id
        for op in planned.plan.renders
        if isinstance(op, RemoveLine) and op.why is Why.ARCHIVED
    }
    if not ids:
        return planned
    batches: defaultdict[str, list[Archived]] = defaultdict(list)
    for top, family in _families(planned, ids).items():
        path = _place_of(planned, top, dialect)
        batches[path].append(Archived(top, path, _text(planned, local, family, dialect)))
    standing = {
        one.id
        for path, batch in sorted(batches.items())
        if _stands(filing, path, batch, report)
        for one in batch
    }
    families = _families(planned, ids)
    moved = {id for top in standing for id in families[top]}
    archived = [
        Archived(id, one.path, one.text if id == one.id else "")
        for batch in batches.values()
        for one in batch
        if one.id in standing
        for id in families[one.id]
    ]
    return replace(planned, plan=without(planned.plan, ids - moved), archived=tuple(archived))


def clear_archive(filing: Filing, planned: Planned, local: LocalState, report: Report) -> None:
    """Take out of the archive what stands as a line of a list (again)."""
    archive = {path: ids for path, ids in sorted(local.strays.items()) if is_archive(path)}
    if not archive:
        return
    leaving = {planned.known.blocks.get(one.id) for one in planned.archived}
    in_lists = {
        task.block
        for path, file in local.files.items()
        if path in planned.lists.owner
        for task in file.tasks
        if task.block is not None
    } - leaving
    for path, ids in archive.items():
        if back := ids & in_lists:
            before = _read(filing.root, path)
            if not isinstance(before, Stable):
                report.come_back(before)
                continue
            data = before.data
            for block in sorted(back):
                data = _without(data, block, filing.dialect)
            filing.write(FileWrite(path, before.sha256, data, len(back)), report)


# ---- which lines, and where to -----------------------------------------------------------------


def _families(planned: Planned, ids: set[str]) -> dict[str, list[str]]:
    """Those that leave, each on its own or with its subtasks; the first is the outermost."""
    lines, matched = planned.world.lines, planned.world.matched.ids
    families: dict[str, list[str]] = {}
    below: defaultdict[str, list[str]] = defaultdict(list)
    for id in sorted(ids, key=lambda id: lines[id].spot):
        line = lines[id]
        above = None if line.parent is None else matched.get((line.path, line.parent))
        if above in ids:
            below[str(above)].append(id)
        else:
            families[id] = [id]
    for top, under in below.items():
        families[top] += under
    return families


def _place_of(planned: Planned, id: str, dialect: Dialect) -> str:
    row = planned.known.rows[id]
    done_ms = row.completed_at_ms or row.modified_ms or 0
    day = datetime.fromtimestamp(done_ms / 1000, ZoneInfo(dialect.home_zone)).date()
    view = planned.lists.views[planned.world.lines[id].reminder.list]
    return archive_path(file_name(view.name), day, dialect.layout.suffix)


def _text(planned: Planned, local: LocalState, family: list[str], dialect: Dialect) -> str:
    lines = [planned.world.lines[id] for id in family]
    todo = local.files[lines[0].path].todo
    assert todo is not None
    return dialect.cut(todo, [line.task for line in lines])


# ---- the archive's files ------------------------------------------------------------------------


def _stands(filing: Filing, path: str, batch: list[Archived], report: Report) -> bool:
    """Whether all of ``batch`` stands at ``path``, put there now if need be."""
    if not (filing.root / path).exists():
        _, name, month = path.rpartition(".")[0].split("/")
        text, expected = filing.dialect.heading(f"{name} {month}"), ""
    else:
        before = _read(filing.root, path)
        if not isinstance(before, Stable):
            report.come_back(before)
            return False
        reason = opaque_reason(before.data)
        if reason is not None:
            report.problems.append(f"{path} {reason}; completed lines wait in their files")
            return False
        text, expected = before.data.decode(), before.sha256
    missing = [one for one in batch if not _has(text, one.text)]
    for one in missing:
        text += ("" if not text or text.endswith(("\n", "\r")) else "\n") + one.text
    return not missing or filing.write(
        FileWrite(path, expected, text.encode(), len(missing)), report
    )


def _has(text: str, block: str) -> bool:
    """Whether ``block`` stands there as whole lines."""
    return re.search(r"(?:\A|[\r\n])" + re.escape(block), text) is not None


def _read(root: Path, path: str) -> Stable | float | None:
    """The file; else in how many seconds it may be readable, if waiting helps."""
    try:
        found = read_stable(locate(root, Path(path)))
    except Refusal:
        return None
    return found if isinstance(found, Stable) else found.retry_after_s


def _without(data: bytes, block: str, dialect: Dialect) -> bytes:
    """Without the task of that id, or at least without the id."""
    try:
        todo = dialect.parse(data)
        tasks = [index for index, task in enumerate(todo.tasks) if task.block == block]
        if tasks and all(todo.tasks[index].clean for index in tasks):
            return dialect.edit(todo, [Remove(index) for index in tasks])
    except CannotEdit:
        pass
    except ValueError:
        return data
    mark = rb"[ \t]*(?:\^|\bid:)" + re.escape(block.encode()) + rb"(?![0-9A-Za-z-])"
    return re.sub(mark, b"", data)
