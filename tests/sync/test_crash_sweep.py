"""Dying at any effect, or being interrupted at any, ends as if nothing had happened.

One rich scenario is run once undisturbed. Then it is run again for each effect (``step``) of the
engine, and there the process dies; it is started again and runs until it is quiet. Both sides
have to end as they did undisturbed. The normal suite takes a share of the effects, a soak
(REMINDERSD_SOAK=1) each.
"""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from tests.rig import Crash, Rig, empty_world, open_rig

SOAK = os.environ.get("REMINDERSD_SOAK") == "1"
SHARE = 1 if SOAK else 15  # every so many effects
AGAIN = [0, 1, 5, 12, 20, 35] if SOAK else [0, 5]

Side = list[tuple[object, ...]]


@dataclass
class Saboteur:
    """Counts effects, and does ``deed`` at the ``strike``-th."""

    strike: int = 0
    deed: Callable[[], None] = lambda: None
    count: int = 0
    names: list[str] = field(default_factory=list)

    def __call__(self, name: str) -> None:
        self.count += 1
        self.names.append(name)
        if self.count == self.strike:
            self.deed()


def die() -> None:
    raise Crash


def prepare(rig: Rig) -> None:
    rig.phone.create_list("Work")
    rig.run()
    rig.append(
        "Inbox",
        "- [ ] Both\n- [ ] Moves\n    > with a note\n- [ ] Goes here\n- [ ] Goes there\n"
        "- [ ] Ticked\n- [ ] Carried\n- [ ] Parent\n- [ ] Stays\n",
    )
    rig.append("Work", "- [ ] Working\n")
    rig.run()


def edit(rig: Rig) -> None:
    """New lines, edits, moves, a conflict and deletions, on both sides at once."""
    phone = rig.phone
    phone.edit(rig.shown("Both").id, title="Both, from the phone", notes="and a note")
    phone.move(rig.shown("Moves").id, "Work")
    phone.delete(rig.shown("Goes there").id)
    phone.create("Work", "Made on the phone", due="2026-12-14T09:30[Europe/Paris]")
    phone.complete(rig.shown("Working").id, rig.clock())
    rig.replace("Inbox", "- [ ] Both ", "- [ ] Both, from the file 🚩 ")
    rig.replace("Inbox", rig.line("Inbox", "Goes here") + "\n", "")
    rig.replace("Inbox", "- [ ] Ticked", "- [x] Ticked")
    carried = rig.line("Inbox", "Carried")
    rig.replace("Inbox", carried + "\n", "")
    rig.append("Work", carried + "\n")
    parent = rig.line("Inbox", "Parent")
    rig.replace("Inbox", parent, f"{parent}\n    - [ ] New child ⏰ 10:00 📅 2026-12-01")
    rig.append("Inbox", "- [ ] New line\n    > typed\n")
    rig.save("Garden", "- [ ] Order seeds\n")


def shown(rig: Rig) -> Side:
    """All that the phone shows, with parents by title; nothing on it may be broken."""
    entries = rig.phone.reminders()
    title = {one.id: one.title for one in entries}
    assert all(one.problems == () for one in entries), entries
    return sorted(
        (one.list, one.title, one.notes, one.done, one.due, one.shown_due, one.flagged,
         title.get(one.parent or ""))
        for one in entries
    )  # fmt: skip


def written(rig: Rig) -> Side:
    """All that the files say, without ids and in no order; no id may stand twice."""
    lines: Counter[tuple[str, str]] = Counter()
    ids: Counter[str] = Counter()
    for path, data in rig.bytes_of_folder().items():
        for line in data.decode().split("\n"):
            text, _, id = line.partition(" ^r-")
            ids[id] += bool(id)
            if text.strip() and "icloud-id" not in text:
                lines[path, text] += 1
    assert all(count <= 1 for count in ids.values()), ids
    return sorted((*line, count) for line, count in lines.items())


def losers(rig: Rig) -> Side:
    found = rig.store.attention.open_conflicts()
    return sorted({(one.field, str(one.winner), str(one.loser)) for one in found})


@dataclass
class End:
    """What both sides came to."""

    shown: Side
    written: Side
    losers: Side


def quiet_down(rig: Rig) -> None:
    """Run until two cycles in a row had nothing to do."""
    quiet = 0
    for _ in range(8):
        report = rig.run()
        assert report.held == [], report.held
        assert report.problems == [], report.problems
        quiet = quiet + 1 if report.idle else 0
        if quiet == 2:
            return


