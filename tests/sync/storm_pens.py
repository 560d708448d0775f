"""How tasks are typed and edited as text, in each format; crude, and with no parser of ours."""

from __future__ import annotations

import random
import re
from dataclasses import dataclass

from tests.sync.storm_phone import Tale

ID = re.compile(r" (\^r-\w+|id:r-\w+)$")
DUE = re.compile(r" 📅 \S+| ⏰ \d\d:\d\d(?: [A-Z]\w+/\w+| floating)?| (?:due|at|tz):\S+")


@dataclass
class Markdown:
    """How tasks are typed in Markdown."""

    suffix: str = ".md"

    def new(self, title: str, words: str = "") -> str:
        return f"- [ ] {title}{words}"

    def is_task(self, line: str) -> bool:
        return re.match(r" *- \[.\] .*\bw\d", line) is not None

    def is_done(self, line: str) -> bool:
        return "[ ]" not in line.partition("w")[0]

    def tick(self, line: str) -> str:
        if self.is_done(line):
            return re.sub(r" ✅ \S+", "", line).replace("- [x]", "- [ ]", 1)
        return line.replace("- [ ]", "- [x]", 1)

    def repeats(self, line: str) -> bool:
        return "🔁" in line

    def can_tick(self, line: str) -> bool:
        return not self.repeats(line) or "📅" in line

    def due(self, rng: random.Random, tale: Tale) -> str:
        clock = rng.choice(("", " ⏰ 14:30", " ⏰ 08:15 floating", " ⏰ 23:00 Asia/Tokyo"))
        return f"{clock} 📅 {tale.day()}"

    def flag(self, line: str) -> str:
        return line.replace(" 🚩", "") if "🚩" in line else put(line, " 🚩")

    def priority(self, line: str, rng: random.Random) -> str:
        return put(re.sub(" [⏫🔼🔽]", "", line), rng.choice(("", " ⏫", " 🔼", " 🔽")))

    def tag(self, line: str, tag: str) -> str:
        return put(line, f" #{tag}")

    def repeat(self, line: str, rng: random.Random) -> str:
        if "🔁" in line or "📅" not in line or self.is_done(line):
            return line
        return put(line, f" 🔁 every {rng.randint(2, 4)} {rng.choice(('days', 'weeks'))}")

    def alarm(self, line: str, rng: random.Random, tale: Tale) -> str:
        words = [f" ⏰ {tale.day()} 18:00", *([" ⏰ 2h before"] if "📅" in line else [])]
        return put(line, rng.choice(words))

    def below(self, rng: random.Random, tale: Tale) -> list[str]:
        """Lines that belong beneath a task."""
        return rng.choice(
            (
                [f"> note {tale.fresh('n')}", ">", "> more"],
                [f"- 🔗 <https://x.example/{tale.fresh('u')}>"],
                ["- 📍 arriving <geo:52.52,13.405;u=150> Home"],
                ["- mine"],
            )
        )


@dataclass
class TodoTxt(Markdown):
    """How tasks are typed in todo.txt."""

    suffix: str = ".txt"

    def new(self, title: str, words: str = "") -> str:
        return f"{title}{words}"

    def is_task(self, line: str) -> bool:
        return re.search(r"\bw\d", line) is not None

    def is_done(self, line: str) -> bool:
        return line.startswith("x ")

    def tick(self, line: str) -> str:
        if self.is_done(line):
            return re.sub(r"^x (\d{4}-\S+ )?", "", line)
        return "x " + re.sub(r"^\(.\) ", "", line)

    def repeats(self, line: str) -> bool:
        return " rec:" in line

    def can_tick(self, line: str) -> bool:
        return not self.repeats(line) or " due:" in line

    def due(self, rng: random.Random, tale: Tale) -> str:
        clock = rng.choice(("", " at:1430", " at:0815 tz:floating", " at:2300 tz:Asia/Tokyo"))
        return f" due:{tale.day()}{clock}"

    def flag(self, line: str) -> str:
        return line.replace(" flag:1", "") if " flag:1" in line else put(line, " flag:1")

    def priority(self, line: str, rng: random.Random) -> str:
        if self.is_done(line):
            return line
        return rng.choice(("", "(A) ", "(B) ", "(C) ")) + re.sub(r"^\(.\) ", "", line)

    def tag(self, line: str, tag: str) -> str:
        return put(line, f" @{tag}")

    def repeat(self, line: str, rng: random.Random) -> str:
        if " rec:" in line or " due:" not in line or self.is_done(line):
            return line
        return put(line, f" rec:{rng.choice(('3d', '+2w', '1m'))}")

    def alarm(self, line: str, rng: random.Random, tale: Tale) -> str:
        return line


def put(line: str, words: str) -> str:
    """The words at the end of the line, before its id."""
    found = ID.search(line)
    at = found.start() if found else len(line)
    return line[:at] + words + line[at:]
