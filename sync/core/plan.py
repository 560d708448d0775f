"""The planner: three states in, one plan out. Pure and total; the case table is ``_decide``.

Rules it keeps
1. Nothing is decided on an unknown: neither side is touched, the id waits.
2. A deletion needs an absence with evidence on one side and *no edit* on the other: an edit beats
   a deletion, and is shown again.
3. Only fields that were understood on both sides are merged (``Reminder.opaque``).
4. What was sent and not answered is evidence: where remote shows it, the base learns it first.
5. A read-only list receives nothing from files: what would have been sent is held.

It does not know how a change is written, sent or counted; ``sync.core.guard`` holds deletions back.
"""

from __future__ import annotations

from dataclasses import replace
from operator import attrgetter
from typing import assert_never

from store.model import (
    Absent,
    AllDay,
    Completion,
    Field,
    Floating,
    Presence,
    Present,
    Reminder,
    Unknown,
    Value,
    Zoned,
)
from sync.core.actions import (
    AddLine,
    Create,
    Delete,
    Forget,
    Hold,
    HoldKind,
    Learn,
    Plan,
    RemoveLine,
    Undelete,
    Update,
    Why,
    merged_plans,
)
from sync.core.archive import by_family
from sync.core.case import Case, case_of
from sync.core.matching.filed import plan_filed
from sync.core.merging.fields import (
    BLANK,
    Fields,
    hold_back,
    hold_crossing,
    keep_unsayable,
    line_change,
    merge_fields,
    move_whole,
)
from sync.core.merging.lift import PLACE, as_reminder, lift, overlay
from sync.core.merging.merge import MISSING, Base, Side
from sync.core.orphans import to_the_top
from sync.core.repeating.occurrence import Occurrence, copy_id
from sync.core.repeating.series import Tick, has_gone_on, tick_means, until_it_goes_on
from sync.core.snapshot import (
    NEVER,
    LocalItem,
    Mode,
    Policy,
    RemoteItem,
    Snapshot,
)

__all__ = ["make_plan"]

NOTHING = Plan()
FIELDS = tuple(Field)
VALUES = attrgetter(*FIELDS)  # of a reminder, in the order of ``FIELDS``


def make_plan(snapshot: Snapshot, policy: Policy) -> Plan:
    """Plan every reminder that any state knows, in the order of their ids."""
    plan = merged_plans(_plan_item(case_of(snapshot, policy, id)) for id in snapshot.ids())
    return by_family(to_the_top(plan, snapshot), snapshot)


def _plan_item(case: Case) -> Plan:
    sides = (case.local, case.remote)
    views = [case.view(side.value.reminder) for side in sides if isinstance(side, Present)]
    if _carried_off(case):
        views = views[:1]
    if any(view.blocked or view.mode is Mode.IGNORE for view in views):
        return _with_learned(case, NOTHING)
    closed = next((view.closed for view in views if view.mode is Mode.READ_ONLY), "")
    filed = case.filed
    plan = _decide(case, closed) if filed is None else plan_filed(case, filed, closed)
    if case.pending is not None and _arrived(case.pending, case.remote):
        plan = merged_plans((Plan(arrived=(case.pending,)), plan))
    return _with_learned(case, plan)


def _with_learned(case: Case, plan: Plan) -> Plan:
    """The plan with what evidence shows, which is not kept, whether or not anything can be done."""
    if not case.learned or plan.forgotten:
        return plan
    return merged_plans((Plan(learned=(Learn(case.id, case.learned),)), plan))


def _carried_off(case: Case) -> bool:
    """Whether its line was moved to another file, out of a list that has none anymore."""
    local, remote = case.local, case.remote
    if not (isinstance(local, Present) and isinstance(remote, Present)):
        return False
    left, now = remote.value.reminder.list, local.value.reminder.list
    view = case.lists.get(left)
    return (
        view is not None
        and left == case.base.get(Field.LIST) != now
        and view.blocked != ""
        and view.path is None
        and view.mode is Mode.TWO_WAY
    )


