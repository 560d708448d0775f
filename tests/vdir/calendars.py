"""Files of a vdir, whole and in parts."""

from __future__ import annotations

from store.model import Reminder
from sync.local.tasks import Task
from sync.local.vdir import parse

HOME = "Europe/Paris"
HEAD = "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:theirs\r\nBEGIN:VTODO\r\n"
FOOT = "END:VTODO\r\nEND:VCALENDAR\r\n"


def calendar(*properties: str, eol: str = "\r\n") -> bytes:
    """A file whose VTODO has these properties."""
    body = "".join(f"{one}\r\n" for one in properties)
    return f"{HEAD}{body}{FOOT}".replace("\r\n", eol).encode()


def task(*properties: str) -> Task:
    """The task of a file with these properties."""
    return parse(calendar(*properties), HOME).tasks[0]


def said(*properties: str) -> Reminder:
    """What it says."""
    return task(*properties).reminder
