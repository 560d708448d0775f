"""One engine over a folder and a pretend iCloud, with everything counted from outside of it."""

from __future__ import annotations

import os
import sqlite3
import sys
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from unittest.mock import patch

from benchmarks.cloud import Cloud, pretend_cloud, sent
from benchmarks.timing import cpu_s
from daemon.compose import open_engine
from daemon.settings.config import load_config
from daemon.settings.paths import MIRROR, state_dir
from sandbox.world import APPLE_ID, PASSWORD
from sync.cycle.engine import Engine
from sync.cycle.report import Report
from sync.local.folder import OURS

__all__ = ["Counted", "Stage", "open_stage"]

_CONFIG = """\
profile: {profile}
account: {{apple_id: {apple_id}, password_command: [cat, {password}], endpoint: '{url}'}}
folder: {folder}
time_zone: Europe/Paris
reminders: {{new_lists: 'yes', deletions: {{grace: 0s}}}}
"""
_CONTENT = ".data"  # what will be a file of the person's waits under such a name
_WRITES_A_FILE = frozenset({"swap:exchange", "swap:move", "swap:link"})


@dataclass(frozen=True, slots=True)
class Counted:
    """What one cycle took: CPU seconds, and how often it touched what.

    ``stored`` says whether it wrote anything at all to the database. ``synced`` counts the bytes of
    files that were made durable before they took a file's place, ``syncs`` everything that was made
    durable in the folder: receipts and directories as well.
    """

    cpu_s: float
    requests: int
    writes: int
    operations: int
    opened: int
    file_writes: int
    synced: int
    syncs: int
    stored: bool
    report: Report


@dataclass
class Stage:
    """The engine, and a clock that is moved so that nobody sleeps."""

    cloud: Cloud
    folder: Path
    profile: str
    offset_s: float = 0.0
    steps: Counter[str] = field(default_factory=Counter)
    engine: Engine = field(init=False)

    def clock(self) -> float:
        return time.time() + self.offset_s

    def wait(self, seconds: float) -> None:
        self.offset_s += seconds + 0.01

    def step(self, name: str) -> None:
        self.steps[name] += 1

    def settle(self) -> None:
        """Cycle until nothing is left to do, receipts and completions that come of age too."""
        for _ in range(10):
            self.wait(100)
            if self.engine.settled("settle", wait=self.wait, approve=True).idle:
                return
        raise RuntimeError("the two sides do not come to rest")

    def cycle(self) -> Counted:
        """One cycle, three seconds after the last thing that happened."""
        self.wait(3)
        self.cloud.ask(sent)
        self.steps.clear()
        before = self._version()
        with _OPENED.within(self.folder) as opened, _syncs(self.folder) as syncs:
            reports: list[Report] = []
            took_s = cpu_s(lambda: reports.append(self.engine.cycle("benchmark")))
        asked = self.cloud.ask(sent)
        return Counted(
            cpu_s=took_s,
            requests=asked["requests"],
            writes=asked["writes"],
            operations=asked["operations"],
            opened=len(opened),
            file_writes=sum(self.steps[name] for name in _WRITES_A_FILE),
            synced=sum(path.endswith(_CONTENT) for path in syncs),
            syncs=len(syncs),
            stored=self._version() != before,
            report=reports[0],
        )

    def _version(self) -> int:
        """Changes whenever another connection has written anything to the database."""
        (version,) = self._watcher.execute("PRAGMA data_version").fetchone()
        return int(version)

    def watch(self, database: sqlite3.Connection) -> None:
        self._watcher = database


@contextmanager
def open_stage(home: Path, profile: str, reminders: int, lists: int) -> Iterator[Stage]:
    """A stage whose two sides agree on so many reminders in so many lists, and are at rest."""
    home.mkdir()
    (home / "password").write_text(PASSWORD)
    state = {"XDG_STATE_HOME": str(home.parent / "state")}
    with patch.dict(os.environ, state), pretend_cloud(reminders, lists) as cloud:
        stage = Stage(cloud, home / "Todo", profile)
        source = home / "config.yaml"
        source.write_text(
            _CONFIG.format(
                profile=profile,
                apple_id=APPLE_ID,
                password=home / "password",
                url=cloud.url,
                folder=stage.folder,
            )
        )
        opened = open_engine(
            load_config(source), step=stage.step, clock=stage.clock, elapsed=stage.clock
        )
        with opened as stage.engine:
            stage.settle()
            with closing(sqlite3.connect(state_dir(profile) / MIRROR)) as database:
                stage.watch(database)
                yield stage


@contextmanager
def _syncs(root: Path) -> Iterator[list[str]]:
    """The paths below ``root`` that are made durable inside, once for each time."""
    paths: list[str] = []
    sync = os.fsync

    def heard(handle: int) -> None:
        path = os.readlink(f"/proc/self/fd/{handle}")
        if Path(path).is_relative_to(root):
            paths.append(path)
        sync(handle)

    with patch("os.fsync", heard):
        yield paths


class _Opened:
    """Hears of every file that the interpreter opens; an audit hook cannot be taken away."""

    def __init__(self) -> None:
        self._root: str | None = None
        self._paths: list[str] = []
        self._is_hooked = False

    @contextmanager
    def within(self, root: Path) -> Iterator[list[str]]:
        """The person's files below ``root`` that are opened inside, once for each time."""
        if not self._is_hooked:
            sys.addaudithook(self._hear)
            self._is_hooked = True
        self._root, self._paths = f"{root}/", []
        try:
            yield self._paths
        finally:
            self._root = None

    def _hear(self, event: str, arguments: tuple[object, ...]) -> None:
        if event == "open" and self._root is not None and arguments:
            path = arguments[0]
            name = os.fsdecode(path) if isinstance(path, str | bytes | os.PathLike) else ""
            if name.startswith(self._root) and not name.startswith(f"{self._root}{OURS}/"):
                self._paths.append(name)


_OPENED = _Opened()
