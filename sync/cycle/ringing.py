"""Which reminders of the mirror can ring here: open ones, of lists that are wanted here."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

from store.activity.outbox import Intent
from store.db import Store
from store.model import AtTime, Field, Floating, Zoned
from store.rows import AlarmRow, ReminderRow, TriggerRow
from sync.core.alarms import day_of
from sync.core.repeating.ringing import Dated
from sync.core.snapshot import Mode
from sync.local.files import Unsettled, read_stable
from sync.local.formats import Dialect

__all__ = ["Remindable", "remindable", "ticked_in_files"]


@dataclass(frozen=True, slots=True)
class Remindable:
    """A reminder that rings, and what is said of it; ``may_edit``: it can be ticked from here.

    ``path`` is the file in which its line was last seen, ``block`` the id on it.
    """

    dated: Dated
    title: str
    list: str
    may_edit: bool = True
    path: str | None = None
    block: str | None = None


def remindable(store: Store, mode_of: Callable[[str], Mode]) -> list[Remindable]:
    """All that can ring, by id; ``mode_of`` says what is done with the list of that name.

    What is ticked here and not yet in iCloud does not ring any more.
    """
    lists = {row.id: row for row in store.mirror.lists()}
    shared = store.mirror.shared_lists()
    forgotten = store.forgotten.all()
    rows, rung, triggers = store.mirror.ringing()
    alarms = _Alarms(rung, triggers)
    lines, blocks = store.places.all_lines(), store.places.all_blocks()
    ticked = _ticked([*store.outbox.queued(), *store.outbox.in_flight()])
    found = []
    for row in rows:
        home = lists.get(row.list_id)
        name = home.name if home is not None else ""
        mode = mode_of(name)
        if mode is Mode.IGNORE or row.list_id in forgotten or row.id in ticked:
            continue
        theirs = shared.get(row.list_id)
        read_only = (home is not None and home.read_only) or (
            theirs is not None and theirs.read_only
        )
        may_edit = mode is Mode.TWO_WAY and not read_only
        line, block = lines.get(row.id), blocks.get(row.id)
        found.append(
            Remindable(
                alarms.of(row),
                row.title,
                name,
                may_edit,
                line.path if line is not None else None,
                block.block if block is not None else None,
            )
        )
    return found


def ticked_in_files(root: Path, dialect: Dialect, found: Iterable[Remindable]) -> set[str]:
    """Those of ``found`` whose lines are ticked, which iCloud may not have heard of without a
    network; what cannot be read now says nothing.
    """
    wanted: defaultdict[str, dict[str, str]] = defaultdict(dict)
    for one in found:
        if one.path is not None and one.block is not None:
            wanted[one.path][one.block] = one.dated.id
    ticked = set()
    for path, blocks in wanted.items():
        read = read_stable((root / path).resolve())
        if isinstance(read, Unsettled):
            continue
        try:
            tasks = dialect.parser(path)(read.data).tasks
        except ValueError:
            continue
        done = (task.block for task in tasks if task.reminder.done is not None)
        ticked |= {blocks[block] for block in done if block in blocks}
    return ticked


class _Alarms:
    """The date alarms of all that rings, read once."""

    def __init__(self, alarms: Iterable[AlarmRow], triggers: Iterable[TriggerRow]) -> None:
        self._alarms = {alarm.id: alarm for alarm in alarms}
        self._triggers: defaultdict[str, list[TriggerRow]] = defaultdict(list)
        for one in triggers:
            self._triggers[one.alarm_id].append(one)

    def of(self, row: ReminderRow) -> Dated:
        """What of a reminder can ring."""
        day = day_of(row.due)
        moments: set[Floating | Zoned] = set()
        dismissed_ms = 0
        for alarm_id in row.alarm_ids:
            if alarm_id not in self._alarms:
                continue
            for trigger in self._triggers[alarm_id]:
                said = trigger.alarm(day)
                if isinstance(said, AtTime):
                    moments.add(said.at)
                    dismissed_ms = max(dismissed_ms, self._alarms[alarm_id].acknowledged_ms or 0)
        return Dated(
            row.id,
            row.due,
            frozenset(moments),
            row.early,
            created=(row.created_ms or 0) / 1000,
            dismissed=dismissed_ms / 1000,
        )


def _ticked(waiting: list[Intent]) -> set[str]:
    """Reminders whose completion, or deletion, is on its way to iCloud."""
    return {
        intent.id
        for intent in waiting
        if intent.kind == "delete" or intent.changes.get(Field.DONE) is not None
    }
