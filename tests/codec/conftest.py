"""Golden documents, and the surroundings of a write, for every codec test."""

from __future__ import annotations

import json
import uuid
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from sync.codec.encode import Context

GOLDEN = json.loads((Path(__file__).parent.parent / "golden" / "crdt-golden.json").read_text())
DOCUMENTS: dict[str, dict[str, Any]] = {case["name"]: case for case in GOLDEN["documents"]}
COMPONENTS: dict[str, dict[str, Any]] = {case["name"]: case for case in GOLDEN["date_components"]}
RA, RB, RC = (bytes.fromhex(GOLDEN["replicas"][name]) for name in ("RA", "RB", "RC"))

NOW_MS = 1772366400000  # 2026-03-01T12:00:00Z
REPLICA_ID = "0E6B2C1A-93D4-4F5E-8A7B-6C5D4E3F2A1B"
NOW_APPLE_S = NOW_MS / 1000 - 978307200


def minted() -> Callable[[], str]:
    """UUIDs that are the same in each run: their last digits count up."""
    numbers = iter(range(1, 1000))
    return lambda: str(uuid.UUID(int=next(numbers))).upper()


def context() -> Context:
    return Context(now_ms=NOW_MS, replica=RA, replica_id=REPLICA_ID, mint=minted())


@pytest.fixture
def ctx() -> Context:
    return context()
