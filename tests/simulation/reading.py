"""What both sides say, read independently of the product: lines by eye, the phone by its screen."""

from __future__ import annotations

import os
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from sandbox.device.phone import Phone
from tests.simulation.tale import MARK

TASK = re.compile(r"^( *)- \[(.)\] (.*?)(?: \^(r-[a-z2-7]+))?[ \t]*$")
NOTE = re.compile(r"^ +> ?(.*)$")
TAG = re.compile(r" #(\w+)")
DUE = re.compile(r" 📅 (\S+)")
SIGNS = re.compile(
    r" 🚩| [⏫🔼🔽]| [📅✅➕] \S+| ⏰ (\d\d:\d\d|\d+\w+ before)| 🔁 every (\d+ )?\w+"
)
COPY = ".sync-conflict-"
_PRIORITY = {"⏫": 1, "🔼": 5, "🔽": 9}


@dataclass(frozen=True, slots=True, order=True)
class Said:
    """One reminder, as one side says it; ``parent`` is the parent's title."""

    place: str
    title: str
    done: bool = False
    due: str = ""
    notes: str = ""
    flagged: bool = False
    priority: int = 0
    tags: tuple[str, ...] = ()
    parent: str = ""


def on_phone(phone: Phone) -> Iterator[tuple[str, Said]]:
    """Everything on screen, with its id."""
    shown = phone.reminders()
    places = places_of(phone)
    # One whose parent is in another list stands by itself in a file.
    titles = {(one.id, one.list): one.title for one in shown}
    above = {(one.id, one.list): one.parent or "" for one in shown}
    for one in shown:
        yield (
            one.id,
            Said(
                places.get(one.list, one.list),
                one.title,
                one.done,
                one.due or "",
                one.notes,
                one.flagged,
                one.priority,
                tuple(sorted(one.tags)),
                titles.get((_top(one.id, one.list, above), one.list), ""),
            ),
        )


def _top(id: str, where: str, above: dict[tuple[str, str], str]) -> str:
    """Below whom it stands in the end: there is one level of subtasks, whatever a record says."""
    top, seen = "", {id}
    while (id := above.get((id, where), "")) and (id, where) in above and id not in seen:
        seen.add(id)
        top = id
    return top


def places_of(phone: Phone) -> dict[str, str]:
    """Where each list belongs, by its name: in its group."""
    return {
        one.name: f"{one.group}/{one.name}" if one.group else one.name
        for one in phone.lists()
        if not one.is_group
    }


NO_LISTS = frozenset({".remindersd", "Archive"})
"""Directories of a folder in which nothing is kept in step."""


def in_files(root: Path) -> Iterator[tuple[str, Said]]:
    """Every task line of every file, with its id."""
    return said_in(root, {path: bytes_of(path) for path in texts_in(root)})


def said_in(root: Path, contents: Mapping[str, bytes]) -> Iterator[tuple[str, Said]]:
    """The same of files that were read already, by their paths; those below ``root`` alone."""
    above = f"{root}/"
    for path, content in contents.items():
        if path.startswith(above):
            yield from _tasks(path.removeprefix(above).removesuffix(".md"), content)


def bytes_of(path: str | Path) -> bytes:
    """What is in a file; without the ways round of ``Path``, since histories read all day."""
    with open(path, "rb", buffering=0) as file:
        return file.read()


def archived_in(root: Path) -> set[str]:
    """The marks of all that stands in the archive."""
    paths = (root / "Archive").rglob("*.md")
    return {mark for path in paths for mark in MARK.findall(bytes_of(path).decode())}


def texts_in(root: Path, *, copies: bool = False) -> list[str]:
    """The files of lists, in the order of paths; quicker than a glob, which is most of an act.

    With ``copies`` also the conflict copies that a sync tool made.
    """
    found: list[str] = []
    waiting = [top] if os.path.isdir(top := str(root)) else []
    while waiting:
        with os.scandir(waiting.pop()) as entries:
            for entry in entries:
                if entry.is_dir(follow_symlinks=False):
                    waiting += [entry.path] * (entry.name not in NO_LISTS)
                elif entry.name.endswith(".md"):
                    found.append(entry.path)
    if not copies:
        found = [path for path in found if COPY not in path]
    return sorted(found, key=lambda path: path.split("/"))


@lru_cache(64)
def _tasks(place: str, content: bytes) -> tuple[tuple[str, Said], ...]:
    return tuple(_read(place, content.decode().replace("\r\n", "\n").split("\n")))


def _read(place: str, lines: list[str]) -> Iterator[tuple[str, Said]]:
    above: list[tuple[int, str]] = []
    for at, line in enumerate(lines):
        found = TASK.match(line)
        if found is None:
            continue
        indent, said = len(found[1]), found[3]
        while above and above[-1][0] >= indent:
            above.pop()
        title = _title(said)
        notes = []
        for below in lines[at + 1 :]:
            note = NOTE.match(below)
            if note is None or len(below) - len(below.lstrip(" ")) <= indent:
                break
            notes.append(note[1])
        due = DUE.search(said)
        yield (
            found[4] or "",
            Said(
                place,
                title,
                found[2] != " ",
                due[1] if due else "",
                "\n".join(notes),
                "🚩" in said,
                next((_PRIORITY[sign] for sign in _PRIORITY if sign in said), 0),
                tuple(sorted(TAG.findall(said))),
                above[0][1] if above else "",
            ),
        )
        above.append((indent, title))


def _title(said: str) -> str:
    bare = SIGNS.sub("", said)
    return TAG.sub("", bare).strip()


def doubled(words: Iterable[str]) -> set[str]:
    """What is there more than once; that there is nothing does not count."""
    return {word for word, times in Counter(words).items() if word and times > 1}
