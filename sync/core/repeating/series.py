"""Planning reminders that repeat: a tick on the line is a command to complete one occurrence.

Rules: (1) what is ticked is the occurrence that both sides last agreed on, and where the line was
given another day as well, that day first reaches iCloud; where iCloud has gone on meanwhile, the
tick is kept as a conflict and completes nothing; (2) once written down, an occurrence is sent
until iCloud has gone on, and nothing else of the series' time is merged before that: what is typed
on a line that went on already, as the next tick, waits there; (3) a line that still names an
occurrence that was completed here was never set back: it goes on, and completes nothing; (4) a
series whose rule or date cannot be known is completed on a device only.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from store.model import Completion, Due, Field, Reminder, Rule, Value
from sync.core.actions import Complete, Conflict, Hold, HoldKind, Plan, SetLine
from sync.core.merging.merge import Side
from sync.core.repeating.occurrence import Occurrence, occurrence_of, when

__all__ = ["TIME", "Tick", "has_gone_on", "tick_means", "until_it_goes_on"]

TIME = frozenset({Field.DONE, Field.DUE, Field.REPEAT})
Values = Mapping[Field, Value]


@dataclass(frozen=True, slots=True)
class Tick:
    """A repeating reminder was ticked in its file: what stands there, and what was agreed on.

    ``is_over``: the occurrence that the line names was completed here before.
    """

    id: str
    done: Completion
    remote: Reminder
    base_due: Due | None
    is_over: bool = False


def tick_means(tick: Tick) -> Plan | None:
    """What a tick comes to; ``None`` if it completes the reminder as any other, for good."""
    remote = tick.remote
    if not isinstance(remote.repeat, Rule) or remote.due is None:
        reason = "it repeats in a way that a file cannot continue: complete it on a device"
        return Plan(holds=(Hold(tick.id, HoldKind.RECURRING, reason),))
    if tick.is_over:
        now = {Field.DONE: None, Field.DUE: remote.due, Field.REPEAT: remote.repeat}
        return Plan(renders=(SetLine(tick.id, now),))
    if tick.base_due != remote.due:
        # Completed or moved there meanwhile: the tick was for a time that has passed.
        gone_on = Conflict(tick.id, Field.DONE, None, tick.done, Side.CLOUD)
        return Plan(
            renders=(SetLine(tick.id, {Field.DONE: None, Field.DUE: remote.due}),),
            conflicts=(gone_on,),
        )
    occurrence = occurrence_of(remote)
    if occurrence is None:
        return None
    return Plan(
        pushes=(Complete(tick.id, occurrence, tick.done),),
        renders=(SetLine(tick.id, _as_it_goes_on(occurrence)),),
    )


def has_gone_on(occurrence: Occurrence, remote: Reminder) -> bool:
    """Whether iCloud's series stands elsewhere than at the occurrence that was done here."""
    return remote.due is None or when(remote.due) != occurrence.due


def until_it_goes_on(
    occurrence: Occurrence, seen: Reminder, done: Completion, base_due: Due | None
) -> Plan:
    """Send the occurrence (again), and see to it that the line has gone on.

    Where it had, by ``base_due``, and names no day that is over, what differs was typed since.
    """
    named = None if seen.due is None else when(seen.due)
    if base_due == occurrence.next_due and named != occurrence.due:
        return Plan(pushes=(Complete(occurrence.id, occurrence, done),))
    wanted = _as_it_goes_on(occurrence)
    differing = {name: value for name, value in wanted.items() if seen.value(name) != value}
    return Plan(
        pushes=(Complete(occurrence.id, occurrence, done),),
        renders=(SetLine(occurrence.id, wanted),) if differing else (),
    )


def _as_it_goes_on(occurrence: Occurrence) -> Values:
    return {
        Field.DONE: None,
        Field.DUE: occurrence.next_due,
        Field.REPEAT: occurrence.next_repeat,
    }