def _arrived(pending: Occurrence, remote: Presence[RemoteItem]) -> bool:
    if isinstance(remote, Present):
        return has_gone_on(pending, remote.value.reminder)
    return isinstance(remote, Absent)


def _decide(case: Case, closed: str) -> Plan:
    """The case table: presence here x presence there x whether they ever agreed.

    ``closed`` says why nothing may be sent from files, and is empty where all may be.
    """
    match case.local, case.remote:
        case (Unknown(), _) | (_, Unknown()):
            return NOTHING
        case Present(value=local), Present(value=remote):
            return _both(case, local, remote, closed)
        case Present(value=local), Absent():
            return _only_local(case, local, closed)
        case Absent(), Present(value=remote):
            return _only_remote(case, remote, closed)
        case Absent(), Absent():
            return Plan(forgotten=(Forget(case.id),)) if case.base else NOTHING
        case _ as never:
            assert_never(never)  # type: ignore[arg-type]  # a pair of unions is not narrowed


# ---- both sides have it -----------------------------------------------------------------------


def _both(case: Case, local: LocalItem, remote: RemoteItem, closed: str) -> Plan:
    if _at_rest(case, local, remote):
        return NOTHING
    wins = Side.CLOUD if closed else case.policy.wins
    fields = merge_fields(case, local, remote, wins)
    # What was carried off has no place to go back to here, whoever wins.
    place = Side.FILES if _carried_off(case) else wins
    move_whole(case.id, fields, remote.reminder, place)
    keep_unsayable(case, fields, remote.reminder)
    hold_back(case, fields, closed)
    hold_crossing(case, fields, remote.reminder)
    if remote.reminder.repeat is not None or Field.REPEAT in remote.reminder.opaque:
        series = _series(case, fields, remote.reminder)
        if series is not None:
            return series
    quiet = not (fields.pushes or fields.renders or fields.holds)
    if quiet and not remote.visible and (local.clean or case.policy.archive):
        why = Why.ARCHIVED if case.policy.archive else Why.AGED
        return Plan(renders=(RemoveLine(case.id, why),))
    return Plan(
        pushes=(Update(case.id, fields.pushes),) if fields.pushes else (),
        renders=line_change(case, fields),
        learned=(Learn(case.id, fields.learned),) if fields.learned else (),
        conflicts=tuple(fields.conflicts),
        holds=tuple(fields.holds),
    )


def _at_rest(case: Case, local: LocalItem, remote: RemoteItem) -> bool:
    """Whether all three say the same, as nearly all do nearly always: no field need be merged."""
    there, base = remote.reminder, case.base
    return (
        remote.visible
        and len(base) == len(FIELDS)
        and tuple(base[name] for name in FIELDS) == VALUES(there)
        and local.reminder == case.policy.shown(there)
    )


def _series(case: Case, fields: Fields, remote: Reminder) -> Plan | None:
    """What a reminder that repeats does otherwise than others; ``None``: nothing, now."""
    before = fields.learned.get(Field.DUE, case.base.get(Field.DUE, MISSING))
    due = before if isinstance(before, AllDay | Floating | Zoned) else None
    pending = case.pending
    if pending is not None and not has_gone_on(pending, remote):
        return until_it_goes_on(pending, fields.seen, Completion(), due)
    done = fields.pushes.get(Field.DONE)
    if not isinstance(done, Completion):
        return None
    is_over = _is_over(case, remote)
    if due == remote.due and not is_over and fields.pushes.get(Field.DUE) is not None:
        del fields.pushes[Field.DONE]  # one after the other: the tick is for the day that was given
        return None
    meaning = tick_means(Tick(case.id, done, remote, due, is_over))
    if meaning is not None and not meaning.pushes and not meaning.renders:
        del fields.pushes[Field.DONE]  # held: the rest is planned as ever
        fields.holds += meaning.holds
        return None
    return meaning


def _is_over(case: Case, remote: Reminder) -> bool:
    """Whether the line names an occurrence before that of iCloud, whose copy is there."""
    local = case.local.value.reminder if isinstance(case.local, Present) else remote
    due = local.due
    return due is not None and due != remote.due and copy_id(case.id, due) in case.there


