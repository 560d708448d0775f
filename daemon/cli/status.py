"""The verb that says how things stand, once or for as long as somebody looks."""

from __future__ import annotations

import sys
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, redirect_stdout
from io import StringIO
from typing import TYPE_CHECKING, Any

import click

from daemon.cli.common import Globals, json_option, named, pass_globals
from daemon.cli.failure import NotThere
from daemon.cli.looking import asked_or_read, mirror, tell_parked, was_read
from daemon.cli.statuswords import COLOURS, facts, line, state_word, waybar
from daemon.wording.output import clean, coloured, document, dumped, say
from sync.errors import NetworkError

if TYPE_CHECKING:
    from pathlib import Path

__all__ = ["status"]

Document = Mapping[str, Any]

_NO_DAEMON = "no daemon is running"
_NEW = "new: the account was not read into it yet, `remindersd sync` does it"
_MOST = 4  # of what waits are named, so that all fits on a screen
_AGAIN_S = 5.0  # between two looks at what changes without an event, such as the time
_SOON_S = 1.0  # while work is under way
_SCREEN, _BACK = "\x1b[?1049h\x1b[?25l\x1b[?7l", "\x1b[?7h\x1b[?25h\x1b[?1049l"
_HOME, _REST_OF_LINE, _REST = "\x1b[H", "\x1b[K", "\x1b[J"


@click.command()
@click.option("--follow", is_flag=True, help="Go on showing it until ctrl-C.")
@click.option(
    "--format",
    "form",
    type=click.Choice(["waybar", "line"]),
    help="One line: an object for waybar, or words.",
)
@json_option
@pass_globals
def status(options: Globals, follow: bool, form: str | None, as_json: bool) -> int:
    """Say whether it works, when it last did, what waits, and what needs you.

    Without a running daemon it says so, and shows what the mirror remembers. With --json the
    member `running` tells the two apart. With --follow and --json, or a --format, each change is
    a line of its own.

    \b
    Examples:
       remindersd status
       remindersd status --follow
       remindersd status --format line
       remindersd status --format waybar --follow
       remindersd status --json | jq -r .state
    """
    if as_json and form:
        raise click.UsageError("--json and --format exclude each other")
    lines: dict[str | None, Callable[[Document], str]] = {
        "line": lambda told: clean(line(told)),
        "waybar": lambda told: dumped(waybar(told)),
    }
    if as_json:
        lines[None] = dumped
    if follow:
        return _followed(options, lines.get(form))
    told = _look(options)
    if as_json:
        document(told)
    elif form:
        click.echo(lines[form](told))
    else:
        _tell(options, told)
    return 0


def _look(options: Globals) -> Document:
    from daemon.control.client import NotRunning

    try:
        return {**options.status(), "running": True}
    except NotRunning:
        return _left_behind(options)


def _tell(options: Globals, told: Document) -> None:
    """All of it, on one screen."""
    for name, value in facts(told):
        shown = clean(value)
        if name == "state" and coloured():
            word = state_word(told)
            shown = click.style(word, fg=COLOURS.get(word), bold=True) + shown[len(word) :]
        click.echo(f"{name:<10} {shown}")
    if told["held"]:
        from daemon.cli.told import tell_waiting

        held = asked_or_read(options, "/held", lambda answers: answers.held())
        tell_waiting(held["held"], _MOST)
    if told["parked"]:
        refused = asked_or_read(options, "/parked", lambda answers: answers.parked())
        tell_parked(refused["parked"], _MOST)
    if told["conflicts"]:
        say("see the conflicts with `remindersd conflicts`, decide with `remindersd resolve`")


# ---- for as long as somebody looks


def _followed(options: Globals, one_line: Callable[[Document], str] | None) -> int:
    """Show it whenever it changed; ends with ctrl-C, and 0."""
    look = one_line or (lambda told: _screenful(options, told))
    on_screen = one_line is None and sys.stdout.isatty()
    last = ""
    try:
        with _screen(on_screen), _hearing(options) as heard:
            while True:
                heard.clear()
                shown, wait_s = _shown(options, look) or (last, _AGAIN_S)
                if shown != last:
                    _draw(shown, on_screen, again=bool(last) and one_line is None)
                last = shown
                heard.wait(wait_s)
    except KeyboardInterrupt:
        return 0


def _shown(options: Globals, look: Callable[[Document], str]) -> tuple[str, float] | None:
    """What is to be seen now, and for how many seconds at most."""
    try:
        told = _look(options)
        return look(told), _SOON_S if told.get("progress") else _AGAIN_S
    except NetworkError:  # it ended just now, or is suspended; the next look will tell
        return None


