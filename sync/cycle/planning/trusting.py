"""Checks what is about to be acted on: a row that says otherwise than its record is not believed.

A record is kept with a checksum, what it decodes to is not. So before anything is changed for the
sake of a row, it is decoded once more; what a failing disk, or an older release, left there is put
right, and the plan made again. What is new on one side is not looked at: it came just now.
"""

from __future__ import annotations

from collections.abc import Iterable

from store.db import Store
from store.remote.zones import PRIVATE
from sync.core.actions import AddLine, Create
from sync.cycle.observing.mirroring import decoded_row
from sync.cycle.observing.observe import remember
from sync.cycle.planning.planner import Planned

__all__ = ["put_right"]


def put_right(store: Store, planned: Planned) -> bool:
    """Whether rows that the plan rests on were wrong; they are right now."""
    names = sorted({*_reminders(planned), *_lists(planned)})
    if not names:
        return False
    records = store.mirror.records(names)
    own = store.mirror.zone(PRIVATE)
    me = own.owner if own is not None else ""
    decoded = {
        name: decoded_row(record, store.documents.get, me) for name, record in records.items()
    }
    wrong = store.mirror.otherwise(decoded.items())
    if not wrong:
        return False
    with store.commit("put-right"):
        store.mirror.forget_decoded(wrong)
        for name in sorted(wrong):
            remember(store, [records[name]], store.mirror.zone_of(name) or PRIVATE)
    return True


def _reminders(planned: Planned) -> Iterable[str]:
    plan, rows = planned.plan, planned.known.rows
    for op in (*plan.pushes, *plan.renders):
        if op.id in rows and not isinstance(op, AddLine | Create):
            yield rows[op.id].record_name


def _lists(planned: Planned) -> Iterable[str]:
    lists, rows = planned.lists, planned.known.list_rows
    changed = [op.id for op in lists.update_lists]
    changed += [op.id for op in lists.rename_files]
    changed += [op.id for op in lists.heads]
    changed += [op.id for op in lists.rebinds]
    changed += [op.id for op in lists.label_files]
    changed += [*lists.delete_lists, *lists.delete_groups, *lists.ended]
    return [rows[id].record_name for id in changed if id in rows]
