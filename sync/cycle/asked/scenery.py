"""What there is when a person acts by a verb: the lines, and of all else why it has none."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from datetime import datetime
from zoneinfo import ZoneInfo

from store.activity.outbox import REMOVALS
from store.model import Present, Reminder
from sync.core.deeds import Scene
from sync.core.merging.lift import overlay
from sync.core.snapshot import Mode
from sync.cycle.parts import Parts
from sync.cycle.planning.planner import Planned

__all__ = ["scene_of"]


def scene_of(parts: Parts, planned: Planned) -> Scene:
    """What there is, as a person sees it in the files."""
    known, world = planned.known, planned.world
    local = world.snapshot.local
    here = {id: one.value.reminder for id in world.lines if isinstance(one := local[id], Present)}
    hidden, leaving = _hidden(parts, planned, here)
    zone = parts.planner.settings.home_zone
    return Scene(
        now=datetime.fromtimestamp(parts.clock(), ZoneInfo(zone)),
        zone=zone,
        here=here,
        lists=planned.lists.views,
        hidden=hidden,
        beneath={
            id: row.parent_id
            for id, one in here.items()
            if one.parent is None
            and (row := known.rows.get(id)) is not None
            and row.parent_id in hidden
            and row.list_id == one.list
        },
        away={
            **dict(_away(planned, here.keys() | hidden.keys(), parts.store.forgotten.all())),
            **leaving,
        },
        blocks=known.blocks,
        taken=frozenset({*known.blocks, *known.gone, *known.rows}),
    )


def _hidden(
    parts: Parts, planned: Planned, here: Mapping[str, Reminder]
) -> tuple[dict[str, Reminder], dict[str, tuple[str, str]]]:
    """What was completed too long ago to be shown, with what was wished for since.

    A copy in the archive is the person's own, and no line. And what of that is to be deleted, as
    those are told that cannot be changed.
    """
    known, views = planned.known, planned.lists.views
    found: dict[str, Reminder] = {}
    leaving: dict[str, tuple[str, str]] = {}
    for id, one in planned.world.snapshot.remote.items():
        if id in here or id in known.filed or not isinstance(one, Present):
            continue
        view = views.get(one.value.reminder.list)
        if not one.value.visible and view is not None and view.path is not None:
            found[id] = one.value.reminder
    outbox = parts.store.outbox
    for intent in (*outbox.in_flight(), *outbox.queued()):
        if intent.kind == "set" and intent.id in found:
            found[intent.id] = overlay(found[intent.id], intent.changes)
        elif intent.kind in REMOVALS and intent.id in found:
            leaving[intent.id] = (found.pop(intent.id).title, "it is deleted with the next sync")
    return found, leaving


def _away(
    planned: Planned, here: Collection[str], forgotten: Collection[str]
) -> Iterator[tuple[str, tuple[str, str]]]:
    """Why a reminder has no line that could be changed."""
    views = planned.lists.views
    for id, row in planned.known.rows.items():
        if id in here:
            continue
        view = views.get(row.list_id)
        if row.deleted:
            why = f"it was deleted; `remindersd restore {id}` brings it back"
        elif (filed := planned.known.filed.get(id)) is not None:
            why = f"its line was put into {filed.path}; put it back into its list first"
        elif id in planned.known.archived:
            why = "its line is in the archive; put the line back into its list first"
        elif row.list_id in forgotten:
            why = "its list was forgotten here; `remindersd restore --list` brings it back"
        elif view is not None and view.mode is Mode.IGNORE:
            why = "its list is not kept here: the config says `ignore` under `reminders: lists:`"
        elif view is None or view.path is None:
            why = "its list has no file yet; `remindersd sync` may bring it"
        else:
            why = "it has no line now; `remindersd sync` may bring it"
        yield id, (row.title, why)
