"""Decides what the unit of a config says: the shipped one, with this person's paths in it."""

from __future__ import annotations

import os
import re
import shlex
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from daemon.settings.config import Config
from daemon.settings.paths import config_path, state_dir

__all__ = ["NO_NAMESPACES", "SHIPPED", "Unit", "escaped", "is_ours", "unit_name", "unit_of"]
__all__ += ["writable"]

NO_NAMESPACES = Path(__file__).with_name("no-user-namespaces.conf")
"""The drop-in for kernels without user namespaces."""

SHIPPED = Path(__file__).with_name("remindersd.service")
"""The unit of a person's own service, before it has their paths."""

_OURS = "# Written by `remindersd service install`"
_SHARED = (Path("/tmp"), Path("/var/tmp"))


@dataclass(frozen=True, slots=True)
class Unit:
    """A unit's file name and what stands in it."""

    name: str
    text: str


def unit_name(profile: str) -> str:
    """What the service of a profile is called."""
    return "remindersd.service" if profile == "default" else f"remindersd-{profile}.service"


def writable(config: Config) -> list[Path]:
    """What the daemon writes to: todo files, state, downloads, and a socket of its own place."""
    paths = [config.folder, state_dir(config.profile)]
    if config.polls.photos.download is not None:
        paths.append(config.polls.photos.download)
    if config.control.socket is not None:
        paths.append(config.control.socket.parent)
    return paths


def unit_of(
    config: Config,
    program: Sequence[str],
    environment: Mapping[str, str],
    *,
    user: str | None = None,
    credential: Path | None = None,
) -> Unit:
    """The unit for ``config``, in which ``program`` is remindersd with absolute paths.

    With ``user`` it is one of the system, for that person; else one of their own. ``credential``
    is a file with the password, encrypted by systemd-creds where its name ends in ``.cred``.
    """
    source = Path(os.path.abspath(config.source))
    command = [*program, *(() if source == config_path() else ("--config", str(source))), "run"]
    lines = {
        "ExecStart": [" ".join([_word(command[0]), *map(_argument, command[1:])])],
        "ReadWritePaths": [" ".join(_path(path) for path in writable(config))],
        "UMask": ["0077", *_environment(environment)],
    }
    if any(_is_shared(path) for path in (*writable(config), source, Path(program[0]))):
        lines["PrivateTmp"] = ["no"]  # it would hide what is in there
    if credential is not None:
        key = "LoadCredentialEncrypted" if credential.suffix == ".cred" else "LoadCredential"
        lines["UMask"].append(f"{key}=icloud-password:{escaped(os.path.abspath(credential))}")
    name = unit_name(config.profile)
    template = "remindersd.service"
    if user is not None:
        name = name.replace("remindersd", f"remindersd-{user}", 1)
        template = "remindersd@.service"
        lines |= {"User": [user], "Description": [f"iCloud Reminders and todo files of {user}"]}
    shipped = Path(__file__).with_name(template).read_text(encoding="utf-8")
    return Unit(name, _filled(shipped, lines, source))


def is_ours(text: str) -> bool:
    """Whether ``service install`` wrote it."""
    return text.startswith(_OURS)


def _filled(shipped: str, lines: Mapping[str, Sequence[str]], source: Path) -> str:
    _, _, body = shipped.partition("\n\n")
    filled = [f"{_OURS} for {shlex.quote(str(source))}; it will do so again.", ""]
    for line in body.splitlines():
        key, sign, _ = line.partition("=")
        values = lines.get(key) if sign else None
        if values is None:
            filled.append(line)
            continue
        filled.append(f"{key}={values[0]}")
        filled += values[1:]
    return "\n".join(filled) + "\n"


def _environment(environment: Mapping[str, str]) -> Iterable[str]:
    """What a shell may have set that the service's manager does not know."""
    for name in ("XDG_STATE_HOME", "XDG_CONFIG_HOME", "GNUPGHOME", "PASSWORD_STORE_DIR"):
        if environment.get(name, "").startswith("/"):
            yield f"Environment={_quoted(escaped(f'{name}={environment[name]}'))}"


def escaped(text: str) -> str:
    """``text`` for a unit, in which ``%`` begins a specifier."""
    return text.replace("%", "%%")


def _quoted(text: str) -> str:
    inside = text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
    return f'"{inside}"'


def _argument(text: str) -> str:
    """As an argument of a command line, where ``$`` names variables, too."""
    return _word(text).replace("$", "$$")


def _path(path: Path) -> str:
    # What is not there is passed over ("-"), and does not keep the service from starting.
    return _word("-" + os.path.abspath(path))


def _word(text: str) -> str:
    said = escaped(text)
    return said if re.fullmatch(r"[\w./%$@:+,-]+", said) else _quoted(said)


def _is_shared(path: Path) -> bool:
    # By either way: a link in there that leads out is hidden, and so is what a link leads to.
    ways = {Path(os.path.abspath(path)), Path(os.path.realpath(path))}
    return any(way.is_relative_to(shared) for way in ways for shared in _SHARED)
