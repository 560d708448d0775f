"""What a cycle has to leave as it is: how lines end, which line is the reminder, which list a file.

Both sides may agree in the end, and yet an id has gone to a copy of its line, a list has made way
for one of the same name, or a file has got other line ends. So each file that nobody saves while a
cycle lasts is held against what stood in it before.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping, Set
from dataclasses import astuple, dataclass, field, replace
from itertools import takewhile
from pathlib import Path
from typing import NamedTuple

from sync.core.matching.identity import stands_for
from tests.simulation.reading import Said, said_in
from tests.simulation.tale import MARK, Tale, words_in

TASK = re.compile(r"- \[.\] .* \^(r-[a-z2-7]+)[ \t]*$")
_TITLE = re.compile(r"\bt\d+")


class Spot(NamedTuple):
    """Where a line with an id stands, and what it says."""

    path: str
    line: str


@dataclass
class View:
    """What stands at one moment: texts by path, the lists of iCloud by their paths, its words."""

    texts: Mapping[str, str] = field(default_factory=dict)
    lists: Mapping[str, str] = field(default_factory=dict)
    there: Mapping[str, Said] = field(default_factory=dict)

    def spots(self) -> dict[str, list[Spot]]:
        """Where each id stands."""
        found: defaultdict[str, list[Spot]] = defaultdict(list)
        for path, text in self.texts.items():
            for line in text.split("\n"):
                task = TASK.search(line.removesuffix("\r"))
                if task is not None:
                    found[task[1]].append(Spot(path, line.strip()))
        return found

    def notes(self, spot: Spot) -> set[str]:
        """The words of the notes beneath a line."""
        lines = self.texts.get(spot.path, "").split("\n")
        start = next((at for at, line in enumerate(lines, 1) if line.strip() == spot.line), 0)
        beneath = takewhile(lambda line: line.lstrip().startswith("> "), lines[start:])
        return words_in(" ".join(beneath))

    def windows(self) -> dict[tuple[str, str], bool]:
        """By path and mark, whether the one line with it ends as on Windows."""
        found: defaultdict[tuple[str, str], list[bool]] = defaultdict(list)
        for path, text in self.texts.items():
            for line in text.split("\n")[:-1] if "\r" in text else ():
                for mark in MARK.findall(line):
                    found[path, mark].append(line.endswith("\r"))
        return {key: ends[0] for key, ends in found.items() if len(ends) == 1}


class Keeping:
    """Compares what one machine leaves behind with what it found."""

    def __init__(self, tale: Tale) -> None:
        self.typed: Set[str] = frozenset()
        """Words that somebody ever typed in a file."""
        self._tale = tale
        self._before = View()
        self._began_s = self._ended_s = 0.0
        self._spots: dict[str, list[Spot]] = {}
        self._known: dict[str, Spot] = {}
        """Where each id stood alone, as the machine knows."""
        self._forgotten: set[str] = set()
        """Ids of which it knew that, and has forgotten it since."""
        self._left = View()
        self._originals: dict[str, Spot] = {}
        self._lists: dict[str, tuple[str, str]] = {}
        """By the list, the path that its file had, and the one that somebody gave it."""

    def begin(self, now: View, now_s: float) -> None:
        """A cycle begins, at ``now_s`` of the steady clock."""
        self._before, self._began_s = now, now_s
        self._spots = spots = now.spots()
        self._originals = {
            id: self._known[id]
            for id, found in spots.items()
            if len(found) > 1 and found.count(self._known.get(id, Spot("", ""))) == 1
        }
        for new in self._tale.refiled:
            old = self._path_before(new)
            ids = {id for id, found in spots.items() if any(one.path == new for one in found)}
            was = {id for id, one in self._known.items() if one.path == old}
            if ids and ids == was and old in self._left.lists:
                self._lists[self._left.lists[old]] = old, new

    def _path_before(self, path: str) -> str:
        """What the file of this path was called when a cycle last ended."""
        while path in self._tale.refiled and path not in self._left.lists:
            path = self._tale.refiled[path]
        return path

    def forgets(self) -> None:
        """The machine lost what it knew: what iCloud says has to tell lines of one id apart."""
        self._forgotten |= self._known.keys()

    def hidden(self, torn: Mapping[str, str], there: Mapping[str, Spot]) -> set[str]:
        """Marks of lines in files that are seen empty, which nobody can know when they are back.

        So it is with what somebody has cut, and holds at no path. The machine puts such a line in
        where a phone has it, and what comes with the rest of the save is like a copy of that: where
        it has another title, and was never read so; or where all was forgotten, and it comes
        elsewhere. ``there`` says where iCloud has each mark, and under which title.
        """
        found: set[str] = set()
        for path, text in torn.items():
            for line in text.split("\n"):
                task, titles = TASK.search(line.removesuffix("\r")), set(_TITLE.findall(line))
                for mark in MARK.findall(line) if task is not None else ():
                    known, has = self._known.get(task[1]), there.get(mark)
                    is_read = known is not None and (
                        known.path == path or titles == set(_TITLE.findall(known.line))
                    )
                    is_new = has is not None and titles.isdisjoint(_TITLE.findall(has.line))
                    is_new = (is_new and not is_read) or task[1] in self._forgotten
                    if has is not None and has.path != path and is_new:
                        found.add(mark)
        return found

    def end(self, now: View, now_s: float, *, done: bool, read: bool = True) -> Iterator[str]:
        """It is over, and was ``done`` or failed; yields what it did not leave as it was.

        Unless all files were ``read``, it may know nothing of what they say.
        """
        saved = {path for path, when in self._tale.saved.items() if when >= self._began_s}
        yield from self._other_ends(now, saved)
        spots = now.spots()
        yield from self._other_lines(now, spots, saved)
        yield from self._written_again(spots, saved)
        if done:
            self._left, self._ended_s = now, now_s
            for id, found in spots.items():
                if not read or saved & {one.path for one in found}:
                    if self._known.get(id) not in found:
                        self._known.pop(id, None)
                elif len(found) == 1:
                    self._known[id] = found[0]
                    self._forgotten.discard(id)
            self._known = {id: one for id, one in self._known.items() if id in spots}

    def verdict(self, now: View, parked: Set[str]) -> Iterator[str]:
        """Which lists were not renamed with their files, though iCloud did not refuse that."""
        for id, (old, new) in self._lists.items():
            is_clear = new in now.texts and old not in now.texts and id not in parked
            if (
                is_clear
                and id in now.lists.values()
                and (now.lists.get(old) == id or now.lists.get(new, id) != id)
            ):
                names = [path.rpartition("/")[2] for path in (old, new)]
                yield f"{names[0]} became {names[1]}, and its list did not"

    def _other_ends(self, now: View, saved: Set[str]) -> Iterator[str]:
        windows = now.windows()
        for (path, mark), was in self._before.windows().items():
            stays = path not in saved and mark != self._tale.series
            stays = stays and mark in MARK.findall(now.texts.get(path, ""))
            if was and stays and not windows.get((path, mark), "\r" in now.texts[path]):
                yield f"the line of {mark} ends otherwise than before"

    def _written_again(self, spots: Mapping[str, list[Spot]], saved: Set[str]) -> Iterator[str]:
        """What stands where no list is, and was put into a list by nobody else."""
        for id, stood in self._spots.items():
            aside = {one.path for one in stood}
            now = {one.path for one in spots.get(id, ())}
            if aside <= self._tale.asides and aside <= now and now - aside - saved:
                yield f"{id} stands where no list is, and was written into one"

    def _other_lines(
        self, now: View, spots: Mapping[str, list[Spot]], saved: Set[str]
    ) -> Iterator[str]:
        """Of lines that a person copied by hand; others may have been put back for one cut."""
        tale = self._tale
        doubled = tale.doubled - tale.parted - tale.left.keys()
        doubled -= {mark for mark, when in tale.sent_on.items() if when >= self._ended_s}
        for id, known in self._originals.items():
            stood = {one.path for one in self._spots[id]}
            is_clear = not saved & stood and not doubled.isdisjoint(MARK.findall(known.line))
            is_clear = is_clear and not (id in self._forgotten and self._is_untold(id, known))
            found = spots.get(id, [])
            if is_clear and known.path in now.texts and len(found) == 1:
                others = {t for one in self._spots[id] for t in _TITLE.findall(one.line)}
                others -= set(_TITLE.findall(known.line))
                goes = found[0].path != known.path
                notes = self._before.notes(known) - now.notes(found[0]) - tale.retracted
                others -= self._told(id) if goes and not notes else set()
                # Where no list is it stood before, and the other one went.
                goes = goes and found[0].path not in tale.asides
                strays = goes and not self._is_sent(known, found[0].path)
                if strays or others & set(_TITLE.findall(found[0].line)):
                    yield f"{id} went from its line to a copy of it"

    def _told(self, id: str) -> set[str]:
        """Titles that iCloud had of it as the cycle began, and that nobody typed in a file.

        They are on the line that a move of ours put where a phone wants it, with its notes, while
        the old line could not be taken out yet; a copy has them from nobody.
        """
        return self._titles(id) - self.typed

    def _titles(self, id: str) -> set[str]:
        told = [one.title for uuid, one in self._before.there.items() if stands_for(id, uuid)]
        return set(_TITLE.findall(" ".join(told)))

    def _is_untold(self, id: str, known: Spot) -> bool:
        """Whether iCloud has none of the titles of its lines, and a copy is as like it otherwise.

        Whoever has never seen these lines can only go by that: a note that was written beneath the
        first one since makes it the other.
        """
        titles = {title for one in self._spots[id] for title in _TITLE.findall(one.line)}
        told = [said for uuid, said in self._before.there.items() if stands_for(id, uuid)]
        unlike = [min((_unlike(one, said) for said in told), default=0) for one in self._said(id)]
        first = unlike.pop(self._spots[id].index(known))
        return titles.isdisjoint(self._titles(id)) and min(unlike) <= first

    def _said(self, id: str) -> list[Said]:
        """What its lines say, in the order of its spots."""
        contents = {f"/at/{path}": text.encode() for path, text in self._before.texts.items()}
        return [said for block, said in said_in(Path("/at"), contents) if block == id]

    def _is_sent(self, known: Spot, path: str) -> bool:
        """Whether a phone moved it to the list of this file.

        That is heard of by a cycle that cannot write yet, as where the file is just being saved,
        and done by a later one: when the phone did it says nothing of when the line follows.
        """
        sent = {self._tale.sent_to.get(mark) for mark in MARK.findall(known.line)}
        return self._before.lists.get(path) in sent - {None}


def _unlike(one: Said, other: Said) -> int:
    """In how many things two differ, but for their titles and where they are."""
    both = (astuple(replace(said, title="", place="")) for said in (one, other))
    return sum(mine != theirs for mine, theirs in zip(*both, strict=True))
