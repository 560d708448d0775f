"""A tick by Obsidian's Tasks, which writes the whole line anew, is a tick and nothing else."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.markdown import tasks_plugin
from tests.rig import Rig

LINES = (
    "Plain",
    "Full 🚩 #a #b ⏰ 09:30 Asia/Tokyo ⏰ 2026-12-01 18:00 ⏰ 15m before 🔼 📅 2026-12-14",
    "Loose 📅 2026-12-14 #late ⏫",
    "Ends in \\⏫\\",
    "Ends in \\📅 2026-03-02\\ 📅 2026-12-14",
)


@pytest.mark.parametrize("words", LINES)
def test_a_tick_of_the_plugin_is_a_tick(rig: Rig, words: str) -> None:
    rig.append("Inbox", f"- [ ] {words}\n    > note\n")
    rig.run()
    rig.rest()
    (before,) = rig.phone.reminders("Inbox")
    line = rig.line("Inbox", words.split()[0])
    task = tasks_plugin.read(line)
    task.head = task.head.replace("[ ]", "[x]")
    task.said["done"] = "2026-11-20"
    rig.replace("Inbox", line, tasks_plugin.write(task))
    assert rig.run().conflicts == []
    (after,) = rig.phone.reminders("Inbox")
    assert after.done
    assert replace(after, done=False, completed_at=None) == before
    rig.rest()
