"""A person with a phone: answers what `doctor --live` asks by what the phone really shows, and does
on it what they are asked to."""

from __future__ import annotations

import base64
import re
from collections.abc import Callable

from sandbox.device.phone import Phone
from sandbox.device.view import ShownReminder

WEEKDAYS = b'[{"dayOfTheWeek":2,"weekNumber":0},{"dayOfTheWeek":5,"weekNumber":0}]'


class Person:
    """Holds the phone; ``said`` are the questions and what was answered."""

    def __init__(self, phone: Phone) -> None:
        self.phone = phone
        self.list = ""
        self.said: list[tuple[str, bool]] = []

    def __call__(self, question: str) -> bool | None:
        """The answer: yes or no, as the phone shows it."""
        self.phone.sync()
        if found := re.search("“(remindersd scratch [0-9.]+)", question):
            self.list = found[1]
        (answer,) = (do for words, do in self._answers().items() if words in question)
        self.said.append((question, answer()))
        return self.said[-1][1]

    def _answers(self) -> dict[str, Callable[[], bool]]:
        return {
            "Is there a list": lambda: self.list in self._lists(),
            "with the note": lambda: self._one("Call the harbour").notes == "before noon",
            "called “Write": self._retitled,
            "ticked, or": lambda: self._one("Write to the harbour").done,
            "gone now, also": lambda: "Write to the harbour" not in self._titles(),
            "there again": self._retitled,
            "9:00 in Lisbon": lambda: self._ferns().repeat == "weekly/1/" and self._nine(),
            "the tag #garden": lambda: self._ferns().tags == ("garden",),
            "one of them completed": lambda: len(self._completed()) == 1 and self._nine(),
            "Tick “Water": self._tick,
            "every Monday and Thursday": self._add,
            "below the heading": lambda: self._ferns().section is not None,
            "outside of “Scratch”": lambda: self._ferns().section is None,
            "at 10:00": lambda: "T10:00[Europe/Lisbon]" in (self._ferns().shown_due or ""),
            "an early reminder": lambda: len(self._ferns().alarms) == 2,
            "Buy a bolt": lambda: (
                "Buy a bolt" in self._titles() and "Mend the boat" not in self._titles()
            ),
            "with a red list": self._red,
            "and no more in": lambda: "Water the ferns" in self._titles(" 2"),
            "outside of its group": lambda: self._lists()[f"{self.list} 2"] is None,
            "Is the group gone": self._top_level,
        }

    # ---- looking

    def _lists(self) -> dict[str, str | None]:
        return {one.name: one.group for one in self.phone.lists()}

    def _shown(self, more: str = "") -> list[ShownReminder]:
        return list(self.phone.reminders(self.list + more))

    def _titles(self, more: str = "") -> list[str]:
        return [one.title for one in self._shown(more)]

    def _one(self, title: str) -> ShownReminder:
        (one,) = (one for one in self._shown() if one.title == title)
        return one

    def _retitled(self) -> bool:
        return [one for one in self._titles() if "harbour" in one] == ["Write to the harbour"]

    def _ferns(self) -> ShownReminder:
        (one,) = (one for one in self._shown() if one.title == "Water the ferns" and not one.done)
        return one

    def _completed(self) -> list[ShownReminder]:
        return [one for one in self._shown() if one.title == "Water the ferns" and one.done]

    def _nine(self) -> bool:
        return "T09:00[Europe/Lisbon]" in (self._ferns().shown_due or "")

    def _red(self) -> bool:
        (second,) = (one for one in self.phone.lists() if one.name == f"{self.list} 2")
        return (second.group, second.color) == (f"{self.list} group", "#FF3B30")

    def _top_level(self) -> bool:
        lists = self._lists()
        return f"{self.list} group" not in lists and lists[f"{self.list} 2"] is None

    # ---- doing

    def _tick(self) -> bool:
        self.phone.complete_occurrence(self._ferns().id)
        return True

    def _add(self) -> bool:
        made = self.phone.create(self.list, "Garbage", due="2026-12-07T08:00")
        days = base64.b64encode(WEEKDAYS).decode()
        rule = {"Frequency": 1, "Interval": 1, "DaysOfTheWeek": days}
        self.phone.attach(made, "RecurrenceRule", rule)
        return True
