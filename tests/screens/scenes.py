"""What is typed in a terminal for each of the screens, and what it shows then."""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from tests.cli.tmux import Screen, screen
from tests.e2e.processes import until
from tests.screens.drawn import drawn
from tests.screens.household import Household

__all__ = ["Scenes"]

_PROMPT = "$"
_CODES = re.compile(r"\x1b\[[0-9;]*m")
_ROWS = 60
_STILL_S = 0.5


class Scenes:
    """Plays in ``home``; each screen becomes a text and a picture in ``place``."""

    def __init__(self, home: Household, place: Path) -> None:
        self._home = home
        self._place = place

    @contextmanager
    def window(self, rows: int = _ROWS) -> Iterator[Screen]:
        """A terminal of hers."""
        with screen(self._home, rows) as window:
            until(lambda: window.shown().strip() == _PROMPT)
            yield window

    def keep(self, name: str, title: str, painted: str, *, today: bool = False) -> None:
        """Write down what a terminal shows."""
        rows = self._home.masked(painted, today=today).rstrip().splitlines()
        text = "\n".join(_CODES.sub("", row).rstrip() for row in rows) + "\n"
        (self._place / f"{name}.txt").write_text(text, encoding="utf-8")
        (self._place / f"{name}.svg").write_text(drawn("\n".join(rows), title), encoding="utf-8")

    def commands(self, window: Screen, name: str, title: str, *lines: str) -> None:
        """Type each line on an empty screen, and keep what all of that shows."""
        self.empty(window)
        for number, line in enumerate(lines, 2):
            window.type(line)
            until(lambda number=number: _prompts(window.shown()) == number)
        painted = window.painted().rstrip()
        assert _CODES.sub("", painted).startswith(f"$ {lines[0]}"), "it does not fit on the screen"
        self.keep(name, title, painted.removesuffix(_PROMPT))

    def empty(self, window: Screen) -> None:
        """Begin at the top again."""
        window.type("clear")
        until(lambda: window.shown().strip() == _PROMPT)

    def meeting(self, invitation: dict[str, Any]) -> None:
        """The conversation of `init`, from the account to a first sync."""
        with self.window() as window:
            self.empty(window)
            window.type(f"remindersd init --no-service --endpoint {invitation['url']}")
            for question, answer in (
                ("Apple ID", invitation["apple_id"]),
                ("Folder for", ""),
                ("Format (", ""),
                ("Command that", ""),
                ("Sign in now?", ""),
                ("Password of", invitation["password"]),
                ("Code (?", invitation["code"]),
                ("Lists to leave out", ""),
                ("Do this now?", ""),
            ):
                window.until(question)
                window.type(answer)
            until(lambda: _prompts(window.shown()) == 2)
            painted = window.painted().rstrip().removesuffix(_PROMPT)
            self.keep("init", "remindersd init: from nothing to a first sync", painted)

    def demo(self) -> None:
        """The demo while it runs, of which the screen that follows the first scenes is kept."""
        with self.window(44) as window:
            self.empty(window)
            window.type("remindersd demo")
            window.until("Rye bread, sliced 📅", "── phone: rename")
            painted = _still(window.painted)
            window.press("C-c")
            until(lambda: window.shown().rstrip().endswith(_PROMPT))
        self.keep(
            "demo", "remindersd demo: the phone, the file, and what happens", painted, today=True
        )


def _prompts(shown: str) -> int:
    """How many prompts there are; the last one waits for the next command."""
    rows = shown.rstrip().splitlines()
    waits = bool(rows) and rows[-1].rstrip() == _PROMPT
    return sum(row.startswith(_PROMPT) for row in rows) if waits else 0


def _still(look: Callable[[], str]) -> str:
    """What is to be seen when nothing has moved for a moment."""
    last, since = look(), time.monotonic()
    while time.monotonic() - since < _STILL_S:
        time.sleep(0.1)
        if (now := look()) != last:
            last, since = now, time.monotonic()
    return last
