"""Putting the three states together: store and folder in, the planner's ``Snapshot`` out.

This is where "is it there?" is answered with evidence. A line is absent only if it once had a
place, no file that could hold it is unreadable, and its id stands nowhere in the folder's bytes.
A reminder is absent only by tombstone, soft deletion, or the deletion of its list.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from types import MappingProxyType

from store.model import (
    Absent,
    Due,
    Field,
    ListInfo,
    Presence,
    Present,
    Reminder,
    Unknown,
    Value,
    Zoned,
)
from store.rows import ReminderRow
from sync.core.archive import is_archive
from sync.core.listplan import ListPlan
from sync.core.matching.match import Leaving, Line, Matched, Spot
from sync.core.merging.merge import Side
from sync.core.sections import Outlook, plan_sections
from sync.core.snapshot import ListView, LocalItem, RemoteItem, Snapshot
from sync.cycle.observing.reading import LocalState
from sync.cycle.planning.aside import aside
from sync.cycle.planning.doubts import found_doubts
from sync.cycle.planning.filed import PutAway, read_put_away
from sync.cycle.planning.known import Known
from sync.cycle.planning.matching import match_all, series_of
from sync.cycle.planning.sectioning import pages_of, read_base, read_local, read_remote
from sync.cycle.planning.unagreed import unread_yet
from sync.local.dates import same_instant
from sync.local.formats import Dialect
from sync.local.tasks import INSTANT

__all__ = ["World", "astray", "build_world", "remote_lists", "visible_since"]


@dataclass(slots=True)
class World:
    """One moment: the snapshot, how lines were matched, the lines by identity, and sections.

    ``put_away`` is what tools took out of the lists' files, ``doubts`` are reminders whose line a
    new line may be, with why.
    """

    snapshot: Snapshot
    matched: Matched
    lines: dict[str, Line]
    outlook: Outlook
    put_away: PutAway = field(default_factory=PutAway)
    doubts: Mapping[str, str] = field(default_factory=dict)

    @classmethod
    def empty(cls) -> World:
        """A world of which nothing is known."""
        return cls(Snapshot({}, {}, {}), Matched(), {}, Outlook())


# ---- lists ------------------------------------------------------------------------------------


def remote_lists(known: Known) -> dict[str, Presence[ListInfo]]:
    """Every list as iCloud last said."""
    lists: dict[str, Presence[ListInfo]] = {
        id: Absent("its record is gone") for id in known.gone_lists
    }
    for id, row in known.list_rows.items():
        shared = known.shared.get(id)
        if shared is not None and row.is_group:
            continue  # nobody's lists are in it but its owner's
        if row.deleted:
            lists[id] = Absent("deleted")
        elif shared is not None and shared.gone:
            lists[id] = Absent("no longer shared")
        elif not row.name:
            lists[id] = Unknown(row.problems or "it has no name")
        else:
            info = row.info()
            if shared is not None:
                closed = info.read_only or shared.read_only
                # Into which group a person put it is not told with it.
                info = replace(info, group=None, read_only=closed, zone=shared.zone)
            lists[id] = Present(info)
    return lists


def astray(local: LocalState, known: Known) -> dict[str, str]:
    """List id -> why it has no file, if most of its lines stand in one that can be no list's."""
    lines: Counter[str] = Counter()
    found: defaultdict[str, Counter[str]] = defaultdict(Counter)
    if not local.strays:
        return {}
    id_of = {block: id for id, block in known.blocks.items()}
    for id in known.traces:
        lines[str(known.base.get(id, {}).get(Field.LIST))] += 1
    for path, ids in local.strays.items():
        for id in known.traces.keys() & set(map(id_of.get, ids)):
            found[path][str(known.base.get(id, {}).get(Field.LIST))] += 1
    return {
        list_id: _why_astray(path, local)
        for path, counts in sorted(found.items())
        for list_id, count in counts.items()
        if 2 * count > lines[list_id]
    }


def _why_astray(path: str, local: LocalState) -> str:
    link = next((one for one in local.links if path.startswith(f"{one}/")), None)
    if link is not None:
        return f"its file stands behind the link {link}, which is not followed: move it here"
    directory = path.rpartition("/")[0]
    return f"its file stands in {directory}, and groups have one level: move it up"


# ---- the snapshot -----------------------------------------------------------------------------


