"""The verbs that show reminders: smart lists, one reminder, what is found by words.

Through the daemon if one runs, else from the mirror as it was left; neither needs a sign-in. They
are asked all day by bars and launchers, so that nothing slow may be imported on their way.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import date, datetime, timedelta, tzinfo
from typing import TYPE_CHECKING, Any
from urllib.parse import quote, urlencode
from zoneinfo import ZoneInfo

import click

from daemon.cli.common import Globals, json_option, pass_globals, readable
from daemon.cli.completing import names_of
from daemon.cli.failure import FIRST, NotThere, not_read
from daemon.wording.output import document, plural, say, table
from sync.errors import UsageError

if TYPE_CHECKING:
    from daemon.query.queries import Queries

__all__ = ["flagged", "overdue", "scheduled", "search", "show", "today"]

Document = Mapping[str, Any]

_MARKS = {"low": "!", "medium": "!!", "high": "!!!"}
_NOTHING = {
    "today": "nothing is due today",
    "overdue": "nothing is overdue",
    "scheduled": "nothing has a date",
    "flagged": "nothing has a flag",
}


@click.command()
@json_option
@pass_globals
def today(options: Globals, as_json: bool) -> None:
    """Show what is open and due today or earlier, with the time that a phone shows.

    Where a reminder has alarms that is the earliest of them, else it is the due date; both in the
    account's time zone.

    \b
    Examples:
       remindersd today
       remindersd today --json | jq -r '.reminders[].title'
    """
    _smart(options, "today", as_json)


@click.command()
@json_option
@pass_globals
def scheduled(options: Globals, as_json: bool) -> None:
    """Show what is open and has a due date or an alarm at some moment, by that time.

    \b
    Example:
       remindersd scheduled
    """
    _smart(options, "scheduled", as_json)


@click.command()
@json_option
@pass_globals
def overdue(options: Globals, as_json: bool) -> None:
    """Show what is open though its due time, or its due day, has passed.

    \b
    Example:
       remindersd overdue
    """
    _smart(options, "overdue", as_json)


@click.command()
@json_option
@pass_globals
def flagged(options: Globals, as_json: bool) -> None:
    """Show what is open and has a flag.

    \b
    Example:
       remindersd flagged
    """
    _smart(options, "flagged", as_json)


@click.command()
@click.argument("words", nargs=-1, required=True)
@click.option("--open", "only_open", is_flag=True, help="Leave out what is done.")
@click.option(
    "--list", "of_list", metavar="NAME", help="Only in this list.", shell_complete=names_of("lists")
)
@json_option
@pass_globals
def search(
    options: Globals, words: Sequence[str], only_open: bool, of_list: str | None, as_json: bool
) -> None:
    """Find reminders that have all WORDS in title, notes or tags, in any order.

    A word finds what begins with it: `pass` finds “Renew passport”. Capitals and accents do not
    matter. What is open comes first.

    \b
    Examples:
       remindersd search passport
       remindersd search --open call dent
    """
    if not " ".join(words).strip():
        raise click.UsageError("no word to look for is given")
    asked = {"q": " ".join(words)}
    asked |= {"done": "false"} if only_open else {}
    asked |= {"list": of_list} if of_list is not None else {}
    told = _asked(options, asked)
    if as_json:
        document(told)
        return
    found = told["reminders"]
    if not found:
        say("nothing is found")
        return
    rows = [(_state(one), _titled(one), one["list"], one["block"] or one["id"]) for one in found]
    table(("STATE", "REMINDER", "LIST", "ID"), rows)


@click.command()
@click.argument("key", metavar="ID", shell_complete=names_of("reminders"))
@json_option
@pass_globals
def show(options: Globals, key: str, as_json: bool) -> None:
    """Show a reminder with all that is known of it, and its subtasks.

    ID is the id of its line such as r-4k7q2mx, its UUID, its title, or how that begins.

    \b
    Examples:
       remindersd show r-4k7q2mx
       remindersd show "renew pass"
    """
    told = _one(options, key)
    if as_json:
        document(told)
        return
    one = told["reminder"]
    _tell(one)
    if one["subtasks"]:
        for child in _asked(options, {"parent": one["id"]})["reminders"]:
            say(f"{'':<9} [{'x' if child['done'] else ' '}] {_titled(child)}")


def _smart(options: Globals, name: str, as_json: bool) -> None:
    told = _asked(options, {"smart": name})
    if as_json:
        document(told)
        return
    found = told["reminders"]
    if not found:
        say(_NOTHING[name])
        return
    now, zone = date.fromisoformat(told["day"]), ZoneInfo(told["time_zone"])
    table(
        ("WHEN", "REMINDER", "LIST", "ID"),
        [
            (_when(one["shown"], now, zone), _titled(one), one["list"], one["block"] or one["id"])
            for one in found
        ],
    )


# ---- asking


def _asked(options: Globals, query: Mapping[str, str]) -> Document:
    """What GET /reminders gives for this query."""
    query = {name: readable(words) for name, words in query.items()}

    def read(queries: Queries) -> Document:
        from daemon.query.filters import read_filters

        return queries.reminders(read_filters(list(query.items())))

    return _daemon_or(options, f"/reminders?{urlencode(query)}", read)


def _one(options: Globals, key: str) -> Document:
    if not key.strip():
        raise UsageError("the id is empty", "name a reminder by its id or title")
    key = readable(key)

    return _daemon_or(
        options, f"/reminders/{quote(key, safe='')}", lambda queries: queries.reminder(key)
    )


def _daemon_or(options: Globals, path: str, read: Callable[[Queries], Document]) -> Document:
    from daemon.control.client import NotRunning

    try:
        return options.ask("GET", path)
    except NotRunning:
        with _mirror(options) as queries:
            return read(queries)


@contextmanager
def _mirror(options: Globals) -> Iterator[Queries]:
    """The mirror, read beside whatever writes it; raises NotThere, MirrorDamaged."""
    import sqlite3
    import time
    from contextlib import closing

    from daemon.query.queries import Queries
    from daemon.settings.paths import MIRROR
    from daemon.wording.storage import as_ours
    from store.errors import StoreError, translated
    from store.file.opening import open_reading

    path = options.place().state / MIRROR
    try:
        with closing(open_reading(path)) as raw, closing(Queries(raw, time.time)) as queries:
            if not queries.was_read():
                raise not_read()
            yield queries
    except FileNotFoundError:
        raise NotThere("there is no mirror yet; the first cycle makes it", FIRST) from None
    except StoreError as error:
        raise as_ours(error) from error
    except sqlite3.Error as error:
        raise as_ours(translated(error, path) or StoreError(path, str(error))) from error


# ---- in words


def _titled(one: Document) -> str:
    marks = [_MARKS.get(one["priority"], ""), one["title"] or "(no title)"]
    marks += ["🚩"] if one["flagged"] else []
    marks += [f"#{tag}" for tag in one["tags"]]
    return " ".join(filter(None, marks))


def _state(one: Document) -> str:
    return "done" if one["done"] else "open"


def _when(shown: str | None, now: date, zone: tzinfo) -> str | None:
    """A day as one says it, and the time that a clock on the wall shows in ``zone``."""
    if shown is None:
        return None
    moment = datetime.fromisoformat(shown)
    moment = moment if moment.tzinfo is None else moment.astimezone(zone)
    day = moment.date()
    named = {now: "today", now - timedelta(1): "yesterday", now + timedelta(1): "tomorrow"}
    said = named.get(day) or f"{day:%a} {day.day} {day:%b}"
    if named.get(day) is None and day.year != now.year:
        said = f"{said} {day.year}"
    return said if len(shown) == len("2026-03-02") else f"{said} {moment:%H:%M}"


def _tell(one: Document) -> None:
    """One fact on a line, as far as there are any."""
    section = f" / {one['section']}" if one["section"] else ""
    place = f"{one['file']}:{one['line']}" if one["file"] else None
    facts = {
        "": ("☑ " if one["done"] else "☐ ") + _titled(one),
        "list": f"{one['list'] or 'none'}{section}",
        "due": one["due"],
        "shown": one["shown"] if one["shown"] != one["due"] else None,
        "repeat": one["repeat"],
        "alarm": ", ".join(_alarm(alarm) for alarm in one["alarms"] if not alarm.get("own")),
        "done": one["completed"],
        "link": " ".join(one["urls"]),
        "parent": one["parent"],
        "subtasks": plural(one["subtasks"], "subtask") if one["subtasks"] else None,
        "file": place,
        "id": " ".join(filter(None, (one["block"], one["id"]))),
        "changed": one["modified"],
    }
    for name, value in facts.items():
        if value:
            say(f"{name:<9} {value}" if name else value)
    for line in (one["notes"] or "").splitlines():
        say(f"{'':<9} {line}")


def _alarm(alarm: Document) -> str:
    match alarm["kind"]:
        case "date":
            return str(alarm["at"])
        case "early":
            return f"{plural(alarm['before']['count'], alarm['before']['unit'])} before"
        case "location":
            place = alarm["title"] or alarm["address"] or "a place"
            return f"{'on ' + str(alarm['proximity'] or 'arriving')} at {place}"
        case other:
            return str(other)
