"""A plan of what a change touches decides what a plan of everything decides, and is made often."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from random import Random

import pytest

from tests.alike import Held, held_against_all
from tests.rig import Rig

STEPS = 24


@pytest.fixture
def held() -> Iterator[Held]:
    with held_against_all() as held:
        yield held


def begun(rig: Rig) -> None:
    rig.phone.create_list("Work")
    rig.run()
    rig.append("Inbox", "- [ ] Buy milk\n- [ ] Fix the bike 📅 2026-12-14\n    - [ ] Buy a tube\n")
    rig.append("Work", "- [ ] Call Ada #work\n- [ ] Pay the rent 🔁 every month 📅 2026-12-01\n")
    rig.run()
    rig.rest()


def test_an_edit_is_planned_without_the_rest(rig: Rig, held: Held) -> None:
    begun(rig)
    held.busy = 0
    rig.replace("Inbox", "Buy milk", "Buy oat milk ⏫")
    assert rig.run().pushed == 1
    assert rig.shown("Buy oat milk").priority == 1
    assert held.busy == 1
    rig.rest()
    rig.replace("Inbox", "- [ ] Buy oat milk", "- [x] Buy oat milk")
    rig.run()
    assert rig.shown("Buy oat milk").done
    assert held.busy == 2


def test_a_change_on_the_phone_is_planned_without_the_rest(rig: Rig, held: Held) -> None:
    begun(rig)
    held.busy = 0
    rig.phone.edit(rig.shown("Call Ada").id, title="Call Ada back", notes="about the lease")
    assert rig.run().rendered == 1
    assert "about the lease" in rig.read("Work")
    assert held.busy == 1
    rig.rest()


def test_both_sides_in_two_lists_at_once(rig: Rig, held: Held) -> None:
    begun(rig)
    held.busy = 0
    rig.phone.edit(rig.shown("Call Ada").id, title="Call Ada back")
    rig.phone.edit(rig.shown("Buy milk").id, title="Buy two milks")
    rig.replace("Inbox", "Buy milk", "Buy oat milk")
    report = rig.run()
    assert (report.rendered, len(report.conflicts), held.busy) == (2, 1, 1)
    rig.rest()


@pytest.mark.parametrize("lines", ["moved", "taken out", "typed", "indented", "ticked in a series"])
def test_what_is_more_than_values_is_planned_with_everything(
    rig: Rig, held: Held, lines: str
) -> None:
    begun(rig)
    held.busy = 0
    call = rig.line("Work", "Call Ada")
    match lines:
        case "moved":
            rig.replace("Work", f"{call}\n", "")
            rig.append("Inbox", f"{call}\n")
        case "taken out":
            rig.replace("Work", f"{call}\n", "")
        case "typed":
            rig.append("Work", "- [ ] Something new\n")
        case "indented":
            rent = rig.line("Work", "Pay the rent")
            rig.replace("Work", rent, f"    {rent}")
        case "ticked in a series":
            rig.replace("Work", "- [ ] Pay the rent", "- [x] Pay the rent")
    assert rig.run().pushed >= 1
    assert held.busy == 0


def test_what_became_of_a_file_that_we_wrote_is_no_news(rig: Rig, held: Held) -> None:
    begun(rig)
    rig.phone.edit(rig.shown("Call Ada").id, title="Call Ada back")
    rig.run()
    rig.wait(100)
    rig.run()  # the receipt is quiet, and goes
    held.busy = 0
    rig.replace("Inbox", "Buy milk", "Buy oat milk")
    assert rig.run().pushed == 1
    assert held.busy == 1


def test_what_was_written_beside_a_cycle_ends_what_was_known(rig: Rig, held: Held) -> None:
    begun(rig)
    held.near = 0
    with rig.store.commit("test"):
        rig.store.meta.set("anything", "else")
    rig.replace("Inbox", "Buy milk", "Buy oat milk")
    assert rig.run().pushed == 1
    assert held.near == 0


def test_no_longer_than_time_alone_changes_nothing(rig: Rig, held: Held) -> None:
    begun(rig)
    held.near = 0
    rig.wait(3700)
    rig.replace("Inbox", "Buy milk", "Buy oat milk")
    assert rig.run().pushed == 1
    assert held.near == 0


def test_on_days_of_every_kind_both_plans_are_the_same(rig: Rig, held: Held) -> None:
    begun(rig)
    held.near = held.busy = 0
    chance = Random(7)
    for number in range(STEPS):
        for deed in chance.sample(DEEDS, chance.choice((1, 1, 2))):
            deed(rig, chance, number)
        rig.run()
    assert held.near > held.busy >= STEPS // 3
    rig.rest()


def retitle(rig: Rig, chance: Random, number: int) -> None:
    edit_line(rig, chance, lambda line: line.replace("] ", f"] {number} ", 1))


def tick(rig: Rig, chance: Random, _number: int) -> None:
    edit_line(rig, chance, lambda line: line.replace("[ ]", "[x]") if "🔁" not in line else line)


def date(rig: Rig, chance: Random, number: int) -> None:
    day = f"📅 2026-12-{number % 28 + 1:02}"
    edit_line(rig, chance, lambda line: re.sub(r"📅 [0-9-]{10}| (?=\^)", f" {day} ", line, count=1))


def edit_line(rig: Rig, chance: Random, edit: Callable[[str], str]) -> None:
    name = chance.choice(("Inbox", "Work"))
    lines = rig.read(name).split("\n")
    at = chance.choice([at for at, line in enumerate(lines) if "- [" in line])
    lines[at] = edit(lines[at])
    rig.save(name, "\n".join(lines))


def phone_edits(rig: Rig, chance: Random, number: int) -> None:
    shown = chance.choice(rig.phone.reminders())
    rig.phone.edit(shown.id, title=f"Said {number}", notes=chance.choice(("", "a\n- b")))


def type_line(rig: Rig, chance: Random, number: int) -> None:
    rig.append(chance.choice(("Inbox", "Work")), f"- [ ] New {number}\n")


def move_line(rig: Rig, chance: Random, _number: int) -> None:
    lines = rig.read("Work").split("\n")
    movable = [line for line in lines if line.startswith("- [")]
    if len(movable) > 1:
        line = chance.choice(movable)
        rig.save("Work", rig.read("Work").replace(f"{line}\n", ""))
        rig.append("Inbox", f"{line}\n")


DEEDS = [retitle, retitle, tick, date, date, phone_edits, phone_edits, type_line, move_line]
