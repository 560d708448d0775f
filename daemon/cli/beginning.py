"""Leads on from a new config, as far as a person wishes: sign-in, lists, a plan, a first sync."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from daemon.cli.told import tell_sync, tell_waiting
from daemon.cli.working import own_engine
from daemon.wording.output import plural, say, table, warn
from sync.errors import RemindersdError

if TYPE_CHECKING:
    from daemon.settings.config import Config

__all__ = ["begin", "numbers"]

_MOST = 12  # changes of a plan that are shown
Without = Callable[[Sequence[str]], "Config"]


def begin(config: Config, without: Without) -> bool:
    """Ask and do, step by step; whether a first sync was made.

    ``without`` writes the config anew so that it leaves out lists of these names. What fails is
    told, and can be done later by the verbs.
    """
    if not click.confirm("Sign in now?", default=True):
        return False
    try:
        _sign_in(config)
        return _first_sync(config, without)
    except RemindersdError as error:
        warn(f"remindersd: {error.message}")
        if error.hint:
            warn(f"hint: {error.hint}")
        return False


def _sign_in(config: Config) -> None:
    from daemon.cli.account import password_of
    from daemon.cli.signing import Codes, sign_in
    from daemon.compose import open_desk
    from sync.remote.desk import error_of

    desk = open_desk(config)
    try:
        state = sign_in(desk, lambda: password_of(config), Codes(from_input=False, may_ask=True))
    finally:
        desk.close()
    failed = error_of(state)
    if failed is not None:
        raise failed
    say(f"signed in as {config.account.apple_id}")


def _first_sync(config: Config, without: Without) -> bool:
    from daemon.settings.paths import MIRROR, state_dir

    mirror = state_dir(config.profile) / MIRROR
    is_new, agreed = not mirror.exists(), False
    try:
        say("looking at the account ...")
        with own_engine(config) as engine:
            engine.cycle("plan", plan_only=True)
        left_out = _ask_lists(mirror)
        if left_out:
            config = without(left_out)
        with own_engine(config) as engine:
            planned = engine.cycle("plan", plan_only=True).document()
        _tell(planned)
        agreed = click.confirm("Do this now?", default=True)
        if agreed:
            with own_engine(config) as engine:
                told = engine.settled("sync", approve=True, wait=time.sleep).document()
            tell_sync(told)
    finally:
        if is_new and not agreed:
            # Nothing is in it that iCloud has not, and other answers may mean another folder.
            for beside in ("", "-wal", "-shm"):
                Path(f"{mirror}{beside}").unlink(missing_ok=True)
    return agreed


def _ask_lists(mirror: Path) -> list[str]:
    """The names of the lists that are not to be kept here."""
    from daemon.query.answers import Answers

    answers = Answers(mirror)
    try:
        lists = answers.lists().result()["lists"]
    finally:
        answers.close()
    if not lists:
        return []
    rows = [
        (number, entry["name"], entry["group"], entry["open"], entry["total"])
        for number, entry in enumerate(lists, 1)
    ]
    table(("", "LIST", "GROUP", "OPEN", "TOTAL"), rows)
    chosen = click.prompt(
        "Lists to leave out (numbers, such as 2 4-6; empty: none)",
        default="",
        show_default=False,
        value_proc=lambda said: numbers(said, len(lists)),
    )
    return [str(lists[number - 1]["name"]) for number in chosen]


def numbers(said: str, most: int) -> list[int]:
    """The numbers from 1 to ``most`` that are meant, in order; click.UsageError for others."""
    found: set[int] = set()
    for word in said.replace(",", " ").split():
        first, dash, last = word.partition("-")
        if not first.isdecimal() or (dash and not last.isdecimal()):
            raise click.UsageError(f"write numbers such as 2 4-6, not {word}")
        span = range(int(first), int(last if dash else first) + 1)
        if not span or span[0] < 1 or span[-1] > most:
            raise click.UsageError(f"write numbers from 1 to {most}, not {word}")
        found.update(span)
    return sorted(found)


def _tell(told: Mapping[str, Any]) -> None:
    """The plan, as far as it fits on a screen."""
    changes: Sequence[str] = told["changes"]
    say(f"the plan: {plural(len(changes), 'change')}" if changes else "nothing would change")
    for change in changes[:_MOST]:
        say(f"  {change}")
    if len(changes) > _MOST:
        say(f"  ... and {len(changes) - _MOST} more, of which `remindersd plan` shows all")
    for problem in told["problems"]:
        say(f"problem: {problem}")
    tell_waiting(told["held"], _MOST)
