"""The verbs that keep a daemon from doing anything by itself, and let it go on."""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

import click

from daemon.cli.common import Globals, json_option, pass_globals
from daemon.wording.output import document, say
from sync.errors import UsageError

if TYPE_CHECKING:
    from daemon.running.lasting import Lasting

__all__ = ["pause", "resume", "tell_pause"]

Document = Mapping[str, Any]

_UNITS_S = {"s": 1, "m": 60, "h": 3600, "d": 86400}
_LONGEST_S = 366 * 86400.0


@click.command()
@click.argument("span", metavar="[FOR]", required=False)
@json_option
@pass_globals
def pause(options: Globals, span: str | None, as_json: bool) -> None:
    """Let nothing go by itself: no sync, no poll, until `resume`, or FOR so long.

    FOR is a number with a unit such as 45m, 2h or 1d, a time of day such as 18:00, or a moment
    such as 2026-03-02T14:30. A pause outlives a restart. What you ask for by hand is done all the
    same, `sync` as well.

    \b
    Examples:
       remindersd pause 2h
       remindersd pause
    """
    until = None if span is None else _until(span, datetime.now().astimezone())
    body = {} if until is None else {"until": until.isoformat()}
    at = None if until is None else until.timestamp()

    def by_ourselves(lasting: Lasting) -> None:
        from daemon.running.lasting import Pause

        lasting.paused(Pause(time.time(), at))

    told = _through_daemon_or(options, "/pause", body, by_ourselves)
    if as_json:
        document(told)
        return
    say(f"paused {_how_long(told['paused'])}; what you ask for by hand is done all the same")


@click.command()
@json_option
@pass_globals
def resume(options: Globals, as_json: bool) -> None:
    """Let all go by itself again, beginning with a sync now.

    \b
    Example:
       remindersd resume
    """
    told = _through_daemon_or(options, "/resume", {}, lambda lasting: lasting.paused(None))
    if as_json:
        document(told)
        return
    say("all goes by itself again")


def tell_pause(told: Document) -> None:
    """After a sync by hand: that it was one, where there is a pause."""
    if told.get("paused"):
        say(f"paused {_how_long(told['paused'])}: this was one sync by hand")


def _through_daemon_or(
    options: Globals, path: str, body: Document, work: Callable[[Lasting], None]
) -> Document:
    """What the daemon answers; if none runs, what is written down for the next one."""
    from daemon.control.client import NotRunning

    try:
        options.status()
        return options.ask("POST", path, body)
    except NotRunning:
        from daemon.cli.working import own_lock
        from daemon.running.lasting import Lasting
        from daemon.settings.paths import state_dir

        config = options.load()
        with own_lock(config):
            lasting = Lasting(state_dir(config.profile))
            work(lasting)
            pause = lasting.known.pause
        return {"schema": 1, "paused": None if pause is None else pause.document()}


def _how_long(pause: Document) -> str:
    if pause["until"] is None:
        return "until `remindersd resume`"
    until = datetime.fromisoformat(pause["until"]).astimezone()
    return f"until {until:%a %d %b %H:%M}"


def _until(span: str, now: datetime) -> datetime:
    """When a pause ends; raises UsageError for what is no span or moment to come."""
    text = span.strip()
    if match := re.fullmatch(r"(\d{1,9})\s*([smhd])", text):
        long_s = int(match[1]) * _UNITS_S[match[2]]
        if 0 < long_s <= _LONGEST_S:
            return now + timedelta(seconds=long_s)
    elif match := re.fullmatch(r"(\d{1,2}):(\d\d)", text):
        hour, minute = int(match[1]), int(match[2])
        if hour < 24 and minute < 60:
            today = now.replace(hour=hour, minute=minute, second=0, microsecond=0)
            return today if today > now else today + timedelta(days=1)
    else:
        moment = _moment(text)
        if moment is not None and 0 < (moment - now).total_seconds() <= _LONGEST_S:
            return moment
    raise UsageError(
        f"FOR: {span[:40]!r} is no span or moment to come",
        "write 45m, 2h or 1d, a time of day such as 18:00, or 2026-03-02T14:30",
    )


def _moment(text: str) -> datetime | None:
    try:
        return datetime.fromisoformat(text).astimezone()
    except (ValueError, OverflowError, OSError):
        return None
