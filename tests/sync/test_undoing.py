"""`undo`: a run is taken back on both sides, as new edits; what was changed since stays."""

from __future__ import annotations

import os
from collections.abc import Callable

import pytest

from sync.cycle.undoing import Undone
from tests.rig import Rig

Side = list[tuple[object, ...]]


def undo(rig: Rig, run: int | None = None) -> Undone:
    """As the verb does it: taken back in iCloud, then a cycle."""
    rig.wait(3)
    undone = rig.engine.undo(run)
    rig.run()
    return undone


def both(rig: Rig) -> tuple[Side, dict[str, list[str]]]:
    """All that the phone shows, and all lines of the files."""
    entries = rig.phone.reminders()
    assert all(one.problems == () for one in entries), entries
    titles = {one.id: one.title for one in entries}
    shown = sorted(
        (one.list, one.title, one.notes, one.done, one.due, one.flagged, one.tags, one.priority,
         titles.get(one.parent or ""), one.id)
        for one in entries
    )  # fmt: skip
    files = {
        path: sorted(data.decode().split("\n")) for path, data in rig.bytes_of_folder().items()
    }
    return shown, files


def start(rig: Rig) -> None:
    rig.phone.create_list("Work")
    rig.run()
    rig.append(
        "Inbox",
        "- [ ] Milk #dairy ⏫ 📅 2026-12-14\n    > two litres\n- [ ] Bread\n    - [ ] Butter\n"
        "- [ ] Cheese\n- [ ] Eggs\n",
    )
    rig.run()


def _edit_in_file(rig: Rig) -> None:
    rig.replace("Inbox", "Milk #dairy ⏫ 📅 2026-12-14", "Oat milk #vegan 🚩 📅 2026-12-15")
    rig.replace("Inbox", "two litres", "one litre")


def _edit_on_phone(rig: Rig) -> None:
    rig.phone.edit(rig.shown("Milk").id, title="Oat milk", notes="one litre", due="2026-12-15")


def _tick_in_file(rig: Rig) -> None:
    rig.replace("Inbox", "- [ ] Cheese", "- [x] Cheese")


def _tick_on_phone(rig: Rig) -> None:
    rig.phone.complete(rig.shown("Cheese").id, rig.clock())


def _create_in_file(rig: Rig) -> None:
    rig.append("Inbox", "- [ ] Jam\n    - [ ] Strawberries #fruit\n- [ ] Honey\n")


def _create_on_phone(rig: Rig) -> None:
    rig.phone.create("Inbox", "Jam", notes="of strawberries", due="2026-12-15T10:00[Europe/Paris]")


def _delete_in_file(rig: Rig) -> None:
    line = rig.line("Inbox", "Milk")
    rig.replace("Inbox", f"{line}\n    > two litres\n", "")


def _delete_on_phone(rig: Rig) -> None:
    rig.phone.delete(rig.shown("Milk").id)


def _delete_for_good(rig: Rig) -> None:
    rig.phone.delete(rig.shown("Butter").id, hard=True)
    rig.phone.delete(rig.shown("Bread").id, hard=True)


def _move_in_file(rig: Rig) -> None:
    line = rig.line("Inbox", "Cheese")
    rig.replace("Inbox", f"{line}\n", "")
    rig.append("Work", f"{line}\n")


def _move_on_phone(rig: Rig) -> None:
    rig.phone.move(rig.shown("Cheese").id, "Work")


def _lift_in_file(rig: Rig) -> None:
    rig.replace("Inbox", "    - [ ] Butter", "- [ ] Butter")


def _lift_on_phone(rig: Rig) -> None:
    rig.phone.make_subtask(rig.shown("Butter").id, None)


def _rename_file(rig: Rig) -> None:
    os.rename(rig.path("Work"), rig.path("Office"))


def _rename_list(rig: Rig) -> None:
    rig.phone.rename_list("Work", "Office")


def _new_file(rig: Rig) -> None:
    rig.save("Garden", "- [ ] Seeds\n- [ ] Spade\n")


def _many(rig: Rig) -> None:
    rig.append("Inbox", "".join(f"- [ ] Jar {number}\n" for number in range(30)))
    rig.phone.edit(rig.shown("Eggs").id, title="Twelve eggs")
    _delete_on_phone(rig)
    _move_in_file(rig)


DEEDS: list[Callable[[Rig], None]] = [
    *(_edit_in_file, _edit_on_phone, _tick_in_file, _tick_on_phone, _create_in_file),
    *(_create_on_phone, _delete_in_file, _delete_on_phone, _delete_for_good, _move_in_file),
    *(_move_on_phone, _lift_in_file, _lift_on_phone, _rename_file, _rename_list, _new_file, _many),
]


@pytest.mark.parametrize("deed", DEEDS)
def test_a_run_is_taken_back_on_both_sides_and_the_undo_as_well(
    rig: Rig, deed: Callable[[Rig], None]
) -> None:
    start(rig)
    before = both(rig)
    deed(rig)
    rig.run()
    after = both(rig)
    assert after != before
    undone = undo(rig)
    assert undone.left == []
    assert both(rig) == before
    rig.rest()
    again = undo(rig)
    assert (again.run, again.left) == (undone.by, [])
    assert both(rig) == after
    rig.rest()
