"""Puts a cycle's document into words for a person."""

from __future__ import annotations

import math
import re
import time
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

from daemon.wording.output import ago, plural, say

__all__ = ["EXIT_CODES", "named_list", "tell_approved", "tell_plan", "tell_restored", "tell_sync"]
__all__ += ["tell_waiting"]

Told = Mapping[str, Any]

EXIT_CODES = {"done": 0, "partly": 3, "attention": 4}  # of a cycle, by its result

_FIRST_PLAN, _NEW_LIST, _DELETIONS = "first-plan", "new-list", "deletions"  # kinds of holds
_EMPTIED = "emptied"
_APPROVABLE = frozenset({_FIRST_PLAN, _NEW_LIST, _DELETIONS, _EMPTIED})
_FILE, _LIST, _UNSHARED = "file", "list", "unshared"
_QUOTED = re.compile("“.*”")
_LONGEST = 20  # holds that are named one by one
_SIDES = (("iCloud: ", "in iCloud"), ("files: ", "in the files"))


def tell_sync(told: Told) -> None:
    """What a cycle did, what it could not do, and what waits."""
    say(_summary(told))
    problems: Sequence[str] = told["problems"]
    for problem, times in Counter(problems).items():
        say(f"problem: {problem}{f' ({times} times)' * (times > 1)}")
    for count, one, many in (
        (told["pending"], "change still goes to iCloud", "changes still go to iCloud"),
        (told["parked"], "change was refused by iCloud", "changes were refused by iCloud"),
        (told["open_conflicts"], "conflict is open", "conflicts are open"),
    ):
        if count:
            say(plural(count, one, many))
    if told["parked"]:
        say("  see why with `remindersd parked`; then `remindersd retry` or `remindersd drop`")
    if told["open_conflicts"]:
        say("  see them with `remindersd conflicts`, decide with `remindersd resolve`")
    tell_waiting(told["held"])


def _summary(told: Told) -> str:
    done = [
        (told["pulled"], plural(told["pulled"], "record") + " read"),
        (told["pushed"], plural(told["pushed"], "change") + " sent"),
        (told["rendered"], plural(told["rendered"], "line") + " written"),
        (told["files"], plural(told["files"], "file") + " written"),
    ]
    words = ", ".join(words for count, words in done if count)
    if told["result"] == "partly":
        return "synced in part: " + (words or "nothing was changed")
    return "synced: " + (words or "nothing to do")


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
    if told["parked"]:
        one, many = "change that iCloud refused waits", "changes that iCloud refused wait"
        say(f"{plural(told['parked'], one, many)}: see `remindersd parked`")
    for problem in told["problems"]:
        say(f"problem: {problem}")
    tell_waiting(told["held"])


def _subject(hold: Told) -> str:
    """What is held, as far as the reason does not name it."""
    title, file, reason = hold.get("title"), hold.get("file"), hold["reason"]
    named = [f"“{title}”"] if title and f"“{title}”" not in reason else []
    named += [f"in {file}"] if file and file not in reason else []
    return " ".join(named) + ": " if named else ""


def tell_approved(approved: Sequence[Told]) -> None:
    """What may go ahead now."""
    kinds = [hold["kind"] for hold in approved]
    if _FIRST_PLAN in kinds:
        say("approved: the first plan")
    for hold in approved:
        if hold["kind"] == _NEW_LIST:
            what = "a group" if "no group yet" in hold["reason"] else "a list"
            say(f"approved: {hold['id']} becomes {what}")
        if hold["kind"] == _LIST:
            how = " for good" * hold["reason"].endswith(" for good")
            say(f"approved: {named_list(hold)} is deleted in iCloud{how}, with all that is in it")
        if hold["kind"] == _UNSHARED:
            say(f"approved: {named_list(hold)} is no longer here; its lines leave their file")
        if hold["kind"] == _FILE:
            say("approved: the folder is the synced one; its marker was written anew")
        if hold["kind"] == _EMPTIED:
            say(f"approved: what {hold['id']} lost is deleted in iCloud")
    if _DELETIONS in kinds:
        say(f"approved: {plural(kinds.count(_DELETIONS), 'deletion')}")
    none = "nothing was waiting (what ends a list, and the folder, have to be named)"
    say("the next sync does it" if approved else none)


def named_list(hold: Told) -> str:
    """The name in quotes of the list that ends when ``hold`` is approved; "" for other holds."""
    name = _QUOTED.search(hold["reason"]) if hold["kind"] in (_LIST, _UNSHARED) else None
    return name[0] if name else ""


def tell_restored(told: Told) -> None:
    """What came back, and what did not."""
    how = " (made anew: it had been gone for good)" if told["anew"] else ""
    say(f"restored “{told['title']}” in “{told['list']}”{how}")
    for what in told["lost"]:
        say(f"not restored: {what}")


def _name_each(held: Sequence[Told], most: int) -> None:
    """One by one; those that wait for the same reason below it."""
    reasons = [hold["reason"] for hold in held]
    shown = sorted(held, key=lambda hold: reasons.index(hold["reason"]))[:most]
    times = Counter(hold["reason"] for hold in shown if hold.get("title"))
    said: set[str] = set()
    for hold in shown:
        reason, key = hold["reason"], _key(hold)
        if times[reason] < 2:
            say(f"  {_subject(hold)}{reason}{key}")
            continue
        if reason not in said:
            say(f"  {reason}:")
            said.add(reason)
        say(f"    “{hold['title']}”{key}")
    if len(held) > most:
        say(f"  ... and {len(held) - most} more")


def _key(hold: Told) -> str:
    """What `approve` takes for it: of a reminder the id that stands on its line."""
    from sync.core.matching.identity import block_id

    if hold["kind"] not in _APPROVABLE:
        return ""
    return f"  [{block_id(hold['id']) if hold['kind'] == _DELETIONS else hold['id']}]"


def _clock(at_ms: int) -> str:
    """A time to come, as the clock on the wall will show it, and how far away it is."""
    left_s = at_ms / 1000 - time.time()
    near = f"in {math.ceil(left_s)} s" if left_s < 120 else f"in {ago(left_s)}"
    away = near if left_s > 0 else "at the next sync"
    shown = time.strftime(
        "%H:%M" if left_s < 43200 else "%d %b %H:%M", time.localtime(at_ms / 1000)
    )
    return f"{shown} ({away})"


def tell_waiting(held: Sequence[Told], most: int = _LONGEST) -> None:
    """What is held back, for a person or for time; with its key, where it can be approved of.

    At ``most`` so many of each are named.
    """
    passing = [hold for hold in held if hold.get("until_ms") is not None]
    held = [hold for hold in held if hold.get("until_ms") is None]
    if passing:
        last_ms = max(hold["until_ms"] for hold in passing)
        verb = "waits" if len(passing) == 1 else "wait"
        say(f"{plural(len(passing), 'deletion')} {verb} until {_clock(last_ms)}:")
        _name_each(passing, most)
    if held:
        say(f"{plural(len(held), 'thing')} held back:")
        _name_each(held, most)
    if any(hold["kind"] in _APPROVABLE for hold in held):
        say("  let it go ahead with `remindersd approve`, or `remindersd approve KEY`")
