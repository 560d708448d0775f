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

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
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
    Conflict,
    Create,
    Delete,
    Forget,
    Hold,
    HoldKind,
    Learn,
    MoveLine,
    Plan,
    RemoveLine,
    RenderOp,
    SetLine,
    Undelete,
    Update,
    Why,
    merged_plans,
)
from sync.core.lift import PLACE, as_reminder, lift, overlay
from sync.core.merge import MISSING, Agreed, Conflicted, Joined, Push, Render, Side, merge
from sync.core.occurrence import Occurrence
from sync.core.series import Tick, has_gone_on, tick_means, until_it_goes_on
from sync.core.snapshot import (
    NEVER,
    Evidence,
    ListView,
    LocalItem,
    Mode,
    Policy,
    RemoteItem,
    Snapshot,
)

__all__ = ["make_plan"]

NOTHING = Plan()
BLANK = Reminder("")
FIELDS = tuple(Field)
VALUES = attrgetter(*FIELDS)  # of a reminder, in the order of ``FIELDS``
Values = Mapping[Field, Value]


def make_plan(snapshot: Snapshot, policy: Policy) -> Plan:
    """Plan every reminder that any state knows, in the order of their ids."""
    return merged_plans(_plan_item(_case(snapshot, policy, id)) for id in snapshot.ids())


@dataclass(frozen=True, slots=True)
class _Case:
    """One reminder's three states; ``learned`` is what evidence adds to the stored base."""

    id: str
    remote: Presence[RemoteItem]
    local: Presence[LocalItem]
    base: Values
    learned: Values
    policy: Policy
    pending: Occurrence | None
    lists: Mapping[str, ListView]

    def view(self, reminder: Reminder) -> ListView:
        known = self.lists.get(reminder.list)
        return known or ListView(reminder.list, "", None, blocked="its list is not known")


def _case(snapshot: Snapshot, policy: Policy, id: str) -> _Case:
    remote = snapshot.remote_of(id)
    stored = snapshot.base.get(id, {})
    learned = _learn(snapshot.in_flight.get(id, Evidence()), stored, remote)
    return _Case(
        id=id,
        remote=remote,
        local=snapshot.local_of(id),
        base={**stored, **learned} if learned else stored,
        learned=learned,
        policy=policy,
        pending=snapshot.pending.get(id),
        lists=snapshot.lists,
    )


def _learn(evidence: Evidence, stored: Values, remote: Presence[RemoteItem]) -> Values:
    """What the base learns from operations that were sent and never answered."""
    if not evidence.sent or not isinstance(remote, Present):
        return {}
    there = remote.value.reminder.values()
    return {
        name: there[name]
        for name, values in evidence.sent.items()
        if name in there and there[name] in values and stored.get(name, MISSING) != there[name]
    }


def _plan_item(case: _Case) -> Plan:
    sides = (case.local, case.remote)
    views = [case.view(side.value.reminder) for side in sides if isinstance(side, Present)]
    if any(view.blocked or view.mode is Mode.IGNORE for view in views):
        return NOTHING
    closed = next((view.closed for view in views if view.mode is Mode.READ_ONLY), "")
    plan = _decide(case, closed)
    if case.pending is not None and _arrived(case.pending, case.remote):
        plan = merged_plans((Plan(arrived=(case.pending,)), plan))
    if case.learned and not plan.forgotten:
        return merged_plans((Plan(learned=(Learn(case.id, case.learned),)), plan))
    return plan


def _arrived(pending: Occurrence, remote: Presence[RemoteItem]) -> bool:
    if isinstance(remote, Present):
        return has_gone_on(pending, remote.value.reminder)
    return isinstance(remote, Absent)


def _decide(case: _Case, closed: str) -> Plan:
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


@dataclass(slots=True)
class _Fields:
    """What the merge of all fields of one reminder comes to; ``seen`` is what the file says."""

    seen: Reminder
    pushes: dict[Field, Value] = field(default_factory=dict)
    renders: dict[Field, Value] = field(default_factory=dict)
    learned: dict[Field, Value] = field(default_factory=dict)
    conflicts: list[Conflict] = field(default_factory=list)
    holds: list[Hold] = field(default_factory=list)


