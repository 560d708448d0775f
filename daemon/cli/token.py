"""The verb that shows what a program needs to reach the daemon over TCP."""

from __future__ import annotations

import click

from daemon.cli.common import Globals, json_option, pass_globals
from daemon.wording.output import document, say
from sync.errors import UsageError

__all__ = ["token"]


@click.command()
@click.option("--new", "is_new", is_flag=True, help="Make another one; the old one is refused.")
@json_option
@pass_globals
def token(options: Globals, is_new: bool, as_json: bool) -> None:
    """Print the token that programs need on the TCP port of control.listen.

    Whoever has it can do everything that the daemon can: it is for your own programs. It is made
    when it is first needed, and kept in the state directory, unless control.token in the config is
    one. With --json its member url says where the daemon listens.

    \b
    Examples:
       curl -H "Authorization: Token $(remindersd token)" http://127.0.0.1:8474/status
       RICLOUD_URL=http://127.0.0.1:8474 RICLOUD_TOKEN=$(remindersd token) ricloud icloud --help
       remindersd token --new
    """
    from daemon.control.token import new_token, token_of
    from daemon.settings.address import parse_listen
    from daemon.settings.paths import state_dir

    config = options.load()
    if is_new and config.control.token is not None:
        raise UsageError(
            f"{config.source}: control.token is the token, and nothing else can be",
            "write another one there, or null to have one made",
        )
    found = new_token(state_dir(config.profile)) if is_new else token_of(config)
    listen = config.control.listen
    if as_json:
        url = None if listen is None else parse_listen(listen).url
        document({"schema": 1, "token": found, "url": url})
    else:
        say(found)
