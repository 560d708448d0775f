"""Where things live: config, state directory and socket, by the XDG rules and the profile.

Reads just enough of the config for a client to find the socket, without checking all of it.
"""

from __future__ import annotations

import os
import re
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from daemon.settings.glance import glance
from sync.errors import UsageError

__all__ = ["MIRROR", "PROFILE", "SOCKET_MAX", "Place", "check_socket", "config_path"]
__all__ += ["find_place", "no_config", "socket_path", "state_dir"]

MIRROR = "mirror.sqlite"  # in the state directory
PROFILE = "[A-Za-z0-9][A-Za-z0-9._-]{0,63}"  # a regular expression; it is a directory's name too
_BESIDE_STATE = "control.sock"
_MOST = 4  # configs that are named
SOCKET_MAX = 107  # bytes of a Unix socket's path that Linux accepts


def no_config(source: Path) -> UsageError:
    """That there is no config at ``source``; the way out names those that stand beside it."""
    beside = [one for one in sorted(source.parent.glob("*.y*ml")) if one.is_file()][:_MOST]
    if not beside:
        way = "run `remindersd init`, or name one with --config"
    else:
        several = " or ".join(str(one) for one in beside)
        way = f"name one with --config (there is {several}), or run `remindersd init`"
    return UsageError(f"there is no config at {source}", way)


@dataclass(frozen=True, slots=True)
class Place:
    """A profile's name, its state directory and its socket."""

    profile: str
    state: Path
    socket: Path


def _xdg(variable: str, fallback: str) -> Path:
    value = os.environ.get(variable, "")
    return Path(value) if value.startswith("/") else Path.home() / fallback


def config_path() -> Path:
    """The config that is used unless ``--config`` names another."""
    return _xdg("XDG_CONFIG_HOME", ".config") / "remindersd" / "config.yaml"


def state_dir(profile: str) -> Path:
    """Mirror, session, lock and token of a profile: ``$XDG_STATE_HOME/remindersd/PROFILE``."""
    return _xdg("XDG_STATE_HOME", ".local/state") / "remindersd" / profile


def socket_path(profile: str, configured: Path | None = None) -> Path:
    """The control socket: as configured, else in the runtime directory, else with the state."""
    if configured is not None:
        return configured
    runtime = os.environ.get("XDG_RUNTIME_DIR", "")
    if runtime.startswith("/") and Path(runtime).is_dir():
        return Path(runtime) / "remindersd" / f"{profile}.sock"
    return state_dir(profile) / _BESIDE_STATE


def check_socket(path: Path) -> None:
    """Refuse a path that no socket can have; raises UsageError."""
    way_out = "set control.socket to another path"
    try:
        name = os.fsencode(path)
    except UnicodeEncodeError:
        name = b"\0"
    if b"\0" in name:
        raise UsageError(
            "the path of the control socket has a character that no path can have", way_out
        )
    if len(name) > SOCKET_MAX:
        raise UsageError(
            f"the path of the control socket is {len(name)} bytes long, and {SOCKET_MAX} are"
            f" possible: {str(path)[:SOCKET_MAX]}...",
            "set control.socket to a shorter path",
        )


def find_place(config: Path | None) -> Place:
    """The place of a config that may be broken elsewhere; falls back to the default profile.

    Raises UsageError for a socket that cannot be, as ``check_socket`` does.
    """
    said = glance(config or config_path())
    profile, named, configured = said.get("profile"), said.get("control.socket"), None
    if not isinstance(profile, str) or not re.fullmatch(PROFILE, profile):
        profile = "default"
    if isinstance(named, str):
        with suppress(RuntimeError):  # of a user that is not there
            configured = Path(named).expanduser()
    socket = socket_path(profile, configured)
    beside = state_dir(profile) / _BESIDE_STATE
    if configured is None and not os.path.exists(socket) and os.path.exists(beside):
        socket = beside  # of a daemon that has no runtime directory, as a service of the system
    check_socket(socket)
    return Place(profile, state_dir(profile), socket)
