"""What the things are called that operations tell of, and what they consist of."""

from __future__ import annotations

from collections.abc import Mapping

from daemon.apidoc.operation import Keys

__all__ = ["ERROR", "PLACES", "SCHEMAS", "STATUSES"]

PLACES: Mapping[str, str] = {
    "key": "The id of its line such as `r-4k7q2mx`, its UUID, or how its title begins.",
    "id": "Its id; of a run its number.",
    "number": "Its number.",
    "poll": "The id of a poll.",
}
"""What stands in a path."""

STATUSES: Mapping[int, str] = {
    400: "Something in the request is wrong; `message` names it.",
    401: "Over TCP: the token is missing or wrong.",
    403: "A sign-in is needed, or the account cannot be used; over TCP: the host is wrong.",
    404: "There is none, or several may be meant.",
    405: "The path does not know this method.",
    409: "It cannot be done as things are, and why; or another process is at work.",
    413: "The body is larger than 1 MiB.",
    422: "The Idempotency-Key was used for another request.",
    429: "Apple asked to wait; `Retry-After` says how long.",
    500: "None of these says what failed; `message` does. `bug` as its `code` is one of ours.",
    502: "iCloud answered something that cannot be used.",
    503: "The network is away, the daemon is stopping, or there is no mirror yet.",
}

ERROR: Keys = {
    "code": "text: a word for programs",
    "message": "text: a sentence for a person",
    "hint": "text: the way out, or empty",
}

