"""A person decides on conflicts: the kept value is taken everywhere, or let go; never by half."""

from __future__ import annotations

from pathlib import Path

import pytest

from store.activity.attention import Conflict
from sync.errors import CannotResolve, NetworkError
from tests.rig import Crash, Rig
from tests.sync.machines import open_pair


@pytest.fixture
def torn(rig: Rig) -> Rig:
    """One title that both sides changed: the phone's is shown, the file's is kept."""
    rig.append("Inbox", "- [ ] Task 📅 2026-12-01\n- [ ] Other\n")
    rig.run()
    rig.phone.edit(rig.shown("Task").id, title="Phone")
    rig.replace("Inbox", "Task", "File")
    rig.run()
    assert one(rig).loser == "File"
    return rig


def opened(rig: Rig) -> list[Conflict]:
    return rig.store.attention.open_conflicts()


def one(rig: Rig) -> Conflict:
    [conflict] = opened(rig)
    return conflict


def take(rig: Rig, *keys: str) -> list[str]:
    """Take the other value; why not, for each that could not be taken."""
    told = rig.engine.resolve(keys, "other")
    rig.run()
    return [entry.why_not for entry in told if entry.why_not]


@pytest.mark.parametrize("key", ["1", "id", "block", "title"])
def test_taking_the_other_value_puts_it_on_both_sides(torn: Rig, key: str) -> None:
    id = torn.shown("Phone").id
    block = torn.store.places.block_of(id)
    assert block is not None
    assert take(torn, {"id": id, "block": f"^{block.block}", "title": "Phone"}.get(key, key)) == []
    assert torn.titles("Inbox") == {"File", "Other"}
    assert torn.shown("File").problems == ()
    assert torn.line("Inbox", "File").startswith("- [ ] File 📅 2026-12-01 ^r-")
    assert opened(torn) == []
    torn.rest()


def test_what_taking_writes_over_is_in_the_history(torn: Rig) -> None:
    id = torn.shown("Phone").id
    take(torn)
    rows = {(row.side, row.before, row.after) for row in torn.store.journal.history(id=id)}
    assert {("cloud", "Phone", "File"), ("file", "Phone", "File")} <= rows


def test_keeping_what_is_shown_only_closes_it(torn: Rig) -> None:
    with torn.counting() as sent:
        told = torn.engine.resolve(["1"], "shown")
    assert [(entry.taken, entry.why_not) for entry in told] == [("shown", "")]
    assert (sent, opened(torn)) == ([], [])
    assert torn.titles("Inbox") == {"Phone", "Other"}
    with pytest.raises(CannotResolve, match="conflict 1 is resolved already"):
        torn.engine.resolve(["1"], "other")
    for key in ("7", "9" * 19, "9" * 5_000):
        with pytest.raises(CannotResolve, match=f"no open conflict {key}"):
            torn.engine.resolve([key], "shown")


@pytest.mark.parametrize("side", ["phone", "file"])
def test_it_closes_by_itself_when_somebody_types_the_kept_value(torn: Rig, side: str) -> None:
    if side == "phone":
        torn.phone.edit(torn.shown("Phone").id, title="File")
    else:
        torn.replace("Inbox", "Phone", "File")
    torn.run()
    assert opened(torn) == []


@pytest.mark.parametrize("side", ["phone", "file"])
def test_a_field_that_was_changed_since_still_takes_the_kept_value(torn: Rig, side: str) -> None:
    if side == "phone":
        torn.phone.edit(torn.shown("Phone").id, title="Newer")
    else:
        torn.replace("Inbox", "Phone", "Newer")
        torn.wait(3)
    assert take(torn) == []
    assert torn.titles("Inbox") == {"File", "Other"}
    assert "Newer" in {row.before for row in torn.store.journal.history() if row.side == "cloud"}
    assert opened(torn) == []


def test_an_edit_that_is_saved_while_it_is_taken_is_a_new_conflict(torn: Rig) -> None:
    torn.engine.resolve(["1"], "other")
    torn.replace("Inbox", "Phone", "Newest")
    torn.run()
    assert {(c.winner, c.loser) for c in opened(torn)} >= {("File", "Newest")}
    assert torn.titles("Inbox") == {"File", "Other"}


