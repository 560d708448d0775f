"""The verbs that change reminders: `add`, `edit`, `move`, `done`, `reopen`, `snooze`, `delete`."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, TypeVar

import click

from daemon.cli.common import Globals, json_option, pass_globals, talking
from daemon.cli.completing import names_of
from daemon.cli.working import through_daemon_or
from daemon.wording.output import document, plural, say, warn

if TYPE_CHECKING:
    from sync.cycle.engine import Engine

__all__ = ["add", "delete", "done", "edit", "move", "reopen", "snooze"]

Told = Mapping[str, Any]
_Verb = TypeVar("_Verb", bound=Callable[..., Any])
_NONE = ("", "none")

_one_key = click.argument("key", metavar="KEY", shell_complete=names_of("reminders"))
_some_keys = click.argument(
    "keys", nargs=-1, required=True, metavar="KEY...", shell_complete=names_of("reminders")
)


def _field_options(verb: _Verb) -> _Verb:
    """The options that `add` and `edit` share."""
    options = (
        click.option(
            "--list",
            "list_name",
            metavar="NAME",
            help="The list that it is in.",
            shell_complete=names_of("lists"),
        ),
        click.option("--section", metavar="NAME", help="The section of the list."),
        click.option("--due", metavar="WHEN", help="`tomorrow 9am`, `3 dec`, 2026-12-03T14:30."),
        click.option("--all-day", "--no-time", "all_day", is_flag=True, help="Due on the day."),
        click.option(
            "--remind", multiple=True, metavar="WHEN", help="An alarm: WHEN, or `10 min before`."
        ),
        click.option("--note", "notes", metavar="TEXT", help="The note beneath it."),
        click.option("--url", "urls", multiple=True, metavar="URL", help="A link with it."),
        click.option("--priority", metavar="LEVEL", help="none, low, medium or high."),
        click.option("--flag/--no-flag", "flagged", default=None, help="Flagged, or not."),
        click.option("--parent", metavar="KEY", help="The reminder that it stands beneath."),
        click.option("--repeat", metavar="RULE", help="`every day`, `every 2 weeks`, `monthly`."),
    )
    for option in reversed(options):
        verb = option(verb)
    return verb


def _fields(given: Mapping[str, Any]) -> dict[str, Any]:
    """The options that were given, as a request has them; `none` takes a value away."""
    found = {name: value for name, value in given.items() if value not in (None, (), False)}
    if given.get("flagged") is False:
        found["flagged"] = False
    if "list_name" in found:
        found["list"] = found.pop("list_name")
    for name, value in found.items():
        if isinstance(value, tuple):
            found[name] = [one for one in value if one not in _NONE]
        elif value in _NONE and name != "list":
            found[name] = None
    return found


@click.command()
@click.argument("words", nargs=-1, required=True, metavar="WORDS...")
@_field_options
@click.option("--tag", "tags", multiple=True, metavar="TAG", help="A tag.")
@click.option("--literal", is_flag=True, help="Take WORDS as the title, whatever is in them.")
@click.option("--dry-run", is_flag=True, help="Only say what is understood.")
@json_option
@pass_globals
def add(
    options: Globals,
    /,
    words: tuple[str, ...],
    tags: tuple[str, ...],
    literal: bool,
    dry_run: bool,
    as_json: bool,
    **given: Any,
) -> int:
    """Add a reminder; what was understood is said back.

    In WORDS a date or a repetition at either end is one, #tag is a tag, !, !! and !!! are low,
    medium and high priority, and @Name is a list if there is one of that name. Options win over
    what is in the words. --literal takes the words as they are.

    It stands in its file at once, and reaches iCloud with the next sync.

    \b
    Examples:
       remindersd add "call mum tomorrow 9am #family"
       remindersd add pay rent every month '!!!' --list Home
       remindersd add --literal "Read The Day After Tomorrow"
       remindersd add milk --parent Shopping --note "the blue one"
    """
    content = _fields({**given, "tags": tags})
    content["title" if literal else "text"] = " ".join(words)
    told = _ask(options, "POST", "/reminders", content, "add", (), dry_run=dry_run)
    return _tell(told, as_json)


@click.command()
@_one_key
@click.option("--title", metavar="TEXT", help="Another title.")
@_field_options
@click.option("--tag", "add_tags", multiple=True, metavar="TAG", help="One more tag.")
@click.option("--untag", "remove_tags", multiple=True, metavar="TAG", help="One tag less.")
@click.option("--dry-run", is_flag=True, help="Only say what it would be.")
@json_option
@pass_globals
def edit(options: Globals, /, key: str, dry_run: bool, as_json: bool, **given: Any) -> int:
    """Change a reminder; `none` takes a value away.

    KEY is the r-... at the end of its line, its UUID, or the beginning of its title.

    \b
    Examples:
       remindersd edit r-k3m9x2a --due "friday 14:00"
       remindersd edit "call mum" --due none --tag family
       remindersd edit passport --title "Renew passport" --priority high
    """
    content = _fields(given)
    if not content:
        raise click.UsageError("say what to change: see `remindersd edit --help`")
    told = _ask(options, "PATCH", "/reminders", content, "edit", [key], dry_run=dry_run)
    return _tell(told, as_json)


@click.command()
@_one_key
@click.argument("list_name", metavar="LIST", shell_complete=names_of("lists"))
@json_option
@pass_globals
def move(options: Globals, key: str, list_name: str, as_json: bool) -> int:
    """Move a reminder, with its subtasks, to another list.

    \b
    Example:
       remindersd move "call mum" Family
    """
    told = _ask(options, "PATCH", "/reminders", {"list": list_name}, "move", [key])
    return _tell(told, as_json)


@click.command()
@_some_keys
@json_option
@pass_globals
def done(options: Globals, keys: tuple[str, ...], as_json: bool) -> int:
    """Complete reminders, as if their lines were ticked; what repeats goes on to its next date.

    \b
    Examples:
       remindersd done r-k3m9x2a
       remindersd done "call mum" milk
    """
    told = _ask(options, "PATCH", "/reminders", {"done": True}, "done", keys)
    return _tell(told, as_json)


@click.command()
@_some_keys
@json_option
@pass_globals
def reopen(options: Globals, keys: tuple[str, ...], as_json: bool) -> int:
    """Open completed reminders again.

    \b
    Example:
       remindersd reopen "call mum"
    """
    told = _ask(options, "PATCH", "/reminders", {"done": False}, "reopen", keys)
    return _tell(told, as_json)


@click.command()
@_one_key
@click.argument("when", nargs=-1, required=True, metavar="WHEN...")
@json_option
@pass_globals
def snooze(options: Globals, key: str, when: tuple[str, ...], as_json: bool) -> int:
    """Put a reminder off until WHEN: it is due then.

    Where WHEN only names a day, the time of day stays. Alarms that would ring before go, since a
    phone shows the earliest.

    \b
    Examples:
       remindersd snooze "call mum" 1h
       remindersd snooze r-k3m9x2a tomorrow
       remindersd snooze passport next monday 10:00
    """
    told = _ask(options, "PATCH", "/reminders", {"snooze": " ".join(when)}, "snooze", [key])
    return _tell(told, as_json)


@click.command()
@_some_keys
@click.option("--yes", is_flag=True, help="Do not ask.")
@json_option
@pass_globals
def delete(options: Globals, keys: tuple[str, ...], yes: bool, as_json: bool) -> int:
    """Delete reminders, with their subtasks, as if their lines were; `restore` brings them back.

    In iCloud they go after the time of grace, and more than a few wait for `approve`, like all
    deletions. `restore` brings one back before that, too.

    \b
    Examples:
       remindersd delete r-k3m9x2a
       remindersd delete "call mum" milk --yes
    """
    if talking() and not yes and not as_json:
        planned = _ask(options, "DELETE", "/reminders", {}, "delete", keys, dry_run=True)
        for one in planned["reminders"]:
            below = f", with {plural(one['subtasks'], 'subtask')}" if one["subtasks"] else ""
            say(f"{one['key']}  {one['understood']}{below}")
        if not click.confirm("delete?", default=False):
            say("nothing was deleted")
            return 0
    return _tell(_ask(options, "DELETE", "/reminders", {}, "delete", keys), as_json)


# ---- asking and telling -------------------------------------------------------------------------


def _ask(
    options: Globals,
    method: str,
    path: str,
    content: dict[str, Any],
    verb: str,
    keys: Sequence[str],
    *,
    dry_run: bool = False,
) -> Told:
    def here(engine: Engine) -> Told:
        from daemon.acting.writing import Wish, granted

        return granted(engine, Wish(verb, content, keys, dry_run=dry_run), time.sleep)

    def there() -> dict[str, Any]:
        body = {**content, **({"keys": list(keys)} if keys else {})}
        if dry_run:
            body["dry_run"] = True
        return options.ask(method, path, body, timeout=None)

    return through_daemon_or(options, there, here)


def _tell(told: Told, as_json: bool) -> int:
    if as_json:
        document(told)
        return 3 if told["problems"] else 0
    words = {"added": "", "changed": "", "unchanged": "as it was: ", "deleted": "deleted: "}
    for one in told["reminders"]:
        mark = "[x] " if one["done"] and one["did"] != "deleted" else ""
        below = f", with {plural(one['subtasks'], 'subtask')}" if one["subtasks"] else ""
        say(f"{one['key']}  {words[one['did']]}{mark}{one['understood']}{below}")
    if told["dry_run"]:
        say("nothing was written")
    for problem in told["problems"]:
        warn(problem)
    return 3 if told["problems"] else 0
