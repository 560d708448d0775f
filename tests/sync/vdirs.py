"""Files as other tools put them into a vdir."""

from __future__ import annotations

from tests.rig import Rig


def put(rig: Rig, path: str, *properties: str) -> None:
    """Save a file as another tool makes it."""
    lines = ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:theirs", "BEGIN:VTODO", *properties]
    rig.save(path, "\r\n".join([*lines, "END:VTODO", "END:VCALENDAR", ""]))
