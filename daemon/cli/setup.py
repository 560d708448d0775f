"""The verbs about the config: a conversation that writes one, a check, and an example."""

from __future__ import annotations

import os
import shlex
import shutil
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

import click

from daemon.cli.common import Globals, json_option, pass_globals, talking
from daemon.wording.output import clean, document, say
from sync.errors import UsageError

if TYPE_CHECKING:
    from daemon.cli.newconfig import Answers
    from daemon.settings.config import Config

__all__ = ["config_group", "init"]

FORMATS = ["markdown", "todo.txt", "vdir"]
SYSTEMD = Path("/run/systemd/system")
"""There where systemd runs the machine, see sd_booted(3)."""

_Answer = TypeVar("_Answer")


@click.command()
@click.option("--apple-id", metavar="EMAIL", help="The Apple account's e-mail address.")
@click.option("--folder", metavar="DIR", help="The folder of the todo files.")
@click.option(
    "--format", "file_format", type=click.Choice(FORMATS), help="How the files are written."
)
@click.option(
    "--password-command", metavar="COMMAND", help="A command that prints the account's password."
)
@click.option("--endpoint", metavar="URL", help="A pretend iCloud on this machine, for trials.")
@click.option(
    "--service/--no-service",
    "as_service",
    default=None,
    help="Let systemd keep the daemon running, as `service install` does.",
)
@pass_globals
def init(
    options: Globals,
    apple_id: str | None,
    folder: str | None,
    file_format: str | None,
    password_command: str | None,
    endpoint: str | None,
    as_service: bool | None,
) -> int:
    """Answer a few questions; they become the config, which you alone can read.

    Then, if you like, it signs you in, shows the lists with how much is in each, says what a first
    sync would do, and does it: nothing is changed before you have seen that and said yes.

    What is given as an option is not asked for. Without a terminal --apple-id and --folder are
    needed. A config that is there already is replaced only if you say so.

    \b
    Examples:
       remindersd init
       remindersd init --apple-id ada@example.com --folder ~/Todo --password-command 'pass apple'
    """
    from daemon.cli.newconfig import Answers, write_config
    from daemon.cli.service import install_service
    from daemon.settings.paths import config_path

    target = options.config or config_path()
    asking = talking()
    if target.exists() and not _may_replace(target, asking):
        say("left as it is")
        return 0
    if asking:
        apple_id = apple_id or _ask_address()
        folder = folder or _ask_folder()
        file_format = file_format or click.prompt(
            "Format", type=click.Choice(FORMATS), default="markdown"
        )
        if password_command is None:
            password_command = _ask_command()
        if as_service is None and SYSTEMD.is_dir():
            question = "Let systemd start it when you log in, and watch over it?"
            as_service = click.confirm(question, default=False)
    if not apple_id or not folder:
        raise UsageError(
            "there is no terminal to ask in, so --apple-id and --folder are needed",
            "see `remindersd init --help`",
        )
    answers = Answers(
        apple_id, folder, file_format or "markdown", _words(password_command), endpoint
    )
    config = write_config(target, answers)
    say(f"wrote {target}")
    say(f"the todo files will be in {config.folder}")
    done = asking and _went_on(config, answers, options)
    code = install_service(config) if as_service else 0
    _say_what_is_next(target, options, synced=done, runs=as_service is True)
    return code


def _went_on(config: Config, answers: Answers, options: Globals) -> bool:
    """Go on from the config to a first sync; whether it came to that."""
    from daemon.cli.beginning import begin
    from daemon.cli.newconfig import write_config

    def without(names: Sequence[str]) -> Config:
        return write_config(config.source, replace(answers, left_out=tuple(names)))

    try:
        return begin(config, without)
    except (KeyboardInterrupt, click.Abort):  # the config is there, whatever became of the rest
        _say_what_is_next(config.source, options, synced=False, runs=False)
        raise


def _ask_address() -> str:
    from daemon.settings.config import address

    return str(click.prompt("Apple ID (an e-mail address)", value_proc=_fitting(address)))


def _ask_folder() -> str:
    from daemon.settings.config import todo_folder

    return str(
        click.prompt(
            "Folder for the todo files",
            default="~/Todo",
            value_proc=_fitting(lambda said: said if todo_folder(said) else ""),
        )
    )


def _ask_command() -> str:
    return str(
        click.prompt(
            "Command that prints the password (empty: ask at sign-in)",
            default="",
            show_default=False,
            value_proc=_fitting(_command),
        )
    )


def _command(said: str) -> str:
    words = shlex.split(said)
    if words and shutil.which(os.path.expanduser(words[0])) is None:
        raise ValueError(f"there is no program {clean(words[0])} on this machine")
    return shlex.join(words)


def _fitting(check: Callable[[str], _Answer]) -> Callable[[str], _Answer]:
    """``check`` for a prompt, which tells what does not fit and asks again."""

    def checked(said: str) -> _Answer:
        try:
            return check(said.strip())
        except ValueError as error:
            raise click.UsageError(str(error)) from None

    return checked


def _may_replace(target: Path, asking: bool) -> bool:
    if not asking:
        raise UsageError(f"there is a config at {target} already", "edit it, or move it away")
    question = f"There is a config at {clean(str(target))} already. Replace it?"
    return click.confirm(question, default=False)


def _words(command: str | None) -> list[str] | None:
    try:
        return shlex.split(command or "") or None
    except ValueError as error:
        raise UsageError(f"the password command cannot be read: {error}") from None


def _say_what_is_next(target: Path, options: Globals, *, synced: bool, runs: bool) -> None:
    verb = f"remindersd --config {shlex.quote(str(target))}" if options.config else "remindersd"
    if synced and runs:
        return
    say()
    say("next:")
    if not synced:
        say(f"  {verb} login            sign in to the account")
        say(f"  {verb} sync --dry-run   see what a sync would do; nothing is changed")
    if not runs:
        say(f"  {verb} run              keep both sides the same from now on")
        say(f"  {verb} service install  let systemd do that, whenever you log in")


@click.group("config")
def config_group() -> None:
    """Look after the config."""


@config_group.command("check", short_help="Say whether the config can be used.")
@json_option
@pass_globals
def check(options: Globals, as_json: bool) -> None:
    """Read the whole config and say whether it can be used; nothing else happens.

    A key that is unknown or there twice and a value that does not fit are named with their line,
    and end with 2.

    \b
    Example:
       remindersd config check
    """
    from daemon.control.token import refuse_open_token
    from daemon.settings.address import parse_listen
    from daemon.settings.paths import check_socket, socket_path, state_dir

    config = options.load()
    state = state_dir(config.profile)
    socket = socket_path(config.profile, config.control.socket)
    listen = config.control.listen
    check_socket(socket)
    refuse_open_token(config)
    facts = {
        "config": str(config.source),
        "profile": config.profile,
        "account": config.account.apple_id,
        "endpoint": config.account.endpoint,
        "folder": str(config.folder),
        "state": str(state),
        "socket": str(socket),
        "listen": None if listen is None else parse_listen(listen).url,
    }
    if as_json:
        document({"schema": 1, "result": "ok", **facts})
        return
    say(f"{config.source} can be used")
    for name, value in facts.items():
        if name != "config" and value is not None:
            say(f"  {name:<9} {value}")


@config_group.command("example", short_help="Print a config with every key, explained.")
def example() -> None:
    """Print a config with every key, each with its default and what it means.

    \b
    Example:
       remindersd config example | less
    """
    from daemon.settings.config import EXAMPLE

    click.echo(EXAMPLE.read_text(encoding="utf-8"), nl=False)
