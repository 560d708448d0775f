"""A parent is deleted softly and a subtask is not: it goes on at the top level, everywhere."""

from __future__ import annotations

from typing import Any

import pytest

from tests.rig import Rig


def of_view(rig: Rig) -> dict[str, Any]:
    rows = rig.store._connection.all("SELECT title, parent FROM reminders ORDER BY title")
    return dict(rows)


def fields_of(rig: Rig, id: str) -> dict[str, Any]:
    [record] = rig.world.zone.lookup([f"Reminder/{id}"])
    return {name: field["value"] for name, field in record["fields"].items()}


def family(rig: Rig) -> tuple[str, str]:
    rig.append("Inbox", "- [ ] Parent #tag\n    - [ ] Child\n- [ ] Other\n")
    rig.run()
    return rig.shown("Parent").id, rig.shown("Child").id


def test_deleted_there_alone(rig: Rig) -> None:
    parent, child = family(rig)
    record = {"recordName": f"Reminder/{parent}", "fields": {"Deleted": {"value": 1}}}
    record["recordType"] = "Reminder"
    rig.world.zone.modify([{"operationType": "forceUpdate", "record": record}])
    rig.run()
    assert rig.line("Inbox", "Child").startswith("- [ ] Child")
    assert "Parent" not in rig.read("Inbox")
    assert of_view(rig) == {"Child": None, "Other": None}
    assert fields_of(rig, child)["ParentReminder"]["recordName"] == f"Reminder/{parent}"
    rig.rest()


def test_deleted_here_with_its_child_left_standing(rig: Rig) -> None:
    parent, child = family(rig)
    rig.replace("Inbox", rig.line("Inbox", "Parent") + "\n", "")
    rig.replace("Inbox", "    - [ ] Child", "- [ ] Child")
    rig.run()
    assert (rig.shown("Child").parent, rig.shown("Child").problems) == (None, ())
    assert rig.titles("Inbox") == {"Child", "Other"}
    assert of_view(rig) == {"Child": None, "Other": None}
    assert fields_of(rig, parent)["Deleted"] == 1
    assert "ParentReminder" not in fields_of(rig, child)
    rig.rest()


@pytest.mark.parametrize("code", ["NEVER_HEARD_OF", "TRY_AGAIN_LATER"])
def test_deleted_here_with_its_child_whose_deletion_is_not_accepted(rig: Rig, code: str) -> None:
    """That its parent is gone is no edit of the child, which would outlive that it was deleted."""
    _, child = family(rig)
    rig.world.faults.fail_item(code, child)
    for title in ("Parent", "Child"):
        rig.replace("Inbox", rig.line("Inbox", title) + "\n", "")
    rig.run()
    rig.run()
    assert "Child" not in rig.read("Inbox")
    rig.engine.retry([])
    rig.run()
    assert rig.titles("Inbox") == {"Other"}
    rig.rest()


def test_deleted_here_with_a_child_that_is_not_shown_for_its_age(rig: Rig) -> None:
    _, child = family(rig)
    rig.phone.complete(child, rig.clock() - 40 * 86400)
    rig.run()
    rig.wait(2 * 3600)
    rig.run()
    assert "Child" not in rig.read("Inbox")
    rig.replace("Inbox", rig.line("Inbox", "Parent") + "\n", "")
    rig.run()
    assert (rig.shown("Child").parent, rig.shown("Child").done) == (None, True)
    assert rig.titles("Inbox") == {"Child", "Other"}
    assert of_view(rig) == {"Child": None, "Other": None}
    rig.rest()


def test_what_hangs_on_it_stays_and_is_shown_by_nothing(rig: Rig) -> None:
    parent, _ = family(rig)
    rig.phone.attach(parent, "Assignment", {"Status": 1})
    rig.run()
    hanging = rig.store.mirror.children(f"Reminder/{parent}")
    text = rig.read("Inbox")
    start, end = text.index("- [ ] Parent"), text.index("- [ ] Other")
    rig.save("Inbox", text[:start] + text[end:])
    rig.run()
    assert rig.titles("Inbox") == {"Other"}
    assert rig.store.mirror.children(f"Reminder/{parent}") == hanging
    for view in ("tags", "assignments"):
        assert rig.store._connection.all(f"SELECT * FROM {view}") == []
    rig.rest()
