"""Somebody who does to the files what people do, as dice say."""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable
from pathlib import Path
from random import Random

from tests.simulation.chance import stamp
from tests.simulation.editor import ID, TASK, Editor, indent_of, lines_of, put, read
from tests.simulation.tale import MARK, words_in


class Typist(Editor):
    """One person at the files; each act is one choice of the dice."""

    def act(self, dice: Random) -> None:
        """One edit, if there is what it needs."""
        self.dice = dice
        self.clock.wait(dice.random())
        if self.torn and dice.random() < 0.7:
            self.finish()
            return
        before, twice = self.standing(), self.twice()
        [act] = dice.choices(ACTS, self.tale.chances(_CHANCES))
        agreed = self.agreed() if act is Typist.delete else set()
        what = act(self)
        if what is not None:
            self.tale.tell(f"{self.name}: {act.__name__}: {what}")
            self.tale.acts[f"file: {act.__name__}"] += 1
            self.note(before, twice)
            if not self.tale.unsure:
                self.tale.deleted |= agreed & before.keys() - self.standing().keys()

    def finish(self) -> None:
        """What is half saved is saved to the end."""
        lost: set[str] = set()
        come: set[str] = set()
        saved = [*self.torn.values()]
        for path, text in self.torn.items():
            there = words_in(read(path)) if path.exists() else set()
            lost |= there
            come |= words_in(text) - there
            self.write(path, text, in_place=True)
            self.tale.tell(f"{self.name}: the rest of {path.name} is written")
        self.torn.clear()
        # What was put into the file meanwhile goes with it, unseen.
        gone = lost - self.standing().keys()
        marks = {word for word in gone if MARK.match(word)}
        self.tale.left |= dict.fromkeys(marks, self.clock.steady())
        fewer = lost - gone - words_in("".join(saved))
        self.tale.thinned |= dict.fromkeys(fewer, self.clock.steady())
        if self.tale.emptied:  # and nobody else has what came from there
            self.tale.retract(gone - self.here)
        back = {word for word in come if MARK.match(word)}
        self.tale.back |= dict.fromkeys(back, self.clock.steady())

    def rest(self) -> None:
        """Nothing stays half done, and nothing in the clipboard."""
        self.finish()
        if self.clipboard:
            before, twice = self.standing(), self.twice()
            if not self.files():  # then into a list of its own
                self.tale.tell(f"{self.name}: new_file: {self.new_file()}")
            self.tale.tell(f"{self.name}: paste: {self._paste()}")
            self.note(before, twice)

    # ---- one line

    def new_line(self) -> str | None:
        path = self.file()
        if path is None:
            return None
        lines = lines_of(read(path))
        if lines and not lines[-1].endswith("\n"):
            lines[-1] += self.eol(lines)
        line = self.typed()
        lines.append(line + self.eol(lines))
        self.save(path, lines)
        return f"{path.name}: {line}"

    def retitle(self) -> str | None:
        word = self.tale.fresh("t")

        def retitled(line: str) -> str:
            self.tale.renamed |= set(MARK.findall(line))
            self.tale.unnamed |= set() if ID.search(line) else set(MARK.findall(line))
            return re.sub(r"\bt\d+\b", word, line, count=1)

        return self.change(retitled)

    def due(self) -> str | None:
        day = self.tale.day()
        return self.change(lambda line: put(re.sub(r" 📅 \S+", "", line), f" 📅 {day}"))

    def undue(self) -> str | None:
        return self.change(lambda line: re.sub(r" 📅 \S+", "", line))

    def tick(self) -> str | None:
        def turned(line: str) -> str:
            self.tale.tick(line)
            if "- [ ]" in line:
                return line.replace("- [ ]", "- [x]", 1)
            return re.sub(r" ✅ \S+", "", line).replace("- [x]", "- [ ]", 1)

        return self.change(turned)

    def flag(self) -> str | None:
        return self.change(lambda one: one.replace(" 🚩", "") if "🚩" in one else put(one, " 🚩"))

    def priority(self) -> str | None:
        sign = self.dice.choice(("", " ⏫", " 🔼", " 🔽"))
        return self.change(lambda line: put(re.sub(" [⏫🔼🔽]", "", line), sign))

    def tag(self) -> str | None:
        word = self.tale.fresh("g")
        return self.change(lambda line: put(re.sub(r" #g\d+", "", line), f" #{word}"))

    def jot(self) -> str | None:
        """A new note, or another one in its place."""
        found = self.task()
        if found is None:
            return None
        path, lines, at = found
        indent = " " * (indent_of(lines[at]) + 4)
        after, word = at + 1, self.tale.fresh("n")
        while after < len(lines) and re.match(rf"{indent}> ", lines[after]):
            after += 1
        lines[at] = lines[at] if lines[at].endswith("\n") else lines[at] + "\n"
        lines[at + 1 : after] = [f"{indent}> {word}{self.eol(lines)}"]
        self.save(path, lines)
        return f"{path.name}: {lines[at]!r} has the note {word}"

    def subtask(self) -> str | None:
        found = self.task()
        if found is None or found[1][found[2]].startswith(" "):
            return None
        path, lines, at = found
        after = at + 1
        while after < len(lines) and re.match("    > ", lines[after]):
            after += 1
        if not lines[after - 1].endswith("\n"):
            lines[after - 1] += self.eol(lines)
        lines.insert(after, f"    {self.typed()}{self.eol(lines)}")
        self.save(path, lines)
        return f"{path.name}: {lines[after]!r} below {lines[at]!r}"

    def delete(self) -> str | None:
        found = self.task()
        if found is None:
            return None
        path, lines, at = found
        block = self.cut_block(lines, at)
        self.save(path, lines)
        return f"{path.name}: {block}"

    def double(self) -> str | None:
        """Copy a line: above itself, above itself with another title, or into any file."""
        found = self.task()
        if found is None:
            return None
        path, lines, at = found
        line = lines[at] if lines[at].endswith("\n") else lines[at] + "\n"
        self.tale.doubled |= set(MARK.findall(line))
        other = self.file() if self.dice.random() < 0.5 else None
        if other is not None and other != path:
            there = lines_of(read(other))
            if there and not there[-1].endswith("\n"):
                there[-1] += self.eol(there)
            self.save(other, [*there, line.lstrip(" ")])
            return f"{other.name}: {line!r}, from {path.name}"
        if self.dice.random() < 0.5:
            line = re.sub(r"\bt\d+\b", self.tale.fresh("t"), line, count=1)
        lines.insert(at, line)
        self.save(path, lines)
        return f"{path.name}: {line!r}"

    def unstamp(self) -> str | None:
        return self.change(self._bare)

    def _bare(self, text: str) -> str:
        self.tale.bare |= set(MARK.findall(text))
        return ID.sub("", text)

    # ---- more than one line

    def move(self) -> str | None:
        """Cut a block and paste it elsewhere, in this file or in another."""
        found = self.task()
        if found is None:
            return None
        path, lines, at = found
        block = self.cut_block(lines, at)
        other = self.file()
        assert other is not None
        self.tale.parted |= set(MARK.findall("".join(block))) if other != path else set()
        there = lines if other == path else lines_of(read(other))
        spots = [spot for spot, line in enumerate(there) if TASK.match(line)]
        spots = [spot for spot in spots if not there[spot].startswith(" ")]
        if there and not there[-1].endswith("\n"):
            there[-1] += self.eol(there)
        spot = self.dice.choice([*spots, len(there)])
        there[spot:spot] = [line if line.endswith("\n") else line + "\n" for line in block]
        if other != path and self.dice.random() < 0.5:
            self.save(path, lines)
            self.save(other, there, block)
        else:
            self.save(other, there, block)
            if other != path:
                self.save(path, lines)
        return f"{block} from {path.name} to {other.name}"

    def cut(self) -> str | None:
        """Cut; paste another time, what was cut before. Meanwhile it may stand where no list is."""
        if self.clipboard:
            return self._paste()
        found = self.task()
        if found is None:
            return None
        path, lines, at = found
        self.clipboard = self.cut_block(lines, at)
        aside = (
            "".join(self.clipboard) if self.dice.random() < 0.5 and not self.tale.carried else ""
        )
        if aside:
            self.write(self.aside, aside, in_place=True)
            self.tale.asides.add(str(self.aside))
        self.save(path, lines)
        return f"{self.clipboard} out of {path.name}{f' to {self.aside.name}' if aside else ''}"

    def _paste(self) -> str | None:
        path = self.file()
        if path is None:
            return None
        block = [line if line.endswith("\n") else line + "\n" for line in self.clipboard]
        self.tale.parted |= set(MARK.findall("".join(block)))
        self.clipboard = []
        lines = lines_of(read(path))
        if lines and not lines[-1].endswith("\n"):
            lines[-1] += self.eol(lines)
        gone = words_in("".join(block)) & self.tale.retracted
        self.save(path, [*lines, *block], block)
        self.tale.outdone -= words_in("".join(block))  # whose other line stood while we moved it
        if self.aside.exists():  # all the time it stood in the folder: deleted is deleted
            self.tale.retracted |= gone
            shutil.rmtree(self.aside.parents[1])
        return f"{block} into {path.name}"

    def prose(self) -> str | None:
        path = self.file()
        if path is None:
            return None
        lines = lines_of(read(path))
        eol = self.eol(lines)
        word = self.tale.fresh("p")
        line = self.dice.choice(
            (f"Just {word} \t words  ", f"<!-- {word} -->", f"> {word}\t", f"{word}|  a | b")
        )
        if lines and not lines[-1].endswith("\n"):
            lines[-1] += eol
        lines += [eol, line + eol, eol]
        self.save(path, lines)
        return f"{path.name}: {line!r}"

    # ---- whole files

    def strip_all(self) -> str | None:
        """A formatter that does not know what ids are."""
        return self._whole(self._bare)

    def end_lines(self) -> str | None:
        return self._whole(lambda text: text.replace("\r\n", "\n").replace("\n", "\r\n"))

    def _whole(self, edit: Callable[[str], str]) -> str | None:
        path = self.file()
        if path is None:
            return None
        self.save(path, lines_of(edit(read(path))))
        return path.name

    def stale(self) -> str | None:
        """Open a file; another time, save what was seen then, with a new line."""
        path = self._left_open() or self.file()
        if path is None:
            return None
        if path not in self.buffers:
            self.buffers[path] = read(path)
            return f"{path.name} is opened"
        line = self.typed()
        text = self.buffers.pop(path)
        text = text if not text or text.endswith("\n") else text + "\n"
        return self._old(path, f"{text}{line}\n", f"{path.name} as it was, and {line}")

    def _left_open(self) -> Path | None:
        """One of the files that were opened: who has one open goes on there, as a rule."""
        files = [path for path in self.files() if path in self.buffers]
        return self.dice.choice(files) if files and self.dice.random() < 0.7 else None

    def restore(self) -> str | None:
        """Copy a file away; another time, put the copy back."""
        path = self.file()
        if path is None:
            return None
        if path not in self.copies:
            self.copies[path] = read(path)
            return f"{path.name} is copied"
        return self._old(path, self.copies.pop(path), f"{path.name} as it was")

    def _old(self, path: Path, text: str, told: str) -> str:
        """What came from elsewhere and is overwritten here was maybe never seen."""
        known = words_in(read(path))
        # What was never read goes with this save, and what it stood in place of may be back.
        unread = known - words_in(text) - self.tale.read
        self.tale.outdone -= set().union(*(self.tale.over.get(word, ()) for word in unread))
        before = self.standing()
        self.write(path, text, in_place=self.dice.random() < 0.4)
        gone = before.keys() - self.standing().keys()
        self.unseen = gone - self.here - self.unknown(gone - self.here)
        self.say(words_in(text) - known - self.tale.said)
        self.tale.copied |= set(MARK.findall(text))
        self.keep_prose(lines_of(text))
        return told

    def new_file(self) -> str:
        path = self.root / f"{self.tale.fresh('L')}.md"
        lines = [f"{self.typed()}\n" for _ in range(self.dice.randint(1, 3))]
        self.save(path, lines)
        self.say(words_in(path.stem))
        return f"{path.name}: {lines}"

    def rename_file(self) -> str | None:
        path = self.file()
        if path is None:
            return None
        new = path.with_name(f"{self.tale.fresh('L')}.md")
        path.rename(new)
        self.tale.refiled[str(new)] = str(path)
        self.tale.saved[str(path)] = self.clock.steady()  # what is made there anew is another file
        self.say(words_in(new.stem))
        return f"{path.name} -> {new.name}"

    def delete_file(self) -> str | None:
        path = self.file()
        if path is None or len(self.files()) < 2:
            return None
        path.unlink()
        return path.name

    def tear(self) -> str | None:
        """Save in place, and be seen in the middle of it: for a while the file is empty."""
        path = self.file()
        if path is None:
            return None
        line = self.typed()
        text = read(path)
        self.torn[path] = f"{text}{'' if text.endswith(chr(10)) else chr(10)}{line}\n"
        self.say(words_in(line))
        self.torn_s[path] = self.clock.steady()
        path.write_bytes(b"")
        stamp(path, self.clock)
        self.tale.saved[str(path)] = self.clock.steady()
        return f"{path.name} is being saved, with {line}"


_CHANCES: dict[Callable[[Typist], str | None], float] = {
    Typist.new_line: 4,
    Typist.retitle: 4,
    Typist.due: 2,
    Typist.undue: 2,
    Typist.tick: 2,
    Typist.flag: 1,
    Typist.priority: 1,
    Typist.tag: 1,
    Typist.jot: 2,
    Typist.subtask: 1,
    Typist.delete: 3,
    Typist.double: 1,
    Typist.unstamp: 1,
    Typist.move: 3,
    Typist.cut: 2,
    Typist.prose: 1,
    Typist.strip_all: 0.5,
    Typist.end_lines: 0.4,
    Typist.stale: 1.5,
    Typist.restore: 1,
    Typist.new_file: 1,
    Typist.rename_file: 1.2,
    Typist.delete_file: 0.4,
    Typist.tear: 0.4,
}
ACTS = list(_CHANCES)
