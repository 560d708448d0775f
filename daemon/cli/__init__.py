"""The command line: one verb per thing that a person wants; every room imports only what it needs.

Showing help or the status must feel instant, so nothing heavy is imported before a verb needs it.
"""

from __future__ import annotations

import math
import os
import signal
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from types import FrameType, ModuleType
from typing import TYPE_CHECKING, Any

import click

from daemon.cli.common import Globals
from daemon.cli.completing import COMPLETE
from daemon.cli.failure import guarded
from daemon.cli.verbs import VERBS, Verbs

if TYPE_CHECKING:
    from click.shell_completion import CompletionItem

__all__ = ["Interrupts", "cli", "main"]

_HURRY_S = 2.0

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
   remindersd init                your account: it asks, and shows a plan before it does anything
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
        name = prog_name or "remindersd"
        if asked := os.environ.get(COMPLETE):
            from click.shell_completion import shell_complete

            sys.exit(shell_complete(self, {}, name, COMPLETE, asked))

        def work() -> object:
            try:
                with self.make_context(name, list(arguments), **extra) as ctx:
                    return self.invoke(ctx)
            except click.exceptions.Exit as end:
                return end.exit_code

        sys.exit(guarded(work, as_json="--json" in arguments, debug="--debug" in arguments))

    def list_commands(self, ctx: click.Context) -> list[str]:
        """The verbs in the order in which a person meets them."""
        return list(self.commands)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """The verbs with a sentence each, of which none is imported for that."""
        with formatter.section("Commands"):
            formatter.write_dl([(name, sentence) for name, (_, sentence) in VERBS.items()])

    def shell_complete(self, ctx: click.Context, incomplete: str) -> list[CompletionItem]:
        """The verbs, or the options, that begin so."""
        from click.shell_completion import CompletionItem

        options = click.Command.shell_complete(self, ctx, incomplete)
        verbs = {name: told for name, (_, told) in VERBS.items() if name.startswith(incomplete)}
        return [CompletionItem(name, help=told) for name, told in verbs.items()] + options


@click.group(
    cls=Root,
    commands=Verbs(),
    epilog=_EPILOG,
    context_settings={"help_option_names": ["-h", "--help"]},
)
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


def main() -> None:
    """The entry of the installed command."""
    # httpx brings a command line of its own, with all of rich, and does without it if it has to.
    sys.modules.setdefault("httpx._main", ModuleType("httpx._main"))
    for name in ("stdin", "stdout", "stderr"):
        if getattr(sys, name) is None:  # who started us closed it
            setattr(sys, name, open(os.devnull, "r" if name == "stdin" else "w"))  # noqa: SIM115
    for stream in (sys.stdout, sys.stderr):
        # A title that the terminal's encoding lacks is shown escaped, not as an error.
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="backslashreplace")
    if signal.getsignal(signal.SIGINT) is signal.default_int_handler:
        signal.signal(signal.SIGINT, Interrupts())
    cli()


class Interrupts:
    """Takes ctrl-C: ends the command, but not in the midst of ending.

    Who presses it twice is in a hurry, no more. Who presses it again after a while saw nothing
    come of it: Python drops what is raised in a callback, and an ending can hang.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._heard = -math.inf

    def __call__(self, _number: int, _frame: FrameType | None) -> None:
        now = self._clock()
        if now - self._heard >= _HURRY_S:
            self._heard = now
            raise KeyboardInterrupt
