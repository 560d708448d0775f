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
    413: "The body is larger than 65536 bytes.",
    422: "The Idempotency-Key was used for another request.",
    429: "Apple asked to wait; `Retry-After` says how long.",
    502: "iCloud answered something that cannot be used.",
    503: "The network is away, the daemon is stopping, or there is no mirror yet.",
}

ERROR: Keys = {
    "code": "text: a word for programs",
    "message": "text: a sentence for a person",
    "hint": "text: the way out, or empty",
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
        "alarms": "objects: kind date (at, zone, own), early (before) or location",
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
        "file": "text?: in the folder",
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
        "counts": "object: what it counted",
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
}
