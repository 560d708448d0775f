"""Decides whether a unit lets the daemon of a config do its work, and how a service starts it.

A service may write to what its unit names and to nothing else, so a unit is right only as long as
it names all that the config does.
"""

from __future__ import annotations

import os
import re
import shlex
import shutil
import sys
from collections.abc import Mapping
from pathlib import Path

from daemon.settings.config import Config
from daemon.systemd.units import is_ours, writable
from sync.errors import UsageError

__all__ = ["program_of", "shortcomings", "unfindable"]

SEARCHED = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
"""Where a service looks for programs, unless its manager was told otherwise."""


def shortcomings(config: Config, text: str, wanted: str) -> list[str]:
    """What is wrong with the unit ``text`` for ``config``, as sentences; none: all is well."""
    missing = [
        f"the service may not write to {path}"
        for path in writable(config)
        if not _allows(text, path)
    ]
    if _value(text, "ExecStart") != _value(wanted, "ExecStart"):
        missing.append("the service starts another program, or with another config")
    return missing or ["the unit is of another version"] * (text != wanted and is_ours(text))


def program_of(environment: Mapping[str, str]) -> list[str]:
    """How remindersd is started, by absolute paths: as this process was; raises UsageError."""
    started, beside = sys.argv[0], str(Path(sys.executable).with_name("remindersd"))
    named = started if Path(started).name == "remindersd" else beside
    found = shutil.which(named, path=environment.get("PATH", SEARCHED))
    if found is None or set(found) & set("\\\"'"):
        raise UsageError(
            f"systemd cannot start {found or named}",
            "install remindersd with `uv tool install` or `pipx install`",
        )
    return [os.path.abspath(found)]


def unfindable(config: Config) -> str | None:
    """Why a service could not run the password command; ``None``: it can, or there is none."""
    command = config.account.password_command
    if command is None or "/" in command[0] or shutil.which(command[0], path=SEARCHED):
        return None
    found = shutil.which(command[0])
    way_out = f"write {found}" if found else "write its whole path"
    return f"a service would not find {command[0]}: {way_out} in account.password_command"


def _value(text: str, key: str) -> str:
    found = [line.partition("=")[2] for line in text.splitlines() if line.startswith(f"{key}=")]
    return found[-1] if found else ""


def _allows(text: str, path: Path) -> bool:
    if _value(text, "ProtectSystem") != "strict":
        return True
    wanted = Path(os.path.abspath(path))
    for word in shlex.split(_value(text, "ReadWritePaths")):
        allowed = _said(word.lstrip("-+"))
        if wanted.is_relative_to(allowed):
            return True
    return False


def _said(word: str) -> str:
    """What the specifiers in a path stand for."""
    said = {"%%": "%", "%h": str(Path.home())}
    return re.sub("%.", lambda found: said.get(found[0], found[0]), word)
