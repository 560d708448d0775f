"""Hashes of all that a history leaves behind, to compare it with itself."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any

from store.db import Store
from tests.simulation.living import history_of
from tests.simulation.story import Story

_OF_THE_KERNEL = ("mtime_ns", "inode")
"""Columns that no seed decides."""


def trace(story: Story, home: Path) -> dict[str, str]:
    """Files, zone, database and tale of a history that is lived through in ``home``, made new."""
    home.mkdir()
    history = history_of(story, home)
    verdict = history.run()
    found = {
        str(path.relative_to(home)): path.read_bytes()
        for folder in ("Todo", "Todo2")
        for path in (home / folder).rglob("*")
        if path.is_file()
    }
    for machine in history.machines:
        found[machine.name] = repr(_rows(machine.store)).replace(str(home), "").encode()
        machine.stop()
    found["zone"] = json.dumps(history.world.zone.dump(), sort_keys=True).encode()
    found["tale"] = "\n".join(verdict.told).replace(str(home), "").encode()
    return {name: hashlib.sha256(data).hexdigest() for name, data in sorted(found.items())}


def _rows(store: Store) -> dict[str, list[Any]]:
    ask = store._connection.all
    tables = ask("SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY name")
    rows = {}
    for (table,) in tables:
        if table.startswith("_"):  # when which migration was applied, in real time
            continue
        names = [row[1] for row in ask(f"PRAGMA table_info({table})")]
        kept = ", ".join(name for name in names if name not in _OF_THE_KERNEL)
        rows[table] = sorted(map(repr, ask(f"SELECT {kept} FROM {table}")))
    return rows
