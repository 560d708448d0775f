"""Where the password comes from: command, keyring, systemd credential, or a prompt; never argv.

The first source that is there is asked, and only at sign-in; nothing is kept.
"""

from __future__ import annotations

import os
import subprocess
from collections.abc import Sequence
from pathlib import Path

from sync.errors import UsageError

__all__ = ["find_password"]

CREDENTIAL = "icloud-password"
KEYRING_SERVICE = "remindersd"
COMMAND_TIMEOUT_S = 60

_MEND = "correct account.password_command in the config, or install the program"


def find_password(apple_id: str, command: Sequence[str] | None) -> str | None:
    """The password without asking a person, or None; raises UsageError if the command fails."""
    if command is not None:
        return _from_command(command)
    return _from_keyring(apple_id) or _from_credential()


def _from_command(command: Sequence[str]) -> str:
    name = command[0]
    try:
        done = subprocess.run(
            [os.path.expanduser(part) for part in command],
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            stdin=subprocess.DEVNULL,
            timeout=COMMAND_TIMEOUT_S,
            check=False,
            text=True,
        )
    except FileNotFoundError:
        raise UsageError(f"account.password_command: there is no program {name}", _MEND) from None
    except (OSError, UnicodeDecodeError):
        raise UsageError(f"account.password_command: {name} could not be run", _MEND) from None
    except subprocess.TimeoutExpired:
        raise UsageError(
            f"account.password_command: {name} did not answer in {COMMAND_TIMEOUT_S} s",
            "run the command by hand and see",
        ) from None
    password = done.stdout.split("\n", 1)[0].rstrip("\r")
    if done.returncode != 0 or not password:
        raise UsageError(
            f"account.password_command: {name} gave no password (exit code {done.returncode})",
            "run the command by hand and see",
        )
    return password


def _from_keyring(apple_id: str) -> str | None:
    import keyring
    from keyring.errors import KeyringError

    try:
        return keyring.get_password(KEYRING_SERVICE, apple_id)
    except KeyringError:
        return None


def _from_credential() -> str | None:
    directory = os.environ.get("CREDENTIALS_DIRECTORY")
    if not directory:
        return None
    try:
        return (Path(directory) / CREDENTIAL).read_text(encoding="utf-8").rstrip("\r\n") or None
    except FileNotFoundError:
        return None
    except (OSError, UnicodeDecodeError):
        raise UsageError(
            f"the systemd credential {CREDENTIAL} cannot be read",
            "encrypt it anew with systemd-creds, for this service and as text",
        ) from None