def run_until_quiet(rig: Rig) -> End:
    quiet_down(rig)
    rig.wait(120)  # receipts are quiet by now, and nothing is still on its way
    quiet_down(rig)
    rig.rest()
    return End(shown(rig), written(rig), losers(rig))


@contextmanager
def prepared(home: Path) -> Iterator[Rig]:
    home.mkdir()
    with open_rig(home, empty_world()) as rig:
        rig.run()
        prepare(rig)
        rig.wait(120)
        rig.run()
        yield rig


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory: pytest.TempPathFactory) -> tuple[End, list[str]]:
    """How the scenario ends by itself, and the effects that it takes."""
    with prepared(tmp_path_factory.mktemp("calm") / "home") as rig:
        edit(rig)
        rig.step = counter = Saboteur()
        rig.run()
        steps = list(counter.names)
        return run_until_quiet(rig), steps


def test_the_scenario_itself(undisturbed: tuple[End, list[str]]) -> None:
    end, steps = undisturbed
    assert [entry[:2] for entry in end.shown] == [
        ("Garden", "Order seeds"),
        ("Inbox", "Both, from the phone"),
        ("Inbox", "New child"),
        ("Inbox", "New line"),
        ("Inbox", "Parent"),
        ("Inbox", "Stays"),
        ("Inbox", "Ticked"),
        ("Work", "Carried"),
        ("Work", "Made on the phone"),
        ("Work", "Moves"),
        ("Work", "Working"),
    ]
    assert end.losers == [("title", "Both, from the phone", "Both, from the file")]
    assert len(steps) > 60


def crash_at(home: Path, strike: int, *, again: int = 0) -> tuple[End, bool]:
    """The scenario with a death at the ``strike``-th effect, and maybe another ``again`` later."""
    with prepared(home) as rig:
        edit(rig)
        died = False
        for at in [strike, again]:
            if not at:
                continue
            rig.step = Saboteur(at, die)
            try:
                rig.run()
            except Crash:
                died = True
            rig.step = lambda _: None
            rig.restart()
        return run_until_quiet(rig), died


@pytest.mark.timeout(3600)
@pytest.mark.parametrize("again", AGAIN)
def test_dying_at_any_effect_changes_nothing(
    undisturbed: tuple[End, list[str]], tmp_path: Path, again: int
) -> None:
    """With ``again``, it dies once more at that effect of its recovery."""
    end, steps = undisturbed
    for strike in range(1 + again % SHARE, len(steps) + 1, SHARE):
        found, died = crash_at(tmp_path / f"at-{strike}", strike, again=again)
        assert died
        assert found == end, f"crash at {strike} of {len(steps)}: {steps[strike - 1]}"


def save_in_editor(rig: Rig) -> None:
    rig.append("Inbox", "- [ ] Saved meanwhile\n")


def write_in_place(rig: Rig) -> None:
    rig.save_in_place("Inbox", rig.read("Inbox") + "- [ ] Saved meanwhile\n")


def edit_on_phone(rig: Rig) -> None:
    rig.phone.create("Inbox", "Saved meanwhile")
    rig.phone.edit(rig.shown("Stays").id, notes="noted meanwhile")


@pytest.mark.timeout(1800)
@pytest.mark.parametrize("meddle", [save_in_editor, write_in_place, edit_on_phone])
def test_an_edit_at_any_effect_is_kept(
    undisturbed: tuple[End, list[str]],
    tmp_path: Path,
    meddle: Callable[[Rig], None],
) -> None:
    end, steps = undisturbed
    wanted = {str(entry[1]) for entry in end.shown} | {"Saved meanwhile"}
    for strike in range(1, len(steps) + 1, SHARE):
        with prepared(tmp_path / f"at-{strike}") as rig:
            edit(rig)
            rig.step = Saboteur(strike, lambda rig=rig: meddle(rig))  # type: ignore[misc]
            quiet_down(rig)
            found = run_until_quiet(rig)
            where = f"{meddle.__name__} at {strike}: {steps[strike - 1]}"
            assert {str(entry[1]) for entry in found.shown} == wanted, where
            assert len(found.shown) == len(wanted), where
            text = b"".join(rig.bytes_of_folder().values()).decode()
            assert text.count("Saved meanwhile") == 1, where
            if meddle is edit_on_phone:
                assert "    > noted meanwhile\n" in text, where
