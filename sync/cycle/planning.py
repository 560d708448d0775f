"""Planning a cycle: what the store and the folder say now, to everything that shall be done.

Reads, and decides through the pure rooms; writes nothing. A plan made twice of the same states is
the same plan.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, time
from zoneinfo import ZoneInfo

from store.db import Store
from store.model import Completion, Field, ListInfo, Present, Reminder, Value
from store.outbox import Intent
from store.sections import SectionBase
from sync.core.actions import (
    Complete,
    Create,
    Delete,
    Hold,
    HoldKind,
    Plan,
    PushOp,
    Undelete,
    Update,
)
from sync.core.archive import Archived
from sync.core.guard import guard
from sync.core.listplan import CreateList, ListBase, ListPlan, ListRules
from sync.core.lists import plan_lists
from sync.core.match import Leaving
from sync.core.occurrence import Occurrence
from sync.core.plan import make_plan
from sync.core.settings import Settings
from sync.core.snapshot import Policy
from sync.cycle.facts import file_facts
from sync.cycle.known import Known, gather
from sync.cycle.reading import LocalState
from sync.cycle.sectioning import section_intents, without_section
from sync.cycle.world import (
    World,
    build_world,
    remote_lists,
    too_deep,
    visible_since,
)
from sync.local.formats import Dialect
from sync.local.layout import Layout
from sync.local.names import assign, list_name

__all__ = ["Planned", "Planner"]

LOOK_AGAIN_S = 3600.0  # completed reminders come of age by the clock alone


@dataclass(slots=True)
class Planned:
    """A plan with all that is needed to carry it out.

    ``waits``: nothing of it may be carried out, for the reason in ``holds``. ``vanished`` are
    lines that are gone now; ``overtaken`` parked intents (by number) that nobody wants any more;
    ``archived`` those leaving lines of which a copy stands in the archive; ``new_sections`` are
    chosen anew, by id.
    """

    known: Known
    lists: ListPlan
    world: World
    plan: Plan
    intents: list[Intent]
    holds: list[Hold]
    leaving: frozenset[Leaving]
    vanished: frozenset[str] = frozenset()
    waits: bool = False
    grace_left_s: float | None = None
    overtaken: tuple[int, ...] = ()
    archived: tuple[Archived, ...] = ()
    marks: bool = True  # lines carry ids
    new_sections: Mapping[str, SectionBase] = field(default_factory=dict)

    @property
    def writes(self) -> bool:
        """Whether anything would change on either side."""
        return self.plan.writes or self.lists.writes or self.world.outlook.writes

    @property
    def needs_marks(self) -> bool:
        """Whether lines or files have to be given their identity before anything else."""
        matched, lists = self.world.matched, self.lists
        stamps = matched.unstamped and self.marks
        files = lists.rename_files or lists.rebinds or lists.heads
        return bool(stamps or matched.adopted or files)

    def next_look(self, now_s: float) -> float:
        """Until when (Unix seconds) nothing changes by the passing of time alone."""
        left = LOOK_AGAIN_S if self.grace_left_s is None else self.grace_left_s
        return now_s + left


class Planner:
    """Plans over one store and one folder, with one set of settings."""

    def __init__(
        self,
        store: Store,
        settings: Settings,
        dialect: Dialect,
        clock: Callable[[], float],
        mint: Callable[[], str],
    ) -> None:
        self._store = store
        self.settings = settings
        self._dialect = dialect
        self._clock = clock
        self._mint = mint

    @property
    def shown(self) -> Callable[[Reminder], Reminder]:
        """What a file can say of a reminder."""
        return self._dialect.shown

    def plan(self, local: LocalState, leaving: frozenset[Leaving]) -> Planned:
        """Plan for this local state and what the store knows now."""
        known = gather(self._store, self._dialect, self.settings.images)
        if local.trouble:
            return self._blind(known, local, leaving)
        approved = self._store.journal.approved()
        lists = self._plan_lists(known, local, approved)
        world = build_world(
            known,
            local,
            lists,
            visible=visible_since(int((self._clock() - self.settings.show_s) * 1000)),
            leaving=leaving,
            dialect=self._dialect,
            wins=self.settings.wins,
            mint=self._mint,
        )
        settings = self.settings
        policy = Policy(self._dialect.shown, settings.wins, settings.purge, settings.archive)
        plan = make_plan(world.snapshot, policy)
        planned = self._guarded(known, lists, world, plan, leaving, approved)
        self._hold_first_plan(planned, local, approved)
        planned.holds += [
            Hold(path, HoldKind.FILE, reason) for path, reason in _file_troubles(local)
        ]
        return planned

    # ---- parts

    def _blind(self, known: Known, local: LocalState, leaving: frozenset[Leaving]) -> Planned:
        hold = Hold("folder", HoldKind.FILE, local.trouble)
        nothing = World.empty()
        return Planned(known, ListPlan(), nothing, Plan(), [], [hold], leaving, waits=True)

    def _plan_lists(self, known: Known, local: LocalState, approved: frozenset[str]) -> ListPlan:
        bases = {
            id: ListBase(base.name, base.group, base.path or "", base.color, base.emblem)
            for id, base in self._store.bases.all_lists().items()
        }
        layout = self._dialect.layout
        homes = {base.path for base in bases.values()}
        facts = file_facts(local, known, self._dialect, homes)
        taken = (facts.keys() | local.directories) - homes

        def paths(living: Mapping[str, ListInfo], current: Mapping[str, str]) -> Mapping[str, str]:
            groups = {info.id: info.name for info in living.values() if info.is_group}
            names = {
                info.id: (_stem(info, current, layout), groups.get(info.group or ""))
                for info in living.values()
                if not info.is_group
            }
            return assign(names, "" if layout.per_task else layout.suffix, taken, current)

        rules = ListRules(
            mode_of=self.settings.mode_of,
            name_of=layout.named,
            group_name=list_name,
            paths=paths,
            new_lists=self.settings.new_lists,
            approved=approved,
            wins=self.settings.wins,
            emptied=self._store.places.vanished().keys(),
            too_deep=too_deep(local, known),
            complete=not local.incomplete,
            unshared=known.unshared,
            purge=self.settings.purge,
        )
        return plan_lists(remote_lists(known), facts, bases, rules, self._mint)

    def _guarded(
        self,
        known: Known,
        lists: ListPlan,
        world: World,
        plan: Plan,
        leaving: frozenset[Leaving],
        approved: frozenset[str],
    ) -> Planned:
        now_s = self._clock()
        since = self._store.places.vanished()
        gone = [*(op.id for op in plan.pushes if isinstance(op, Delete)), *lists.delete_groups]
        vanished = frozenset(gone)
        absent_s = {id: max(0.0, now_s - since.get(id, now_s)) for id in vanished}
        settings = self.settings
        guarded = guard(
            plan,
            hold_above=settings.hold_above,
            absent_s=absent_s,
            grace_s=settings.grace_s,
            approved=approved | _let_go(known, approved),
            groups=lists.delete_groups,
        )
        held = {hold.id for hold in guarded.holds}
        lists.delete_groups = [id for id in lists.delete_groups if id not in held]
        waiting = [
            settings.grace_s - absent_s[hold.id]
            for hold in guarded.holds
            if hold.kind is HoldKind.GRACE
        ]
        outlook = world.outlook
        sections, made = section_intents(
            guarded.pushes, known.sections, known.rows, outlook, self._mint
        )
        plain = [without_section(self._intent(op, known)) for op in guarded.pushes]
        plain = [one for one in plain if one.changes or one.kind != "update"]
        wanted = [*_list_intents(lists, settings.purge), *plain, *sections]
        guarded = replace(guarded, conflicts=(*guarded.conflicts, *outlook.conflicts))
        return Planned(
            known=known,
            lists=lists,
            world=world,
            plan=guarded,
            intents=self._not_parked(wanted),
            holds=[*guarded.holds, *lists.holds],
            leaving=leaving,
            vanished=vanished,
            marks=self._dialect.marks,
            grace_left_s=min(waiting, default=None),
            overtaken=self._overtaken(wanted),
            new_sections=made,
        )

    def _hold_first_plan(
        self, planned: Planned, local: LocalState, approved: frozenset[str]
    ) -> None:
        """Two sides that meet for the first time are joined only when a person has seen how."""
        known = planned.known
        if known.base or HoldKind.FIRST_PLAN in approved:
            return
        there = any(isinstance(one, Present) for one in planned.world.snapshot.remote.values())
        if there and any(file.settling for file in local.files.values()):
            planned.waits = True  # a file that is being saved may hold tasks: ask in a moment
            return
        both = there and any(file.tasks for file in local.files.values())
        if both and (planned.writes or planned.needs_marks):
            planned.waits = True
            reason = "both sides have reminders and meet for the first time; see `remindersd plan`"
            planned.holds.append(Hold("first-plan", HoldKind.FIRST_PLAN, reason))

    def _not_parked(self, wanted: list[Intent]) -> list[Intent]:
        """What goes to the outbox; not again what was refused for good, unless it changed."""
        parked = {_fingerprint(intent) for intent in self._store.outbox.parked()}
        return [intent for intent in wanted if _fingerprint(intent) not in parked]

    def _overtaken(self, intents: list[Intent]) -> tuple[int, ...]:
        """Refused operations whose object has changed since, or is gone."""
        wanted = {_fingerprint(intent) for intent in intents}
        parked = self._store.outbox.parked()
        return tuple(intent.seq for intent in parked if _fingerprint(intent) not in wanted)

    def _intent(self, op: PushOp, known: Known) -> Intent:
        match op:
            case Create(id=id, reminder=reminder):
                return Intent(id, "create", self._with_moment(reminder.values()))
            case Update(id=id, changes=changes):
                return Intent(id, "update", self._with_moment(changes))
            case Delete(id=id, for_good=for_good):
                return Intent(id, "purge" if for_good else "delete")
            case Undelete(id=id, reminder=reminder):
                row = known.rows.get(id)
                if row is None or row.list_id in known.unshared:
                    return Intent(id, "create", self._with_moment(reminder.values()))
                if row.deleted:  # softly: first it lives again, then it is edited
                    return Intent(id, "undelete")
                # Its list was deleted: it goes where its line stands.
                differing = _differing(reminder, known.reminders[id])
                return Intent(id, "update", self._with_moment(differing))
            case Complete(id=id, occurrence=occurrence, done=done):
                return self._occurrence(id, occurrence, done)

    def _occurrence(self, id: str, occurrence: Occurrence, done: Completion) -> Intent:
        """What was written down about it, if it was; else it is done now."""
        known = {one.due: one for one in self._store.occurrences.of(id)}
        stored = known.get(occurrence.due)
        moment = self._with_moment({Field.DONE: done})[Field.DONE]
        assert isinstance(moment, Completion)
        at_ms = stored.done_at_ms if stored is not None else moment.at_ms
        return Intent(
            id,
            "occurrence",
            {Field.DUE: occurrence.next_due, Field.REPEAT: occurrence.next_repeat},
            {"due": occurrence.due, "copy": occurrence.copy, "at": str(at_ms)},
        )

    def _with_moment(self, changes: Mapping[Field, Value]) -> dict[Field, Value]:
        """A tick gets its instant: now, or for another day than today its noon."""
        moment = dict(changes)
        done = moment.get(Field.DONE)
        if isinstance(done, Completion) and done.at_ms is None:
            zone = ZoneInfo(self.settings.home_zone)
            now = datetime.fromtimestamp(self._clock(), zone)
            if done.day is not None and done.day != now.date():
                now = datetime.combine(done.day, time(12), zone)
            moment[Field.DONE] = Completion(at_ms=int(now.timestamp()) * 1000)
        return moment


def _let_go(known: Known, approved: frozenset[str]) -> frozenset[str]:
    """The reminders of lists that are no longer shared, where a person let their lines go."""
    lists = known.unshared & approved
    ids = known.base.items() if lists else ()
    return frozenset(id for id, values in ids if values.get(Field.LIST) in lists)


def _stem(info: ListInfo, current: Mapping[str, str], layout: Layout) -> str:
    """What a list's place is called: a directory keeps the name that it was given first."""
    has_one = layout.per_task and info.id in current
    return layout.named(current[info.id]) if has_one else info.name


