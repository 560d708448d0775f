"""Holds each plan of what a change touches against a plan of everything."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from unittest.mock import patch

from store.activity.outbox import Intent
from store.model import Completion, Field
from sync.cycle.observing.reading import LocalState
from sync.cycle.planning.nearby import Nearby
from sync.cycle.planning.planner import Planned


@dataclass
class Held:
    """How many plans were made near a change, and how many of those did anything."""

    near: int = 0
    busy: int = 0


@contextmanager
def held_against_all() -> Iterator[Held]:
    """Within, every plan of a part must come to what a plan of everything comes to."""
    held, plan = Held(), Nearby.plan

    def both(nearby: Nearby, local: LocalState) -> Planned | None:
        near = plan(nearby, local)
        if near is not None:
            whole = nearby._planner.plan(local, frozenset())
            assert said(near) == said(whole)
            held.near += 1
            held.busy += near.writes
        return near

    with patch.object(Nearby, "plan", both):
        yield held


def said(planned: Planned) -> dict[str, object]:
    """All that follows from a plan, for the store, for files and for a person."""
    return {
        "plan": replace(planned.plan, holds=()),  # which are among all holds
        "intents": [_wish(intent) for intent in planned.intents],
        "holds": {(hold.kind, hold.id, hold.reason) for hold in planned.holds},
        "lists": planned.lists,
        "outlook": planned.world.outlook,
        "waits": (planned.waits, planned.vanished, planned.withheld, planned.overtaken),
        "marks": (planned.needs_marks, planned.leaving, planned.archived, planned.new_sections),
    }


def _wish(intent: Intent) -> Intent | tuple[object, ...]:
    """An intent; of one that ticks, what is no moment."""
    done = intent.changes.get(Field.DONE)
    if not isinstance(done, Completion):
        return intent
    return intent.id, intent.kind, {**intent.changes, Field.DONE: True}, intent.texts
