"""A simulated iPhone on a zone: edits its own copy, syncs it, and shows what a person would see."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterable
from datetime import datetime
from random import Random, SystemRandom
from typing import Any

from sandbox.cloud.zone import Zone
from sandbox.device import edits, files, lists, occurrence, rings, sections, view
from sandbox.device.edits import KEEP, Keep
from sandbox.device.exchange import Exchange
from sandbox.device.own import Own
from sandbox.device.view import ShownList, ShownReminder, ShownSection

ACCOUNT = "C0A1B2C3-0000-4000-8000-00000000ACC1"
"""What early reminders say whose they are: the name of the seeded account's record."""


def minting(random: Random) -> Callable[[], str]:
    """A source of random UUIDs in upper case, as Apple writes them."""
    return lambda: str(uuid.UUID(int=random.getrandbits(128), version=4)).upper()


new_uuid = minting(SystemRandom())


class Phone:
    """One device. `clock` gives seconds since 1970; `mint` gives upper-case UUIDs.

    Edits go up at once, or at the next `sync` while `offline` is set. Lists are named by name or
    bare UUID, reminders by bare UUID. Edits raise LookupError for what is not there and
    ValueError for what cannot be.
    """

    def __init__(
        self,
        zone: Zone,
        clock: Callable[[], float],
        mint: Callable[[], str] = new_uuid,
        device_id: str = "D1",
    ) -> None:
        self.offline = False
        self._own = Own(clock, mint)
        self._exchange = Exchange(self._own, zone, device_id)

    def sync(self) -> None:
        """Send unsent edits, then fetch and merge what is new.

        A value that the merge refuses is marked to be sent back, which the next sync does.
        """
        self._exchange.upload()
        self._exchange.download()

    def lists(self) -> list[ShownList]:
        """Return the lists and groups on screen, by name."""
        return view.lists(self._own)

    def reminders(
        self, list_name: str | None = None, *, completed: bool = True
    ) -> list[ShownReminder]:
        """Return what is on screen, of one list or of all; `completed` False leaves out done."""
        holder = None if list_name is None else edits.list_named(self._own, list_name)
        shown = view.reminders(self._own, holder)
        return [entry for entry in shown if completed or not entry.done]

    def get(self, identity: str) -> ShownReminder:
        """Return the reminder with that bare UUID. Raises LookupError if none is on screen."""
        found = view.reminder(self._own, identity)
        if found is None:
            raise LookupError(f"no reminder on screen has the id {identity}")
        return found

    def find(self, title: str) -> ShownReminder:
        """Return the one reminder with that title. Raises LookupError naming what there is."""
        shown = view.reminders(self._own)
        found = [entry for entry in shown if entry.title == title]
        if len(found) != 1:
            titles = ", ".join(repr(entry.title) for entry in shown[:50])
            raise LookupError(f"{len(found)} reminders are titled {title!r}; there are: {titles}")
        return found[0]

    def create_list(
        self,
        name: str,
        group: str | None = None,
        is_group: bool = False,
        *,
        color: str = "blue",
    ) -> str:
        """Create a list, in a group if named; `color` is "#RRGGBB" or a name of the app's."""
        identity = lists.create_list(self._own, name, group, is_group, color)
        self._push()
        return identity

    def rename_list(self, which: str, name: str) -> None:
        """Rename a list or group."""
        self.change_list(which, name=name)

    def change_list(
        self,
        which: str,
        *,
        name: str | Keep = KEEP,
        group: str | Keep | None = KEEP,
        color: str | Keep = KEEP,
        emblem: str | Keep | None = KEEP,
        sorting: str | Keep = KEEP,
    ) -> None:
        """Change what is passed; `group` None is out of its group, `emblem` None is none."""
        lists.change_list(
            self._own,
            which,
            name=name,
            group=group,
            color=color,
            emblem=emblem,
            sorting=sorting,
        )
        self._push()

    def delete_list(self, which: str) -> None:
        """Soft-delete a list or group, as the app does."""
        lists.delete_list(self._own, which)
        self._push()

    def order_list(self, which: str, ids: Iterable[str]) -> None:
        """Set the manual order of a list."""
        files.order_list(self._own, which, list(ids))
        self._push()

    def sections(self, which: str) -> list[ShownSection]:
        """Return the sections of a list, oldest first."""
        return view.sections_of(self._own, edits.list_named(self._own, which))

    def create_section(self, which: str, name: str) -> str:
        """Make a section in a list; returns its bare UUID."""
        identity = sections.create(self._own, which, name)
        self._push()
        return identity

    def rename_section(self, section: str, name: str) -> None:
        """Rename a section, given its bare UUID."""
        sections.rename(self._own, section, name)
        self._push()

    def delete_section(self, section: str) -> None:
        """Soft-delete a section; its reminders stay, in none."""
        sections.delete(self._own, section)
        self._push()

    def put_in_section(self, identity: str, section: str | None, *, packed: bool = False) -> None:
        """Put a reminder into a section of its list, or into none; `packed`: file in gzip."""
        sections.put(self._own, identity, section, packed=packed)
        self._push()

    def create(
        self,
        list_name: str,
        title: str,
        *,
        notes: str = "",
        due: str | None = None,
        priority: int = 0,
        flagged: bool = False,
        parent: str | None = None,
        done: bool = False,
        tags: Iterable[str] = (),
        created: float | None = None,
    ) -> str:
        """Create a reminder, `created` in seconds since 1970; returns its bare UUID."""
        identity = edits.create(
            self._own,
            list_name,
            title,
            notes=notes,
            due=due,
            priority=priority,
            flagged=flagged,
            parent=parent,
            tags=tags,
            created=created,
        )
        if done:
            edits.complete(self._own, identity, None)
        self._push()
        return identity

    def attach(self, identity: str, kind: str, fields: dict[str, Any]) -> str:
        """Hang a Hashtag, RecurrenceRule or Attachment on a reminder; returns its bare UUID."""
        child = edits.attach(self._own, identity, kind, fields)
        self._push()
        return child

    def attach_image(
        self,
        identity: str,
        name: str,
        data: bytes,
        *,
        size: tuple[int, int] = (0, 0),
        uti: str = "public.jpeg",
    ) -> str:
        """Hang an image on a reminder; `size` is width and height. Returns its bare UUID."""
        child = files.attach_image(self._own, identity, name, data, size, uti)
        self._push()
        return child

    def detach(self, identity: str, attachment: str) -> None:
        """Take a link or an image off a reminder."""
        files.detach(self._own, identity, attachment)
        self._push()

    def add_alarm(self, identity: str, when: str) -> str:
        """Set an alarm at "2026-03-02T14:30[Europe/Paris]"; returns its bare UUID."""
        return self._set(rings.add_at(self._own, identity, when))

    def add_place(
        self,
        identity: str,
        latitude: float,
        longitude: float,
        *,
        title: str = "",
        address: str = "",
        radius: float = 100.0,
        leaving: bool = False,
    ) -> str:
        """Set an alarm on arriving at a place or leaving it, `radius` in metres; returns its id."""
        place = {"Title": title, "Address": address, "Latitude": latitude, "Longitude": longitude}
        near = {"Radius": radius, "Proximity": 2 if leaving else 1}
        return self._set(rings.add_place(self._own, identity, {**place, **near}))

    def add_early(self, identity: str, words: str) -> str:
        """Set an early reminder, "15 minutes before"; returns its identifier."""
        return self._set(rings.add_early(self._own, identity, words, ACCOUNT))

    def remove_alarm(self, identity: str, which: str) -> None:
        """Take an alarm or an early reminder off."""
        rings.remove(self._own, identity, which)
        self._push()

    def acknowledge(self, identity: str, which: str) -> None:
        """Dismiss an alarm that rang."""
        rings.acknowledge(self._own, identity, which)
        self._push()

    def _set(self, made: str) -> str:
        self._push()
        return made

    def make_urgent(self, identity: str, person: str) -> None:
        """Mark a reminder as urgent for a person of the account."""
        files.make_urgent(self._own, identity, person)
        self._push()

    def edit(
        self,
        identity: str,
        *,
        title: str | Keep = KEEP,
        notes: str | Keep = KEEP,
        due: str | Keep | None = KEEP,
        priority: int | Keep = KEEP,
        flagged: bool | Keep = KEEP,
    ) -> None:
        """Change what is passed; `due` None clears the due date."""
        edits.edit(
            self._own,
            identity,
            title=title,
            notes=notes,
            due=due,
            priority=priority,
            flagged=flagged,
        )
        self._push()

    def complete(self, identity: str, when: float | datetime | None = None) -> None:
        """Tick off at `when` (seconds since 1970, or an aware datetime; default now)."""
        edits.complete(self._own, identity, when)
        self._push()

    def complete_occurrence(self, identity: str, when: float | datetime | None = None) -> str:
        """Tick off what is due of a repeating reminder, which moves on; returns the done one."""
        done = occurrence.complete(self._own, identity, when)
        self._push()
        return done

    def reopen(self, identity: str) -> None:
        """Take the tick off."""
        edits.reopen(self._own, identity)
        self._push()

    def move(self, identity: str, list_name: str) -> None:
        """Move to another list, subtasks along."""
        edits.move(self._own, identity, list_name)
        self._push()

    def make_subtask(self, identity: str, parent_id: str | None) -> None:
        """Put under another reminder, or at top level with None."""
        edits.make_subtask(self._own, identity, parent_id)
        self._push()

    def delete(self, identity: str, hard: bool = False) -> None:
        """Delete with subtasks: softly as the app does, or `hard` for good."""
        edits.delete(self._own, identity, hard)
        self._push()

    def empty_deleted(self) -> int:
        """Let what was softly deleted be gone for good; how many reminders."""
        gone = edits.empty_deleted(self._own)
        self._push()
        return gone

    def _push(self) -> None:
        if not self.offline:
            self._exchange.upload()
