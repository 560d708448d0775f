"""Writes a ready-made config for a served sandbox, with a folder of its own, and the line about it.

The folder and the password file stay when the sandbox stops: someone may have put todos there.
"""

from __future__ import annotations

import os
import secrets
import tempfile
from pathlib import Path

import orjson
import yaml

from sandbox.signing.account import Account


def invitation(account: Account, url: str) -> str:
    """Return the one line of JSON that tells a program how to use the sandbox at `url`.

    Members: url, apple_id, password, code, device (URL of the phone's own API), config (YAML text).
    Makes a new temporary folder for that config.
    """
    document = {
        "url": url,
        "apple_id": account.apple_id,
        "password": account.password,
        "code": account.code,
        "device": f"{url}/device",
        "config": _config(account, url, Path(tempfile.mkdtemp(prefix="remindersd-sandbox-"))),
    }
    return orjson.dumps(document).decode()


def _config(account: Account, url: str, home: Path) -> str:
    """Compose the config text around `home`, a private folder that exists (0700)."""
    folder = home / "Todo"
    folder.mkdir(mode=0o700)
    password_file = home / "password"
    # From a file, because arguments can be read by everyone in the process list.
    private = os.open(password_file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with open(private, "w", encoding="utf-8") as file:
        file.write(account.password + "\n")
    config = {
        "profile": f"sandbox-{secrets.token_hex(4)}",
        "account": {
            "apple_id": account.apple_id,
            "password_command": ["cat", str(password_file)],
            "endpoint": url,
        },
        "folder": str(folder),
        "reminders": {"every": "1m"},
    }
    return yaml.safe_dump(config, sort_keys=False, allow_unicode=True)
