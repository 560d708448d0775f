"""The verbs that bring something back, or let a list go from the folder: `restore` and `forget`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import click

from daemon.cli.common import Globals, json_option, pass_globals
from daemon.cli.completing import names_of
from daemon.cli.looking import asked_or_read, when
from daemon.cli.told import tell_restored
from daemon.cli.working import done_and_synced
from daemon.wording.output import document, say, table

if TYPE_CHECKING:
    from sync.cycle.engine import Engine

__all__ = ["forget", "restore"]

_SHOWN = 20  # of what can be restored


@click.command()
@click.argument("key", metavar="[ID]", required=False)
@click.option("--list", "list_name", metavar="NAME", help="Bring back this list.")
@click.option("--file", "path", metavar="PATH", help="Write this list's file again.")
@json_option
@pass_globals
def restore(
    options: Globals, key: str | None, list_name: str | None, path: str | None, as_json: bool
) -> int:
    """Bring back what is gone, in iCloud and in its file; with nothing named, say what can be.

    ID is a reminder's UUID, the ^r-... that stood at the end of its line, or its whole title.
    What was deleted softly only loses its mark; what is gone for good is made anew from what the
    mirror kept of it for 30 days, under its old id.

    --list NAME brings back a list that was deleted in iCloud, with what was deleted with it, or
    the file of one that was forgotten. --file PATH writes the file of a list again that is gone,
    that lost all its tasks or that cannot be read; a damaged one is kept in .remindersd/replaced.

    \b
    Examples:
       remindersd restore
       remindersd restore r-k3m9x2a
       remindersd restore "Renew passport"
       remindersd restore --list Holidays
       remindersd restore --file Work.md
    """
    named = {"id": key, "list": list_name, "file": path}
    given = {name: value for name, value in named.items() if value is not None}
    if len(given) > 1:
        raise click.UsageError("name one thing: a reminder, --list or --file")
    if not given:
        return _tell_restorable(options, as_json)
    [(kind, value)] = given.items()

    def here(engine: Engine) -> Mapping[str, Any]:
        if kind == "list":
            return engine.restore_list(value).document()
        if kind == "file":
            return engine.restore_file(value).document()
        return engine.restore(value).document()

    told = done_and_synced(options, "restore", ("/restore", given), here)
    if as_json:
        document(told)
    elif kind == "id":
        tell_restored(told)
    elif kind == "list":
        _tell_list(told)
    else:
        _tell_file(told)
    return 3 if told.get("lost") else 0


@click.command()
@click.argument("key", metavar="NAME|PATH", shell_complete=names_of("lists"))
@json_option
@pass_globals
def forget(options: Globals, key: str, as_json: bool) -> None:
    """Keep a list in the folder no more whose file was deleted; in iCloud it stays as it is.

    Its deletion is never sent. It stays forgotten until `restore --list NAME`, or until its file
    is put back. A list that is no longer shared with you can be forgotten too: its file stays and
    is left alone from then on. And so can a file that waits to become a list: it is not asked
    for again.

    \b
    Examples:
       remindersd forget Work
       remindersd forget Packing.md
    """

    post = "/forget", {"key": key}
    told = done_and_synced(options, "forget", post, lambda engine: engine.forget(key).document())
    if as_json:
        document(told)
        return
    if not told["list"]:
        say(f"{told['name']} stays a plain file")
    elif told["file"]:
        say(f"“{told['name']}” is forgotten; {told['file']} stays, and is left alone")
    else:
        say(f"“{told['name']}” is not kept here any more; it stays in iCloud")
        say(f'  bring it back with `remindersd restore --list "{told["name"]}"`')


def _tell_restorable(options: Globals, as_json: bool) -> int:
    told = asked_or_read(options, "/restorable", lambda answers: answers.restorable())
    if as_json:
        document(told)
        return 0
    entries = told["restorable"]
    if not entries:
        say("there is nothing to restore")
        return 0
    option = {"reminder": "", "list": "--list ", "file": "--file "}
    table(
        ("WHEN", "WHAT", "LIST", "BECAME", "RESTORE WITH"),
        [
            (
                *(when(entry["at"]) or "", entry["title"], entry["list"] or ""),
                *(entry["how"], f"{option[entry['kind']]}{_quoted(entry['key'])}"),
            )
            for entry in entries[:_SHOWN]
        ],
    )
    if len(entries) > _SHOWN:
        say(f"... and {len(entries) - _SHOWN} more, which --json shows")
    return 0


def _quoted(key: str) -> str:
    return f'"{key}"' if " " in key else key


def _tell_list(told: Mapping[str, Any]) -> None:
    name, count = told["list"], told["reminders"]
    if not told["deleted"]:
        say(f"“{name}” is kept here again")
    elif told["anew"]:
        say(f"restored the list “{name}” with {count} reminders (made anew: it had been gone)")
    else:
        say(f"restored the list “{name}”, with all that was in it")
    for what in told["lost"]:
        say(f"not restored: {what}")


def _tell_file(told: Mapping[str, Any]) -> None:
    say(f"restored {told['file']} from “{told['list']}”")
    if told["kept"]:
        say(f"  the damaged one is kept: {told['kept']}")
