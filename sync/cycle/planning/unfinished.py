"""Which lines do moves of ours leave behind that could not be finished, and what is theirs now?

A line is put into its new file before it is taken out of the old one, so that it is never nowhere.
In between a person may save either, and a phone may move the reminder on, or back.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace

from store.model import Field, Presence, Present, Reminder
from sync.core.actions import MoveLine, Plan
from sync.core.listplan import ListPlan
from sync.core.matching.claims import has_news
from sync.core.matching.match import Leaving, Line, Spot, Trace, words
from sync.core.merging.lift import as_reminder
from sync.core.snapshot import RemoteItem
from sync.cycle.planning.known import Known
from sync.local.formats import Dialect
from sync.local.layout import Layout

__all__ = ["first_out", "follow_moves", "left_behind"]

Remote = Mapping[str, Presence[RemoteItem]]


def follow_moves(
    leaving: frozenset[Leaving], known: Known, lists: ListPlan, dialect: Dialect
) -> frozenset[Leaving]:
    """Lines of unfinished moves, in the place that their list has now: a person may rename it."""
    found = set()
    for one in leaving:
        id, place = known.list_at.get(one.path, ""), dialect.layout.place_of(one.path)
        now = lists.views[id].path if id in lists.views else None
        if now is None or lists.owner.get(place) == id:
            found.add(one)
        else:
            found.add(one._replace(path=now + one.path.removeprefix(place)))
    return frozenset(found)


def left_behind(
    leaving: frozenset[Leaving],
    known: Known,
    lines: Sequence[Line],
    remote: Remote,
    dialect: Dialect,
) -> frozenset[Leaving]:
    """Lines that go as soon as theirs stands elsewhere: of our moves, and of other machines'."""
    ids = {block: id for id, block in known.blocks.items()}
    standing = [(id, line) for line in lines if (id := ids.get(line.block or ""))]
    ours = _turned_back(leaving, known, standing, remote)
    return ours | _carried_ahead(ours, known, standing, remote, dialect)


def _turned_back(
    leaving: frozenset[Leaving],
    known: Known,
    standing: Sequence[tuple[str, Line]],
    remote: Remote,
) -> frozenset[Leaving]:
    """Of a reminder that is moved back to where its line was left behind, the other line goes.

    Unless that one says something else: what was left behind is the older word then. Nor where a
    person has carried it on, and both sides have moved it.
    """
    found = {*leaving}
    for id, line in standing:
        here, item = _left(id, line), remote.get(id)
        if here not in leaving or not isinstance(item, Present):
            continue
        beside = [one for other, one in standing if other == id and _left(id, one) not in leaving]
        others = {_left(id, one) for one in beside}
        alike = all(one.words == here.words for one in others)
        agreed = known.base.get(id, {}).get(Field.LIST)
        lists = {None, item.value.reminder.list, *(one.reminder.list for one in beside)}
        is_back = agreed in lists and item.value.reminder.list == line.reminder.list
        if others and alike and is_back:
            found = (found - {here}) | others
    return frozenset(found)


def _carried_ahead(
    leaving: Collection[Leaving],
    known: Known,
    standing: Sequence[tuple[str, Line]],
    remote: Remote,
    dialect: Dialect,
) -> frozenset[Leaving]:
    """Lines that iCloud moved, of which another machine's file with the new place is here first.

    One on which somebody typed since it was agreed on stays; then the other one goes, if nobody did
    that there.
    """
    found = set()
    for id, line in standing:
        item, trace = remote.get(id), known.traces.get(id)
        if trace is None or line.path == trace.path or not isinstance(item, Present):
            continue
        was, now = known.base.get(id, {}).get(Field.LIST), item.value.reminder.list
        is_there = was is not None and was != now == line.reminder.list
        if not is_there or _left(id, line) in leaving:
            continue
        if not _is_as_moved(line.reminder, trace, item.value.reminder, dialect):
            continue
        agreed = as_reminder(id, known.base.get(id, {}))
        sides = (dialect.shown(agreed), dialect.shown(item.value.reminder))
        stays = [one for other, one in standing if (other, one.path) == (id, trace.path)]
        if not any(has_news(one.reminder, *sides) for one in stays):
            found.add(Leaving(trace.path, id, words(trace.text, trace.notes)))
        elif not has_news(line.reminder, *sides):
            found.add(_left(id, line)._replace(path=trace.path))
    return frozenset(found)


def _is_as_moved(line: Reminder, trace: Trace, there: Reminder, dialect: Dialect) -> bool:
    """Whether a line may be what a machine put there: else somebody copied it by hand.

    A machine takes the notes along, and a title that both sides know; taken for moved, those of the
    reminder would be gone.
    """
    notes_known = Field.NOTES not in line.opaque | there.opaque
    has_notes = line.notes or not (notes_known and trace.notes and there.notes)
    titles = {dialect.shown(replace(there, title=one)).title for one in (trace.title, there.title)}
    return bool(has_notes) and line.title in titles


def _left(id: str, line: Line) -> Leaving:
    return Leaving(line.path, id, words(line.text, line.reminder.notes))


def first_out(
    plan: Plan, leftovers: Mapping[Spot, str], lists: ListPlan, layout: Layout
) -> tuple[Plan, bool]:
    """The plan without moves into a file that the same line still has to leave; whether any was.

    There the one that is put in and the one that is taken out could not be told apart.
    """
    behind = {(id, layout.place_of(path)) for (path, _), id in leftovers.items()}
    waiting = [
        op
        for op in plan.renders
        if isinstance(op, MoveLine)
        and (view := lists.views.get(op.reminder.list)) is not None
        and (op.id, view.path) in behind
    ]
    if not waiting:
        return plan, False
    return replace(plan, renders=tuple(op for op in plan.renders if op not in waiting)), True
