"""The verbs about the service: install, remove, look, and print the unit."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from daemon.cli.common import Globals, json_option, pass_globals
from daemon.cli.failure import NotThere
from daemon.wording.output import document, say, warn
from sync.errors import UsageError

if TYPE_CHECKING:
    from daemon.settings.config import Config
    from daemon.systemd.units import Unit

__all__ = ["install_service", "service"]

_LESS = "this kernel gives you no namespaces of your own, so that the service is confined less"

_credential = click.option(
    "--credential",
    type=click.Path(path_type=Path, dir_okay=False),
    metavar="FILE",
    help="A file with the password, for systemd to pass on; NAME.cred if it is encrypted.",
)


@click.group()
def service() -> None:
    """Let systemd start the daemon when you log in, watch over it and confine it.

    \b
    Examples:
       remindersd service install
       remindersd service status
       remindersd service show --system | sudo tee /etc/systemd/system/remindersd-ada.service
    """


@service.command(short_help="Write the unit for this config, and start it.")
@_credential
@json_option
@pass_globals
def install(options: Globals, credential: Path | None, as_json: bool) -> int:
    """Write the unit for this config, and start it now and whenever you log in.

    The service may write to the folder, the state and the downloads of the config and to nothing
    else; after a change of one of these install it again.

    \b
    Example:
       remindersd service install

    Ends with 3 if the unit was written but there is no systemd to start it.
    """
    return install_service(options.load(), credential, as_json=as_json)


@service.command(short_help="Stop the service and remove its unit.")
@json_option
@pass_globals
def remove(options: Globals, as_json: bool) -> int:
    """Stop the service and remove its unit; config, todo files and state stay.

    \b
    Example:
       remindersd service remove
    """
    from daemon.systemd.manager import Manager, NoManager
    from daemon.systemd.units import unit_name

    name = unit_name(options.place().profile)
    manager = Manager.of(os.environ)
    if manager.installed(name) is None:
        raise NotThere(f"{name} is not installed", "`remindersd service install` installs it")
    manager.refuse_foreign(name)
    why = None
    try:
        manager.check()
    except NoManager as error:
        manager.erase(name)
        why = error.message
    else:
        manager.stop(name)
        manager.erase(name)
        manager.forget()
    if as_json:
        document({"schema": 1, "result": "partly" if why else "done", "unit": name, "problem": why})
    elif why:
        warn(f"the unit is removed, but not stopped: {why}")
    else:
        say(f"{name} is stopped and removed")
    return 3 if why else 0


@service.command(short_help="Say whether the service is there, runs, and fits the config.")
@json_option
@pass_globals
def status(options: Globals, as_json: bool) -> int:
    """Say whether the service is installed, runs, and may do what the config asks of it.

    \b
    Example:
       remindersd service status

    Ends with 0 when all is well, else with 1.
    """
    from daemon.systemd.manager import Manager, NoManager
    from daemon.systemd.unitcheck import shortcomings, unfindable

    config = options.load()
    wanted = _unit(config)
    manager = Manager.of(os.environ)
    text = manager.installed(wanted.name)
    problems: list[str] = []
    runs = starts = False
    try:
        manager.check()
        runs = manager.is_so("is-active", wanted.name)
        starts = manager.is_so("is-enabled", wanted.name)
    except NoManager as error:
        problems.append(error.message)
    if text is not None:
        problems += shortcomings(config, text, wanted.text)
    unfound = unfindable(config)
    problems += [unfound] if unfound else []
    facts = {
        "unit": wanted.name,
        "installed": None if text is None else str(manager.units / wanted.name),
        "runs": runs,
        "starts": starts,
        "problems": problems,
    }
    well = text is not None and runs and starts and not problems
    if as_json:
        document({"schema": 1, "result": "ok" if well else "attention", **facts})
    else:
        _tell(facts)
    return 0 if well else 1


@service.command(short_help="Print the unit for this config.")
@click.option("--system", is_flag=True, help="A unit of the system, that runs as you: for servers.")
@_credential
@pass_globals
def show(options: Globals, system: bool, credential: Path | None) -> None:
    """Print the unit for this config; nothing is installed or started.

    The folder and the state directory are made where they are missing, since a service can never
    write to what was not there when it started.

    \b
    Example:
       remindersd service show --system | sudo tee /etc/systemd/system/remindersd-ada.service
    """
    config = options.load()
    unit = _unit(config, credential, system=system)
    _make_room(config)
    click.echo(unit.text, nl=False)


def install_service(
    config: Config, credential: Path | None = None, *, as_json: bool = False
) -> int:
    """Install and start the service of ``config``, and say so; the exit code."""
    from daemon.systemd.manager import Manager, NoManager, may_make_namespaces
    from daemon.systemd.unitcheck import unfindable

    unit = _unit(config, credential)
    _make_room(config)
    manager = Manager.of(os.environ)
    namespaces = may_make_namespaces()
    path = manager.write(unit, namespaces=namespaces)
    notes = [] if namespaces else [_LESS]
    unfound = unfindable(config)
    notes += [unfound] if unfound else []
    runs = True
    try:
        manager.check()
    except NoManager as error:
        notes.append(f"it was not started: {error.message}; {error.hint}")
        runs = False
    else:
        manager.start(unit.name)
    if as_json:
        result = "done" if runs else "partly"
        facts = {"unit": unit.name, "installed": str(path), "runs": runs, "problems": notes}
        document({"schema": 1, "result": result, **facts})
    else:
        _tell_installed(unit, path, notes, runs=runs)
    return 0 if runs else 3


def _make_room(config: Config) -> None:
    """Make what the service writes to: what is not there when it starts it can never write to."""
    from daemon.process.lock import make_state
    from daemon.settings.paths import state_dir

    make_state(state_dir(config.profile))
    config.folder.mkdir(mode=0o700, parents=True, exist_ok=True)


def _tell_installed(unit: Unit, path: Path, notes: Sequence[str], *, runs: bool) -> None:
    say(f"wrote {path}")
    for note in notes:
        warn(f"but {note}")
    if runs:
        say(f"{unit.name} runs, and starts when you log in")
        say("  remindersd status                 how it is")
        say(f"  journalctl --user -fu {unit.name.removesuffix('.service')}   what it says")
        say("  loginctl enable-linger            lets it run also while you are not logged in")


def _unit(config: Config, credential: Path | None = None, *, system: bool = False) -> Unit:
    import getpass

    from daemon.systemd.unitcheck import program_of
    from daemon.systemd.units import unit_of

    # Where the system's credentials are only root can look.
    if credential and os.access(credential.parent, os.X_OK) and not credential.exists():
        raise UsageError(f"--credential: there is no file {credential}")
    user = getpass.getuser() if system else None
    return unit_of(config, program_of(os.environ), os.environ, user=user, credential=credential)


def _tell(facts: Mapping[str, object]) -> None:
    where = facts["installed"]
    say(f"{facts['unit']}: {where or 'not installed; `remindersd service install` installs it'}")
    if where:
        say(f"  {'runs' if facts['runs'] else 'does not run'}")
        say(f"  {'starts when you log in' if facts['starts'] else 'does not start by itself'}")
    problems = facts["problems"]
    for problem in problems if isinstance(problems, list) else []:
        say(f"  {problem}")
