"""Lives through the same work again and again, with the real daemon, and looks at it after each.

A round is a script of acts; then all that waits is decided, both sides have to be equal and at
rest, and as many reminders are left as there were. So one round leaves what another leaves, but for
what is remembered of it, and that is let go after minutes here instead of days.
"""

from __future__ import annotations

import random
import signal
import time
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack, suppress
from dataclasses import dataclass, field, replace
from math import inf
from pathlib import Path
from typing import Any

from daemon.control.token import find_token
from sync.polls.roster import SERVICES
from tests.daemon.test_tcp import free
from tests.e2e.harness import Daemon, Home, Sandbox, Shown
from tests.e2e.processes import until
from tests.soak.acts import ACTS, COPIES, script
from tests.soak.crowd import Crowd
from tests.soak.gauge import Sample, sample
from tests.soak.people import LISTS, TASK, People, errands

__all__ = ["Lived", "Rounds"]

LOOKS = 5
LOOK_S = 0.1
CALM_S = 300.0  # at most, until both sides are at rest

_CYCLES = "remindersd_cycles_total{"
_READ = "the config was read again"

# What is kept for thirty days, or for one, is kept for so long.
KEPT_MS = 150_000
_COMPRESSED = f"""
from store.activity import answered
from store.remote import mirror
from sync.cycle.asked import restorable
from sync.cycle.past import journaling
for room in (answered, mirror, journaling, restorable):
    room.KEPT_MS = {KEPT_MS}
from daemon.cli import main
main()
"""


@dataclass(slots=True)
class Lived:
    """What there was in all: acts by name, cycles, and how it stood after each round."""

    acts: Counter[str] = field(default_factory=Counter)
    cycles: int = 0
    events: int = 0
    requests: int = 0
    samples: list[Sample] = field(default_factory=list)


