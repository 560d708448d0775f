"""The ticked line of a series, beside which an editor typed the next occurrence, as many do. Pure.

The new line goes on as the reminder, and the ticked one becomes its completed copy. Until it has
an id the new line is known by standing beside the ticked one, or elsewhere by saying the very next
date; ticked off itself before anybody looked, by its date alone. The title may be the one that the
ticked line had when it was last seen: that may have got another one since.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from store.model import Field, Reminder, Rule
from sync.core.matching.traces import Line, Matched, Spot, Trace, placed
from sync.core.repeating.occurrence import copy_id
from sync.core.repeating.recurrence import advance, next_due

__all__ = ["Series", "hand_on"]


@dataclass(frozen=True, slots=True)
class Series:
    """An open reminder that repeats: its rule, and the completed copy that this occurrence leaves.

    ``copy`` is the id of that, ``None`` where no day was agreed on.
    """

    rule: Rule
    copy: str | None


def hand_on(
    lines: Sequence[Line],
    series: Mapping[str, Series],
    traces: Mapping[str, Trace],
    matched: Matched,
    *,
    apart: bool,
) -> None:
    """Let what was typed beside ticked lines of a series go on as the reminder.

    Where tasks stand ``apart``, what was typed has an id of its own making, which gives way.
    """
    at = {line.spot: line for line in lines}
    for spot, id in list(matched.ids.items()):
        ticked = at[spot]
        if id not in series or ticked.reminder.done is None:
            continue
        copy = series[id].copy or _copy_of(ticked, id)
        if copy is None:
            continue
        was = traces[id].title if id in traces else ""
        titles = {ticked.reminder.title, was or ticked.reminder.title}
        offered = _Offered(lines, at, titles, matched)
        following = offered.beside(ticked, apart=apart)
        following = following or offered.dated(ticked, series[id].rule)
        if len(following) == 1:
            matched.ids[following[0].spot] = id
            matched.ids[spot] = copy
            matched.unstamped |= {following[0].spot, spot}
            matched.copies |= {following[0].spot, spot} if apart else {spot}
            matched.new.add(spot)


def _copy_of(ticked: Line, id: str) -> str | None:
    """The id of the copy, where the series got its day in the moment in which it was ticked."""
    due = ticked.reminder.due
    return None if due is None else copy_id(id, due)


class _Offered:
    """The lines of which one may be the next occurrence of what is ticked, by one of ``titles``."""

    def __init__(
        self,
        lines: Sequence[Line],
        at: Mapping[Spot, Line],
        titles: Collection[str],
        matched: Matched,
    ) -> None:
        self._lines = lines
        self._at = at
        self._titles = titles
        self._matched = matched

    def beside(self, ticked: Line, *, apart: bool) -> list[Line]:
        """Open ones that stand beside it, or where tasks stand ``apart`` in its list."""
        copies, path = self._matched.copies, ticked.path
        near = [self._next_to(ticked, step) for step in (-1, 1)]
        twins = [line for line in self._lines if line.spot in copies and line.path == path]
        near += [line for line in twins if line.block == ticked.block and line not in near]
        if apart:
            near = [line for line in self._lines if line.reminder.list == ticked.reminder.list]
        return [
            line
            for line in near
            if line
            and (apart or line.block is None or line.spot in copies)
            and line.reminder.done is None
            and self._repeats(line)
        ]

    def dated(self, ticked: Line, rule: Rule) -> list[Line]:
        """Those that say the next date, past such as are ticked; else the last of these.

        What is ticked says no rule: its date is the next one by ``rule``, that of the series.
        """
        bare = [line for line in self._lines if line.block is None and self._repeats(line)]
        here, last = ticked, list[Line]()
        while True:
            following = [line for line in bare if _is_next(here.reminder, line.reminder, rule)]
            still = [line for line in following if line.reminder.done is None]
            if still or len(following) != 1:
                return still or last
            [here] = last = following
            rule = advance(rule)

    def _next_to(self, ticked: Line, step: int) -> Line | None:
        """The next line in this direction, past occurrences that were typed and ticked since."""
        path, task = ticked.spot
        while (line := self._at.get((path, task := task + step))) is not None:
            is_over = line.reminder.done is not None and line.reminder.title in self._titles
            if not is_over or placed(line, self._matched):
                return line
        return None

    def _repeats(self, line: Line) -> bool:
        says = line.reminder
        return (
            not placed(line, self._matched)
            and says.title in self._titles
            and (says.repeat is not None or Field.REPEAT in says.opaque)
        )


def _is_next(before: Reminder, line: Reminder, rule: Rule) -> bool:
    said = rule if line.done is not None else line.repeat
    if not isinstance(said, Rule) or before.due is None or line.due is None:
        return False
    return line.due == next_due(said, before.due)
