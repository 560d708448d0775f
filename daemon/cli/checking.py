"""The verbs for when trust is in question: is all the same, and what if the mirror is lost?"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import click

from daemon.cli.common import Globals, json_option, pass_globals
from daemon.cli.working import through_daemon_or
from daemon.output import document, plural, say

__all__ = ["verify"]

_LONGEST = 50  # differences that are named one by one
_EXIT_CODES = {"agrees": 0, "repaired": 0}

Told = Mapping[str, Any]


@click.command(short_help="Compare files, mirror and iCloud completely.")
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
    return _EXIT_CODES.get(str(told["result"]), 3)


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
