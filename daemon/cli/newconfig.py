"""Writes a config from a person's answers: commented, checked as a whole, for its owner alone."""

from __future__ import annotations

import json
import os
from dataclasses import dataclass
from pathlib import Path

from daemon.settings.config import Config, load_config
from sync.errors import UsageError

__all__ = ["Answers", "write_config"]

_TEMPLATE = """\
# The config of remindersd. A key that is not known, or a value that does not fit, is an error:
# `remindersd config check` says where.

account:
  apple_id: {apple_id}
  # A program and its arguments; the first line that it prints is the password. Without one the
  # keyring is looked at, then the systemd credential icloud-password; else `login` asks.
  password_command: {password_command}
{endpoint}
# The todo files: one per list, one directory per group of lists.
folder: {folder}
format: {format}

reminders:
  # How often iCloud is asked for changes. Changed files are seen at once.
  every: 1m
  # Whether a new file becomes a list in iCloud: ask, yes or no.
  new_lists: ask
  # When both sides changed the same thing: cloud or files wins. The other value is always kept.
  conflicts: cloud
{lists}  deletions:
    # More deletions than this at once wait until you approve of them.
    hold_above: 5
"""

_LISTS = """\
  # Lists that are not kept here; all others are, both ways.
  lists: {lists}
"""

_ENDPOINT = """\
  # A pretend iCloud on this machine instead of Apple.
  endpoint: {endpoint}
"""


@dataclass(frozen=True, slots=True)
class Answers:
    """What a person said; ``password_command`` is a program with its arguments.

    ``left_out`` are the names of lists that are not to be kept here.
    """

    apple_id: str
    folder: str
    format: str
    password_command: list[str] | None
    endpoint: str | None
    left_out: tuple[str, ...] = ()


def write_config(target: Path, answers: Answers) -> Config:
    """Write the config to ``target`` (0600) in one step, make its folder, and return it as read.

    Raises UsageError when an answer does not fit or something cannot be written; then a config
    that was there before still is.
    """
    file = target.resolve()  # a link to where a person keeps their configs stays one
    draft = file.with_name(f".{file.name}.new")
    try:
        file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        draft.unlink(missing_ok=True)
        private = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
        with open(private, "w", encoding="utf-8") as written:
            written.write(_text(answers))
            written.flush()
            os.fsync(written.fileno())
        config = load_config(draft)
        config.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        draft.replace(file)
    except UsageError as error:
        # The line number is one of a file that the person never saw.
        _, _, what = error.message.partition(": ")
        raise UsageError(what or error.message, "give another answer") from None
    except OSError as error:
        raise UsageError(f"{error.filename or target}: {error.strerror}") from None
    finally:
        draft.unlink(missing_ok=True)
    return config.model_copy(update={"source": target})


def _text(answers: Answers) -> str:
    lists = {"*": "two-way", **dict.fromkeys(answers.left_out, "ignore")}
    endpoint = _ENDPOINT.format(endpoint=_yaml(answers.endpoint)) if answers.endpoint else ""
    return _TEMPLATE.format(
        apple_id=_yaml(answers.apple_id),
        password_command=_yaml(answers.password_command),
        endpoint=endpoint,
        lists=_LISTS.format(lists=_yaml(lists)) if answers.left_out else "",
        folder=_yaml(_absolute(answers.folder)),
        format=_yaml(answers.format),
    )


def _absolute(folder: str) -> str:
    return folder if folder.startswith("~") else os.path.abspath(folder)


def _yaml(value: object) -> str:
    # JSON is YAML, and quotes everything that YAML would read as something else.
    return json.dumps(value, ensure_ascii=False)
