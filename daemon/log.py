"""Decides how the daemon speaks on standard error: one line an event, and never a secret in it.

Under systemd a line begins with its priority (``<6>``, see sd-daemon(3)) and has no time, since
the journal adds one. Tracebacks, which may quote what a person wrote, appear only when verbose.
"""

from __future__ import annotations

import logging
import os
import re
import sys
from collections.abc import Mapping
from typing import TextIO

__all__ = ["redacted", "set_up"]

OURS = ("daemon", "sync", "store")

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
    journal = ("JOURNAL_STREAM" in environment or "INVOCATION_ID" in environment) and not (
        out.isatty()
    )
    handler = logging.StreamHandler(out)
    handler.setFormatter(_Lines(journal=journal, verbose=verbose))
    root = logging.getLogger()
    for other in [other for other in root.handlers if isinstance(other.formatter, _Lines)]:
        root.removeHandler(other)
    root.addHandler(handler)
    root.setLevel(logging.WARNING)
    for name in OURS:
        logging.getLogger(name).setLevel(logging.DEBUG if verbose else logging.INFO)
    return handler


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

    def _plain(self, record: logging.LogRecord) -> str:
        if self._verbose:
            return super().format(record)
        bare = logging.makeLogRecord(record.__dict__)
        bare.exc_info = bare.exc_text = bare.stack_info = None
        return super().format(bare).replace("\n", " ")


def _priority(level: int) -> int:
    return next((priority for least, priority in _PRIORITIES if level >= least), 7)
