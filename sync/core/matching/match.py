"""Matching: which line is which reminder, over all files at once, before anything is judged gone.

In this order, each step over what the steps before left, and only where both sides are unique:
the block id; the exact old line in the same file; the same title under the same parent in the same
file; a close match among lines that vanished in this very scan; what another machine named; on
first contact, a reminder with the same title, due date and list; else the line is new. Ambiguous
is new, never a deletion.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Collection, Hashable, Iterable, Mapping, Sequence
from difflib import SequenceMatcher
from types import MappingProxyType

from store.model import Reminder
from sync.core.matching import tracing
from sync.core.matching.claims import has_news, keeper
from sync.core.matching.handing import Series, hand_on
from sync.core.matching.newcomers import Registry, carried, mark, name_new
from sync.core.matching.traces import Leaving, Line, Matched, Spot, Trace, bare, placed, words

__all__ = ["Leaving", "Line", "Matched", "Registry", "Spot", "Trace", "alike"]
__all__ += ["match_lines", "words"]

CLOSE = 0.85  # of SequenceMatcher.ratio over titles
_NUMBER = re.compile(r"\d+")


def match_lines(
    lines: Sequence[Line],
    *,
    blocks: Mapping[str, str],
    traces: Mapping[str, Trace],
    registry: Registry,
    leaving: Collection[Leaving],
    series: Mapping[str, Series] = MappingProxyType({}),
    said: Mapping[str, Reminder] = MappingProxyType({}),
    before: Mapping[str, Sequence[Reminder]] = MappingProxyType({}),
    away: Collection[str] = (),
    aside: Collection[str] = (),
    marks: bool = True,
    apart: bool = False,
) -> Matched:
    """Give every line an identity.

    ``blocks`` maps block ids to reminders; ``traces`` has the lines seen last time; ``registry``
    knows who else there is; ``leaving`` are lines that an unfinished move of ours takes away, as
    they stood (one that was edited since stays, and what was put elsewhere for it goes); ``series``
    are open reminders that repeat; ``said`` is what iCloud last said of those whose id stands on
    several lines, as a line would, and ``before`` what was known of them before an unfinished move.
    Without ``marks`` lines carry no ids of ours, and are known by their order too. ``away`` are
    those whose line was gone before already: it takes the same title to be one of them. A reminder
    that any of several lines may be is ``doubtful``, not gone; nor is one of ``aside``, whose id
    stands where no list is. ``apart`` says that each task has a file of its own.
    """
    matched = Matched()
    _by_block(lines, blocks, traces, leaving, said, before, matched)
    hand_on(lines, series, traces, matched, apart=apart)
    here = {*matched.ids.values(), *aside}
    gone = {id: trace for id, trace in traces.items() if id not in here}
    free = [line for line in lines if not placed(line, matched)]
    unmarked = [line for line in free if line.block is None or line.spot in matched.copies]
    if marks:
        _left_bare(unmarked, blocks, leaving, matched)
    if not marks:
        tracing.in_order(unmarked, gone, matched)
        tracing.leftovers(unmarked, gone, leaving, matched)
        tracing.ticked(unmarked, gone, series, matched)
        hand_on(lines, series, traces, matched, apart=apart)
        tracing.elsewhere(unmarked, gone, matched)
    named = {id: block for block, id in blocks.items() if id in gone}
    _recognise(unmarked, gone, named, away, matched)
    lost = {id: trace for id, trace in gone.items() if not (marks and id in away)}
    matched.doubtful = tracing.doubtful(unmarked, lost, matched, alike)
    free.sort(key=_spot)
    there = {*matched.ids.values()}
    unknown = [line for line in free if line.block not in blocks]
    unknown = [line for line in unknown if not carried(line, registry, matched, there)]
    _pair_strangers(unknown, registry.strangers, matched)
    there = {*matched.ids.values()}
    for line in free:
        if not placed(line, matched):
            name_new(line, registry, matched, there)
    return matched


def _recognise(
    unmarked: Sequence[Line],
    gone: dict[str, Trace],
    named: Mapping[str, str],
    away: Collection[str],
    matched: Matched,
) -> None:
    """Pair lines by what they say with those that are gone; by likeness with none of ``away``.

    ``named`` are the block ids that stood on these, by reminder.
    """
    _pair(
        unmarked,
        gone,
        matched,
        lambda line: (line.path, line.text),
        lambda trace: (trace.path, bare(trace.text, named.get(trace.id))),
    )
    for _ in range(2):  # subtasks are known by parents that were themselves just recognised
        _pair(
            unmarked,
            gone,
            matched,
            lambda line: _title_key(line.path, line.reminder.title, _parent_id(line, matched)),
            lambda trace: _title_key(trace.path, trace.title, trace.parent),
        )
        _pair_alike(unmarked, gone, matched)
    _pair(
        unmarked,
        gone,
        matched,
        lambda line: _title_key("", line.reminder.title, None),
        lambda trace: _title_key("", trace.title, None),
    )
    _pair_close(unmarked, away, gone, matched)


def _spot(line: Line) -> Spot:
    return line.spot


def _by_block(
    lines: Sequence[Line],
    blocks: Mapping[str, str],
    traces: Mapping[str, Trace],
    leaving: Collection[Leaving],
    said: Mapping[str, Reminder],
    before: Mapping[str, Sequence[Reminder]],
    matched: Matched,
) -> None:
    claims: defaultdict[str, list[Line]] = defaultdict(list)
    left: defaultdict[str, list[Line]] = defaultdict(list)
    for line in lines:
        id = blocks.get(line.block or "")
        if id is not None:
            (left if Leaving(line.path, id, _words(line)) in leaving else claims)[id].append(line)
    for id, behind in left.items():
        if any(line.path != behind[0].path for line in claims.get(id, ())):
            matched.leftovers.update((line.spot, id) for line in behind)
        else:  # nothing took its place yet: it is still the line
            claims[id] += behind
    for id, claimants in claims.items():
        if id not in left:
            ours = _put_for_edited(claimants, id, traces.get(id), before.get(id, ()), leaving)
            matched.leftovers.update((line.spot, id) for line in ours)
            claimants = [line for line in claimants if line not in ours]
        line = keeper(claimants, traces.get(id), said.get(id))
        matched.ids[line.spot] = id
        matched.copies.update(other.spot for other in claimants if other is not line)


def _left_bare(
    unmarked: Iterable[Line],
    blocks: Mapping[str, str],
    leaving: Collection[Leaving],
    matched: Matched,
) -> None:
    """Lines that our unfinished moves leave behind, from which somebody took the ids meanwhile."""
    named = {id: block for block, id in blocks.items()}
    there = set(matched.ids.values())
    known = {(path, id) for (path, _), id in (*matched.ids.items(), *matched.leftovers.items())}
    behind: defaultdict[Hashable, list[str]] = defaultdict(list)
    for one in sorted(leaving):
        block = named.get(one.id)
        if block and one.id in there and (one.path, one.id) not in known:
            said = [word for word in one.words.split() if block not in word]
            behind[one.path, *said].append(one.id)
    for line in sorted(unmarked, key=_spot):
        ids = behind[line.path, *_words(line).split()]
        if ids:
            matched.leftovers[line.spot] = ids.pop(0)


def _words(line: Line) -> str:
    return words(line.text, line.reminder.notes)


def _put_for_edited(
    claimants: Sequence[Line],
    id: str,
    trace: Trace | None,
    before: Sequence[Reminder],
    leaving: Collection[Leaving],
) -> list[Line]:
    """What an unfinished move of ours put elsewhere for a line that was edited where it stood.

    The edited one is the line; what we put is known by saying what was said before. Where somebody
    edited that one as well, and it is not sent yet, it stays, and either is a copy of the other.
    """
    froms = {one.path for one in leaving if one.id == id}
    said = {one.words for one in leaving if one.id == id}
    said |= {words(trace.text, trace.notes)} if trace is not None else set()
    if not any(line.path in froms for line in claimants):
        return []
    ours = [line for line in claimants if line.path not in froms and _words(line) in said]
    return [line for line in ours if not (before and has_news(line.reminder, *before))]


def _title_key(path: str, title: str, parent: str | None) -> Hashable | None:
    """A title as far as a line can tell, in its place; one without words tells nothing."""
    words = tuple(title.split())
    return (path, words, parent) if words else None


def _parent_id(line: Line, matched: Matched) -> str | None:
    return None if line.above is None else matched.ids.get(line.above)


def _pair(
    lines: Iterable[Line],
    gone: dict[str, Trace],
    matched: Matched,
    line_key: Callable[[Line], Hashable],
    trace_key: Callable[[Trace], Hashable],
) -> None:
    """Pair lines and vanished traces whose keys are equal and unique on both sides."""
    wanted: defaultdict[Hashable, list[Line]] = defaultdict(list)
    offered: defaultdict[Hashable, list[str]] = defaultdict(list)
    for line in lines:
        if not placed(line, matched):
            wanted[line_key(line)].append(line)
    wanted.pop(None, None)
    if not wanted:
        return
    for id, trace in gone.items():
        offered[trace_key(trace)].append(id)
    for key, candidates in wanted.items():
        if len(candidates) == 1 and len(offered[key]) == 1:
            _attach(candidates[0], offered[key][0], gone, matched)


def _pair_alike(lines: Iterable[Line], gone: dict[str, Trace], matched: Matched) -> None:
    """Lines of one title and as many that vanished in the same place: which is which is nothing."""
    wanted: defaultdict[Hashable, list[Line]] = defaultdict(list)
    offered: defaultdict[Hashable, list[Trace]] = defaultdict(list)
    for line in sorted(lines, key=_spot):
        if not placed(line, matched):
            title = line.reminder.title
            wanted[_title_key(line.path, title, _parent_id(line, matched))].append(line)
    wanted.pop(None, None)
    for trace in sorted(gone.values(), key=lambda trace: (trace.line, trace.id)):
        offered[_title_key(trace.path, trace.title, trace.parent)].append(trace)
    for key, alike in wanted.items():
        if len(alike) == len(offered[key]):
            for line, trace in zip(alike, offered[key], strict=True):
                _attach(line, trace.id, gone, matched)


def _pair_close(
    lines: Iterable[Line], away: Collection[str], gone: dict[str, Trace], matched: Matched
) -> None:
    """Pair lines with those that vanished in this scan, where either is like no other."""
    free = [line for line in lines if not placed(line, matched)]
    ids_near: dict[Spot, list[str]] = {}
    lines_near: defaultdict[str, list[Line]] = defaultdict(list)
    for line in free:
        near = [id for id, trace in gone.items() if id not in away and alike(line, trace)]
        ids_near[line.spot] = near
        for id in near:
            lines_near[id].append(line)
    for line in free:
        near = ids_near[line.spot]
        if len(near) == 1 and len(lines_near[near[0]]) == 1:
            _attach(line, near[0], gone, matched)


def alike(line: Line, trace: Trace) -> bool:
    """Whether two titles are much alike; ids, dates and marks tell nothing, but numbers do."""
    one, other = (" ".join(each.split()) for each in (line.reminder.title, trace.title))
    if not one or not other or _NUMBER.findall(one) != _NUMBER.findall(other):
        return False  # chapter 4 is not chapter 3 with a slip of the pen
    matcher = SequenceMatcher(None, one, other, autojunk=False)
    return (
        matcher.real_quick_ratio() >= CLOSE
        and matcher.quick_ratio() >= CLOSE
        and matcher.ratio() >= CLOSE
    )


def _pair_strangers(
    lines: Iterable[Line], strangers: Mapping[str, Reminder], matched: Matched
) -> None:
    def key(reminder: Reminder) -> Hashable:
        return (reminder.list, reminder.title, reminder.due, reminder.done is None)

    wanted: defaultdict[Hashable, list[Line]] = defaultdict(list)
    offered: defaultdict[Hashable, list[str]] = defaultdict(list)
    taken = set(matched.ids.values())
    for line in lines:
        if not placed(line, matched):
            wanted[key(line.reminder)].append(line)
    for id, reminder in strangers.items():
        if id not in taken:
            offered[key(reminder)].append(id)
    for same, candidates in wanted.items():
        if len(candidates) == 1 and len(offered[same]) == 1:
            line, id = candidates[0], offered[same][0]
            matched.ids[line.spot] = id
            matched.paired.add(line.spot)
            mark(line, id, matched)


def _attach(line: Line, id: str, gone: dict[str, Trace], matched: Matched) -> None:
    del gone[id]
    matched.ids[line.spot] = id
    matched.unstamped.add(line.spot)
