"""What went with a save by somebody who may never have seen it: nobody can tell.

Who takes back something that was just put into a file, and does something else with it, leaves
the very bytes that an editor leaves which was open before it came: a line that goes, a day that is
taken out, a tick that is taken back while another title is typed. The product takes such a save
for the older one, since what a phone did outlives an older buffer; so all of that may be back,
though it was deleted or replaced, and what was typed over some of it may have lost a conflict to
that. Where anything stands of what was put in, or nothing is as it was before, it was seen.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Collection, Mapping
from typing import NamedTuple

from tests.simulation.tale import MARK, words_in

_LINE = "line"
_THERE = frozenset({"there"})
_SAID = {
    "title": re.compile(r"\bt\d+\b"),
    "day": re.compile(r"📅 \S+"),
    "tags": re.compile(r"#g\d+"),
    "tick": re.compile(r"- \[.\]"),
    "flag": re.compile("🚩"),
    "priority": re.compile("[⏫🔼🔽]"),
}
_TASK = re.compile(r" *- \[.\] ")
_NOTE = re.compile(r" +> ")

Key = tuple[str, str]
"""A mark, and which part of its line is meant."""
Parts = Mapping[Key, frozenset[str]]
"""What is said there: one text, or several where the line was copied."""


class Change(NamedTuple):
    """What was written over, and what stands there since."""

    before: frozenset[str]
    after: frozenset[str]


class Written(NamedTuple):
    """What a cycle put into a file in which stood ``before``."""

    before: str
    changes: Mapping[Key, Change]
    words: frozenset[str]


class Put:
    """What the machine put into files that no person has saved since."""

    def __init__(self) -> None:
        self.unclear: set[str] = set()
        """Marks that may have gone unseen."""
        self.words: set[str] = set()
        """Words that may have been replaced unseen, and were not replaced again since."""
        self.ever: set[str] = set()
        """All that ever were."""
        self._left: Mapping[str, str] = {}
        self._known: dict[str, str] = {}
        """What the machine read last, or wrote since."""
        self._read: dict[str, tuple[str, int]] = {}
        """What it read in this cycle, and how many of its writes it held against that."""
        self._written: set[str] = set()
        """Where it has written in this cycle."""
        self._has_read = False
        self._puts: defaultdict[str, list[Written]] = defaultdict(list)
        self._versions: defaultdict[str, list[str]] = defaultdict(list)
        """What each file said that it knew, the latest last."""

    def look(self, texts: Mapping[str, str]) -> None:
        """A cycle begins, and these texts stand, by path."""
        self._left, self._read, self._written, self._has_read = texts, {}, set(), False

    def reads(self, texts: Mapping[str, str], unquiet: Collection[str] = ()) -> None:
        """It reads these, but for those that were saved just then."""
        self._left, self._has_read = texts, True
        for path in texts.keys() - set(unquiet):
            text, puts = texts[path], self._puts[path]
            is_saved = self._known.get(path, text) != text
            if is_saved:
                self._judge(text, puts)
                self._compare(path, text)
            self._read[path] = text, len(puts) if is_saved else 0

    def saved(self, texts: Mapping[str, str]) -> None:
        """A person has saved in its midst, and these stand now."""
        self._left = texts

    def wrote(self, texts: Mapping[str, str]) -> None:
        """Since anybody was last seen here only the machine has written, and left these.

        What it does before it has read is to give back what somebody else wrote.
        """
        left = {**self._left, **_renamed(self._left, texts)}
        changed = [path for path, text in texts.items() if left.get(path, text) != text]
        for path in changed if self._has_read else ():
            put = _written(left[path], texts[path])
            if put.changes:
                self._puts[path].append(put)
            self._know(path, left[path])
            self._know(path, texts[path])
            self._written.add(path)
        self._left = texts

    def done(self) -> None:
        """The cycle is over: what it read was judged for good."""
        for path, (text, count) in self._read.items():
            del self._puts[path][:count]
            if path not in self._written:
                self._know(path, text)

    def _know(self, path: str, text: str) -> None:
        self._known[path] = text
        self._versions[path] = [one for one in self._versions[path] if one != text] + [text]

    def _compare(self, path: str, saved: str) -> None:
        """Of a file that is an older version, in more than one line, none is gone that it lacks.

        Whoever deleted one after it was last read did so in a save that nobody saw.
        """
        known = self._known[path]
        was, now = (
            {line for line in text.split("\n") if _TASK.match(line)} for text in (known, saved)
        )
        is_other = bool(now - was) and max(len(was - now), len(now - was)) > 1
        if is_other and saved in self._versions[path][:-2]:
            self.unclear |= set(MARK.findall(known)) - set(MARK.findall(saved))

    def _judge(self, saved: str, puts: list[Written]) -> None:
        """Whether who saved this may not have seen the newest of what was put there."""
        known = {word for put in puts for word in put.words}
        self.words -= known - words_in(saved)
        now = _parts(saved)
        for start in range(len(puts)):
            newest = puts[start:]
            # Exactly the text of before is no editor's: there, something else was typed.
            if any(put.before == saved for put in newest):
                return
            changes = _joined(newest)
            signs = {_sign(key, change, now) for key, change in changes.items()}
            if "back" in signs and "stands" not in signs:
                self.unclear |= {
                    mark for (mark, what), one in changes.items() if what == _LINE and one.after
                }
                words = {word for put in newest for word in put.words}
                self.words |= words
                self.ever |= words
                return


def _renamed(before: Mapping[str, str], now: Mapping[str, str]) -> dict[str, str]:
    """What stood in files that have another path now, by that: they have lines in common."""
    gone = {path: set(MARK.findall(before[path])) for path in before.keys() - now.keys()}
    found: dict[str, str] = {}
    for path in sorted(now.keys() - before.keys()):
        marks = set(MARK.findall(now[path]))
        found.update((path, before[old]) for old in sorted(gone) if gone[old] & marks)
    return found


def _joined(puts: list[Written]) -> dict[Key, Change]:
    """What several did together."""
    joined: dict[Key, Change] = {}
    for put in puts:
        for key, change in put.changes.items():
            joined[key] = Change(joined.get(key, change).before, change.after)
    return joined


def _sign(key: Key, change: Change, now: Parts) -> str:
    mark, what = key
    if what != _LINE and (mark, _LINE) not in now:
        return ""
    said = now.get(key, frozenset())
    if what == _LINE:
        return "stands" if said == change.after else "back"
    if change.after <= said:
        return "stands"
    return "back" if change.before <= said else ""


def _written(before: str, text: str) -> Written:
    was, now = _parts(before), _parts(text)
    changes = {
        key: Change(was.get(key, frozenset()), now.get(key, frozenset()))
        for key in was.keys() | now.keys()
        if was.get(key) != now.get(key)
        and (key[1] == _LINE or {(key[0], _LINE)} <= was.keys() & now.keys())
    }
    words = {word for word in words_in(text) - words_in(before) if not MARK.fullmatch(word)}
    return Written(before, changes, frozenset(words))


def _parts(text: str) -> Parts:
    """What the lines of each mark say, part by part, with the notes beneath them."""
    found: defaultdict[Key, set[str]] = defaultdict(set)
    notes: list[str] = []
    above: list[str] = []
    for line in [*text.split("\n"), "- [ ] "]:
        if _NOTE.match(line):
            notes += sorted(words_in(line))
        elif _TASK.match(line):
            for mark in above:
                found[mark, "notes"].add(" ".join(notes))
            notes, above = [], MARK.findall(line)
            for mark in above:
                found[mark, _LINE] |= _THERE
                for what, pattern in _SAID.items():
                    found[mark, what].add(" ".join(sorted(pattern.findall(line))))
    return {key: frozenset(said) for key, said in found.items()}
