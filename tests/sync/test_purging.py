"""`deletions.mode: purge`: what leaves the files leaves iCloud for good, in an order that holds."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from sync.errors import NetworkError
from tests.rig import Crash, Rig, empty_world, open_rig


def live(rig: Rig) -> dict[str, dict[str, Any]]:
    """Every live record of the zone but its lists, by name."""
    records: dict[str, dict[str, Any]] = {}
    page = rig.world.zone.changes(None)
    for record in page.records:
        records[record["recordName"]] = record
    return {
        name: one
        for name, one in records.items()
        if not one.get("deleted") and one["recordType"] != "List"
    }


def kinds(rig: Rig) -> list[str]:
    return sorted(record["recordType"] for record in live(rig).values())


def sent(requests: list[dict[str, Any]]) -> list[str]:
    """The operations of the requests in their order, such as `delete Alarm/...`."""
    bodies = [one["body_summary"] for one in requests if "records/modify" in str(one["path"])]
    return [str(operation) for body in bodies for operation in body["operations"]]


def laden(rig: Rig) -> str:
    """A reminder with one of everything that can hang on it; returns its id."""
    rig.append("Inbox", "- [ ] Goes #tag ⏰ 10:00 🔁 every week 📅 2026-12-14\n- [ ] Stays\n")
    rig.run()
    id = rig.shown("Goes").id
    phone = rig.phone
    phone.attach(id, "Assignment", {"Status": 1})
    phone.attach(id, "Attachment", {"Type": "URL", "URL": "https://x.example"})
    rig.run()
    return id


def take_out(rig: Rig, words: str) -> None:
    lines = rig.read("Inbox").split("\n")
    at = next(place for place, line in enumerate(lines) if words in line)
    end = at + 1
    while end < len(lines) and lines[end].startswith("    "):
        end += 1
    rig.save("Inbox", "\n".join(lines[:at] + lines[end:]))


def test_all_that_hangs_on_it_goes_before_it_and_each_with_its_tag(purging: Rig) -> None:
    id = laden(purging)
    assert len(live(purging)) == 8, kinds(purging)
    take_out(purging, "Goes")
    with purging.counting() as requests:
        purging.run()
    operations = sent(requests)
    assert {operation.split()[0] for operation in operations} == {"delete"}
    order = [operation.split()[1].partition("/")[0] for operation in operations]
    below = {"AlarmTrigger", "Alarm", "Assignment", "Attachment", "Hashtag", "RecurrenceRule"}
    assert set(order) == {*below, "Reminder"}
    assert len(order) == 7
    assert order.index("AlarmTrigger") < order.index("Alarm")
    assert order[-1] == "Reminder"
    assert kinds(purging) == ["Reminder"]
    assert purging.titles("Inbox") == {"Stays"}
    assert purging.store.mirror.gone(f"Reminder/{id}") is not None
    purging.rest()


def test_a_plan_says_that_it_is_for_good(purging: Rig) -> None:
    laden(purging)
    take_out(purging, "Goes")
    purging.wait(3)
    report = purging.engine.cycle("plan", plan_only=True)
    assert "iCloud: − “Goes” (deleted for good)" in report.changes
    assert "Goes" in purging.titles("Inbox")


def test_grace_and_guard_hold_it_as_ever(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    with open_rig(tmp_path, empty_world(), mode="purge", hold_above="1", grace="1h") as rig:
        rig.run()
        rig.append("Inbox", "- [ ] One\n- [ ] Two\n")
        rig.run()
        take_out(rig, "One")
        take_out(rig, "Two")
        rig.wait(3)
        report = rig.engine.cycle("test")
        assert all("deleted for good" in hold.reason for hold in report.held)
        assert rig.titles("Inbox") == {"One", "Two"}
        rig.wait(2 * 3600)
        report = rig.engine.cycle("test")
        assert [hold.kind.value for hold in report.held] == ["deletions", "deletions"]
        assert rig.titles("Inbox") == {"One", "Two"}


def test_soft_mode_deletes_nothing_for_good(rig: Rig) -> None:
    laden(rig)
    take_out(rig, "Goes")
    with rig.counting() as requests:
        rig.run()
    assert [operation.split()[0] for operation in sent(requests)] == ["update"]
    assert len(live(rig)) == 8


def test_a_softly_deleted_subtask_goes_along_and_a_living_one_does_not(purging: Rig) -> None:
    rig = purging
    rig.append("Inbox", "- [ ] Goes\n    - [ ] Deleted #tag\n    - [ ] Lives\n")
    rig.run()
    rig.phone.complete(rig.shown("Lives").id, rig.clock() - 40 * 86400)
    rig.run()  # too long ago to be shown: it has no line, but it lives
    rig.phone.delete(rig.shown("Deleted").id)
    rig.run()
    take_out(rig, "Goes")
    rig.run()
    assert rig.titles("Inbox") == {"Lives"}
    assert rig.shown("Lives").parent is None
    assert rig.shown("Lives").problems == ()
    assert kinds(rig) == ["Reminder"]
    rig.rest()


def test_parent_and_subtasks_go_together_children_first(purging: Rig) -> None:
    rig = purging
    family = "- [ ] Goes\n    - [ ] First #a\n    - [ ] Second ⏰ 10:00 📅 2026-12-14\n"
    rig.append("Inbox", family + "- [ ] Stays\n")
    rig.run()
    parent = rig.shown("Goes").id
    take_out(rig, "Goes")
    with rig.counting() as requests:
        rig.run()
    assert sent(requests)[-1] == f"delete Reminder/{parent}"
    assert kinds(rig) == ["Reminder"]
    assert rig.titles("Inbox") == {"Stays"}
    rig.rest()


def test_a_subtask_that_stays_is_let_go_first(purging: Rig) -> None:
    rig = purging
    rig.append("Inbox", "- [ ] Goes\n    - [ ] Stays\n")
    rig.run()
    stays = rig.line("Inbox", "Stays")
    take_out(rig, "Goes")
    rig.append("Inbox", stays.strip() + "\n")
    rig.run()
    assert rig.titles("Inbox") == {"Stays"}
    assert rig.shown("Stays").parent is None
    rig.rest()


def test_an_edit_on_the_phone_beats_the_deletion(purging: Rig) -> None:
    laden(purging)
    take_out(purging, "Goes")
    purging.world.faults.read_lag = 0.0
    purging.phone.edit(purging.shown("Goes").id, notes="from the phone")
    purging.run()
    assert purging.shown("Goes").notes == "from the phone"
    assert "from the phone" in purging.read("Inbox")
    purging.rest()


def test_an_edit_that_was_not_seen_makes_a_conflict_and_beats_it_too(purging: Rig) -> None:
    rig = purging
    id = laden(rig)
    take_out(rig, "Goes")

    def edit_before_push(step: str) -> None:
        if step == "commit:send:before":
            rig.step = lambda _: None
            rig.phone.edit(id, notes="in the last moment")

    rig.step = edit_before_push
    rig.run()
    assert rig.shown("Goes").notes == "in the last moment"
    assert len(live(rig)) == 8
    assert "in the last moment" in rig.read("Inbox")
    rig.rest()


@pytest.mark.parametrize("code", ["VALIDATING_REFERENCE", "VALIDATING_REFERENCE_ERROR"])
def test_what_only_the_refusal_names_goes_first_next_time(purging: Rig, code: str) -> None:
    """Something of a kind that nobody knows, and that says nothing of the reminder to us."""
    rig = purging
    rig.append("Inbox", "- [ ] Goes\n- [ ] Stays\n")
    rig.run()
    id = rig.shown("Goes").id
    stranger = "Wonder/0A1B2C3D-0000-4000-8000-00000000000A"
    rig.world.zone.modify(
        [
            {
                "operationType": "create",
                "record": {
                    "recordName": stranger,
                    "recordType": "Wonder",
                    "fields": {
                        "Of": {
                            "type": "REFERENCE",
                            "value": {"recordName": f"Reminder/{id}", "action": "VALIDATE"},
                        }
                    },
                },
            }
        ]
    )
    rig.run()
    take_out(rig, "Goes")
    if code == "VALIDATING_REFERENCE":
        rig.world.faults.fail_item(code, id, reason=f"Record delete ... blocked by {stranger}")
    with rig.counting() as requests:
        rig.run()
    assert sent(requests)[-2:] == [f"delete {stranger}", f"delete Reminder/{id}"]
    assert kinds(rig) == ["Reminder"]
    rig.rest()


def test_a_blocker_that_was_never_seen_is_deleted_without_its_tag(purging: Rig) -> None:
    rig = purging
    rig.append("Inbox", "- [ ] Goes\n")
    rig.run()
    id, ghost = rig.shown("Goes").id, "Alarm/0A1B2C3D-0000-4000-8000-00000000000A"
    take_out(rig, "Goes")
    reason = f"Record delete would violate validating reference: Reminder/{id} by {ghost}"
    rig.world.faults.fail_item("VALIDATING_REFERENCE_ERROR", id, reason=reason)
    with rig.counting() as requests:
        rig.run()
    assert sent(requests)[-2:] == [f"forceDelete {ghost}", f"delete Reminder/{id}"]
    assert live(rig) == {}
    rig.rest()


def test_a_living_reminder_is_never_deleted_for_being_in_the_way(purging: Rig) -> None:
    rig = purging
    rig.append("Inbox", "- [ ] Goes\n- [ ] Stays\n")
    rig.run()
    gone, stays = rig.shown("Goes").id, rig.shown("Stays").id
    ghost = "Reminder/0A1B2C3D-0000-4000-8000-00000000000A"
    take_out(rig, "Goes")
    reason = f"blocked by Reminder/{stays} and {ghost}"
    rig.world.faults.fail_item("VALIDATING_REFERENCE_ERROR", gone, reason=reason)
    with rig.counting() as requests:
        rig.run()
    assert sent(requests)[-1] == f"delete Reminder/{gone}"
    assert ghost not in str(sent(requests))
    assert rig.titles("Inbox") == {"Stays"}
    rig.rest()


def test_what_stays_blocked_is_parked_with_the_reason_and_the_others_flow(purging: Rig) -> None:
    rig = purging
    rig.append("Inbox", "- [ ] Stuck\n- [ ] Goes\n")
    rig.run()
    stuck = rig.shown("Stuck").id
    rig.world.faults.fail_item("VALIDATING_REFERENCE", stuck, reason="by nobody", times=50)
    take_out(rig, "Stuck")
    take_out(rig, "Goes")
    report = rig.run()
    assert (report.parked, report.exit_code) == (1, 3)
    assert "VALIDATING_REFERENCE: by nobody" in " ".join(report.problems)
    assert rig.titles("Inbox") == {"Stuck"}
    with rig.counting() as requests:
        rig.run()
    assert sent(requests) == []


@pytest.mark.parametrize("what", ["Hashtag", "Reminder"])
def test_what_is_gone_already_is_done(purging: Rig, what: str) -> None:
    rig = purging
    rig.append("Inbox", "- [ ] Goes #tag\n")
    rig.run()
    id = rig.shown("Goes").id
    take_out(rig, "Goes")

    def delete_before_push(step: str) -> None:
        if step == "commit:send:before":
            rig.step = lambda _: None
            if what == "Reminder":
                rig.phone.delete(id, hard=True)
            else:
                tag = next(name for name in live(rig) if name.startswith("Hashtag"))
                rig.world.zone.modify(
                    [{"operationType": "forceDelete", "record": {"recordName": tag}}]
                )

    rig.step = delete_before_push
    rig.run()
    if what == "Reminder":
        assert live(rig) == {}
    else:  # somebody took the tag off meanwhile: an edit, and it is shown again
        assert rig.titles("Inbox") == {"Goes"}
        assert "Goes" in rig.read("Inbox")
    rig.rest()


@pytest.mark.parametrize("kind", ["lost_reply", "cut_before", "cut_body"])
def test_a_lost_answer_is_looked_up_and_nothing_comes_back(purging: Rig, kind: str) -> None:
    laden(purging)
    take_out(purging, "Goes")
    purging.world.faults.fail(kind, "records/modify")  # type: ignore[arg-type]
    with pytest.raises(NetworkError):
        purging.run()
    purging.run()
    assert purging.titles("Inbox") == {"Stays"}
    assert kinds(purging) == ["Reminder"]
    purging.rest()


@pytest.mark.parametrize("at", ["commit:send:after", "commit:acknowledge:before"])
def test_a_crash_around_the_request_changes_nothing(purging: Rig, at: str) -> None:
    laden(purging)
    take_out(purging, "Goes")

    def crash(step: str) -> None:
        if step == at:
            raise Crash

    purging.step = crash
    with pytest.raises(Crash):
        purging.run()
    purging.step = lambda _: None
    purging.restart()
    purging.run()
    assert purging.titles("Inbox") == {"Stays"}
    assert kinds(purging) == ["Reminder"]
    purging.rest()
