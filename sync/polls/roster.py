"""Every source of one account by its service, and the desk that they stand behind."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from sync.errors import UsageError
from sync.polls import calendar, contacts, devices, notes, photos
from sync.polls.around import Around
from sync.polls.asked import Progress
from sync.polls.calendar import CalendarSource
from sync.polls.calls import CALLS, CallSource
from sync.polls.contacts import ContactSource
from sync.polls.desk import DOWNLOADS, PollDesk
from sync.polls.devices import DeviceSource
from sync.polls.downloading import ORIGINALS, Downloaded, download
from sync.polls.info import account_items
from sync.polls.notes import NoteSource
from sync.polls.photofiles import PhotoFiles
from sync.polls.photos import PhotoSource

__all__ = ["DATA_TYPES", "SERVICES", "PollSettings", "Roster"]

DATA_TYPES = {
    photos.SERVICE: photos.PHOTOS,
    contacts.SERVICE: contacts.CONTACTS,
    devices.SERVICE: devices.DEVICES,
    calendar.SERVICE: calendar.EVENTS,
    notes.SERVICE: notes.NOTES,
}
"""The data type of each service, by what a person calls the service."""

SERVICES = tuple(DATA_TYPES)


@dataclass(frozen=True, slots=True)
class PollSettings:
    """What the config says of polls; ``history_s`` is how long places of devices are kept.

    ``download`` is the folder for photos, ``roles`` say which files of them.
    """

    locate: bool = False
    history_s: float = 90 * 86_400.0
    download: Path | None = None
    roles: tuple[str, ...] = ORIGINALS


class Roster:
    """The sources of the account ``apple_id``; ``settings`` gives those of the moment."""

    def __init__(self, around: Around, apple_id: str, settings: Callable[[], PollSettings]) -> None:
        self._around = around
        self._settings = settings
        self._photos = PhotoSource(around)
        self._contacts = ContactSource(around)
        self._devices = DeviceSource(around, lambda: settings().history_s)
        self._calendar = CalendarSource(around)
        self._notes = NoteSource(around)
        self._refreshers: dict[str, Callable[[Progress], None]] = {
            photos.SERVICE: self._photos.refresh,
            contacts.SERVICE: self._contacts.refresh,
            devices.SERVICE: self._look,
            calendar.SERVICE: self._calendar.refresh,
            notes.SERVICE: self._notes.refresh,
        }
        pictures = {"mme_contact_image": self._contacts}
        self.desk = PollDesk(
            {
                photos.PHOTOS: self._photos,
                contacts.CONTACTS: self._contacts,
                devices.DEVICES: self._devices,
                calendar.EVENTS: self._calendar,
                notes.NOTES: self._notes,
                CALLS: CallSource(around),
            },
            {"icpl": PhotoFiles(around, self._photos, around.spool), **pictures},
            lambda: account_items(around, apple_id),
        )

    def refresh(self, service: str, progress: Progress) -> None:
        """The periodic poll of a service: news into the mirror; raises RemindersdError.

        Devices are woken only if the settings say so.
        """
        with self.desk.alone(DATA_TYPES[service]):
            self._refreshers[service](progress)

    def download(self, progress: Progress) -> Downloaded:
        """Fetch the files of photos that the settings want and their folder lacks.

        Raises UsageError where no folder is set, RemindersdError.
        """
        settings = self._settings()
        if settings.download is None:
            raise UsageError(
                "no folder for photos is set", "name one as polls.photos.download in the config"
            )
        with self.desk.alone(DOWNLOADS):
            return download(self._around, settings.download, settings.roles, progress)

    def _look(self, progress: Progress) -> None:
        self._devices.refresh(progress, locate=self._settings().locate)
