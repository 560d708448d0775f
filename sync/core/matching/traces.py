"""What is known of lines before and after they are matched: values, no decisions."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import NamedTuple

from store.model import Reminder

__all__ = ["Leaving", "Line", "Matched", "Spot", "Trace", "bare", "placed"]
__all__ += ["words"]

Spot = tuple[str, int]  # path, index of the task in its parsed file


@dataclass(frozen=True, slots=True)
class Line:
    """A task line as it stands: ``reminder.list`` is its file's list, ``parent`` a task index.

    ``elsewhere`` is the spot of a parent in another file.
    """

    path: str
    task: int
    text: str
    block: str | None
    parent: int | None
    reminder: Reminder
    elsewhere: Spot | None = None

    @property
    def spot(self) -> Spot:
        """Its file, and its place among the tasks there."""
        return (self.path, self.task)

    @property
    def above(self) -> Spot | None:
        """The spot of its parent."""
        return self.elsewhere if self.parent is None else (self.path, self.parent)


@dataclass(frozen=True, slots=True)
class Trace:
    """Where an identity stood when it was last seen, and the line's text then."""

    id: str
    path: str
    text: str
    title: str = ""
    parent: str | None = None
    notes: str = ""
    line: int = 0


class Leaving(NamedTuple):
    """A line that our own move of ``id`` leaves behind in ``path``, with its ``words``."""

    path: str
    id: str
    words: str


def words(text: str, notes: str) -> str:
    """All that stands on a line and in the notes beneath it."""
    return f"{text}\n{notes}"


def bare(text: str, block: str | None) -> str:
    """A line without this block id, as it is when somebody took that away."""
    if block is None or block not in text:
        return text
    at = text.index(block)
    start = max(text.rfind(" ", 0, at), text.rfind("\t", 0, at), 0)
    return text[:start].rstrip() + text[at + len(block) :]


@dataclass(slots=True)
class Matched:
    """Every line's identity, and what has to be done about it.

    ``new`` are lines that were given a fresh identity, ``unstamped`` those that carry no block id
    (or another's) yet, ``adopted`` block ids that people wrote themselves, ``copies`` lines that
    repeat an id of another line, ``leftovers`` copies that our own unfinished move left behind.
    ``doubtful`` are reminders without a line that a line may stand for which was taken for new.
    ``foreign`` are lines that have no identity yet: the id on them stands for nobody here.
    ``origins`` are reminders that another machine made from a line of just these words, in this
    list.
    """

    ids: dict[Spot, str] = field(default_factory=dict)
    new: set[Spot] = field(default_factory=set)
    paired: set[Spot] = field(default_factory=set)
    unstamped: set[Spot] = field(default_factory=set)
    copies: set[Spot] = field(default_factory=set)
    leftovers: dict[Spot, str] = field(default_factory=dict)
    adopted: dict[str, str] = field(default_factory=dict)
    doubtful: set[str] = field(default_factory=set)
    foreign: dict[Spot, str] = field(default_factory=dict)
    origins: set[str] = field(default_factory=set)


def placed(line: Line, matched: Matched) -> bool:
    """Whether it is known what the line is."""
    return any(line.spot in one for one in (matched.ids, matched.leftovers, matched.foreign))
