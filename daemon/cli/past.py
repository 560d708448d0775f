"""The verbs for what was done: which runs there were, what each changed, and taking one back."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

import click

from daemon.cli.common import Globals, json_option, pass_globals, readable, talking
from daemon.cli.completing import names_of
from daemon.cli.failure import NotThere
from daemon.cli.looking import asked_or_read
from daemon.cli.working import through_daemon_or
from daemon.wording.output import document, plural, say, table
from sync.errors import UsageError

if TYPE_CHECKING:
    from sync.cycle.engine import Engine

__all__ = ["log", "undo"]

Told = Mapping[str, Any]

_CELL = 60  # characters of a value
_LONGEST = 40  # changes that `undo` shows one by one
_SIDES = {"cloud": "iCloud", "file": "files"}
_COUNTS = (
    ("pushed", "sent", "sent"),
    ("refused", "refused", "refused"),
    ("rendered", "line", "lines"),
    ("files", "file", "files"),
    ("conflicts", "conflict", "conflicts"),
)


# ---- log ----------------------------------------------------------------------------------------


@click.command()
@click.option("--limit", type=click.IntRange(1, 1000), default=20, metavar="N", show_default=True)
@click.option("--run", "run", type=click.IntRange(1), metavar="N", help="All that one run changed.")
@click.option("--reminder", metavar="KEY", help="All that was changed of one reminder or list.")
@json_option
@pass_globals
def log(options: Globals, limit: int, run: int | None, reminder: str | None, as_json: bool) -> None:
    """Show what was done: the runs, the latest first, or each change of a run or a reminder.

    KEY is a reminder's UUID, the ^r-... at the end of its line, or what it is or was called. What
    runs changed is kept for 30 days, and up to 64 MiB.

    \b
    Examples:
       remindersd log
       remindersd log --run 41
       remindersd log --reminder "Buy milk"
    """
    if run is not None and reminder is not None:
        raise click.UsageError("--run and --reminder exclude each other")
    if run is not None:
        told = _run(options, run)
    elif reminder is not None:
        key = readable(reminder)
        path = f"/changes?of={quote(key, safe='')}"
        told = asked_or_read(options, path, lambda answers: answers.changes(key))
    else:
        told = asked_or_read(options, f"/runs?limit={limit}", lambda answers: answers.runs(limit))
    if as_json:
        document(told)
    elif "runs" in told:
        _tell_runs(told["runs"])
    else:
        _tell_run(told)


def _run(options: Globals, run: int) -> Told:
    from concurrent.futures import Future

    from daemon.query.answers import Answers

    def read(answers: Answers) -> Future[dict[str, Any]]:
        found: Future[dict[str, Any]] = Future()
        found.set_result(answers.run(run).result() or {})
        return found

    told = asked_or_read(options, f"/runs/{run}", read)
    if not told:
        raise NotThere(f"there is no run {run}", "see `remindersd log`")
    return told


def _tell_runs(runs: Sequence[Told]) -> None:
    if not runs:
        say("no run has changed anything yet")
        return
    table(
        ("RUN", "WHEN", "WHY", "RESULT", "DONE"),
        [
            (run["id"], _local(run["started"]), run["kind"], run["result"] or "cut off", _done(run))
            for run in runs
        ],
    )


def _done(run: Told) -> str:
    counts = run["counts"]
    told = [(counts.get(name), one, many) for name, one, many in _COUNTS]
    return ", ".join(plural(count, one, many) for count, one, many in told if count)


def _tell_run(told: Told) -> None:
    run = told.get("run")
    if run is not None:
        result = run["result"] or "cut off"
        say(f"run {run['id']}, {_local(run['started'])}, {run['kind']}: {result}")
    if not told["changes"] and run is not None and run["counts"].get("refused"):
        say("it changed nothing: iCloud refused what it was for; see `remindersd parked`")
    elif not told["changes"]:
        say("nothing is known of it (any more)" if run is None else "nothing is known any more")
    for change in told["changes"]:
        if _says_nothing(change):
            continue
        when = f"{_local(change['at'])}  " if run is None else "  "
        say(f"{when}{_SIDES[change['side']]}: {sentence(change)}")


def _says_nothing(change: Told) -> bool:
    """Whether it only says of something new, or back again, that it has no such thing."""
    return (
        change["before"] is None
        and change["after"] in (None, "", False, "none", "open")
        and (change["field"] != "deleted")
    )


def sentence(change: Told) -> str:
    """One change as a line: what, where, and both values."""
    where = f" in “{change['list']}”" if change["list"] else ""
    what = f"“{_short(change['title'])}”{where}" if change["title"] else change["file"] or "?"
    field, before, after = change["field"], change["before"], change["after"]
    if field == "deleted":
        made = "created" if before is None else "back again"
        return f"{what}: {'deleted' if after else made}"
    if field == "line":
        return f"{what}: its line {'went' if after is None else 'came'} ({change['file']})"
    return f"{what}: {field}: {_value(before)} → {_value(after)}"


def _value(value: object) -> str:
    if value is None or value == "":
        return "none"
    if isinstance(value, bool):
        return "yes" if value else "no"
    return _short(str(value))


def _short(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= _CELL else f"{line[: _CELL - 1]}…"


def _local(instant: str) -> str:
    from datetime import datetime

    return datetime.fromisoformat(instant).astimezone().strftime("%Y-%m-%d %H:%M:%S")


# ---- undo ---------------------------------------------------------------------------------------


@click.command()
@click.argument("run", type=click.IntRange(1), required=False, shell_complete=names_of("runs"))
@click.option("--dry-run", is_flag=True, help="Only say what would be taken back.")
@click.option("--yes", is_flag=True, help="Do not ask.")
@json_option
@pass_globals
def undo(options: Globals, run: int | None, dry_run: bool, yes: bool, as_json: bool) -> int:
    """Take a run back on both sides, as new edits: the run that `log` numbers, or the latest.

    Whatever still is as the run left it goes back to what it was before. What it created is
    deleted, what it deleted comes back. What was changed since stays, and is named. An undo is a
    run as well, which can be undone.

    \b
    Examples:
       remindersd undo --dry-run
       remindersd undo
       remindersd undo 41 --yes

    Ends with 0 when all was taken back, and with 3 when something had to stay.
    """
    if dry_run and yes:
        raise click.UsageError("--dry-run and --yes exclude each other")
    if not (dry_run or yes):
        if as_json or not talking():
            raise UsageError(
                "undo asks before it changes anything, and here it cannot",
                "see `remindersd undo --dry-run`, then add --yes",
            )
        plan = _undo(options, run, dry_run=True)
        _tell_plan(plan)
        if not plan["changes"]:
            return 3 if plan["left"] else 0
        if not click.confirm("Take this back?"):
            say("nothing was changed")
            return 0
        run = plan["run"]
    if run is None and not dry_run:  # the latest now, not what is synced before it
        run = _undo(options, None, dry_run=True)["run"]
    told = _undo(options, run, dry_run=dry_run)
    if as_json:
        document(told)
    elif dry_run:
        _tell_plan(told)
    else:
        _tell_undone(told)
    return 3 if told["left"] or told["lost"] else 0


def _undo(options: Globals, run: int | None, *, dry_run: bool) -> Told:
    most = options.load().reminders.deletions.hold_above

    def here(engine: Engine) -> Told:
        from daemon.query.changes import undo_document

        if not dry_run:
            engine.settled("sync", wait=time.sleep)  # what is being saved is waited for
        undone = engine.undo(run, dry_run=dry_run)
        if not dry_run:
            engine.settled("undo", wait=time.sleep)
        return undo_document(undone, dry_run=dry_run, hold_above=most)

    def there() -> dict[str, Any]:
        if not dry_run:
            options.ask("POST", "/sync", {}, timeout=None)
        told = options.ask("POST", "/undo", {"run": run, "dry_run": dry_run}, timeout=None)
        if not dry_run:
            options.ask("POST", "/sync", {}, timeout=None)
        return told

    return through_daemon_or(options, there, here)


def _tell_plan(told: Told) -> None:
    changes = told["changes"]
    if not changes:
        say(f"run {told['run']}: there is nothing to take back")
    else:
        say(f"to take run {told['run']} back, in iCloud and then in the files:")
        _tell_changes(changes)
    if told["many"]:
        say(f"this deletes {plural(told['deletions'], 'reminder')}, and they are not held")
    _tell_left(told)


def _tell_undone(told: Told) -> None:
    if told["changes"]:
        say(f"run {told['run']} was taken back, by run {told['by']}:")
        _tell_changes(told["changes"])
    elif told["back"]:
        say(f"run {told['run']}: it is taken back already")
    else:
        say(f"run {told['run']}: there was nothing to take back")
    _tell_left(told)
    if told["changes"]:
        say(f"`remindersd undo {told['by']}` takes it back again")


def _tell_changes(changes: Sequence[Told]) -> None:
    gone = {one["id"] for one in changes if one["field"] == "deleted"}
    shown = [one for one in changes if one["field"] == "deleted" or one["id"] not in gone]
    for change in shown[:_LONGEST]:
        say(f"  {sentence(change)}")
    if len(shown) > _LONGEST:
        say(f"  ... and {len(shown) - _LONGEST} more: see them all with --json")


def _tell_left(told: Told) -> None:
    for left in told["left"][:_LONGEST]:
        say(
            f"stays: “{_short(left['title'])}”: {left['reason']}"
            if left["title"]
            else f"stays: {left['reason']}"
        )
    if len(told["left"]) > _LONGEST:
        say(f"  ... and {len(told['left']) - _LONGEST} more stay")
    if told["shown"]:
        lines = plural(told["shown"], "line was", "lines were")
        say(f"{lines} only shown or put away, which changed nothing")
    for lost in told["lost"]:
        say(f"not restored: {lost}")
