"""Writing into the files what a person does by a verb: as edits of theirs, for a cycle to carry on.

The lines are changed as an editor would, so everything that holds for a person's edits holds for
these: they are merged, guarded and sent by the next cycle, with or without a network now. What is
different: the id of a new line is given at once, and a buffer that was open while we wrote is
known for one that had not seen it. What has no line, since it was completed long ago, is wished
for in iCloud; the files follow where it is to be seen again.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from store.activity.journal import HistoryRow
from store.activity.outbox import REMOVALS
from store.local.places import Vanished
from store.model import Completion, Field, Reminder, Value
from store.values import NO_VALUE
from sync.core.actions import RemoveLine
from sync.core.deeds import Deed, Impossible, Outcome, Scene, carried_out
from sync.core.matching.match import Line
from sync.core.merging.lift import PLACE
from sync.cycle.asked.once import Once, as_text, before, left_of
from sync.cycle.asked.scenery import scene_of
from sync.cycle.asked.setting import Setting, intend, intend_removal
from sync.cycle.observing.reading import LocalState
from sync.cycle.parts import Parts
from sync.cycle.planning.planner import Planned
from sync.cycle.planning.standing import LEAVING, leaving_text
from sync.cycle.rendering.directories import moving_files
from sync.cycle.rendering.render import moving_out, write_files
from sync.cycle.rendering.work import Work, desk_of
from sync.cycle.report import Report
from sync.errors import Busy, CannotWrite
from sync.local.formats import Dialect

__all__ = ["Decide", "Written", "write_down"]

Decide = Callable[[Scene], Sequence[Deed]]
"""What a person wants, seeing what there is; may raise Impossible and UsageError."""


@dataclass(frozen=True, slots=True)
class Written:
    """What a verb wrote: ``outcome``, in which ``names`` are those of lists by id.

    ``at`` says in which file and line (from 1) each reminder stands, ``problems`` what could not
    be written though the rest was.
    """

    outcome: Outcome
    names: Mapping[str, str]
    blocks: Mapping[str, str]
    at: Mapping[str, tuple[str, int]]
    zone: str
    now: datetime
    problems: Sequence[str] = field(default=())
    answer: str = ""  # what was answered when the same was asked before

    @property
    def changed(self) -> bool:
        """Whether anything had to be written, or wished for."""
        return bool(self.outcome.renders or self.outcome.wishes or self.outcome.removed)


def write_down(
    parts: Parts,
    local: LocalState,
    planned: Planned,
    decide: Decide,
    report: Report,
    *,
    once: Once | None = None,
    dry_run: bool = False,
) -> Written | None:
    """Write what ``decide`` wants into the files that were just looked at.

    With ``dry_run`` only say what that would be. ``None``: they were saved meanwhile and nothing
    was written. Raises CannotWrite, UsageError.
    """
    if planned.waits:
        reason = planned.holds[-1].reason if planned.holds else "files are being saved"
        raise CannotWrite(f"nothing can be written now: {reason}", "see `remindersd status`")
    scene = scene_of(parts, planned)
    begun = before(parts.store, once, int(parts.clock() * 1000))
    deeds = decide(scene) if begun is None else left_of(begun, scene)
    written = Written(
        _outcome(parts, scene, deeds),
        names={view.id: view.name for view in planned.lists.views.values()},
        blocks=planned.known.blocks,
        at={},
        zone=scene.zone,
        now=scene.now,
        answer="" if begun is None else begun.text,
    )
    if dry_run or (begun is not None and begun.final):
        return written
    if written.outcome.renders:
        problems = _type_in(parts, local, planned, written, report, once)
        if problems is None:
            return None
        written = replace(written, problems=problems)
    if written.outcome.wishes or written.outcome.removed:
        _wish(parts, planned, written, report, once)
    found = {id: parts.store.places.line_of(id) for id in written.outcome.after}
    at = {id: (row.path, row.line + 1) for id, row in found.items() if row is not None}
    written = replace(written, at=at)
    if once is not None:
        with parts.store.commit("answered"):
            if begun is None and not written.changed:
                _begin(parts, once, written)
            parts.store.answered.finish(once.key, written.answer or once.say(written))
    return written


def _type_in(
    parts: Parts,
    local: LocalState,
    planned: Planned,
    written: Written,
    report: Report,
    once: Once | None,
) -> list[str] | None:
    """Change the lines; gives what could not be, ``None`` if nothing could but may be soon."""
    outcome = written.outcome
    work = _work(parts, local, planned, outcome)
    with parts.store.commit("typing"):
        _note(parts, local, planned, work, outcome, report)
        if once is not None:
            _begin(parts, once, written)
    parts.step("engine:write")
    files = report.files
    parts.filing.carry_out(planned, work, local, report)
    parts.reader.wrote()
    failed = [write for write in work.writes if not _stands(parts, write[0])]
    if failed and report.files == files:
        _give_up(parts, outcome, once)
        if report.problems:
            raise CannotWrite(report.problems[0], "nothing was changed")
        return None
    with parts.store.commit("typed"):
        ids = {id for _, write in failed for id in write.ids}
        parts.store.places.clear_vanished(*ids)
    told = [f"{write.path} was not changed: it was just saved" for _, write in failed]
    return [*report.problems, *told]


def _wish(
    parts: Parts, planned: Planned, written: Written, report: Report, once: Once | None
) -> None:
    """Queue for iCloud what was done to reminders without a line; the next cycle sends it.

    Their ids are theirs from now on: a line that comes of it is no new reminder to the journal.
    """
    outcome = written.outcome
    settings = [Setting(id, changes) for id, changes in outcome.wishes.items()]
    before = {
        one.id: {name.value: outcome.before[one.id].value(name) for name in one.changes}
        for one in settings
    }
    with parts.store.commit("wish"):
        for id in {*outcome.wishes, *outcome.removed} - planned.known.stored_blocks:
            parts.store.places.set_block(id, planned.known.blocks[id], own=True)
        now_ms, for_good = int(parts.clock() * 1000), parts.planner.settings.purge
        rows = intend(parts.store, settings, before, now_ms)
        removed = {id: outcome.before[id] for id in outcome.removed}
        rows += intend_removal(parts.store, removed, now_ms, for_good=for_good)
        parts.chronicle.note(report.trigger, rows)
        if once is not None and not outcome.renders:
            _begin(parts, once, written)


def _stands(parts: Parts, key: str) -> bool:
    return any(one.key == key for one in parts.store.places.written())


def _give_up(parts: Parts, outcome: Outcome, once: Once | None) -> None:
    """Nothing was written: so nothing is missed, and nothing of it is in the journal."""
    with parts.store.commit("not typed"):
        parts.store.places.clear_vanished(*outcome.before)
        parts.chronicle.give_up([op.id for op in outcome.renders], side="file")
        if once is not None:
            parts.store.answered.drop(once.key)


def _begin(parts: Parts, once: Once, written: Written) -> None:
    """Remember what is about to be done, and the answer; in the same commit as the intent."""
    now_ms = int(parts.clock() * 1000)
    text = written.answer or once.say(written)
    outcome = written.outcome
    deeds = as_text(outcome.renders, outcome.wishes, outcome.removed)
    parts.store.answered.begin(once.key, once.asked, text, deeds, now_ms)


def _outcome(parts: Parts, scene: Scene, deeds: Sequence[Deed]) -> Outcome:
    try:
        outcome = carried_out(scene, deeds)
    except Impossible as error:
        raise CannotWrite(error.reason, error.hint) from None
    _can_be_said(parts, outcome)
    _are_few(parts, outcome.removed)
    return outcome


def _are_few(parts: Parts, removed: Sequence[str]) -> None:
    """Raise CannotWrite where too much would be deleted at once: no file could hold it back."""
    outbox = parts.store.outbox
    before = {one.id for one in (*outbox.queued(), *outbox.in_flight()) if one.kind in REMOVALS}
    count, most = len(before.union(removed)), parts.planner.settings.hold_above
    if removed and count > most:
        raise CannotWrite(
            f"{count} completed reminders without lines would be deleted at once, and"
            f" `hold_above: {most}` allows {most}",
            "delete fewer and let `remindersd sync` send that, or raise it in the config",
        )


# ---- what can be written -------------------------------------------------------------------------


def _can_be_said(parts: Parts, outcome: Outcome) -> None:
    """Raise CannotWrite for a value that files of this format have no words for."""
    for id, now in outcome.after.items():
        was = outcome.before.get(id, Reminder(""))
        shown = parts.planner.shown(now)
        for name in Field:
            if name in PLACE and name is not Field.SECTION:
                continue
            wanted = now.value(name)
            if wanted == was.value(name) or (name is Field.SECTION and now.parent is not None):
                continue
            if name in shown.opaque or not _same(shown.value(name), wanted):
                what = f"{name.value} of “{now.title}”"
                raise CannotWrite(
                    f"{what} cannot be said like that in a file of this format",
                    "see docs/files.md for what each format can say",
                )


def _same(said: Value, wanted: Value) -> bool:
    return said == wanted or (isinstance(said, Completion) and isinstance(wanted, Completion))


def _work(parts: Parts, local: LocalState, planned: Planned, outcome: Outcome) -> Work:
    """The writes of files that it takes; raises CannotWrite where a line cannot be changed so."""
    dialect, blocks = parts.filing.dialect, planned.known.blocks
    new = [op.id for op in outcome.renders if op.id in outcome.after and op.id not in blocks]
    blocks.update(dialect.assign_blocks(new, {block: id for id, block in blocks.items()}))
    desk = desk_of(planned, local, dialect)
    for op in outcome.renders:
        line = desk.lines.get(op.id)
        path = line.path if line is not None else desk.paths[outcome.after[op.id].list]
        file = local.files.get(path)
        if not dialect.layout.per_task and (file is None or file.todo is None):
            why = file.trouble if file is not None else f"{path} is not there"
            raise Busy(f"{why}; nothing was written", "try again in a moment")
    writes, problems = write_files(desk, outcome.renders, {})
    if problems:
        raise CannotWrite(problems[0].reason, f"edit {problems[0].path} by hand")
    return Work(
        writes=[(parts.mint(), write) for write in writes],
        moves=moving_files(desk, outcome.renders),
        leaving=sorted({*planned.leaving, *moving_out(desk, outcome.renders)}),
    )


# ---- what is durable before, and what came of it -------------------------------------------------


def _note(
    parts: Parts,
    local: LocalState,
    planned: Planned,
    work: Work,
    outcome: Outcome,
    report: Report,
) -> None:
    store, known = parts.store, planned.known
    now_s = parts.clock()
    for id in outcome.after.keys() - outcome.wishes.keys():
        if id not in known.stored_blocks:
            store.places.set_block(id, known.blocks[id], own=True)
    gone = [op.id for op in outcome.renders if isinstance(op, RemoveLine)]
    store.places.set_vanished(Vanished(id, now_s, 0.0, now_s) for id in gone if id in known.base)
    for key, write in work.writes:
        store.places.add_render(
            key, write.path, write.expected, write.new_sha256, write.changes, typed=True
        )
    store.meta.set(LEAVING, leaving_text(work.leaving))
    rows = _rows(parts, local, planned, work, outcome)
    parts.chronicle.note(report.trigger, rows)


def _rows(
    parts: Parts, local: LocalState, planned: Planned, work: Work, outcome: Outcome
) -> Iterator[HistoryRow]:
    """What stands in the lines before and after: what of it changes, iCloud's side will tell."""
    now_ms, dialect = int(parts.clock() * 1000), parts.filing.dialect
    after = local
    for _, write in work.writes:
        if write.data is not None:
            after = after.with_file(write.path, write.data, dialect.parser(write.path))
    texts = {task.block: task.text for one in after.files.values() for task in one.tasks}
    for op in outcome.renders:
        line, now = planned.world.lines.get(op.id), outcome.after.get(op.id)
        path = line.path if line is not None else ""
        said = None if now is None else texts.get(planned.known.blocks[op.id], now.title)
        if now is not None:
            path = desk_of(planned, after, dialect).path_for(op.id, now)
        yield HistoryRow(
            run=None,
            at_ms=now_ms,
            side="file",
            id=op.id,
            field="line",
            before=NO_VALUE if line is None else _said(local, line, now is None, dialect),
            after=NO_VALUE if said is None else said,
            path=path,
        )


def _said(local: LocalState, line: Line, goes: bool, dialect: Dialect) -> str:
    """A line; of one that goes, also what stands beneath it."""
    todo = local.files[line.path].todo
    if not goes or todo is None:
        return line.text
    return dialect.cut(todo, [line.task]) or line.text
