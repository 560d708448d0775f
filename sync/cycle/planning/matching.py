"""Matching with all that store and folder know: what goes into it, and ids for what is new."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

from store.model import AllDay, Due, Field, Floating, Presence, Present, Rule, Zoned
from sync.core.listplan import ListPlan
from sync.core.matching.claims import contested
from sync.core.matching.handing import Series
from sync.core.matching.match import Leaving, Line, Matched, Registry, Spot, match_lines
from sync.core.repeating.occurrence import copy_id
from sync.core.snapshot import Mode, RemoteItem
from sync.cycle.observing.reading import LocalState
from sync.cycle.planning.known import Known
from sync.cycle.planning.stood import known_before, with_titles
from sync.cycle.planning.unfinished import left_behind
from sync.cycle.planning.unmarked import followed
from sync.local.formats import Dialect

__all__ = ["match_all", "series_of"]


def match_all(
    known: Known,
    local: LocalState,
    lists: ListPlan,
    lines: Sequence[Line],
    remote: Mapping[str, Presence[RemoteItem]],
    leaving: frozenset[Leaving],
    dialect: Dialect,
    overdue: Collection[str],
    series: Mapping[str, Series],
) -> Matched:
    """Which line is which reminder, with ids chosen for new ones; ``remote`` is iCloud's side.

    ``leaving``, ``overdue`` and ``series`` are as ``match_lines`` has them.
    """
    agreed = known.base.keys() | known.archived
    unagreed = {
        id: dialect.shown(item.value.reminder)
        for id, item in remote.items()
        if isinstance(item, Present) and id not in agreed
    }
    strangers = {id: one for id, one in unagreed.items() if id not in known.traces}
    blocks = {block: id for id, block in known.blocks.items()}
    standing = {blocks.get(line.block or "") for line in lines}
    met = unagreed.keys() & known.traces.keys() - standing  # and given no id, for all that shows
    several = contested(lines, blocks) & known.reminders.keys()
    matched = match_lines(
        lines,
        blocks=blocks,
        traces=with_titles(followed(known, local, lists), met, lists, dialect),
        registry=Registry(
            known.blocks.keys() | known.gone,
            strangers,
            overdue,
            {id for id in unagreed if _is_to_be_shown(remote[id], lists)},
            unagreed,
        ),
        leaving=left_behind(leaving, known, lines, remote, dialect),
        away=known.vanished,
        aside={blocks[block] for block in local.aside() if block in blocks},
        series=series,
        said={id: dialect.shown(known.reminders[id]) for id in several},
        before={
            one.id: known_before(one, known.base[one.id], dialect)
            for one in leaving
            if one.id in several & known.base.keys()
        },
        marks=dialect.marks,
        apart=dialect.layout.per_task,
    )
    matched.doubtful -= met
    matched.unstamped -= _ignored(matched, lists, dialect)
    _name_new(known, matched, dialect)
    return matched


def _is_to_be_shown(item: Presence[RemoteItem], lists: ListPlan) -> bool:
    if not isinstance(item, Present) or not item.value.visible:
        return False
    view = lists.views.get(item.value.reminder.list)
    return (
        view is not None and bool(view.path and not view.blocked) and view.mode is not Mode.IGNORE
    )


def _ignored(matched: Matched, lists: ListPlan, dialect: Dialect) -> set[Spot]:
    """The lines in files of lists that are ignored: nothing is written there, no id either."""
    modes = {id: view.mode for id, view in lists.views.items()}
    silent = {place for place, id in lists.owner.items() if modes.get(id) is Mode.IGNORE}
    return {spot for spot in matched.unstamped if dialect.layout.place_of(spot[0]) in silent}


def series_of(known: Known) -> dict[str, Series]:
    """Open reminders that repeat, each with the copy that its present occurrence leaves."""
    series: dict[str, Series] = {}
    for id, values in known.base.items():
        rule, due = values.get(Field.REPEAT), values.get(Field.DUE)
        if not isinstance(rule, Rule) or values.get(Field.DONE) is not None:
            continue
        copy = None
        if isinstance(due, AllDay | Floating | Zoned):
            copy = _copy_there(known, id, due) or copy_id(id, due)
        series[id] = Series(rule, copy)
    return series


def _copy_there(known: Known, id: str, due: Due) -> str | None:
    """The copy that a device left, where it completed this occurrence already.

    It has the title of that moment; the series may have got another one since, on either side.
    """
    goes_on = known.reminders.get(id)
    if goes_on is None or goes_on.due == due:
        return None
    titles = {goes_on.title, known.base[id].get(Field.TITLE)}
    titles |= {known.traces[id].title} if id in known.traces else set()
    copies = [
        one.id
        for one in known.reminders.values()
        if one.id not in known.base
        and one.done is not None
        and one.title in titles
        and (one.list, one.due) == (goes_on.list, due)
        and not known.rows[one.id].deleted
    ]
    return copies[0] if len(copies) == 1 else None


def _name_new(known: Known, matched: Matched, dialect: Dialect) -> None:
    """Choose block ids for lines that are new; one that a person wrote there is taken over."""
    known.blocks.update({id: block for block, id in matched.adopted.items()})
    # One that stood in a file that was not looked at is known by its place, and has no id yet.
    spots = {*matched.new, *matched.unstamped}
    new = {matched.ids[spot] for spot in spots} - known.blocks.keys()
    taken = {block: id for id, block in known.blocks.items()}
    known.blocks.update(dialect.assign_blocks(new, taken))