def build_world(
    known: Known,
    local: LocalState,
    lists: ListPlan,
    *,
    visible: Callable[[ReminderRow], bool],
    leaving: frozenset[Leaving],
    dialect: Dialect,
    wins: Side,
    overdue: Collection[str] = (),
    doubts: Mapping[str, str] = MappingProxyType({}),
) -> World:
    """Match all lines and take the snapshot. ``leaving`` are lines of our own unfinished moves.

    ``overdue`` are ids in files that have waited long enough for the reminder they stand for;
    ``doubts`` are reminders that wait because a line may be theirs, with why. What is in doubt,
    without marks on lines, was never agreed on: so it is shown again.
    """
    remote = _remote(known, lists, visible)
    lines = list(local.lines(lists.owner, dialect.layout))
    series = series_of(known)
    matched = match_all(known, local, lists, lines, remote, leaving, dialect, overdue, series)
    by_id = {matched.ids[line.spot]: line for line in lines if line.spot in matched.ids}
    says_sections = Field.SECTION not in dialect.shown(Reminder("")).opaque
    pages = pages_of(known.sections, known.base, local, lists, by_id) if says_sections else {}
    outlook = plan_sections([*pages.values()], wins)
    put_away = read_put_away(known, local, dialect, by_id, series)
    if dialect.marks:
        doubts = {**doubts, **found_doubts(known, matched, lines, local)}
    doubts = {
        id: reason
        for id, reason in doubts.items()
        if id not in by_id and isinstance(remote.get(id), Present)
    }
    found = _local(known, local, lists, matched, by_id, put_away)
    found |= {id: Unknown(reason) for id, reason in doubts.items()}
    unsure = frozenset[str]() if dialect.marks else matched.doubtful
    base = {id: _inherited(one, lists) for id, one in known.base.items() if id not in unsure}
    snapshot = Snapshot(
        remote=read_remote(remote, outlook),
        local=read_local(found, pages, outlook) if says_sections else found,
        base=read_base(base, outlook),
        in_flight=known.in_flight,
        lists=lists.views,
        pending=known.pending,
        archived=known.archived,
        filed=put_away.filed,
        asleep={
            id: known.reminders[id]
            for id in known.in_flight
            if id in known.rows and known.rows[id].deleted
        },
        origins=known.origins | matched.origins,
    )
    return World(snapshot, matched, by_id, outlook, put_away, doubts)


def _inherited(values: Mapping[Field, Value], lists: ListPlan) -> Mapping[Field, Value]:
    """What was agreed on, in the list that has the file of its own now."""
    heir = lists.heirs.get(str(values.get(Field.LIST)))
    return values if heir is None else {**values, Field.LIST: heir}


def _remote(
    known: Known, lists: ListPlan, visible: Callable[[ReminderRow], bool]
) -> dict[str, Presence[RemoteItem]]:
    remote: dict[str, Presence[RemoteItem]] = {
        id: Absent("its record is gone") for id in known.gone
    }
    ended = set(lists.ended) | known.gone_lists
    ended |= {id for id, row in known.list_rows.items() if row.deleted}
    seen = {id: visible(row) for id, row in known.rows.items()}
    for id, row in known.rows.items():
        if row.deleted:
            remote[id] = Absent("deleted")
        elif row.list_id in ended:
            remote[id] = Absent("its list was deleted")
        elif Field.LIST in row.opaque:
            remote[id] = Unknown(row.problems)
        elif _in_another_zone(known, row):
            remote[id] = Unknown("it names a list of another owner")
        else:
            reminder = known.reminders[id]
            above = _ancestors(row, known.rows)
            if above:
                reminder = replace(reminder, parent=_shown_parent(row, above, known.rows, seen))
            remote[id] = Present(RemoteItem(reminder, seen[id], frozenset(above)))
    return remote | {id: Unknown("iCloud could not give it") for id in known.owed}


def _in_another_zone(known: Known, row: ReminderRow) -> bool:
    """Whether it is in another zone than its list: whose it is cannot be said."""
    shared = known.shared.get(row.list_id)
    here = "" if shared is None else shared.zone
    return row.list_id in known.list_rows and known.zones.get(row.id, "") != here


def _ancestors(row: ReminderRow, rows: Mapping[str, ReminderRow]) -> Sequence[str]:
    """Whatever its record and theirs put it beneath, from the next one up; a circle ends."""
    found: list[str] = []
    above = row.parent_id
    while above is not None and above != row.id and above not in found:
        found.append(above)
        above = rows[above].parent_id if above in rows else None
    return found


def _shown_parent(
    row: ReminderRow,
    above: Iterable[str],
    rows: Mapping[str, ReminderRow],
    visible: Mapping[str, bool],
) -> str | None:
    """The reminder beneath which this one is shown: its topmost living ancestor in its list."""
    shown: str | None = None
    for id in above:
        if id not in rows or rows[id].deleted or rows[id].list_id != row.list_id:
            break
        if visible[row.id] and not visible[id]:
            break  # what is itself on its way out goes as it stands, beneath its parent
        shown = id
    return shown


