"""Decides how the daemon speaks on standard error: one line an event, and never a secret in it.

In the journal a line begins with its priority (``<6>``, see sd-daemon(3)) and has no time, since
that adds one. A line is a sentence, and then facts as key=value. What a person wrote is in none of
them, unless they asked for that: such lines go to a logger of their own, and a traceback, which is
shown only when verbose, names places and not what the error says.
"""

from __future__ import annotations

import logging
import os
import re
import sys
import traceback
from collections.abc import Iterator, Mapping
from typing import TextIO

__all__ = ["TITLES", "facts", "redacted", "set_up", "show_titles"]

OURS = ("daemon", "sync", "store")
TITLES = "daemon.titles"
"""The logger of lines that quote what a person wrote; silent until ``show_titles``."""

_SILENT = logging.CRITICAL + 1
logging.getLogger(TITLES).setLevel(_SILENT)

_HIDDEN = "[hidden]"
_HEADER = re.compile(r"(?i)\b((?:set-)?cookie|authorization)(\s*:\s*).*")
_NAMED = re.compile(
    r"""(?ix)
    ( (?: x-apple-[\w-]+ | token | password | passwd | secret | cookie | scnt | authorization
        | session[-_]?id | api[-_]?key ) [\w-]* ["']? \s* [=:] \s* )
    (?! \[hidden\] )
    ( "[^"]*" | '[^']*' | [^\s"';,&}\])]+ )"""
)
# Long and of mixed letters and digits: no word, hash in hex or path looks like that.
_LONG = re.compile(
    r"(?<![\w/.+=-])(?=[^\s]*\d)(?=[^\s]*[a-z])(?=[^\s]*[A-Z])[A-Za-z0-9][A-Za-z0-9+/=_%-]{47,}"
)
_PRIORITIES = ((logging.CRITICAL, 2), (logging.ERROR, 3), (logging.WARNING, 4), (logging.INFO, 6))


def redacted(text: str) -> str:
    """``text`` with the values of tokens, cookies and passwords taken out."""
    for pattern, shown in (
        (_HEADER, rf"\1\2{_HIDDEN}"),
        (_LONG, _HIDDEN),
        (_NAMED, rf"\1{_HIDDEN}"),
    ):
        text = pattern.sub(shown, text)
    return text


def facts(**values: object) -> str:
    """`` key=value key="a value"`` for the end of a line; what is ``None`` is left out."""
    return "".join(f" {key}={_value(value)}" for key, value in values.items() if value is not None)


def show_titles(asked: bool, environment: Mapping[str, str] = os.environ) -> None:
    """Log what a person wrote, too, if ``asked`` or if ``REMINDERSD_LOG_TITLES`` is 1."""
    is_shown = asked or environment.get("REMINDERSD_LOG_TITLES") == "1"
    logging.getLogger(TITLES).setLevel(logging.INFO if is_shown else _SILENT)


def set_up(
    *,
    verbose: bool = False,
    stream: TextIO | None = None,
    environment: Mapping[str, str] = os.environ,
) -> logging.Handler:
    """Send all logging to standard error (or ``stream``); returns the handler that does it.

    Libraries are heard from ``WARNING`` on, for below that they name addresses and headers.
    """
    out = stream or sys.stderr
    handler = logging.StreamHandler(out)
    handler.setFormatter(_Lines(journal=_is_journal(out, environment), verbose=verbose))
    root = logging.getLogger()
    for other in [other for other in root.handlers if isinstance(other.formatter, _Lines)]:
        root.removeHandler(other)
    root.addHandler(handler)
    root.setLevel(logging.WARNING)
    # It warns of each run that is late, in names of functions: the next one does the same.
    logging.getLogger("apscheduler").setLevel(logging.ERROR)
    for name in OURS:
        logging.getLogger(name).setLevel(logging.DEBUG if verbose else logging.INFO)
    show_titles(False, environment)
    return handler


def _is_journal(out: TextIO, environment: Mapping[str, str]) -> bool:
    """Whether ``out`` is the stream that systemd made for the journal, and no file or terminal."""
    try:
        status = os.fstat(out.fileno())
    except (OSError, ValueError):
        return False
    return environment.get("JOURNAL_STREAM") == f"{status.st_dev}:{status.st_ino}"


def _value(value: object) -> str:
    text = f"{value:.3f}" if isinstance(value, float) else str(value)
    if re.fullmatch(r"[^\s\"=]+", text):
        return text
    inside = text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
    return f'"{inside}"'


class _Lines(logging.Formatter):
    def __init__(self, *, journal: bool, verbose: bool) -> None:
        super().__init__("%(message)s" if journal else "%(asctime)s %(levelname)s %(message)s")
        self._journal = journal
        self._verbose = verbose

    def format(self, record: logging.LogRecord) -> str:
        text = redacted(self._plain(record))
        if not self._journal:
            return text
        return "\n".join(f"<{_priority(record.levelno)}>{line}" for line in text.split("\n"))

    def formatException(self, ei: object) -> str:
        """Where it came from and of which kind it is; what it says may quote a person."""
        error = ei[1] if isinstance(ei, tuple) else None
        if logging.getLogger(TITLES).isEnabledFor(logging.INFO) or error is None:
            return super().formatException(ei)  # type: ignore[arg-type]
        return "\n".join("".join(_places(one)).rstrip("\n") for one in _chain(error))

    def _plain(self, record: logging.LogRecord) -> str:
        bare = logging.makeLogRecord(record.__dict__)
        bare.exc_text = None  # another handler may have left its own
        if self._verbose:
            return super().format(bare)
        bare.exc_info = bare.stack_info = None
        return super().format(bare).replace("\n", " ")


def _priority(level: int) -> int:
    return next((priority for least, priority in _PRIORITIES if level >= least), 7)


def _chain(error: BaseException | None) -> Iterator[BaseException]:
    """What led to ``error``, the first cause first, and ``error`` itself."""
    if error is not None:
        yield from _chain(error.__cause__ or error.__context__)
        yield error


def _places(error: BaseException) -> Iterator[str]:
    yield "Traceback (most recent call last):\n"
    yield from traceback.format_tb(error.__traceback__)
    yield type(error).__qualname__
