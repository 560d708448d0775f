"""The demo's four scenes: each side changes something, and the other side has to show it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from daemon.demo.folder import Folder
from daemon.demo.phone import Phone, Shown

__all__ = ["FILE", "LIST", "SCENE_S", "Scene", "on_screen", "script"]

SCENE_S = 30.0  # how long one may take
LIST = "Groceries"
FILE = f"{LIST}.md"

_OPEN, _TICKED = "- [ ] ", "- [x] "


@dataclass(frozen=True, slots=True)
class Scene:
    """Somebody ``does`` something by ``act``; then ``shows`` gives what ``where`` shows of it.

    ``shows`` is to be called until it gives something.
    """

    does: str
    act: Callable[[], object]
    where: str
    shows: Callable[[], str | None]


def script(phone: Phone, folder: Folder, today: date) -> Iterator[Scene]:
    """The scenes; each has to be over before the next is asked for."""
    titles = {reminder.title for reminder in phone.reminders(LIST)}
    oats, bread = _unused("Oat milk", titles), _unused("Rye bread", titles)
    sliced = f"{bread}, sliced"
    due = (today + timedelta(days=2)).isoformat()
    typed = f"{_OPEN}{bread} 📅 {due}"

    yield Scene(
        f"phone: add “{oats}” to {LIST}",
        lambda: phone.add(LIST, oats),
        FILE,
        lambda: folder.line_with(FILE, f"{_OPEN}{oats} "),
    )
    yield Scene(
        f"you type in {FILE}:  {typed}",
        lambda: folder.append(FILE, typed),
        "phone",
        lambda: _found(phone, bread, lambda shown: shown.due == due),
    )
    line = folder.line_with(FILE, f"{_OPEN}{oats} ") or ""
    yield Scene(
        f"you tick off “{oats}” in {FILE}",
        lambda: folder.replace(FILE, line, line.replace(_OPEN, _TICKED, 1)),
        "phone",
        lambda: _found(phone, oats, lambda shown: shown.done),
    )
    yield Scene(
        f"phone: rename “{bread}” to “{sliced}”",
        lambda: phone.rename(_one(phone, bread).id, sliced),
        FILE,
        lambda: folder.line_with(FILE, f"{_OPEN}{sliced} "),
    )


def on_screen(shown: Shown) -> str:
    """A reminder on one line, as a phone draws it."""
    circle = "●" if shown.done else "○"
    flag = " 🚩" if shown.flagged else ""
    due = f"  due {shown.due.replace('T', ' ', 1)}" if shown.due else ""
    return f"{circle} {shown.title}{flag}{due}"


def _found(phone: Phone, title: str, is_right: Callable[[Shown], bool]) -> str | None:
    found = (shown for shown in phone.reminders(LIST) if shown.title == title and is_right(shown))
    return next((on_screen(shown) for shown in found), None)


def _one(phone: Phone, title: str) -> Shown:
    return next(shown for shown in phone.reminders(LIST) if shown.title == title)


def _unused(title: str, used: set[str]) -> str:
    """``title``, or with a number where an earlier demo of the same folder had it."""
    taken = {name.removesuffix(", sliced") for name in used}
    number, found = 1, title
    while found in taken:
        number += 1
        found = f"{title} {number}"
    return found
