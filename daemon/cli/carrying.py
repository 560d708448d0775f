"""The verbs that carry everything out into a file, and back in from one."""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from daemon.cli.common import Globals, json_option, pass_globals, talking
from daemon.cli.failure import NotThere
from daemon.cli.working import done_and_synced
from daemon.wording.output import document, plural, say, warn
from sync.errors import UsageError
from sync.privatefile import write_private

if TYPE_CHECKING:
    from sync.cycle.engine import Engine
    from sync.cycle.gauge import Gauge

__all__ = ["export", "import_"]

_LONGEST = 20  # reminders that are named one by one

Told = Mapping[str, Any]


@click.command()
@click.argument("file", default="-", metavar="[FILE|-]")
@click.option(
    "--format", "form", type=click.Choice(["json", "ics"]), help="By default as FILE is called."
)
@click.option("--list", "lists", multiple=True, metavar="NAME", help="Only this list.")
@pass_globals
def export(options: Globals, file: str, form: str | None, lists: tuple[str, ...]) -> None:
    """Write all lists and reminders into FILE, or to standard output.

    JSON has every field, and each record as iCloud gave it; ICS is for calendar programmes. It is
    made of the mirror, with or without a network, as it was after the last sync.

    \b
    Examples:
       remindersd export reminders.json
       remindersd export --format ics --list Work work.ics
       remindersd export | jq '.reminders[].title'
    """
    from daemon.cli.progress import cycle_bar

    with cycle_bar() as watch:
        data = _exported(options, form or _form_of(file), lists, watch.gauge)
    if file == "-":
        sys.stdout.buffer.write(data)
        sys.stdout.buffer.flush()
        return
    _write(Path(file), data)
    warn(f"written: {file} ({plural(len(data), 'byte')})")


def _form_of(file: str) -> str:
    """What a name asks for. A list of tasks by its name would not be one."""
    suffix = Path(file).suffix.lower()
    if suffix in (".md", ".txt"):
        raise click.UsageError(
            f"{file}: there is no export in that form; name it .json or .ics, or add --format"
        )
    return "ics" if suffix == ".ics" else "json"


def _exported(options: Globals, form: str, lists: Sequence[str], gauge: Gauge) -> bytes:
    from daemon.compose import dialect_of
    from daemon.settings.paths import MIRROR, state_dir
    from daemon.wording.storage import as_ours
    from store.db import Store
    from store.errors import StoreError
    from store.raw import dumps
    from sync.cycle.gauge import Phase
    from sync.export.book import read_book
    from sync.export.calendar import calendar
    from sync.export.document import document as whole

    config = options.load()
    gauge(Phase.GATHER, 0, None)
    try:
        with Store.open_reading(state_dir(config.profile) / MIRROR) as store:
            zone = store.meta.get("home_zone") or "UTC"
            book = read_book(store, dialect_of(config, zone), lists)
    except FileNotFoundError:
        raise NotThere("there is no mirror yet", "run `remindersd sync` first") from None
    except StoreError as error:
        raise as_ours(error) from error
    missing = sorted(set(lists) - set(book.names().values()))
    if missing:
        raise NotThere(f"there is no list “{missing[0]}”", "see `remindersd lists`")
    if form == "ics":
        return calendar(book, zone, gauge)
    at = datetime.now(UTC).isoformat(timespec="seconds")
    account = config.account.apple_id
    return dumps(whole(book, account=account, home_zone=zone, at=at, gauge=gauge)) + b"\n"


def _write(path: Path, data: bytes) -> None:
    """Write a file for its owner alone, whole or not at all."""
    if not path.parent.is_dir():
        raise UsageError(f"there is no folder {path.parent}", "make it, or name another place")
    write_private(path, data)


@click.command("import")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--list", "into", metavar="NAME", help="Put all of it into this list.")
@click.option("--overwrite", is_flag=True, help="Set what is there and differs, as an edit.")
@click.option("--dry-run", is_flag=True, help="Only say what would be done.")
@click.option("--yes", is_flag=True, help="Do not ask.")
@json_option
@pass_globals
def import_(
    options: Globals,
    file: Path,
    into: str | None,
    overwrite: bool,
    dry_run: bool,
    yes: bool,
    as_json: bool,
) -> int:
    """Add to iCloud and to the files what stands in FILE and is not there yet.

    FILE is an export (.json), a calendar (.ics), a Markdown file (.md) or a todo.txt file (.txt). A
    reminder is there if one has its id, or its title in a list of that name, due alike; what is
    there is left as it is, unless --overwrite is given. So a second import changes nothing. Lists
    that are missing are made.

    \b
    Examples:
       remindersd import reminders.json --dry-run
       remindersd import work.ics --list Work
    """
    body: dict[str, Any] = {"file": str(file.absolute()), "overwrite": overwrite}
    body |= {"list": into} if into else {}
    if talking() and not yes and not dry_run and not as_json:
        _tell(_carried(options, {**body, "dry_run": True}))
        if not click.confirm("go ahead?"):
            say("nothing was changed")
            return 0
    told = _carried(options, {**body, "dry_run": dry_run})
    if as_json:
        document(told)
    else:
        _tell(told)
    return 3 if told["notes"] else 0


def _carried(options: Globals, body: Mapping[str, Any]) -> Told:
    from sync.cycle.asked.carrying import Options

    path = Path(body["file"])

    def here(engine: Engine) -> Told:
        asked = Options(body.get("list", ""), body["overwrite"], body["dry_run"])
        return engine.carry_in(path.read_bytes(), path, asked).document()

    return done_and_synced(options, "import", ("/import", body), here, syncs=not body["dry_run"])


def _tell(told: Told) -> None:
    would = "would be " if told["dry_run"] else ""
    for name in told["lists"]:
        say(f"{would}made: the list “{name}”")
    for one in told["added"][:_LONGEST]:
        say(f"{would}added: “{one['title']}” in “{one['list']}”")
    if len(told["added"]) > _LONGEST:
        say(f"  ... and {len(told['added']) - _LONGEST} more")
    for one in told["differing"][:_LONGEST]:
        done = f"{would}set" if told["overwritten"] else "there already, and left as it is"
        say(f"{done}: “{one['title']}” in “{one['list']}” ({', '.join(one['fields'])})")
    if len(told["differing"]) > _LONGEST:
        say(f"  ... and {len(told['differing']) - _LONGEST} more")
    for note in told["notes"]:
        say(f"problem: {note}")
    say(
        f"{plural(len(told['added']), 'reminder')} {would}added, {told['same']} there just so,"
        f" {len(told['differing'])} there otherwise"
    )
