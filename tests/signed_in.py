"""One real sign-in for each account and test process; later rigs begin with its session.

A password is hashed thousands of times on its way: in a thousand tests that is minutes, and what it
tests is tested in tests/remote.
"""

from __future__ import annotations

import json
from pathlib import Path

from sandbox.signing.account import Account
from sync.remote.account import Account as Known
from sync.remote.stored import SessionStore

_GRANTS = ("sessions", "trust_tokens", "browsers")
_kept: dict[str, tuple[Account, dict[str, bytes]]] = {}


def _key(account: Account) -> str:
    """Equal for accounts that one sign-in is good for."""
    plain = {name: value for name, value in account.dump().items() if name not in _GRANTS}
    return json.dumps({**plain, "salt": ""}, sort_keys=True)


def _folder(account: Account, url: str, home: Path, profile: str) -> Path:
    directory = home / "state" / "remindersd" / profile / "session"
    return SessionStore(Known(account.apple_id, "world", url), directory).folder


def lend(account: Account, url: str, home: Path, profile: str) -> None:
    """Let a rig begin signed in, if one of the same account was before."""
    kept = _kept.get(_key(account))
    if kept is None or account.browsers:
        return
    like, files = kept
    copy = Account.load(like.dump())
    account.sessions, account.browsers = copy.sessions, copy.browsers
    folder = _folder(account, url, home, profile)
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    for name, data in files.items():
        (folder / name).write_bytes(data)
        (folder / name).chmod(0o600)


def keep(account: Account, url: str, home: Path, profile: str) -> None:
    """Remember how a rig that has just signed in is known on both sides."""
    folder = _folder(account, url, home, profile)
    if _key(account) not in _kept and account.browsers and folder.is_dir():
        files = {path.name: path.read_bytes() for path in folder.iterdir()}
        _kept[_key(account)] = Account.load(account.dump()), files