def _differing(reminder: Reminder, remote: Reminder) -> dict[Field, Value]:
    there = remote.values()
    return {
        name: value
        for name, value in reminder.values().items()
        if name in there and there[name] != value
    }


def _fingerprint(intent: Intent) -> tuple[object, ...]:
    """Equal for intents that want the same; the instant of a tick is ours and means nothing."""
    changes = [
        (name.value, isinstance(value, Completion) or value)
        for name, value in sorted(intent.changes.items())
    ]
    return (intent.id, intent.kind, str(changes), str(sorted(intent.texts.items())))


def _look(op: CreateList) -> dict[str, str | None]:
    look = {"color": op.color, "emblem": op.emblem}
    return {name: text for name, text in look.items() if text}


def _list_intents(lists: ListPlan, purge: bool) -> list[Intent]:
    made = [
        Intent(
            op.id,
            "create-group" if op.is_group else "create-list",
            texts={"name": op.name, "group": op.group, "path": op.path, **_look(op)},
        )
        for op in lists.create_lists
    ]
    changed = [
        Intent(op.id, "update-list", texts={name.value: op.changes[name] for name in op.changes})
        for op in lists.update_lists
    ]
    return [
        *made,
        *changed,
        *(Intent(id, "purge-list" if purge else "delete-list") for id in lists.delete_lists),
        *(Intent(id, "delete-list") for id in lists.delete_groups),
    ]


def _file_troubles(local: LocalState) -> list[tuple[str, str]]:
    """Files that will not become readable by waiting a moment."""
    troubles = [
        (path, file.hides_tasks)
        for path, file in sorted(local.files.items())
        if file.hides_tasks and not file.settling
    ]
    if local.incomplete:
        troubles.append(("folder", local.incomplete))
    return troubles
