"""The cells of what sets an alarm off. ``at`` is JSON as of a due date, ``at_iso`` for people."""

from __future__ import annotations

from datetime import time

from store.cells import cell
from store.cells.cell import Cells
from store.model import Field, Floating, Place, Zoned
from store.rows.trigger import TriggerRow
from store.values import from_json, iso, to_json

__all__ = ["COLUMNS", "cells", "row"]

COLUMNS = (
    *("record_name", "id", "alarm_id", "kind", "at", "at_iso", "clock", "zone", "arriving"),
    *("latitude", "longitude", "radius_m", "title", "address", "deleted"),
)


def cells(name: str, row: TriggerRow) -> Cells:
    """The cells of a trigger, decoded from the record ``name``."""
    return (
        name,
        row.id,
        row.alarm_id,
        cell.text(row.kind),
        None if row.at is None else to_json(row.at),
        iso(row.at),
        None if row.clock is None else row.clock.isoformat(),
        cell.some_text(row.at.zone if isinstance(row.at, Zoned) else row.zone),
        *_place_cells(row.place),
        row.deleted,
    )


def _place_cells(place: Place | None) -> Cells:
    if place is None:
        return (None,) * 6
    return (
        place.arriving,
        place.latitude,
        place.longitude,
        place.radius_m,
        cell.text(place.title),
        cell.text(place.address),
    )


def row(cells: Cells) -> TriggerRow:
    """The trigger that ``cells`` hold."""
    at = None if cells[4] is None else from_json(Field.DUE, cells[4])
    assert at is None or isinstance(at, Floating | Zoned)
    arriving, *place = cells[8:14]
    return TriggerRow(
        record_name=cells[0],
        id=cells[1],
        alarm_id=cells[2],
        kind=cells[3],
        at=at,
        clock=None if cells[6] is None else time.fromisoformat(cells[6]),
        zone=None if at is not None else cells[7],
        place=None if arriving is None else Place(bool(arriving), *place),
        deleted=bool(cells[14]),
    )