def _screenful(options: Globals, told: Document) -> str:
    painted, captured = coloured(), StringIO()
    with redirect_stdout(captured):
        _tell(options, told)
    text = captured.getvalue()
    return _painted(text, state_word(told)) if painted else text


def _painted(text: str, word: str) -> str:
    return text.replace(word, click.style(word, fg=COLOURS.get(word), bold=True), 1)


def _draw(shown: str, on_screen: bool, *, again: bool) -> None:
    if on_screen:
        lines = "".join(f"{row}{_REST_OF_LINE}\n" for row in shown.splitlines())
        sys.stdout.write(f"{_HOME}{lines}\nctrl-C ends{_REST}")
    else:
        sys.stdout.write("\n" * again + shown.rstrip("\n") + "\n")
    sys.stdout.flush()


@contextmanager
def _screen(wanted: bool) -> Iterator[None]:
    """A screen of its own, after which the terminal is as it was."""
    if not wanted:
        yield
        return
    sys.stdout.write(_SCREEN)
    try:
        yield
    finally:
        sys.stdout.write(_BACK)
        sys.stdout.flush()


@contextmanager
def _hearing(options: Globals) -> Iterator[threading.Event]:
    """An event that is set whenever the daemon tells of something."""
    from daemon.control.client import NotRunning, events

    heard, ended = threading.Event(), threading.Event()
    socket = options.place().socket

    def listen() -> None:
        while not ended.is_set():
            try:
                for _ in events(socket):
                    heard.set()
            except NotRunning:
                pass
            ended.wait(_AGAIN_S)

    threading.Thread(target=listen, name="events", daemon=True).start()
    try:
        yield heard
    finally:
        ended.set()


# ---- without a daemon


def _left_behind(options: Globals) -> Document:
    """The document of /status as far as files tell it, with ``running`` false."""
    place = options.place()
    source, ours = named(options.config)
    told: dict[str, Any] = {
        "schema": 1,
        "state": "offline",
        "reason": _NO_DAEMON,
        "running": False,
        "profile": place.profile,
        "account": ours.get("account"),
        "folder": ours.get("folder"),
        "last_success": None,
        "next_run": None,
        "paused": None,
        **dict.fromkeys(
            ("pending", "held", "conflicts", "parked", "verified", "waiting", "last_run")
        ),
        "polls": {},
        "sign_in": _standing(place.state, ours),
        "config_problem": _amiss(source, ours),
        "mirror_problem": None,
    }
    try:
        with mirror(options) as answers:
            told.update(answers.counts().result())
            told["polls"] = answers.polls().result()
            told["last_success"] = _last_success(answers.runs(20).result()["runs"])
            if not was_read(answers):
                told["mirror_problem"] = _NEW
    except NotThere:
        pass
    return {**told, **_lasting(place.state, told["last_success"])}


def _amiss(source: Path, ours: Mapping[str, str | None]) -> str | None:
    """What is to be seen of a config that cannot be used, without reading all of it."""
    if {"account", "folder"} <= ours.keys():
        return None
    return f"{source} cannot be used: `remindersd config check` says why"


def _lasting(state: Path, changed: str | None) -> dict[str, Any]:
    """What the last daemon left word of: its last success, if that is later, and a pause."""
    from daemon.running.lasting import Lasting
    from daemon.wording.instants import instant

    known = Lasting(state).known
    last = None if known.last_success is None else instant(known.last_success)
    pause = known.pause
    paused = None if pause is None or pause.is_over(time.time()) else pause.document()
    return {"last_success": max((last, changed), key=lambda at: at or ""), "paused": paused}


def _standing(state: Path, ours: Mapping[str, str | None]) -> Document | None:
    """How the sign-in stands by what is stored; ``None`` where the config names no account."""
    apple_id, region = ours.get("account"), ours.get("region")
    if apple_id is None or region is None:
        return None
    from daemon.wording.instants import told_sign_in
    from sync.remote.signing.states import NOBODY

    if not (state / "session").exists():  # known without loading what reads one
        return told_sign_in(NOBODY)
    from sync.remote.account import Account
    from sync.remote.signing.standing import stored_standing
    from sync.remote.stored import SessionStore

    account = Account(apple_id, region, ours.get("endpoint"))
    return told_sign_in(stored_standing(SessionStore(account, state / "session"), time.time()))


def _last_success(runs: list[dict[str, Any]]) -> str | None:
    """When the latest cycle ended that went through, as the daemon counts them."""
    through = ("done", "partly", "attention")
    good = (run["finished"] for run in runs if run["result"] in through and run["finished"])
    return next(good, None)
