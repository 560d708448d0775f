"""What there is when a person acts by a verb: the lines, and of all else why it has none."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime
from zoneinfo import ZoneInfo

from store.model import Present, Reminder
from sync.core.deeds import Scene
from sync.cycle.parts import Parts
from sync.cycle.planning.planner import Planned

__all__ = ["scene_of"]


def scene_of(parts: Parts, planned: Planned) -> Scene:
    """What there is, as a person sees it in the files."""
    known, world = planned.known, planned.world
    local = world.snapshot.local
    here = {id: one.value.reminder for id in world.lines if isinstance(one := local[id], Present)}
    zone = parts.planner.settings.home_zone
    return Scene(
        now=datetime.fromtimestamp(parts.clock(), ZoneInfo(zone)),
        zone=zone,
        here=here,
        lists=planned.lists.views,
        away=dict(_away(planned, here)),
        blocks=known.blocks,
        taken=frozenset({*known.blocks, *known.gone, *known.rows}),
    )


def _away(planned: Planned, here: Mapping[str, Reminder]) -> Iterator[tuple[str, tuple[str, str]]]:
    """Why a reminder has no line that could be changed."""
    views = planned.lists.views
    for id, row in planned.known.rows.items():
        if id in here:
            continue
        view = views.get(row.list_id)
        if row.deleted:
            why = f"it was deleted; `remindersd restore {id}` brings it back"
        elif id in planned.known.archived:
            why = "its line is in the archive; put the line back into its list first"
        elif row.done:
            why = "it was completed long ago and has no line; `reminders: completed: show` says"
            why += " how long they are shown"
        elif view is None or view.path is None:
            why = "its list has no file here"
        else:
            why = "it has no line now; `remindersd sync` may bring it"
        yield id, (row.title, why)
