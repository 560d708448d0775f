"""Sections and headings: what a heading means, and what has to be done about sections. Pure.

A section has an identity and a reminder's ``SECTION`` is a name, so a new name of a section must
not look like a move of all that is in it: names are read through ``Outlook``, which says what one
of them stands for after the renames that are under way.

A heading that is no section in iCloud becomes one when an open task that may be sent stands
beneath it. One with completed tasks alone, one that is called ``Done`` and the like, and any in a
list that takes nothing from files is layout: it says nothing of its tasks.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field

from store.model import Field
from sync.core.actions import Conflict
from sync.core.merging.merge import Side

__all__ = ["Agreed", "Drop", "End", "Outlook", "Page", "Retitle", "Section", "Standing"]
__all__ += ["plan_sections"]

LAYOUT = frozenset({"done", "completed", "archive", "archived"})


@dataclass(frozen=True, slots=True)
class Section:
    """A living section in iCloud; ``filled``: reminders are in it, also such as have no line."""

    id: str
    name: str
    filled: bool


@dataclass(frozen=True, slots=True)
class Agreed:
    """What both sides last agreed on of a section: its list and its name."""

    list: str
    name: str


@dataclass(frozen=True, slots=True)
class Standing:
    """A task at top level: the heading that it stands under, and its section as agreed."""

    heading: str
    was: str
    done: bool


@dataclass(frozen=True, slots=True)
class Page:
    """One list with its own file: its headings and the tasks at top level.

    ``sections`` are the living ones, oldest first; ``agreed`` those that were agreed on, by id,
    and ``gone`` which of them iCloud has deleted. ``closed``: nothing is sent from files;
    ``unsure``: who is in which section cannot be said.
    """

    list: str
    headings: Sequence[str]
    tasks: Sequence[Standing]
    sections: Sequence[Section]
    agreed: Mapping[str, str]
    gone: Collection[str] = ()
    closed: bool = False
    unsure: bool = False


@dataclass(frozen=True, slots=True)
class Retitle:
    """A section gets the name that its heading has (``to_files`` false), or the heading its.

    ``base`` is the name that was agreed on, ``old`` the one that changes.
    """

    id: str
    list: str
    base: str
    old: str
    new: str
    to_files: bool


@dataclass(frozen=True, slots=True)
class Drop:
    """A heading goes from the list's file, if nothing is left beneath it."""

    list: str
    name: str


@dataclass(frozen=True, slots=True)
class End:
    """A section goes from iCloud: its heading was taken out, and nothing is in it."""

    id: str
    list: str
    name: str


@dataclass(slots=True)
class Outlook:
    """How names of sections are read, by list and name, and what is to be done."""

    here: dict[tuple[str, str], str | None] = field(default_factory=dict)  # ``None``: layout
    there: dict[tuple[str, str], str] = field(default_factory=dict)
    before: dict[tuple[str, str], str] = field(default_factory=dict)
    retitles: list[Retitle] = field(default_factory=list)
    drops: list[Drop] = field(default_factory=list)
    ends: list[End] = field(default_factory=list)
    learned: dict[str, Agreed] = field(default_factory=dict)
    forgotten: list[str] = field(default_factory=list)
    conflicts: list[Conflict] = field(default_factory=list)

    @property
    def writes(self) -> bool:
        """Whether anything would change on either side."""
        return bool(self.retitles or self.drops or self.ends)


def plan_sections(pages: Sequence[Page], wins: Side) -> Outlook:
    """What the headings of all lists mean, and what follows for headings and sections."""
    outlook = Outlook()
    for page in pages:
        _plan_page(page, Side.CLOUD if page.closed else wins, outlook)
    return outlook


