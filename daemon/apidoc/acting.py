"""The operations that change something."""

from __future__ import annotations

from daemon.apidoc.operation import Keys, Operation

__all__ = ["ACTING"]

_FIELDS: Keys = {
    "title": "text: one line",
    "list": "text: its name or id",
    "section": "text?: a section of that list",
    "due": "text?: words such as “tomorrow 9am”, or ISO 8601",
    "all_day": "flag: the day alone",
    "remind": "texts?: moments, or such as “10 min before”",
    "notes": "text?: any lines",
    "urls": "texts?: links",
    "priority": "text?: none, low, medium or high",
    "flagged": "flag: with a flag",
    "tags": "texts?: without their #",
    "parent": "text?: the reminder that it is a subtask of",
    "repeat": "text?: words such as “every 2 weeks”",
}
_DRY: Keys = {"dry_run": "flag: only say what would be"}
_CHANGES: Keys = {
    **_FIELDS,
    "add_tags": "texts: tags to add",
    "remove_tags": "texts: tags to take away",
    "done": "flag: complete it, or open it again",
    "snooze": "text: due then instead, such as “1h” or “tomorrow 9am”",
    **_DRY,
}
_KEYS: Keys = {"keys": "texts: which, each by its short id, UUID, or how its title begins"}
_WRITTEN: Keys = {
    "state": "text: waiting (the next cycle sends it) or unchanged",
    "dry_run": "flag: whether nothing was written",
    "id": "text?: the UUID, where it is one",
    "reminders": "Writtens: each as it is now",
    "problems": "texts: what could not be done",
}
_WRITE = (404, 409, 422)
_CYCLE: Keys = {
    "result": "text: done, partly or attention",
    "trigger": "text: what it ran for",
    "run": "whole?: its number in /runs, if it did anything",
    "started_ms": "whole: Unix milliseconds",
    "finished_ms": "whole: Unix milliseconds",
    "pulled": "whole: records read",
    "pushed": "whole: changes sent",
    "rendered": "whole: lines written",
    "files": "whole: files written",
    "requests": "whole: requests sent to iCloud",
    "planned_only": "flag: whether nothing was done",
    "changes": "texts: what a plan would change",
    "conflicts": "NewConflicts: what began in this cycle",
    "held": "NewHolds: all that waits now",
    "new_holds": "NewHolds: what began to wait",
    "waiting": "Countdown?: deletions that go ahead by themselves",
    "problems": "texts: what could not be done",
    "open_conflicts": "whole: how many are open",
    "pending": "whole: changes still to be sent",
    "parked": "whole: changes that iCloud refused",
    "paused": "Pause?: while nothing goes by itself",
}
_SIGN_IN: Keys = {"account": "text: the Apple account", "sign_in": "SignIn: how it stands now"}
_TAKE: Keys = {"take": "text: shown, or other for the value that lost"}
_RESOLVED: Keys = {"resolved": "Decisions: each with the value taken"}

