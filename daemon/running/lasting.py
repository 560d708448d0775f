"""Remembers across restarts what a daemon knows of itself: when it last succeeded, and its pause.

In a small file in the state directory, and not in the mirror: a cycle that finds nothing new writes
no row. For the same reason a success alone is written down now and then only, so that after a crash
``last_success`` may be too early by ``EVERY_S``, and never too late.
"""

from __future__ import annotations

import json
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from sync.privatefile import write_private

__all__ = ["EVERY_S", "LASTING", "Known", "Lasting", "Pause"]

LASTING = "service.json"
"""Its name in the state directory."""

EVERY_S = 900.0


@dataclass(frozen=True, slots=True)
class Pause:
    """Nothing goes by itself since then; ``until`` some time, or (``None``) until `resume`.

    Times are Unix seconds.
    """

    since: float
    until: float | None = None

    def is_over(self, now: float) -> bool:
        """Whether its time has come; a clock that was set back makes none longer than it is."""
        return self.until is not None and not self.since - 1 <= now < self.until

    @property
    def sentence(self) -> str:
        """What a person is told of its end, in the local time."""
        if self.until is None:
            return "until `remindersd resume`"
        until = datetime.fromtimestamp(self.until, UTC).astimezone()
        return f"until {until:%a %d %b %H:%M}"

    def document(self) -> dict[str, Any]:
        """As /status tells it."""
        return {"since": _instant(self.since), "until": _instant(self.until)}


@dataclass(frozen=True, slots=True)
class Known:
    """What is remembered."""

    last_success: float | None = None
    pause: Pause | None = None


class Lasting:
    """The file in ``state``; ``None`` remembers for this process alone."""

    def __init__(self, state: Path | None = None) -> None:
        self._path = None if state is None else state / LASTING
        self._known = _read(self._path)
        self._written = self._known

    @property
    def known(self) -> Known:
        """What is remembered now."""
        return self._known

    def succeeded(self, at: float, *, news: bool) -> None:
        """A cycle went through at ``at``; it is written down if there was any news, or it is time.

        Raises OSError, as all that writes.
        """
        self._known = replace(self._known, last_success=at)
        last = self._written.last_success
        if news or last is None or not 0 <= at - last < EVERY_S:
            self.write()

    def paused(self, pause: Pause | None) -> None:
        """There is a pause now, or none any more."""
        self._known = replace(self._known, pause=pause)
        self.write()

    def write(self) -> None:
        """Write down what is not written yet."""
        if self._path is None or self._known == self._written:
            return
        write_private(self._path, json.dumps(_document(self._known)).encode("ascii"))
        self._written = self._known


def _document(known: Known) -> dict[str, Any]:
    pause = known.pause
    told = None if pause is None else {"since": pause.since, "until": pause.until}
    return {"schema": 1, "last_success": known.last_success, "pause": told}


def _read(path: Path | None) -> Known:
    """What the file says; one that is damaged is as good as none, since nothing hangs on it."""
    with suppress(OSError, ValueError, TypeError, AttributeError, KeyError):
        if path is not None:
            found = json.loads(path.read_text(encoding="ascii"))
            pause, last = found.get("pause"), found.get("last_success")
            return Known(
                None if last is None else float(last),
                None if pause is None else Pause(float(pause["since"]), _number(pause["until"])),
            )
    return Known()


def _number(value: Any) -> float | None:
    return None if value is None else float(value)


def _instant(seconds: float | None) -> str | None:
    if seconds is None:
        return None
    return datetime.fromtimestamp(seconds, UTC).isoformat(timespec="seconds")
