"""What of the folder is not kept in step, though it may hold tasks: a person is told what and why.

Files that cannot be understood, copies that sync tools made, and links to directories.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator

from sync.core.actions import Hold, HoldKind
from sync.cycle.observing.reading import LocalState

__all__ = ["unusable"]


def unusable(local: LocalState, lists: Collection[str]) -> Iterator[Hold]:
    """What waits for somebody to mend it; the files of ``lists`` can be made anew."""
    yield from _troubles(local, lists)
    for copy, path in local.copies.items():
        reason = f"{copy} is a copy of {path}: `remindersd merge '{copy}'`"
        yield Hold(copy, HoldKind.COPY, reason)
    for link in sorted(local.links):
        reason = (
            f"{link} is a link to a directory, which is not followed: files behind it are no lists,"
            " and nothing that stands in them counts as deleted; to keep them in step, put the"
            " directory itself here"
        )
        yield Hold(link, HoldKind.LINK, reason)


def _troubles(local: LocalState, lists: Collection[str]) -> Iterator[Hold]:
    """What will not become readable by waiting a moment."""
    for path, file in sorted({**local.files, **local.done}.items()):
        if file.hides_tasks and not file.settling:
            again = f"`remindersd restore --file {path}`" if path in lists else ""
            way_out = f"mend it, or {again or 'move it out of the folder'}"
            yield Hold(path, HoldKind.FILE, f"{file.hides_tasks}; {way_out}")
    if local.incomplete:
        way_out = "make it readable, or take it away: until then no missing line counts as deleted"
        yield Hold("folder", HoldKind.FILE, f"{local.incomplete}; {way_out}")
