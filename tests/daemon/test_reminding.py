"""Reminding over a real mirror, on a desktop and with a clock that do as a test says."""

from __future__ import annotations

import datetime as dt
import time
from collections.abc import Iterator
from dataclasses import replace
from datetime import date, datetime
from pathlib import Path

import pytest

from daemon.reminding.rings import Reminding
from store.activity.outbox import Intent
from store.db import Store
from store.local.places import LineRow
from store.model import AllDay, Completion, Early, Field, Unit, Zoned
from sync.errors import RemindersdError
from tests.daemon.fakes import PATIENCE_S, config
from tests.daemon.reminded import PARIS, Stage, due
from tests.store.samples import a_list, alarm, reminder, trigger


@pytest.fixture
def stage(tmp_path: Path) -> Iterator[Stage]:
    made = Stage(tmp_path / "state" / "mirror.db")
    yield made
    made.close()


MILK = reminder("MILK", title="Buy milk", due=due(12))
TEA = reminder("TEA", title="Tea", due=due(12, 30))


def advance(stage: Stage, reminding: Reminding, minutes: float) -> None:
    """Time passes, and the machine may have slept through it."""
    stage.now += minutes * 60
    reminding.wake()


def test_a_reminder_is_shown_at_its_time_with_its_buttons(stage: Stage) -> None:
    stage.put(MILK)
    with stage.running():
        notice = stage.shows.next()
    assert (notice.about, notice.title, notice.body) == ("MILK", "Buy milk", "Home · 12:00")
    labels = [button.label for button in notice.buttons]
    assert labels == ["Done", "In 10 minutes", "In 1 hour", "Tomorrow"]


def test_what_was_shown_is_not_shown_after_a_restart(stage: Stage) -> None:
    stage.put(MILK, TEA)
    with stage.running():
        assert stage.shows.next().about == "MILK"
        assert stage.told() == {("MILK", "2026-03-02T11:00:00Z")}
    with stage.running() as again:
        advance(stage, again, 30)
        assert stage.shows.next().about == "TEA"


def test_what_is_due_again_is_shown_again(stage: Stage) -> None:
    stage.put(MILK)
    with stage.running() as reminding:
        stage.shows.next()
        stage.put(reminder("MILK", 2, title="Buy milk", due=due(12, 10)))
        reminding.changed()
        advance(stage, reminding, 10)
        assert stage.shows.next().body == "Home · 12:10"


def test_it_sleeps_until_the_next_reminder_by_itself(stage: Stage) -> None:
    stage.put(reminder("SOON", due=Zoned(datetime(2026, 3, 2, 12, 0, 0), "Europe/Paris")))
    stage.now -= 0.05
    began = time.monotonic()
    one = Reminding(
        stage.settings,
        stage.lend,
        stage.shows,
        clock=lambda: stage.now + time.monotonic() - began,
        here=lambda: PARIS,
    )
    one.start()
    assert stage.shows.next().buttons == ()  # where nothing can be done, nothing is offered
    one.stop()


def test_what_was_missed_is_shown_with_its_day_unless_it_is_too_old(stage: Stage) -> None:
    stage.put(
        reminder("OLD", due=due(11, 59, day=1)),
        reminder("LAST", due=due(18, day=1)),
        reminder("PILL", due=AllDay(date(2026, 3, 2))),
    )
    with stage.running():
        shown = [stage.shows.next() for _ in range(2)]
    assert [one.body for one in shown] == ["Home · yesterday 18:00", "Home · 09:00"]
    assert stage.shows.heard.empty()


MANY = [reminder(f"R{n}", title=f"Task {n}", due=due(11, n)) for n in range(10)]


def test_more_than_five_at_once_are_one_notice(stage: Stage) -> None:
    stage.put(*MANY, TEA)
    with stage.running() as reminding:
        notice = stage.shows.next()
        assert notice.title == "10 reminders are due"
        labels = [button.label for button in notice.buttons]
        assert labels == ["Show each", "All in 1 hour", "All tomorrow"]
        lines = notice.body.splitlines()
        assert (lines[0], lines[-1]) == ("11:00 Task 0", "and 2 more")
        advance(stage, reminding, 30)
        assert stage.shows.next().about == "TEA"
    assert len(stage.told()) == 11


