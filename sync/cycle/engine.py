"""One cycle: observe both sides, plan, write files, send. No rules of its own.

    settle receipts => look up what is in flight => pull, fetch => scan => commit identities, stamp
    => plan: base learned, history, outbox, pending base in one commit => write files => push
    => bring images

Each arrow may be a crash; the next cycle starts from what it observes. What is decided is decided
in ``plan``, ``lists``, ``match`` and ``guard``; this room puts things in their order, and counts.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from pathlib import PurePath

from sync.core.actions import Hold, HoldKind
from sync.cycle import observe
from sync.cycle.archiving import clear_archive, copy_out
from sync.cycle.carrying import Brought, Options, carry_in, read_entries
from sync.cycle.comeback import discount
from sync.cycle.copies import MergedCopy, merge_copy
from sync.cycle.forgetting import Forgot, forget
from sync.cycle.homecoming import FOLDER, take_back
from sync.cycle.naming import names_of
from sync.cycle.parts import Parts
from sync.cycle.planning import Planned
from sync.cycle.push import push, resolve_in_flight
from sync.cycle.reading import LocalState
from sync.cycle.refiling import Refiled, refile
from sync.cycle.refused import Refused, drop, retry
from sync.cycle.relisting import RELISTING, Relisted, go_on, relist
from sync.cycle.report import Report
from sync.cycle.resolving import OTHER, Resolved, close_agreed, resolve, values_now
from sync.cycle.restoring import Restored, restore
from sync.cycle.routing import zones_for
from sync.cycle.sentences import renames, sentences
from sync.cycle.setting import Setting, intend
from sync.cycle.settle import settle
from sync.cycle.shared import Shared, tolerated
from sync.cycle.trusting import put_right
from sync.cycle.undoing import TRIGGER, Undoer, Undone, run_to_undo
from sync.cycle.verdict import VERIFIED, Verdict, Verified
from sync.cycle.verifying import Checks, verify
from sync.local.claim import alone_in
from sync.remote.cloudkit import CloudKit

__all__ = ["Engine"]

ROUNDS = 20  # cycles of one ``settled`` call: files being saved, records changed meanwhile


class Engine:
    """Runs cycles over one store, one account and one folder; for one thread."""

    def __init__(self, parts: Parts) -> None:
        self._parts = parts
        self._shared = Shared(parts.store, parts.clock)
        self._quiet_since_s = self._quiet_until_s = 0.0

    def cycle(self, trigger: str, *, approve: bool = False, plan_only: bool = False) -> Report:
        """One full cycle; raises what the iCloud side raises, with all that was done kept.

        ``approve`` lets a first plan go ahead; with ``plan_only`` only the mirror advances. Busy:
        another process is at work in the folder.
        """
        parts = self._parts
        report = Report(trigger, started_ms=self._now_ms(), planned_only=plan_only)
        before = parts.requests()
        parts.chronicle.begin()
        # Whatever ends this cycle early leaves something that the next one has to look at.
        quiet_until_s, self._quiet_until_s = self._quiet_until_s, 0.0
        if approve:
            parts.committer.approve_first_plan()
        settled = settle(parts.store, parts.filing.writer, parts.filing.root, self._now_ms)
        cloud = parts.cloud()
        observe.known_zone(cloud, parts.store)
        parts.step("engine:pull")
        news = self._pull(cloud, report) or self._wake()
        if parts.store.meta.get(RELISTING) not in (None, "{}"):
            report.problems += go_on(parts.store, cloud, parts.encoder)
            news = True
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
            self._bring_pictures(report, cloud)
        self._sum_up(report)
        parts.chronicle.end(report)
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

    def approve(self, keys: Sequence[str] = ()) -> list[Hold]:
        """Let what is held go ahead: the holds of these ids or paths, or all that can be.

        The key ``folder`` takes back a folder that lost its marker, if it can be recognised;
        raises UsageError if not.
        """
        parts = self._parts
        self._quiet_until_s = 0.0
        others = [key for key in keys if key != FOLDER]
        now_ns = int(parts.clock() * 1e9)
        taken = take_back(parts.home, parts.store, now_ns) if FOLDER in keys else []
        return taken + (parts.committer.approve(others) if others or not keys else [])

    def restore(self, key: str) -> Restored:
        """Bring the deleted reminder ``key`` back in iCloud; its line comes with the next cycle.

        Raises CannotRestore, and what the iCloud side raises.
        """
        return restore(self._parts.store, self._up_to_date(), self._parts.encoder, key)

    def _up_to_date(self) -> CloudKit:
        """The iCloud side, with the mirror brought up to it."""
        self._quiet_until_s = 0.0
        cloud = self._parts.cloud()
        observe.known_zone(cloud, self._parts.store)
        self._pull(cloud, Report("sync", self._now_ms()))
        return cloud

    def restore_file(self, path: str) -> Refiled:
        """Let a list's file that is gone or damaged be written again with the next cycle.

        Raises CannotRestore, UsageError.
        """
        parts = self._parts
        self._quiet_until_s = 0.0
        return refile(parts.store, parts.home, path, self._now_ms(), parts.step)

    def restore_list(self, key: str) -> Relisted:
        """Bring back a list: one deleted in iCloud, forgotten, or without its file.

        Raises CannotRestore, and what the iCloud side raises.
        """
        parts, cloud = self._parts, self._up_to_date()
        home = parts.home.root

        def is_there(path: str) -> bool:
            return os.path.lexists(home / path)

        return relist(parts.store, cloud, parts.encoder, key, self._now_ms(), is_there)

    def forget(self, key: str) -> Forgot:
        """Keep a list whose file was deleted here no more; raises UsageError."""
        self._quiet_until_s = 0.0
        return forget(self._parts.store, self._parts.home, key, self._now_ms())

    def merge(self, path: str) -> MergedCopy:
        """Merge a sync tool's conflict copy into its file; raises CannotResolve."""
        self._quiet_until_s = 0.0
        return merge_copy(self._parts, path, self._now_ms())

    def verify(self, *, repair: bool = False) -> Verdict:
        """Compare files, mirror and iCloud completely; with ``repair`` mend what differs.

        Raises ``Damaged`` and what the iCloud side raises.
        """
        parts = self._parts
        self._quiet_until_s = 0.0
        cloud = parts.cloud()
        observe.known_zone(cloud, parts.store)
        checks = Checks(
            parts, lambda report: self._pull(cloud, report), lambda: self.cycle("verify")
        )
        return verify(cloud, checks, repair=repair)

    def verified(self) -> Verified:
        """When all was last compared; counted from now on, where it never was."""
        store = self._parts.store
        known = Verified.parse(store.meta.get(VERIFIED))
        if known is None:
            known = Verified(self._now_ms())
            with store.commit("verified"):
                store.meta.set(VERIFIED, known.text())
        return known

    def resolve(self, keys: Sequence[str], take: str) -> list[Resolved]:
        """Decide open conflicts (all without ``keys``): ``shown`` stays, or ``other`` is taken.

        What is taken is in iCloud when this is over, or durably on its way there; the files
        follow with the next cycle. Raises CannotResolve, and what the iCloud side raises.
        """
        if take == OTHER:
            self.cycle("resolve")  # so that nothing is decided on what is no longer there
        self._quiet_until_s = 0.0
        return resolve(self._parts.store, keys, take, self._now_ms(), self._set)

    def retry(self, numbers: Sequence[int]) -> list[Refused]:
        """Send again what iCloud refused (all without ``numbers``), with the next cycle.

        Raises CannotResolve for a number that is none of it.
        """
        self._quiet_until_s = 0.0
        return retry(self._parts.store, numbers)

    def drop(self, numbers: Sequence[int]) -> list[Refused]:
        """Give up what iCloud refused; the next cycle puts the files back to what iCloud has.

        Raises CannotResolve for a number that is none of it.
        """
        self._quiet_until_s = 0.0
        return drop(self._parts.store, numbers)

    def carry_in(self, data: bytes, path: PurePath, options: Options) -> Brought:
        """Carry in what stands in a file of that name; it is in iCloud then, or on its way there.

        The files follow with the next cycle. Raises UsageError for a file that cannot be read, and
        what the iCloud side raises.
        """
        entries = read_entries(data, path, options, self._parts.planner.settings.home_zone)
        self.cycle("import", plan_only=options.dry_run)  # so that all is known that is there
        self._quiet_until_s = 0.0
        return carry_in(self._parts, entries, options, self._push)

    def _set(self, settings: Sequence[Setting], trigger: str = "resolve") -> None:
        """Send what a person wishes, as a run of its own; its files are the next cycle's."""
        parts = self._parts
        report = Report(trigger, self._now_ms())
        before = values_now(parts.store, parts.planner.known(), [one.id for one in settings])
        parts.chronicle.begin()
        with parts.store.commit("wish"):
            parts.chronicle.note(trigger, intend(parts.store, settings, before, self._now_ms()))
        parts.step("engine:push")
        self._push(parts.cloud(), report)
        parts.chronicle.end(report)

    def undo(self, run: int | None = None, *, dry_run: bool = False) -> Undone:
        """Take ``run`` back in iCloud, or the latest that changed something; files follow with
        the next cycle, in the same run. With ``dry_run`` only the mirror advances.

        Raises CannotUndo, and what the iCloud side raises.
        """
        parts = self._parts
        wanted = run_to_undo(parts.store, run)
        cloud = parts.cloud()
        undoer = Undoer(parts.store, cloud, parts.encoder, parts.chronicle, self._look)
        try:
            if dry_run:
                observe.known_zone(cloud, parts.store)
                self._pull(cloud, Report(TRIGGER, self._now_ms()))
                return undoer.preview(wanted)
            for _ in range(ROUNDS):  # what a person typed last is no part of what is taken back
                if self.cycle("sync").retry_after_s != 0.0:
                    break
            parts.chronicle.begin(anew=True)
            return undoer.undo(wanted)
        finally:
            self._quiet_until_s = 0.0

    def _look(self) -> Planned:
        parts = self._parts
        local, _ = parts.reader.read()
        return parts.planner.plan(local, parts.committer.leaving())

    # ---- the parts of a cycle

    def _pull(self, cloud: CloudKit, report: Report) -> bool:
        """Bring the mirror up to date; whether anything came, or has to be looked at again."""
        store = self._parts.store
        in_flight = store.outbox.in_flight()
        for zone in zones_for(store, in_flight):
            with tolerated(store, zone, report):
                resolve_in_flight(store, cloud, zone)
        own = observe.pull(cloud, store)
        shared = self._shared.pull(cloud, report.trigger)
        report.pulled = own.records + shared.records
        self._parts.step("engine:fetch")
        fetched = self._parts.fetcher.documents(cloud)
        report.problems += shared.problems + fetched.problems
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
        if not report.planned_only:
            report.changes += discount(parts.store, local, parts.planner, parts.filing)
        planned = parts.planner.plan(local, parts.committer.leaving())
        if put_right(parts.store, planned):
            planned = parts.planner.plan(local, parts.committer.leaving())
        if planned.needs_marks and not planned.waits and not report.planned_only:
            marked = self._mark(planned, local, report)
            if marked is None:
                return
            local, planned = marked
        report.changes += sentences(planned)
        if report.planned_only:
            report.held = list(dict.fromkeys(planned.holds))
            return
        if not planned.waits:
            parts.step("engine:archive")
            planned = copy_out(parts.filing, planned, local, report)
        parts.step("engine:commit")
        work = parts.committer.commit(planned, local, report.trigger)
        report.new_holds = work.new_holds
        news = (*report.conflicts, *planned.lists.conflicts, *planned.plan.conflicts)
        report.conflicts = list(dict.fromkeys(news))
        report.problems += [f"{problem.path}: {problem.reason}" for problem in work.problems]
        if not planned.waits:
            parts.step("engine:write")
            local = parts.filing.carry_out(planned, work, local, report)
            report.come_back(0.0 if planned.plan.joins else None)
            clear_archive(parts.filing, planned, local, report)
            parts.step("engine:push")
            self._push(cloud, report)
            self._bring_pictures(report, cloud)
        if parts.store.journal.open_conflicts():
            with parts.store.commit("agreed"):
                close_agreed(parts.store, parts.planner.known(), self._now_ms())
        if report.files:
            parts.reader.wrote()
        elif report.idle and report.retry_after_s is None and not report.problems:
            # What was refused is tried again, and told again, until it is done.
            self._quiet_since_s = parts.clock()
            self._quiet_until_s = planned.next_look(self._quiet_since_s)

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
        return marked, parts.planner.plan(marked, parts.committer.leaving())

    def _push(self, cloud: CloudKit, report: Report) -> None:
        parts = self._parts
        report.refused = []
        for zone in zones_for(parts.store, parts.store.outbox.queued()):
            with tolerated(parts.store, zone, report):
                pushed = push(parts.store, cloud, zone, parts.encoder.encode, self._now_ms)
                report.pushed += pushed.acknowledged
                report.refused += [f"not accepted by iCloud: {why}" for why in pushed.refused]
                report.problems += [f"sent later: {why}" for why in pushed.postponed]
                report.come_back(pushed.retry_after_s)
        report.problems += report.refused

    def _bring_pictures(self, report: Report, cloud: CloudKit) -> None:
        """Images into the folder; their lines are for the next cycle, which comes at once."""
        parts = self._parts
        brought = parts.pictures.bring(cloud)
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
                for hold in store.journal.holds()
            ]
        report.names = names_of([*report.held, *report.new_holds], store)
        report.open_conflicts = len(store.journal.open_conflicts())
        report.pending = counts.get("queued", 0) + counts.get("in-flight", 0)
        report.parked = counts.get("parked", 0)
        report.finished_ms = self._now_ms()

    def _now_ms(self) -> int:
        return int(self._parts.clock() * 1000)
