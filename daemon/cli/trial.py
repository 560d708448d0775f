"""The verbs that need no account: the demo, and the pretend iCloud by itself."""

from __future__ import annotations

from pathlib import Path

import click

__all__ = ["demo", "sandbox"]


@click.command()
@click.option(
    "--folder",
    type=click.Path(path_type=Path, file_okay=False),
    metavar="DIR",
    help="Keep the todo files there: an empty folder, or one that a demo made before.",
)
@click.option("--once", is_flag=True, help="Make one round trip both ways, say how it went, end.")
def demo(folder: Path | None, once: bool) -> int:
    """See it work: a pretend iCloud with a pretend iPhone, a real daemon, a folder of todo files.

    Shows side by side what the phone shows and what the file says while changes travel in both
    directions, then stays until Ctrl-C, so that you can edit the files and be the phone yourself.

    No real account is touched: everything talks to 127.0.0.1, your own config is not read, and
    without --folder nothing is left behind.

    With --once it prints a transcript instead. It ends with 0 if phone and files agree then, and
    with 1 otherwise, saying what differs.

    \b
    Examples:
       remindersd demo
       remindersd demo --folder ~/remindersd-demo
       remindersd demo --once
    """
    from daemon.demo import run_demo

    return run_demo(folder, once=once)


@click.command()
@click.option(
    "--port",
    type=click.IntRange(0, 65535),
    default=0,
    help="Port on 127.0.0.1; 0 (the default) takes any free one.",
)
@click.option(
    "--reminders",
    type=click.IntRange(min=0),
    metavar="N",
    help="Have N generated reminders instead of a family's.",
)
@click.option(
    "--mfa",
    type=click.Choice(["none", "2fa", "2sv"]),
    default="none",
    show_default=True,
    help="What a sign-in asks for beside the password.",
)
@click.option(
    "--set",
    "settings",
    multiple=True,
    metavar="NAME=VALUE",
    help="Switch something about the account, such as adp=true; may be given several times.",
)
@click.option(
    "--service",
    "services",
    multiple=True,
    metavar="NAME=STATE",
    help="Switch off calendar, contacts, findme, notes or photos: absent, inactive; repeatable.",
)
@click.option(
    "--photos",
    type=click.IntRange(0, 100_000),
    default=0,
    metavar="N",
    help="Have N generated photos more than the one.",
)
@click.option(
    "--state",
    type=click.Path(path_type=Path, dir_okay=False),
    metavar="FILE",
    help="Keep account and reminders in FILE; once it exists it decides, not the other options.",
)
def sandbox(
    port: int,
    reminders: int | None,
    mfa: str,
    settings: tuple[str, ...],
    services: tuple[str, ...],
    photos: int,
    state: Path | None,
) -> int:
    """Serve a pretend iCloud on 127.0.0.1 until SIGINT or SIGTERM.

    Once it listens it prints one line of JSON: url, apple_id, password, code (to type where one is
    asked for), device (the URL of the pretend iPhone's own API) and config (a ready-made config
    with a folder and a profile of its own).

    What can be switched about the account, here or while it runs, is in docs/sandbox.md: telephones
    and devices that get codes, terms to accept, a locked account, Advanced Data Protection.

    \b
    Examples:
       remindersd sandbox --port 8475 > invitation.json &
       jq -r .config invitation.json > sandbox.yaml
       remindersd --config sandbox.yaml sync
       remindersd sandbox --photos 10000 --service notes=absent
       remindersd sandbox --mfa 2fa --set by_sms=true --set 'phones=["07", "02"]'
    """
    from sandbox.serve import serve
    from sandbox.services.roster import read_state
    from sandbox.switches import read

    try:
        switches = dict(read(setting) for setting in settings)
    except ValueError as error:
        raise click.BadParameter(str(error), param_hint="'--set'") from error
    try:
        states = dict(read_state(service) for service in services)
    except ValueError as error:
        raise click.BadParameter(str(error), param_hint="'--service'") from error
    return serve(
        port, reminders, mfa, state=state, switches=switches, services=states, photos=photos
    )
