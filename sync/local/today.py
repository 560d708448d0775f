"""Decides what the generated file of what is due today says, and which lines of it are ticked.

    <!-- remindersd made this file: ticks count in it, other edits do not; 0123456789abcdef -->

    ## Today

    - [ ] 09:00 Buy milk · Groceries <!-- r-4k7q2mx 2026-03-02T09:00 -->

Its first line makes it no list, under whatever name, and says by a checksum what stood below when
it was made. So a file that says more than ticks is known for a person's, and is left to them. Its
ids are written as no list's file has them: here they name reminders, and are not their lines. With
each stands the time that it was shown with, by which a tick is known that came too late.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, time

__all__ = ["MARK", "Item", "is_made", "is_untouched", "ticked", "written"]

MARK = b"<!-- remindersd made this file"

_HEAD = "<!-- remindersd made this file: ticks count in it, other edits do not; {sum} -->\n"
_SUM = re.compile(r"<!-- remindersd made this file: [^;\n]*; ([0-9a-f]{16}) -->\n")
_LINE = re.compile(r"(\s*[-*+] )\[(.)\]( .*<!-- (r-[a-z2-7]{7,}) ([0-9T:-]+) -->)(.*)")
_DONE = re.compile(r"\s*(?:✅ \d{4}-\d\d-\d\d|\[completion:: [^\]]*\])\s*")


@dataclass(frozen=True, slots=True)
class Item:
    """An open reminder: its short id, and what a phone shows; ``clock`` is ``None`` all day."""

    block: str
    title: str
    list: str
    day: date
    clock: time | None = None

    @property
    def at(self) -> str:
        """The time that it is shown with."""
        return self.day.isoformat() if self.clock is None else f"{self.day}T{self.clock:%H:%M}"


def written(items: Sequence[Item], today: date) -> bytes:
    """The whole file; ``items`` are due on that day or before, in their order."""
    over = [item for item in items if item.day < today]
    due = [item for item in items if item.day >= today]
    parts = []
    if over:
        parts += ["\n## Overdue\n\n", *(_line(item, today) for item in over)]
    parts += ["\n## Today\n\n", *(_line(item, today) for item in due)]
    body = "".join(parts) if due else "".join(parts) + "Nothing more.\n"
    return (_HEAD.format(sum=_sum(body)) + body).encode()


def is_made(data: bytes) -> bool:
    """Whether this is such a file, whatever was done to it since."""
    return data.removeprefix(b"\xef\xbb\xbf").startswith(MARK)


def is_untouched(data: bytes) -> bool:
    """Whether nothing but ticks was done to it, so that it may be written anew."""
    try:
        text = data.decode().replace("\r\n", "\n")
    except UnicodeDecodeError:
        return False
    head = _SUM.match(text)
    return head is not None and head[1] == _sum(text[head.end() :])


def ticked(data: bytes) -> dict[str, str]:
    """The short ids of the lines that are ticked, in their order, each with ``Item.at``."""
    found = (_LINE.fullmatch(line.rstrip("\r")) for line in data.decode().split("\n"))
    return {one[4]: one[5] for one in found if one is not None and one[2] in "xX"}


def _line(item: Item, today: date) -> str:
    days = (today - item.day).days
    day = "" if days <= 0 else "yesterday" if days == 1 else item.day.isoformat()
    clock = "" if item.clock is None else f"{item.clock:%H:%M}"
    words = [word for word in (day, clock, _plain(item.title) or "(no title)") if word]
    where = f" · {_plain(item.list)}" if item.list else ""
    return f"- [ ] {' '.join(words)}{where} <!-- {item.block} {item.at} -->\n"


def _plain(text: str) -> str:
    """In one line, and hiding nothing of what follows."""
    return " ".join(text.split()).replace("<!--", r"\<!--")


def _sum(body: str) -> str:
    """The checksum of all that is not a tick, or what an editor adds to one."""
    plain = "\n".join(_unticked(line) for line in body.rstrip("\n").split("\n"))
    return hashlib.sha256(plain.encode()).hexdigest()[:16]


def _unticked(line: str) -> str:
    found = _LINE.fullmatch(line)
    if found is None:
        return line.rstrip()
    return f"{found[1]}[ ]{found[3]}{_DONE.sub('', found[6])}".rstrip()
