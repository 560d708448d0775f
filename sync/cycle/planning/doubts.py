"""Reminders whose line vanished while lines came that it may have become: they wait for a person.

Such lines count as new, and by the next run nothing shows any more what they came from. So the
doubt is remembered, before they get ids, until the line is back or a person lets it go.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence

from store.db import Store
from sync.core.actions import Hold, HoldKind
from sync.core.matching.match import Line, Matched, alike
from sync.cycle.observing.reading import LocalState
from sync.cycle.planning.known import Known

__all__ = ["DOUBTS", "doubt_holds", "doubts_text", "found_doubts", "stored_doubts"]

DOUBTS = "doubts"  # meta key: why each reminder in doubt is
_NAMED = 3  # so many of the lines that it may be are named


def stored_doubts(store: Store) -> dict[str, str]:
    """What was in doubt after the last run, each with why."""
    stored = json.loads(store.meta.get(DOUBTS) or "{}")
    return {str(id): str(reason) for id, reason in stored.items()}


def doubts_text(doubts: Mapping[str, str]) -> str:
    """Doubts as the store keeps them."""
    return json.dumps(doubts, sort_keys=True)


def found_doubts(
    known: Known, matched: Matched, lines: Sequence[Line], local: LocalState
) -> dict[str, str]:
    """What this matching left in doubt, and between which lines."""
    doubts = {}
    for id in sorted(matched.doubtful):
        trace = known.traces[id]
        near = [line for line in lines if line.spot in matched.new and alike(line, trace)]
        named = [_where(line, local) for line in near[:_NAMED]]
        doubts[id] = (
            f"“{trace.title}” has lost its line in {trace.path}, and may have become"
            f" {' or '.join(named)}; nothing is deleted: give that line the id"
            f" {known.blocks.get(id, '')}, or `remindersd approve {id}` to delete it"
        )
    return doubts


def _where(line: Line, local: LocalState) -> str:
    number = local.files[line.path].tasks[line.task].line + 1
    return f"“{line.reminder.title}” ({line.path} line {number})"


def doubt_holds(doubts: Mapping[str, str]) -> list[Hold]:
    """What a person has to decide."""
    return [Hold(id, HoldKind.IN_DOUBT, reason) for id, reason in sorted(doubts.items())]
