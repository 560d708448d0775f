"""The verbs that open and close the account's session."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from daemon.cli.common import Globals, json_option, pass_globals, talking
from daemon.wording.output import document, say
from sync.errors import RemindersdError, SignInNeeded, WrongPassword

if TYPE_CHECKING:
    from daemon.settings.config import Config
    from sync.remote.signing.states import SignInState

__all__ = ["login", "logout", "password_of"]

_SYNC_S = 600.0
_LOGOUT_S = 90.0


def _only_dash(_ctx: click.Context, _option: click.Parameter, value: str | None) -> str | None:
    if value not in (None, "-"):
        raise click.BadParameter(
            "a code on the command line can be seen by others; give `-` and type it there"
        )
    return value


@click.command()
@click.option(
    "--code",
    metavar="-",
    callback=_only_dash,
    help="Read the code that Apple sends from standard input instead of asking.",
)
@json_option
@pass_globals
def login(options: Globals, code: str | None, as_json: bool) -> None:
    """Sign in to iCloud and keep the session, so that the daemon can go on by itself.

    The password comes from account.password_command, the keyring (service remindersd) or the
    systemd credential icloud-password; else you are asked for it, and it is not kept. Apple then
    sends a code to your devices; answer `?` for a text message instead. A code that you type later,
    in another terminal or after a restart, is taken too: no other one is sent for it. This is
    needed once, and again when Apple ends the session, after some weeks.

    \b
    Examples:
       remindersd login
       echo 123456 | remindersd login --code -

    Ends with 12 if the password is wrong, with 11 if a code is needed and there is none, and with
    13 if only you can put something right, at icloud.com or on a device.
    """
    from daemon.cli.signing import Codes, sign_in
    from daemon.compose import open_desk
    from sync.remote.desk import error_of

    config = options.load()
    desk = open_desk(config)
    try:
        codes = Codes(from_input=code == "-", may_ask=talking())
        state = sign_in(desk, lambda: password_of(config), codes)
    except WrongPassword as error:
        raise WrongPassword(error.message, _mend(config, error)) from None
    finally:
        desk.close()
    failed = error_of(state)
    if failed is not None:
        raise failed
    _told(options, config, state, as_json)


@click.command()
@json_option
@pass_globals
def logout(options: Globals, as_json: bool) -> None:
    """End the session at Apple, where it can be reached, and forget it on this computer.

    Todo files, mirror and config stay. Nobody signs in again by itself, not even where the config
    knows how to get the password: that takes `remindersd login`.

    \b
    Example:
       remindersd logout
    """
    from daemon.compose import open_desk
    from daemon.control.client import NotRunning
    from daemon.wording.instants import told_sign_in

    config = options.load()
    try:
        options.status()  # a daemon of another account is not meant
        told = options.ask("POST", "/account/logout", {}, timeout=_LOGOUT_S)
    except NotRunning:
        desk = open_desk(config)
        desk.logout()
        account = config.account.apple_id
        told = {"schema": 1, "account": account, "sign_in": told_sign_in(desk.state())}
    if as_json:
        document(told)
    else:
        say(f"signed out; the session of {config.account.apple_id} is forgotten here")


def password_of(config: Config) -> str:
    """The password, from where the config says or from the person; SignInNeeded if nobody can."""
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


def _mend(config: Config, error: WrongPassword) -> str:
    """Where the password that was refused came from, and so what to do about it."""
    if config.account.password_command is not None:
        return (
            "mend account.password_command, which gave this password,"
            " or take it out of the config and run `remindersd login` in a terminal"
        )
    if error.hint and "login" not in error.hint:
        return error.hint
    return "see that the Apple ID is right, then run `remindersd login` with the right password"


def _told(options: Globals, config: Config, state: SignInState, as_json: bool) -> None:
    from daemon.control.client import NotRunning
    from daemon.wording.instants import told_sign_in

    heard = "the daemon runs and has synced"
    try:
        options.ask("POST", "/sync", {}, timeout=_SYNC_S)
    except NotRunning:
        heard = (
            "next: `remindersd sync --dry-run` shows what would happen, `remindersd run` goes on"
        )
    except RemindersdError as error:
        heard = f"the daemon runs, but its sync failed: {error.message}"
    if as_json:
        account = config.account.apple_id
        document({"schema": 1, "account": account, "sign_in": told_sign_in(state)})
    else:
        say(f"signed in as {config.account.apple_id}")
        say(heard)
