"""Of several lines with one id, which is the reminder: the nearest to what is known of it. Pure.

Where a line was seen before, it is the one that stands there and says that. Where no line was ever
seen, as after the mirror was made anew, it is the one that says what iCloud last said.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence

from store.model import Field, Reminder
from sync.core.matching.traces import Line, Trace, bare

__all__ = ["contested", "has_news", "keeper"]

_REST = frozenset({Field.PRIORITY, Field.FLAGGED, Field.TAGS, Field.URLS, Field.REPEAT})
_SAID = _REST | {Field.NOTES, Field.TITLE, Field.DUE, Field.DONE}


def contested(lines: Iterable[Line], blocks: Mapping[str, str]) -> set[str]:
    """The reminders whose ids stand on several lines; ``blocks`` maps block ids to them."""
    times = Counter(line.block for line in lines if line.block is not None)
    return {blocks[block] for block, count in times.items() if count > 1 and block in blocks}


def keeper(claimants: Sequence[Line], trace: Trace | None, said: Reminder | None) -> Line:
    """The one line of ``claimants`` that is the reminder; the others are copies of it.

    ``said`` is what iCloud last said of it, as a line would; it may be deleted there.
    """
    if trace is not None:
        return min(claimants, key=lambda line: (*_strayed(line, trace), line.spot))
    if said is not None:
        return min(claimants, key=lambda line: (*_differs(line.reminder, said), line.spot))
    return min(claimants, key=lambda line: line.spot)


def has_news(line: Reminder, *known: Reminder) -> bool:
    """Whether a line says anything that none of ``known`` does, which say it as lines do."""
    return any(
        all(line.value(name) != one.value(name) for one in known) for name in _SAID - line.opaque
    )


def _strayed(line: Line, trace: Trace) -> tuple[bool, ...]:
    """How far a line is from the one that was seen; that may have been without its id, then."""
    return (
        line.path != trace.path,
        line.text != trace.text,
        bare(line.text, line.block).strip() != bare(trace.text, line.block).strip(),
        _title(line.reminder.title) != _title(trace.title),
    )


def _differs(line: Reminder, said: Reminder) -> tuple[int, ...]:
    return (
        line.list != said.list,
        _title(line.title) != _title(said.title),
        line.due != said.due,
        (line.done is None) != (said.done is None),
        0 if Field.NOTES in line.opaque else _notes_differ(line.notes, said.notes),
        sum(line.value(name) != said.value(name) for name in _REST - line.opaque),
    )


def _notes_differ(notes: str, said: str) -> int:
    """Others are nearer than none: who copies a line by hand leaves what stands beneath it."""
    return int(notes != said) + int(bool(notes) != bool(said))


def _title(title: str) -> list[str]:
    return title.split()