class Rounds:
    """A sandbox, a home with a daemon, and people; for as long as the context lasts.

    Between two acts are ``pace_s`` seconds on average, between two rounds ``size`` reminders are in
    each list.
    """

    def __init__(
        self, place: Path, seed: int, acts: int, pace_s: float = 0.25, size: int = 12
    ) -> None:
        self.lived = Lived()
        self._size = size
        self._script: Sequence[str] = script(seed, acts)
        self._pace_s = pace_s
        self._stack = ExitStack()
        self.sandbox = Sandbox(place / "cloud")
        self._stack.callback(self.sandbox.close)
        self.home = Home(place / "home", self.sandbox)
        self._stack.callback(self.home.close)
        self.home.program = ("-c", _COMPRESSED)
        self.home.configure(deletions={"hold_above": 8, "grace": "0s"}, new_lists="yes")
        listen = free().url.removeprefix("http://")
        self.home.write(
            control={**self.home.config.get("control", {}), "listen": listen},
            notify={"due": False, "problems": False},
        )
        for name in LISTS:
            self.sandbox.ask("POST", "/device/lists", {"name": name})
        self._lists = {name: str(self.sandbox.lists()[name]["id"]) for name in LISTS}
        self.daemon = Daemon(self.home)
        until(self.daemon.has_synced, deadline_s=CALM_S)
        self.crowd = Crowd(listen, find_token(self.home.state), self.home.socket)
        self.people = People(self.home, self.daemon, self.sandbox, random.Random(seed))

    def __enter__(self) -> Rounds:
        self._stack.enter_context(self.crowd)
        for service in SERVICES:  # each has threads of its own from its first poll on
            self.daemon.ask("/poll", {"service": service})
        self._settle()
        return self

    def __exit__(self, *_: object) -> None:
        self._stack.close()

    @property
    def pid(self) -> int:
        """The daemon's."""
        return self.daemon.process.pid

    def live(
        self, rounds: int, tell: Callable[[str], None] = lambda _: None, longest_s: float = inf
    ) -> None:
        """So many rounds, and none that begins after ``longest_s``; all of it is in ``lived``."""
        until_s = time.monotonic() + longest_s
        for number in range(1, rounds + 1):
            if (began := time.monotonic()) > until_s:
                break
            self.crowd.come_deaf()
            for name in self._script:
                self._act(name)
                time.sleep(self.people.dice.uniform(0, 2 * self._pace_s))
            self._settle()
            self.lived.samples.append(self._sample())
            self.lived.cycles = self._cycles()
            self.lived.events, self.lived.requests = self.crowd.heard, self.crowd.asked
            tell(f"round {number} in {time.monotonic() - began:.0f} s: {self._told()}")

    def rests(self) -> None:
        """Nobody does anything any more, and iCloud is asked once a minute, as it is by default."""
        self.home.configure(every="1m")
        said = self.daemon.process.said().count(_READ)
        self.daemon.process.send(signal.SIGHUP)
        until(lambda: self.daemon.process.said().count(_READ) > said)
        until(self._at_rest)

    def _sample(self) -> Sample:
        """With the fewest files and threads of some looks: the crowd comes and goes meanwhile."""
        looks = []
        for _ in range(LOOKS):
            looks.append(sample(self.pid, self.home.mirror))
            time.sleep(LOOK_S)
        files, threads = min(one.files for one in looks), min(one.threads for one in looks)
        return replace(looks[-1], files=files, threads=threads)

    def _act(self, name: str) -> None:
        # What it is about may just not be there: nothing is done then, as a person would find.
        with suppress(FileNotFoundError, LookupError):
            ACTS[name](self.people)
            self.lived.acts[name] += 1

    def _settle(self) -> None:
        """All is decided, both sides are equal and at rest, and there is as much as ever."""
        self.sandbox.ask("DELETE", "/sandbox/faults")
        self.daemon.ask("/resume", {})
        for copy in self.home.folder.glob(f"*{COPIES}*"):
            copy.unlink()
        until(self._at_rest, deadline_s=CALM_S)
        self._to_size()
        until(self._at_rest, deadline_s=CALM_S)
        self.sandbox.forget_requests()

    def _to_size(self) -> None:
        """As a phone does it; and what was deleted is gone from “Recently Deleted”, too."""
        for name, id in self._lists.items():
            self.sandbox.ask("PATCH", f"/device/lists/{id}", {"name": name})
            found = sorted(self.sandbox.reminders(name), key=_plain_first)
            for one in found[self._size :]:
                self.sandbox.delete(one["id"])
            for _ in range(self._size - len(found)):
                self.sandbox.create(name, self.people.word())
        self.sandbox.ask("DELETE", "/device/deleted")

    def _at_rest(self) -> bool:
        status = self.daemon.status()
        if status["held"]:
            self.daemon.ask("/approve", {})
        if status["parked"]:
            self.daemon.ask("/parked/retry", {})
        if status["conflicts"]:
            self.daemon.ask("/conflicts", {"take": "shown"})
        report = self.daemon.ask("/sync", {}).document
        assert "error" not in report, report
        for held in report["held"]:
            self._take_out(held)
        moved = [report[key] for key in ("pulled", "pushed", "rendered", "pending", "parked")]
        assert not any(moved), moved
        assert not report["held"], report["held"]
        phone, files = self._on_the_phone(), self._in_files()
        assert phone == files, f"phone alone {phone - files}, files alone {files - phone}"
        return True

    def _take_out(self, held: Mapping[str, Any]) -> None:
        """The line of what was deleted for good in iCloud, though it had been edited since."""
        if held["kind"] == "gone-in-icloud":
            path = self.home.folder / held["file"]
            lines = path.read_text().splitlines(keepends=True)
            said = held["title"].strip()  # the whole line, where nothing else is known of it
            self.people.save(path, [one for one in lines if said not in one])

    def _on_the_phone(self) -> Counter[tuple[str, str, bool]]:
        shown = (one for one in self.sandbox.reminders() if one["list"].startswith(LISTS))
        return Counter((one["list"], one["title"], bool(one["done"])) for one in shown)

    def _in_files(self) -> Counter[tuple[str, str, bool]]:
        found: Counter[tuple[str, str, bool]] = Counter()
        for path in errands(self.home):
            for line in path.read_text().splitlines():
                if task := TASK.match(line.strip()):
                    found[path.stem, task[2], task[1] == "x"] += 1
        return found

    def _cycles(self) -> int:
        lines = self.crowd.metrics().splitlines()
        return sum(int(float(line.split()[-1])) for line in lines if line.startswith(_CYCLES))

    def _told(self) -> str:
        last = self.lived.samples[-1]
        return (
            f"{last.private / 2**20:.1f} MiB, {last.files} files, {last.threads} threads,"
            f" database {last.database / 1024:.0f} KiB, {self.lived.cycles} cycles"
        )


def _plain_first(shown: Shown) -> tuple[bool, str]:
    """What other records hang on goes first, or there would be more and more of those."""
    return bool(shown["due"] or shown["tags"] or shown["notes"]), str(shown["title"])
