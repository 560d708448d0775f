"""Alarms as VALARMs, each kind both ways; what no VALARM can say stays in iCloud."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.rig import Rig, empty_world, open_rig
from tests.sync.test_alarms import on_phone, set_on_phone
from tests.sync.vdirs import put

DUE = "2026-12-14T09:30[Europe/Paris]"
TZ = "DUE;TZID=Europe/Paris:20261214T093000"
HEAD = ("BEGIN:VALARM", "ACTION:DISPLAY", "DESCRIPTION:Reminder")
KINDS = [
    ("TRIGGER;VALUE=DATE-TIME:20261213T170000Z", "2026-12-13T18:00[Europe/Paris]"),
    ("TRIGGER;RELATED=END:-PT15M", "15 minutes before"),
    ("TRIGGER;RELATED=END:-PT2H", "2 hours before"),
    ("TRIGGER;RELATED=END:-P1D", "1 day before"),
    ("TRIGGER;RELATED=END:-P3W", "3 weeks before"),
]


@pytest.fixture
def rig(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Rig]:
    """An account with the empty list “Inbox”, synced once into a vdir."""
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    with open_rig(tmp_path, empty_world(), format="vdir") as rig:
        rig.run()
        yield rig


def valarm(*lines: str) -> tuple[str, ...]:
    return (*HEAD, *lines, "END:VALARM")


def text_of(*lines: str) -> str:
    return "".join(f"{line}\r\n" for line in lines)


def test_each_kind_of_the_phone_stands_in_the_file_until_it_goes(rig: Rig) -> None:
    ids = [rig.phone.create("Inbox", f"Task {at}", due=DUE) for at in range(len(KINDS))]
    rig.run()
    before = rig.bytes_of_folder()
    alarms = [set_on_phone(rig, says, f"Task {at}") for at, (_, says) in enumerate(KINDS)]
    rig.run()
    for id, (trigger, _) in zip(ids, KINDS, strict=True):
        assert text_of(*valarm(trigger)) in rig.read(f"Inbox/{id}")
    rig.rest()
    for id, alarm in zip(ids, alarms, strict=True):
        rig.phone.remove_alarm(id, alarm)
    rig.run()
    assert rig.bytes_of_folder() == before
    rig.rest()


def test_each_kind_of_the_file_rings_on_the_phone_until_it_goes(rig: Rig) -> None:
    for at, (trigger, _) in enumerate(KINDS):
        put(rig, f"Inbox/{at}", f"UID:{at}", f"SUMMARY:Task {at}", TZ, *valarm(trigger))
    rig.run()
    assert [on_phone(rig, f"Task {at}") for at in range(len(KINDS))] == [
        {says} for _, says in KINDS
    ]
    rig.rest()
    for at, (trigger, _) in enumerate(KINDS):
        rig.replace(f"Inbox/{at}", text_of(*valarm(trigger)), "")
    rig.run()
    assert not any(on_phone(rig, f"Task {at}") for at in range(len(KINDS)))
    rig.rest()


def test_a_changed_alarm_keeps_all_else_that_its_valarm_says(rig: Rig) -> None:
    put(
        rig, "Inbox/a", "UID:a", "SUMMARY:Task", TZ, "BEGIN:VALARM", "X-THEIRS:1",
        "TRIGGER;X-P=q;VALUE=DURATION:-PT60M", "ACTION:AUDIO", "ACKNOWLEDGED:20260101T000000Z",
        "END:VALARM",
    )  # fmt: skip
    rig.run()
    assert on_phone(rig) == {"1 hour before"}
    before = rig.read("Inbox/a")
    rig.phone.edit(rig.shown("Task").id, notes="n")
    rig.run()
    assert rig.read("Inbox/a") == before.replace("BEGIN:VAL", "DESCRIPTION:n\r\nBEGIN:VAL")
    (old,) = [one.id for one in rig.shown("Task").alarms if not one.own]
    rig.phone.remove_alarm(rig.shown("Task").id, old)
    set_on_phone(rig, "2 days before")
    before = rig.read("Inbox/a")
    rig.run()
    wanted = before.replace(";X-P=q;VALUE=DURATION:-PT60M", ";RELATED=END;X-P=q:-P2D")
    assert rig.read("Inbox/a") == wanted
    rig.rest()


@pytest.mark.parametrize("trigger", ["TRIGGER:PT0S", "TRIGGER;VALUE=DATE-TIME:20261214T083000Z"])
def test_an_alarm_at_the_due_time_is_the_due_dates_own_and_goes_with_it(
    rig: Rig, trigger: str
) -> None:
    put(rig, "Inbox/a", "UID:a", "SUMMARY:Task", TZ, *valarm(trigger))
    rig.run()
    assert on_phone(rig) == set()
    rig.phone.edit(rig.shown("Task").id, due="2026-12-15T10:00[Europe/Paris]")
    rig.run()
    assert text_of(*valarm(trigger.replace("14T0830", "15T0900"))) in rig.read("Inbox/a")
    assert on_phone(rig) == set()
    rig.rest()
    rig.phone.edit(rig.shown("Task").id, due=None)
    rig.run()
    assert ("VALARM" in rig.read("Inbox/a")) == ("PT0S" in trigger)
    assert on_phone(rig) == set()
    rig.rest()


def test_an_instant_keeps_the_zone_that_the_phone_knows(rig: Rig) -> None:
    id = rig.phone.create("Inbox", "Task", due=DUE)
    for says in ("2026-12-12T18:00[Asia/Tokyo]", "2026-12-11T18:00"):
        set_on_phone(rig, says)
    rig.run()
    assert "TRIGGER;VALUE=DATE-TIME:20261212T090000Z\r\n" in rig.read(f"Inbox/{id}")
    rig.replace(f"Inbox/{id}", "20261211T170000Z", "20261211T180000Z")
    rig.run()
    assert on_phone(rig) == {"2026-12-12T18:00[Asia/Tokyo]", "2026-12-11T19:00[Europe/Paris]"}
    rig.rest()


def test_what_no_valarm_can_say_stays_in_icloud(rig: Rig) -> None:
    id = rig.phone.create("Inbox", "Task", due=DUE)
    rig.run()
    before = rig.read(f"Inbox/{id}")
    set_on_phone(rig, "1 month before")
    set_on_phone(rig, "arriving")
    known = on_phone(rig)
    rig.run()
    assert rig.read(f"Inbox/{id}") == before
    trigger = valarm(KINDS[1][0])
    rig.replace(f"Inbox/{id}", "END:VTODO", text_of(*trigger) + "END:VTODO")
    rig.run()
    assert on_phone(rig) == known | {"15 minutes before"}
    rig.rest()


@pytest.mark.parametrize(
    "lines",
    [
        ("TRIGGER:PT5M",),
        ("TRIGGER:-PT5M", "REPEAT:2", "DURATION:PT1M"),
        ("TRIGGER;VALUE=DATE-TIME:19760401T005545Z", "X-APPLE-PROXIMITY:ARRIVE"),
        ("TRIGGER;VALUE=DATE-TIME:20261213T170000",),
        ("TRIGGER:-PT90S",),
    ],
)
def test_a_valarm_that_is_not_understood_stays_and_no_alarm_is_told(
    rig: Rig, lines: tuple[str, ...]
) -> None:
    put(rig, "Inbox/a", "UID:a", "SUMMARY:Task", TZ, *valarm(*lines), *valarm(KINDS[1][0]))
    rig.run()
    assert on_phone(rig) == set()
    before = rig.read("Inbox/a")
    set_on_phone(rig, "2 days before")
    rig.phone.edit(rig.shown("Task").id, due="2026-12-15", title="Other")
    rig.run()
    wanted = before.replace("SUMMARY:Task", "SUMMARY:Other")
    assert rig.read("Inbox/a") == wanted.replace(TZ, "DUE;VALUE=DATE:20261215")
    rig.rest()
