"""The verbs that make a cycle happen, or say what one would do."""

from __future__ import annotations

import time
from collections.abc import Mapping
from contextlib import suppress
from typing import TYPE_CHECKING, Any

import click

from daemon.cli.common import Globals, json_option, pass_globals
from daemon.cli.completing import names_of
from daemon.cli.failure import NotThere
from daemon.cli.pausing import tell_pause
from daemon.cli.told import EXIT_CODES, named_list, tell_approved, tell_plan, tell_sync
from daemon.cli.working import through_daemon_or
from daemon.wording.output import document

if TYPE_CHECKING:
    from sync.cycle.engine import Engine

__all__ = ["approve", "plan", "run", "sync"]


@click.command()
@pass_globals
def run(options: Globals) -> int:
    """Keep both sides the same, in the foreground, until SIGINT or SIGTERM.

    This is what a service manager starts. Changed files are seen at once, iCloud is asked as often
    as reminders.every says. SIGHUP reads the config again.

    \b
    Example:
       remindersd run

    Ends with 0 when stopped, and with 5 if another process is at work on the same profile.
    """
    from daemon.service import run as run_service

    options.load()  # what is wrong with it is told here as everywhere, not as a line of a log
    return run_service(options.config, verbose=options.debug)


@click.command()
@click.option("--dry-run", is_flag=True, help="Only say what would be done, as `plan` does.")
@click.option("--yes", is_flag=True, help="Approve of a first plan that is waiting for you.")
@json_option
@pass_globals
def sync(options: Globals, dry_run: bool, yes: bool, as_json: bool) -> int:
    """Make both sides the same now: one full cycle, through the daemon if it runs.

    \b
    Examples:
       remindersd sync --dry-run
       remindersd sync

    Ends with 0 when all is done, with 3 when a part could not be, and with 4 when something new
    waits for your decision: a conflict, held deletions, a first plan.
    """
    if dry_run and yes:
        raise click.UsageError("--dry-run and --yes exclude each other")
    if dry_run:
        return _plan(options, as_json)
    body = {"approve": yes}
    told = through_daemon_or(
        options,
        lambda: options.ask("POST", "/sync", body, timeout=None),
        lambda engine: _by_ourselves(options, engine, approve=yes),
    )
    if as_json:
        document(told)
    else:
        tell_sync(told)
        tell_pause(told)
    return EXIT_CODES.get(str(told.get("result")), 1)


@click.command()
@json_option
@pass_globals
def plan(options: Globals, as_json: bool) -> int:
    """Say what a sync would do in iCloud and in the files; nothing there is changed.

    \b
    Example:
       remindersd plan
    """
    return _plan(options, as_json)


@click.command()
@click.argument("keys", nargs=-1, metavar="[KEY]...", shell_complete=names_of("holds"))
@json_option
@pass_globals
def approve(options: Globals, keys: tuple[str, ...], as_json: bool) -> None:
    """Let what waits for you go ahead: a first plan, files that become lists, held deletions.

    KEYs are those that `sync` and `status` show; without any, all that waits now is approved, but
    for two things that are never implied: the key `folder` accepts a folder that lost its marker as
    the synced one, and the name of a list whose file is gone deletes the list in iCloud.

    \b
    Examples:
       remindersd approve
       remindersd approve Packing.md
       remindersd approve folder
       remindersd approve "Old list"
    """
    told = through_daemon_or(
        options,
        lambda: options.ask("POST", "/approve", {"keys": list(keys)}, timeout=None),
        lambda engine: {
            "schema": 1,
            "approved": [
                {"id": hold.id, "kind": hold.kind.value, "reason": hold.reason}
                for hold in engine.approve(keys)
            ],
        },
    )
    approved = told["approved"]
    missing = sorted(key for key in keys if not any(_is_meant(hold, key) for hold in approved))
    if missing:
        raise NotThere(
            f"nothing waits under the key {missing[0]}",
            "`remindersd status` shows what waits, and the key in brackets",
        )
    if as_json:
        document(told)
        return
    tell_approved(approved)


def _by_ourselves(options: Globals, engine: Engine, *, approve: bool) -> dict[str, Any]:
    """A sync without a daemon, with the pause that the next one would begin with."""
    from daemon.running.lasting import Lasting

    told = engine.settled("sync", approve=approve, wait=time.sleep).document()
    lasting = Lasting(options.place().state)
    with suppress(OSError):  # a full disk is told of by what the sync met of it
        lasting.succeeded(time.time(), news=True)
    pause = lasting.known.pause
    is_over = pause is None or pause.is_over(time.time())
    return {**told, "paused": None if pause is None or is_over else pause.document()}


def _is_meant(hold: Mapping[str, Any], key: str) -> bool:
    """Whether it goes by that key: its id, that of its line, or its list's name as told."""
    from sync.core.matching.identity import stands_for

    return key == named_list(hold)[1:-1] or stands_for(key, hold["id"])


def _plan(options: Globals, as_json: bool) -> int:
    told = through_daemon_or(
        options,
        lambda: options.ask("POST", "/sync", {"plan_only": True}, timeout=None),
        lambda engine: engine.cycle("plan", plan_only=True).document(),
    )
    if as_json:
        document(told)
    else:
        tell_plan(told)
    return 0
