"""The verbs that only look: through the daemon if one runs, else at the mirror as it was left."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import click

from daemon.cli.common import Globals, json_option, pass_globals
from daemon.cli.failure import FIRST, NotThere, not_read
from daemon.wording.output import ago, document, plural, say, table
from sync.errors import NetworkError

if TYPE_CHECKING:
    from concurrent.futures import Future
    from pathlib import Path

    from daemon.query.answers import Answers

__all__ = [
    "asked_or_read",
    "conflicts",
    "lists",
    "mirror",
    "tell_parked",
    "value_of",
    "was_read",
    "when",
]

Document = Mapping[str, Any]

_CELL = 40  # characters of a value in a table
_WORDS = {"done": ("open", "done"), "flagged": ("no flag", "flag")}  # for false and true


@click.command()
@json_option
@pass_globals
def lists(options: Globals, as_json: bool) -> None:
    """Show the lists, each with its file and how many of its reminders are open.

    A list that somebody else shares with you is shown with its owner, and with whether you may
    write to it. One that was forgotten is “not kept here”, until `restore --list`.

    \b
    Example:
       remindersd lists
    """
    told = asked_or_read(options, "/lists", _lists_read)
    if as_json:
        document(told)
        return
    headings: tuple[str, ...] = ("LIST", "GROUP", "OPEN", "TOTAL", "FILE")
    columns = ("name", "group", "open", "total", "file")
    rows = [[entry[column] for column in columns] for entry in told["lists"]]
    for row, entry in zip(rows, told["lists"], strict=True):
        if not entry.get("kept", True):
            row[-1] = "not kept here"
    if any(entry.get("shared") for entry in told["lists"]):
        headings = (*headings, "SHARED")
        rows = [[*row, _sharing(entry)] for row, entry in zip(rows, told["lists"], strict=True)]
    table(headings, rows)


def _lists_read(answers: Answers) -> Future[dict[str, Any]]:
    if not was_read(answers):
        raise not_read()
    return answers.lists()


def was_read(answers: Answers) -> bool:
    """Whether the account was ever read into the mirror. Raises as ``Answers`` does."""
    from daemon.query.queries import WAS_READ

    return answers.read(lambda rows: any(rows(f"{WAS_READ} AS so", ())[0].values())).result()


def _sharing(entry: Document) -> str:
    if entry.get("shared") != "with you":
        return entry.get("shared") or ""
    owner = f"by {entry['owner']}" if entry["owner"] else "with you"
    return f"{owner}, read-only" if entry["read_only"] else owner


@click.command()
@json_option
@pass_globals
def conflicts(options: Globals, as_json: bool) -> None:
    """Show where both sides changed the same thing: the value that won, and the one that is kept.

    \b
    Example:
       remindersd conflicts
    """
    told = asked_or_read(options, "/conflicts", lambda answers: answers.conflicts())
    if as_json:
        document(told)
        return
    if not told["conflicts"]:
        say("no conflicts")
        return
    table(
        ("NUMBER", "LIST", "REMINDER", "FIELD", "WON", "KEPT", "KEPT FROM", "WHEN"),
        [
            (
                *(entry["number"], entry["list"], entry["title"] or entry["id"], entry["field"]),
                *(value_of(entry, "winner"), value_of(entry, "loser"), entry["loser_side"]),
                when(entry["at"]),
            )
            for entry in told["conflicts"]
        ],
    )
    say("decide with `remindersd resolve NUMBER --take shown` or `--take other`")


def tell_parked(parked: Sequence[Document], most: int = 1000) -> None:
    """What iCloud refused, at ``most`` so many of it, and what can be done about it."""
    say(f"{plural(len(parked), 'change')} refused by iCloud:")
    for one in parked[:most]:
        where = f" in {one['list']}" if one["list"] and one["list"] != one["title"] else ""
        since = f", {when(one['since'])}" if one["since"] else ""
        again = f"; tried again {when(one['again'])}" if one["again"] else ""
        named = f"{one['number']}: {one['what']} of “{one['title'] or one['id']}”{where}{since}"
        say(f"  {named}: {one['reason']}{again}")
        for field, value in one["wanted"].items():
            say(f"     {field}: {_said(field, value)}")
    if len(parked) > most:
        say(f"  ... and {len(parked) - most} more: see `remindersd parked`")
    say("  send again with `remindersd retry`, give up with `remindersd drop NUMBER`")


def value_of(entry: Document, which: str) -> str:
    """A value of a conflict, on one line."""
    return _said(entry["field"], entry[which])


def _said(field: str, value: object) -> str:
    words = _WORDS.get(field)
    if words is not None and (value is None or isinstance(value, bool)):
        return words[bool(value)]
    text = "none" if value is None else " ".join(str(value).split())
    return text if len(text) <= _CELL else f"{text[: _CELL - 1]}…"


def asked_or_read(
    options: Globals, path: str, read: Callable[[Answers], Future[dict[str, Any]]]
) -> Document:
    """What the daemon answers to GET ``path``, or what ``read`` gives if none runs."""
    from daemon.control.client import NotRunning

    try:
        return options.ask("GET", path)
    except NotRunning:
        with mirror(options) as answers:
            return read(answers).result()


def _was_never(mirror: Path) -> bool:
    """Whether there is no mirror, and none that was put aside for its damage."""
    try:
        return not any(name.startswith(mirror.stem) for name in os.listdir(mirror.parent))
    except FileNotFoundError:
        return True
    except OSError:
        return False


@contextmanager
def mirror(options: Globals) -> Iterator[Answers]:
    """The mirror, read beside whatever writes it; raises NotThere, MirrorDamaged."""
    from daemon.settings.paths import MIRROR

    path = options.place().state / MIRROR
    if _was_never(path):  # known without loading what reads it
        raise NotThere("there is no mirror yet; the first cycle makes it", FIRST)
    from daemon.query.answers import Answers, NoMirror

    answers = Answers(path)
    try:
        yield answers
    except NoMirror as error:
        raise NotThere(str(error), FIRST) from None
    finally:
        answers.close()


def when(instant: str | None) -> str | None:
    """A time in words, by how far away it is. Raises NetworkError for what is none."""
    if instant is None:
        return None
    try:
        away = (datetime.now(UTC) - datetime.fromisoformat(instant)).total_seconds()
    except ValueError:
        raise NetworkError(f"the daemon answered nonsense: {instant!r} is no time") from None
    if abs(away) < 1:
        return "now"
    return f"{ago(away)} ago" if away > 0 else f"in {ago(-away)}"
