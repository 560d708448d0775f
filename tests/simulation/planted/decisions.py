"""Bugs of merging and of matching."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from difflib import SequenceMatcher

from store.model import Reminder, Value
from sync.core import plan
from sync.core.matching import match
from sync.core.matching.traces import Leaving, Line, Matched, Trace
from sync.core.merging import fields, merge
from sync.cycle.files import committing
from sync.cycle.observing.reading import LocalState
from tests.simulation.planted.bug import Bed, Swap

DECISIONS = Bed()
EDITED = ("process restarted",)
HALF = 0.5


@DECISIONS.plant("last-write-wins", "Of two edits of one field the file's wins; nobody is told.")
def _last_write_wins() -> Iterable[Swap]:
    real = merge.merge

    def merged(base: merge.Base, local: Value, remote: Value, wins: merge.Side) -> merge.Merged:
        found = real(base, local, remote, wins)
        return merge.Push(local) if isinstance(found, merge.Conflicted) else found

    yield fields, "merge", merged


@DECISIONS.plant("conflict loser not kept", "Of a conflict only the winner is kept.")
def _no_loser() -> Iterable[Swap]:
    yield committing.Committer, "_keep_loser", lambda *_: None


@DECISIONS.plant("delete beats edit", "What iCloud deleted goes, though its line was edited since.")
def _delete_beats_edit() -> Iterable[Swap]:
    yield plan, "_edited", lambda *_: False


@DECISIONS.plant("no base", "What both sides said last is not asked: any difference is a conflict.")
def _no_base() -> Iterable[Swap]:
    real = merge.merge

    def merged(base: merge.Base, local: Value, remote: Value, wins: merge.Side) -> merge.Merged:
        return real(merge.MISSING, local, remote, wins)

    yield fields, "merge", merged


@DECISIONS.plant("tags of one side", "Of two sets of tags one side's wins: they are not joined.")
def _one_sides_tags() -> Iterable[Swap]:
    real = merge.merge

    def merged(base: merge.Base, local: Value, remote: Value, wins: merge.Side) -> merge.Merged:
        found = real(base, local, remote, wins)
        return merge.Render(remote) if isinstance(found, merge.Joined) else found

    yield fields, "merge", merged


# ---- matching


@DECISIONS.plant("duplicated ids stay", "Of several lines with one id each is the reminder.")
def _duplicated() -> Iterable[Swap]:
    real = match._by_block

    def by_block(
        lines: Sequence[Line],
        blocks: Mapping[str, str],
        traces: Mapping[str, Trace],
        leaving: Collection[Leaving],
        said: Mapping[str, Reminder],
        matched: Matched,
    ) -> None:
        real(lines, blocks, traces, leaving, said, matched)
        for line in lines:
            if line.spot in matched.copies:
                matched.ids[line.spot] = blocks[line.block or ""]
        matched.copies.clear()

    yield match, "_by_block", by_block


@DECISIONS.plant(
    "a copy is the reminder",
    "Of lines with one id it is not the one that was there.",
    often=EDITED,
    likes=("double",),
)
def _wrong_keeper() -> Iterable[Swap]:
    def keeper(claimants: Sequence[Line], trace: Trace | None, said: Reminder | None) -> Line:
        there = trace and (trace.path, trace.text)
        return max(claimants, key=lambda line: ((line.path, line.text) != there, line.spot))

    yield match, "keeper", keeper


@DECISIONS.plant(
    "a close match need not be one",
    "A line is the first that it is like, whatever numbers they have.",
    often=EDITED,
    likes=("delete", "new_line"),
    lacks=("one thing",),
)
def _close_not_unique() -> Iterable[Swap]:
    def alike(line: Line, trace: Trace) -> bool:
        return SequenceMatcher(None, line.reminder.title, trace.title).ratio() >= HALF

    def pair_close(
        lines: Iterable[Line], away: Collection[str], gone: dict[str, Trace], matched: Matched
    ) -> None:
        for line in lines:
            near = [id for id, one in gone.items() if alike(line, one)]
            if near and not match._placed(line, matched):
                match._attach(line, near[0], gone, matched)

    yield match, "_pair_close", pair_close


@DECISIONS.plant("a moved line is new", "A line in another file is another reminder.")
def _moved_is_new() -> Iterable[Swap]:
    real = match._by_block

    def by_block(
        lines: Sequence[Line],
        blocks: Mapping[str, str],
        traces: Mapping[str, Trace],
        leaving: Collection[Leaving],
        said: Mapping[str, Reminder],
        matched: Matched,
    ) -> None:
        real(lines, blocks, traces, leaving, said, matched)
        for spot, id in list(matched.ids.items()):
            if id in traces and traces[id].path != spot[0]:
                del matched.ids[spot]

    yield match, "_by_block", by_block


@DECISIONS.plant("only ids tell", "A line without its id is new, whatever it says.")
def _only_ids() -> Iterable[Swap]:
    yield match, "_recognise", lambda *_: None


@DECISIONS.plant("a damaged file is empty", "Lines of a file that cannot be read now are gone.")
def _unread_is_gone() -> Iterable[Swap]:
    real = LocalState.__init__

    def without_trouble(self: LocalState, *args: object, **given: object) -> None:
        real(self, *args, **given)  # type: ignore[arg-type]
        files = {
            path: replace(file, trouble="", settling=False, unread=False, ids=frozenset())
            for path, file in self.files.items()
        }
        object.__setattr__(self, "files", files)
        object.__setattr__(self, "incomplete", "")

    yield LocalState, "__init__", without_trouble
