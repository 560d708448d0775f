"""One cycle: observe both sides, plan, write files, send. No rules of its own.

    settle receipts => look up what is in flight => pull, fetch => scan => commit identities, stamp
    => plan: base learned, history, outbox, pending base in one commit => write files => push
    => bring images

Each arrow may be a crash; the next cycle starts from what it observes. What is decided is decided
in ``plan``, ``lists``, ``match`` and ``guard``; this room puts things in their order, and counts.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from typing import TypeVar

from store.db import Store
from sync.core.actions import Hold, HoldKind
from sync.cycle.asked.acts import ROUNDS, Acts
from sync.cycle.asked.latewords import LateWords
from sync.cycle.asked.resolving import close_agreed
from sync.cycle.collector import young_only
from sync.cycle.files.archiving import clear_archive, copy_out
from sync.cycle.files.pasting import take_pasted
from sync.cycle.files.rewritten import take_rewritten
from sync.cycle.gauge import Phase
from sync.cycle.naming import in_order, names_of
from sync.cycle.observing import observe, owed
from sync.cycle.observing.asking import ask_for_owed, owed_zones
from sync.cycle.observing.comeback import discount
from sync.cycle.observing.leaps import Leaps
from sync.cycle.observing.reading import LocalState
from sync.cycle.observing.routing import zones_for
from sync.cycle.observing.settle import settle
from sync.cycle.observing.shared import Shared, tolerated
from sync.cycle.parts import Parts
from sync.cycle.planning.nearby import Nearby
from sync.cycle.planning.planner import Planned
from sync.cycle.planning.sentences import renames, sentences
from sync.cycle.planning.trusting import put_right
from sync.cycle.report import Report
from sync.cycle.sending.push import push, resolve_in_flight
from sync.cycle.sending.secondlook import call_off_all, call_off_deletions
from sync.local.claim import alone_in
from sync.remote.cloudkit import CloudKit

__all__ = ["Engine"]

T = TypeVar("T")


class Engine(Acts):
    """Runs cycles over one store, one account and one folder; for one thread."""

    def __init__(self, parts: Parts) -> None:
        super().__init__(parts)
        self._shared = Shared(parts.store, parts.clock, parts.gauge)
        self._late_words = LateWords(parts)
        self._leaps = Leaps(parts.clock, parts.elapsed)
        self._nearby = Nearby(parts.store, parts.planner, parts.clock)
        self._quiet_since_s = self._quiet_until_s = 0.0

    @young_only()
    def cycle(self, trigger: str, *, approve: bool = False, plan_only: bool = False) -> Report:
        """One full cycle; raises what the iCloud side raises, with all that was done kept.

        ``approve`` lets a first plan go ahead; with ``plan_only`` only the mirror advances. Busy:
        another process is at work in the folder.
        """
        parts = self._parts
        report = Report(trigger, started_ms=self._now_ms(), planned_only=plan_only)
        before = parts.requests()
        self._nearby.begin()
        self._leaps.heed(parts.store)
        parts.chronicle.begin()
        # Whatever ends this cycle early leaves something that the next one has to look at.
        quiet_until_s, self._quiet_until_s = self._quiet_until_s, 0.0
        if approve:
            parts.committer.approve_first_plan()
        with self._nearby.allowing():
            settled = settle(parts.store, parts.filing.writer, parts.home, self._now_ms)
        if settled.learned:
            self._nearby.forget()
        cloud = parts.cloud()
        observe.known_zone(cloud, parts.store)
        parts.step("engine:pull")
        news = self._pull(cloud, report) or self._wake()
        news = (not plan_only and self._finish_acts(cloud, report)) or news
        news = (not plan_only and self._late_words.hear(cloud, report)) or news
        parts.step("engine:scan")
        local, changed = parts.reader.read()
        report.come_back(local.retry_after_s)
        news = news or changed or settled.returned > 0
        # A clock that was set back must not make it quiet for years.
        is_quiet = self._quiet_since_s <= parts.clock() < quiet_until_s
        if news or approve or plan_only or not is_quiet:
            with alone_in(parts.home.root):
                self._work(local, report, cloud)
        else:
            self._quiet_until_s = quiet_until_s
            self._nearby.stay()
            self._bring_images(report, cloud)
        self._sum_up(report)
        parts.chronicle.end(report)
        self._nearby.close()
        report.requests = parts.requests() - before
        return report

    def settled(
        self, trigger: str, *, wait: Callable[[float], None], approve: bool = False
    ) -> Report:
        """Cycles until nothing has to be waited for any more, bounded; with all counts summed."""
        report = self.cycle(trigger, approve=approve)
        for _ in range(ROUNDS):
            if report.retry_after_s is None:
                break
            wait(report.retry_after_s)
            report = self.cycle(trigger).after(report)
        return report

    def lend(self, work: Callable[[Store], T]) -> T:
        """What ``work`` gives, for which it may use the mirror; between two cycles."""
        return work(self._parts.store)

    # ---- the parts of a cycle

    def _look_again(self) -> None:
        self._quiet_until_s = 0.0

    def _pull(self, cloud: CloudKit, report: Report) -> bool:
        """Bring the mirror up to date; whether anything came, or has to be looked at again."""
        store = self._parts.store
        in_flight = store.outbox.in_flight()
        for zone in zones_for(store, in_flight):
            with tolerated(store, zone, report):
                resolve_in_flight(store, cloud, zone)
        with self._nearby.allowing(), self._parts.reading(cloud) as feed:
            own = observe.pull(feed, store, self._parts.gauge)
        shared = self._shared.pull(cloud, report.trigger)
        report.pulled = own.records + shared.records
        for zone in owed_zones(store):
            with tolerated(store, zone, report):
                report.pulled += ask_for_owed(store, cloud, zone, self._now_ms())
        report.problems += owed.sentences(store)
        self._parts.step("engine:fetch")
        fetched = self._parts.fetcher.documents(cloud)
        report.notices += observe.unreadable(own.unreadable) + shared.notices
        report.problems += [*report.notices, *shared.problems, *fetched.problems]
        return bool(report.pulled or shared.moved or fetched.count or in_flight)

    def _wake(self) -> bool:
        """Take up again what had to wait before it could be accepted; whether there was any."""
        outbox = self._parts.store.outbox
        due = outbox.due_again(self._now_ms())
        if due:
            with self._parts.store.commit("wake"):
                outbox.wake(due)
        return bool(due)

    def _work(self, local: LocalState, report: Report, cloud: CloudKit) -> None:
        parts = self._parts
        self._leaps.heed(parts.store)
        looked = self._look_closely(local, report, nearby=True)
        if looked is None:
            return
        local, planned = looked
        is_sent = True
        report.changes += sentences(planned)
        if report.planned_only:
            report.held = list(dict.fromkeys(planned.holds))
            return
        if not planned.waits:
            parts.step("engine:archive")
            planned = copy_out(parts.filing, planned, local, report)
        parts.step("engine:commit")
        self._leaps.heed(parts.store)
        work = parts.committer.commit(planned, local, report.trigger)
        report.new_holds = work.new_holds
        news = (*report.conflicts, *planned.lists.conflicts, *planned.plan.conflicts)
        report.conflicts = list(dict.fromkeys(news))
        report.problems += [f"{problem.path}: {problem.reason}" for problem in work.problems]
        if not planned.waits:
            parts.step("engine:write")
            local = parts.filing.carry_out(planned, work, local, report)
            turns = planned.turns or planned.lists.ended  # what is left then goes as well
            goes_on = planned.plan.joins or (turns and report.files)
            report.come_back(0.0 if goes_on else None)
            clear_archive(parts.filing, planned, local, report)
            parts.step("engine:push")
            call_off_deletions(
                parts.store, parts.filing.root, planned, local, parts.chronicle, report
            )
            is_sent = self._send(planned, cloud, report)
            self._bring_images(report, cloud)
        if parts.store.attention.open_conflicts():
            with parts.store.commit("agreed"):
                close_agreed(parts.store, parts.planner.known(), self._now_ms())
        if report.files:
            parts.reader.wrote()
        elif report.idle and report.retry_after_s is None and not report.problems:
            # What was refused is tried again, and told again, until it is done.
            self._quiet_since_s = parts.clock()
            self._quiet_until_s = planned.next_look(self._quiet_since_s)
        if not planned.waits and is_sent:
            self._nearby.end(planned, local, report)

    def _look_closely(
        self, local: LocalState, report: Report, *, nearby: bool = False
    ) -> tuple[LocalState, Planned] | None:
        """What the files say, with an id on every line, and a plan for that.

        ``None``: the person saved a file just then; look again. With ``nearby`` the plan may be
        of the lists alone that a change touches.
        """
        parts = self._parts
        if not report.planned_only:
            root, dialect = parts.filing.root, parts.filing.dialect
            told, local = discount(parts.store, local, root, dialect, self._blocks)
            note = partial(parts.chronicle.note_line, report.trigger)
            take_pasted(parts.store, local, dialect, self._blocks, note)
            take_rewritten(parts.store, local, dialect, self._blocks)
            report.changes += told
        planned = (nearby and self._nearby.plan(local)) or self._plan_all(local)
        if put_right(parts.store, planned):
            planned = self._plan_all(local)
        if planned.needs_marks and not planned.waits and not report.planned_only:
            return self._mark(planned, local, report)
        return local, planned

    def _mark(
        self, planned: Planned, local: LocalState, report: Report
    ) -> tuple[LocalState, Planned] | None:
        """Identities into the store, then into the files; then the plan is made again.

        ``None``: the person saved a file just then. What was planned is about lines of before, one
        of which would be sent without its id, and with the next edit be nobody's: look again.
        """
        parts = self._parts
        parts.committer.commit_identities(planned, local, report.trigger)
        parts.step("engine:stamp")
        report.conflicts = list(planned.lists.conflicts)
        marked = parts.filing.mark(planned, local, report)
        if report.files:
            parts.reader.wrote()
        if marked is None:
            return None
        report.changes += renames(planned)
        return marked, self._plan_all(marked)

    def _blocks(self) -> Mapping[str, str]:
        """The block ids of all that is known, by id."""
        return self._parts.planner.known().blocks

    def _plan_all(self, local: LocalState) -> Planned:
        self._parts.gauge(Phase.PLAN, 0, None)
        return self._parts.planner.plan(local, self._parts.committer.leaving())

    def _send(self, planned: Planned, cloud: CloudKit, report: Report) -> bool:
        """Push; but where a list is to go with all that is in it, iCloud is asked right before.

        If it says anything new, nothing is sent that was planned without that, and the next cycle
        plans it anew; gives whether it was sent. What is said meanwhile is heard of by another one.
        """
        store = self._parts.store
        ending = set(planned.lists.delete_lists) & {one.id for one in store.outbox.queued()}
        pulled = observe.pull(cloud, store).records if ending else 0
        if pulled:
            report.pulled += pulled
            call_off_all(store, planned, self._parts.chronicle, report)
            return False
        self._push(cloud, report)
        rows = [store.mirror.list(id) for id in ending]
        report.come_back(0.0 if any(row is None or row.deleted for row in rows) else None)
        return True

    def _push(self, cloud: CloudKit, report: Report) -> None:
        parts, refused = self._parts, list[str]()
        for zone in zones_for(parts.store, parts.store.outbox.queued()):
            with tolerated(parts.store, zone, report):
                pushed = push(
                    parts.store, cloud, zone, parts.encoder.encode, self._now_ms, parts.gauge
                )
                report.pushed += pushed.acknowledged
                refused += [f"not accepted by iCloud: {why}" for why in pushed.refused]
                report.problems += [f"sent later: {why}" for why in pushed.postponed]
                report.come_back(pushed.retry_after_s)
        report.refused += refused
        report.problems += refused

    def _bring_images(self, report: Report, cloud: CloudKit) -> None:
        """Images into the folder; their lines are for the next cycle, which comes at once."""
        parts = self._parts
        brought = parts.images.bring(cloud)
        report.problems += brought.problems
        if brought.count:
            self._quiet_until_s = 0.0
            report.come_back(0.0)

    def _sum_up(self, report: Report) -> None:
        store = self._parts.store
        counts = store.outbox.counts()
        if not report.planned_only:
            report.held = [
                Hold(hold.id, HoldKind(hold.kind), hold.reason, hold.until_ms)
                for hold in store.attention.holds()
            ]
        report.names = names_of([*report.held, *report.new_holds], store)
        report.held = in_order(report.held, report.names)
        report.new_holds = in_order(report.new_holds, report.names)
        report.open_conflicts = len(store.attention.open_conflicts())
        report.pending = counts.get("queued", 0) + counts.get("in-flight", 0)
        report.parked = counts.get("parked", 0)
        report.finished_ms = self._now_ms()
