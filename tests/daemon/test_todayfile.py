"""The file of what is due today, in a folder, with answers and deeds as a test says."""

from __future__ import annotations

import logging
import os
import queue
import time
from collections.abc import Sequence
from concurrent.futures import Future
from pathlib import Path
from typing import Any

import pytest

from daemon.reminding.todayfile import TodayFile
from sync.errors import RemindersdError
from sync.local.swap import Writer
from sync.local.today import is_untouched
from tests.daemon.fakes import PATIENCE_S, config

MILK = {
    "block": "r-4k7q2mx",
    "title": "Buy milk",
    "list": "Groceries",
    "due": "2026-03-02T09:00:00+01:00",
    "shown": "2026-03-02T09:00:00+01:00",
    "file": "Groceries.md",
}
TEA = MILK | {"block": "r-aaaaaaa", "title": "Tea", "due": "2026-03-02", "shown": None}
LATER = MILK | {"due": "2026-03-03T09:00:00+01:00", "shown": "2026-03-03T09:00:00+01:00"}


class Stage:
    def __init__(self, place: Path) -> None:
        self.folder = place / "Todo"
        (self.folder / ".remindersd" / "receipts").mkdir(parents=True)
        self.path = self.folder / "Today.md"
        self.settings = config(place, today_file="Today.md")
        self.due: list[dict[str, Any]] = [MILK, TEA]
        self.asked: queue.Queue[None] = queue.Queue()
        self.ticked: queue.Queue[list[str]] = queue.Queue()
        self.error: RemindersdError | None = None

    def _due(self) -> Future[dict[str, Any]]:
        answer: Future[dict[str, Any]] = Future()
        shown = list(self.due)
        answer.set_result({"day": "2026-03-02", "time_zone": "Europe/Paris", "reminders": shown})
        self.asked.put(None)
        return answer

    def _done(self, keys: Sequence[str]) -> Future[Any]:
        answer: Future[Any] = Future()
        if self.error is None:
            answer.set_result(None)
        else:
            answer.set_exception(self.error)
        self.ticked.put(list(keys))
        return answer

    def _clock(self) -> float:
        """An hour later, so that every file has been quiet."""
        return time.time() + 3600

    def today(self, today_file: str | None = "Today.md") -> TodayFile:
        writer = Writer(self.folder, lambda _step: None, self._clock, machine="today-test")
        settings = config(self.folder.parent, today_file=today_file)
        return TodayFile(settings, writer, self._due, self._done, self._clock)

    def turn(self, today: TodayFile) -> str:
        """What the file says after a look."""
        assert today.look() is None
        return self.path.read_text()

    def edit(self, old: str, new: str) -> None:
        self.path.write_text(self.path.read_text().replace(old, new))


@pytest.fixture
def stage(tmp_path: Path) -> Stage:
    return Stage(tmp_path)


def test_it_follows_what_is_due_and_is_written_only_when_that_changes(stage: Stage) -> None:
    today = stage.today()
    text = stage.turn(today)
    assert "- [ ] 09:00 Buy milk · Groceries" in text
    assert "- [ ] Tea · Groceries" in text
    before = stage.path.stat()
    assert stage.turn(today) == text
    assert os.path.samestat(stage.path.stat(), before)
    stage.due = [TEA]
    assert "milk" not in stage.turn(today)


def test_what_is_ticked_is_done_once_and_leaves_the_file(stage: Stage) -> None:
    today = stage.today()
    stage.turn(today)
    stage.edit("- [ ] 09:00 Buy", "- [x] 09:00 Buy")
    text = stage.turn(today)
    assert "milk" not in text
    assert stage.ticked.get(timeout=PATIENCE_S) == ["r-4k7q2mx"]
    for _ in range(2):  # it is not in iCloud yet
        assert stage.turn(today) == text
    stage.due = [LATER, TEA]  # it repeats
    assert "Buy milk" in stage.turn(today)
    assert stage.ticked.empty()


def test_what_cannot_be_done_stands_there_again(
    stage: Stage, caplog: pytest.LogCaptureFixture
) -> None:
    stage.error = RemindersdError("a secret title", "no")
    today = stage.today()
    with caplog.at_level(logging.WARNING):
        stage.turn(today)
        stage.edit("- [ ] 09:00 Buy", "- [x] 09:00 Buy")
        stage.turn(today)
        stage.ticked.get(timeout=PATIENCE_S)
        assert "- [ ] 09:00 Buy milk" in stage.turn(today)
    assert caplog.messages == ["r-4k7q2mx was ticked in Today.md, and is not done: error"]


def test_a_tick_that_came_too_late_is_not_done_once_more(stage: Stage) -> None:
    """It was done on a phone, and what is shown by now is the next occurrence."""
    today = stage.today()
    stage.turn(today)
    stage.edit("- [ ] 09:00 Buy", "- [x] 09:00 Buy")
    stage.due = [MILK | {"due": "2026-03-02", "shown": "2026-03-02"}]
    assert "- [ ] Buy milk" in stage.turn(today)
    assert stage.ticked.empty()


def test_other_edits_are_a_persons_and_stay(stage: Stage, caplog: pytest.LogCaptureFixture) -> None:
    today = stage.today()
    with caplog.at_level(logging.WARNING):
        stage.turn(today)
        before = stage.path.read_text()
        stage.edit("- [ ] 09:00 Buy milk", "- [x] 09:00 Buy oat milk")
        mine = stage.path.read_text()
        stage.due = [TEA]
        assert stage.turn(today) == mine
        assert stage.turn(today) == mine
        assert caplog.messages == ["more than ticks was changed in Today.md: it is left alone"]
        stage.path.write_text(before)
        assert "milk" not in stage.turn(today)
    assert stage.ticked.empty()


def test_a_file_of_a_persons_is_never_written(stage: Stage) -> None:
    stage.path.write_text("# My day\n\n- [x] milk\n")
    today = stage.today()
    assert stage.turn(today) == "# My day\n\n- [x] milk\n"


def test_what_an_editor_saved_into_the_old_file_comes_back(stage: Stage) -> None:
    today = stage.today()
    stage.turn(today)
    with stage.path.open("r+") as editor:
        text = editor.read()
        stage.due = [TEA]
        stage.turn(today)
        editor.seek(0)
        editor.write(text.replace("- [ ] Tea", "- [x] Tea"))
        editor.flush()
        stage.turn(today)
        assert stage.ticked.get(timeout=PATIENCE_S) == ["r-aaaaaaa"]
    assert is_untouched(stage.path.read_bytes())


def test_without_a_name_there_is_none_and_while_running_it_can_get_one(stage: Stage) -> None:
    today = stage.today(today_file=None)
    today.start()
    today.changed()
    today.adopt(stage.settings)
    stage.asked.get(timeout=PATIENCE_S)
    today.stop()
    assert stage.path.exists()


@pytest.mark.parametrize(
    "name", ["today", "a/Today.md", ".Today.md", "../Today.md", "Today.txt", 5]
)
def test_which_names_it_can_have(tmp_path: Path, name: object) -> None:
    assert config(tmp_path, today_file="My day.md").today_file == "My day.md"
    with pytest.raises(ValueError, match=r"Markdown file|string"):
        config(tmp_path, today_file=name)


def test_nobody_is_woken_for_a_file_that_nobody_wants(stage: Stage) -> None:
    for name, woken in ((None, False), ("Today.md", True)):
        today = stage.today(name)
        today.changed()
        assert today._inbox.empty() != woken
