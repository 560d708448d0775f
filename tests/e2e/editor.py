"""An editor as a process of its own: types one line after the other and saves each at once.

    python editor.py FILE HOW BUFFER SAVES SEED

HOW is a key of ``SAVES``. BUFFER is ``fresh`` (it reads the file again before each line) or ``own``
(it never does: it goes on from what it once read, as an editor that was left open). Between bursts
it rests, or nobody would dare to write beside it. As often as not it lies in wait meanwhile, and
saves in the moment in which somebody begins to. At the end it prints as JSON which words it
``typed``, and which of them it took out again.
"""

from __future__ import annotations

import json
import random
import string
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2]))
from tests.e2e.saving import SAVES

BURSTS = (1, 1, 1, 12)  # saves
REST_S = (0.3, 1.2)  # around the 0.4 s after which a file counts as quiet
LIES_IN_WAIT = 0.7  # of the rests
WAIT_S = 3.0  # at most
LOOK_S = 0.0005
LATE_S = 0.003  # at most: a write takes about as long
TAKES_OUT = 0.3  # of the saves
LINES_MAX = 30
LETTERS = 16


class Typist:
    """One person at one file."""

    def __init__(self, path: Path, how: str, buffer: str, seed: int) -> None:
        self.typed: list[str] = []
        self.taken_out: list[str] = []
        self._path = path
        self._save = SAVES[how]
        self._is_fresh = buffer == "fresh"
        self._random = random.Random(seed)
        self._text = path.read_text()
        self._drafts = path.parent / ".remindersd" / "receipts"

    def save(self) -> None:
        """Type one line, maybe take out another one of ours, save."""
        if self._is_fresh:
            self._text = self._path.read_text()
        # Nothing alike: of lines that are, one that goes may have become one that comes.
        self.typed.append("".join(self._random.choices(string.ascii_lowercase, k=LETTERS)))
        lines = [*self._text.splitlines(keepends=True), f"- [ ] {self.typed[-1]}\n"]
        typed = set(self.typed)
        ours = [line for line in lines if line.startswith("- [") and line[6:].split()[0] in typed]
        if len(ours) > LINES_MAX or (len(ours) > 1 and self._random.random() < TAKES_OUT):
            gone = self._random.choice(ours[:-1])
            lines.remove(gone)
            self.taken_out.append(gone[6:].split()[0])
        self._text = "".join(lines)
        self._save(self._path, self._text)

    def work(self, saves: int) -> None:
        """Burst after burst, until it has saved that often."""
        while len(self.typed) < saves:
            for _ in range(min(self._random.choice(BURSTS), saves - len(self.typed))):
                self.save()
            if self._random.random() < LIES_IN_WAIT:
                self._lie_in_wait()
            else:
                time.sleep(self._random.uniform(*REST_S))

    def _lie_in_wait(self) -> None:
        before, until = self._begun(), time.monotonic() + WAIT_S
        while time.monotonic() < until:
            time.sleep(LOOK_S)
            if self._begun() != before:
                time.sleep(self._random.uniform(0, LATE_S))
                return

    def _begun(self) -> list[int]:
        """Something else whenever somebody has put a draft among the receipts."""
        return [path.stat().st_mtime_ns for path in self._drafts.iterdir()]


def main(path: str, how: str, buffer: str, saves: str, seed: str) -> None:
    """Do it, and say what was done."""
    typist = Typist(Path(path), how, buffer, int(seed))
    typist.work(int(saves))
    print(json.dumps({"typed": typist.typed, "taken_out": typist.taken_out}))


if __name__ == "__main__":
    main(*sys.argv[1:])
