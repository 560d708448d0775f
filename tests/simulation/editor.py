"""An editor on a folder, and the eyes and hands of whoever uses it: reading, saving, finding."""

from __future__ import annotations

import os
import re
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache
from pathlib import Path
from random import Random

from tests.simulation.chance import Clock, stamp
from tests.simulation.reading import bytes_of, texts_in
from tests.simulation.tale import MARK, Tale, words_in

TASK = re.compile(r"^ *- \[.\] ")
ID = re.compile(r" \^r-[a-z2-7]+")
END = re.compile(r"( \^r-[a-z2-7]+)?[ \t]*\r?\n?$")


class Editor:
    """One person's hands on the files below ``root``."""

    def __init__(self, root: Path, tale: Tale, clock: Clock, name: str = "files") -> None:
        self.root = root
        self.name = name
        self.tale = tale
        self.clock = clock
        self.dice = Random(0)
        self.here: set[str] = set()
        """Words typed by these hands."""
        self.unseen: set[str] = set()
        self.unknown: Callable[[set[str]], set[str]] = lambda words: set()
        """Of words, those that nobody but another editor knows of."""
        self.agreed: Callable[[], set[str]] = set
        """Gives the marks of which the other side says the same as the files."""
        self.windows = False
        """Whether the editor saves files with the line ends of Windows."""
        self.clipboard: list[str] = []
        self.aside = root / "Old" / "2031" / f"{name}.md"
        """Where no list is: there stands what was cut, if it stands anywhere."""
        self.buffers: dict[Path, str] = {}
        self.copies: dict[Path, str] = {}
        self.torn: dict[Path, str] = {}
        self.torn_s: dict[Path, float] = {}
        """Since when each is torn, in steady seconds."""

    def held(self) -> str:
        """What was cut, and stands nowhere in the folder."""
        return "" if self.aside.exists() else "".join(self.clipboard)

    def note(self, before: Counter[str], twice: Mapping[str, list[str]]) -> None:
        """What stood and does not any more, was taken back; what stands twice now, was copied.

        Not so what stood ``twice`` in the same lines before: we were just moving it.
        """
        after = self.standing()
        self.tale.copied |= {
            mark for mark, lines in self.twice().items() if lines != twice.get(mark)
        }
        gone, come = before.keys() - after.keys(), after.keys() - before.keys()
        self.tale.retract(gone - self.unseen)
        if not any(MARK.match(word) for word in (*gone, *come)):  # no line came or went
            self.tale.replace(gone - self.unseen, come)
        self.tale.left |= {word: self.clock.steady() for word in gone if MARK.match(word)}
        fewer = {word for word, times in before.items() if 0 < after[word] < times}
        self.tale.thinned |= dict.fromkeys(fewer, self.clock.steady())
        if any(MARK.match(word) for word in fewer):  # the other line says what it was edited from
            self.tale.outdone -= set().union(*(self.tale.over.get(word, ()) for word in gone))
        self.tale.back |= {word: self.clock.steady() for word in come if MARK.match(word)}
        self.tale.touched |= self.tale.deleted & after.keys()
        self.unseen = set()

    def say(self, words: set[str]) -> None:
        """These words were typed here."""
        self.here |= words
        self.tale.say(words)

    # ---- looking

    def files(self) -> list[Path]:
        """The files of lists, in order."""
        others = {str(path) for path in (*self.torn, self.aside)}
        return [Path(found) for found in texts_in(self.root) if found not in others]

    def standing(self) -> Counter[str]:
        """How often each word stands; names of files are words, too."""
        found: Counter[str] = Counter()
        for path in self.files():
            found.update(set(words_in(path.stem)))
            found.update(_lines_with(read(path)))
        for text in self.torn.values():
            found.update(words_in(text))
        if self.aside.exists():
            found.update(_lines_with(read(self.aside)))
        return found

    def twice(self) -> dict[str, list[str]]:
        """The marks that stand more than once, each with its lines."""
        found: dict[str, list[str]] = {}
        texts = [*((str(path), read(path)) for path in self.files())]
        texts += [(str(path), text) for path, text in self.torn.items()]
        lines = [(path, line) for path, text in texts for line in lines_of(text)]
        series = [line for _, line in lines if self._is_of_series(line)]
        ids = Counter(id for line in series for id in ID.findall(line))
        for path, line in lines:
            is_over = self._is_of_series(line) and "- [ ]" not in line
            is_copy = is_over and all(ids[id] == 1 for id in ID.findall(line))
            for mark in MARK.findall(line):
                if is_copy and mark == self.tale.series:
                    continue  # the completed copy of an occurrence
                found.setdefault(mark, []).append(f"{path}: {line}")
        return {mark: sorted(lines) for mark, lines in found.items() if len(lines) > 1}

    def _is_of_series(self, line: str) -> bool:
        mark = self.tale.series
        return bool(mark) and mark in line and mark in MARK.findall(line)

    def file(self) -> Path | None:
        """Any file."""
        files = self.files()
        return self.dice.choice(files) if files else None

    def task(self) -> tuple[Path, list[str], int] | None:
        """A file, its lines, and the place of a task among them."""
        if self.tale.draws(self.dice):
            for path in self.files():
                lines = lines_of(read(path))
                for at, line in enumerate(lines):
                    if TASK.match(line) and self.tale.hot in MARK.findall(line):
                        return path, lines, at
        path = self.file()
        if path is None:
            return None
        lines = lines_of(read(path))
        places = [at for at, line in enumerate(lines) if TASK.match(line)]
        return (path, lines, self.dice.choice(places)) if places else None

    # ---- saving

    def write(self, path: Path, text: str, *, in_place: bool) -> None:
        """Save as an editor does, in place or by renaming a new file over the old one."""
        path.parent.mkdir(parents=True, exist_ok=True)
        data = text.encode()
        if in_place:
            path.write_bytes(data)
        else:
            new = path.with_name(f".{path.name}.swap")
            new.write_bytes(data)
            os.replace(new, path)
        stamp(path, self.clock)
        self.tale.saved[str(path)] = self.clock.steady()

    def save(self, path: Path, lines: list[str], moved: Sequence[str] = ()) -> None:
        """Save what was typed, and take note of it.

        Of lines that only ``moved`` here nothing was typed: what another device replaces in them
        meanwhile is replaced. But the reminder is wanted.
        """
        if self.windows:
            lines = [re.sub("\r?\n", "\r\n", line) for line in lines]
        text = "".join(lines)
        known = words_in(read(path)) if path.exists() else set()
        known |= {word for word in words_in("".join(moved)) if not MARK.match(word)}
        self.write(path, text, in_place=self.dice.random() < 0.4)
        self.say(words_in(text) - known)
        self.keep_prose(lines)

    def keep_prose(self, lines: list[str]) -> None:
        """Remember what is no task, as it is."""
        for line in lines:
            if not TASK.match(line):
                self.tale.prose.update(
                    {word: line for word in words_in(line) if word.startswith("p")}
                )

    def change(self, edit: Callable[[str], str]) -> str | None:
        """Edit the line of any task; what was done, None for nothing."""
        found = self.task()
        if found is None:
            return None
        path, lines, at = found
        before, lines[at] = lines[at], edit(lines[at])
        if lines[at] == before:
            return None
        self.save(path, lines)
        return f"{path.name}: {before!r} -> {lines[at]!r}"

    def cut_block(self, lines: list[str], at: int) -> list[str]:
        """Take out a task with all that is indented beneath it."""
        end = end_of(lines, at)
        block, lines[at:end] = lines[at:end], []
        indent = indent_of(block[0])
        return [line[indent:] for line in block]

    def eol(self, lines: list[str]) -> str:
        """How lines end in this file."""
        return "\r\n" if lines and lines[0].endswith("\r\n") else "\n"

    def typed(self) -> str:
        """A new task."""
        return f"- [ ] {self.tale.fresh('w')} {self.tale.fresh('t')}"


def read(path: Path) -> str:
    """A file's text, with its line ends."""
    return bytes_of(path).decode()


def put(line: str, words: str) -> str:
    """The words at the end of the line, before its id."""
    at = END.search(line)
    assert at is not None
    return line[: at.start()] + words + line[at.start() :]


@lru_cache(64)
def _lines_with(text: str) -> tuple[str, ...]:
    """Each word as often as there are lines with it."""
    return tuple(word for line in lines_of(text) for word in words_in(line))


def lines_of(text: str) -> list[str]:
    """The lines, each with its end."""
    return re.findall(r"[^\n]*\n|[^\n]+", text)


def indent_of(line: str) -> int:
    """How far a line is moved in."""
    return len(line) - len(line.lstrip(" "))


def end_of(lines: list[str], at: int) -> int:
    """Where the block of a task ends."""
    end = at + 1
    while end < len(lines) and lines[end].strip() and indent_of(lines[end]) > indent_of(lines[at]):
        end += 1
    return end
