"""Decides which changes of the config a running daemon can take; the others need a new process.

What names the mirror, the lock or the socket is held open by the process: another account or
folder is another daemon, and would be a merge of two if it were taken.
"""

from __future__ import annotations

from daemon.settings.config import Config
from sync.errors import UsageError

__all__ = ["check_change"]


def check_change(before: Config, after: Config) -> None:
    """Raise UsageError where ``after`` cannot replace ``before`` in a running daemon."""
    fixed = {
        "profile": (before.profile, after.profile),
        "account.apple_id": (before.account.apple_id, after.account.apple_id),
        "account.region": (before.account.region, after.account.region),
        "account.endpoint": (before.account.endpoint, after.account.endpoint),
        "folder": (before.folder, after.folder),
        "format": (before.format, after.format),
        "control.socket": (before.control.socket, after.control.socket),
        "control.listen": (before.control.listen, after.control.listen),
    }
    changed = [f"`{key}`" for key, (old, new) in fixed.items() if old != new]
    if changed:
        raise UsageError(
            f"{', '.join(changed)} cannot change while remindersd runs",
            "restart remindersd for that",
        )