def test_a_reminder_that_was_deleted_meanwhile_is_named_with_the_way_back(torn: Rig) -> None:
    id = torn.shown("Phone").id
    torn.phone.delete(id)
    [why] = take(torn)
    assert f"“Phone” was deleted meanwhile; `remindersd restore {id}`" in why
    assert "--take shown" in why
    assert one(torn).id == id


@pytest.mark.parametrize("kind", ["cut_before", "lost_reply"])
def test_no_answer_leaves_a_wish_that_the_next_cycle_sends(torn: Rig, kind: str) -> None:
    torn.world.faults.fail(kind, "records/modify", times=20)  # type: ignore[arg-type]
    with pytest.raises(NetworkError):
        torn.engine.resolve((), "other")
    assert len(opened(torn)) == 1
    torn.world.faults.clear()
    torn.restart()
    torn.run()
    assert torn.titles("Inbox") == {"File", "Other"}
    assert opened(torn) == []
    torn.rest()


def test_without_a_network_nothing_is_half_done(torn: Rig) -> None:
    torn.world.faults.fail("cut_before", times=40)
    with pytest.raises(NetworkError):
        torn.engine.resolve((), "other")
    torn.world.faults.clear()
    assert len(opened(torn)) == 1
    assert torn.store.outbox.counts()["queued"] == 0


def test_a_value_that_icloud_refuses_is_named_and_parked(torn: Rig) -> None:
    id = torn.shown("Phone").id
    torn.world.faults.fail_item("BAD_REQUEST", id, reason="because", times=50)
    assert take(torn) == ["not accepted by iCloud: BAD_REQUEST: because"]
    assert len(opened(torn)) == 1
    assert [intent.kind for intent in torn.store.outbox.parked()] == ["set"]


def test_dying_at_any_effect_takes_it_all_the_same(torn: Rig) -> None:
    turn = 0
    while opened(torn):
        left = iter(range(turn, -1, -1))

        def die(_: str, left: object = left) -> None:
            if next(left, -1) == 0:  # type: ignore[call-overload]
                raise Crash

        torn.step = die
        try:
            torn.engine.resolve((), "other")
            torn.run()
        except Crash:
            torn.step = lambda _: None
            torn.restart()
            turn += 1
            torn.run()
    torn.step = lambda _: None
    torn.run()
    assert torn.titles("Inbox") == {"File", "Other"}
    assert "Phone" not in torn.read("Inbox")


# ---- every field that can be in conflict --------------------------------------------------------


def test_notes_due_and_priority(rig: Rig) -> None:
    rig.append("Inbox", "- [ ] Task ⏫ 📅 2026-12-01\n    > note\n")
    rig.run()
    rig.phone.edit(
        rig.shown("Task").id, notes="phone", due="2026-12-02T09:00[Europe/Paris]", priority=5
    )
    rig.replace("Inbox", "> note", "> file")
    rig.replace("Inbox", "⏫ 📅 2026-12-01", "🔽 📅 2026-12-03")
    rig.run()
    assert {c.field for c in opened(rig)} == {"notes", "due", "priority"}
    assert take(rig) == []
    shown = rig.shown("Task")
    assert (shown.notes, shown.due, shown.priority) == ("file", "2026-12-03", 9)
    assert (shown.problems, opened(rig)) == ((), [])
    assert "🔽 📅 2026-12-03" in rig.line("Inbox", "Task")
    rig.rest()


def test_the_list_that_lost(rig: Rig) -> None:
    rig.append("Inbox", "- [ ] Task\n")
    rig.phone.create_list("Work")
    rig.phone.create_list("Home")
    rig.run()
    id, line = rig.shown("Task").id, rig.line("Inbox", "Task")
    rig.phone.move(id, "Work")
    rig.replace("Inbox", line + "\n", "")
    rig.append("Home", line + "\n")
    rig.run()
    assert take(rig) == []
    assert (rig.shown("Task").id, rig.shown("Task").list) == (id, "Home")
    assert rig.line("Home", "Task") == line
    assert b"".join(rig.bytes_of_folder().values()).decode().count("Task") == 1
    assert opened(rig) == []
    rig.rest()


