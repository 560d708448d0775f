"""A small change reads what it touches: no statement of its cycle goes through a whole table."""

from __future__ import annotations

import re
import sqlite3
from contextlib import closing

from store.db import Store
from tests.rig import Rig

LARGE = ("record", "reminder", "base", "block", "line", "history", "alarm", "tag", "attachment")
LARGE += ("render_change",)
"""The tables that have rows for each reminder, or for each change."""
PART = "USING INDEX record_shared"  # of the lists that others share
WHOLE = re.compile(rf"SCAN ({'|'.join(LARGE)})\b(?!.*{PART})")


def said(store: Store, run: Rig) -> list[str]:
    """Each statement of one cycle, as SQLite carried it out."""
    heard: list[str] = []
    store._connection.raw.set_trace_callback(heard.append)
    try:
        run.run()
    finally:
        store._connection.raw.set_trace_callback(None)
    return heard


def test_one_line_edited(rig: Rig) -> None:
    rig.phone.create_list("Work")
    rig.run()
    rig.append("Inbox", "- [ ] Buy milk\n- [ ] Fix the bike #shed\n")
    rig.append("Work", "- [ ] Call Ada 📅 2026-12-14\n")
    rig.run()
    rig.rest()
    rig.replace("Inbox", "Buy milk", "Buy oat milk")
    statements = [one for one in said(rig.store, rig) if one.startswith(("SELECT", "DELETE"))]
    assert rig.shown("Buy oat milk")
    with closing(sqlite3.connect(f"file:{rig.store.path}?mode=ro", uri=True)) as database:
        plans = {
            one: [row[3] for row in database.execute(f"EXPLAIN QUERY PLAN {one}")]
            for one in statements
        }
    assert len(plans) > 20
    whole = {one: plan for one, plan in plans.items() if any(map(WHOLE.match, plan))}
    assert whole == {}
