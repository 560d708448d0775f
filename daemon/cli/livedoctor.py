"""The part of `doctor` that asks for consent, walks the beliefs about the service, and reports."""

from __future__ import annotations

import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

import click

from daemon.cli.common import Globals, talking
from daemon.wording.output import document, warn
from sync.errors import UsageError

if TYPE_CHECKING:
    from daemon.live.scene import Scene
    from daemon.live.walk import Tried
    from daemon.settings.config import Config

__all__ = ["live_doctor"]

_WHAT = """\
This makes two lists and a group in your iCloud account, called “{title}”, with some reminders in
them, changes, moves and deletes these, and looks at what the service answers: about 200 requests,
and one for every 200 reminders that you have, which are read and not changed. Then it asks what
your phone shows, if you have one at hand, and removes all that it made. At the end it prints a
report in which nothing of your account stands, that you can paste into an issue: that is how
beliefs in docs/wire.md become facts.
"""


def live_doctor(options: Globals, as_json: bool) -> int:
    """Walk all beliefs in the person's account; 0 if all held and nothing was left, else 1."""
    from daemon.live.report import document as report
    from daemon.live.report import markdown
    from daemon.live.walk import walk

    if not talking():
        raise UsageError(
            "there is no terminal to ask for your consent in", "run it in a terminal of your own"
        )
    config = options.load()
    title = f"remindersd scratch {time.strftime('%H.%M')}"
    _tidy(config, title)
    click.echo(_WHAT.format(title=title), err=True)
    if not click.confirm("Do this in your account?", default=False, err=True):
        warn("nothing was done")
        return 0
    has_phone = click.confirm("Do you have a phone or Mac of that account at hand?", err=True)
    remaining: list[int] = []
    try:
        with _scene(config, title) as scene:
            ask = _ask if has_phone else None
            tried = walk(scene, ask, _tell, _clearing, remaining.append)
    finally:
        left = sum(remaining)
        if left:
            warn(f"{left} records could not be removed: run this again, which begins with what is")
            warn(f"left, or delete the lists called “{title}” on a device")
    if as_json:
        document(report(tried, config.account.region, left))
    else:
        warn("")
        click.echo(markdown(tried, config.account.region), nl=False)
    amiss = [one for one in tried if one.outcome.seen in ("differs", "unclear")]
    return 1 if amiss or left else 0


def _tidy(config: Config, title: str) -> None:
    """Remove what an earlier try left behind, if there is such and the person agrees."""
    from daemon.live.notes import Notes, notes_of

    left = len(Notes(notes_of(config.profile)).names())
    if not left:
        return
    warn(f"an earlier try was cut off, and left {left} records in your account")
    if click.confirm("Remove them now?", default=True, err=True):
        with _scene(config, title) as scene:
            left = scene.clear()
        warn(f"{left} could not be removed" if left else "they are removed")


def _ask(question: str) -> bool | None:
    said = click.prompt(
        question,
        type=click.Choice(["y", "n", "?"]),
        default="?",
        err=True,
    )
    return {"y": True, "n": False}.get(said)


def _tell(tried: Tried) -> None:
    warn(f"{tried.outcome.seen:<8} {tried.belief.believed} ({tried.outcome.said})")


def _clearing() -> None:
    warn("removing what was made ...")


@contextmanager
def _scene(config: Config, title: str) -> Iterator[Scene]:
    """The account, with the profile's lock, so that no daemon syncs the scratch list."""
    from daemon.cli.working import own_lock
    from daemon.compose import new_limiter, open_session
    from daemon.live.notes import Notes, notes_of
    from daemon.live.scene import Scene
    from sync.codec.encode import Context
    from sync.remote.cloudkit import CloudKit
    from sync.remote.transport import Transport

    replica = uuid.uuid4()

    def mint() -> str:
        return str(uuid.uuid4()).upper()

    with own_lock(config):
        limiter = new_limiter()
        transport = Transport(open_session(config, limiter), limiter)
        try:
            cloud = CloudKit(transport)
            zone = cloud.reminders_zone()

            def context() -> Context:
                now_ms = int(time.time() * 1000)
                return Context(now_ms, replica.bytes, str(replica).upper(), mint, zone.wire())

            notes = Notes(notes_of(config.profile))
            yield Scene(cloud, zone, context, mint, time.sleep, notes, title)
        finally:
            transport.close()
