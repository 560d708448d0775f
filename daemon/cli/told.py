"""Puts a cycle's document into words for a person."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from daemon.output import plural, say

__all__ = ["tell_plan", "tell_sync", "tell_waiting"]

Told = Mapping[str, Any]

_FIRST_PLAN = "first-plan"
_SIDES = (("iCloud: ", "in iCloud"), ("files: ", "in the files"))


def tell_sync(told: Told) -> None:
    """What a cycle did, what it could not do, and what waits."""
    say(_summary(told))
    for problem in told["problems"]:
        say(f"problem: {problem}")
    for count, one, many in (
        (told["pending"], "change still goes to iCloud", "changes still go to iCloud"),
        (told["parked"], "change was refused by iCloud", "changes were refused by iCloud"),
        (told["open_conflicts"], "conflict is open", "conflicts are open"),
    ):
        if count:
            say(plural(count, one, many))
    if told["open_conflicts"]:
        say("  see them with `remindersd conflicts`")
    tell_waiting(told["held"])


def _summary(told: Told) -> str:
    done = [
        (told["pulled"], plural(told["pulled"], "record") + " read"),
        (told["pushed"], plural(told["pushed"], "change") + " sent"),
        (told["rendered"], plural(told["rendered"], "line") + " written"),
        (told["files"], plural(told["files"], "file") + " written"),
    ]
    return "synced: " + (", ".join(words for count, words in done if count) or "nothing to do")


def tell_plan(told: Told) -> None:
    """What a cycle would do, side by side."""
    changes: Sequence[str] = told["changes"]
    if not changes:
        say("nothing would change")
    for mark, where in _SIDES:
        mine = [change.removeprefix(mark) for change in changes if change.startswith(mark)]
        if mine:
            say(f"{plural(len(mine), 'change')} {where}:")
        for change in mine:
            say(f"  {change}")
    for problem in told["problems"]:
        say(f"problem: {problem}")
    tell_waiting(told["held"])


def tell_waiting(held: Sequence[Told]) -> None:
    """What is held, each with the key to approve it by."""
    if not held:
        return
    say(f"{plural(len(held), 'thing')} held back:")
    for hold in held:
        key = "" if hold["kind"] == _FIRST_PLAN or not hold["id"] else f"  [{hold['id']}]"
        say(f"  {hold['reason']}{key}")
    say("  let it go ahead with `remindersd approve`")
