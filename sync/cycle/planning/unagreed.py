"""Which reminders that were never agreed on have a line all the same, or may have one.

After the mirror was made anew all are of that kind. To put one in that stands already in a file
which is just being saved, or of which nothing is synced, would make two of it. One whose id stood
where no list is may have been pasted into any file.
"""

from __future__ import annotations

from collections.abc import Collection

from store.model import Unknown
from sync.cycle.observing.reading import LocalFile, LocalState
from sync.cycle.planning.aside import aside
from sync.cycle.planning.known import Known

__all__ = ["unread_yet"]


def unread_yet(ids: Collection[str], known: Known, local: LocalState) -> dict[str, Unknown]:
    """Those of ``ids`` that have to wait for a file, with why."""
    unread = [file for file in local.files.values() if file.unread]
    seen = {trace.path for trace in known.traces.values()} | known.list_at.keys()
    new = [file for file in unread if file.settling and file.path not in seen]
    standing = {block: path for path, file in local.files.items() for block in file.ids}
    found = {}
    for id in ids:
        trace = known.traces.get(id)
        reason = _reason(new if trace is None and id not in known.aside else unread)
        file = None if trace is None else local.files.get(trace.path)
        if file is not None and file.hides_tasks:
            reason = file.hides_tasks
        path = standing.get(known.blocks.get(id, ""))
        if path is not None:
            reason = aside(path).reason
        if reason:
            found[id] = Unknown(reason)
    return found


def _reason(files: Collection[LocalFile]) -> str:
    return next((file.trouble for file in files), "")
