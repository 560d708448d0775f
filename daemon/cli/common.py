"""What the verbs share: the global options, finding the daemon, and asking it."""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from daemon.cli.failure import raise_answered
from sync.errors import UsageError

if TYPE_CHECKING:
    from daemon.config import Config
    from daemon.paths import Place

__all__ = ["Globals", "json_option", "pass_globals", "talking"]

_QUICK_S = 10.0

_Verb = TypeVar("_Verb", bound=Callable[..., Any])


@dataclass(frozen=True, slots=True)
class Globals:
    """The options that stand before the verb."""

    config: Path | None = None
    debug: bool = False

    def load(self) -> Config:
        """The whole config, checked; raises UsageError."""
        from daemon.config import load_config

        return load_config(self.config)

    def place(self) -> Place:
        """Where the profile's state and socket are, without checking the rest of the config.

        Raises UsageError where there is no config at all.
        """
        from daemon.paths import config_path, find_place

        source = self.config or config_path()
        if not source.is_file():
            raise UsageError(
                f"there is no config at {source}",
                "run `remindersd init`, or name one with --config",
            )
        return find_place(source)

    def ask(
        self,
        method: str,
        path: str,
        body: Mapping[str, Any] | None = None,
        timeout: float | None = _QUICK_S,
    ) -> dict[str, Any]:
        """The running daemon's answer. Raises NotRunning, and the error that it answers with."""
        from daemon.client import call

        _, answer = call(self.place().socket, method, path, body, timeout=timeout)
        raise_answered(answer)
        return answer


pass_globals = click.make_pass_decorator(Globals, ensure=True)


def talking() -> bool:
    """Whether a person can be asked."""
    return sys.stdin.isatty()


def json_option(verb: _Verb) -> _Verb:
    """Give a verb the option ``--json``, as the argument ``as_json``."""
    return click.option(
        "--json", "as_json", is_flag=True, help="Print one JSON document, also for a failure."
    )(verb)
