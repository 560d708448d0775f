"""Finds the token that TCP clients need: in the config, or made once and kept for its owner."""

from __future__ import annotations

import secrets
from pathlib import Path

from daemon.process.lock import make_state
from daemon.settings.config import Config
from daemon.settings.paths import state_dir
from sync.errors import UsageError
from sync.privatefile import write_private

__all__ = ["TOKEN", "find_token", "new_token", "refuse_open_token", "token_of"]

TOKEN = "token"  # in the state directory


def token_of(config: Config) -> str:
    """The token of this config; raises UsageError where there is none that can be used."""
    if config.control.token is None:
        return find_token(state_dir(config.profile))
    refuse_open_token(config)
    return config.control.token.get_secret_value()


def refuse_open_token(config: Config) -> None:
    """Raise UsageError where a token stands in a config that others can read."""
    if config.control.token is not None and config.source.stat().st_mode & 0o077:
        raise UsageError(
            f"others can read {config.source}, and control.token stands in it",
            f"chmod 600 {config.source}",
        )


def find_token(state: Path) -> str:
    """The token that is kept in the state directory, made if there is none."""
    path = state / TOKEN
    try:
        if path.stat().st_mode & 0o077:
            path.chmod(0o600)
        token = path.read_text(encoding="ascii").strip()
    except FileNotFoundError:
        return new_token(state)
    except (OSError, UnicodeDecodeError):
        token = ""
    if not token:
        raise UsageError(f"there is no token in {path}", "make one with `remindersd token --new`")
    return token


def new_token(state: Path) -> str:
    """Make another token; who has the old one is refused from now on."""
    make_state(state)
    token = secrets.token_urlsafe(32)
    write_private(state / TOKEN, f"{token}\n".encode("ascii"))
    return token
