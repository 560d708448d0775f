"""Recognising lines that carry no ids, by what stood where the last time. Pure.

Lines that say exactly the same are told apart by their notes and parents, then by their order: it
makes no difference which is which, as far as anybody can see. What remains in doubt is taken for
new, and the reminder that it may be is not taken for gone.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Hashable, Iterable, Mapping, Sequence

from sync.core.matching.traces import Leaving, Line, Matched, Trace, words

__all__ = ["doubtful", "elsewhere", "in_order", "leftovers", "ticked"]

Key = Callable[[Line], Hashable]
TraceKey = Callable[[Trace], Hashable]


def in_order(lines: Sequence[Line], gone: dict[str, Trace], matched: Matched) -> None:
    """Lines that stand in their file word for word as they did, however many alike there are."""
    for _ in range(2):  # subtasks are known by parents that were themselves just recognised
        _in_order(
            lines,
            gone,
            matched,
            lambda line: (*_words(line), _parent_of(line, matched)),
            lambda trace: (trace.path, trace.text, trace.notes, trace.parent),
        )
    _in_order(lines, gone, matched, _words, lambda trace: (trace.path, trace.text, trace.notes))
    _in_order(
        lines,
        gone,
        matched,
        lambda line: (line.path, line.text),
        lambda trace: (trace.path, trace.text),
    )
    there = {(line.path, line.text) for line in lines}
    matched.doubtful |= {id for id, trace in gone.items() if (trace.path, trace.text) in there}


def leftovers(
    lines: Iterable[Line], gone: dict[str, Trace], leaving: Collection[Leaving], matched: Matched
) -> None:
    """Lines that an unfinished move of ours takes away; where it never began, they are the line."""
    moving = {(one.path, one.words): one.id for one in leaving}
    for line in _free(lines, matched):
        id = moving.get((line.path, words(line.text, line.reminder.notes)))
        if id is None:
            continue
        if id in matched.ids.values():
            matched.leftovers[line.spot] = id
        else:
            _attach(line, id, gone, matched)


def ticked(
    lines: Iterable[Line], gone: dict[str, Trace], series: Collection[str], matched: Matched
) -> None:
    """The ticked line of a series, beside which an editor may have typed the next occurrence."""
    done = [line for line in _free(lines, matched) if line.reminder.done is not None]
    repeating = {id: trace for id, trace in gone.items() if id in series}
    _unique(
        done,
        repeating,
        gone,
        matched,
        lambda line: (line.path, line.reminder.title),
        lambda trace: (trace.path, trace.title),
    )


def elsewhere(lines: Iterable[Line], gone: dict[str, Trace], matched: Matched) -> None:
    """Lines that stand in another file now, word for word."""
    _unique(
        _free(lines, matched),
        dict(gone),
        gone,
        matched,
        lambda line: line.text.strip(),
        lambda trace: trace.text.strip(),
    )


def doubtful(
    lines: Iterable[Line],
    gone: Mapping[str, Trace],
    matched: Matched,
    close: Callable[[Line, Trace], bool],
) -> set[str]:
    """Reminders without a line that one of the lines left may be."""
    free = _free(lines, matched)
    titles = {(line.path, line.reminder.title) for line in free if line.reminder.title}
    left = {
        id
        for id, trace in gone.items()
        if (trace.path, trace.title) in titles or any(close(line, trace) for line in free)
    }
    return left | (matched.doubtful & gone.keys())


def _in_order(
    lines: Sequence[Line], gone: dict[str, Trace], matched: Matched, key: Key, trace_key: TraceKey
) -> None:
    offered: defaultdict[Hashable, list[Trace]] = defaultdict(list)
    for trace in sorted(gone.values(), key=lambda trace: (trace.line, trace.id)):
        offered[trace_key(trace)].append(trace)
    for line in sorted(_free(lines, matched), key=lambda line: line.spot):
        if offered[key(line)]:
            _attach(line, offered[key(line)].pop(0).id, gone, matched)


def _unique(
    lines: Sequence[Line],
    offered: Mapping[str, Trace],
    gone: dict[str, Trace],
    matched: Matched,
    key: Key,
    trace_key: TraceKey,
) -> None:
    wanted = Counter(map(key, lines))
    there: defaultdict[Hashable, list[str]] = defaultdict(list)
    for id, trace in offered.items():
        there[trace_key(trace)].append(id)
    for line in lines:
        ids = there[key(line)]
        if len(ids) == 1 and wanted[key(line)] == 1:
            _attach(line, ids[0], gone, matched)


def _words(line: Line) -> tuple[str, str, str]:
    return (line.path, line.text, line.reminder.notes)


def _parent_of(line: Line, matched: Matched) -> str | None:
    return None if line.parent is None else matched.ids.get((line.path, line.parent), "?")


def _free(lines: Iterable[Line], matched: Matched) -> list[Line]:
    taken = (matched.ids, matched.leftovers)
    return [line for line in lines if not any(line.spot in one for one in taken)]


def _attach(line: Line, id: str, gone: dict[str, Trace], matched: Matched) -> None:
    gone.pop(id, None)
    matched.ids[line.spot] = id
    matched.unstamped.add(line.spot)
