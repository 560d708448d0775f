"""Comparing everything with everything: the database, the account, and each file read anew.

A repair has no way of writing of its own: rows of the mirror are refreshed in one commit, and then
an ordinary cycle does what follows from it, with its guards and its history.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass

from store.db import Store
from sync.codec.fields import bare_id
from sync.core.merging.compare import Difference, differences
from sync.cycle.checking.findings import Names, of_lists, of_oddities, of_reminders, of_strays
from sync.cycle.checking.verdict import VERIFIED, Finding, Verdict, Verified
from sync.cycle.checking.walking import Stray, Walker, compare_zone, refresh
from sync.cycle.gauge import Phase
from sync.cycle.observing.reading import LocalState
from sync.cycle.parts import Parts
from sync.cycle.planning.planner import Planned
from sync.cycle.report import Report

__all__ = ["Checks", "verify"]

PULL = "verify"
_NEWS = "not synced yet"
_NAMELESS = "items that do not say of which record they are: {}; each record not met was asked for"


@dataclass(frozen=True, slots=True)
class Checks:
    """What comparing is done with; ``pull`` and ``cycle`` are an engine's own."""

    parts: Parts
    pull: Callable[[Report], object]
    cycle: Callable[[], Report]

    @property
    def store(self) -> Store:
        return self.parts.store

    @property
    def now_ms(self) -> int:
        return int(self.parts.clock() * 1000)


def verify(cloud: Walker, checks: Checks, *, repair: bool) -> Verdict:
    """Compare all that there is, and with ``repair`` mend what differs.

    Raises ``Damaged`` where the database cannot be trusted, and what the iCloud side raises; then
    nothing was compared, and nothing is remembered of it.
    """
    store = checks.store
    verdict = Verdict(checks.now_ms)
    store.consistency.check()
    verdict.found += of_oddities(store.consistency.oddities())
    before = store.mirror.cursor()
    report = Report(PULL, verdict.started_ms)
    checks.pull(report)
    verdict.problems += report.problems
    strays = _walk(cloud, checks, verdict)
    verdict.found += of_strays(store, strays)
    news = store.mirror.changed_since(before).ids
    verdict.found += _of_files(checks, news, {bare_id(one.name) for one in strays}, verdict)
    verdict.left = verdict.found
    if repair and verdict.found:
        _repair(cloud, checks, verdict, strays)
    _remember(checks, verdict)
    return verdict


def _walk(cloud: Walker, checks: Checks, verdict: Verdict) -> list[Stray]:
    store, step = checks.store, checks.parts.step
    step("verify:walk")
    strays: list[Stray] = []
    verdict.records = 0
    for row in store.mirror.zones():
        if row.gone or not row.complete:
            continue
        walked = compare_zone(cloud, store, row, step, checks.parts.gauge)
        verdict.records += walked.records
        strays += walked.strays
        if walked.unreadable:
            verdict.problems.append(_NAMELESS.format(walked.unreadable))
    return strays


def _of_files(
    checks: Checks, news: Collection[str], astray: Collection[str], verdict: Verdict
) -> list[Finding]:
    """What differs between files, all read anew, and mirror, but for what is on its way or held.

    Of reminders and lists that are ``astray`` in the mirror itself that is told already.
    """
    store = checks.store
    checks.parts.step("verify:files")
    local, _ = checks.parts.reader.read(force=True)
    checks.parts.gauge(Phase.COMPARE, 0, None)
    planned = checks.parts.planner.plan(local, checks.parts.committer.leaving())
    found = [
        one
        for one in differences(planned.world.snapshot, checks.parts.planner.policy)
        if one.id not in astray and one.list not in astray
    ]
    verdict.files = len(local.files)
    verdict.reminders = len(planned.world.lines)
    if planned.waits:
        verdict.waiting = {"held": len(found) + len(planned.holds)}
        return []
    waits = _waits(store, planned, local, frozenset(news))
    waiting = {(one.id, why) for one in found if (why := waits(one))}
    counts = Counter(why for _, why in waiting)
    names = Names(planned)
    new = _unseen(store, local) - store.places.files().keys()
    lists = [one for one in of_lists(planned, new) if one.id not in astray]
    fresh = sum(one.id in news for one in lists)
    verdict.waiting = dict(sorted((counts + Counter({_NEWS: fresh})).items()))
    return [
        *(one for one in lists if one.id not in news),
        *of_reminders((one for one in found if not waits(one)), names),
    ]


def _waits(
    store: Store, planned: Planned, local: LocalState, news: frozenset[str]
) -> Callable[[Difference], str]:
    """Why a difference is none: it is on its way, or held; ``""`` if it is one."""
    queued = {one.id for one in (*store.outbox.queued(), *store.outbox.in_flight())}
    parked = {one.id for one in store.outbox.parked()}
    held = {hold.id for hold in planned.holds}
    gone = store.places.vanished().keys()
    pending = planned.world.snapshot.pending
    unseen = _unseen(store, local)
    stood = {id: row.path for id, row in store.places.all_lines().items()}

    def why(one: Difference) -> str:
        if one.id in parked:
            return "refused by iCloud"
        if one.id in queued or one.id in pending:
            return "still to be sent"
        if one.id in gone:
            return "waiting for its time"
        if held & {one.id, one.list, one.path, "folder"}:
            return "held"
        if one.id in news or one.list in news or unseen & {one.path, stood.get(one.id, "")}:
            return _NEWS
        return ""

    return why


def _unseen(store: Store, local: LocalState) -> set[str]:
    """The files that are otherwise than when a cycle last planned for them."""
    known = {path: file.sha256 for path, file in store.places.files().items()}
    here = {path: file.sha256 for path, file in local.files.items()}
    written = {one.path for one in store.places.written() if not one.finished}
    return written | {
        path for path in known.keys() | here.keys() if known.get(path) != here.get(path)
    }


def _repair(cloud: Walker, checks: Checks, verdict: Verdict, strays: Sequence[Stray]) -> None:
    store = checks.store
    with store.commit("repair"):
        store.consistency.forget()
        refresh(store, strays)
    checks.parts.reader.wrote()
    report = checks.cycle()
    verdict.problems += report.problems
    verdict.repaired = True
    again = Verdict(verdict.started_ms)
    left = of_oddities(store.consistency.oddities())
    left += of_strays(store, _walk(cloud, checks, again)) if strays else []
    verdict.left = left + _of_files(checks, (), frozenset(), verdict)


def _remember(checks: Checks, verdict: Verdict) -> None:
    verdict.finished_ms = checks.now_ms
    # What was read anew here looks unchanged to the next cycle, which has not planned for it.
    checks.parts.reader.wrote()
    kept = Verified(verdict.finished_ms, verdict.result, len(verdict.found))
    with checks.store.commit("verified"):
        checks.store.meta.set(VERIFIED, kept.text())
