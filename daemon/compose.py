"""Composition: from a config to a working engine, and back to nothing.

The one place that knows all parts: it opens the store, checks that it is this account's, prepares
the folder, and wires session, transport, scanner, writer, planner and engine together.
"""

from __future__ import annotations

import hashlib
import platform
import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing, contextmanager, suppress
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from random import Random

from tzlocal import get_localzone_name

from daemon.password import find_password
from daemon.process.lock import make_state
from daemon.process.private import write_no_core
from daemon.settings.config import Config
from daemon.settings.paths import MIRROR, state_dir
from daemon.wording.storage import as_ours
from store.db import Store
from store.errors import StoreError
from sync.core.listplan import NewLists
from sync.core.merging.merge import Side
from sync.core.settings import Settings
from sync.core.snapshot import Mode
from sync.cycle.engine import Engine
from sync.cycle.files.committing import Committer
from sync.cycle.files.filing import Filing
from sync.cycle.files.images import ImageFiles
from sync.cycle.gauge import Gauge, Phase, unwatched
from sync.cycle.observing import ahead
from sync.cycle.observing.assets import Fetcher
from sync.cycle.observing.homecoming import Home
from sync.cycle.observing.reading import Reader
from sync.cycle.parts import Parts
from sync.cycle.past.journaling import Chronicle
from sync.cycle.planning.planner import Planner
from sync.cycle.sending.encoding import Encoder
from sync.errors import UsageError
from sync.local.disk import Exchange, Renameat2
from sync.local.folder import Marker, prepare
from sync.local.formats import FORMATS, Dialect
from sync.local.scan import Scanner
from sync.local.swap import Writer
from sync.local.tasks import TodoFile
from sync.remote.account import Account
from sync.remote.cloudkit import CloudKit
from sync.remote.desk import SignInDesk
from sync.remote.limiter import Limiter
from sync.remote.session import Session
from sync.remote.transport import Transport

__all__ = [
    "Around",
    "claimed",
    "dialect_of",
    "machine_of",
    "new_limiter",
    "open_desk",
    "open_engine",
    "open_mirror",
    "open_session",
    "open_store",
    "wire",
]


def nothing(_: str) -> None:
    """The step of a programme that nobody wants to crash."""


def _uuid() -> str:
    return str(uuid.uuid4()).upper()


def _key() -> str:
    return uuid.uuid4().hex


def _elapsed() -> float:
    return time.clock_gettime(time.CLOCK_BOOTTIME)


def _host() -> str:
    """The machine's own id: many are called `localhost` or `fedora`."""
    with suppress(OSError, UnicodeDecodeError):
        own = Path("/etc/machine-id").read_text("ascii").strip()
        if own:
            return own
    return platform.node()


@dataclass(frozen=True, slots=True)
class Around:
    """What an engine takes from the machine that it runs on.

    ``step`` is called before each effect, ``clock`` is Unix seconds, ``elapsed`` seconds that
    nobody can set and that go on while the machine sleeps, ``uuid`` gives upper-case UUIDs,
    ``key`` names that no write had before, ``calls`` are the renames of the kernel, ``host`` is
    what no other machine is called, ``reading`` is how iCloud's feed is read: ahead, which takes a
    thread; and ``gauge`` hears how far a work is.
    """

    step: Callable[[str], None] = nothing
    clock: Callable[[], float] = time.time
    elapsed: Callable[[], float] = _elapsed
    uuid: Callable[[], str] = _uuid
    key: Callable[[], str] = _key
    calls: Exchange = field(default_factory=Renameat2)
    host: str = field(default_factory=_host)
    reading: ahead.Reading = ahead.Ahead
    gauge: Gauge = unwatched


@contextmanager
def open_engine(
    config: Config,
    *,
    step: Callable[[str], None] = nothing,
    gauge: Gauge = unwatched,
    clock: Callable[[], float] = time.time,
    elapsed: Callable[[], float] = _elapsed,
    limiter: Limiter | None = None,
) -> Iterator[Engine]:
    """A working engine; raises RemindersdError when something in the way needs a person.

    ``limiter`` is that of the process, where others ask iCloud beside the engine.
    """
    with ExitStack() as stack:
        store = stack.enter_context(closing(open_store(config)))
        limiter = limiter or new_limiter()
        transport = Transport(open_session(config, limiter), limiter)
        stack.callback(transport.close)
        yield wire(config, store, transport, Around(step, clock, elapsed, gauge=gauge))


def new_limiter(passed: Callable[[], None] = lambda: None) -> Limiter:
    """What paces all requests of a process, and remembers when Apple asked to wait.

    ``passed`` is called for each request, in its thread.
    """
    return Limiter(time.monotonic, time.sleep, Random().random, passed=passed)


def open_session(
    config: Config, limiter: Limiter | None = None, *, now: Callable[[], Config] | None = None
) -> Session:
    """The account's session, for signing in and out; nothing is sent yet.

    ``now`` is the config when a password is needed, where that can change meanwhile. From here on
    the process has secrets to keep, and writes no core.
    """
    write_no_core()
    account = Account(config.account.apple_id, config.account.region, config.account.endpoint)

    def password() -> str | None:
        given = (now() if now else config).account
        return find_password(given.apple_id, given.password_command)

    directory = state_dir(config.profile) / "session"
    return Session(account, directory, password, limiter=limiter)


def open_desk(
    config: Config,
    limiter: Limiter | None = None,
    *,
    now: Callable[[], Config] | None = None,
    on_open: Callable[[], None] | None = None,
) -> SignInDesk:
    """The desk where the config's account is signed in and out; nothing is sent yet.

    ``now`` is as for ``open_session``; ``on_open`` is called whenever somebody has signed in.
    """
    session = open_session(config, limiter, now=now)
    return SignInDesk(session, on_open=on_open or (lambda: None))


