"""Granting a request once, however often it is made: what was begun before, and what it came to.

What is about to be done is remembered in the commit before it, with the answer to be given. If we
die between, and the same is asked again, what is left of it is done.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from store.activity.answered import Answer
from store.db import Store
from store.model import Field, Reminder, Value
from store.values import mapping_from_json, mapping_to_json
from sync.core.actions import AddLine, MoveLine, RemoveLine, RenderOp, SetLine
from sync.core.deeds import Change, Deed, Drop, Make, Scene
from sync.core.merging.lift import overlay
from sync.errors import KeyTaken

if TYPE_CHECKING:
    from sync.cycle.asked.writing import Written

__all__ = ["Once", "as_text", "before", "left_of"]


@dataclass(frozen=True, slots=True)
class Once:
    """A request with a ``key`` of its own; ``asked`` is a hash of all that it asks.

    ``say`` makes the answer, as it is to be given again.
    """

    key: str
    asked: str
    say: Callable[[Written], str]


def before(store: Store, once: Once | None, now_ms: int) -> Answer | None:
    """What was answered to this request before; raises KeyTaken where the key is another's."""
    known = None if once is None else store.answered.get(once.key, now_ms)
    if once is not None and known is not None and known.asked != once.asked:
        raise KeyTaken(
            "another request had this Idempotency-Key",
            "a new request needs a new key; the same key only repeats the same request",
        )
    return known


def as_text(
    renders: Iterable[RenderOp],
    wishes: Mapping[str, Mapping[Field, Value]] | None = None,
    removed: Iterable[str] = (),
) -> str:
    """What is about to be done, so that it can be done again; ``left_of`` reads it."""
    rows = [["change", id, mapping_to_json(changes)] for id, changes in (wishes or {}).items()]
    rows += [["drop", id, "{}"] for id in removed]
    for op in renders:
        match op:
            case AddLine(id=id, reminder=reminder):
                rows.append(["make", id, mapping_to_json(reminder.values())])
            case SetLine(id=id, changes=changes) | MoveLine(id=id, changes=changes):
                rows.append(["change", id, mapping_to_json(changes)])
            case RemoveLine(id=id):
                rows.append(["drop", id, "{}"])
    return json.dumps(rows)


def left_of(begun: Answer, scene: Scene) -> list[Deed]:
    """What is still to be done of what was begun: nothing of what stands already, or is gone."""
    deeds: list[Deed] = []
    for kind, id, values in [] if begun.final else json.loads(begun.deeds):
        changes = mapping_from_json(values)
        is_known = id in scene.here or id in scene.hidden or id in scene.away
        if kind == "make" and not is_known:
            deeds.append(Make(overlay(Reminder(id), changes)))
        elif kind == "change" and (id in scene.here or id in scene.hidden):
            deeds.append(Change(id, changes))
        elif kind == "drop" and (id in scene.here or id in scene.hidden):
            deeds.append(Drop(id))
    return deeds
