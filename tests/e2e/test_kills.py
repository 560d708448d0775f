"""A daemon that is killed again and again, while both sides change, loses and doubles nothing."""

from __future__ import annotations

import os
import random
import sqlite3
import string
import time
from contextlib import closing
from typing import Any

import pytest

from sync.cycle.files.committing import EVIDENCE_S
from tests.e2e.conftest import Making
from tests.e2e.harness import Daemon, Home, Sandbox
from tests.e2e.processes import until
from tests.e2e.saving import SAVES, append

SOAKING = os.environ.get("REMINDERSD_SOAK") == "1"
KILLS = int(os.environ.get("REMINDERSD_KILLS", "300" if SOAKING else "8"))
CHECKED = 8  # after so many, both sides have to be the same
EDITS = 10  # between two kills
LONGEST_S = 0.25  # between two edits
LETTERS = 16

LIST, FILE = "Stream", "Stream.md"


class Stream:
    """Edits on both sides, and the titles that there have to be after them.

    Each reminder is edited on one side only, even ones on the phone: two edits of one title would
    be a conflict, which keeps both values but shows one. And only a line that was typed is taken
    out of the file: one that we just put in, and that goes with another edit before we look, may
    have gone unseen, and comes once more (`docs/reliability.md`).
    """

    def __init__(self, seed: int, home: Home, sandbox: Sandbox) -> None:
        self.random = random.Random(seed)
        self.titles: set[str] = {"first"}
        self._typed: set[int] = set()
        self.history: list[str] = []
        self._home = home
        self._sandbox = sandbox
        self._numbers = 0

    def edit(self, daemon: Daemon) -> None:
        """Do one thing on one side."""
        work = self.random.choice(
            [self._type, self._phone, self._retype, self._rephone, self._untype, self._unphone]
        )
        # An editor shows what it read; that it is not old when it is saved is the person's part.
        with daemon.frozen():
            work()

    def _new(self, why: str, number: int | None = None) -> str:
        self._numbers += 1
        # Of lines that are alike one that goes may have become one that comes: no two are.
        word = "".join(self.random.choices(string.ascii_lowercase, k=LETTERS))
        title = f"task {self._numbers if number is None else number} {word}"
        self.titles.add(title)
        self.history.append(f"{why} {title}")
        return title

    def _gone(self, title: str) -> None:
        self.titles.remove(title)
        self.history.append(f"gone: {title}")

    def _type(self) -> None:
        append(self._home.folder / FILE, f"- [ ] {self._new('typed')}")
        self._typed.add(self._numbers)

    def _phone(self) -> None:
        self._sandbox.create(LIST, self._new("phoned"))

    def _retype(self) -> None:
        if title := self._some(1, _titles(self._home)):
            self._save(title, self._new(f"{title} retyped as", _number(title)))
            self._gone(title)

    def _untype(self) -> None:
        typed = [
            one for one in _titles(self._home) if one == "first" or _number(one) in self._typed
        ]
        if title := self._some(1, typed):
            self._save(title, None)
            self._gone(title)

    def _rephone(self) -> None:
        if title := self._some(0, self._sandbox.titles(LIST)):
            new = self._new(f"{title} rephoned as", _number(title))
            self._sandbox.edit(self._sandbox.shown(title)["id"], title=new)
            self._gone(title)

    def _unphone(self) -> None:
        if title := self._some(0, self._sandbox.titles(LIST)):
            self._sandbox.delete(self._sandbox.shown(title)["id"])
            self._gone(title)

    def _some(self, parity: int, shown: list[str]) -> str | None:
        found = [title for title in shown if title != "first" and _number(title) % 2 == parity]
        return self.random.choice(found) if found else None

    def _save(self, old: str, new: str | None) -> None:
        lines = self._home.file(FILE).splitlines(keepends=True)
        (index,) = (i for i, line in enumerate(lines) if f"] {old}" in line)
        lines[index] = "" if new is None else lines[index].replace(old, new)
        self.random.choice(list(SAVES.values()))(self._home.folder / FILE, "".join(lines))


@pytest.mark.timeout(3600 if SOAKING else 300)
def test_both_sides_converge_however_often_it_is_killed(making: Making, sandbox: Sandbox) -> None:
    home = making.home(sandbox)
    home.configure(deletions={"hold_above": 1000, "grace": "0s"})
    daemon = home.daemon()
    append(home.folder / FILE, "- [ ] first")
    until(lambda: sandbox.shown("first"))
    daemon.process.kill()
    stream = Stream(random.randrange(2**32) if SOAKING else 20261121, home, sandbox)
    for life in range(1, KILLS + 1):
        _be_killed(home, sandbox, stream)
        if life % CHECKED == 0 or life == KILLS:
            _converge(home, sandbox, stream)
    with closing(sqlite3.connect(home.mirror)) as database:
        assert database.execute("PRAGMA integrity_check").fetchall() == [("ok",)]


def _converge(home: Home, sandbox: Sandbox, stream: Stream) -> None:
    """Left in peace, a daemon makes both sides what all the edits together ask for."""
    daemon = home.daemon()
    expected = sorted(stream.titles)
    try:
        until(lambda: (sandbox.titles(LIST), _titles(home)) == (expected, expected))
    except AssertionError:
        pytest.fail(_story(stream, home, sandbox), pytrace=False)
    daemon.sync()
    # What was on its way at a kill, and was edited since, may still show up for a minute: till then
    # it is kept as evidence.
    again = until(lambda: _with_nothing_on_its_way(daemon), deadline_s=3 * EVIDENCE_S)
    assert (again["pulled"], again["pushed"], again["rendered"]) == (0, 0, 0)
    assert (again["parked"], again["held"]) == (0, [])
    assert (sandbox.titles(LIST), _titles(home)) == (expected, expected)
    assert daemon.process.end() == 0


def _with_nothing_on_its_way(daemon: Daemon) -> dict[str, Any]:
    again = daemon.sync()
    assert again["pending"] == 0
    return again


def _be_killed(home: Home, sandbox: Sandbox, stream: Stream) -> None:
    """One life: from its first request on, edits at random moments; then a kill at another."""
    sandbox.forget_requests()
    daemon = Daemon(home)
    until(lambda: daemon.process.running and sandbox.requests("/database/"))
    for _ in range(stream.random.randint(1, EDITS)):
        stream.edit(daemon)
        # Not to wait for anything: what it is in the middle of then is the point.
        time.sleep(stream.random.uniform(0, LONGEST_S))
    daemon.process.kill()


def _titles(home: Home) -> list[str]:
    lines = home.file(FILE).splitlines()
    return sorted(line[6:].split(" ^r-")[0] for line in lines if line.startswith("- ["))


def _number(title: str) -> int:
    return int(title.split()[1])


def _story(stream: Stream, home: Home, sandbox: Sandbox) -> str:
    sides = {"phone": sandbox.titles(LIST), "file": _titles(home)}
    lines = []
    for side, titles in sides.items():
        lines += [f"{side} lacks {title}" for title in sorted(stream.titles - set(titles))]
        lines += [f"{side} has also {title}" for title in sorted(set(titles) - stream.titles)]
        lines += [
            f"{side} has twice {t}" for t in sorted({t for t in titles if titles.count(t) > 1})
        ]
    return "\n".join([*lines, "", *stream.history, "", home.file(FILE)])
