"""Which checks there are, in which order, and what each of them looks at."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from daemon.doctor import judgements as judge
from daemon.doctor import probes
from daemon.doctor.judgements import Answer, Finding
from sync.errors import NetworkError, RemindersdError
from sync.machine import told
from sync.remote.account import Account

if TYPE_CHECKING:
    from daemon.settings.config import Config

__all__ = ["Check", "Machine", "rounds"]


@dataclass(frozen=True, slots=True)
class Check:
    """One thing that was looked at, and what came of it."""

    name: str
    finding: Finding

    def document(self) -> dict[str, str]:
        """As `doctor --json` shows it."""
        found = self.finding
        return {"check": self.name, "verdict": found.verdict, "said": found.said, "fix": found.fix}


@dataclass(frozen=True, slots=True)
class Machine:
    """Where the checks look. ``config`` is ``None`` where there is none that can be used.

    ``status`` is the running daemon's, ``None`` where none runs; ``until`` puts Unix seconds into
    words.
    """

    config: Config | None
    source: Path
    trouble: RemindersdError | None
    environment: Mapping[str, str]
    status: Callable[[], dict[str, Any] | None]
    until: Callable[[float], str]
    ask: Callable[[Account], Answer]


def rounds(machine: Machine) -> Iterator[Check]:
    """All checks, each as soon as it is done."""
    yield Check("config", _config(machine))
    yield from _apple(machine)
    for name, check in _LOCAL:
        yield Check(name, _guarded(check, machine))
    yield from _trial(machine)


def _trial(machine: Machine) -> Iterator[Check]:
    """What `doctor --live` left behind; no word where there is nothing."""
    from daemon.live.notes import Notes, notes_of

    left = machine.config and len(Notes(notes_of(machine.config.profile)).names())
    if left:
        yield Check("trial", judge.trial(left))


def _guarded(look: Callable[[Machine], Finding], machine: Machine) -> Finding:
    try:
        return look(machine)
    except RemindersdError as error:
        return judge.failed(error.message, error.hint)
    except OSError as error:
        ours = told(error)
        if ours is None:
            raise
        return judge.failed(ours.message, ours.hint)


def _config(machine: Machine) -> Finding:
    if machine.config is not None:
        return judge.ok(f"{machine.source} can be used")
    if not machine.source.exists():
        return judge.no_config(str(machine.source))
    assert machine.trouble is not None
    return judge.failed(machine.trouble.message, machine.trouble.hint)


def _apple(machine: Machine) -> Iterator[Check]:
    """One request tells of the network and of the clock."""
    config = machine.config
    account = Account("", "world", None)
    if config is not None:
        account = Account("", config.account.region, config.account.endpoint)
    try:
        answer = machine.ask(account)
    except NetworkError as error:
        way_out = "see that this computer is online; remindersd goes on by itself then"
        yield Check("network", judge.failed(error.message, error.hint or way_out))
        yield Check("clock", judge.unknown("nobody was there to compare it with"))
    else:
        yield Check("network", judge.network(answer))
        yield Check("clock", judge.clock(answer.ahead_s))


def _sign_in(machine: Machine) -> Finding:
    from daemon.settings.paths import state_dir
    from sync.remote.signing.standing import stored_standing
    from sync.remote.stored import SessionStore

    config = machine.config
    if config is None:
        return judge.unknown("no config says whose")
    who = config.account
    account = Account(who.apple_id, who.region, who.endpoint)
    store = SessionStore(account, state_dir(config.profile) / "session")
    state = stored_standing(store, time.time())
    ends = None if state.until is None else machine.until(state.until)
    return judge.sign_in(state.kind, state.sentence, state.hint, ends)


def _folder(machine: Machine) -> Finding:
    from sync.local.folder import NotReady, check

    config = machine.config
    if config is None:
        return judge.unknown("no config names one")
    expected = _remembered(config, "marker")
    ready = check(config.folder, expected)
    problem = ready.reason if isinstance(ready, NotReady) else None
    writable = os.access(config.folder, os.W_OK | os.X_OK)
    return judge.folder(str(config.folder), problem, writable=writable, is_new=expected is None)


def _file_system(machine: Machine) -> Finding:
    from sync.local.disk import Renameat2

    if machine.config is None:
        return judge.unknown("no config names a folder")
    return judge.file_system(probes.disk_of(machine.config.folder, Renameat2()))


def _inotify(machine: Machine) -> Finding:
    folder = Path.home() if machine.config is None else machine.config.folder
    return judge.notifications(probes.try_inotify(folder))


def _permissions(machine: Machine) -> Finding:
    from daemon.settings.paths import state_dir

    config = machine.config
    if config is None:
        return judge.unknown("no config says where the state is")
    private = [state_dir(config.profile)]
    if config.control.token is not None:
        private.append(machine.source)
    return judge.permissions(probes.loose(private))


def _unit(machine: Machine) -> Finding:
    from daemon.systemd.manager import Manager, NoManager
    from daemon.systemd.unitcheck import program_of, shortcomings
    from daemon.systemd.units import unit_name, unit_of

    config = machine.config
    if config is None:
        return judge.unknown("no config to compare one with")
    manager, name = Manager.of(machine.environment), unit_name(config.profile)
    text = manager.installed(name)
    if text is None:
        return judge.unit(None, [], active=None)
    wanted = unit_of(config, program_of(machine.environment), machine.environment)
    problems = shortcomings(config, text, wanted.text)
    try:
        manager.check()
        active = manager.is_so("is-active", name)
    except NoManager:
        active = None
    return judge.unit(str(manager.units / name), problems, active=active)


def _password(machine: Machine) -> Finding:
    from daemon.password import find_password
    from daemon.systemd.unitcheck import SEARCHED
    from daemon.systemd.units import writable

    config = machine.config
    if config is None:
        return judge.unknown("no config says where it comes from")
    command = config.account.password_command
    if command is None:
        return judge.password(None, has_keyring=bool(find_password(config.account.apple_id, None)))
    tried = probes.try_password(command, SEARCHED, writable(config), machine.environment)
    return judge.password(tried, has_keyring=False)


def _database(machine: Machine) -> Finding:
    if machine.config is None:
        return judge.unknown("no config says where it is")
    _remembered(machine.config, "marker")
    return judge.database(is_there=_mirror(machine.config).exists())


def _remembered(config: Config, key: str) -> str | None:
    """What the mirror keeps under ``key``; opening it looks through all of it."""
    from daemon.wording.storage import as_ours
    from store.db import Store
    from store.errors import StoreError

    try:
        with Store.open_reading(_mirror(config)) as store:
            return store.meta.get(key)
    except FileNotFoundError:
        return None
    except StoreError as error:
        raise as_ours(error) from error


def _mirror(config: Config) -> Path:
    from daemon.settings.paths import MIRROR, state_dir

    return state_dir(config.profile) / MIRROR


def _space(machine: Machine) -> Finding:
    from daemon.settings.paths import state_dir

    config = machine.config
    if config is None:
        return judge.space(probes.free([Path.home()]))
    paths = [config.folder, state_dir(config.profile)]
    if config.polls.photos.download is not None:
        paths.append(config.polls.photos.download)
    return judge.space(probes.free(paths))


def _daemon(machine: Machine) -> Finding:
    if machine.config is None:
        return judge.unknown("no config says which")
    return judge.daemon(machine.status())


_LOCAL: tuple[tuple[str, Callable[[Machine], Finding]], ...] = (
    ("sign-in", _sign_in),
    ("password", _password),
    ("folder", _folder),
    ("file system", _file_system),
    ("watching", _inotify),
    ("permissions", _permissions),
    ("database", _database),
    ("space", _space),
    ("service", _unit),
    ("daemon", _daemon),
)
