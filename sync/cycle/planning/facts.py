"""What is known of each place of a list, for matching places to lists: what its files say."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Collection, Mapping

from store.model import Field
from sync.core.actions import ListField
from sync.core.listplan import FileFacts, HeadValue
from sync.core.merging.listlook import KEYS
from sync.cycle.observing.reading import LocalFile, LocalState
from sync.cycle.planning.known import Known
from sync.cycle.planning.unmarked import by_text
from sync.local.formats import Dialect
from sync.local.layout import Layout
from sync.local.text import clean_title

__all__ = ["file_facts", "free_directories"]

_WITH_ALPHA = re.compile(r"#[0-9A-Fa-f]{8}")


def file_facts(
    local: LocalState, known: Known, dialect: Dialect, homes: Collection[str] = ()
) -> dict[str, FileFacts]:
    """What is known of each file, or of each directory that is a list or could become one.

    ``homes`` are the places where lists were last time: an empty directory may be one of them.
    """
    layout = dialect.layout
    id_of = {block: id for id, block in known.blocks.items()}
    if not layout.per_task:
        places = Counter(
            block
            for file in local.files.values()
            for block in {task.block for task in file.tasks if task.block in id_of}
        )
        facts = {path: _file(file, known, id_of, places) for path, file in local.files.items()}
        if dialect.marks:
            return facts
        return {path: by_text(one, local.files[path], local, known) for path, one in facts.items()}
    files: defaultdict[str, list[LocalFile]] = defaultdict(list)
    for path, file in local.files.items():
        files[layout.place_of(path)].append(file)
    directories = files.keys() | (local.directories & set(homes))
    return {place: _directory(place, files[place], known, id_of, layout) for place in directories}


def free_directories(local: LocalState, groups: Collection[str], layout: Layout) -> set[str]:
    """Directories that a new list may have: those with nothing in them, and none of ``groups``.

    One that was made, and not filled because the process died, is such a one.
    """
    if not layout.per_task:
        return set()
    filled = {path.rpartition("/")[0] for path in local.files.keys() | local.directories}
    return {one for one in local.directories - filled if layout.named(one) not in groups}


def _file(
    file: LocalFile, known: Known, id_of: Mapping[str, str], places: Mapping[str, int]
) -> FileFacts:
    front = file.todo.front_matter if file.todo else None
    was, there = _lists_of(file, known, id_of)
    return FileFacts(
        path=file.path,
        trouble=file.trouble,
        unsure=file.unread or file.settling,
        settling=file.settling,
        list_block=front.list_id if front else None,
        wants_list=front.list_name if front else None,
        known=was,
        there=there,
        tasks=len(file.tasks),
        copied=sum(places[task.block or ""] > 1 for task in file.tasks),
        was=known.list_at.get(file.path),
        heads={key: HeadValue(text, line, file.path) for key, text, line in front.looks}
        if front
        else {},
    )


def _directory(
    place: str,
    files: Collection[LocalFile],
    known: Known,
    id_of: Mapping[str, str],
    layout: Layout,
) -> FileFacts:
    """A directory is read file by file; only while its name or colour is being written it waits."""
    counts: Counter[str] = Counter()
    counts_there: Counter[str] = Counter()
    for file in files:
        was, there = _lists_of(file, known, id_of)
        counts += was
        counts_there += there
    beside = {file.path: file for file in files if layout.is_beside(file.path)}
    label, color = (beside.get(f"{place}/{name}") for name in (layout.label, layout.color))
    return FileFacts(
        path=place,
        trouble=next((file.trouble for file in beside.values() if file.trouble), ""),
        known=counts,
        there=counts_there,
        tasks=sum(len(file.tasks) for file in files),
        heads={} if color is None else {KEYS[ListField.COLOR]: _color(color)},
        label=None if label is None else clean_title(label.data.decode()) or None,
        labelled=True,
    )


def _color(file: LocalFile) -> HeadValue:
    """The colour that a directory's file says; how opaque it is, as CalDAV has it, is nothing."""
    text = file.data.decode().strip()
    return HeadValue(text[:7] if _WITH_ALPHA.fullmatch(text) else text, 1, file.path)


def _lists_of(
    file: LocalFile, known: Known, id_of: Mapping[str, str]
) -> tuple[Counter[str], Counter[str]]:
    """The lists in which a file's reminders were last time; and where others are in iCloud.

    One that iCloud has not answered for yet was in the list of the file in which its line stood.
    """
    was: Counter[str] = Counter()
    there: Counter[str] = Counter()
    for task in file.tasks:
        id = id_of.get(task.block or "", "")
        trace = known.traces.get(id)
        stood = known.list_at.get(trace.path) if trace is not None else None
        list_id = known.base.get(id, {}).get(Field.LIST, stood)
        if isinstance(list_id, str):
            was[list_id] += 1
        elif id in known.rows and id not in known.base:
            there[known.rows[id].list_id or ""] += 1
    return was, there