def _local(
    known: Known,
    local: LocalState,
    lists: ListPlan,
    matched: Matched,
    by_id: Mapping[str, Line],
    put_away: PutAway,
) -> dict[str, Presence[LocalItem]]:
    children: defaultdict[Spot | None, int] = defaultdict(int)
    for line in by_id.values():
        children[line.above] += 1
    found: dict[str, Presence[LocalItem]] = {}
    for id, line in by_id.items():
        parent = _parent(id, line, matched, by_id, known)
        found[id] = Present(
            LocalItem(
                replace(line.reminder, id=id, parent=parent, due=_due(id, line, local, known)),
                line.path,
                line.task,
                clean=local.files[line.path].tasks[line.task].clean,
            )
        )
    for id, filed in put_away.filed.items():
        found[id] = Present(LocalItem(filed.reminder, filed.path, 0))
    standing = {**put_away.standing, **local.standing()}
    paths = {view.id: view.path for view in lists.views.values()}
    for id in {*known.base, *known.in_flight, *known.filed, *known.refused}:
        if id not in found:
            found[id] = _missing(id, known, local, standing, paths, lists.views)
    if elsewhere := local.aside():  # what is not known any more is not written a second time
        for id in known.rows.keys() - found.keys():
            if (path := elsewhere.get(known.blocks.get(id, ""))) is not None:
                found[id] = aside(path)
    return {**found, **unread_yet(known.rows.keys() - found.keys(), known, local)}


def _due(id: str, line: Line, local: LocalState, known: Known) -> Due | None:
    """When a line is due; one that names an instant and no zone means the zone that is known."""
    due = line.reminder.due
    if INSTANT not in local.files[line.path].tasks[line.task].extras:
        return due
    there = known.reminders.get(id)
    for other in (there.due if there is not None else None, known.base.get(id, {}).get(Field.DUE)):
        if isinstance(other, Zoned) and isinstance(due, Zoned) and same_instant(other, due):
            return other
    return due


def _parent(
    id: str, line: Line, matched: Matched, by_id: Mapping[str, Line], known: Known
) -> str | None:
    """Beneath which reminder a line stands; one in another list counts only on its way there."""
    parent = None if line.above is None else matched.ids.get(line.above)
    if parent is None or line.elsewhere is None:
        return parent
    is_here = parent in by_id and by_id[parent].reminder.list == line.reminder.list
    return parent if is_here or known.base.get(id, {}).get(Field.PARENT) == parent else None


def _missing(
    id: str,
    known: Known,
    local: LocalState,
    standing: Mapping[str, str],
    paths: Mapping[str, str | None],
    views: Mapping[str, ListView],
) -> Presence[LocalItem]:
    """Whether a reminder without a line is gone from the files, or cannot be judged now."""
    if local.incomplete:
        return Unknown(local.incomplete)
    block = known.blocks.get(id, "")
    if block in standing and not (id in known.archived and is_archive(standing[block])):
        return aside(standing[block])
    trace = known.traces.get(id)
    list_id = known.base.get(id, {}).get(Field.LIST)
    home = paths.get(list_id) if isinstance(list_id, str) else None
    view = views.get(list_id) if isinstance(list_id, str) else None
    moved_on = view is not None and _moved_on(id, view, known, views)
    if view is not None and view.blocked and not moved_on:
        return Unknown(view.blocked)
    stood_in = views.get(known.list_at.get(trace.path, "")) if trace else None
    is_resting = stood_in is not None and stood_in.path is None and stood_in.blocked != ""
    if stood_in is not None and is_resting and not (moved_on and stood_in is view):
        return Unknown(stood_in.blocked)  # it had moved there, and iCloud does not know yet
    for path in {home, trace.path if trace else None} - {None}:
        assert path is not None
        file = local.files.get(path)
        if file is not None and file.hides_tasks:
            return Unknown(file.hides_tasks)
        if file is None and path == home and path not in local.directories:
            return Unknown(f"{path} is not there")
    if local.unread is not None:
        return Unknown(local.unread.trouble)  # it may have moved there
    return Absent("its line is gone")


def _moved_on(id: str, left: ListView, known: Known, views: Mapping[str, ListView]) -> bool:
    """Whether iCloud has it in another list meanwhile than in the one whose file is gone."""
    row = known.rows.get(id)
    now = views.get(row.list_id) if row is not None and not row.deleted else None
    return now is not None and left.path is None and now.id != left.id and not now.blocked


def visible_since(cutoff_ms: int) -> Callable[[ReminderRow], bool]:
    """Completed before ``cutoff_ms`` (Unix) is not shown; without a time it is by its last edit."""

    def visible(row: ReminderRow) -> bool:
        if not row.done:
            return True
        at_ms = row.completed_at_ms or row.modified_ms
        return at_ms is None or at_ms >= cutoff_ms

    return visible
