"""What went with a save by somebody who may never have seen it, lines and days: nobody can tell.

Who takes out a line that was just put into a file, and something else with it, leaves the very
bytes that an editor leaves which was open before the line came. The product puts such a line in
again, since what a phone did outlives an older buffer; so it may be back though it was deleted.
So it is with a day that was just written onto a line which had none.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from typing import NamedTuple

from tests.simulation.tale import MARK, words_in

_DAY = re.compile(r"📅 (20[67]\d-\d\d-\d\d)")


class Written(NamedTuple):
    """What a cycle put into a file in which stood ``before``."""

    before: str
    marks: frozenset[str]
    words: frozenset[str]
    """All other words that nobody typed there."""
    days: frozenset[str]
    """Of these, the days on lines that had none."""


class Put:
    """What the machine put into files that no person has saved since."""

    def __init__(self) -> None:
        self.unclear: set[str] = set()
        """Marks that may have gone unseen."""
        self.unclear_days: set[str] = set()
        self._left: Mapping[str, str] = {}
        self._before: Mapping[str, str] = {}
        self._saved: dict[str, str] = {}
        self._puts: defaultdict[str, list[Written]] = defaultdict(list)

    def look(self, texts: Mapping[str, str]) -> None:
        """A cycle begins, and finds these texts, by path."""
        self._before, self._saved = texts, {}
        for path in {path for path, text in texts.items() if self._left.get(path, text) != text}:
            self._judge(path, texts[path], self._puts[path])
            self._saved[path] = texts[path]

    def _judge(
        self,
        path: str,
        saved: str,
        puts: Sequence[Written],
        taken: Collection[str] | None = None,
    ) -> None:
        """Whether who saved this may not have seen the newest of what was put there.

        Of what is gone in the course of a cycle only that counts which a person has ``taken``.
        """
        self._judge_days(saved, puts, taken)
        stand = set(MARK.findall(saved))
        for start in range(len(puts)):
            newest = puts[start:]
            marks = {mark for put in newest for mark in put.marks}
            if marks & stand or (taken is not None and not marks & set(taken)):
                continue
            # Exactly the text of before is no editor's: there, something else was typed.
            if all(put.before != saved for put in newest):
                self.unclear |= marks
                break

    def _judge_days(
        self, saved: str, puts: Sequence[Written], taken: Collection[str] | None
    ) -> None:
        """The same of days; whoever left anything that was put there has seen them all."""
        stand = words_in(saved)
        for start in range(len(puts)):
            newest = puts[start:]
            days = {day for put in newest for day in put.days}
            if not days or (taken is not None and not days & set(taken)):
                continue
            self.unclear_days -= days
            is_seen = any((put.marks | put.words) & stand for put in newest)
            if not is_seen and all(put.before != saved for put in newest):
                self.unclear_days |= days
                break

    def wrote(
        self,
        texts: Mapping[str, str],
        back: Collection[str],
        taken: Collection[str] = (),
        typed: Collection[str] = (),
    ) -> None:
        """A cycle is over, and left these.

        ``back`` are marks that a person put there meanwhile, ``taken`` marks and days that one ever
        took, ``typed`` all words that one ever typed in a file.
        """
        for path, before in self._before.items():
            text = texts.get(path, "")
            self._judge(path, text, self._puts[path], taken)
            if self._saved.get(path) == texts.get(path):
                del self._puts[path]  # what was put before that save is judged for good
            put = _written(before, text, back, typed)
            if put.marks or put.days:
                self._puts[path].append(put)
        self._left = texts


def _written(before: str, text: str, back: Collection[str], typed: Collection[str]) -> Written:
    marks = set(MARK.findall(text)) - set(back) - set(MARK.findall(before))
    words = {word for word in words_in(text) - words_in(before) if not MARK.fullmatch(word)}
    words -= set(typed)
    was, now = _days(before), _days(text)
    days = {day for mark, day in now.items() if day in words and was.get(mark, day) == ""}
    return Written(before, frozenset(marks), frozenset(words), frozenset(days))


def _days(text: str) -> dict[str, str]:
    """The day on the line of each mark, or nothing."""
    found: dict[str, str] = {}
    for line in text.split("\n"):
        day = _DAY.search(line)
        found |= dict.fromkeys(MARK.findall(line), day[1] if day else "")
    return found