def test_the_name_of_a_list(rig: Rig) -> None:
    rig.phone.rename_list("Inbox", "Phone name")
    rig.path("Inbox").rename(rig.path("File name"))
    rig.run()
    assert take(rig, "Phone name") == []
    assert [one.name for one in rig.phone.lists()] == ["File name"]
    assert set(rig.bytes_of_folder()) == {"File name.md"}
    assert opened(rig) == []
    rig.rest()


def test_a_group_that_lost(rig: Rig) -> None:
    for name in ("Phone group", "File group"):
        rig.phone.create_list(name, is_group=True)
        rig.phone.create_list(f"In {name}", name)
    rig.run()
    rig.phone.change_list("Inbox", group="Phone group")
    rig.path("Inbox").rename(rig.folder / "File group" / "Inbox.md")
    rig.run()
    assert one(rig).field == "group"
    assert take(rig) == []
    assert "File group/Inbox.md" in rig.bytes_of_folder()
    assert opened(rig) == []


@pytest.fixture
def sectioned(rig: Rig) -> Rig:
    rig.append("Inbox", "- [ ] Task\n\n## A\n\n- [ ] In A\n\n## B\n\n- [ ] In B\n")
    rig.run()
    return rig


def test_the_name_of_a_section(sectioned: Rig) -> None:
    rig = sectioned
    ids = {section.name: section.id for section in rig.phone.sections("Inbox")}
    rig.phone.rename_section(ids["A"], "Phone")
    rig.replace("Inbox", "## A", "## File")
    rig.run()
    assert (one(rig).field, one(rig).loser) == ("section", "File")
    assert take(rig) == []
    assert {section.name for section in rig.phone.sections("Inbox")} == {"File", "B"}
    assert "## File\n\n- [ ] In A" in rig.read("Inbox")
    assert opened(rig) == []
    rig.rest()


def test_the_section_that_lost(sectioned: Rig) -> None:
    rig = sectioned
    ids = {section.name: section.id for section in rig.phone.sections("Inbox")}
    rig.phone.put_in_section(rig.shown("Task").id, ids["B"])
    line = rig.line("Inbox", "Task")
    rig.replace("Inbox", line + "\n", "")
    rig.replace("Inbox", "## A\n\n", f"## A\n\n{line}\n")
    rig.run()
    assert (one(rig).field, one(rig).loser) == ("section", "A")
    assert take(rig) == []
    assert line in rig.read("Inbox").partition("## A")[2].partition("## B")[0]
    assert rig.shown("Task").section == "A"
    assert opened(rig) == []
    rig.rest()


def test_a_tick_for_a_time_that_has_passed_is_not_taken(rig: Rig) -> None:
    rig.append("Inbox", "- [ ] Rent 🔁 every month 📅 2026-12-01\n")
    rig.run()
    rig.phone.complete_occurrence(rig.shown("Rent").id)
    rig.replace("Inbox", "- [ ] Rent", "- [x] Rent")
    rig.run()
    [why] = take(rig)
    assert "tick its line to complete what is due now" in why


def test_a_line_typed_after_another_machine_s_was_done_is_opened_again(tmp_path: Path) -> None:
    with open_pair(tmp_path, carried=False) as pair:
        pair.laptop.append("Inbox", "- [ ] Milk\n")
        pair.laptop.run()
        pair.phone.complete(pair.phone.find("Milk").id)
        pair.desktop.append("Inbox", "- [ ] Milk\n")
        pair.calm()
        assert [one.done for one in pair.phone.reminders("Inbox")] == [True]
        pair.desktop.engine.resolve([], "other")
        pair.calm()
        assert [one.done for one in pair.phone.reminders("Inbox")] == [False]
        assert "- [ ] Milk" in pair.agree("Inbox")
        assert [*pair.desktop.store.attention.open_conflicts()] == []
