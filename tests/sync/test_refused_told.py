"""What iCloud refused is told as that: by the plan, by the log, and with the value that it was."""

from __future__ import annotations

import pytest

from daemon.query.decided import parked_entries
from sync.errors import CannotUndo
from tests.rig import Rig


def refuse(rig: Rig, *names: str) -> None:
    for name in names:
        rig.world.faults.fail_item("BAD_REQUEST", name, reason="because", times=1000)


def planned(rig: Rig) -> list[str]:
    rig.wait(3)
    report = rig.engine.cycle("plan", plan_only=True)
    return [change for change in report.changes if change.startswith("iCloud")]


def test_a_plan_leaves_out_what_is_not_sent_again(rig: Rig) -> None:
    rig.append(
        "Inbox", "- [ ] Bad 📅 2026-12-01\n- [ ] Gone\n- [ ] Rent 🔁 every week 📅 2026-12-01\n"
    )
    rig.run()
    refuse(rig, "Reminder/")
    rig.replace("Inbox", "Bad", "Worse")
    rig.replace("Inbox", rig.line("Inbox", "Gone") + "\n", "")
    rig.replace("Inbox", "- [ ] Rent", "- [x] Rent")
    rig.append("Inbox", "- [ ] New\n    - [ ] Beneath it\n")
    assert len(planned(rig)) == 5
    assert rig.run().parked == 5
    assert planned(rig) == []
    rig.replace("Inbox", "Worse", "Worse 🚩")
    assert planned(rig) == ["iCloud: “Worse”: flagged"]
    rig.replace("Inbox", "Worse", "Better")
    assert planned(rig) == ["iCloud: “Better”: title → Better, flagged"]


def test_a_plan_leaves_out_what_is_refused_of_lists_and_sections(rig: Rig) -> None:
    rig.append("Inbox", "- [ ] Loose\n\n## A\n\n- [ ] In A\n")
    rig.save("Away", "- [ ] Other\n")
    rig.run()
    rig.run()
    refuse(rig, "List/", "ListSection/")
    rig.path("Away").rename(rig.path("Journey"))
    rig.replace("Inbox", "## A", "## B")
    line = rig.line("Inbox", "Loose") + "\n"
    rig.replace("Inbox", line, "")
    rig.append("Inbox", f"{line}\n## New\n\n- [ ] In new\n")
    rig.save("Fresh", "- [ ] First\n")
    before = planned(rig)
    assert "iCloud: list “Away” → “Journey”" in before
    rig.run()
    rig.run()
    assert [one for one in planned(rig) if "In new" not in one] == []


def test_a_run_that_was_only_refused_is_in_the_log(rig: Rig) -> None:
    rig.append("Inbox", "- [ ] Bad\n")
    rig.run()
    refuse(rig, "Reminder/")
    runs = len(rig.store.journal.runs())
    rig.replace("Inbox", "Bad", "Worse")
    rig.run()
    rig.run()
    latest, *others = rig.store.journal.runs()
    assert (len(others), latest.result) == (runs, "partly")
    assert (latest.counts["refused"], latest.counts["pushed"]) == (1, 0)
    assert rig.store.journal.history(run=latest.id) == []
    with pytest.raises(CannotUndo, match="changed nothing"):
        rig.engine.undo(latest.id)


def test_it_says_which_values_were_refused(rig: Rig) -> None:
    rig.append("Inbox", "- [ ] Bad\n")
    rig.save("Away", "- [ ] Other\n")
    rig.run()
    refuse(rig, "Reminder/")
    line = rig.line("Inbox", "Bad")
    rig.replace("Inbox", line + "\n", "")
    rig.append("Away", line.replace("- [ ] Bad", "- [x] Worse 🔺 📅 2026-12-01") + "\n")
    rig.append("Inbox", "- [ ] New\n")
    rig.run()
    new, edit = sorted(parked_entries(rig.store), key=lambda one: len(one["wanted"]))
    assert new["wanted"] == {}
    done = edit["wanted"].pop("done")
    assert done.startswith("20")
    assert edit["wanted"] == {
        "title": "Worse",
        "due": "2026-12-01",
        "priority": "high",
        "list": "Away",
    }
