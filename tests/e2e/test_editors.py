"""Editors that save as fast as they can beside the daemon, and what vim leaves: no save is lost."""

from __future__ import annotations

import json
import os
import random
import re
import sqlite3
import subprocess
import sys
import time
from collections import Counter
from contextlib import closing, suppress
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.e2e import editor
from tests.e2e.conftest import Making
from tests.e2e.harness import Daemon, Home, Sandbox
from tests.e2e.processes import until

SOAKING = os.environ.get("REMINDERSD_SOAK") == "1"
SAVES = int(os.environ.get("REMINDERSD_SAVES", "9000" if SOAKING else "240"))  # of all editors
PHONE_REST_S = 0.4

PENS = [(how, buffer) for how in ("rename", "in place") for buffer in ("fresh", "own")]


@dataclass(frozen=True, slots=True)
class Pen:
    """One editor at work on the file of one list."""

    name: str
    how: str
    said: Path
    process: subprocess.Popen[bytes]

    @property
    def file(self) -> str:
        return f"{self.name}.md"


@pytest.mark.timeout(7200 if SOAKING else 300)
def test_no_save_is_lost_however_fast_they_come(making: Making, sandbox: Sandbox) -> None:
    home = making.home(sandbox)
    home.configure(deletions={"hold_above": 10_000, "grace": "0s"})
    daemon = home.daemon()
    seed = random.randrange(2**32) if SOAKING else 20261122
    for number, _ in enumerate(PENS):
        (home.folder / f"pen{number}.md").write_text("- [ ] first\n")
    until(lambda: all(f"pen{number}" in sandbox.lists() for number, _ in enumerate(PENS)))
    phones = {sandbox.create(f"pen{n}", "phone 0"): f"pen{n}" for n, _ in enumerate(PENS)}
    until(lambda: all("phone 0" in home.file(f"{name}.md") for name in phones.values()))
    pens = [_open(home, n, how, buffer, seed) for n, (how, buffer) in enumerate(PENS)]
    try:
        last = _edit_on_the_phone(sandbox, phones, pens)
        told = {pen: json.loads(pen.said.read_text()) for pen in pens}
    finally:
        for pen in pens:
            pen.process.kill()
    for pen, said in told.items():
        until(lambda pen=pen: _agree(home, sandbox, pen.name))  # type: ignore[misc]
        _check(home, pen, said["typed"], said["taken_out"])
        assert _words(home.file(pen.file))[f"phone {last}"] == 1, home.file(pen.file)
    _rests(daemon)


def _open(home: Home, number: int, how: str, buffer: str, seed: int) -> Pen:
    name = f"pen{number}"
    path = home.folder / f"{name}.md"
    command = [sys.executable, editor.__file__, str(path), how, buffer]
    rest = [str(SAVES // len(PENS)), str(seed + number)]
    said = home.place / f"{name}.json"  # more than a pipe holds, and nobody reads before its end
    with said.open("w") as out:
        return Pen(name, how, said, subprocess.Popen([*command, *rest], stdout=out))


def _edit_on_the_phone(sandbox: Sandbox, phones: dict[str, str], pens: list[Pen]) -> int:
    """Retitle one reminder in each list again and again while they write; the last number."""
    number = 0
    while number < 2 or any(pen.process.poll() is None for pen in pens):
        number += 1
        for id in phones:
            sandbox.edit(id, title=f"phone {number}")
        time.sleep(PHONE_REST_S)  # not to wait for anything: to be in the middle of it
    return number


def _agree(home: Home, sandbox: Sandbox, name: str) -> bool:
    shown, written = Counter(sandbox.titles(name)), _words(home.file(f"{name}.md"))
    assert shown == written, f"phone {shown - written}, file {written - shown}"
    return True


def _check(home: Home, pen: Pen, typed: list[str], taken_out: list[str]) -> None:
    """Each word stands once, or was taken out, or is among what was displaced and kept."""
    written, kept = _words(home.file(pen.file)), _displaced(home, pen)
    doubled = {word for word, count in written.items() if count > 1}
    assert not doubled
    lost = {word for word in typed if word not in written} - set(taken_out)
    assert lost <= kept, f"{pen.how}: lost {sorted(lost - kept)}"
    back = set(taken_out) & set(written)
    assert not back or kept, f"{pen.how}: came back {sorted(back)}"


def _words(text: str) -> Counter[str]:
    lines = (line for line in text.splitlines() if line.startswith("- ["))
    return Counter(line[6:].split(" ^r-")[0] for line in lines)


def _displaced(home: Home, pen: Pen) -> set[str]:
    """The words in what the file held when it was written over by a save that knew less."""
    with closing(sqlite3.connect(home.mirror)) as database:
        rows = database.execute(
            "SELECT before FROM history WHERE field = 'displaced' AND path = ?", (pen.file,)
        )
        texts = [str(before) for (before,) in rows]
    for path in (home.folder / ".remindersd" / "receipts").rglob("*.data"):
        with suppress(FileNotFoundError):  # it has become quiet
            texts.append(path.read_bytes().decode())
    return set(re.findall(r"\b[a-z]+\b", "\n".join(texts)))


def _rests(daemon: Daemon) -> None:
    again = [daemon.sync() for _ in range(2)][-1]
    assert (again["pulled"], again["pushed"], again["rendered"]) == (0, 0, 0)
    assert (again["pending"], again["parked"], again["held"]) == (0, 0, [])
    assert daemon.process.end() == 0
