"""Committing a plan: everything that must be durable before the first effect, in one commit.

Identities come first: which line is which reminder, and which file which list, is decided once,
before an id is written into a file or a record is named. Then the plan itself: what the base
learned, the outbox, the history, conflicts, holds, and for each file that will be written what
its new content will mean for the base.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence

from store.activity.attention import Hold as StoredHold
from store.activity.outbox import STANDING, Intent
from store.base.bases import ListBase as StoredListBase
from store.base.occurrences import Occurrence
from store.db import Store
from store.local.places import FileRow, LineRow
from store.model import AllDay, Field, Floating, Rule, Unknown, Zoned
from sync.core.actions import (
    APPROVABLE,
    BY_NAME,
    AddLine,
    Conflict,
    Hold,
    HoldKind,
    MoveLine,
    Plan,
)
from sync.core.listplan import ListBase, ListPlan, again
from sync.core.matching.identity import stands_for
from sync.core.matching.match import Leaving
from sync.core.merging.merge import Side
from sync.cycle.files.pasting import note_put_back
from sync.cycle.observing.reading import LocalState
from sync.cycle.past.journaling import Chronicle
from sync.cycle.planning.doubts import DOUBTS, doubts_text
from sync.cycle.planning.filed import remember_put_away
from sync.cycle.planning.known import Known
from sync.cycle.planning.letgo import forget_let_go, note_let_go, note_sent, note_told
from sync.cycle.planning.lost import note_lost
from sync.cycle.planning.origins import ORIGINS, origins_text
from sync.cycle.planning.planner import Planned
from sync.cycle.planning.sectioning import have_arrived, remember_sections
from sync.cycle.planning.standing import LEAVING, leaving_of, leaving_text, line_rows
from sync.cycle.rendering.work import Work, plan_work
from sync.local.formats import Dialect

__all__ = ["Committer"]

EVIDENCE_S = 60.0  # how long an unanswered operation may still show up


class Committer:
    """Writes plans into the store; ``mint`` gives keys for file writes."""

    def __init__(
        self,
        store: Store,
        dialect: Dialect,
        mint: Callable[[], str],
        clock: Callable[[], float],
        chronicle: Chronicle,
    ) -> None:
        self._store = store
        self._dialect = dialect
        self._mint = mint
        self._clock = clock
        self._chronicle = chronicle
        self._bare: set[str] = set()
        """Files whose lines are remembered as they were before they got their ids."""

    @property
    def _now_ms(self) -> int:
        return int(self._clock() * 1000)

    def leaving(self) -> frozenset[Leaving]:
        """The lines that an interrupted move of ours should have taken out."""
        return leaving_of(self._store.meta.get(LEAVING))

    def commit_identities(self, planned: Planned, local: LocalState, trigger: str) -> None:
        """Make durable which line is which reminder, and which new file which list."""
        matched = planned.world.matched
        places = self._store.places
        with self._store.commit("identities"):
            for spot in sorted(matched.unstamped):
                self._set_block(planned, matched.ids[spot])
            for block, id in matched.adopted.items():
                places.set_block(id, block, own=False)
            here = {path for path, _ in matched.ids}
            for path, rows in sorted(line_rows(here, local, planned).items()):
                places.set_lines(path, rows)
            self._bare |= {path for path, _ in matched.unstamped}
            self._chronicle.note_marks(trigger, planned)
            self._commit_lists(planned.lists)
            self._store.meta.set(DOUBTS, doubts_text(planned.world.doubts))
            self._store.meta.set(ORIGINS, origins_text(planned.known.origins, matched))

    def commit(self, planned: Planned, local: LocalState, trigger: str) -> Work:
        """Make the plan durable, as a run of its own if it changes anything.

        What is returned may then be carried out.
        """
        places = self._store.bases.all_lists()
        homes = {id: base.path for id, base in places.items() if base.path}
        known = {path: row.sha256 for path, row in self._store.places.files().items()}
        work = plan_work(planned, local, homes, known, self._dialect, self._mint)
        with self._store.commit("plan"):
            work.new_holds = self._hold(planned, work)
            if planned.waits:
                return work
            self._store.mirror.let_go(self._now_ms)
            self._learn(planned.plan)
            self._remember_places(planned, local, {one.path for one in work.leaving})
            self._archive(planned)
            remember_put_away(self._store, planned.known, planned.world.put_away, planned.plan)
            self._announce(planned, work)
            self._settle_evidence()
            self._chronicle.note_plan(trigger, planned, work)
            self._commit_lists(planned.lists)
            remember_sections(self._store, planned.world.outlook, planned.new_sections)
            for conflict in planned.plan.conflicts:
                self._keep_loser(conflict)
            self._store.outbox.replace_queued(planned.intents)
            ending = {*planned.lists.delete_lists} & {one.id for one in planned.intents}
            if ending:
                note_sent(self._store, planned.known, ending, self._now_ms)
            asked = [hold.id for hold in planned.lists.holds if hold.kind is HoldKind.LIST]
            note_told(self._store, planned.known, asked)
            self._store.outbox.drop_many(planned.overtaken)
            self._write_down(planned)
            for key, write in work.writes:
                self._store.places.add_render(
                    key, write.path, write.expected, write.new_sha256, write.changes
                )
                self._announce_list(key, write.path, planned, work)
            note_put_back(self._store, planned, [write for _, write in work.writes], self._dialect)
            note_lost(self._store, planned.lost_there)
            self._store.meta.set(LEAVING, leaving_text([*work.leaving, *work.awaited]))
            self._store.meta.set(DOUBTS, doubts_text(planned.world.doubts))
            self._store.meta.set(
                ORIGINS, origins_text(planned.known.origins, planned.world.matched)
            )
            self._drop_approvals(planned)
        return work

    def approve_first_plan(self) -> None:
        """Let the plan of a first meeting go ahead, and nothing else."""
        with self._store.commit("approve"):
            self._store.attention.approve([HoldKind.FIRST_PLAN], self._now_ms)

    def approve(self, keys: Sequence[str], known: Known) -> list[Hold]:
        """Let held things go ahead: those of these keys, or all that may go unnamed.

        What ends a list has to be named, by its id or by what the list is called; a reminder goes
        by the id on its line, too. A list goes with what is ``known`` to be in it, and no more.
        """
        open_holds = [
            Hold(hold.id, HoldKind(hold.kind), hold.reason)
            for hold in self._store.attention.holds()
        ]
        named = {*keys, *self._lists_called(keys, open_holds), *_of_lines(keys, open_holds)}
        chosen = [
            hold
            for hold in open_holds
            if (hold.kind in APPROVABLE and (not keys or hold.id in named))
            or (hold.kind in BY_NAME and hold.id in named)
        ]
        with self._store.commit("approve"):
            self._store.attention.approve(
                [hold.kind if hold.kind is HoldKind.FIRST_PLAN else hold.id for hold in chosen],
                self._now_ms,
            )
            lists = [hold.id for hold in chosen if hold.kind is HoldKind.LIST]
            if lists:
                note_let_go(self._store, known, lists)
        return chosen

    def _lists_called(self, keys: Sequence[str], holds: Sequence[Hold]) -> list[str]:
        """The one list that waits and is called so, for each of ``keys`` that names one."""
        names = {id: base.name for id, base in self._store.bases.all_lists().items()}
        waiting = [hold.id for hold in holds if hold.kind in BY_NAME]
        found = ([id for id in waiting if names.get(id) == key] for key in keys)
        return [ids[0] for ids in found if len(ids) == 1]

    # ---- parts of the plan's commit

    def _write_down(self, planned: Planned) -> None:
        """Occurrences that were done here, before their lines go on; and those that arrived."""
        for intent in planned.intents:
            if intent.kind == "occurrence":
                self._store.occurrences.add(_occurrence(intent))
        for one in planned.plan.arrived:
            self._store.occurrences.settle(one.id, one.due)

    def _drop_approvals(self, planned: Planned) -> None:
        """An approval is for what was held then; it must not let through what comes later.

        It stays while nothing can be said of what it was given for.
        """
        wanted = {hold.id for hold in planned.unjudged}
        wanted |= {hold.id for hold in planned.lists.holds if hold.kind is HoldKind.LIST}
        wanted |= {*planned.lists.unsure_lists}
        wanted |= {op.id for op in (*planned.plan.pushes, *planned.plan.renders)}
        wanted |= {op.path for op in planned.lists.create_lists}
        wanted |= {*planned.lists.delete_lists, *planned.lists.delete_groups}
        wanted |= {*planned.lists.ended, *(one.place for one in planned.emptied)}
        wanted |= {again(op.id) for op in planned.lists.create_files}
        attention = self._store.attention
        attention.drop_approvals(attention.approved() - wanted)
        forget_let_go(self._store, attention.approved())

    def _learn(self, plan: Plan) -> None:
        bases = self._store.bases
        bases.set_many((entry.id, entry.values, True) for entry in plan.learned)
        for gone in plan.forgotten:
            bases.drop(gone.id)
        self._store.places.drop_lines(*(gone.id for gone in plan.forgotten))

    def _remember_places(
        self, planned: Planned, local: LocalState, behind: Collection[str]
    ) -> None:
        """What the files say now; whose those are that have lines left ``behind``, is kept too."""
        places = self._store.places
        known = places.files()
        changed = {
            path: file
            for path, file in local.files.items()
            if file.todo is not None
            and (path not in known or known[path].sha256 != file.sha256 or path in self._bare)
        }
        self._bare -= changed.keys()
        rows = line_rows(changed, local, planned) if changed else {}
        for path, file in changed.items():
            self._store.versions.note(path, file.sha256)
            places.set_file(
                FileRow(path, file.sha256, len(file.data), self._list_of(path, planned))
            )
            places.set_lines(path, rows[path])
        if not local.incomplete and not local.trouble:
            for path in known.keys() - local.files.keys():
                may_return = not planned.marks or planned.rests(path)
                if not may_return or not (path in behind or places.lines_in(path)):
                    places.drop_file(path)
        places.set_vanished(planned.vanished.values())
        here = planned.world.snapshot.local
        known_now = (
            id for id in places.vanished() if not isinstance(here.get(id), Unknown)
        )  # what cannot be judged now has not come back
        back = {*known_now} - planned.vanished.keys()
        if back:
            places.clear_vanished(*back)
        for op in planned.plan.renders:
            if isinstance(op, AddLine):
                self._set_block(planned, op.id)

    def _archive(self, planned: Planned) -> None:
        """From now on these lines stand in the archive, whatever becomes of it."""
        lines = planned.world.lines
        rows = [LineRow(one.id, one.path, 0, lines[one.id].text) for one in planned.archived]
        self._store.places.put_lines(rows)

    def _announce(self, planned: Planned, work: Work) -> None:
        """Lines without ids that are about to be put in: should we die, they are known."""
        new = {op.id for op in planned.plan.renders if isinstance(op, AddLine | MoveLine)}
        for _, write in work.writes:
            self._store.places.put_lines(row for row in write.rows if row.id in new)

    def _announce_list(self, key: str, path: str, planned: Planned, work: Work) -> None:
        """So is a list whose file is about to be made, and what it is called: by its write."""
        id = work.new_files.get(path)
        if id is None:
            return
        info = planned.known.list_rows[id].info()
        place = self._dialect.layout.place_of(path)
        color = None if self._dialect.layout.color else info.color  # in a file of its own
        base = StoredListBase(info.name, info.group, place, color, info.emblem)
        self._store.places.add_list(key, id, base)

    def _list_of(self, path: str, planned: Planned) -> str | None:
        return planned.lists.owner.get(self._dialect.layout.place_of(path))

    def _set_block(self, planned: Planned, id: str) -> None:
        if id not in planned.known.stored_blocks:
            self._store.places.set_block(id, planned.known.blocks[id], own=True)

    def _commit_lists(self, lists: ListPlan) -> None:
        bases = self._store.bases
        for id, base in lists.learned.items():
            bases.set_list(id, _stored(base))
        for op in lists.create_lists:
            path = None if op.is_group else op.path
            made = StoredListBase(op.name, op.group, path, op.color, op.emblem)
            bases.set_list(op.id, made)
        self._store.forgotten.drop(lists.remembered)
        for id in lists.ended:
            view = lists.views.get(id)
            if view is None or view.path is None:
                bases.drop_list(id)
        for conflict in lists.conflicts:
            self._keep_loser(conflict)

    def _settle_evidence(self) -> None:
        """Drop what was sent and has been looked at since: the base has learned from it.

        What a person wished for is held against what was found, and sent again if it is not that.
        """
        now = self._now_ms
        old = now - int(EVIDENCE_S * 1000)
        outbox = self._store.outbox
        flying = outbox.in_flight()
        for intent in flying:
            if intent.kind in STANDING:
                outbox.requeue(intent.seq)
        outbox.drop_many(
            intent.seq
            for intent in flying
            if intent.kind not in STANDING
            # What was sent tomorrow was sent before the clock was set back.
            if not old < (intent.sent_at_ms or 0) <= now or self._arrived(intent)
        )

    def _arrived(self, intent: Intent) -> bool:
        """Whether the base shows it; what only deletes, or names a list, is planned afresh."""
        if intent.kind == "sections":
            return have_arrived(self._store, intent)
        if not intent.changes:
            return True
        base = self._store.bases.get(intent.id)
        return base is not None and intent.changes.items() <= base.values.items()

    def _keep_loser(self, conflict: Conflict) -> None:
        self._store.attention.add_conflict(
            conflict.id,
            conflict.field.value,
            conflict.winner,
            conflict.loser,
            "file" if conflict.winning is Side.CLOUD else "cloud",
            self._now_ms,
        )

    def _hold(self, planned: Planned, work: Work) -> list[Hold]:
        """Write what waits now; gives what did not wait before, or asks something else now."""
        holds = [*planned.holds]
        holds += [Hold(p.id, HoldKind.FILE, f"{p.path}: {p.reason}") for p in work.problems]
        before = {hold.key: hold.reason for hold in self._store.attention.holds()}
        unique = {f"{hold.kind.value}:{hold.id}": hold for hold in holds}
        self._store.attention.set_holds(
            StoredHold(key, hold.kind.value, hold.id, hold.reason, self._now_ms, hold.until_ms)
            for key, hold in unique.items()
        )
        asked = {key for key, hold in unique.items() if hold.kind is HoldKind.LIST}
        again = {key for key in asked if before.get(key) != unique[key].reason}
        return [hold for key, hold in unique.items() if key not in before or key in again]


def _stored(base: ListBase) -> StoredListBase:
    return StoredListBase(base.name, base.group, base.path, base.color, base.emblem)


def _occurrence(intent: Intent) -> Occurrence:
    due, rule = intent.changes[Field.DUE], intent.changes[Field.REPEAT]
    assert isinstance(due, AllDay | Floating | Zoned)
    assert isinstance(rule, Rule)
    texts = intent.texts
    return Occurrence(
        intent.id, texts["due"] or "", texts["copy"] or "", due, rule, int(texts["at"] or 0)
    )


def _of_lines(keys: Sequence[str], holds: Sequence[Hold]) -> list[str]:
    """The one reminder that waits and has this id on its line, for each of ``keys`` that is one."""
    found = ([hold.id for hold in holds if stands_for(key, hold.id)] for key in keys)
    return [ids[0] for ids in found if len(ids) == 1]
