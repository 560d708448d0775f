"""Somebody with a text editor, who does to the files what people do, as a seeded dice says."""

from __future__ import annotations

import random
import re
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from tests.rig import Rig
from tests.sync.storm_pens import DUE, Markdown, put
from tests.sync.storm_phone import MARK, Tale


@dataclass
class FilePerson:
    """One person with an editor in the rig's folder."""

    rig: Rig
    tale: Tale
    pen: Markdown
    closed: frozenset[str] = frozenset()
    """Stems of files between which and others no line is moved: somebody else's lists."""
    clipboard: tuple[str, list[str]] | None = None
    buffers: dict[Path, str] = field(default_factory=dict)

    @property
    def rng(self) -> random.Random:
        return self.tale.rng

    def act(self) -> None:
        """One edit, if the dice falls on one that can be made."""
        names = [name for name in dir(self) if name.startswith("do_")]
        self.do(getattr(self, self.rng.choice(names)))

    def do(self, do: Callable[[], object]) -> None:
        """This edit, and what follows from it for the tale."""
        before = self.standing()
        what = do()
        self.tale.gone |= before - self.standing()
        if what is not None:
            self.tale.told.append(f"files {do.__name__[3:]}: {what}")
        counted = Counter(mark for line in self.lines() for mark in MARK.findall(line))
        self.tale.many |= {mark for mark, times in counted.items() if times > 1}

    def standing(self) -> set[str]:
        return {mark for line in self.lines() for mark in MARK.findall(line)}

    def lines(self) -> list[str]:
        texts = (path.read_text() for path in self.files())
        return [line for text in texts for line in text.split("\n") if self.pen.is_task(line)]

    def files(self) -> list[Path]:
        found = sorted(self.rig.folder.rglob(f"*{self.pen.suffix}"))
        return [path for path in found if not {"Archive", ".remindersd"} & set(path.parts)]

    def file(self) -> Path | None:
        files = self.files()
        return self.rng.choice(files) if files else None

    def save(self, path: Path, lines: list[str]) -> None:
        name = str(path.relative_to(self.rig.folder).with_suffix(""))
        self.rig.save(name, "\n".join(lines))

    def task(self, top: bool = False) -> tuple[Path, list[str], int] | None:
        """A file, its lines, and the place of a task among them."""
        path = self.file()
        if path is None:
            return None
        lines = path.read_text().split("\n")
        places = [at for at, line in enumerate(lines) if self.pen.is_task(line)]
        places = [at for at in places if not (top and lines[at].startswith(" "))]
        return (path, lines, self.rng.choice(places)) if places else None

    def change(self, edit: Callable[[str], str]) -> str | None:
        found = self.task()
        if found is None:
            return None
        path, lines, at = found
        before, lines[at] = lines[at], edit(lines[at])
        if lines[at] == before:
            return None
        self.save(path, lines)
        return f"{before!r} -> {lines[at]!r}"

    def cut_block(self, lines: list[str], at: int) -> list[str]:
        """Take out a task and all that is indented beneath it."""
        indent, end = indent_of(lines[at]), at + 1
        while end < len(lines) and lines[end].strip() and indent_of(lines[end]) > indent:
            end += 1
        block, lines[at:end] = lines[at:end], []
        return [line[indent:] for line in block]

    # ---- one line

    def do_type(self) -> str | None:
        path = self.file()
        if path is None:
            return None
        due = self.pen.due(self.rng, self.tale) if self.rng.random() < 0.4 else ""
        line = self.pen.new(f"{self.tale.fresh()} typed", due)
        lines = path.read_text().split("\n")
        self.save(path, [*lines[:-1], line, ""])
        return line

    do_type_another = do_type

    def do_title(self) -> str | None:
        word = self.tale.fresh("t")
        return self.change(lambda line: MARK.sub(lambda mark: f"{mark[0]} {word}", line, count=1))

    def do_tick(self) -> str | None:
        def tick(line: str) -> str:
            if not self.pen.can_tick(line):
                return line
            if self.pen.repeats(line):
                self.tale.many |= set(MARK.findall(line))
            return self.pen.tick(line)

        return self.change(tick)

    do_tick_again = do_tick

    def do_due(self) -> str | None:
        due = self.pen.due(self.rng, self.tale)
        return self.change(lambda line: put(DUE.sub("", line), due))

    def do_no_due(self) -> str | None:
        return self.change(lambda line: line if self.pen.repeats(line) else DUE.sub("", line))

    def do_flag(self) -> str | None:
        return self.change(self.pen.flag)

    def do_priority(self) -> str | None:
        return self.change(lambda line: self.pen.priority(line, self.rng))

    def do_tag(self) -> str | None:
        return self.change(lambda line: self.pen.tag(line, self.tale.fresh("tag")))

    def do_repeat(self) -> str | None:
        def repeat(line: str) -> str:
            self.tale.many |= set(MARK.findall(line))
            return self.pen.repeat(line, self.rng)

        return self.change(repeat)

    def do_alarm(self) -> str | None:
        return self.change(lambda line: self.pen.alarm(line, self.rng, self.tale))

    def do_below(self) -> str | None:
        found = self.task() if self.pen.suffix == ".md" else None
        if found is None:
            return None
        path, lines, at = found
        indent = " " * (indent_of(lines[at]) + 4)
        below = [indent + line for line in self.pen.below(self.rng, self.tale)]
        self.save(path, [*lines[: at + 1], *below, *lines[at + 1 :]])
        return f"{below} below {lines[at]!r}"

    def do_subtask(self) -> str | None:
        found = self.task(top=True)
        if found is None:
            return None
        path, lines, at = found
        title = f"{self.tale.fresh()} typed below"
        if self.pen.suffix == ".md":
            line = f"    {self.pen.new(title)}"
        elif (id := re.search(r" id:(r-\w+)", lines[at])) and " p:" not in lines[at]:
            line = f"{title} p:{id[1]}"
        else:
            line = title
        self.save(path, [*lines[: at + 1], line, *lines[at + 1 :]])
        return f"{line!r} below {lines[at]!r}"

    def do_delete(self) -> str | None:
        found = self.task()
        if found is None:
            return None
        path, lines, at = found
        block = self.cut_block(lines, at)
        self.save(path, lines)
        return repr(block)

    def do_double(self) -> str | None:
        found = self.task()
        if found is None:
            return None
        path, lines, at = found
        self.save(path, [*lines[: at + 1], *lines[at:]])
        return repr(lines[at])

    # ---- more than one line

    def do_cut(self) -> str | None:
        """Cut, and paste another time; or paste what was cut before."""
        if self.clipboard is not None:
            paths = [path for path in self.files() if self.may_move(self.clipboard[0], path)]
            if not paths:
                return None
            path, block = self.rng.choice(paths), self.clipboard[1]
            self.clipboard = None
            self.save(path, [*path.read_text().split("\n")[:-1], *block, ""])
            self.tale.gone -= set(MARK.findall("\n".join(block))) - self.tale.gone_now
            return f"pasted {block} into {path.stem}"
        found = self.task()
        if found is None:
            return None
        path, lines, at = found
        self.clipboard = (path.stem, self.cut_block(lines, at))
        self.save(path, lines)
        return repr(self.clipboard)

    def may_move(self, stem: str, path: Path) -> bool:
        return stem == path.stem or not self.closed & {stem, path.stem}

    def do_move(self) -> str | None:
        """Cut a block and paste it somewhere else at once: behind a heading, another task."""
        found = self.task()
        if found is None:
            return None
        path, lines, at = found
        block = self.cut_block(lines, at)
        paths = [other for other in self.files() if self.may_move(path.stem, other)]
        other = self.rng.choice([path, *paths])
        there = lines if other == path else other.read_text().split("\n")
        if other != path:
            self.save(path, lines)
        ends = [
            place + 1
            for place, line in enumerate(there)
            if line.startswith("## ") or (self.pen.is_task(line) and not _has_below(there, place))
        ]
        place = self.rng.choice([len(there) - 1, *ends])
        self.save(other, [*there[:place], *block, *there[place:]])
        return f"{block} to {other.stem}:{place}"

    do_move_again = do_move

    def do_heading(self) -> str | None:
        path = self.file() if self.pen.suffix == ".md" else None
        if path is None:
            return None
        lines = path.read_text().split("\n")
        places = [at for at, line in enumerate(lines) if line.startswith("## ")]
        name = self.tale.fresh("Part")
        if len(places) >= 2:
            at = self.rng.choice(places)
            before, lines[at] = lines[at], f"## {name}"
            if self.rng.random() < 0.3:
                del lines[at]
            self.save(path, lines)
            return f"{before} -> {name} or none"
        line = self.pen.new(f"{self.tale.fresh()} typed")
        self.save(path, [*lines[:-1], "", f"## {name}", "", line, ""])
        return f"{name} with {line!r}"

    def do_stale(self) -> str | None:
        """Open a file; another time, save what was seen then, with a new line."""
        path = self.file()
        if path is None:
            return None
        if path not in self.buffers:
            self.buffers[path] = path.read_text()
            return None
        line = self.pen.new(f"{self.tale.fresh()} typed late")
        text = self.buffers.pop(path)
        self.tale.lose(path.read_text())  # an older buffer may be taken at its word
        self.save(path, [*text.split("\n")[:-1], line, ""])
        return f"{path.stem} as it was, and {line!r}"

    def keep_as_new(self, block: str) -> None:
        """Take an id off the line on which it stands."""
        for path in self.files():
            text = path.read_text()
            if block in text:
                text = re.sub(rf" (\^|id:){block}(?= |$)", "", text, flags=re.M)
                self.save(path, text.split("\n"))

    # ---- whole files

    def path(self) -> Path | None:
        """A file of one of the account's own lists, or of a new one."""
        found = [path for path in self.files() if path.stem not in self.closed]
        return self.rng.choice(found) if found else None

    def do_new_file(self) -> str:
        name = self.tale.fresh("List")
        group = self.rng.choice(["", "", f"{self.tale.fresh('Group')}/"])
        line = self.pen.new(f"{self.tale.fresh()} typed")
        self.rig.save(f"{group}{name}", f"{line}\n")
        return f"{group}{name}"

    def do_rename_file(self) -> str | None:
        path = self.path()
        if path is None:
            return None
        new = path.with_stem(self.tale.fresh("Called"))
        path.rename(new)
        return f"{path.stem} -> {new.stem}"

    def do_move_file(self) -> str | None:
        path = self.path()
        if path is None:
            return None
        root = self.rig.folder
        there = sorted({other.parent for other in self.files()} | {root})
        new = self.rng.choice([*there, root / self.tale.fresh("Group")]) / path.name
        if new.exists():
            return None
        new.parent.mkdir(exist_ok=True)
        path.rename(new)
        return f"{path.relative_to(root)} -> {new.relative_to(root)}"

    def do_rename_directory(self) -> str | None:
        there = sorted({path.parent for path in self.files()} - {self.rig.folder})
        if not there:
            return None
        old = self.rng.choice(there)
        old.rename(old.with_name(name := self.tale.fresh("Dir")))
        return f"{old.name} -> {name}"

    def do_delete_file(self) -> str | None:
        path = self.path()
        if path is None or self.rng.random() < 0.7 or len(self.files()) < 3:
            return None
        path.unlink()
        return path.stem


def indent_of(line: str) -> int:
    return len(line) - len(line.lstrip(" "))


def _has_below(lines: list[str], at: int) -> bool:
    after = lines[at + 1 : at + 2]
    return any(line.strip() and indent_of(line) > indent_of(lines[at]) for line in after)