def test_one_notice_of_many_can_be_opened(stage: Stage) -> None:
    stage.put(*MANY)
    with stage.running() as reminding:
        one = stage.shows.next()
        reminding.pressed(one.about, "done")  # which it does not offer, and does not do
        reminding.pressed(one.about, "each")
        shown = [stage.shows.next() for _ in MANY]
        assert stage.shows.gone.get(timeout=PATIENCE_S) == one.about
        assert [notice.about for notice in shown] == [f"R{n}" for n in range(10)]
        assert shown[3].body == "Home · 11:03"
        reminding.pressed("R3", "done")
        assert stage.acts.asked.get(timeout=PATIENCE_S) == ("done", "R3")


def test_all_of_many_are_put_off_that_are_still_due_also_after_a_restart(stage: Stage) -> None:
    stage.put(*MANY)
    with stage.running():
        about = stage.shows.next().about
    stage.shows.standing = frozenset({about, "a notice of another kind"})
    stage.put(reminder("R1", 2, due=due(15)), reminder("R2", 2, due=due(11), done=True))
    with stage.running() as again:
        stage.until_known()
        again.pressed(about, "1-hour")
        left = [f"R{n}" for n in range(10) if n not in (1, 2)]
        assert stage.acts.asked.get(timeout=PATIENCE_S) == (
            *("snooze", *left),
            "2026-03-02T13:00:00+01:00",
        )
        assert stage.shows.gone.get(timeout=PATIENCE_S) == about
        again.pressed(about, "tomorrow")  # nothing of it is due any more
        assert stage.shows.gone.get(timeout=PATIENCE_S) == about
    assert stage.acts.asked.empty()


def test_that_many_could_not_be_put_off_is_said_once(stage: Stage) -> None:
    stage.put(*MANY)
    stage.acts.error = RemindersdError("the disk is full", "make room")
    with stage.running() as reminding:
        about = stage.shows.next().about
        reminding.pressed(about, "1-hour")
        said = stage.shows.next()
    assert (said.title, said.body) == ("Not done: 10 reminders", "the disk is full. make room")


def test_a_notice_of_many_goes_when_all_of_them_are_gone(stage: Stage) -> None:
    stage.put(*MANY)
    with stage.running() as reminding:
        about = stage.shows.next().about
        stage.put(*(reminder(f"R{n}", 2, due=due(11, n), done=True) for n in range(10)))
        reminding.changed()
        assert stage.shows.gone.get(timeout=PATIENCE_S) == about


def test_of_a_great_many_opened_the_rest_is_one_notice_again(stage: Stage) -> None:
    stage.put(*(reminder(f"R{n:02}", due=due(11, n)) for n in range(30)))
    with stage.running() as reminding:
        reminding.pressed(stage.shows.next().about, "each")
        shown = [stage.shows.next() for _ in range(21)]
    assert shown[-1].title == "10 reminders are due"
    assert [one.about for one in shown[:20]] == [f"R{n:02}" for n in range(20)]


def test_without_a_desktop_it_is_shown_when_there_is_one(stage: Stage) -> None:
    stage.put(MILK)
    stage.shows.present = False
    with stage.running() as reminding:
        assert stage.shows.asked.get(timeout=PATIENCE_S) is False
        assert stage.told() == frozenset()
        stage.shows.present = True
        advance(stage, reminding, 2)
        assert stage.shows.next().about == "MILK"


def test_what_could_not_be_shown_was_not_told(stage: Stage) -> None:
    stage.put(MILK)
    stage.shows.fails = True
    with stage.running() as reminding:
        while stage.shows.asked.get(timeout=PATIENCE_S):
            continue
        stage.shows.fails = False
        advance(stage, reminding, 2)
        assert stage.shows.next().about == "MILK"


