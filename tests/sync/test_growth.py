"""What is deleted leaves hardly anything behind, and is known again all the same."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from store.remote.mirror import KEPT_MS
from sync.core.actions import HoldKind
from tests.rig import Rig, empty_world, open_rig

MANY = 400
PASSING = ("reminder", "alarm", "alarm_trigger", "tag", "base", "line", "history", "render_change")


@pytest.fixture
def roomy(tmp_path: Path) -> Iterator[Rig]:
    """As ``purging``, where any number of reminders may go at once."""
    with open_rig(tmp_path, empty_world(), mode="purge", hold_above="1000") as rig:
        rig.run()
        rig.append("Inbox", "- [ ] Stays\n")
        rig.run()
        yield rig


def rows(rig: Rig, table: str) -> int:
    return int(rig.store._connection.one(f"SELECT count(*) FROM {table}")[0])


def after_a_month(rig: Rig) -> None:
    """Something is done now, and after a month."""
    for days in (0, 31):
        rig.wait(86_400 * days)
        rig.replace("Inbox", "Stays", "Stays on")
        rig.run()


def test_a_month_after_they_were_deleted_two_small_rows_are_left_of_each(roomy: Rig) -> None:
    tasks = (f"- [ ] Task {n} #tag 📅 2060-01-01 ⏰ 09:00\n" for n in range(MANY))
    pages = "pragma_page_count, pragma_freelist_count"
    used = f"SELECT page_count - freelist_count FROM {pages}"
    before = {table: rows(roomy, table) for table in (*PASSING, "block", "record")}
    size = roomy.store._connection.one(used)[0]
    roomy.append("Inbox", "".join(tasks))
    roomy.run()
    assert rows(roomy, "record") == before["record"] + 4 * MANY
    lines = roomy.read("Inbox").splitlines(keepends=True)
    roomy.save("Inbox", "".join(line for line in lines if "Task" not in line))
    roomy.run()
    assert roomy.titles("Inbox") == {"Stays"}
    after_a_month(roomy)
    left = {table: rows(roomy, table) - count for table, count in before.items()}
    assert max(left.pop(table) for table in PASSING) <= 0
    assert left == {"block": MANY, "record": MANY}  # the identities, so that they are known again
    assert roomy.store._connection.one(used)[0] - size < MANY * 600 // 4096


def test_what_was_deleted_long_ago_is_known_again(roomy: Rig) -> None:
    roomy.append("Inbox", "- [ ] Old\n- [ ] Other\n")
    roomy.run()
    old, line = roomy.shown("Old").id, roomy.line("Inbox", "Old")
    roomy.replace("Inbox", f"{line}\n", "")
    roomy.run()
    after_a_month(roomy)
    roomy.append("Inbox", f"{line}\n")
    report = roomy.run()
    assert [(hold.id, hold.kind) for hold in report.held] == [(old, HoldKind.GONE_IN_ICLOUD)]
    roomy.replace("Inbox", line, "- [ ] Old")
    roomy.run()
    assert roomy.shown("Old").id != old
    roomy.rest()


def test_what_hung_on_it_can_be_brought_back_for_a_month(roomy: Rig) -> None:
    roomy.append("Inbox", "- [ ] Old #tag ⏰ 09:00 📅 2060-01-01\n")
    roomy.run()
    line = roomy.line("Inbox", "Old")
    roomy.replace("Inbox", f"{line}\n", "")
    roomy.run()
    roomy.wait(KEPT_MS / 1000 - 60)
    roomy.append("Inbox", "- [ ] New\n")
    roomy.run()
    roomy.engine.restore("Old")
    roomy.run()
    assert roomy.line("Inbox", "Old") == line
    roomy.rest()
