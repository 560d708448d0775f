"""The verbs for when trust is in question: is all the same, and what if the mirror is lost?"""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from typing import Any

import click

from daemon.cli.common import Globals, json_option, pass_globals
from daemon.cli.told import EXIT_CODES, tell_sync
from daemon.cli.working import own_lock, through_daemon_or
from daemon.wording.output import document, plural, say

__all__ = ["rebuild", "verify"]

_LONGEST = 50  # differences that are named one by one
_AGREES = ("agrees", "repaired")
_CARRIED = {
    "conflict": ("open conflict", ""),
    "outbox": ("change that waits for you", "changes that wait for you"),
    "forgotten": ("forgotten list", ""),
    "history": ("change of the history", "changes of the history"),
    "block": ("id of yours", "ids of yours"),
    "image": ("downloaded image", ""),
}

Told = Mapping[str, Any]


@click.command()
@click.option("--repair", is_flag=True, help="Mend what differs, by an ordinary sync.")
@json_option
@pass_globals
def verify(options: Globals, repair: bool, as_json: bool) -> int:
    """Compare everything: the database in itself, each record of the account, and each file.

    The account is read from its beginning and every file anew, so that nothing rests on what was
    believed before. What only waits (to be synced, to be sent, for you) is no difference. Without
    --repair no file and no reminder is changed.

    \b
    Examples:
       remindersd verify
       remindersd verify --repair

    Ends with 0 when all agrees, or was mended, and with 3 when differences were found.
    """
    told = through_daemon_or(
        options,
        lambda: options.ask("POST", "/verify", {"repair": repair}, timeout=None),
        lambda engine: engine.verify(repair=repair).document(),
    )
    if as_json:
        document(told)
    else:
        _tell(told, repair=repair)
    return 0 if told["result"] in _AGREES else 3


@click.command()
@click.option("--yes", is_flag=True, help="Join at once what was changed on either side meanwhile.")
@json_option
@pass_globals
def rebuild(options: Globals, yes: bool, as_json: bool) -> int:
    """Make the mirror anew from the files and iCloud, as after damage; the old one is kept.

    Lines are known again by the ids on them. Where both sides agree nothing is written on either;
    where they do not, nothing is before you approve of it: which side was changed last is not known
    any more, so one value is shown and the other kept as a conflict. Open conflicts, changes that
    iCloud refused, forgotten lists and the history come along, as far as they can be read. Stop the
    daemon first.

    \b
    Examples:
       remindersd rebuild
       remindersd rebuild --yes
    """
    config = options.load()
    with own_lock(config):
        from daemon.cli.progress import cycle_bar
        from daemon.compose import open_engine
        from daemon.rebuilding import make_anew

        made = make_anew(config)
        with (
            cycle_bar() as watch,
            open_engine(config, step=watch.step, gauge=watch.gauge) as engine,
        ):
            report = engine.settled("rebuild", approve=yes, wait=time.sleep)
    told = {
        **report.document(),
        "kept": str(made.kept) if made.kept is not None else None,
        "carried_over": dict(made.carried),
        "unreadable": list(made.lost),
    }
    if as_json:
        document(told)
    else:
        _tell_rebuilt(told)
    return EXIT_CODES.get(str(told["result"]), 1)


def _tell_rebuilt(told: Told) -> None:
    kept = f"; the old one is kept as {told['kept']}" if told["kept"] else ""
    say(f"the mirror was made anew{kept}")
    carried = [
        plural(count, *_CARRIED[table])
        for table, count in told["carried_over"].items()
        if table in _CARRIED
    ]
    if carried:
        say(f"carried over: {', '.join(carried)}")
    if told["unreadable"]:
        lost = ", ".join(told["unreadable"])
        say(f"problem: not all of the old mirror could be read, in the tables {lost}")
    tell_sync(told)


def _tell(told: Told, *, repair: bool) -> None:
    found: Sequence[Told] = told["differences"]
    left: Sequence[Told] = told["left"]
    compared = ", ".join(
        plural(told[what], what.removesuffix("s")) for what in ("records", "files", "reminders")
    )
    say(f"compared: {compared}")
    if not found:
        say("everything agrees")
    else:
        mended = len(found) - len(left)
        counted = plural(len(found), "difference")
        say(f"{counted}, {mended} mended:" if repair else f"{counted}:")
    for one in found[:_LONGEST]:
        say(f"  {one['sentence']}")
    if len(found) > _LONGEST:
        say(f"  ... and {len(found) - _LONGEST} more: see them all with --json")
    for one in left if repair else ():
        say(f"still so: {one['sentence']}")
    for why, count in told["waiting"].items():
        say(f"no difference, but {why}: {count}")
    for problem in told["problems"]:
        say(f"problem: {problem}")
    if found and not repair:
        say("`remindersd verify --repair` mends them by an ordinary sync")
