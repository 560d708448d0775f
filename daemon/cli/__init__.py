"""The command line: one verb per thing that a person wants; every room imports only what it needs.

Showing help or the status must feel instant, so nothing heavy is imported before a verb needs it.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path
from types import ModuleType
from typing import Any

import click

from daemon.cli.account import login, logout
from daemon.cli.carrying import export, import_
from daemon.cli.checking import rebuild, verify
from daemon.cli.common import Globals
from daemon.cli.deciding import drop, parked, resolve, retry
from daemon.cli.failure import guarded
from daemon.cli.looking import conflicts, lists, status
from daemon.cli.merging import merge
from daemon.cli.past import log, undo
from daemon.cli.polling import poll
from daemon.cli.returning import forget, restore
from daemon.cli.service import service
from daemon.cli.setup import config_group, init
from daemon.cli.syncing import approve, plan, run, sync
from daemon.cli.token import token
from daemon.cli.trial import demo, sandbox

__all__ = ["cli", "main"]

_EPILOG = """\b
Exit codes:
   0  done                         6  network trouble, or told to wait
   1  error                       11  sign-in, or a code, is needed
   2  usage or config             12  wrong password
   3  partly done                 13  this account cannot be used
   4  a sync needs your decision  20  the mirror is damaged
   5  another process is at work

\b
To begin:
   remindersd demo                everything, with a pretend iCloud
   remindersd init && remindersd login && remindersd sync --dry-run
"""


class Root(click.Group):
    """A group whose failures look like ours, whichever way they come about."""

    def main(
        self,
        args: Sequence[str] | None = None,
        prog_name: str | None = None,
        complete_var: str | None = None,
        standalone_mode: bool = True,
        windows_expand_args: bool = True,
        **extra: Any,
    ) -> Any:
        """Run the command line and leave the process with its exit code."""
        arguments = list(sys.argv[1:] if args is None else args)

        def work() -> object:
            try:
                with self.make_context(prog_name or "remindersd", list(arguments), **extra) as ctx:
                    return self.invoke(ctx)
            except click.exceptions.Exit as end:
                return end.exit_code

        sys.exit(guarded(work, as_json="--json" in arguments, debug="--debug" in arguments))

    def list_commands(self, ctx: click.Context) -> list[str]:
        """The verbs in the order in which a person meets them."""
        return list(self.commands)


@click.group(cls=Root, epilog=_EPILOG, context_settings={"help_option_names": ["-h", "--help"]})
@click.option(
    "--config",
    type=click.Path(path_type=Path, dir_okay=False),
    metavar="FILE",
    help="Use this config instead of ~/.config/remindersd/config.yaml.",
)
@click.option("--debug", is_flag=True, help="Show a traceback with an error, for developers.")
@click.version_option(package_name="remindersd", message="%(prog)s %(version)s")
@click.pass_context
def cli(ctx: click.Context, config: Path | None, debug: bool) -> None:
    """Keep a folder of plain todo files and iCloud Reminders the same, in both directions."""
    ctx.obj = Globals(config, debug)


for _verb in (
    *(demo, sandbox, init, login, logout, run, sync, plan, approve, forget, restore, merge),
    *(status, lists, log, undo, conflicts, resolve, parked, retry, drop, poll),
    *(verify, rebuild, export, import_, token, config_group),
    service,
):
    cli.add_command(_verb)


def main() -> None:
    """The entry of the installed command."""
    # httpx brings a command line of its own, with all of rich, and does without it if it has to.
    sys.modules.setdefault("httpx._main", ModuleType("httpx._main"))
    for stream in (sys.stdout, sys.stderr):
        # A title that the terminal's encoding lacks is shown escaped, not as an error.
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="backslashreplace")
    cli()