def _both(case: _Case, local: LocalItem, remote: RemoteItem, closed: str) -> Plan:
    if _at_rest(case, local, remote):
        return NOTHING
    wins = Side.CLOUD if closed else case.policy.wins
    fields = _merge_fields(case, local, remote, wins)
    _move_whole(case.id, fields, remote.reminder, wins)
    _keep_unsayable(case, fields, remote.reminder)
    _hold_back(case, fields, closed)
    if remote.reminder.repeat is not None or Field.REPEAT in remote.reminder.opaque:
        series = _series(case, fields, remote.reminder)
        if series is not None:
            return series
    quiet = not (fields.pushes or fields.renders or fields.holds)
    if quiet and not remote.visible and local.clean and not local.has_subtasks:
        return Plan(renders=(RemoveLine(case.id, Why.AGED),))
    return Plan(
        pushes=(Update(case.id, fields.pushes),) if fields.pushes else (),
        renders=_line_change(case, fields),
        learned=(Learn(case.id, fields.learned),) if fields.learned else (),
        conflicts=tuple(fields.conflicts),
        holds=tuple(fields.holds),
    )


def _at_rest(case: _Case, local: LocalItem, remote: RemoteItem) -> bool:
    """Whether all three say the same, as nearly all do nearly always: no field need be merged."""
    there, base = remote.reminder, case.base
    return (
        remote.visible
        and len(base) == len(FIELDS)
        and tuple(base[name] for name in FIELDS) == VALUES(there)
        and local.reminder == case.policy.shown(there)
    )


def _merge_fields(case: _Case, local: LocalItem, remote: RemoteItem, wins: Side) -> _Fields:
    base = as_reminder(case.id, case.base) if case.base else None
    seen = lift(local.reminder, case.policy.shown, remote.reminder, base)
    fields = _Fields(seen)
    wordless = _wordless(case.policy)
    for name in Field:
        if name in remote.reminder.opaque:
            continue
        before = case.base.get(name, MISSING)
        if name in wordless:
            if remote.reminder.value(name) != before:
                fields.learned[name] = remote.reminder.value(name)
            continue
        if name in seen.opaque:
            continue
        if name is Field.REPEAT and before is MISSING and remote.reminder.repeat is not None:
            before = None  # a line that has never said anything of it has not said that it ends
        match merge(before, seen.value(name), remote.reminder.value(name), wins):
            case Agreed(value):
                if value != before:
                    fields.learned[name] = value
            case Render(value):
                fields.renders[name] = value
            case Push(value):
                fields.pushes[name] = value
            case Joined(value):
                if value != remote.reminder.value(name):
                    fields.pushes[name] = value
                if value != seen.value(name):
                    fields.renders[name] = value
            case Conflicted(winner, loser, winning):
                fields.conflicts.append(Conflict(case.id, name, winner, loser, winning))
                side = fields.renders if winning is Side.CLOUD else fields.pushes
                side[name] = winner
    return fields


def _wordless(policy: Policy) -> frozenset[Field]:
    """What the format has no words for: agreed on once it is known, blank where no one said it.

    Else it would look edited in iCloud for ever, and no deletion of a line would count.
    """
    return policy.shown(BLANK).opaque


def _move_whole(id: str, fields: _Fields, remote: Reminder, wins: Side) -> None:
    """List and parent are one place: where both sides moved it, one side's place wins whole."""
    if not (fields.pushes.keys() & PLACE and fields.renders.keys() & PLACE):
        return
    to_files = wins is Side.CLOUD
    loses, gets = (fields.pushes, fields.renders)[:: 1 if to_files else -1]
    for name in PLACE:
        if name in loses:
            here, there = fields.seen.value(name), remote.value(name)
            winner, loser = (there, here) if to_files else (here, there)
            fields.conflicts.append(Conflict(id, name, winner, loser, wins))
            del loses[name]
            gets[name] = winner


def _keep_unsayable(case: _Case, fields: _Fields, remote: Reminder) -> None:
    """What no line can say is not written: the line keeps its words, and a person is told."""
    if not fields.renders:
        return
    for name in sorted(case.policy.shown(remote).opaque & fields.renders.keys()):
        del fields.renders[name]
        if name is Field.REPEAT and remote.done is not None:
            continue  # the rule of a completed line says nothing until it is open again
        fields.conflicts = [one for one in fields.conflicts if one.field is not name]
        reason = f"no line can say its {name} in iCloud; the line keeps what it says"
        fields.holds.append(Hold(case.id, HoldKind.UNSAYABLE, reason))