_REMINDERS = (
    Operation(
        *("POST", "/reminders", "Add a reminder.", "Reminders"),
        body={"text": "text: all of it in words; fields beside it win", **_FIELDS, **_DRY},
        answer=_WRITTEN,
        status=201,
        dry_status=200,
        statuses=_WRITE,
        keyed=True,
        more="It stands in its file when this is answered, and is sent by the cycle that follows.",
    ),
    Operation(
        *("PATCH", "/reminders/{key}", "Change a reminder.", "Reminders"),
        body=_CHANGES,
        answer=_WRITTEN,
        statuses=_WRITE,
        keyed=True,
        more="Null takes a value away.",
    ),
    Operation(
        *("DELETE", "/reminders/{key}", "Delete a reminder.", "Reminders"),
        body=_DRY,
        answer=_WRITTEN,
        statuses=_WRITE,
        keyed=True,
        more="As if its line were deleted: many at once are held.",
    ),
    Operation(
        *("PATCH", "/reminders", "Change several reminders in one go.", "Reminders"),
        body={**_KEYS, **_CHANGES},
        needed=("keys",),
        answer=_WRITTEN,
        statuses=_WRITE,
        keyed=True,
    ),
    Operation(
        *("DELETE", "/reminders", "Delete several reminders in one go.", "Reminders"),
        body={**_KEYS, **_DRY},
        needed=("keys",),
        answer=_WRITTEN,
        statuses=_WRITE,
        keyed=True,
    ),
)
_CYCLES = (
    Operation(
        *("POST", "/sync", "Make both sides the same now.", "Cycles"),
        body={
            "approve": "flag: let a first plan go ahead",
            "plan_only": "flag: only say what would be done",
        },
        answer=_CYCLE,
        statuses=(403, 409, 429, 502, 503),
        more="It answers at the end of the cycle, also while all is paused.",
    ),
    Operation(
        *("POST", "/pause", "Let nothing go by itself.", "Cycles"),
        body={"until": "moment: until then; without it until /resume"},
        answer={"paused": "Pause?: the pause"},
        more="It outlives a restart. What is asked for by hand is done all the same.",
    ),
    Operation(
        *("POST", "/resume", "Let all go by itself again, beginning with a cycle.", "Cycles"),
        body={},
        answer={"paused": "Pause?: null"},
    ),
    Operation(
        *("POST", "/verify", "Compare files, mirror and iCloud completely.", "Cycles"),
        body={"repair": "flag: mend what differs"},
        answer={
            "result": "text: agrees, repaired, differs or partly",
            "started_ms": "whole: Unix milliseconds",
            "finished_ms": "whole: Unix milliseconds",
            "records": "whole: of iCloud that were looked at",
            "files": "whole: that were looked at",
            "reminders": "whole: that were looked at",
            "differences": "Findings: what differed",
            "left": "Findings: what still does after a repair",
            "waiting": "whole{}: how much is on its way or held, by why",
            "problems": "texts: what could not be looked at",
        },
        statuses=(403, 409, 503),
    ),
    Operation(
        *("POST", "/poll", "Ask a service for news, and tell all that is known of it.", "Cycles"),
        body={
            "service": "text: photos, contacts, devices, calendar or notes",
            "since": "moment: only what is later",
            "until": "moment: only what is earlier",
        },
        needed=("service",),
        answer={
            "data_type": "text: what kind of data",
            "data": "objects: the items",
            "metadata": "whole{}: how many they are: `count`",
        },
        statuses=(403, 429, 503),
    ),
    Operation(
        *("POST", "/poll/download", "Bring the folder of photos up to date.", "Cycles"),
        body={},
        answer={
            "folder": "text: where they are",
            "files": "whole: new ones",
            "bytes": "whole: of those",
            "problems": "texts: what could not be had",
        },
        statuses=(403, 429, 503),
    ),
)
_WAITING = (
    Operation(
        *("POST", "/approve", "Let what is held go ahead.", "What waits"),
        body={"keys": "texts: which; all that needs no name where it is missing"},
        answer={"approved": "Approvals: what goes ahead"},
    ),
    Operation(
        *("POST", "/conflicts", "Decide conflicts.", "What waits"),
        body={**_TAKE, "keys": "texts: numbers; all of them where it is missing"},
        needed=("take",),
        answer=_RESOLVED,
        statuses=(409,),
    ),
    Operation(
        *("POST", "/conflicts/{number}", "Decide one conflict.", "What waits"),
        body=_TAKE,
        needed=("take",),
        answer=_RESOLVED,
        statuses=(409,),
    ),
    Operation(
        *("POST", "/parked/retry", "Send again all that iCloud refused.", "What waits"),
        body={},
        answer={"retried": "Refusals: each refused write"},
        statuses=(409,),
    ),
    Operation(
        *("POST", "/parked/{number}/retry", "Send one refused write again.", "What waits"),
        body={},
        answer={"retried": "Refusals: the refused write"},
        statuses=(409,),
    ),
    Operation(
        *("POST", "/parked/{number}/drop", "Give one refused write up.", "What waits"),
        body={},
        answer={"dropped": "Refusals: the refused write"},
        statuses=(409,),
    ),
    Operation(
        *("POST", "/merge", "Merge a sync tool's conflict copy into its file.", "What waits"),
        body={"path": "text: the copy, in the folder"},
        needed=("path",),
        answer={
            "copy": "text: the copy",
            "file": "text: its file",
            "kept": "text: where the copy is kept",
            "added": "texts: what came into the file",
            "conflicts": "whole: how many values lost",
        },
        statuses=(409,),
    ),
)
_PAST = (
    Operation(
        *("POST", "/restore", "Bring back a reminder, a list, or a list's file.", "What was done"),
        body={
            "id": "text: a deleted reminder",
            "list": "text: a deleted or forgotten list",
            "file": "text: a file that was lost",
        },
        answer={
            "list": "text: the list, or that of the reminder or file",
            "id?": "text: of a reminder or list",
            "title?": "text: of a reminder",
            "anew?": "flag: of a reminder or list: whether it had to be made anew",
            "lost?": "texts: of a reminder or list: what could not be had back",
            "deleted?": "flag: of a list: whether it was deleted, and not forgotten",
            "reminders?": "whole: of a list: how many came back with it",
            "file?": "text: the file",
            "kept?": "text?: of a file: where what stood there is kept",
        },
        statuses=(409,),
        more="With one of the three.",
    ),
    Operation(
        *("POST", "/undo", "Take a run back, on both sides.", "What was done"),
        body={"run": "whole: which; the latest where it is missing", **_DRY},
        answer={
            "run": "whole: which was taken back",
            "by": "whole?: the run that did it",
            "dry_run": "flag: whether nothing was done",
            "changes": "Changes: what is, or would be, changed",
            "deletions": "whole: how many of these delete something",
            "many": "flag: whether those are more than are done without asking",
            "left": "Remnants: what stays as it is, and why",
            "lost": "texts: what could not be had back",
            "back": "whole: how much was as before already",
            "shown": "whole: lines that only came or went, which changed nothing",
        },
        statuses=(409,),
    ),
    Operation(
        *("POST", "/forget", "Keep a list here no more.", "What was done"),
        body={"key": "text: its name or id"},
        needed=("key",),
        answer={
            "name": "text: the list, or the file",
            "file": "text?: its file, where one is there",
            "list": "flag: whether it was a list, and not a file that waited to be one",
        },
    ),
    Operation(
        *("POST", "/import", "Add what stands in a file and is not there yet.", "What was done"),
        body={
            "file": "text: its absolute path",
            "list": "text: put all of it there",
            "overwrite": "flag: also change what is there",
            **_DRY,
        },
        needed=("file",),
        answer={
            "dry_run": "flag: whether nothing was done",
            "lists": "texts: new lists",
            "added": "Additions: new reminders",
            "same": "whole: how many were there already",
            "differing": "Differences: what is there, and otherwise",
            "overwritten": "flag: whether that was changed",
            "notes": "texts: what a person should know of it",
        },
        statuses=(409,),
    ),
)
_ACCOUNT = (
    Operation(
        *("POST", "/account/login", "Sign in, as far as that goes.", "Account"),
        body={
            "password": "text: where none can be found",
            "code": "text: the one that came",
            "choice": "text: how it shall come",
        },
        answer=_SIGN_IN,
        statuses=(403, 429, 503),
    ),
    Operation(
        *("POST", "/account/code", "Type the code, or have one sent.", "Account"),
        body={"code": "text: the one that came", "send": "text: how it shall come"},
        answer=_SIGN_IN,
        statuses=(403, 429, 503),
        more="With one of the two.",
    ),
    Operation(
        *("POST", "/account/logout", "Forget the session, here and at Apple.", "Account"),
        body={},
        answer=_SIGN_IN,
        statuses=(503,),
    ),
)

ACTING = (*_REMINDERS, *_CYCLES, *_WAITING, *_PAST, *_ACCOUNT)
