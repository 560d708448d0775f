"""Decides what carrying entries in comes to: what is there already, what is new, what differs.

A reminder is there if one has its id, else if one has its title in a list of that name, due alike;
each counts for one entry. What is there is never written over unless a person says so.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Protocol

from store.model import Field, OtherRule, Reminder, Value
from sync.core.merging.lift import lift

__all__ = ["Entry", "Incoming", "NewList", "There", "plan_import"]


class Shown(Protocol):
    """What the format of a file can say of a reminder."""

    def __call__(self, reminder: Reminder, home_zone: str, /) -> Reminder: ...


def _whole(reminder: Reminder, home_zone: str, /) -> Reminder:
    return reminder


@dataclass(frozen=True, slots=True)
class Entry:
    """One reminder of a file: ``list`` and ``group`` are names, ``parent`` is another's ``key``.

    ``known`` is the id that the mirror has for what stands on the line, if it has one.
    """

    reminder: Reminder
    list: str
    key: str
    parent: str = ""
    group: str = ""
    color: str = ""
    emblem: str = ""
    known: str = ""
    shown: Shown = _whole
    home_zone: str = "UTC"


@dataclass(frozen=True, slots=True)
class There:
    """What iCloud has: living reminders and lists by id, ids that are taken, who may be written.

    ``sections`` are the names of each list's sections.
    """

    reminders: Mapping[str, Reminder]
    lists: Mapping[str, str]
    groups: Mapping[str, str]
    taken: Collection[str] = ()
    read_only: Collection[str] = ()
    sections: Mapping[str, Collection[str]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class NewList:
    """A list or group to be made; ``group`` is the id of the group that it goes into."""

    id: str
    name: str
    is_group: bool = False
    group: str | None = None
    color: str = ""
    emblem: str = ""


@dataclass(slots=True)
class Incoming:
    """What is to be done: lists, sections (list id, name), reminders to be made; values to be set.

    ``same`` counts what is there just so; ``differing`` has of what is there otherwise the fields;
    ``notes`` are sentences about what could not come along.
    """

    lists: list[NewList] = field(default_factory=list)
    sections: list[tuple[str, str]] = field(default_factory=list)
    added: list[Reminder] = field(default_factory=list)
    same: int = 0
    differing: dict[str, Mapping[Field, Value]] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)


def plan_import(
    entries: Sequence[Entry], there: There, mint: Callable[[], str], is_id: Callable[[str], bool]
) -> Incoming:
    """What carrying ``entries`` in comes to; ``mint`` gives new ids, ``is_id`` knows one."""
    incoming = Incoming()
    homes = _homes(entries, there, incoming, mint)
    matched = _match(entries, there, homes)
    ids: list[str] = []
    for place, entry in enumerate(entries):
        own = entry.reminder.id
        free = is_id(own) and own not in there.taken and own not in there.reminders
        ids.append(matched.get(place) or (own if free and own not in ids else mint()))
    by_key: dict[str, str] = {}
    for entry, id in zip(entries, ids, strict=True):
        by_key.setdefault(entry.key, id)  # of several of one key the first is the parent
    circling = _circling(entries)
    for place, entry in enumerate(entries):
        wanted = _wanted(entry, ids[place], by_key, homes, there, incoming)
        if place in circling:
            incoming.notes.append(f"“{wanted.title}” comes to the top: it stands beneath itself")
            wanted = replace(wanted, parent=None)
        if place in matched:
            _compare(entry, wanted, there.reminders[matched[place]], incoming)
        elif wanted.list in there.read_only:
            incoming.notes.append(f"“{wanted.title}” stays out: “{entry.list}” is read-only")
        else:
            incoming.added.append(wanted)
    _missing_sections(there, incoming)
    return incoming


def _circling(entries: Sequence[Entry]) -> set[int]:
    """The places of entries that stand beneath themselves, at once or by way of others."""
    above: dict[str, str] = {}
    for entry in entries:
        above.setdefault(entry.key, entry.parent)
    found = set()
    for place, entry in enumerate(entries):
        met, at = {""}, entry.parent
        while at in above and at not in met:
            met.add(at)
            at = above[at]
        if entry.key in met and above[entry.key] == entry.parent:
            found.add(place)
    return found


def _homes(
    entries: Iterable[Entry], there: There, incoming: Incoming, mint: Callable[[], str]
) -> dict[str, str]:
    """The list of each name, new ones included; of two that are called alike, the first by id."""
    homes = {name: id for id, name in sorted(there.lists.items(), reverse=True)}
    groups = {name: id for id, name in sorted(there.groups.items(), reverse=True)}
    for entry in entries:
        if entry.list in homes:
            continue
        if entry.group and entry.group not in groups:
            groups[entry.group] = mint()
            incoming.lists.append(NewList(groups[entry.group], entry.group, is_group=True))
        homes[entry.list] = mint()
        group = groups.get(entry.group)
        incoming.lists.append(
            NewList(homes[entry.list], entry.list, False, group, entry.color, entry.emblem)
        )
    return homes


def _match(entries: Sequence[Entry], there: There, homes: Mapping[str, str]) -> dict[int, str]:
    """The reminder that is there for each entry, by the entry's place."""
    found: dict[int, str] = {}
    for place, entry in enumerate(entries):
        for id in (entry.known, entry.reminder.id):
            if id in there.reminders and id not in found.values() and place not in found:
                found[place] = id
    free: defaultdict[tuple[object, ...], list[str]] = defaultdict(list)
    taken = set(found.values())
    for id, one in sorted(there.reminders.items(), reverse=True):
        if id not in taken:
            free[one.title, one.list, one.due].append(id)
    for place, entry in enumerate(entries):
        one = entry.reminder
        alike = free.get((one.title, homes[entry.list], one.due), [])
        if place not in found and alike:
            found[place] = alike.pop()
    return found


def _wanted(
    entry: Entry,
    id: str,
    ids: Mapping[str, str],
    homes: Mapping[str, str],
    there: There,
    incoming: Incoming,
) -> Reminder:
    """The entry as a reminder of this account, without what cannot be made anew."""
    one = entry.reminder
    repeat = one.repeat
    if isinstance(repeat, OtherRule):
        incoming.notes.append(f"“{one.title}” comes without its repetition ({repeat.words})")
        repeat = None
    if one.images:
        incoming.notes.append(f"“{one.title}” comes without its images")
    return replace(
        one,
        id=id,
        list=homes[entry.list],
        parent=ids.get(entry.parent, entry.parent if entry.parent in there.reminders else None),
        repeat=repeat,
        images=frozenset(),
    )


def _compare(entry: Entry, wanted: Reminder, now: Reminder, incoming: Incoming) -> None:
    """What is there already, or otherwise; only what the file can say is compared."""
    said = lift(wanted, lambda one: entry.shown(one, entry.home_zone), now)
    skipped = {*wanted.opaque, *now.opaque, Field.IMAGES, Field.SECTION}
    if isinstance(entry.reminder.repeat, OtherRule) or now.done is not None:
        skipped.add(Field.REPEAT)
    apart = {
        name: said.value(name)
        for name in Field
        if name not in skipped and said.value(name) != now.value(name)
    }
    if apart:
        incoming.differing[now.id] = apart
    else:
        incoming.same += 1


def _missing_sections(there: There, incoming: Incoming) -> None:
    wanted = {
        (one.list, one.section): None
        for one in incoming.added
        if one.section and one.parent is None
    }
    incoming.sections = [
        (list_id, name) for list_id, name in wanted if name not in there.sections.get(list_id, ())
    ]
