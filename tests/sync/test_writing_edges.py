"""Verbs beside editors, in lists that take nothing, and where a line cannot say it."""

from __future__ import annotations

import os
from collections.abc import Sequence
from datetime import date, datetime
from pathlib import Path

import pytest

from store.model import Completion, Early, Field, Reminder, Unit, Zoned
from sync.core.deeds import Change, Deed, Drop, Make, Scene
from sync.errors import Busy, CannotWrite
from tests.rig import Rig, empty_world, open_rig
from tests.sync.test_writing import add, id_of, list_of, write

TODAY = date(2026, 11, 22)
DONE = {Field.DONE: Completion(day=TODAY)}


def just_saved(rig: Rig, line: str) -> None:
    rig.append("Inbox", line)
    os.utime(rig.path("Inbox"), (rig.clock(), rig.clock()))


def test_a_buffer_that_was_open_takes_back_nothing_that_a_verb_did(rig: Rig) -> None:
    rig.append("Inbox", "- [ ] Milk\n- [ ] Bread\n- [ ] Eggs\n")
    rig.run()
    ids = {row.title: row.id for row in rig.store.mirror.reminders()}
    buffer = rig.read("Inbox")  # vim opens it
    added = add(rig, "Jam")
    write(rig, Change(ids["Milk"], DONE), Drop(ids["Eggs"]))
    rig.run()
    rig.save("Inbox", buffer + "- [ ] Typed in vim\n")
    for _ in range(3):
        rig.run()
    assert rig.titles("Inbox") == {"Milk", "Bread", "Jam", "Typed in vim"}
    assert rig.shown("Milk").done
    assert rig.shown("Jam").id == added
    assert "Eggs" not in rig.read("Inbox")
    assert rig.line("Inbox", "Milk").startswith("- [x]")
    assert "Jam" in rig.read("Inbox")


def test_before_it_is_sent_an_older_buffer_takes_it_back_and_the_log_has_it(rig: Rig) -> None:
    rig.append("Inbox", "- [ ] Milk\n")
    rig.run()
    milk = rig.shown("Milk").id
    buffer = rig.read("Inbox")
    write(rig, Change(milk, DONE), trigger="done")
    rig.save("Inbox", buffer + "- [ ] Typed in vim\n")
    rig.run()
    assert not rig.shown("Milk").done
    told = [str(row.after) for row in rig.store.journal.history(id=milk) if row.field == "line"]
    assert any(line.startswith("- [x] Milk") for line in told)


def test_what_the_phone_did_before_is_still_known_for_unseen_after_a_verb(rig: Rig) -> None:
    rig.append("Inbox", "- [ ] Milk\n- [ ] Bread\n")
    rig.run()
    buffer = rig.read("Inbox")
    rig.phone.edit(rig.shown("Milk").id, title="Oat milk")
    rig.run()
    add(rig, "Jam")
    rig.run()
    rig.save("Inbox", buffer.replace("Bread", "Rye bread"))
    for _ in range(3):
        rig.run()
    assert rig.titles("Inbox") == {"Oat milk", "Rye bread", "Jam"}


def test_what_somebody_saved_and_no_cycle_saw_yet_stays_beside_it(rig: Rig) -> None:
    rig.append("Inbox", "- [ ] Milk\n")
    rig.run()
    rig.append("Inbox", "- [ ] Bread\n")
    rig.wait(3)
    add(rig, "Jam")
    text = rig.read("Inbox")
    assert text.index("Bread") < text.index("Jam")
    assert rig.line("Inbox", "Bread").count("^r-") == 1
    rig.run()
    assert rig.titles("Inbox") == {"Milk", "Bread", "Jam"}
    rig.rest()


def test_a_file_that_is_just_being_saved_is_waited_for(rig: Rig) -> None:
    rig.append("Inbox", "- [ ] Milk\n")
    rig.run()
    just_saved(rig, "- [ ] Bread\n")
    waits: list[float] = []

    def wait(seconds: float) -> None:
        waits.append(seconds)
        rig.wait(seconds)

    def decide(scene: Scene) -> Sequence[Deed]:
        return [Change(id_of(scene, "Bread"), DONE)]

    rig.engine.write(decide, "done", wait=wait)
    assert waits
    assert rig.line("Inbox", "Bread").startswith("- [x]")


def test_a_file_that_is_never_quiet_ends_in_busy_and_nothing_is_written(rig: Rig) -> None:
    rig.append("Inbox", "- [ ] Milk\n")
    rig.run()
    rounds = 0

    def wait(_seconds: float) -> None:
        nonlocal rounds
        rounds += 1
        just_saved(rig, f"- [ ] Line {rounds}\n")

    wait(0)
    with pytest.raises(Busy):
        rig.engine.write(
            lambda scene: [Make(Reminder("", "Jam", list=list_of(scene, "Inbox")))],
            "add",
            wait=wait,
        )
    assert "Jam" not in rig.read("Inbox")


