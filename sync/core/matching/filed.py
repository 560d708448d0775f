"""Lines that a tool put away: what a completed line in ``done.txt`` means for its reminder. Pure.

Such a line is a tick, said once. From then on the reminder is archived: nothing that happens to
the line means anything, and only a reminder that is open again gets a line in its list's file.
"""

from __future__ import annotations

from dataclasses import replace

from store.model import (
    Absent,
    AllDay,
    Completion,
    Field,
    Floating,
    Present,
    Reminder,
    Value,
    Zoned,
)
from sync.core.actions import (
    AddLine,
    Complete,
    Create,
    Forget,
    Learn,
    Plan,
    SetLine,
    Update,
    merged_plans,
)
from sync.core.case import Case
from sync.core.merging.lift import overlay
from sync.core.merging.merge import MISSING
from sync.core.repeating.occurrence import Occurrence
from sync.core.repeating.series import Tick, has_gone_on, tick_means, until_it_goes_on
from sync.core.snapshot import NEVER, Filed

__all__ = ["plan_filed"]


def plan_filed(case: Case, filed: Filed, closed: str) -> Plan:
    """What becomes of a reminder whose only line was put away.

    ``closed`` says why nothing may be sent from files; then the line comes back.
    """
    remote = case.remote
    if isinstance(remote, Absent):
        if case.base:
            return Plan(forgotten=(Forget(case.id),))
        is_new = remote == NEVER and filed.done is not None and not closed
        return Plan(pushes=(Create(case.id, _whole(filed)),)) if is_new else Plan()
    if not isinstance(remote, Present) or Field.DONE in remote.value.reminder.opaque:
        return Plan()
    there = remote.value.reminder
    if there.done is not None:
        return _learned(case, there)
    if case.view(there).path is None:
        return Plan()
    pending = case.pending
    if pending is not None and not closed:
        if not _is_next(case, pending, filed):
            return _until_it_goes_on(case.id, pending, there)
        if not has_gone_on(pending, there):
            return Plan(pushes=(Complete(case.id, pending, Completion()),))
    if filed.done is None or closed or not case.base:
        return Plan(renders=(AddLine(case.id, there),))
    if there.repeat is not None or Field.REPEAT in there.opaque:
        series = _series(case, filed.done, there)
        if series is not None:
            return series
    tick = Plan(pushes=(Update(case.id, {Field.DONE: filed.done}),))
    return merged_plans((tick, _learned(case, replace(there, opaque=there.opaque | {Field.DONE}))))


def _whole(filed: Filed) -> Reminder:
    """The reminder as the line says it; the rule of a completed one says nothing."""
    return replace(filed.reminder, opaque=filed.reminder.opaque - {Field.REPEAT})


def _learned(case: Case, there: Reminder) -> Plan:
    """No line says otherwise: whatever iCloud says is agreed on."""
    news: dict[Field, Value] = {
        name: value
        for name, value in there.values().items()
        if case.base.get(name, MISSING) != value
    }
    return Plan(learned=(Learn(case.id, news),)) if news else Plan()


def _series(case: Case, done: Completion, there: Reminder) -> Plan | None:
    """A tick of a tool completes one occurrence, and the line comes back for the next."""
    before = case.base.get(Field.DUE, MISSING)
    due = before if isinstance(before, AllDay | Floating | Zoned) else None
    meaning = tick_means(Tick(case.id, done, there, due))
    return None if meaning is None else _with_line(case.id, meaning, there)


def _is_next(case: Case, pending: Occurrence, filed: Filed) -> bool:
    """Whether the line had come back for the next occurrence, and was put away for that."""
    following = Reminder(case.id, due=pending.next_due)
    said = filed.reminder.due if filed.done is not None else None
    came = case.base.get(Field.DUE) == pending.next_due
    return came and said is not None and said == case.policy.shown(following).due


def _until_it_goes_on(id: str, pending: Occurrence, there: Reminder) -> Plan:
    """The occurrence was completed here; that the line has to come back may not have been done."""
    if has_gone_on(pending, there):
        return Plan(renders=(AddLine(id, there),))
    done = Completion()
    return _with_line(id, until_it_goes_on(pending, replace(there, done=done), done, None), there)


def _with_line(id: str, meaning: Plan, there: Reminder) -> Plan:
    """The plan with a whole line in the list in the place of changes of one."""
    line = there
    for op in meaning.renders:
        if isinstance(op, SetLine):
            line = overlay(line, op.changes)
    return replace(meaning, renders=(AddLine(id, line),))
