"""Names every verb, in the order in which a person meets them, and imports one when it is used.

Each verb's room stands here with what `--help` says of it, so that help and completion of verbs
load none of them.
"""

from __future__ import annotations

from collections.abc import Iterator, MutableMapping
from importlib import import_module

import click

__all__ = ["VERBS", "Verbs"]

VERBS = {
    "demo": ("trial:demo", "See it work, with a pretend iCloud."),
    "sandbox": ("trial:sandbox", "Serve a pretend iCloud until stopped."),
    "init": ("setup:init", "Answer a few questions; they become the config."),
    "login": ("account:login", "Sign in to the account, and trust this computer."),
    "logout": ("account:logout", "End the session at Apple and forget it here."),
    "run": ("syncing:run", "Keep both sides the same, until stopped."),
    "sync": ("syncing:sync", "Make both sides the same now."),
    "plan": ("syncing:plan", "Say what a sync would do on each side."),
    "approve": ("syncing:approve", "Let what waits for you go ahead."),
    "forget": ("returning:forget", "Keep a list here no more whose file you deleted."),
    "restore": ("returning:restore", "Bring back a deleted reminder, a list, or a list's file."),
    "merge": ("merging:merge", "Merge a sync tool's conflict copy into its file."),
    "add": ("writing:add", "Add a reminder, with its date in words."),
    "edit": ("writing:edit", "Change a reminder."),
    "move": ("writing:move", "Move a reminder to another list."),
    "done": ("writing:done", "Complete reminders."),
    "reopen": ("writing:reopen", "Open completed reminders again."),
    "snooze": ("writing:snooze", "Put a reminder off until later."),
    "delete": ("writing:delete", "Delete reminders."),
    "status": ("status:status", "Say how the daemon is, and what waits."),
    "lists": ("looking:lists", "Show the lists, each with its file."),
    "pause": ("pausing:pause", "Let nothing go by itself for a while."),
    "resume": ("pausing:resume", "Let all go by itself again."),
    "today": ("asking:today", "Show what is due today, or overdue."),
    "scheduled": ("asking:scheduled", "Show what has a date, and is open."),
    "overdue": ("asking:overdue", "Show what should have been done by now."),
    "flagged": ("asking:flagged", "Show what has a flag, and is open."),
    "show": ("asking:show", "Show one reminder with all that is known of it."),
    "search": ("asking:search", "Find reminders by words in title, notes and tags."),
    "log": ("past:log", "Show what was done, run by run."),
    "undo": ("past:undo", "Take a run back, in iCloud and in the files."),
    "conflicts": ("looking:conflicts", "Show where both sides changed the same thing."),
    "resolve": (
        "deciding:resolve",
        "Decide a conflict: keep what is shown, or take the other value.",
    ),
    "parked": ("deciding:parked", "Show the changes that iCloud refused."),
    "retry": ("deciding:retry", "Send again what iCloud refused."),
    "drop": ("deciding:drop", "Give up changes that iCloud refused."),
    "poll": ("polling:poll", "Read photos, contacts, devices, calendar or notes now."),
    "doctor": ("doctor:doctor", "Look for what is wrong, and say what to do about it."),
    "verify": ("checking:verify", "Compare files, mirror and iCloud completely."),
    "rebuild": ("checking:rebuild", "Make the mirror anew from files and iCloud."),
    "export": ("carrying:export", "Write everything into one file."),
    "import": ("carrying:import_", "Add what stands in a file and is not there yet."),
    "token": ("token:token", "Print the token that TCP clients need."),
    "service": ("service:service", "Let systemd keep the daemon running."),
    "completion": ("completion:completion", "Print what lets your shell complete verbs and names."),
    "config": ("setup:config_group", "Look after the config."),
}
"""For each verb its room in ``daemon.cli`` with its name there, and a sentence for `--help`."""


class Verbs(MutableMapping[str, click.Command]):
    """The verbs as click wants them: a mapping of names, whose values are imported when asked."""

    def __init__(self) -> None:
        self._loaded: dict[str, click.Command] = {}
        self._names = dict.fromkeys(VERBS)

    def __getitem__(self, name: str) -> click.Command:
        if name not in self._loaded and name in VERBS:
            where, sentence = VERBS[name]
            room, _, member = where.partition(":")
            verb: click.Command = getattr(import_module(f"daemon.cli.{room}"), member)
            verb.short_help = sentence
            self._loaded[name] = verb
        return self._loaded[name]

    def __setitem__(self, name: str, verb: click.Command) -> None:
        self._names[name] = None
        self._loaded[name] = verb

    def __delitem__(self, name: str) -> None:
        del self._names[name]
        self._loaded.pop(name, None)

    def __iter__(self) -> Iterator[str]:
        return iter(self._names)

    def __contains__(self, name: object) -> bool:
        return name in self._names

    def __len__(self) -> int:
        return len(self._names)
