"""A whole remindersd in one process: a served sandbox, its phone, a folder, an engine.

The clock is real time plus an offset that a test moves, so that files become quiet and grace
passes without anybody sleeping.
"""

from __future__ import annotations

import json
import os
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from unittest.mock import patch

from daemon.compose import open_engine
from daemon.settings.config import Config, load_config
from daemon.settings.paths import MIRROR
from sandbox.cloud.zone import Zone
from sandbox.device.view import ShownReminder
from sandbox.signing.account import Account
from sandbox.world import World, make_world, world_of
from store.db import Store
from sync.cycle.engine import Engine
from sync.cycle.gauge import Gauge, unwatched
from sync.cycle.report import Report
from sync.remote.limiter import Limiter
from tests.lending import serving, shortened
from tests.signed_in import keep, lend

CONFIG = """\
profile: {profile}
account: {account}
folder: {folder}
format: {format}
markers: {markers}
time_zone: {time_zone}
reminders:
  lists: {lists}
  new_lists: {new_lists}
  conflicts: {conflicts}
  deletions: {{hold_above: {hold_above}, grace: {grace}, mode: {mode}}}
  completed: {{show: {show}, archive: {archive}}}
  images: {images}
"""


DEFAULTS = {
    "format": "markdown",
    "lists": "{'*': two-way}",
    "new_lists": "yes",
    "conflicts": "cloud",
    "hold_above": "5",
    "grace": "0s",
    "mode": "soft",
    "show": "14d",
    "archive": "null",
    "markers": "block-id",
    "images": "null",
    "time_zone": "Europe/Paris",
}


def written(account: Mapping[str, object], folder: Path, chosen: Mapping[str, str]) -> str:
    """The text of a rig's config."""
    return CONFIG.format(account=json.dumps(account), folder=folder, **chosen)


@cache
def _read(chosen: tuple[tuple[str, str], ...]) -> Config:
    """The config of a rig, but for whose it is: reading one takes a tenth of a small test."""
    with TemporaryDirectory() as place:
        path = Path(place) / "config.yaml"
        path.write_text(written({"apple_id": "ada@example.test"}, Path(place), dict(chosen)))
        return load_config(path)


class Crash(BaseException):
    """The process died here."""


