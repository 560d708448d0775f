"""The order of new lines."""

from __future__ import annotations

from datetime import date, datetime

import pytest

from store.model import AllDay, Floating, Priority, Reminder, Zoned
from sync.core.sorting import ranks

ONES = [
    Reminder("A", title="delta", due=Zoned(datetime(2026, 3, 2, 9), "Europe/Paris")),
    Reminder("B", title="Charlie", due=AllDay(date(2026, 3, 2)), priority=Priority.LOW),
    Reminder("C", title="bravo", priority=Priority.HIGH),
    Reminder("D", title="Alpha", due=Floating(datetime(2026, 3, 1, 23)), priority=Priority.MEDIUM),
]
CREATED = {"A": 40, "B": 10, "C": 30, "D": 20}


@pytest.mark.parametrize(
    ("style", "found"),
    [
        ("manual", "CABD"),
        (None, "CABD"),
        ("of a later version", "CABD"),
        ("dueDate", "DBAC"),
        ("duedate", "DBAC"),
        ("priority", "CDBA"),
        ("title", "DCBA"),
        ("creationDate", "BDCA"),
    ],
)
def test_each_way_of_sorting(style: str | None, found: str) -> None:
    order = ("GONE", "C", "A")
    placed = ranks(style, order, {one.id: one for one in ONES}, CREATED)
    assert "".join(sorted(placed, key=placed.__getitem__)) == found
