"""One machine: a folder, a state directory, and the real engine on both; it can die and restart."""

from __future__ import annotations

import shutil
import sqlite3
from collections.abc import Callable, Mapping
from contextlib import ExitStack, closing
from dataclasses import dataclass, field
from functools import cache
from http.cookiejar import CookieJar
from pathlib import Path
from random import Random
from tempfile import mkdtemp
from typing import TypeVar

from daemon.compose import Around, claimed, open_mirror, wire
from daemon.process.lock import held_lock
from daemon.rebuilding import anew
from daemon.settings.config import Config
from store.db import Store
from store.errors import StoreError
from sync.cycle.engine import Engine
from sync.cycle.observing.ahead import in_turn
from sync.cycle.report import Report
from sync.errors import AccountUnusable, RemindersdError, SignInNeeded, WrongPassword
from sync.machine import told
from sync.remote.account import Account, Connection
from sync.remote.limiter import Limiter
from sync.remote.transport import Transport
from tests.simulation import spare
from tests.simulation.chance import Clock, Crash, Renames, minting
from tests.simulation.network import Network
from tests.simulation.story import SHOWN

T = TypeVar("T")
APPLE_ID = "ada@example.test"
BASE: Mapping[str, object] = {
    "account": {"apple_id": APPLE_ID},
    "folder": "/nowhere/Todo",
    "time_zone": "Europe/Paris",
    "source": Path("config.yaml"),
}


REFUSALS: Mapping[str, RemindersdError] = {
    "renewal refused": SignInNeeded("iCloud wants a code", "run: remindersd login"),
    "terms of use": AccountUnusable("iCloud has new terms", "accept them at icloud.com"),
    "password changed": WrongPassword("iCloud does not take the password", "run: remindersd login"),
}
"""What may come of a renewal."""


class SignedIn:
    """A session that stands, and is renewed unless there is a ``refusal``, which strikes once."""

    def __init__(self) -> None:
        self.refusal: RemindersdError | None = None
        self._connection = Connection("https://p1-ckdatabasews.icloud.com", {}, CookieJar(), "1")

    @property
    def account(self) -> Account:
        """Apple's own account: nothing is redirected, since nothing leaves the process."""
        return Account(APPLE_ID, "world", None)

    def connect(self) -> Connection:
        """Open the session."""
        return self._connection

    def renew(self) -> Connection:
        """Open it anew; raises what it was told to, once."""
        refusal, self.refusal = self.refusal, None
        if refusal is not None:
            raise refusal
        return self._connection

    def admit(self, app: str) -> Connection:
        """Nothing is encrypted."""
        return self._connection

    def keep(self) -> None:
        """There are no cookies to be kept."""