_OF_REMINDERS: Mapping[str, Keys] = {
    "Alarm": {
        "kind": "text: date, early or location; others may come",
        "at?": "text?: of a date: when, ISO 8601",
        "zone?": "text?: of a date: its time zone; null where it floats",
        "own?": "flag: of a date: whether it is the one at the due time",
        "before?": "Lead: of an early one: how long before the due time",
        "proximity?": "text?: of a location: arriving or leaving",
        "latitude?": "number?: of a location",
        "longitude?": "number?: of a location",
        "radius_m?": "number?: of a location, in metres",
        "title?": "text?: of a location: what it is called",
        "address?": "text?: of a location",
    },
    "Lead": {"count": "whole: how many", "unit": "text: minute, hour, day, week or month"},
    "Written": {
        "id": "text: the UUID",
        "key": "text: the id of its line",
        "did": "text: added, changed, unchanged or deleted",
        "list": "text?: the list's name",
        "title": "text: what it is called",
        "notes": "text: any lines, or empty",
        "done": "flag: completed",
        "due": "text?: ISO 8601, as of a Reminder",
        "priority": "text: none, low, medium or high",
        "flagged": "flag: with a flag",
        "tags": "texts: without their #",
        "urls": "texts: links",
        "alarms": "texts: in words",
        "repeat": "text?: in words",
        "section": "text: the section of the list, or empty",
        "parent": "text?: the id of the reminder that it is a subtask of",
        "subtasks": "whole: how many moved, or went, with it",
        "file": "text?: in the folder",
        "line": "whole?: in that file, from 1",
        "understood": "text: all of it in a line, for a person",
    },
}
_OF_WAITING: Mapping[str, Keys] = {
    "Conflict": {
        "number": "whole: by which it is decided",
        "id": "text: of the reminder or list",
        "title": "text?: what that is called",
        "list": "text?: the list of a reminder",
        "field": "text: what both sides changed",
        "winner": "any: the value that is shown",
        "loser": "any: the value that is kept beside it",
        "loser_side": "text: file or cloud: where that came from",
        "now": "any: what iCloud says now, where it is neither",
        "at": "moment: when it was seen",
    },
    "Hold": {
        "key": "text: by which it is approved",
        "kind": "text: why it waits, in a word",
        "id": "text: of the reminder or list, or the path of a file",
        "title": "text?: what that is called",
        "reason": "text: why it waits, in a sentence",
        "since": "moment: when it began",
        "until": "moment?: when it goes ahead by itself",
        "until_ms": "whole?: the same in Unix milliseconds",
        "approvable": "flag: whether /approve lets it go ahead",
    },
    "Refusal": {
        "number": "whole: by which it is sent again, or given up",
        "what": "text: what was refused, in words",
        "id": "text: of the reminder or list",
        "title": "text?: what that is called",
        "list": "text?: the list of a reminder",
        "reason": "text: why iCloud refused it",
        "since": "moment?: when",
        "again": "moment?: when it is sent again by itself",
        "follows": "text?: what comes of giving it up",
        "wanted": "any{}: the values that were sent, by field",
    },
    "Countdown": {
        "deletions": "whole: how many go ahead by themselves",
        "until?": "moment: when the last of them does",
        "until_ms": "whole: the same in Unix milliseconds",
    },
    "Restorable": {
        "kind": "text: reminder, list or file",
        "key": "text: by which /restore knows it",
        "title": "text?: what it is called",
        "list": "text?: the list of a reminder",
        "how": "text: what it would be brought back from",
        "at": "moment?: when it went",
    },
    "Approval": {
        "id": "text: of the reminder or list, or the path of a file",
        "kind": "text: why it waited, in a word",
        "reason": "text: why it waited, in a sentence",
    },
    "Decision": {
        "number": "whole: the conflict",
        "id": "text: of the reminder or list",
        "field": "text: what both sides changed",
        "taken": "text?: shown or other",
        "problem": "text?: why it could not be decided",
    },
}
_OF_STATUS: Mapping[str, Keys] = {
    "SignIn": {
        "state": "text: signed-out, code-required, choice-required, signed-in, trust-expiring,"
        " consent-needed or needs-person",
        "sentence": "text: the same for a person",
        "hint": "text: what to do about it, or empty",
        "sent_to": "text?: who has the code",
        "ways": "text{}: how a code can come: what it is called, by the word for it",
        "choices": "texts: of which one has to be chosen",
        "was_wrong": "flag: whether the last code was",
        "reason": "text?: a word for programs, where a person has to do something",
        "until": "moment?: when Apple's trust ends at the latest",
    },
    "Comparison": {
        "at": "moment: when all was compared",
        "result": "text: agrees, repaired or differs",
        "differences": "whole: how many were found",
    },
    "Service": {
        "every_s": "whole?: seconds from one poll to the next; null: never by itself",
        "next_run": "moment?: when that is",
        "last_try": "moment?: when last",
        "last_success": "moment?: when that went through",
        "error": "text?: what went wrong, as a word for programs",
        "message": "text?: the same for a person",
        "progress": "Share?: while it is polled",
    },
    "Share": {
        "done": "whole: how many things are read",
        "total": "whole?: of how many, where that is known",
    },
    "Progress": {
        "said": "text: how far, in words",
        "done": "whole: how far, as a number",
        "total": "whole?: of how many, where that is known",
        "rate": "number?: how many in a second, once that can be told",
        "left_s": "number?: how many seconds the rest takes at that rate",
    },
}
_OF_WORK: Mapping[str, Keys] = {
    "NewConflict": {
        "id": "text: of the reminder or list",
        "field": "text: what both sides changed",
        "winning": "text: file or cloud",
    },
    "NewHold": {
        "id": "text: of the reminder or list, or the path of a file",
        "kind": "text: why it waits, in a word",
        "title": "text?: what that is called",
        "file": "text?: in the folder",
        "reason": "text: why it waits, in a sentence",
        "until_ms": "whole?: when it goes ahead by itself, in Unix milliseconds",
    },
    "Finding": {
        "room": "text: what was compared, in a word",
        "id": "text: of the reminder, list or file",
        "title": "text?: what that is called",
        "list": "text?: the list of a reminder",
        "field": "text?: what differs",
        "file": "text?: in the folder",
        "sentence": "text: the same for a person",
    },
    "Remnant": {
        "id": "text: of the reminder or list",
        "title": "text: what that is called",
        "reason": "text: why it stays as it is",
    },
    "Addition": {
        "id": "text: the UUID that it has now",
        "title": "text: what it is called",
        "list": "text: the list's name",
    },
    "Difference": {
        "id": "text: of the reminder that is there",
        "title": "text: what it is called",
        "list": "text: the list's name",
        "fields": "texts: what differs",
    },
}
_OF_POLLS: Mapping[str, Keys] = {
    "Device": {
        "id": "text: Apple's",
        "name": "text?: as its owner calls it",
        "model_name": "text?: as Apple calls it",
        "battery_status": "text?: as the wire has it",
        "battery_percent": "number?: of a full one",
        "places": "Places: where it was, the newest first",
    },
    "Place": {
        "at": "moment?: when",
        "latitude": "number: in degrees",
        "longitude": "number: in degrees",
        "accuracy_m": "number?: within so many metres",
    },
    "Photo": {
        "id": "text: Apple's",
        "filename": "text?: what its file is called",
        "created": "moment?: when it was taken",
        "favorite": "flag: whether it is one",
    },
}