def test_subtasks_go_and_move_along_and_words_beneath_are_in_the_log(rig: Rig) -> None:
    rig.phone.create_list("Home")
    rig.append(
        "Inbox",
        "- [ ] Trip\n    > pack\n    - [ ] Passport\n- [ ] Party\n    > hats\n    - [ ] Cake\n",
    )
    rig.run()
    ids = {row.title: row.id for row in rig.store.mirror.reminders()}
    home = next(row.id for row in rig.store.mirror.lists() if row.name == "Home")
    told = write(rig, Change(ids["Trip"], {Field.LIST: home}), trigger="move")
    assert told.outcome.also == {ids["Trip"]: 1}
    told = write(rig, Drop(ids["Party"]), trigger="delete")
    assert told.outcome.also == {ids["Party"]: 1}
    rig.run()
    assert rig.titles("Home") == {"Trip", "Passport"}
    assert rig.titles("Inbox") == set()
    assert rig.shown("Passport").parent == ids["Trip"]
    rows = rig.store.journal.history(id=ids["Party"])
    assert any("hats" in str(row.before) for row in rows if row.field == "line")
    rig.rest()


def test_a_subtask_is_put_beneath_its_parent(rig: Rig) -> None:
    trip = add(rig, "Trip")
    pass_ = add(rig, "Passport", parent=trip)
    assert rig.line("Inbox", "Passport").startswith(("    ", "\t", "  "))
    with pytest.raises(CannotWrite, match="one level"):
        add(rig, "Photo", parent=pass_)
    rig.run()
    assert rig.shown("Passport").parent == trip
    rig.rest()


def test_what_repeats_goes_on_when_it_is_done(rig: Rig) -> None:
    rig.append("Inbox", "- [ ] Rent 🔁 every month 📅 2026-12-01\n")
    rig.run()
    rent = next(row.id for row in rig.store.mirror.reminders())
    write(rig, Change(rent, DONE), trigger="done")
    rig.run()
    assert "📅 2027-01-01" in rig.read("Inbox")
    rig.rest()


@pytest.mark.parametrize(
    ("mode", "words"), [("read-only", "read-only"), ("ignore", "not kept in this folder")]
)
def test_a_list_that_takes_nothing_is_told(tmp_path: Path, mode: str, words: str) -> None:
    with open_rig(tmp_path, empty_world(), lists=f"{{Inbox: {mode}}}") as rig:
        rig.run()
        with pytest.raises(CannotWrite, match=words):
            add(rig, "Milk")


def test_without_ids_in_files_a_verb_writes_and_changes_lines(tmp_path: Path) -> None:
    with open_rig(tmp_path, empty_world(), markers="none") as rig:
        rig.run()
        milk, bread = add(rig, "Milk"), add(rig, "Bread")
        assert "^r-" not in rig.read("Inbox")
        rig.run()
        assert rig.shown("Milk").id == milk
        write(rig, Change(milk, {Field.TITLE: "Oat milk"}), Drop(bread))
        rig.run()
        assert (rig.titles("Inbox"), rig.shown("Oat milk").id) == ({"Oat milk"}, milk)
        rig.rest()


def test_what_a_format_has_no_words_for_is_refused(tmp_path: Path) -> None:
    with open_rig(tmp_path, empty_world(), format="todo.txt") as rig:
        rig.run()
        with pytest.raises(CannotWrite, match="cannot be said"):
            add(rig, "Milk", section="Cold")
        assert "Milk" not in rig.read("Inbox")


def test_two_sides_that_never_met_are_not_written_to(tmp_path: Path) -> None:
    with open_rig(tmp_path, empty_world()) as rig:
        rig.phone.create("Inbox", "There")
        rig.path("Inbox").parent.mkdir(parents=True, exist_ok=True)
        rig.save("Inbox", "- [ ] Here\n")
        assert rig.run().held
        with pytest.raises(CannotWrite, match="for the first time"):
            write(rig, Drop("X"))


def test_an_early_alarm_stays_with_its_date(rig: Rig) -> None:
    due = Zoned(datetime(2030, 1, 7, 9), "Europe/Paris")
    id = add(rig, "Dentist", due=due, alarms=frozenset({Early(10, Unit.MINUTE)}))
    rig.run()
    assert "⏰ 10m before" in rig.line("Inbox", "Dentist")
    assert rig.shown("Dentist").id == id