@pytest.mark.parametrize(
    ("key", "until"),
    [
        ("10-minutes", "2026-03-02T12:10:00+01:00"),
        ("1-hour", "2026-03-02T13:00:00+01:00"),
        ("tomorrow", "2026-03-03"),
    ],
)
def test_snoozing_asks_for_a_later_time(stage: Stage, key: str, until: str) -> None:
    stage.put(MILK)
    with stage.running() as reminding:
        reminding.pressed(stage.shows.next().about, key)
        assert stage.acts.asked.get(timeout=PATIENCE_S) == ("snooze", "MILK", until)
        assert stage.shows.gone.get(timeout=PATIENCE_S) == "MILK"


def test_done_ticks_it_and_what_else_it_would_ring_for_is_silent(stage: Stage) -> None:
    early = frozenset({Early(30, Unit.MINUTE)})
    stage.put(reminder("CALL", due=due(12, 30), early=early), reminder("LAST", due=due(12, 40)))
    with stage.running() as reminding:
        reminding.pressed(stage.shows.next().about, "done")
        assert stage.acts.asked.get(timeout=PATIENCE_S) == ("done", "CALL")
        advance(stage, reminding, 40)
        assert stage.shows.next().about == "LAST"


def test_what_could_not_be_done_is_said_and_rings_again(stage: Stage) -> None:
    early = frozenset({Early(30, Unit.MINUTE)})
    stage.put(reminder("CALL", title="Call", due=due(12, 30), early=early))
    stage.acts.error = RemindersdError("the list is read-only", "tick it on a phone")
    with stage.running() as reminding:
        reminding.pressed(stage.shows.next().about, "done")
        said = stage.shows.next()
        assert said.title == "Not done: Call"
        assert said.body == "the list is read-only. tick it on a phone"
        advance(stage, reminding, 30)
        assert stage.shows.next().body == "Home · 12:30"


def test_what_is_ticked_on_another_device_goes_from_the_desktop(stage: Stage) -> None:
    stage.put(MILK)
    with stage.running() as reminding:
        stage.shows.next()
        stage.put(reminder("MILK", 2, due=due(12), done=True))
        reminding.changed()
        assert stage.shows.gone.get(timeout=PATIENCE_S) == "MILK"


def test_a_notice_outlives_the_process_that_showed_it(stage: Stage) -> None:
    stage.put(MILK, TEA)
    with stage.running() as reminding:
        advance(stage, reminding, 30)
        assert {stage.shows.next().about, stage.shows.next().about} == {"MILK", "TEA"}
    stage.shows.standing = frozenset({"MILK", "TEA"})
    stage.put(reminder("MILK", 2, due=due(12), done=True))  # on the phone, while none of us ran
    with stage.running() as again:
        assert stage.shows.gone.get(timeout=PATIENCE_S) == "MILK"
        again.pressed("TEA", "done")
        assert stage.acts.asked.get(timeout=PATIENCE_S) == ("done", "TEA")


def test_what_is_not_wanted_here_or_done_already_is_silent(stage: Stage) -> None:
    stage.put(
        a_list("WORK"),
        a_list("SHOWN"),
        reminder("IGNORED", list_id="WORK", due=due(12)),
        reminder("DONE", due=due(12), done=True),
        reminder("TICKED", due=due(12)),
        reminder("THEIRS", list_id="SHOWN", due=due(12)),
    )
    ticked = Intent("TICKED", "update", {Field.DONE: Completion()})
    stage.within(lambda store: store.outbox.add([ticked]))
    lists = {"Work": "ignore", "Shown": "read-only", "*": "two-way"}
    with stage.running(reminders={"verify": None, "lists": lists}):
        notice = stage.shows.next()
    assert (notice.about, notice.buttons) == ("THEIRS", ())
    assert stage.shows.heard.empty()


def test_alarms_of_the_mirror_ring_unless_they_were_dismissed(stage: Stage) -> None:
    at_11, at_12 = (trigger(f"T{n}", f"A{n}", kind="Date", at=due(n)) for n in (11, 12))
    dismissed = int(stage.now * 1000) + 5_000
    record, row = alarm("A12", "SEEN")
    stage.put(
        *(alarm("A11", "CALL"), at_11, (record, replace(row, acknowledged_ms=dismissed)), at_12),
        reminder("CALL", due=due(17), alarm_ids=("A11",)),
        reminder("SEEN", due=due(12), alarm_ids=("A12",)),
        TEA,
    )
    with stage.running() as reminding:
        assert stage.shows.next().about == "CALL"
        advance(stage, reminding, 30)
        assert stage.shows.next().about == "TEA"