@dataclass
class Machine:
    """``step`` is called before each effect of the engine, which may do anything."""

    name: str
    folder: Path
    state: Path
    settings: Mapping[str, str]
    clock: Clock
    network: Network
    dice: Random
    step: Callable[[str], None] = lambda _: None
    session: SignedIn = field(default_factory=SignedIn)
    first_plan: bool = True
    """Whether a person is asked before its next plan is carried out."""
    errors: list[str] = field(default_factory=list)
    fresh: bool = False
    """Whether its database has to be a new file, in which all lies where it always does."""
    _lock: ExitStack = field(default_factory=ExitStack)
    _engine: Engine | None = None
    _store: Store | None = None
    _transport: Transport | None = None
    _left: sqlite3.Connection | None = None
    """To the database, of a process that ended."""

    @property
    def database(self) -> Path:
        """Where the mirror is."""
        return self.state / "mirror.db"

    @property
    def is_up(self) -> bool:
        """Whether it runs."""
        return self._engine is not None

    @property
    def store(self) -> Store:
        """The open store."""
        self.start()
        assert self._store is not None
        return self._store

    def rows(self, query: str) -> list[tuple[object, ...]]:
        """What its database answers, whether it runs, begins or is down; nothing if it cannot."""
        if self._store is not None:
            return [tuple(row) for row in self._store._connection.all(query)]
        try:
            with closing(sqlite3.connect(f"{self.database.as_uri()}?mode=ro", uri=True)) as raw:
                return raw.execute(query).fetchall()
        except sqlite3.DatabaseError:
            return []

    def mirrored(self, name: str) -> str | None:
        """The change tag of a record as a running machine last saw it."""
        record = None if self._store is None else self._store.mirror.record(name)
        return None if record is None else str(record.get("recordChangeTag"))

    @property
    def engine(self) -> Engine:
        """The running engine."""
        self.start()
        assert self._engine is not None
        return self._engine

    def start(self) -> None:
        """Begin as a process does, with nothing but what is on disk."""
        if self._engine is not None:
            return
        self.end()  # what a start that failed has left
        config = self._config
        is_new = not self.database.exists()
        if is_new:
            self.state.mkdir(exist_ok=True)
            self._left = None if self.fresh else spare.take(self.database)
            if self._left is None:
                shutil.copyfile(_template(), self.database)
        around = self._around()
        self._lock.enter_context(held_lock(self.state))
        self._store = self._reopened(config, around, is_new=is_new) or open_mirror(
            config, self.database, around
        )
        limiter = Limiter(self.clock.steady, self.clock.wait, self.dice.random, now=self.clock.date)
        self.network.reopen()
        self._transport = Transport(self.session, limiter, inner=self.network)
        self._engine = wire(config, self._store, self._transport, around)

    @property
    def _config(self) -> Config:
        return config_of(self.folder, tuple(sorted(self.settings.items())))

    def _around(self) -> Around:
        return Around(
            step=lambda name: self.step(name),
            clock=self.clock.wall,
            elapsed=self.clock.steady,
            uuid=minting(self.dice),
            key=lambda: f"{self.dice.getrandbits(128):032x}",
            calls=Renames(self.clock),
            host=self.name,
            reading=in_turn,
        )

    def rebuild(self) -> None:
        """Make the database anew, as the verb does."""
        self.stop()
        anew(self._config, self.database, self._around())

    def _reopened(self, config: Config, around: Around, *, is_new: bool) -> Store | None:
        """What the process before had open, checked as a file is that is opened."""
        raw, self._left = self._left, None
        if raw is None:
            return None
        assert not raw.in_transaction
        assert is_new or raw.execute("PRAGMA quick_check(1)").fetchone() == ("ok",)
        return claimed(config, Store(raw, self.database, writing=True), around)

    def end(self) -> None:
        """End, or die: nothing that is not on disk survives, but SQLite's reading of its schema.

        To read that again, and to prepare all statements, takes a tenth of a history.
        """
        if self._store is not None and not self._store._connection.is_damaged:
            self._left, self._store = self._store._connection.raw, None
        self._close()

    def stop(self) -> None:
        """End, and leave the database alone, so that anything may become of its files."""
        self._close()
        if self._left is not None:
            self._left.close()
            self._left = None

    def retire(self) -> None:
        """End for good; the database may be another machine's."""
        self.end()
        raw, self._left = self._left, None
        if raw is not None:
            spare.lay_aside(self.database, raw)

    def _close(self) -> None:
        if self._transport is not None:
            self._transport.close()
        if self._store is not None:
            self._store.close()
        self._lock.close()
        self._engine = self._store = self._transport = None

    def standing(self) -> dict[str, object]:
        """What it sent, wrote down, and has in its folder: all that a cycle changes."""
        found: dict[str, object] = {
            f"requests of {self.name} that write": self.network.writes,
            f"rows of {self.name}": self.store._connection.raw.total_changes,
        }
        for path in sorted(self.folder.rglob("*")):
            if path.is_file():
                status = path.stat()
                found[str(path)] = (status.st_mtime_ns, status.st_ino, path.read_bytes())
        return found

    def cycle(self, *, approve: bool = False) -> Report | None:
        """One cycle as the daemon runs it; None if it failed, and why is in ``errors``.

        After a crash the machine is down until the next call. A bug of ours is raised.
        """
        return self.attempt(lambda engine: engine.cycle("test", approve=approve))

    def attempt(self, act: Callable[[Engine], T]) -> T | None:
        """Anything that a running engine is asked; it may fail or die as a cycle does."""
        try:
            return act(self.engine)
        except Crash:
            self.end()
            self.errors.append("crash")
        except RemindersdError as error:
            self.errors.append(f"{type(error).__name__}: {error.message}")
        except StoreError as error:
            self.errors.append(str(error))
        except OSError as error:
            if told(error) is None:
                raise
            self.errors.append(f"{type(error).__name__}: {error}")
        return None


@cache
def _settled(settings: tuple[tuple[str, str], ...]) -> Config:
    """The config but for its folder; checked once, since that is slow."""
    given = dict(settings)
    reminders = {
        "new_lists": "yes",
        "conflicts": given.get("conflicts", "cloud"),
        "deletions": {
            "mode": given.get("mode", "soft"),
            "grace": given.get("grace", "0s"),
            "hold_above": int(given.get("hold_above", "5")),
        },
        "completed": {"show": given.get("show", SHOWN), "archive": given.get("archive")},
    }
    return Config.model_validate({**BASE, "reminders": reminders})


def config_of(folder: Path, settings: tuple[tuple[str, str], ...]) -> Config:
    """The config of a machine."""
    return _settled(settings).model_copy(update={"folder": folder})


@cache
def _template() -> Path:
    """An empty mirror: copying a file is faster than making tables."""
    path = Path(mkdtemp(prefix="remindersd-simulation-")) / "mirror.db"
    Store.open(path).close()
    return path
