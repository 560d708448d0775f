"""Somebody at the files and somebody with a phone: what there is for them to take in hand."""

from __future__ import annotations

import random
import re
import string
from collections.abc import Sequence
from pathlib import Path

from tests.e2e.harness import Daemon, Home, Sandbox, Shown
from tests.e2e.saving import SAVES

__all__ = ["LISTS", "TASK", "People", "errands"]

LISTS = ("Errands", "Garden", "Reading")
LETTERS = 12
TASK = re.compile(r"- \[(.)\] (errand [a-z]+)")  # as a line begins, but for a subtask


class People:
    """Somebody at the files of ``home`` and somebody with a phone, each with dice of their own."""

    def __init__(self, home: Home, daemon: Daemon, sandbox: Sandbox, dice: random.Random) -> None:
        self.home = home
        self.daemon = daemon
        self.sandbox = sandbox
        self.dice = dice
        self._older: dict[Path, str] = {}

    def word(self) -> str:
        """A title that nothing else is like."""
        return f"errand {''.join(self.dice.choices(string.ascii_lowercase, k=LETTERS))}"

    def file(self) -> Path:
        """One of our files, whatever it is called now."""
        return self.dice.choice(sorted(errands(self.home)))

    def task(self, path: Path) -> tuple[list[str], int]:
        """The lines of a file and the number of one that is a task; IndexError without one."""
        lines = path.read_text().splitlines(keepends=True)
        return lines, self.dice.choice([n for n, line in enumerate(lines) if TASK.match(line)])

    def block(self, lines: Sequence[str], at: int) -> slice:
        """The task at this line with all that stands beneath it."""
        end = at + 1
        while end < len(lines) and lines[end].startswith((" ", "\t")):
            end += 1
        return slice(at, end)

    def save(self, path: Path, lines: Sequence[str] | str) -> None:
        """Save it as one of the editors does; some keep what it was, and save that later."""
        self._older.setdefault(path, path.read_text())
        self.dice.choice(list(SAVES.values()))(path, "".join(lines))

    def save_older(self) -> None:
        """An editor that was left open saves what it has, and a line more."""
        path, text = self._older.popitem()
        if path.exists():
            SAVES["rename"](path, f"{text}- [ ] {self.word()}\n")

    def list_name(self) -> str:
        """One of our lists, as the phone calls it now."""
        names = (name for name in self.sandbox.lists() if name.startswith(LISTS))
        return self.dice.choice(sorted(names))

    def shown(self) -> Shown:
        """A reminder of ours on the phone."""
        found = [one for one in self.sandbox.reminders() if one["list"].startswith(LISTS)]
        return self.dice.choice(sorted(found, key=lambda one: str(one["title"])))

    def asked(self, path: str, body: object = None, method: str = "POST") -> None:
        """A verb, through the socket; a refusal is an answer, too."""
        self.daemon.ask(path, {} if body is None else body, method)


def errands(home: Home) -> list[Path]:
    """Our files: not those of the account's other lists, and no conflict copy."""
    found = [path for path in home.folder.glob("*.md") if path.name.startswith(LISTS)]
    return [path for path in found if ".sync-conflict-" not in path.name]
