"""A database put back to yesterday: what happened since is neither undone nor doubled."""

from __future__ import annotations

import shutil
from collections.abc import Callable

import pytest

from tests.rig import Rig
from tests.sync.test_rebuild import state


def rolled_back(rig: Rig, happens: Callable[[Rig], None]) -> tuple[dict[str, bytes], list[object]]:
    """Let something happen, and put the database back; what both sides were in the end."""
    rig.close()
    old = rig.home / "backup"
    shutil.copytree(state(rig), old)
    rig.open()
    happens(rig)
    rig.run()
    rig.run()
    files, there = rig.bytes_of_folder(), shown(rig)
    rig.close()
    shutil.rmtree(state(rig))
    shutil.copytree(old, state(rig))
    rig.open()
    return files, there


def shown(rig: Rig) -> list[object]:
    return sorted((one.id, one.title, one.list, one.notes) for one in rig.phone.reminders())


def a_new_list(rig: Rig) -> None:
    rig.save("Packing", "- [ ] Tent\n")
    rig.phone.create_list("From the phone")
    rig.phone.create("From the phone", "Dictated")


def a_move(rig: Rig) -> None:
    line = rig.line("Groceries", "Milk")
    rig.replace("Groceries", line + "\n", "")
    rig.append("Work", line + "\n")


def renamed_lists(rig: Rig) -> None:
    rig.path("Groceries").rename(rig.path("Shopping"))


def deletions(rig: Rig) -> None:
    rig.replace("Groceries", rig.line("Groceries", "Milk") + "\n", "")
    rig.phone.delete(rig.shown("Crème fraîche").id)


def conflicts(rig: Rig) -> None:
    rig.replace("Groceries", "- [ ] Milk", "- [ ] Oat milk")
    rig.phone.edit(rig.shown("Milk").id, title="Soy milk")


def renders(rig: Rig) -> None:
    """Writes of files whose receipts are still there, and which the old database never planned."""
    rig.phone.edit(rig.shown("Milk").id, title="Oat milk")
    rig.run()
    rig.phone.edit(rig.shown("Oat milk").id, notes="2 l")


@pytest.mark.parametrize(
    "happens", [a_new_list, a_move, renamed_lists, deletions, conflicts, renders]
)
def test_what_happened_since_stays(seeded: Rig, happens: Callable[[Rig], None]) -> None:
    files, there = rolled_back(seeded, happens)
    report = seeded.run()
    seeded.run()
    assert shown(seeded) == there
    assert seeded.bytes_of_folder() == files
    assert [hold for hold in report.held if hold.kind != "list"] == []
    assert seeded.engine.verify().result == "agrees"
