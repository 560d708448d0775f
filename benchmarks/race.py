"""Counts the saves that are lost when an editor and a writer work on one file: ours and others'.

    python -m benchmarks.race [--saves N]

An editor, a process of its own, saves every 0 to 2 ms; the writer reads the file, changes it and
writes it back every 5 ms, without ever waiting for quiet as the daemon does. Before each save the
editor looks for its last one: in the file, among what the writer put aside, in what it says it has
kept. A save that is in none of them was lost. A writer that reads half a save leaves the file
alone, or nearly all would be lost of what is written in place.
"""

from __future__ import annotations

import argparse
import hashlib
import os
import random
import re
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from benchmarks.result import Result
from sync.local.disk import UNSUPPORTED
from sync.local.folder import OURS, prepare
from sync.local.receipts import State
from sync.local.swap import Writer

__all__ = ["EDITORS", "WRITERS", "lost", "measure"]

EDITORS = ("rename", "in place")
PAUSE_S = 0.002  # at most, between two saves
PACE_S = 0.005  # between the beginnings of two writes, so that all writers meet as many saves
SETTLED_EVERY = 10  # writes
FASTER = 300.0  # than time: the clock of receipts, or thousands of them would wait their minute
LOOKS = 4  # a file that is moved between two looks is not lost
PADDING = "- [ ] something to buy\n" * 100
_SAVE = re.compile(rb"\A<(\d+)>.*<\1>\n\Z", re.DOTALL)
NAME = "Home.md"


# ---- the editor


def whole(number: int, stamp: int = 0) -> bytes:
    """A file as save ``number`` has it, and as the writer changes it."""
    return f"<{number}>\n{PADDING}{stamp}\n<{number}>\n".encode()


def save_of(data: bytes) -> int | None:
    """Which save these bytes are, or are made of; ``None`` for a part of one."""
    found = _SAVE.match(data)
    return None if found is None else int(found[1])


def edit(root: Path, how: str, saves: int, seed: int) -> int:
    """Save that often; how many of the saves were lost."""
    dice, missing = random.Random(seed), 0
    for number in range(1, saves + 1):
        _save(root / NAME, whole(number), how)
        time.sleep(dice.uniform(0, PAUSE_S))
        missing += not any(_is_somewhere(root, number) for _ in range(LOOKS))
    return missing