def _series(case: _Case, fields: _Fields, remote: Reminder) -> Plan | None:
    """What a reminder that repeats does otherwise than others; ``None``: nothing, now."""
    pending = case.pending
    if pending is not None and not has_gone_on(pending, remote):
        return until_it_goes_on(pending, fields.seen, Completion())
    done = fields.pushes.get(Field.DONE)
    if not isinstance(done, Completion):
        return None
    before = case.base.get(Field.DUE, MISSING)
    due = before if isinstance(before, AllDay | Floating | Zoned) else None
    meaning = tick_means(Tick(case.id, done, remote, due))
    if meaning is not None and not meaning.pushes and not meaning.renders:
        del fields.pushes[Field.DONE]  # held: the rest is planned as ever
        fields.holds += meaning.holds
        return None
    return meaning


def _hold_back(case: _Case, fields: _Fields, closed: str) -> None:
    """Take out of the pushes what must not be sent, and say so."""
    if closed and fields.pushes:
        names = ", ".join(sorted(fields.pushes))
        reason = f"{closed}; edited in the file and not sent: {names}"
        fields.holds.append(Hold(case.id, HoldKind.READ_ONLY, reason))
        fields.pushes.clear()


def _line_change(case: _Case, fields: _Fields) -> tuple[RenderOp, ...]:
    changes = fields.renders
    if not changes:
        return ()
    if changes.keys() & PLACE:
        # It takes along all that it says, also what is held back or cannot be compared.
        # The rule of a completed line cannot be compared, but is known.
        unread = {name: value for name, value in case.base.items() if name in fields.seen.opaque}
        whole = overlay(overlay(fields.seen, unread), changes)
        return (MoveLine(case.id, whole, changes),)
    return (SetLine(case.id, changes),)


# ---- one side has it --------------------------------------------------------------------------


def _only_local(case: _Case, local: LocalItem, closed: str) -> Plan:
    if not case.base:
        return _unremembered(case, local, closed)
    base = as_reminder(case.id, case.base)
    seen = lift(local.reminder, case.policy.shown, base)
    edits = {name: value for name, value in seen.values().items() if _edited(case, name, value)}
    if not edits:
        # Deleted there, untouched here: the line goes.
        return Plan(renders=(RemoveLine(case.id, Why.DELETED),))
    if closed:
        return _held(case, HoldKind.READ_ONLY, f"{closed}; deleted in iCloud but edited here")
    # Deleted there, edited here: the edit stays.
    whole = replace(overlay(seen, case.base), opaque=seen.opaque.difference(case.base))
    return Plan(pushes=(Undelete(case.id, overlay(whole, edits)),))


def _edited(case: _Case, name: Field, value: Value) -> bool:
    """Whether a person said it: what was never agreed on was never written by us."""
    if name in case.base:
        return value != case.base[name]
    return name not in PLACE and value != BLANK.value(name)


def _unremembered(case: _Case, local: LocalItem, closed: str) -> Plan:
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
    return Plan(pushes=(Create(case.id, new),))


def _only_remote(case: _Case, remote: RemoteItem, closed: str) -> Plan:
    there = remote.reminder.values()
    if case.view(remote.reminder).path is None or Field.TITLE in remote.reminder.opaque:
        return NOTHING
    if not remote.visible:
        # Completed too long ago to be shown: that it has no line says nothing.
        return Plan(forgotten=(Forget(case.id),)) if case.base else NOTHING
    before = {name: BLANK.value(name) for name in _wordless(case.policy)} | dict(case.base)
    edited = any(value != before.get(name, MISSING) for name, value in there.items())
    if edited or closed:
        # New there; or the line was deleted here and it was edited there: the edit stays.
        return Plan(renders=(AddLine(case.id, remote.reminder),))
    # Line deleted here, untouched there.
    return Plan(pushes=(Delete(case.id),))


def _held(case: _Case, kind: HoldKind, reason: str) -> Plan:
    return Plan(holds=(Hold(case.id, kind, reason),))
