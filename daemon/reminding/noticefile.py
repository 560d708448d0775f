"""Remembers which notices stand on the desktop, so that their buttons work after a restart.

In a small file in the state directory: numbers by what the notices are about, and whose numbers
they are. They count only as long as the same one shows notices on the same bus.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path

from sync.privatefile import write_private

__all__ = ["NOTICES", "NoticeFile"]

NOTICES = "notices.json"
"""Its name in the state directory."""


class NoticeFile:
    """The file in ``state``; ``None`` remembers nothing."""

    def __init__(self, state: Path | None = None) -> None:
        self._path = None if state is None else state / NOTICES

    def is_empty(self) -> bool:
        """Whether there is nothing to go on with."""
        return self._path is None or not self._path.exists()

    def read(self, server: str) -> dict[str, int]:
        """The numbers of the notices that ``server`` shows, by what they are about."""
        with suppress(OSError, ValueError, TypeError, AttributeError, KeyError):
            if self._path is not None:
                found = json.loads(self._path.read_text(encoding="utf-8"))
                if found["server"] == server:
                    return {str(about): int(number) for about, number in found["shown"].items()}
        return {}

    def write(self, server: str, shown: Mapping[str, int]) -> None:
        """These stand now; that it cannot be written costs buttons after a restart, no more."""
        if self._path is None:
            return
        with suppress(OSError):
            if not shown:
                self._path.unlink(missing_ok=True)
                return
            document = {"schema": 1, "server": server, "shown": dict(shown)}
            write_private(self._path, json.dumps(document).encode())