SCHEMAS: Mapping[str, Keys] = {
    "Reminder": {
        "id": "text: the UUID",
        "block": "text?: the id of its line, without ^",
        "list": "text?: the list's name",
        "list_id": "text?: the list's id",
        "section": "text?: the section of the list",
        "title": "text?: null where it cannot be read",
        "notes": "text?: null where they cannot be read",
        "done": "flag: completed",
        "due": "text?: ISO 8601; a date alone is all day, without an offset it floats",
        "shown": "text?: the time that a phone shows: the earliest alarm's, else the due date",
        "priority": "text: none, low, medium or high",
        "flagged": "flag: with a flag",
        "tags": "texts: without their #",
        "urls": "texts: links",
        "repeat": "text?: in words; three dots behind them say that the rule says more",
        "alarms": "Alarms: when, or where, it rings beside the due time",
        "parent": "text?: the id of the reminder that it is a subtask of",
        "subtasks": "whole: how many it has",
        "file": "text?: in the folder",
        "line": "whole?: in that file, from 1",
        "completed": "moment?: when",
        "created": "moment?: when",
        "modified": "moment?: when",
    },
    "List": {
        "id": "text: the UUID",
        "name": "text: what it is called",
        "group": "text?: the group that it is in",
        "file": "text?: in the folder; of a vdir the directory",
        "open": "whole: reminders that are not done",
        "total": "whole: all reminders",
        "shared": "text?: with you, or by you",
        "owner": "text?: of a list that is shared with you",
        "read_only": "flag: nothing may be written to it",
        "color": "text?: as #RRGGBB",
        "color_name": "text?: Apple's name for it",
        "emblem": "text?: the name of its picture",
        "sorting": "text?: how it is sorted",
        "linked": "flag?: as the wire has it",
        "kept": "flag: false for one that was forgotten here",
    },
    "Run": {
        "id": "whole: its number",
        "kind": "text: what it ran for",
        "started": "moment: when",
        "finished": "moment?: null while it is under way, or if it was cut",
        "result": "text?: done, partly, attention or failed",
        "counts": "whole{}: what it counted",
    },
    "Change": {
        "run": "whole?: the run that made it",
        "at": "moment: when",
        "side": "text: file or cloud",
        "id": "text: of the reminder or list",
        "title": "text?: what that is called",
        "list": "text?: the list of a reminder",
        "field": "text: what was changed",
        "before": "any: the value before",
        "after": "any: the value after",
        "file": "text?: the file that it was changed in",
    },
    "Pause": {
        "since": "moment: when it began",
        "until": "moment?: when it ends, or null: by /resume",
    },
    **_OF_REMINDERS,
    **_OF_WAITING,
    **_OF_STATUS,
    **_OF_WORK,
    **_OF_POLLS,
}
