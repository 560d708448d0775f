"""What a line said that stood in a file, told by its words alone.

What was agreed on of a reminder says what its line was called. While nothing is, as the two have
just met and the line has not got its id yet, only the line itself does.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import replace

from store.model import Field, Reminder, Value
from sync.core.listplan import ListPlan
from sync.core.matching.newcomers import is_named_for
from sync.core.matching.traces import Leaving, Trace
from sync.core.merging.lift import as_reminder
from sync.local.formats import Dialect

__all__ = ["as_left", "known_before", "with_titles"]


def as_left(said: str, dialect: Dialect) -> Reminder | None:
    """What a line was by all that was ``said``; ``None`` where lines do not say it alone."""
    if not dialect.marks or dialect.layout.per_task:
        return None
    text, _, notes = said.partition("\n")
    tasks = dialect.parse(f"{text.strip()}\n".encode()).tasks
    return replace(tasks[0].reminder, notes=notes) if len(tasks) == 1 else None


def known_before(
    left: Leaving, base: Mapping[Field, Value], dialect: Dialect
) -> tuple[Reminder, ...]:
    """What was known of a reminder whose line a move ``left``, as lines would say it."""
    old = as_left(left.words, dialect)
    return (dialect.shown(as_reminder(left.id, base)), *([] if old is None else [old]))


def with_titles(
    traces: Mapping[str, Trace], ids: Collection[str], lists: ListPlan, dialect: Dialect
) -> Mapping[str, Trace]:
    """The traces, those of ``ids`` with the titles that the lines had.

    But for those that were named for that title: a line without an id that says it gets that name.
    """
    titled = {}
    for id in sorted(ids):
        one, said = traces[id], as_left(traces[id].text, dialect)
        home = lists.owner.get(dialect.layout.place_of(one.path), "")
        if said is not None and not is_named_for(id, replace(said, list=home)):
            titled[id] = replace(one, title=said.title)
    return {**traces, **titled} if titled else traces
