"""The keys of the config below ``polls``."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

from pydantic import BeforeValidator, field_validator

from daemon.settings.folder import read_folder
from daemon.settings.section import Seconds, Section

__all__ = ["Polls"]


def _folder(value: object) -> Path | None:
    return None if value is None else read_folder(value, "~/Pictures/iCloud", "; or null")


class Polled(Section):
    """How often something is read by itself; ``None`` is never."""

    every: Seconds | None = None

    @field_validator("every")
    @classmethod
    def _rarely(cls, value: int | None) -> int | None:
        if value is not None and value < 60:
            raise ValueError("must be at least 1m; or null for never")
        return value


class ContactPolls(Polled):
    """The same for contacts."""

    every: Seconds | None = 12 * 3600


class PhotoPolls(Polled):
    """The same for photos."""

    every: Seconds | None = 6 * 3600
    download: Annotated[Path | None, BeforeValidator(_folder)] = None
    files: Literal["originals", "thumbnails", "both"] = "originals"


class DevicePolls(Polled):
    """The same for devices."""

    every: Seconds | None = 3600
    locate: bool = False
    history: Seconds = 90 * 86400


class Polls(Section):
    """What is read of the account beside reminders, and how often."""

    photos: PhotoPolls = PhotoPolls()
    contacts: ContactPolls = ContactPolls()
    devices: DevicePolls = DevicePolls()
    calendar: Polled = Polled()
    notes: Polled = Polled()
