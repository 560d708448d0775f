"""Decides what a failure looks like: one line and the way out, or one JSON document; an exit code.

No traceback reaches a person who did not ask for it with ``--debug``.
"""

from __future__ import annotations

import os
import sys
import traceback
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from typing import Any, TextIO

import click

from daemon.wording.output import document, warn
from sync.errors import RemindersdError, UsageError
from sync.machine import told

__all__ = ["INTERRUPTED", "NotThere", "guarded", "raise_answered"]

INTERRUPTED = 130
_USAGE = 2
_OUR_MISTAKE = (400, 413)  # what is asked for cannot be, or is too large


FIRST = "run `remindersd sync` or `remindersd run` first"
"""What comes before there is anything to be shown."""


class NotThere(RemindersdError):
    """What was asked about does not exist yet."""

    code = "not-there"


def not_read() -> NotThere:
    """That the mirror is new, made by a first run or a `rebuild` that came no further."""
    return NotThere("the account was not read yet; the first cycle does it", FIRST)


def guarded(work: Callable[[], object], *, as_json: bool, debug: bool) -> int:
    """Run ``work`` and return its exit code (what it returned, if a number); report what it raised.

    Failures are told on standard error, and with ``as_json`` as a document on standard output;
    where one of these cannot be written, on the other, and by the exit code.
    """
    code = _ended(work, as_json=as_json, debug=debug)
    for stream in (sys.stdout, sys.stderr):
        if not _is_told(stream):
            _drop(stream)
    return code


def _ended(work: Callable[[], object], *, as_json: bool, debug: bool) -> int:
    try:
        result = work()
        sys.stdout.flush()
    except BrokenPipeError:
        return 0  # the reader has seen enough
    except (KeyboardInterrupt, click.Abort):
        with suppress(OSError):
            warn("")
        return INTERRUPTED
    except RemindersdError as error:
        _traceback(debug)
        return _tell(error.code, error.message, error.hint, error.exit_code, as_json)
    except click.ClickException as error:
        return _click(error, as_json)
    except Exception as error:  # noqa: BLE001 - the last resort: a person gets a sentence
        _traceback(debug)
        if isinstance(error, OSError) and error.filename is None and not _is_told(sys.stdout):
            error.filename = "standard output"
        ours = told(error) if isinstance(error, OSError) else None
        if ours is not None:
            return _tell(ours.code, ours.message, ours.hint, ours.exit_code, as_json)
        return _bug(error, as_json)
    return result if isinstance(result, int) else 0


def raise_answered(status: int, answer: Mapping[str, Any]) -> None:
    """Raise the error that the daemon's ``answer`` tells of, as its own class; else nothing.

    Of a class that is not loaded here, the status of the answer says whether we asked wrongly.
    """
    error = answer.get("error")
    if not isinstance(error, Mapping):
        return
    code = str(error.get("code", RemindersdError.code))
    kind = _kinds().get(code, UsageError if status in _OUR_MISTAKE else RemindersdError)
    raised = kind(str(error.get("message", "the daemon failed")), str(error.get("hint", "")))
    raised.code = code
    raise raised


def _kinds() -> dict[str, type[RemindersdError]]:
    def below(kind: type[RemindersdError]) -> Iterator[type[RemindersdError]]:
        yield kind
        for child in kind.__subclasses__():
            yield from below(child)

    return {kind.code: kind for kind in below(RemindersdError)}


def _tell(code: str, message: str, hint: str, exit_code: int, as_json: bool) -> int:
    if as_json:
        with suppress(OSError):
            document({"schema": 1, "error": {"code": code, "message": message, "hint": hint}})
    with suppress(OSError):
        warn(f"remindersd: {message}")
        if hint:
            warn(f"hint: {hint}")
    return exit_code


def _click(error: click.ClickException, as_json: bool) -> int:
    if type(error).__name__ == "NoArgsIsHelpError":
        with suppress(OSError):
            error.show()
        return _USAGE
    context = getattr(error, "ctx", None)
    path = context.command_path if context is not None else "remindersd"
    message = " ".join(error.format_message().split())
    return _tell("usage", message, f"see `{path} --help`", _USAGE, as_json)


def _bug(error: Exception, as_json: bool) -> int:
    # Not the text of the exception: nobody has checked it for secrets.
    frame = traceback.extract_tb(error.__traceback__)[-1]
    place = f"{os.path.basename(frame.filename)}, line {frame.lineno}"
    message = f"this is a bug: {type(error).__name__} in {place}"
    return _tell(
        "bug", message, "run it again with --debug before the verb for details", 1, as_json
    )


def _traceback(debug: bool) -> None:
    if debug:
        with suppress(OSError):
            traceback.print_exc()


def _is_told(stream: TextIO) -> bool:
    """Whether all that was said to ``stream`` could be written."""
    try:
        stream.flush()
    except OSError:
        return False
    return True


def _drop(stream: TextIO) -> None:
    """Let nothing complain, when the process ends, of what ``stream`` does not take."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, stream.fileno())
    os.close(nowhere)
