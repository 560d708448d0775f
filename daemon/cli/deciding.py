"""The verbs that decide: `resolve` on conflicts, `parked`, `retry`, `drop` on refused changes."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import click

from daemon.cli.common import Globals, json_option, pass_globals, talking
from daemon.cli.completing import names_of
from daemon.cli.looking import asked_or_read, tell_parked, value_of
from daemon.cli.working import done_and_synced, through_daemon_or
from daemon.wording.output import document, say
from sync.errors import UsageError

if TYPE_CHECKING:
    from sync.cycle.engine import Engine

__all__ = ["drop", "parked", "resolve", "retry"]

Told = Mapping[str, Any]

_TAKE = click.Choice(["shown", "other"])


@click.command()
@click.argument("keys", nargs=-1, metavar="[NUMBER|KEY]...", shell_complete=names_of("conflicts"))
@click.option("--take", type=_TAKE, help="What to take for each; asked for without it.")
@click.option("--all", "every", is_flag=True, help="Decide all open conflicts.")
@json_option
@pass_globals
def resolve(
    options: Globals, keys: tuple[str, ...], take: str | None, every: bool, as_json: bool
) -> int:
    """Decide conflicts: `--take shown` keeps what is there, `--take other` takes the kept value.

    KEYs are the numbers that `conflicts` shows, or a reminder's title, UUID or ^r-... . What is
    taken is an edit like any other: in iCloud first, then in the file; what it writes over is in
    `log`. Without --take you are shown both values and asked.

    \b
    Examples:
       remindersd resolve
       remindersd resolve 3 --take other
       remindersd resolve --all --take shown

    Ends with 0, and with 3 if a value could not be taken.
    """
    if keys and every:
        raise click.UsageError("name conflicts, or --all")
    if take is None:
        return _ask_each(options, keys, as_json)
    if not keys and not every:
        raise click.UsageError("name conflicts, or --all")
    told = _resolve(options, keys, take)
    _tell_resolved(told, as_json)
    return 3 if any(one["problem"] for one in told) else 0


def _ask_each(options: Globals, keys: Sequence[str], as_json: bool) -> int:
    if not talking() or as_json:
        raise UsageError(
            "nobody can be asked which value to take", "add `--take shown` or `--take other`"
        )
    told = asked_or_read(options, "/conflicts", lambda answers: answers.conflicts())
    meant = [one for one in told["conflicts"] if not keys or _is_meant(one, keys)]
    if not meant:
        say("no conflicts" if not keys else f"no open conflict {keys[0]}")
        return 0 if not keys else 1
    decided: list[Told] = []
    try:
        for one in meant:
            _show(one)
            choice = click.Choice(["shown", "other", "skip"])
            answer = click.prompt("take", type=choice, default="skip")
            if answer != "skip":
                decided += _resolve(options, [str(one["number"])], answer)
    finally:  # also after ctrl-C: what was answered before it is done
        _tell_resolved(decided, as_json=False)
    return 3 if any(one["problem"] for one in decided) else 0


def _is_meant(conflict: Told, keys: Sequence[str]) -> bool:
    return bool({str(conflict["number"]), conflict["id"], conflict["title"]} & set(keys))


def _show(one: Told) -> None:
    where = f" in {one['list']}" if one["list"] else ""
    say(f"{one['number']}: {one['field']} of “{one['title'] or one['id']}”{where}")
    say(f"  shown  {value_of(one, 'winner')}")
    side = "the file" if one["loser_side"] == "file" else "iCloud"
    say(f"  other  {value_of(one, 'loser')}  (said in {side}, {one['at']})")
    if one["now"] is not None:
        say(f"  now    {value_of(one, 'now')}  (changed since)")


def _resolve(options: Globals, keys: Sequence[str], take: str) -> list[Told]:
    def here(engine: Engine) -> Told:
        from daemon.query.decided import resolved_document

        return resolved_document(engine.resolve(keys, take))

    post = "/conflicts", {"take": take, "keys": list(keys)}
    return list(done_and_synced(options, "resolve", post, here, syncs=take == "other")["resolved"])


def _tell_resolved(told: Sequence[Told], as_json: bool) -> None:
    if as_json:
        document({"schema": 1, "resolved": list(told)})
        return
    for one in told:
        if one["problem"]:
            say(f"{one['number']}: not taken: {one['problem']}")
        elif one["taken"] == "other":
            say(f"{one['number']}: {one['field']}: the other value is taken, on both sides")
        else:
            say(f"{one['number']}: {one['field']}: stays as it is shown")
    if not told:
        say("nothing was decided")


@click.command()
@json_option
@pass_globals
def parked(options: Globals, as_json: bool) -> None:
    """Show the changes that iCloud refused, each with its number, its reason and since when.

    They keep nothing else back. Another edit of the same thing is a fresh try by itself; `retry`
    sends them as they are, `drop` gives them up. Where the account has no room left, they are
    tried again by themselves, ever more rarely.

    \b
    Example:
       remindersd parked
    """
    told = asked_or_read(options, "/parked", lambda answers: answers.parked())
    if as_json:
        document(told)
    elif not told["parked"]:
        say("nothing was refused")
    else:
        tell_parked(told["parked"])


@click.command()
@click.argument(
    "numbers", nargs=-1, type=int, metavar="[NUMBER]...", shell_complete=names_of("parked")
)
@json_option
@pass_globals
def retry(options: Globals, numbers: tuple[int, ...], as_json: bool) -> int:
    """Send again what iCloud refused: those of these numbers, or all.

    \b
    Examples:
       remindersd retry
       remindersd retry 12

    Ends with 3 if something is refused again.
    """

    def here(engine: Engine) -> Told:
        told = engine.retry(numbers)
        return _done(engine, "retried", told)

    def there() -> dict[str, Any]:
        paths = [f"/parked/{number}/retry" for number in numbers] or ["/parked/retry"]
        return _posted(options, "retried", paths)

    told = through_daemon_or(options, there, here)
    left = {one["id"] for one in _left(options)}
    if as_json:
        document({**told, "parked": len(left)})
    elif not told["retried"]:
        say("nothing was refused")
    for one in [] if as_json else told["retried"]:
        say(f"{_named(one)}: {'refused again' if one['id'] in left else 'sent'}")
    return 3 if any(one["id"] in left for one in told["retried"]) else 0


@click.command()
@click.argument(
    "numbers",
    nargs=-1,
    required=True,
    type=int,
    metavar="NUMBER...",
    shell_complete=names_of("parked"),
)
@json_option
@pass_globals
def drop(options: Globals, numbers: tuple[int, ...], as_json: bool) -> None:
    """Give up changes that iCloud refused: the files go back to what iCloud has.

    What you had typed is in `log`. A line or file that iCloud never had stays where it is, in the
    files alone, and is sent again as soon as you change it; so nothing is lost.

    \b
    Example:
       remindersd drop 12
    """

    def here(engine: Engine) -> Told:
        return _done(engine, "dropped", engine.drop(numbers))

    def there() -> dict[str, Any]:
        return _posted(options, "dropped", [f"/parked/{number}/drop" for number in numbers])

    told = through_daemon_or(options, there, here)
    if as_json:
        document(told)
        return
    for one in told["dropped"]:
        say(f"{_named(one)}: given up; {one['follows']}")


def _done(engine: Engine, word: str, told: Sequence[Any]) -> Told:
    from daemon.query.decided import refused_entry

    engine.settled(word, wait=time.sleep)
    return {"schema": 1, word: [refused_entry(one) for one in told]}


def _posted(options: Globals, word: str, paths: Sequence[str]) -> dict[str, Any]:
    found: list[Any] = []
    for path in paths:
        found += options.ask("POST", path, {}, timeout=None)[word]
    options.ask("POST", "/sync", {}, timeout=None)
    return {"schema": 1, word: found}


def _left(options: Globals) -> list[Told]:
    told = asked_or_read(options, "/parked", lambda answers: answers.parked())
    return list(told["parked"])


def _named(one: Told) -> str:
    return f"{one['number']}: {one['what']} of “{one['title'] or one['id']}”"