def test_it_can_be_switched_off_and_on_while_it_runs(stage: Stage) -> None:
    stage.put(MILK, TEA)
    with stage.running(notify={"due": False}) as reminding:
        advance(stage, reminding, 0)
        reminding.adopt(stage.settings)
        assert stage.shows.next().about == "MILK"


@pytest.mark.parametrize("is_shown", [True, False])
def test_a_hook_hears_of_it_with_and_without_a_desktop(stage: Stage, is_shown: bool) -> None:
    stage.put(MILK, TEA)
    stage.hook.wanted = True
    stage.shows.present = is_shown
    with stage.running() as reminding:
        assert stage.hook.heard.get(timeout=PATIENCE_S) == ["Buy milk"]
        advance(stage, reminding, 30)
        assert stage.hook.heard.get(timeout=PATIENCE_S) == ["Tea"]
    assert stage.shows.heard.qsize() == (2 if is_shown else 0)
    assert len(stage.told()) == 2


def test_a_hook_alone_is_told_where_the_desktop_is_not_wanted(stage: Stage) -> None:
    stage.put(MILK)
    stage.hook.wanted = True
    with stage.running(notify={"due": False}):
        assert stage.hook.heard.get(timeout=PATIENCE_S) == ["Buy milk"]
    assert stage.shows.heard.empty()


@pytest.mark.parametrize(
    ("format", "name", "line"),
    [
        ("markdown", "Home.md", "- [{}] Buy milk 📅 2026-03-02 ⏰ 12:00 ^r-4k7q2mx\n"),
        ("todo.txt", "Home.txt", "{} Buy milk due:2026-03-02 id:r-4k7q2mx\n"),
    ],
)
def test_what_is_ticked_in_its_file_and_not_sent_yet_is_silent(
    stage: Stage, format: str, name: str, line: str
) -> None:
    def stands(store: Store) -> None:
        store.places.set_lines(name, [LineRow("MILK", name, 0)])
        store.places.set_block("MILK", "r-4k7q2mx", own=True)

    stage.put(MILK, TEA)
    stage.within(stands)
    file = stage.settings.folder / name
    file.parent.mkdir()
    file.write_text(line.format("x"), encoding="utf-8")
    with stage.running(format=format) as reminding:
        stage.until_known()
        advance(stage, reminding, 30)
        assert stage.shows.next().about == "TEA"
    assert len(stage.told()) == 2


def test_who_starts_to_be_reminded_is_not_told_of_the_past(stage: Stage) -> None:
    stage.put(MILK, TEA)
    stage.within(lambda store: store.meta.drop("reminding_since"))
    with stage.running() as reminding:
        stage.until_known()
        advance(stage, reminding, 30)
        assert stage.shows.next().about == "TEA"


def test_a_daemon_that_ends_leaves_it_to_the_next_one(stage: Stage) -> None:
    stage.put(TEA)
    with stage.running() as reminding:
        stage.until_known()
        stage.is_ending = True
        advance(stage, reminding, 30)
        assert stage.shows.asked.get(timeout=PATIENCE_S)
    stage.is_ending = False
    with stage.running():
        assert stage.shows.next().about == "TEA"


def test_the_hour_of_all_day_reminders_is_chosen(tmp_path: Path) -> None:
    assert config(tmp_path).notify.all_day == dt.time(9)
    assert config(tmp_path, notify={"all_day": "7:30"}).notify.all_day == dt.time(7, 30)
    assert config(tmp_path, notify={"all_day": None}).notify.all_day is None
    for wrong in (540, "24:00", "9", True):
        with pytest.raises(ValueError, match="in quotes"):
            config(tmp_path, notify={"all_day": wrong})
    with pytest.raises(ValueError, match="at most 30d"):
        config(tmp_path, notify={"missed": "31d"})
