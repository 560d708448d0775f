"""Planning a cycle: what the store and the folder say now, to everything that shall be done.

Reads, and decides through the pure rooms; writes nothing. A plan made twice of the same states is
the same plan.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from store.activity.outbox import Intent
from store.base.sections import SectionBase
from store.db import Store
from store.local.places import Vanished
from store.model import Field, ListInfo, Present, Reminder, Unknown
from sync.core.actions import Delete, Hold, HoldKind, Plan, PushOp
from sync.core.archive import Archived
from sync.core.guard import Emptied, account_lost, find_emptied, guard
from sync.core.listplan import ListPlan, ListRules
from sync.core.lists import plan_lists
from sync.core.matching.match import Leaving
from sync.core.plan import make_plan
from sync.core.settings import Settings
from sync.core.snapshot import Mode, Policy
from sync.cycle.observing.awaited import WAIT_S, awaited, overdue, waiting_keys
from sync.cycle.observing.missing import missed
from sync.cycle.observing.reading import LocalState
from sync.cycle.observing.unread import unread_words
from sync.cycle.planning.aside import aside_holds
from sync.cycle.planning.doubts import doubt_holds, stored_doubts
from sync.cycle.planning.facts import file_facts, free_directories
from sync.cycle.planning.intents import Intents, list_intents
from sync.cycle.planning.known import Known, gather
from sync.cycle.planning.letgo import news_since, unshown_in
from sync.cycle.planning.listbases import learn_bases, list_bases
from sync.cycle.planning.lost import stored_lost
from sync.cycle.planning.minting import Minting
from sync.cycle.planning.parking import sort_out
from sync.cycle.planning.sectioning import section_intents, without_section
from sync.cycle.planning.tables import Tables
from sync.cycle.planning.unfinished import first_out, follow_moves
from sync.cycle.planning.unjudged import all_waiting, still_waiting
from sync.cycle.planning.unusable import unusable
from sync.cycle.planning.world import World, astray, build_world, remote_lists, visible_since
from sync.local.formats import Dialect
from sync.local.layout import Layout
from sync.local.names import assign, file_name, list_name
from sync.local.text import clean_title

__all__ = ["Planned", "Planner"]

LOOK_AGAIN_S = 3600.0  # completed reminders come of age by the clock alone


@dataclass(slots=True)
class Planned:
    """A plan with all that is needed to carry it out.

    ``waits``: nothing of it may be carried out, for the reason in ``holds``. ``leaving`` are lines
    that a move which was cut off left behind, in the files that have them now. ``vanished`` are
    what is missed now; ``lost_there`` what iCloud lost with nearly all else; ``overtaken`` parked
    intents (by number) that nobody wants any more;
    ``withheld`` what is planned and not sent, since iCloud refused it, as in ``parking``;
    ``archived`` lines that go, of which a copy stands in the archive; ``new_sections`` are chosen
    anew, by id; ``unjudged`` of the holds are those of before that nothing can be said of now;
    ``turns``: lines go back to where an unfinished move left them, once they are out of there.
    """

    known: Known
    lists: ListPlan
    world: World
    plan: Plan
    intents: list[Intent]
    holds: list[Hold]
    leaving: frozenset[Leaving]
    vanished: Mapping[str, Vanished] = field(default_factory=dict)
    emptied: Sequence[Emptied] = ()
    lost_there: frozenset[str] = frozenset()
    waits: bool = False
    grace_left_s: float | None = None
    overtaken: tuple[int, ...] = ()
    withheld: Mapping[str, Collection[str]] = field(default_factory=dict)
    archived: tuple[Archived, ...] = ()
    marks: bool = True  # lines carry ids
    new_sections: Mapping[str, SectionBase] = field(default_factory=dict)
    unjudged: Sequence[Hold] = ()
    turns: bool = False

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

    def rests(self, path: str) -> bool:
        """Whether the list that had a file of this path has none now, and waits for it."""
        view = self.lists.views.get(self.known.list_at.get(path, ""))
        return view is not None and view.path is None

    def wait(self, left_s: Iterable[float]) -> None:
        """Look again when the first of these times, in seconds from now, has passed."""
        times = [*left_s, *([] if self.grace_left_s is None else [self.grace_left_s])]
        self.grace_left_s = min(times, default=None)

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
    ) -> None:
        self._store = store
        self.settings = settings
        self._dialect = dialect
        self._clock = clock
        self._intents = Intents(store, clock, settings.home_zone)

    @property
    def shown(self) -> Callable[[Reminder], Reminder]:
        """What a file can say of a reminder."""
        return self._dialect.shown

    @property
    def policy(self) -> Policy:
        """What a person decided, and what a file can say."""
        settings = self.settings
        return Policy(self._dialect.shown, settings.wins, settings.purge, settings.archive)

    @property
    def dialect(self) -> Dialect:
        """How files are read and written."""
        return self._dialect

    def known(self, tables: Tables | None = None) -> Known:
        """What the store remembers now, of all reminders or of those in ``tables``."""
        return gather(self._store, self._dialect, self.settings.images, tables)

    def plan(self, local: LocalState, leaving: frozenset[Leaving]) -> Planned:
        """Plan for this local state and what the store knows now."""
        known = self.known()
        if local.trouble:
            return self._blind(known, local, leaving)
        lists = self._plan_lists(known, local, self._store.attention.approved())
        leaving = follow_moves(leaving, known, lists, self._dialect)
        return self.plan_in(known, local, lists, leaving)

    def plan_in(
        self, known: Known, local: LocalState, lists: ListPlan, leaving: frozenset[Leaving]
    ) -> Planned:
        """Plan what is ``known`` for this local state, in lists that are planned already."""
        approved = self._store.attention.approved()
        now_s, since = self._clock(), self._store.places.vanished()
        world = build_world(
            known,
            local,
            lists,
            visible=visible_since(int((self._clock() - self.settings.show_s) * 1000)),
            leaving=leaving,
            dialect=self._dialect,
            wins=self.settings.wins,
            overdue=overdue(since, now_s),
            doubts={
                id: why for id, why in stored_doubts(self._store).items() if id not in approved
            },
        )
        world.snapshot = replace(world.snapshot, returned=self._returned(known, world, local))
        plan = make_plan(world.snapshot, self.policy)
        plan, turns = first_out(plan, world.matched.leftovers, lists, self._dialect.layout)
        planned = self._guarded(known, lists, world, plan, leaving, approved)
        planned.turns = turns
        self._hold_first_plan(planned, local, approved)
        planned.holds += unusable(local, {*lists.owner} & known.list_at.keys())
        waiting = missed(waiting_keys(world.matched), since, now_s, WAIT_S)
        foreign, left_s = awaited(world.matched, local, waiting)
        planned.holds += foreign
        planned.vanished = {**planned.vanished, **waiting}
        planned.wait(left_s)
        planned.holds += doubt_holds(world.doubts)
        planned.holds += aside_holds(known, world.snapshot, local)
        planned.holds += unread_words(world.lines.values(), local, lists.views)
        before, groups = self._store.attention.holds(), lists.unsure_groups
        stands = local.standing() if before else {}
        planned.unjudged = still_waiting(
            before,
            planned.holds,
            world.snapshot,
            since,
            groups,
            lambda id: stands.get(known.blocks.get(id, "")),
        )
        planned.holds += planned.unjudged
        return planned

    # ---- parts

    def _returned(self, known: Known, world: World, local: LocalState) -> frozenset[str]:
        """Whose lines are back after their deletion went out; what a sync tool wrote is nobody's.

        Of a file that has a conflict copy beside it, another machine's version may stand there.
        """
        sent = self._store.outbox.in_flight()
        unanswered = {one.id for one in sent if one.kind in ("delete", "purge")}
        back = [
            id
            for id, line in world.lines.items()
            if (id not in known.base or id in unanswered)
            and (id in known.gone or (id in known.rows and known.rows[id].deleted))
            and not local.copies_of(line.path)
        ]
        return self._store.journal.deleted_from_here(back) if back else frozenset()

    def _blind(self, known: Known, local: LocalState, leaving: frozenset[Leaving]) -> Planned:
        folder = Hold("folder", HoldKind.FILE, local.trouble)
        holds = [folder, *all_waiting(self._store.attention.holds())]
        return Planned(known, ListPlan(), World.empty(), Plan(), [], holds, leaving, waits=True)

    def _plan_lists(self, known: Known, local: LocalState, approved: frozenset[str]) -> ListPlan:
        layout, remote = self._dialect.layout, remote_lists(known)
        bases = list_bases(self._store, known, remote, layout)
        homes = {base.path for base in bases.values()}
        facts = file_facts(local, known, self._dialect, homes)
        groups = {base.name for base in bases.values() if not base.path}
        taken = facts.keys() | local.directories | local.made
        taken -= homes | free_directories(local, groups, layout)

        def paths(living: Mapping[str, ListInfo], current: Mapping[str, str]) -> Mapping[str, str]:
            groups = {info.id: info.name for info in living.values() if info.is_group}
            names = {
                info.id: (_stem(info, current, layout), groups.get(info.group or ""))
                for info in living.values()
                if not info.is_group
            }
            never = layout.done_in({"", *map(file_name, groups.values())})
            suffix = "" if layout.per_task else layout.suffix
            return assign(names, suffix, taken | never, current)

        minting = Minting(self._store, known.list_rows.keys() | known.gone_lists | bases.keys())
        rules = ListRules(
            mode_of=self.settings.mode_of,
            name_of=layout.named,
            group_name=list_name,
            label_of=clean_title,
            paths=paths,
            new_lists=self.settings.new_lists,
            approved=approved,
            wins=self.settings.wins,
            emptied=self._store.places.vanished().keys(),
            told=self._held_before(HoldKind.LIST),
            astray=astray(local, known),
            complete=not local.incomplete and local.unread is None,
            unshared=known.unshared,
            purge=self.settings.purge,
            forgotten=self._store.forgotten.all().keys(),
            news=news_since(self._store, known, approved),
            unshown=lambda id: [one.title for one in unshown_in(known, id)],
            is_made_of=minting.is_made_of,
        )
        lists = plan_lists(remote, facts, bases, rules, minting.new)
        learn_bases(self._store, bases, lists)
        return lists

    def _guarded(
        self,
        known: Known,
        lists: ListPlan,
        world: World,
        plan: Plan,
        leaving: frozenset[Leaving],
        approved: frozenset[str],
    ) -> Planned:
        settings, now_s = self.settings, self._clock()
        gone = [op.id for op in plan.pushes if isinstance(op, Delete)]
        gone += [*lists.delete_groups, *lists.unsure_groups]
        before = self._store.places.vanished()
        lost = {id: one.lost_with for id, one in before.items() if one.lost_with}
        emptied = find_emptied(plan, world.snapshot, lost)
        held_before = self._held_before(HoldKind.DELETIONS)
        lost_there = account_lost(
            world.snapshot, known.gone, held_before & stored_lost(self._store)
        )
        vanished = missed(gone, before, now_s, settings.grace_s, emptied)
        guarded = guard(
            plan,
            hold_above=settings.hold_above,
            absent_s={id: one.waited_s for id, one in vanished.items()},
            grace_s=settings.grace_s,
            approved=approved | _let_go(known, approved),
            groups=lists.delete_groups,
            emptied=emptied,
            lost_there=lost_there,
            held_before=held_before,
            now_s=now_s,
        )
        held = {hold.id for hold in guarded.holds}
        lists.delete_groups = [id for id in lists.delete_groups if id not in held]
        waiting = [
            settings.grace_s - vanished[hold.id].waited_s
            for hold in guarded.holds
            if hold.kind is HoldKind.GRACE
        ]
        wanted, made = self._wanted(known, lists, world, guarded.pushes)
        sorted_out = sort_out(wanted, self._store.outbox.parked(), _unsure(world))
        guarded = replace(guarded, conflicts=(*guarded.conflicts, *world.outlook.conflicts))
        return Planned(
            known=known,
            lists=lists,
            world=world,
            plan=guarded,
            intents=sorted_out.intents,
            holds=[*guarded.holds, *lists.holds, *sorted_out.holds],
            leaving=leaving,
            vanished=vanished,
            emptied=emptied,
            lost_there=lost_there,
            marks=self._dialect.marks,
            grace_left_s=min(waiting, default=None),
            overtaken=tuple(sorted_out.overtaken),
            withheld=sorted_out.withheld,
            new_sections=made,
        )

    def _held_before(self, kind: HoldKind) -> set[str]:
        return {hold.id for hold in self._store.attention.holds() if hold.kind == kind}

    def _wanted(
        self, known: Known, lists: ListPlan, world: World, pushes: Sequence[PushOp]
    ) -> tuple[list[Intent], dict[str, SectionBase]]:
        """What iCloud shall hear, and the sections that are chosen anew for it."""
        outlook = world.outlook
        two_way = {
            view.id
            for view in lists.views.values()
            if view.mode is Mode.TWO_WAY and not view.blocked
        }
        sections, made = section_intents(pushes, known.sections, known.rows, outlook, two_way)
        plain = [without_section(self._intents.of(op, known)) for op in pushes]
        plain = [one for one in plain if one.changes or one.kind != "update"]
        return [*list_intents(lists, self.settings.purge), *plain, *sections], made

    def _hold_first_plan(
        self, planned: Planned, local: LocalState, approved: frozenset[str]
    ) -> None:
        """Two sides that meet for the first time are joined only when a person has seen how."""
        known = planned.known
        met = known.base or self._store.bases.all_lists()  # all that was agreed on may be deleted
        if met or HoldKind.FIRST_PLAN in approved:
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


def _unsure(world: World) -> set[str]:
    """The reminders of which one side cannot be judged now."""
    sides = (world.snapshot.local, world.snapshot.remote)
    return {id for side in sides for id, state in side.items() if isinstance(state, Unknown)}


def _let_go(known: Known, approved: frozenset[str]) -> frozenset[str]:
    """The reminders of lists that are no longer shared, where a person let their lines go."""
    lists = known.unshared & approved
    ids = known.base.items() if lists else ()
    return frozenset(id for id, values in ids if values.get(Field.LIST) in lists)


def _stem(info: ListInfo, current: Mapping[str, str], layout: Layout) -> str:
    """What a list's place is called: a directory keeps the name that it was given first."""
    has_one = layout.per_task and info.id in current
    return layout.named(current[info.id]) if has_one else info.name
