"""The verbs that open and close the account's session."""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import TYPE_CHECKING

import click

from daemon.cli.common import Globals, pass_globals, talking
from daemon.output import say
from sync.errors import RemindersdError, SignInNeeded, WrongPassword

if TYPE_CHECKING:
    from daemon.config import Config

__all__ = ["login", "logout"]

_SYNC_S = 600.0


def _only_dash(_ctx: click.Context, _option: click.Parameter, value: str | None) -> str | None:
    if value not in (None, "-"):
        raise click.BadParameter(
            "a code on the command line can be seen by others; give `-` and type it there"
        )
    return value


@click.command(short_help="Sign in to the account, and trust this computer.")
@click.option(
    "--code",
    metavar="-",
    callback=_only_dash,
    help="Read the code that Apple sends from standard input instead of asking.",
)
@pass_globals
def login(options: Globals, code: str | None) -> None:
    """Sign in to iCloud and keep the session, so that the daemon can go on by itself.

    The password comes from account.password_command, the keyring (service remindersd) or the
    systemd credential icloud-password; else you are asked for it, and it is not kept. Apple then
    sends a code to your devices. This is needed once, and again when Apple ends the session, after
    some weeks.

    \b
    Examples:
       remindersd login
       echo 123456 | remindersd login --code -

    Ends with 12 if the password is wrong and with 11 if a code is needed and there is none.
    """
    from daemon.compose import open_session

    config = options.load()
    password = _password(config)
    session = open_session(config)
    try:
        session.login(password, _from_input() if code == "-" else _asked)
    except WrongPassword as error:
        raise WrongPassword(error.message, _mend(config)) from None
    say(f"signed in as {config.account.apple_id}")
    _say_what_is_next(options)


@click.command(short_help="End the session at Apple and forget it here.")
@pass_globals
def logout(options: Globals) -> None:
    """End the session at Apple, where it can be reached, and forget it on this computer.

    Todo files, mirror and config stay. A password that the config knows how to get would sign in
    again; so stop the daemon first, or take the password away.

    \b
    Example:
       remindersd logout
    """
    from daemon.compose import open_session

    config = options.load()
    open_session(config).logout()
    say(f"signed out; the session of {config.account.apple_id} is forgotten here")


def _password(config: Config) -> str:
    from daemon.password import find_password

    account = config.account
    found = find_password(account.apple_id, account.password_command)
    if found is not None:
        return found
    if not talking():
        raise SignInNeeded(
            "there is no password, and no terminal to ask for it",
            "set account.password_command in the config, or run `remindersd login` in a terminal",
        )
    return str(click.prompt(f"Password of {account.apple_id}", hide_input=True, err=True))


def _mend(config: Config) -> str:
    """Where the password that was refused came from, and so what to do about it."""
    if config.account.password_command is not None:
        return (
            "mend account.password_command, which gave this password,"
            " or take it out of the config and run `remindersd login` in a terminal"
        )
    return "see that the Apple ID is right, then run `remindersd login` with the right password"


def _asked(prompt: str) -> str:
    if not talking():
        raise SignInNeeded(
            "Apple asks for a code, and there is no terminal to ask for it",
            "run `remindersd login` in a terminal, or give the code to `remindersd login --code -`",
        )
    return str(click.prompt(prompt.rstrip(": "), err=True))


def _from_input() -> Callable[[str], str]:
    """Each call takes one more line of standard input."""

    def ask(prompt: str) -> str:
        line = sys.stdin.readline().strip()
        if not line:
            raise SignInNeeded(
                "Apple asks for a code, and standard input had none",
                "for example: echo 123456 | remindersd login --code -",
            )
        return line

    return ask


def _say_what_is_next(options: Globals) -> None:
    from daemon.client import NotRunning

    try:
        options.ask("POST", "/sync", {}, timeout=_SYNC_S)
    except NotRunning:
        say("next: `remindersd sync --dry-run` shows what would happen, `remindersd run` goes on")
    except RemindersdError as error:
        say(f"the daemon runs, but its sync failed: {error.message}")
    else:
        say("the daemon runs and has synced")