def _plan_page(page: Page, wins: Side, outlook: Outlook) -> None:
    living = {section.id: section for section in page.sections}
    names = Counter(section.name for section in page.sections)
    for id, name in page.agreed.items():
        if id in living:
            _compare(page, living[id], name, names, wins, outlook)
        elif id in page.gone:
            _end_heading(page, id, name, names, outlook)
        elif name not in page.headings:
            outlook.forgotten.append(id)  # ours, never created, and wanted no more
    for section in page.sections:
        if section.id not in page.agreed and section.name in page.headings:
            outlook.learned[section.id] = Agreed(page.list, section.name)
    for heading in page.headings:
        if (page.list, heading) not in outlook.here and _is_layout(page, heading):
            outlook.here[page.list, heading] = None


def _compare(
    page: Page, section: Section, name: str, names: Counter[str], wins: Side, outlook: Outlook
) -> None:
    """A living section that was called ``name`` on both sides: what is it called now?"""
    if name in page.headings:
        if section.name != name and not names[name]:  # renamed there alone
            _retitle_heading(page, section, name, name, outlook)
        elif section.name != name:
            outlook.learned[section.id] = Agreed(page.list, section.name)
        return
    if section.name != name and section.name in page.headings:
        outlook.learned[section.id] = Agreed(page.list, section.name)
        return
    heir = None if page.closed or names[section.name] > 1 else _heir(page, name, outlook)
    if heir is None:
        _without_heading(page, section, name, outlook)
        return
    if section.name == name or wins is Side.FILES:
        _retitle_section(page, section, name, heir, outlook)
    else:
        _retitle_heading(page, section, name, heir, outlook)
    if section.name != name:
        new, lost = (heir, section.name) if wins is Side.FILES else (section.name, heir)
        outlook.conflicts.append(Conflict(section.id, Field.SECTION, new, lost, wins))


def _retitle_heading(
    page: Page, section: Section, name: str, heading: str, outlook: Outlook
) -> None:
    outlook.retitles.append(
        Retitle(section.id, page.list, name, heading, section.name, to_files=True)
    )
    outlook.here[page.list, heading] = section.name
    outlook.before[page.list, name] = section.name


def _retitle_section(page: Page, section: Section, name: str, heir: str, outlook: Outlook) -> None:
    outlook.retitles.append(
        Retitle(section.id, page.list, name, section.name, heir, to_files=False)
    )
    outlook.here[page.list, heir] = heir
    outlook.there[page.list, section.name] = heir
    outlook.before[page.list, name] = heir


def _without_heading(page: Page, section: Section, name: str, outlook: Outlook) -> None:
    """The heading was taken out; renamed there as well, the section stays as it is."""
    if section.name != name:
        outlook.forgotten.append(section.id)
    elif not (section.filled or page.closed or page.unsure):
        outlook.ends.append(End(section.id, page.list, name))


def _end_heading(page: Page, id: str, name: str, names: Counter[str], outlook: Outlook) -> None:
    """Deleted in iCloud: what stood under its heading moves away, and the heading goes."""
    still = [task for task in page.tasks if task.heading == name and task.was == name]
    if name in page.headings and not names[name]:
        outlook.drops.append(Drop(page.list, name))
        outlook.here[page.list, name] = name
    if not still:
        outlook.forgotten.append(id)


def _heir(page: Page, name: str, outlook: Outlook) -> str | None:
    """The new heading under which most of what stood under ``name`` stands now."""
    old = [task for task in page.tasks if task.was == name]
    most = Counter(task.heading for task in old).most_common(1)
    if not most or 2 * most[0][1] <= len(old):
        return None
    heading = most[0][0]
    free = heading and (page.list, heading) not in outlook.here and heading in page.headings
    return heading if free and heading not in _taken(page) and not _is_done(heading) else None


def _is_layout(page: Page, heading: str) -> bool:
    if heading in _taken(page):
        return False
    beneath = [task for task in page.tasks if task.heading == heading]
    return page.closed or _is_done(heading) or all(task.done for task in beneath)


def _taken(page: Page) -> set[str]:
    """The names of sections that live, or are about to."""
    living = {section.id for section in page.sections}
    waiting = page.agreed.keys() - living - set(page.gone)
    return {section.name for section in page.sections} | {page.agreed[id] for id in waiting}


def _is_done(heading: str) -> bool:
    return heading.casefold() in LAYOUT