def open_store(config: Config) -> Store:
    """The profile's store, made if there is none; UsageError if it is another account's."""
    state = state_dir(config.profile)
    make_state(state)
    return open_mirror(config, state / MIRROR, Around())


def open_mirror(config: Config, path: Path, around: Around) -> Store:
    """The store at ``path`` as that of this config; raises as ``open_store``."""
    try:
        store = Store.open(path)
    except StoreError as error:
        raise as_ours(error) from error
    return claimed(config, store, around)


def claimed(config: Config, store: Store, around: Around) -> Store:
    """An open store as that of this config; closed, and UsageError, if it is another account's."""
    store.step = around.step
    try:
        _claim(config, store, around.uuid)
    except UsageError:
        store.close()
        raise
    return store


def _claim(config: Config, store: Store, mint: Callable[[], str]) -> None:
    """A mirror is of one account, one endpoint, one folder and one format; never of two."""
    account = config.account
    ours = {
        "apple_id": account.apple_id,
        "region": account.region,
        "endpoint": account.endpoint or "",
        "folder": str(config.folder),
        "format": config.format,
    }
    known = store.meta.all()
    for key, value in ours.items():
        if key in known and known[key] != value:
            raise UsageError(
                f"{config.source}: {key.replace('_', ' ')} is {value or 'not set'}, but the mirror"
                f" of profile “{config.profile}” is for {known[key] or 'none'}",
                "name another `profile:` in this config, or restore the old value",
            )
    zone = config.time_zone or known.get("home_zone") or get_localzone_name() or "UTC"
    _check_zone(config, store, zone)
    with store.commit("claim"):
        for key, value in {**ours, "home_zone": zone}.items():
            store.meta.set(key, value)
        if "replica" not in known:
            store.meta.set("replica", mint())


def _check_zone(config: Config, store: Store, zone: str) -> None:
    """Lines say times without a zone: in another one, each would be another time in iCloud."""
    known = store.meta.get("home_zone")
    if known is not None and known != zone and store.places.files():
        raise UsageError(
            f"{config.source}: time zone is {zone}, but times in {config.folder} were written in"
            f" {known}, and all of them would move",
            f"restore `time_zone: {known}` (lines may name others: ⏰ 09:00 {zone}), or name"
            " another `profile:` and `folder:`",
        )


def wire(config: Config, store: Store, transport: Transport, around: Around) -> Engine:
    """The engine of these parts; UsageError if the folder is another account's."""
    step, clock = around.step, around.clock
    store.step = step
    meta = store.meta.all()
    zone, replica = meta["home_zone"], uuid.UUID(meta["replica"])
    marker = _marker(config, store, around.uuid)
    settings = _settings(config, zone)
    dialect = dialect_of(config, zone)
    scanner: Scanner[TodoFile] = Scanner(
        config.folder,
        dialect.layout,
        dialect.parse,
        clock,
        expect_marker=marker,
        bound_by=dialect.format.bound_by,
        beside=dialect.parse_beside,
        heard=partial(around.gauge, Phase.READ),
    )
    cloud = CloudKit(transport)
    writer = Writer(config.folder, step, clock, around.calls, machine_of(config, around))
    chronicle = Chronicle(store, dialect, clock)
    home = Home(config.folder, Marker(marker, config.account.apple_id), dialect.layout)
    return Engine(
        Parts(
            store=store,
            cloud=lambda: cloud,
            reading=around.reading,
            fetcher=Fetcher(store, clock),
            images=ImageFiles(store, config.folder, settings, clock, step),
            home=home,
            reader=Reader(scanner),
            filing=Filing(
                store, writer, config.folder, dialect, around.key, chronicle, around.gauge
            ),
            planner=Planner(store, settings, dialect, clock),
            committer=Committer(store, dialect, around.key, clock, chronicle),
            chronicle=chronicle,
            encoder=Encoder(
                store, lambda: int(clock() * 1000), replica.bytes, meta["replica"], around.uuid
            ),
            requests=lambda: transport.requests,
            clock=clock,
            elapsed=around.elapsed,
            step=step,
            mint=around.uuid,
            gauge=around.gauge,
        )
    )


def machine_of(config: Config, around: Around) -> str:
    """Tells our receipts from those of another machine that the folder is carried to.

    Not by what a lost database would take with it: what was displaced must be found again.
    """
    origin = f"{around.host}/{config.profile}"
    return hashlib.sha256(origin.encode()).hexdigest()[:8]


def dialect_of(config: Config, zone: str) -> Dialect:
    """How the files of this config are read and written; ``zone`` is the home zone."""
    return Dialect(FORMATS[config.format], zone, marks=config.markers == "block-id")


def _marker(config: Config, store: Store, mint: Callable[[], str]) -> str:
    """The folder's marker: set when both meet first, and expected ever after."""
    known = store.meta.get("marker")
    if known is not None:
        return known
    marker = prepare(Path(config.folder), config.account.apple_id, mint).uuid
    with store.commit("marker"):
        store.meta.set("marker", marker)
    return marker


def _settings(config: Config, zone: str) -> Settings:
    reminders = config.reminders
    return Settings(
        home_zone=zone,
        modes={name: Mode(mode) for name, mode in reminders.lists.items()},
        new_lists=NewLists(reminders.new_lists),
        wins=Side(reminders.conflicts),
        hold_above=reminders.deletions.hold_above,
        grace_s=float(reminders.deletions.grace),
        show_s=float(reminders.completed.show),
        images=reminders.images,
        purge=reminders.deletions.mode == "purge",
        archive=reminders.completed.archive is not None,
    )
