"""What people wrote, what of it somebody took back who had seen it, and what happened, in words.

Whatever a person types carries a word that was never typed before: ``w12`` names a reminder,
``t13`` is in its title, ``n14`` in its notes, ``g15`` a tag, ``L16`` a list, ``p17`` prose, and
each due date is one that no other reminder has. So each can be asked for in the end. On which day
something was done is no such word: who takes the tick back takes it along.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from random import Random
from typing import Any

WORD = re.compile(r"\b[wtngLp]\d+\b|(?<!✅ )\b20[67]\d-\d\d-\d\d")
MARK = re.compile(r"\bw\d+\b")
FIRST_DAY = date(2060, 1, 1)
DRAWN = 0.6
"""How often somebody turns to what everybody has to do with, where there is such a thing."""
LIKED = 15.0
"""How much likelier an act is where people like it."""


def words_in(text: str) -> set[str]:
    """The words of people in a text."""
    return set(WORD.findall(text))


@dataclass
class Tale:
    """The account of one history."""

    said: set[str] = field(default_factory=set)
    retracted: set[str] = field(default_factory=set)
    """Replaced or deleted by somebody who saw it."""
    copied: set[str] = field(default_factory=set)
    """Marks that a person doubled, or that may come again by what a person did."""
    doubled: set[str] = field(default_factory=set)
    """Of these, what was copied by hand, where it stood."""
    bare: set[str] = field(default_factory=set)
    """Marks of lines whose id somebody took away."""
    left: dict[str, float] = field(default_factory=dict)
    """When a person last took the line of a mark out of all files, in steady seconds."""
    back: dict[str, float] = field(default_factory=dict)
    """When a person last put a line of a mark there that stood in no file, in steady seconds."""
    over: dict[str, set[str]] = field(default_factory=dict)
    """By each word those in whose place it was typed in a file, and so on back."""
    outdone: set[str] = field(default_factory=set)
    """Words in whose place somebody typed others in a file, or nothing."""
    read: set[str] = field(default_factory=set)
    """Words that the machine ever read in a file."""
    unseen: set[str] = field(default_factory=set)
    """Of these, what may have gone with a save by somebody who had not seen it."""
    once_unseen: set[str] = field(default_factory=set)
    """What may have done so at any time."""
    taken: set[str] = field(default_factory=set)
    """Marks that were gone for a while on some side."""
    deleted: set[str] = field(default_factory=set)
    """Marks whose lines were deleted when both sides said the same of them."""
    touched: set[str] = field(default_factory=set)
    """Of these, what somebody had a hand in since."""
    unsure: bool = False
    """Whether the machine could not tell what became of its last write of a file."""
    leapt: bool = False
    """Whether a clock was set."""
    renamed: set[str] = field(default_factory=set)
    """Marks of reminders that got another title."""
    unnamed: set[str] = field(default_factory=set)
    """Marks of lines that got another title before they had an id."""
    carried: bool = False
    """Whether a sync tool may have carried such a line to where it gets its id."""
    thinned: dict[str, float] = field(default_factory=dict)
    """When a person last took away one of several lines of a mark, on the steady clock."""
    parted: set[str] = field(default_factory=set)
    """Marks of lines that somebody took from one file to another: these are carried one by one."""
    refiled: dict[str, str] = field(default_factory=dict)
    """By its new path, the path that a file had before somebody renamed it."""
    saved: dict[str, float] = field(default_factory=dict)
    """When a person last saved the file of a path, in steady seconds."""
    asides: set[str] = field(default_factory=set)
    """Paths of files that are no lists, in which somebody keeps lines for a while."""
    sent_on: dict[str, float] = field(default_factory=dict)
    """When somebody at a phone last moved the reminder of a mark to another list."""
    sent_to: dict[str, str] = field(default_factory=dict)
    """The list to which that was, by its id."""
    emptied: bool = False
    """Whether iCloud lost all; what a list was called may be gone with it."""
    overruled: bool = False
    """Whether somebody brought back what iCloud may have had, and newer, as it was slow to tell."""
    forgotten: bool = False
    """Whether the machine lost what it knew."""
    prose: dict[str, str] = field(default_factory=dict)
    """Lines that are no tasks, by their word, with all of their bytes."""
    told: list[str] = field(default_factory=list)
    acts: Counter[str] = field(default_factory=Counter)
    """What people did, by kind."""
    series: str = ""
    """The mark of what repeats: the completed copies of its occurrences bear it, too."""
    ticks: int = 0
    """How often anybody ticked that off."""
    ticked: set[str] = field(default_factory=set)
    """On which days it was due when somebody ticked it in a file, and did not take that back."""
    apart: int = 1
    """So many days lie between any two due dates of people."""
    hot: str = ""
    """The mark of what everybody has to do with, where a story is about one thing."""
    liked: frozenset[str] = frozenset()
    """The acts that people are up to above all, by name."""
    _number: int = 0

    def chances(self, acts: Mapping[Callable[[Any], str | None], float]) -> list[float]:
        """How likely each act is in this story, of those with these chances."""
        return [
            chance * (LIKED if act.__name__ in self.liked else 1) for act, chance in acts.items()
        ]

    def draws(self, dice: Random) -> bool:
        """Whether somebody turns to what everybody has to do with."""
        return bool(self.hot) and dice.random() < DRAWN

    def tell(self, what: str) -> None:
        """Add to the story."""
        self.told.append(what)

    def fresh(self, kind: str) -> str:
        """A word that was never typed before; it is said once it is saved."""
        self._number += 1
        return f"{kind}{self._number}"

    def day(self) -> str:
        """A day on which nothing else is due."""
        self._number += 1
        return str(FIRST_DAY + timedelta(days=self._number * self.apart))

    def say(self, words: Iterable[str]) -> None:
        """These stand now, by a person's hand: what was taken back once is wanted again."""
        found = set(words)
        self.said |= found
        self.retracted -= found
        self.outdone -= found

    def retract(self, words: Iterable[str]) -> None:
        """Somebody who saw these took them away."""
        gone = set(words)
        self.retracted |= gone
        self.taken |= {word for word in gone if MARK.fullmatch(word)}

    def replace(self, gone: Iterable[str], come: Iterable[str]) -> None:
        """Somebody who saw some words of a line put others in their place, or nothing.

        At a phone that shows less: what is replaced there may have been sent, and no answer heard.
        """
        seen = {word for word in gone if not MARK.fullmatch(word)}
        for word in set(come) - seen:
            self.over.setdefault(word, set()).update(seen, *(self.over.get(w, ()) for w in seen))
        self.outdone |= seen

    def tick(self, line: str) -> None:
        """Somebody ticks a line, or takes that back; what repeats is due another day then."""
        if self.series not in MARK.findall(line):
            return
        days = {word for word in words_in(line) if word[0] == "2"}
        if "- [ ]" in line:
            self.ticks += 1
            self.ticked |= days
        else:
            self.ticked -= days
            self.copied |= set() if "🔁" in line else {self.series}  # a copy that is open again

    @property
    def several(self) -> set[str]:
        """Marks that more than one reminder may bear."""
        return self.copied | {self.series} if self.series else self.copied

    def may_be_another(self) -> set[str]:
        """Marks of lines that nothing may tell: their ids are gone, and what they say changed."""
        return self.bare if self.forgotten or self.carried else self.bare & self.renamed

    def may_be_two(self) -> set[str]:
        """Marks that may be found twice: copies, and what had neither id nor its old title.

        Where the file that a line went to is carried before the one that it left, it is a copy.
        """
        carried = self.unnamed | self.parted if self.carried else set()
        return self.copied | carried | self.may_be_another()
