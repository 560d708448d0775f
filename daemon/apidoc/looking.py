"""The operations that only look."""

from __future__ import annotations

from daemon.apidoc.operation import Keys, Operation, Parameter

__all__ = ["LOOKING"]

_STATUS: Keys = {
    "state": "text: ok, syncing, paused, offline, attention or sign-in",
    "reason": "text: a sentence, where the state needs one",
    "paused": "Pause?: while nothing goes by itself",
    "profile": "text: the profile that the daemon serves",
    "account": "text: the Apple account",
    "sign_in": "SignIn: how the sign-in stands, and what is to be done about it",
    "region": "text: world or china",
    "endpoint": "text?: the origin in place of Apple's, if there is one",
    "folder": "text: the folder of the files",
    "last_success": "moment?: when a cycle last went through; known after a restart, too",
    "last_run": "whole?: the latest run that did something, as in /runs",
    "next_run": "moment?: when the next cycle or poll is",
    "pending": "whole?: changes that are still to be sent",
    "held": "whole?: what waits for a person, or for time",
    "conflicts": "whole?: conflicts that nobody decided",
    "parked": "whole?: changes that iCloud refused",
    "verified": "Comparison?: when all was last compared, and what came of it",
    "waiting": "Countdown?: deletions that go ahead by themselves",
    "polls": "Service{}: each service that can be polled",
    "problems": "texts: what the last cycle could not do",
    "config_problem": "text?: why a changed config is not in use",
    "watch_problem": "text?: why changes of files are seen by the timer alone",
    "progress": "Progress?: how far the work under way is",
}
_PAGE = (
    Parameter("limit", "whole", "How many at most, from 1 to 1000; all where it is missing."),
    Parameter("cursor", "text", "`next` of the page before, with the same filters."),
)
_FILTERS = (
    Parameter("list", "text", "Only of this list, by name or id."),
    Parameter("parent", "text", "Only subtasks of this reminder, by id."),
    Parameter("done", "flag", "Only what is done, or what is open; `completed` is the same."),
    Parameter("completed", "flag", "As `done`."),
    Parameter("flagged", "flag", "Only with a flag, or without one."),
    Parameter("tag", "text", "Only with this tag, whatever the case."),
    Parameter("text", "text", "Only with these words in title or notes, just as they stand."),
    Parameter(
        "q", "text", "Only with all these words in title, notes or tags, by their beginnings."
    ),
    Parameter("due_after", "text", "Due then or later: a date, or a date and time."),
    Parameter("due_before", "text", "Due earlier than that."),
    Parameter("smart", "text", "A smart list: today, overdue, scheduled or flagged."),
)
_REMINDERS: Keys = {
    "reminders": "Reminders: by list, file and line; of a smart list by the time shown",
    "next": "text?: the `cursor` of the next page, if there is one",
}
_DAY: Keys = {
    "smart": "text: the smart list",
    "day": "text: which day it is in that time zone",
    "time_zone": "text: the account's",
}

LOOKING = (
    Operation(
        *("GET", "/status", "How the daemon is, and what waits.", "Status"),
        answer=_STATUS,
        more="Counts are null where the mirror cannot be read.",
    ),
    Operation(
        *("GET", "/metrics", "Measurements for Prometheus.", "Status"),
        media="text/plain",
        more="Cycles, failures by kind, times, what waits, reminders by list, and the process.",
    ),
    Operation(
        *("GET", "/openapi.json", "This description, as OpenAPI.", "Status"),
    ),
    Operation(
        *("GET", "/events", "What happens, as server-sent events.", "Events"),
        media="text/event-stream",
        more=(
            "With `Accept: text/event-stream`. With `Last-Event-ID` it goes on after that event; "
            "`missed` says that it is not known any more. Without that `Accept` it is the list of "
            "the ricloud API."
        ),
    ),
    Operation(
        *("GET", "/lists", "Every list, with its file and how much is open.", "Reminders"),
        answer={"lists": "Lists: by group and name"},
        statuses=(503,),
    ),
    Operation(
        *("GET", "/reminders", "Reminders by filters, smart lists and words.", "Reminders"),
        query=(*_FILTERS, *_PAGE),
        answer={**_REMINDERS, **{f"{name}?": told for name, told in _DAY.items()}},
        statuses=(503,),
        more="Filters go together. `smart`, `day` and `time_zone` are there for a smart list.",
    ),
    Operation(
        *("GET", "/reminders/{key}", "One reminder.", "Reminders"),
        answer={"reminder": "Reminder: all that is known of it"},
        statuses=(404, 503),
        more="By the id of its line, its UUID, its title, or how that begins.",
    ),
    Operation(
        *("GET", "/today", "What is open and due today, or overdue.", "Reminders"),
        query=_PAGE,
        answer={**_REMINDERS, **_DAY},
        statuses=(503,),
    ),
    Operation(
        *("GET", "/conflicts", "Where both sides changed the same thing.", "What waits"),
        answer={"conflicts": "Conflicts: by number"},
        statuses=(503,),
    ),
    Operation(
        *("GET", "/held", "What waits for a person, or for time.", "What waits"),
        answer={"held": "Holds: all that waits"},
        statuses=(503,),
    ),
    Operation(
        *("GET", "/parked", "What iCloud refused, and why.", "What waits"),
        answer={"parked": "Refusals: by number"},
        statuses=(503,),
    ),
    Operation(
        *("GET", "/restorable", "What can be brought back, the newest first.", "What was done"),
        answer={"restorable": "Restorables: the newest first"},
        statuses=(503,),
    ),
    Operation(
        *("GET", "/runs", "The latest runs that did something.", "What was done"),
        query=(
            Parameter("limit", "whole", "How many at most, from 1 to 1000; 50 if missing."),
            Parameter("before", "whole", "Only runs before this one: `next` of the page before."),
        ),
        answer={
            "runs": "Runs: the latest first",
            "next": "whole?: what `before` has to be for the next page, if there is one",
        },
        statuses=(503,),
    ),
    Operation(
        *("GET", "/runs/{id}", "One run with all that it changed, in order.", "What was done"),
        answer={"run": "Run: the run", "changes": "Changes: in the order in which they were made"},
        statuses=(404, 503),
    ),
    Operation(
        *("GET", "/changes", "All that was changed of a reminder or list.", "What was done"),
        query=(Parameter("of", "text", "Its id, the id of its line, or its title. Needed."),),
        answer={"changes": "Changes: the latest first"},
        statuses=(503,),
    ),
    Operation(
        *("GET", "/account", "How the sign-in stands.", "Account"),
        answer={"account": "text: the Apple account", "sign_in": "SignIn: as in /status"},
    ),
    Operation(
        *("GET", "/devices", "Each device, and where it was.", "Polls"),
        answer={
            "devices": "Devices: by name",
        },
        statuses=(503,),
    ),
    Operation(
        *("GET", "/photos", "A page of photos, the newest first.", "Polls"),
        query=(Parameter("after", "text", "`next` of the page before."),),
        answer={
            "total": "whole: how many there are in all",
            "photos": "Photos: the newest first",
            "next": "text?: the `after` of the next page, if there is one",
        },
        statuses=(503,),
    ),
    Operation(
        *("GET", "/photos/{id}/thumbnail", "The small picture of a photo.", "Polls"),
        media="image/jpeg",
        more="It is fetched from iCloud when it is first asked for, and then kept.",
        statuses=(404, 503),
    ),
)