def _save(path: Path, data: bytes, how: str) -> None:
    if how == "rename":
        draft = path.with_name(f".{path.name}.draft")
        draft.write_bytes(data)
        draft.replace(path)
        return
    with path.open("wb", buffering=0) as file:
        file.write(data[: len(data) // 2])
        file.write(data[len(data) // 2 :])


def _is_somewhere(root: Path, number: int) -> bool:
    for path in (root / NAME, *(root / OURS).rglob("*")):
        with suppress(OSError):
            if path.is_file() and save_of(path.read_bytes()) == number:
                return True
    with suppress(OSError):
        return f"\n{number}\n" in (root / OURS / "kept").read_text()
    return False


# ---- the writers


@dataclass
class Desk:
    """The file, and what every writer knows of it."""

    root: Path
    written: int = 0

    def work(self, write: Callable[[bytes, bytes], object]) -> None:
        """Read the file and write it changed, if it is a whole one."""
        try:
            data = (self.root / NAME).read_bytes()
        except OSError:
            return
        number = save_of(data)
        if number is not None:
            self.written += 1
            write(data, whole(number, self.written))


class Plain:
    """A new file beside it, renamed over it."""

    checks = False

    def __init__(self, root: Path) -> None:
        self._root = root

    def write(self, old: bytes, new: bytes) -> None:
        draft = self._root / f".{NAME}.new"
        with draft.open("wb") as file:
            file.write(new)
            file.flush()
            os.fsync(file.fileno())
        if self.checks and (self._root / NAME).read_bytes() != old:
            return
        draft.replace(self._root / NAME)

    def settle(self) -> None:
        """It keeps nothing."""


class Checked(Plain):
    """The same, if the file is still what was read."""

    checks = True


class Ours:
    """The daemon's own writer, with what it displaces."""

    def __init__(self, root: Path, *, exchange: bool = True) -> None:
        calls = None if exchange else _NoExchange()
        self._root = root
        self._number = 0
        self._writer = Writer(root, lambda _: None, lambda: time.monotonic() * FASTER, calls)

    def write(self, old: bytes, new: bytes) -> None:
        self._number += 1
        self._writer.replace(
            Path(NAME), new, hashlib.sha256(old).hexdigest(), f"write-{self._number}"
        )

    def settle(self) -> None:
        """What a cycle does first: give back, keep, drop what is quiet."""
        for receipt in self._writer.receipts():
            if receipt.state is State.FOREIGN:
                self._writer.give_back(receipt)
            if receipt.quiet:
                self._keep(receipt.data())
                self._writer.drop(receipt, kept_sha256=receipt.found_sha256)

    def _keep(self, data: bytes) -> None:
        with (self._root / OURS / "kept").open("a") as kept:
            kept.write(f"\n{save_of(data)}\n")


class Unlinking(Ours):
    """Exchange, look at what came out, and forget it at once."""

    def settle(self) -> None:
        """Nothing is left to settle."""

    def write(self, old: bytes, new: bytes) -> None:
        super().write(old, new)
        for path in (self._root / OURS / "receipts").rglob("*.*"):
            path.unlink()


class _NoExchange:
    def exchange(self, one: Path, other: Path) -> None:
        raise OSError(min(UNSUPPORTED), "no exchange here", str(one))

    def rename_new(self, old: Path, new: Path) -> None:
        raise OSError(min(UNSUPPORTED), "no exchange here", str(old))


WRITERS: dict[str, Callable[[Path], Plain | Ours]] = {
    "rename over it": Plain,
    "compare, then rename over it": Checked,
    "keep a link, then rename over it": lambda root: Ours(root, exchange=False),
    "exchange, compare, unlink": Unlinking,
    "exchange, compare, keep until quiet": Ours,
}


# ---- the race


def lost(root: Path, writer: str, how: str, saves: int, seed: int = 1) -> tuple[int, int]:
    """(saves lost, writes made) of a race in the empty directory ``root``."""
    prepare(root, "ada@example.test", mint=lambda: "race")
    (root / NAME).write_bytes(whole(0))
    command = [sys.executable, "-m", "benchmarks.race", "--edit", how, "--saves", str(saves)]
    place = ["--root", str(root), "--seed", str(seed)]
    desk, ours = Desk(root), WRITERS[writer](root)
    with subprocess.Popen([*command, *place], stdout=subprocess.PIPE, text=True) as editor:
        while editor.poll() is None:
            for _ in range(SETTLED_EVERY):
                begun = time.monotonic()
                desk.work(ours.write)
                time.sleep(max(0.0, begun + PACE_S - time.monotonic()))
            ours.settle()
        assert editor.stdout is not None
        return int(editor.stdout.read()), desk.written


def measure(home: Path, saves: int) -> Iterator[Result]:
    """Each writer against each way of saving."""
    for writer in WRITERS:
        for how in EDITORS:
            root = home / f"{len(os.listdir(home))}"
            root.mkdir()
            missing, written = lost(root, writer, how, saves)
            target = 0.0 if writer == list(WRITERS)[-1] else None
            said = f"{missing} of {saves}, beside {written} writes"
            percent = 100.0 * missing / saves
            yield Result(how, writer, percent, "% lost", target, said)


def _main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.race", description=__doc__)
    parser.add_argument("--saves", type=int, default=9000)
    for hidden in ("--edit", "--root", "--seed"):
        parser.add_argument(hidden, help=argparse.SUPPRESS)
    options = parser.parse_args(arguments)
    if options.edit:
        print(edit(Path(options.root), options.edit, options.saves, int(options.seed)))
        return
    with tempfile.TemporaryDirectory() as home:
        for result in measure(Path(home), options.saves):
            print(f"{result.group:9} {result.name:38} {result.value:6.2f} %   {result.note}")


if __name__ == "__main__":
    _main()