# ---- one side has it --------------------------------------------------------------------------


def _only_local(case: Case, local: LocalItem, closed: str) -> Plan:
    if not case.base:
        return _unremembered(case, local, closed)
    base = as_reminder(case.id, case.base)
    seen = lift(local.reminder, case.policy.shown, base)
    edits = {name: value for name, value in seen.values().items() if _edited(case, name, value)}
    if not edits and (closed or not case.returned):
        # Deleted there, untouched here: the line goes.
        return Plan(renders=(RemoveLine(case.id, Why.DELETED),))
    if closed:
        return _held(case, HoldKind.READ_ONLY, f"{closed}; deleted in iCloud but edited here")
    # Deleted there, edited here or back since: it stays.
    whole = replace(overlay(seen, case.base), opaque=seen.opaque.difference(case.base))
    return Plan(pushes=(Undelete(case.id, overlay(whole, edits)),))


def _edited(case: Case, name: Field, value: Value) -> bool:
    """Whether a person said it: what was never agreed on was never written by us."""
    if name is Field.IMAGES:
        return False  # their lines are nobody's edit
    if name in case.base:
        return value != case.base[name]
    return name not in PLACE and value != BLANK.value(name)


def _unremembered(case: Case, local: LocalItem, closed: str) -> Plan:
    if case.returned and not closed:
        # Deleted there since the line was gone, which is back: pasted late, or from a backup.
        return Plan(pushes=(Undelete(case.id, local.reminder),))
    if case.remote != NEVER:
        # Deleted there, and nothing says that it was ever agreed on here.
        reason = (
            f"it stands in {local.path} but was deleted in iCloud; delete the line, or change its"
            " id to keep it as a new reminder"
        )
        return _held(case, HoldKind.GONE_IN_ICLOUD, reason)
    if closed:
        return _held(case, HoldKind.READ_ONLY, f"{closed}; new in {local.path} and not sent")
    # A new line; the rule of a completed one says nothing.
    new = local.reminder
    if new.done is not None:
        new = replace(new, opaque=new.opaque - {Field.REPEAT})
    new = replace(new, images=frozenset())  # never sent: lines with images stay a person's words
    return Plan(pushes=(Create(case.id, new),))


def _only_remote(case: Case, remote: RemoteItem, closed: str) -> Plan:
    path = case.view(remote.reminder).path
    if path is None:
        return NOTHING
    if Field.TITLE in remote.reminder.opaque:
        reason = f"its title in iCloud cannot be read here, so it has no line in {path}"
        return _held(case, HoldKind.UNREADABLE, reason) if remote.visible else NOTHING
    if not remote.visible:
        # Completed too long ago to be shown: that it has no line says nothing.
        forgets = case.base and not case.archived
        return Plan(forgotten=(Forget(case.id),)) if forgets else NOTHING
    if _edited_there(case, remote) or closed or case.archived:
        # New there; or the line was deleted here and it was edited there: the edit stays.
        return Plan(renders=(AddLine(case.id, remote.reminder),))
    # Line deleted here, untouched there.
    return Plan(pushes=(Delete(case.id, case.policy.purge),))


def _edited_there(case: Case, remote: RemoteItem) -> bool:
    """Whether iCloud says what was never agreed on.

    Of a field that the line had no readable words for nothing was: saying nothing is no edit. Nor
    is the rule of a completed reminder, which no line says; nor that what it was beneath went, or
    went elsewhere, of which its own record says nothing.
    """
    there = remote.reminder
    before: dict[Field, Base] = {}
    if case.base:
        before = {name: BLANK.value(name) for name in Field}
        if there.done is not None:
            before[Field.REPEAT] = there.repeat
    before |= case.base
    if before.get(Field.PARENT) in remote.above:
        before[Field.PARENT] = there.parent
    return any(
        value != before.get(name, MISSING)
        for name, value in there.values().items()
        if name is not Field.IMAGES
    )


def _held(case: Case, kind: HoldKind, reason: str) -> Plan:
    return Plan(holds=(Hold(case.id, kind, reason),))
