"""The verbs that only look: through the daemon if one runs, else at the mirror as it was left."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import click

from daemon.cli.common import Globals, json_option, named, pass_globals
from daemon.cli.failure import NotThere
from daemon.cli.told import tell_waiting
from daemon.output import ago, document, plural, say, table
from sync.errors import NetworkError

if TYPE_CHECKING:
    from concurrent.futures import Future
    from pathlib import Path

    from daemon.answers import Answers

__all__ = ["asked_or_read", "conflicts", "lists", "status", "tell_parked", "value_of", "when"]

Document = Mapping[str, Any]

_CELL = 40  # characters of a value in a table
_WORDS = {"done": ("open", "done"), "flagged": ("no flag", "flag")}  # for false and true
_NO_DAEMON = "no daemon is running"
_COUNTS = (
    ("pending", "change to send", "changes to send"),
    ("conflicts", "conflict", "conflicts"),
    ("parked", "change refused by iCloud", "changes refused by iCloud"),
)


@click.command()
@json_option
@pass_globals
def status(options: Globals, as_json: bool) -> None:
    """Say how the daemon is, when it last synced (or changed something), and what waits for you.

    Without a running daemon it says so, and shows what the mirror remembers. With --json the
    member `running` tells the two apart.

    \b
    Examples:
       remindersd status
       remindersd status --json | jq -r .state
    """
    from daemon.client import NotRunning

    try:
        told: Document = {**options.status(), "running": True}
    except NotRunning:
        told = _left_behind(options)
    if as_json:
        document(told)
        return
    _tell_status(told)
    if told["held"]:
        held = asked_or_read(options, "/held", lambda answers: answers.held())
        tell_waiting(held["held"])
    if told["parked"]:
        refused = asked_or_read(options, "/parked", lambda answers: answers.parked())
        tell_parked(refused["parked"])
    if told["conflicts"]:
        say("see the conflicts with `remindersd conflicts`, decide with `remindersd resolve`")


@click.command()
@json_option
@pass_globals
def lists(options: Globals, as_json: bool) -> None:
    """Show the lists, each with its file and how many of its reminders are open.

    A list that somebody else shares with you is shown with its owner, and with whether you may
    write to it. One that was forgotten is “not kept here”, until `restore --list`.

    \b
    Example:
       remindersd lists
    """
    told = asked_or_read(options, "/lists", lambda answers: answers.lists())
    if as_json:
        document(told)
        return
    headings: tuple[str, ...] = ("LIST", "GROUP", "OPEN", "TOTAL", "FILE")
    columns = ("name", "group", "open", "total", "file")
    rows = [[entry[column] for column in columns] for entry in told["lists"]]
    for row, entry in zip(rows, told["lists"], strict=True):
        if not entry.get("kept", True):
            row[-1] = "not kept here"
    if any(entry.get("shared") for entry in told["lists"]):
        headings = (*headings, "SHARED")
        rows = [[*row, _sharing(entry)] for row, entry in zip(rows, told["lists"], strict=True)]
    table(headings, rows)


def _sharing(entry: Document) -> str:
    if entry.get("shared") != "with you":
        return entry.get("shared") or ""
    owner = f"by {entry['owner']}" if entry["owner"] else "with you"
    return f"{owner}, read-only" if entry["read_only"] else owner


@click.command()
@json_option
@pass_globals
def conflicts(options: Globals, as_json: bool) -> None:
    """Show where both sides changed the same thing: the value that won, and the one that is kept.

    \b
    Example:
       remindersd conflicts
    """
    told = asked_or_read(options, "/conflicts", lambda answers: answers.conflicts())
    if as_json:
        document(told)
        return
    if not told["conflicts"]:
        say("no conflicts")
        return
    table(
        ("NUMBER", "LIST", "REMINDER", "FIELD", "WON", "KEPT", "KEPT FROM", "WHEN"),
        [
            (
                *(entry["number"], entry["list"], entry["title"] or entry["id"], entry["field"]),
                *(value_of(entry, "winner"), value_of(entry, "loser"), entry["loser_side"]),
                when(entry["at"]),
            )
            for entry in told["conflicts"]
        ],
    )
    say("decide with `remindersd resolve NUMBER --take shown` or `--take other`")


def tell_parked(parked: Sequence[Document]) -> None:
    """What iCloud refused, and what can be done about it."""
    say(f"{plural(len(parked), 'change')} refused by iCloud:")
    for one in parked:
        where = f" in {one['list']}" if one["list"] and one["list"] != one["title"] else ""
        since = f", {when(one['since'])}" if one["since"] else ""
        again = f"; tried again {when(one['again'])}" if one["again"] else ""
        named = f"{one['number']}: {one['what']} of “{one['title'] or one['id']}”{where}{since}"
        say(f"  {named}: {one['reason']}{again}")
        for field, value in one["wanted"].items():
            say(f"     {field}: {_said(field, value)}")
    say("  send again with `remindersd retry`, give up with `remindersd drop NUMBER`")


def value_of(entry: Document, which: str) -> str:
    """A value of a conflict, on one line."""
    return _said(entry["field"], entry[which])


def _said(field: str, value: object) -> str:
    words = _WORDS.get(field)
    if words is not None and (value is None or isinstance(value, bool)):
        return words[bool(value)]
    text = "none" if value is None else " ".join(str(value).split())
    return text if len(text) <= _CELL else f"{text[: _CELL - 1]}…"


def asked_or_read(
    options: Globals, path: str, read: Callable[[Answers], Future[dict[str, Any]]]
) -> Document:
    """What the daemon answers to GET ``path``, or what ``read`` gives if none runs."""
    from daemon.client import NotRunning

    try:
        return options.ask("GET", path)
    except NotRunning:
        with _mirror(options) as answers:
            return read(answers).result()


@contextmanager
def _mirror(options: Globals) -> Iterator[Answers]:
    """The mirror, read beside whatever writes it; raises NotThere, MirrorDamaged."""
    from daemon.answers import Answers, NoMirror
    from daemon.paths import MIRROR

    answers = Answers(options.place().state / MIRROR)
    try:
        yield answers
    except NoMirror as error:
        raise NotThere(str(error), "run `remindersd sync` or `remindersd run` first") from None
    finally:
        answers.close()


# ---- the status without a daemon


def _left_behind(options: Globals) -> Document:
    """The document of /status as far as files tell it, with ``running`` false."""
    place = options.place()
    _, ours = named(options.config)
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
        **dict.fromkeys(("pending", "held", "conflicts", "parked", "verified", "waiting")),
        "polls": {},
        "sign_in": _standing(place.state, ours),
    }
    try:
        with _mirror(options) as answers:
            told.update(answers.counts().result())
            told["polls"] = answers.polls().result()
            told["last_success"] = _last_success(answers.runs(20).result()["runs"])
    except NotThere:
        pass
    return told


def _standing(state: Path, ours: Mapping[str, str | None]) -> Document | None:
    """How the sign-in stands by what is stored; ``None`` where the config names no account."""
    from daemon.words import told_sign_in
    from sync.remote.account import Account
    from sync.remote.signing.standing import stored_standing
    from sync.remote.stored import SessionStore

    apple_id, region = ours.get("account"), ours.get("region")
    if apple_id is None or region is None:
        return None
    account = Account(apple_id, region, ours.get("endpoint"))
    return told_sign_in(stored_standing(SessionStore(account, state / "session"), time.time()))


def _last_success(runs: list[dict[str, Any]]) -> str | None:
    """When the latest cycle ended that went through, as the daemon counts them."""
    through = ("done", "partly", "attention")
    good = (run["finished"] for run in runs if run["result"] in through and run["finished"])
    return next(good, None)


def _tell_status(told: Document) -> None:
    state = str(told["state"]) if told["running"] else "not running"
    reason = told["reason"] if told["running"] else "start it with `remindersd run`"
    waits = [plural(told[name], one, many) for name, one, many in _COUNTS if told.get(name)]
    facts = {
        "state": f"{state}: {reason}" if reason else state,
        "account": told["account"],
        "sign-in": _sign_in(told.get("sign_in")),
        "folder": told["folder"],
        # Without a daemon only runs that changed something are known: others write nothing.
        "last sync" if told["running"] else "changed": when(told["last_success"]),
        "next sync": when(told["next_run"]),
        "waiting": ", ".join(waits),
        "verified": _verified(told.get("verified")),
        "files": told.get("watch_problem"),
        "config": told.get("config_problem"),
    }
    for name, value in facts.items():
        if value:
            say(f"{name:<10} {value}")
    for problem in told.get("problems") or []:
        say(f"{'problem':<10} {problem}")
    for service, entry in (told.get("polls") or {}).items():
        if entry.get("message"):
            say(f"{'poll':<10} {service}: {entry['message']}")


def _sign_in(told: Document | None) -> str | None:
    """What is to be done about the sign-in, if anything is."""
    if told is None or told["state"] == "signed-in":
        return None
    ends = f" ({when(told['until'])})" if told["until"] else ""
    return f"{told['sentence']}{ends}" + f": {told['hint']}" * bool(told["hint"])


def _verified(told: Document | None) -> str | None:
    """When all was last compared, and what came of it."""
    if told is None:
        return None
    found = plural(told["differences"], "difference")
    words = {"agrees": "everything agreed", "repaired": f"{found}, mended"}
    return f"{when(told['at'])}: {words.get(told['result'], found)}"


def when(instant: str | None) -> str | None:
    """A time in words, by how far away it is. Raises NetworkError for what is none."""
    if instant is None:
        return None
    try:
        away = (datetime.now(UTC) - datetime.fromisoformat(instant)).total_seconds()
    except ValueError:
        raise NetworkError(f"the daemon answered nonsense: {instant!r} is no time") from None
    if abs(away) < 1:
        return "now"
    return f"{ago(away)} ago" if away > 0 else f"in {ago(-away)}"
