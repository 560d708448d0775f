"""The verb that looks for what is wrong, and says what to do about each thing."""

from __future__ import annotations

import os
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import click

from daemon.cli.common import Globals, json_option, pass_globals
from daemon.wording.output import ago, clean, coloured, document, say
from sync.errors import RemindersdError

if TYPE_CHECKING:
    from daemon.doctor.rounds import Check, Machine

__all__ = ["doctor"]

_COLOURS = {"ok": "green", "note": "cyan", "unknown": "cyan", "wrong": "red"}


@click.command()
@click.option("--live", is_flag=True, help="Try, in a list of its own, what is believed of iCloud.")
@json_option
@pass_globals
def doctor(options: Globals, live: bool, as_json: bool) -> int:
    """Look at everything that remindersd needs, and say what to do where something is wrong.

    The network, the clock, the sign-in, the password command as a service would run it, the folder
    and its file system, limits of the kernel, permissions, the mirror, free space, the service and
    the daemon. One request goes to iCloud, without your name; nothing is changed. It works without
    a config, too.

    With --live, and your consent, it makes a scratch list in your account instead, tries all that
    is believed of the service and was never seen, asks what your phone shows, removes the list, and
    prints a report without anything of yours in it, for an issue.

    \b
    Examples:
       remindersd doctor
       remindersd doctor --live > report.md
       remindersd doctor --json | jq '.checks[] | select(.verdict == "wrong")'

    Ends with 0 when nothing is wrong, else with 1.
    """
    if live:
        from daemon.cli.livedoctor import live_doctor

        return live_doctor(options, as_json)
    from daemon.doctor.rounds import rounds

    done: list[Check] = []
    for check in rounds(_machine(options)):
        done.append(check)
        if not as_json:
            _tell(check)
    amiss = sum(check.finding.verdict == "wrong" for check in done)
    if as_json:
        checks = [check.document() for check in done]
        document({"schema": 1, "result": "attention" if amiss else "ok", "checks": checks})
    else:
        say()
        say(f"{amiss} of {len(done)} checks found something to do" if amiss else "all is well")
    return 1 if amiss else 0


def _machine(options: Globals) -> Machine:
    from daemon.control.client import NotRunning
    from daemon.doctor.probes import ask_apple
    from daemon.doctor.rounds import Machine
    from daemon.settings.paths import config_path

    config = trouble = None
    try:
        config = options.load()
    except RemindersdError as error:
        trouble = error

    def status() -> dict[str, Any] | None:
        try:
            return options.status()
        except NotRunning:
            return None

    source = options.config or config_path()
    return Machine(config, source, trouble, os.environ, status, _until, ask_apple)


def _until(at: float) -> str:
    left = at - datetime.now(UTC).timestamp()
    return f"in {ago(left)}" if left > 0 else "now"


def _tell(check: Check) -> None:
    found = check.finding
    word = found.verdict.upper() if found.verdict == "wrong" else found.verdict
    shown = f"{word:<8}"
    if coloured():
        shown = click.style(shown, fg=_COLOURS[found.verdict], bold=found.verdict == "wrong")
    click.echo(f"{shown} {check.name:<12} {clean(found.said)}")
    if found.fix:
        say(f"{'':<22}{'do' if found.verdict == 'wrong' else 'if you like'}: {found.fix}")
