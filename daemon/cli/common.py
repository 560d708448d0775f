"""What the verbs share: the global options, finding the daemon, and asking it."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from daemon.cli.failure import raise_answered
from sync.errors import UsageError

if TYPE_CHECKING:
    from daemon.settings.config import Config
    from daemon.settings.paths import Place

__all__ = ["Globals", "json_option", "named", "pass_globals", "readable", "talking"]

_QUICK_S = 10.0

_Verb = TypeVar("_Verb", bound=Callable[..., Any])


@dataclass(frozen=True, slots=True)
class Globals:
    """The options that stand before the verb."""

    config: Path | None = None
    debug: bool = False

    def load(self) -> Config:
        """The whole config, checked; raises UsageError."""
        from daemon.settings.config import load_config

        return load_config(self.config)

    def place(self) -> Place:
        """Where the profile's state and socket are, without checking the rest of the config.

        Raises UsageError where there is no config at all.
        """
        from daemon.settings.paths import config_path, find_place, no_config

        source = self.config or config_path()
        if not source.is_file():
            raise no_config(source)
        return find_place(source)

    def ask(
        self,
        method: str,
        path: str,
        body: Mapping[str, Any] | None = None,
        timeout: float | None = _QUICK_S,
    ) -> dict[str, Any]:
        """The running daemon's answer. Raises NotRunning, and the error that it answers with."""
        from daemon.control.client import call

        status, answer = call(self.place().socket, method, path, body, timeout=timeout)
        raise_answered(status, answer)
        return answer

    def status(self) -> dict[str, Any]:
        """The running daemon's /status, which comes at once unless it is suspended or hangs.

        Raises NotRunning, NetworkError where no answer comes, and UsageError where the daemon of
        this profile serves another account, endpoint or folder than the config names.
        """
        told = self.ask("GET", "/status", timeout=_QUICK_S)
        source, ours = named(self.config)
        for name, value in ours.items():
            if name in told and value != told[name]:
                raise UsageError(
                    f"{source}: {name} is {value or 'not set'}, but the daemon of profile"
                    f" “{told.get('profile')}” runs for {told[name] or 'none'}",
                    "name another `profile:` in this config, restore the old value,"
                    " or restart the daemon",
                )
        return told


pass_globals = click.make_pass_decorator(Globals, ensure=True)


def named(config: Path | None) -> tuple[Path, dict[str, str | None]]:
    """The config's path; ``account``, ``region``, ``endpoint``, ``folder`` as /status names them.

    The config need not be right in everything: what is no text in it is left out.
    """
    from daemon.settings.glance import glance
    from daemon.settings.paths import config_path

    source = config or config_path()
    found = glance(source)
    said: dict[str, str | None] = {}
    if isinstance(found.get("account.apple_id"), str):
        said["account"] = found["account.apple_id"]
        endpoint = found.get("account.endpoint")
        if endpoint is None or isinstance(endpoint, str):
            said["endpoint"] = endpoint
        said["region"] = "china" if found.get("account.region") == "china" else "world"
    if isinstance(found.get("folder"), str):
        said["folder"] = str(Path(os.path.expanduser(found["folder"])))
    return source, said


def readable(words: str) -> str:
    """``words`` as they can be asked for: bytes that are no text name nothing, and are no bug."""
    return words.encode("utf-8", "surrogateescape").decode("utf-8", "replace")


def talking() -> bool:
    """Whether a person can be asked."""
    return sys.stdin.isatty()


def json_option(verb: _Verb) -> _Verb:
    """Give a verb the option ``--json``, as the argument ``as_json``."""
    return click.option(
        "--json", "as_json", is_flag=True, help="Print one JSON document, also for a failure."
    )(verb)
