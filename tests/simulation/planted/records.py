"""How long each planted bug lived when it was measured, in histories."""

from __future__ import annotations

from tests.simulation.planted.hunt import Lived

RECORDS: dict[str, Lived] = {}
