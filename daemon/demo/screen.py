"""Draws the live demo on a terminal: the phone on the left, the file on the right, news below."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from rich.console import Console, ConsoleOptions, Group
from rich.layout import Layout
from rich.live import Live
from rich.panel import Panel
from rich.text import Text

from daemon.demo.script import FILE, LIST, on_screen
from daemon.demo.watch import Watch
from daemon.wording.output import clean

__all__ = ["Screen"]

NEW_S = 3.0  # how long what changed stands out
NEWS = 8  # lines


class Screen:
    """A face that redraws the whole terminal. Use as a context manager."""

    def __init__(self, console: Console | None = None) -> None:
        self._layout = Layout()
        self._layout.split_column(
            Layout(name="sides"),
            Layout(name="news", size=NEWS + 2),
            Layout(name="hints", size=1),
        )
        self._layout["sides"].split_row(Layout(name="phone"), Layout(name="file"))
        self._console = console or Console()
        self._live = Live(self._layout, console=self._console, screen=True, auto_refresh=False)
        self._news: deque[str] = deque(maxlen=NEWS)
        self._fresh: dict[str, float] = {}
        self._known: set[str] | None = None

    def __enter__(self) -> Screen:
        self._live.__enter__()
        return self

    def __exit__(self, *error: object) -> None:
        self._live.stop()

    def tell(self, sentence: str) -> None:
        """Add it to the news."""
        self._news.append(sentence)
        self._layout["news"].update(Panel(_lines(self._news), title="what happens"))

    def hint(self, lines: list[str]) -> None:
        """Put them at the bottom, in place of the hints before, and whole: they are to be typed."""
        text = Text("\n".join(clean(line) for line in lines), style="dim", overflow="fold")
        self._layout["hints"].size = len(text.wrap(self._console, self._console.width))
        self._layout["hints"].update(text)

    def show(self, watch: Watch) -> None:
        """Draw both sides; what is new since a moment stands out."""
        phone = [on_screen(shown) for shown in watch.shown.values() if shown.list == LIST]
        file = list(watch.files.get(FILE, []))
        self._note_new({*phone, *file})
        self._layout["phone"].update(Panel(self._side(phone), title=f"iPhone · {LIST}"))
        self._layout["file"].update(Panel(self._side(file), title=FILE))
        self.redraw()

    def redraw(self) -> None:
        """Bring what was told and shown to the terminal."""
        self._live.refresh()

    def _note_new(self, lines: set[str]) -> None:
        now = time.monotonic()
        if self._known is not None:
            self._fresh.update(dict.fromkeys(lines - self._known, now + NEW_S))
        self._known = lines
        self._fresh = {line: until for line, until in self._fresh.items() if until > now}

    def _side(self, lines: Sequence[str]) -> _Tail:
        return _Tail(
            [
                Text(
                    clean(line),
                    style="bold green" if line in self._fresh else "",
                    no_wrap=True,
                    overflow="ellipsis",
                )
                for line in lines
            ]
        )


@dataclass(frozen=True, slots=True)
class _Tail:
    """As many of the last lines as there is room for: what is new comes at the end."""

    lines: list[Text]

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> Iterator[Text]:
        yield from self.lines[-(options.height or len(self.lines)) :]


def _lines(lines: Iterable[str]) -> Group:
    return Group(*(Text(clean(line), no_wrap=True, overflow="ellipsis") for line in lines))
