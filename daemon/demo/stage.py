"""Sets the demo's stage: a pretend iCloud and a real daemon beside us, and a folder between them.

Rules: (1) nothing of the person's is read or changed, but for the folder that they name, if it is
empty or a demo's; (2) there is no address in it but a loopback one; (3) both processes end with us.
"""

from __future__ import annotations

import json
import select
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar
from urllib.parse import urlsplit

import yaml

from daemon.control.client import NotRunning, call
from daemon.demo.phone import Phone
from daemon.demo.process import last_line, our_command, surroundings
from daemon.settings.paths import MIRROR
from sync.errors import RemindersdError, UsageError
from sync.privatefile import write_private

__all__ = ["DemoFailed", "Stage", "TooLate", "pause", "set_stage", "wait_until"]

START_S = 60.0
LOOK_S = 0.1  # between two looks at something that is about to change

_HOST = "127.0.0.1"
_PROFILE = "demo"
_OURS = ".remindersd"
_ABOUT = "about.json"
_TROUBLE = ("attention", "sign-in", "offline")

_T = TypeVar("_T")


class DemoFailed(RemindersdError):
    """The demo cannot go on."""

    code = "demo"


class TooLate(DemoFailed):
    """What was waited for did not come."""


@dataclass(frozen=True, slots=True)
class Stage:
    """A running demo: the folder of todo files, the phone, and the daemon."""

    folder: Path
    phone: Phone
    config: Path
    socket: Path
    state: Path
    daemon: subprocess.Popen[bytes]
    log: Path

    @property
    def home_zone(self) -> str:
        """The zone of times that name none in the files, as the daemon has settled it."""
        from store.db import Store

        with Store.open_reading(self.state / MIRROR) as store:
            return store.meta.get("home_zone") or "UTC"

    def status(self) -> dict[str, Any]:
        """The daemon's status. Raises NotRunning before it listens, DemoFailed when it ended."""
        self.check()
        _, answer = call(self.socket, "GET", "/status")
        return answer

    def check(self) -> None:
        """Raise DemoFailed if the daemon has ended."""
        if self.daemon.poll() is not None:
            raise DemoFailed(f"the daemon has ended: {last_line(self.log)}")


@contextmanager
def set_stage(folder: Path | None) -> Iterator[Stage]:
    """A running sandbox and daemon around ``folder``, or around one that is gone afterwards.

    Raises UsageError for a folder that a demo may not use, DemoFailed when something does not
    start.
    """
    with tempfile.TemporaryDirectory(prefix="remindersd-demo-") as made:
        temporary = Path(made)
        place = folder.absolute() if folder is not None else temporary / "Todo"
        home = _home(place)
        with _sandbox(home, temporary) as invitation:
            socket = temporary / "control.sock"
            config = _write_config(home, place, invitation, socket)
            environment, log = surroundings(home), temporary / "daemon.log"
            with our_command(["--config", str(config), "run"], environment, log) as daemon:
                state = Path(environment["XDG_STATE_HOME"]) / "remindersd" / _PROFILE
                phone = Phone(_loopback(invitation["device"]))
                stage = Stage(place, phone, config, socket, state, daemon, log)
                wait_until("the first sync", lambda: _has_synced(stage), START_S)
                yield stage


def wait_until(what: str, is_so: Callable[[], _T | None], seconds: float) -> _T:
    """Look again and again until ``is_so()`` gives something true, and return it.

    Raises TooLate after ``seconds``.
    """
    deadline = time.monotonic() + seconds
    while not (found := is_so()):
        if time.monotonic() > deadline:
            raise TooLate(f"{what} did not come within {seconds:g} s")
        pause()
    return found


def pause() -> None:
    """Until the next look at something that is about to change."""
    time.sleep(LOOK_S)


# ---- the folder


def _home(folder: Path) -> Path:
    """Where the demo of ``folder`` keeps what is not a todo file; made if the folder is empty."""
    home = folder / _OURS / "demo"
    try:
        if not (home / _ABOUT).is_file():
            if folder.exists() and any(folder.iterdir()):
                raise UsageError(
                    f"{folder} is not empty, and no demo made what is in it",
                    "name an empty folder, or one that does not exist yet",
                )
            (folder / _OURS).mkdir(mode=0o700, parents=True, exist_ok=True)
            home.mkdir(mode=0o700)
            _remember(home, 0)
    except OSError as error:
        raise UsageError(f"{error.filename or folder}: {error.strerror}") from None
    return home


def _remember(home: Path, port: int) -> None:
    """Keep the port for the next demo of this folder, since a mirror belongs to one address."""
    write_private(home / _ABOUT, json.dumps({"schema": 1, "port": port}).encode())


def _remembered_port(home: Path) -> int:
    """The port of an earlier demo, or 0, which takes any free one."""
    try:
        port = json.loads((home / _ABOUT).read_bytes())["port"]
    except (OSError, ValueError, KeyError, TypeError):
        port = None
    if not isinstance(port, int):
        raise UsageError(f"{home / _ABOUT} is damaged", "use another folder")
    return port


def _write_config(home: Path, folder: Path, invitation: dict[str, Any], socket: Path) -> Path:
    password = home / "password"
    write_private(password, f"{invitation['password']}\n".encode())
    config = {
        "profile": _PROFILE,
        "account": {
            "apple_id": invitation["apple_id"],
            "password_command": ["cat", str(password)],
            "endpoint": _loopback(invitation["url"]),
        },
        "folder": str(folder),
        "reminders": {"every": "1s", "new_lists": "yes", "deletions": {"grace": "3s"}},
        "control": {"socket": str(socket)},
    }
    path = home / "config.yaml"
    write_private(path, yaml.safe_dump(config, sort_keys=False, allow_unicode=True).encode())
    return path


# ---- the two sides


@contextmanager
def _sandbox(home: Path, temporary: Path) -> Iterator[dict[str, Any]]:
    """A served sandbox that remembers its reminders in ``home``; yields what it invites with."""
    port, log = _remembered_port(home), temporary / "sandbox.log"
    arguments = ["sandbox", "--port", str(port), "--state", str(home / "icloud.json")]
    # It makes a folder of its own for whoever wants one; that shall go with ours.
    environment = surroundings(home) | {"TMPDIR": str(temporary)}
    with our_command(arguments, environment, log) as process:
        assert process.stdout is not None
        ready, _, _ = select.select([process.stdout], [], [], START_S)
        line = process.stdout.readline() if ready else b""
        if not line:
            raise DemoFailed(
                f"the pretend iCloud did not start: {last_line(log)}",
                "is a demo of this folder still running?" if port else "",
            )
        invitation: dict[str, Any] = json.loads(line)
        _remember(home, urlsplit(_loopback(invitation["url"])).port or 0)
        yield invitation


def _loopback(url: str) -> str:
    """``url``, if it leads nowhere but to this machine."""
    parts = urlsplit(url)
    if parts.scheme != "http" or parts.hostname != _HOST or not parts.port:
        raise DemoFailed(f"{url} is not this machine, so the demo does not go there")
    return url


def _has_synced(stage: Stage) -> bool:
    try:
        status = stage.status()
    except NotRunning:
        return False
    if status["last_success"] is not None:
        return True
    if status["state"] in _TROUBLE:
        raise DemoFailed(f"the daemon cannot sync: {status['reason']}")
    return False
