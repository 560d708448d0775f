"""Bits of the database that changed by themselves: it stops, or goes on and writes nothing."""

from __future__ import annotations

import random
from contextlib import suppress
from pathlib import Path

import pytest

from tests.rig import Rig

FLIPS = 12


def mirror(rig: Rig) -> Path:
    return rig.home / "state" / "remindersd" / "rig" / "mirror.sqlite"


def shown(rig: Rig) -> list[tuple[object, ...]]:
    return sorted(
        (one.id, one.title, one.list, one.notes, one.done) for one in rig.phone.reminders()
    )


def test_flipped_bits_anywhere_write_nothing_wrong(seeded: Rig) -> None:
    seeded.close()
    sound = mirror(seeded).read_bytes()
    before, there = seeded.bytes_of_folder(), shown(seeded)
    for seed in range(FLIPS):
        dice = random.Random(seed)
        data = bytearray(sound)
        for _ in range(1 + seed % 3):
            data[dice.randrange(4096, len(data))] ^= 1 << dice.randrange(8)
        for one in mirror(seeded).parent.glob("mirror*"):
            one.unlink()
        mirror(seeded).write_bytes(data)
        with suppress(Exception):  # that it stops is right, whatever it says
            seeded.open()
            seeded.run()
        seeded.close()
        assert seeded.bytes_of_folder() == before, seed
        assert shown(seeded) == there, seed


@pytest.mark.parametrize(
    "harm",
    [
        "UPDATE reminder SET title = 'Silk' WHERE title = 'Milk'",
        "UPDATE reminder SET done = 1 WHERE title = 'Milk'",
        "UPDATE reminder SET deleted = 1 WHERE title = 'Milk'",
        "UPDATE list SET name = 'Groserjes' WHERE name = 'Groceries'",
        "UPDATE list SET deleted = 1 WHERE name = 'Groceries'",
        "UPDATE base SET title = '\"Silk\"' WHERE title = '\"Milk\"'",
        "UPDATE list_base SET name = 'Groserjes' WHERE name = 'Groceries'",
    ],
)
def test_a_row_that_its_record_does_not_bear_out_is_not_acted_on(seeded: Rig, harm: str) -> None:
    before, there = seeded.bytes_of_folder(), shown(seeded)
    with seeded.store.commit("harm"):
        assert seeded.store._connection.write(harm) == 1
    seeded.restart()
    report = seeded.run()
    assert (report.conflicts, report.held) == ([], [])
    assert seeded.bytes_of_folder() == before
    assert shown(seeded) == there
    seeded.rest()
    assert seeded.engine.verify().result == "agrees"