@dataclass
class Rig:
    """Everything at hand; ``run`` is one `sync` as a person would type it."""

    world: World
    url: str
    home: Path
    settings: dict[str, str] = field(default_factory=dict)
    offset_s: float = 0.0
    leapt_s: float = 0.0
    slept_s: float = 0.0
    step: Callable[[str], None] = lambda _: None
    gauge: Gauge = unwatched
    engine: Engine = field(init=False)
    _stack: ExitStack = field(default_factory=ExitStack)

    def __post_init__(self) -> None:
        lend(self.world.account, self.url, self.home, self.profile)
        self.open()

    @property
    def profile(self) -> str:
        return self.settings.get("profile", "rig")

    @property
    def folder(self) -> Path:
        return self.home / "Todo"

    @property
    def suffix(self) -> str:
        return {"todo.txt": ".txt", "vdir": ".ics"}.get(self.settings.get("format", ""), ".md")

    @property
    def store(self) -> Store:
        return self.engine._parts.store

    @property
    def phone(self):  # type: ignore[no-untyped-def]
        self.world.phone.sync()
        return self.world.phone

    def clock(self) -> float:
        return time.time() + self.offset_s

    def wait(self, seconds: float) -> None:
        self.offset_s += seconds + 0.01

    def sleep(self, seconds: float) -> None:
        """Instead of the limiter's sleep: the time passes, and nobody waits for it."""
        self.offset_s += seconds
        self.slept_s += seconds

    def leap(self, seconds: float) -> None:
        """Somebody sets the clock; no time passes."""
        self.offset_s += seconds
        self.leapt_s += seconds

    def open(self) -> None:
        """Start, as a process does."""
        password = self.home / "password"
        password.write_text(self.world.account.password)
        account = {
            "apple_id": self.world.account.apple_id,
            "password_command": ["cat", str(password)],
            "endpoint": self.url,
        }
        chosen = {**DEFAULTS, **self.settings, "profile": self.profile}
        source = self.home / "config.yaml"
        source.write_text(written(account, self.folder, chosen))
        config = _read(tuple(sorted(chosen.items())))
        mine = config.account.model_copy(update=account)
        config = config.model_copy(
            update={"account": mine, "folder": self.folder, "source": source}
        )
        lay_out(self.home / "state" / "remindersd" / self.profile / MIRROR)
        opened = open_engine(
            config,
            step=lambda n: self.step(n),
            gauge=lambda *now: self.gauge(*now),
            clock=self.clock,
            elapsed=lambda: self.clock() - self.leapt_s,
            limiter=Limiter(lambda: time.monotonic() + self.slept_s, self.sleep, lambda: 0.5),
        )
        self.engine = self._stack.enter_context(opened)

    def close(self) -> None:
        """Stop, or die: nothing that is not on disk survives."""
        self._stack.close()

    def restart(self) -> None:
        self.close()
        self.open()

    def run(self, *, approve: bool = False) -> Report:
        self.wait(3)
        try:
            return self.engine.settled("test", approve=approve, wait=self.wait)
        finally:
            keep(self.world.account, self.url, self.home, self.profile)

    def rest(self) -> None:
        """Both sides agree: the echo of our own writes changes nothing, then all is idle."""
        before = self.bytes_of_folder()
        echo, idle = self.run(), self.run()
        assert (echo.pushed, echo.files, echo.rendered) == (0, 0, 0), echo
        assert (idle.idle, idle.requests, idle.pending) == (True, 1, 0), idle
        assert self.bytes_of_folder() == before

    # ---- the person at the files

    def path(self, name: str) -> Path:
        return self.folder / f"{name}{self.suffix}"

    def read(self, name: str) -> str:
        return self.path(name).read_bytes().decode()

    def save(self, name: str, text: str) -> None:
        """Save as vim does: a new file, renamed over the old one."""
        path = self.path(name)
        path.parent.mkdir(parents=True, exist_ok=True)
        new = path.with_name(f".{path.name}.tmp")
        new.write_bytes(text.encode())
        os.replace(new, path)

    def save_in_place(self, name: str, text: str) -> None:
        """Save as nano does: truncate and write."""
        self.path(name).write_bytes(text.encode())

    def replace(self, name: str, old: str, new: str) -> None:
        text = self.read(name)
        assert text.count(old) == 1, (old, text)
        self.save(name, text.replace(old, new))

    def append(self, name: str, text: str) -> None:
        self.save(name, self.read(name) + text)

    def line(self, name: str, words: str) -> str:
        """The one line of the file that has these words."""
        found = [line for line in self.read(name).split("\n") if words in line]
        assert len(found) == 1, (words, self.read(name))
        return found[0]

    def shown(self, title: str) -> ShownReminder:
        """What the phone shows of the one reminder of that title."""
        return self.phone.find(title)

    def titles(self, list_name: str) -> set[str]:
        return {one.title for one in self.phone.reminders(list_name)}

    # ---- looking at what happened

    @contextmanager
    def counting(self) -> Iterator[list[dict[str, object]]]:
        """The requests that were sent inside, filled at the end."""
        before = len(self.world.faults.requests)
        found: list[dict[str, object]] = []
        try:
            yield found
        finally:
            found += list(self.world.faults.requests)[before:]

    def bytes_of_folder(self) -> dict[str, bytes]:
        return {
            str(path.relative_to(self.folder)): path.read_bytes()
            for path in self.folder.rglob(f"*{self.suffix}")
        }


@cache
def _empty_mirror() -> bytes:
    with TemporaryDirectory() as place:
        path = Path(place) / MIRROR
        Store.open(path).close()
        return path.read_bytes()


def lay_out(mirror: Path) -> None:
    """Put an empty mirror where none is: to make its tables takes longer than most tests."""
    if not mirror.exists():
        mirror.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        mirror.write_bytes(_empty_mirror())
        mirror.chmod(0o600)


def empty_world() -> World:
    """An account with one list, “Inbox”, and nothing in it."""
    account = Account(apple_id="ada@example.test", password="correct horse battery")
    world = world_of(account, Zone(account.owner, time.time))
    world.phone.create_list("Inbox")
    return world


@contextmanager
def open_rig(home: Path, world: World | None = None, **settings: str) -> Iterator[Rig]:
    """A rig in ``home`` that is torn down in the end."""
    world = world or make_world()
    state = {"XDG_STATE_HOME": str(home / "state")}
    with patch.dict(os.environ, state), serving(world) as url, shortened():
        rig = Rig(world, url, home, settings)
        try:
            yield rig
        finally:
            rig.close()
