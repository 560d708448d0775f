"""Dying at any effect of a scenario of sections ends as if nothing had happened."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.rig import Crash, Rig, empty_world, open_rig

SHARE = 30  # every so many effects


def prepare(rig: Rig) -> None:
    phone = rig.phone
    garden = phone.create_section("Inbox", "Garden")
    pond = phone.create_section("Inbox", "Pond")
    phone.create("Inbox", "Milk")
    for age, (title, section) in enumerate([("Fish", pond), ("Rake", garden), ("Seeds", garden)]):
        phone.put_in_section(phone.create("Inbox", title, created=rig.clock() - age - 1), section)
    rig.run()
    seeds = rig.line("Inbox", "Seeds")
    rig.replace("Inbox", seeds, f"{seeds}\n- [ ] Pay rent 🔁 every month 📅 2026-12-01")
    rig.run()


def edit(rig: Rig) -> None:
    """A rename on each side, a move on each side, a new section, one that is deleted, a tick."""
    phone = rig.phone
    ids = {one.name: one.id for one in phone.sections("Inbox")}
    phone.rename_section(ids["Garden"], "Allotment")
    phone.put_in_section(rig.shown("Milk").id, ids["Garden"])
    phone.delete_section(ids["Pond"])
    rake = rig.line("Inbox", "Rake")
    rig.replace("Inbox", f"{rake}\n", "")
    rig.replace("Inbox", "- [ ] Pay rent", "- [x] Pay rent")
    rig.append("Inbox", f"\n## Shed\n\n{rake}\n- [ ] Nails\n")


def end(rig: Rig) -> tuple[object, ...]:
    shown = sorted((one.title, one.section, one.problems) for one in rig.phone.reminders())
    text = sorted(line.partition(" ^")[0] for line in rig.read("Inbox").split("\n")[3:])
    return shown, sorted(one.name for one in rig.phone.sections("Inbox")), text


def quiet_down(rig: Rig) -> None:
    for _ in range(8):
        if rig.run().idle:
            return
    raise AssertionError("it never came to rest")


def test_dying_at_any_effect(tmp_path: Path) -> None:
    wanted: tuple[object, ...] = ()
    strike = total = 0
    while strike <= total:
        home = tmp_path / str(strike)
        home.mkdir()
        with open_rig(home, empty_world()) as rig:
            prepare(rig)
            edit(rig)
            count = 0

            def step(name: str, at: int = strike) -> None:
                nonlocal count
                count += 1
                if count == at:
                    raise Crash

            rig.step = step
            if strike:
                with pytest.raises(Crash):
                    quiet_down(rig)
                rig.step = lambda _: None
                rig.restart()
            quiet_down(rig)
            if not strike:
                wanted, total = end(rig), count
                assert wanted[1] == ["Allotment", "Shed"]
                assert str(wanted[0]).count("('Pay rent', 'Allotment', ())") == 2
            assert end(rig) == wanted, strike
        strike += SHARE if strike else 1
