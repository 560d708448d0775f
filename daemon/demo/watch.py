"""Notices what changed on the phone and in the files between two looks, and puts it into words."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence

from daemon.demo.folder import Folder
from daemon.demo.phone import Phone, Shown
from daemon.demo.script import on_screen

__all__ = ["Watch", "file_news", "phone_news"]


class Watch:
    """Looks at both sides; the first look is no news."""

    def __init__(self, phone: Phone, folder: Folder) -> None:
        self._phone = phone
        self._folder = folder
        self.shown = self._on_phone()
        self.files = self._in_files()

    def look(self) -> list[str]:
        """What changed since the last look, the phone's side first."""
        shown, files = self._on_phone(), self._in_files()
        news = phone_news(self.shown, shown) + file_news(self.files, files)
        self.shown, self.files = shown, files
        return news

    def _on_phone(self) -> dict[str, Shown]:
        return {reminder.id: reminder for reminder in self._phone.reminders()}

    def _in_files(self) -> dict[str, list[str]]:
        files = self._folder.files()
        return {name: data.decode("utf-8", "replace").splitlines() for name, data in files.items()}


def phone_news(before: Mapping[str, Shown], after: Mapping[str, Shown]) -> list[str]:
    """A sentence for each reminder that came, went or looks different; keys are ids."""
    news = []
    for id in [*before, *(after.keys() - before.keys())]:
        old, new = before.get(id), after.get(id)
        if old is None and new is not None:
            news.append(f"phone: + {on_screen(new)}  ({new.list})")
        elif new is None and old is not None:
            news.append(f"phone: − {on_screen(old)}  ({old.list})")
        elif old is not None and new is not None and old != new:
            news.append(f"phone: {on_screen(old)}  →  {_new_look(old, new)}")
    return news


def _new_look(old: Shown, new: Shown) -> str:
    if old.list != new.list:
        return f"{on_screen(new)}  ({new.list})"
    if on_screen(old) == on_screen(new):
        return "other notes or priority"
    return on_screen(new)


def file_news(before: Mapping[str, Sequence[str]], after: Mapping[str, Sequence[str]]) -> list[str]:
    """A sentence for each line that came or went; keys are paths."""
    news = []
    for name in sorted(before.keys() | after.keys()):
        old, new = before.get(name, ()), after.get(name, ())
        if old == new:
            continue
        news += [f"{name}: − {line.strip()}" for line in _without(old, new)]
        news += [f"{name}: + {line.strip()}" for line in _without(new, old)]
    return news


def _without(lines: Sequence[str], others: Sequence[str]) -> list[str]:
    """The lines that ``others`` does not have, or has less often, in their order; no empty ones."""
    left = Counter(others)
    found = []
    for line in lines:
        if left[line]:
            left[line] -= 1
        elif line.strip():
            found.append(line)
    return found
